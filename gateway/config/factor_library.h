/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library of factors, read whole: every value with unit, source, validity and the set
 * it belongs to.
 *
 *     name: eu-fuels
 *     version: "2025-12-22"
 *     source: 2025/2547 Annex II G        # for values that do not name theirs
 *     factors:
 *       - {id: fuel.natural_gas.ef, value: 56.1 t CO2/TJ, source: ..., from: 2026-01-01}
 *
 * A value without a source, with an unknown unit, or twice at the same time is a problem
 * with its place and is not in the library.  Laboratory results are files of the same
 * shape, made by `emgate factors import`: one id, many values, each valid from its day,
 * with the number of analyses behind it.
 *
 * This is the one reader of such files: the plan takes its factors from it too.  Texts
 * are views into the documents, which live until factor_library_deinit().
 */
#ifndef CONFIG_FACTOR_LIBRARY_H
#define CONFIG_FACTOR_LIBRARY_H

#include "config/node/node.h"
#include "config/node/settings.h"
#include "core/pool.h"
#include "units/units.h"

#define FACTOR_FILES_MAX 256

struct factor {
    struct bytes id;
    struct bytes name; /* for people, or empty */
    double value;      /* in `unit` */
    struct bytes text; /* value and unit, as written */
    struct unit unit;
    struct bytes source;
    struct bytes from, to;   /* [from, to) as written: a day or a time; empty: open */
    const char *set;         /* "name@version" */
    int material;            /* enum analysis_material */
    int64_t analyses;        /* behind the value; 0: not said */
    double scatter;          /* of the analyses, relative, 95 %; negative: not said */
    const struct node *node; /* where it stands */
    const struct node *value_node, *from_node, *to_node; /* the last two may be NULL */
    struct factor *next;                                 /* in order of reading */
};

struct factor_library {
    struct units *units; /* borrowed */
    struct pool pool;
    struct document *documents[FACTOR_FILES_MAX];
    size_t document_count;
    struct factor *first, *last;
    size_t count;
};

/* An empty library; `units` must outlive it. */
void factor_library_init(struct factor_library *library, struct units *units);
void factor_library_deinit(struct factor_library *library);

/* Reads one file's text; `name` is how problems call it. */
void factor_library_read(struct factor_library *library, const char *name,
                         struct bytes text, struct problems *problems);

/* The same from the root of a document that outlives the library; NULL: empty. */
void factor_library_read_root(struct factor_library *library, const char *name,
                              const struct node *root, struct problems *problems);

/* The factor of this id that is valid on a day written as 2026-07-01, or NULL. */
const struct factor *factor_library_find(const struct factor_library *library,
                                         struct bytes id, struct bytes day);

/* One factor of a file, for the reference. */
extern const struct setting library_settings[];

#endif
