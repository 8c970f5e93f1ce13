/* SPDX-License-Identifier: Apache-2.0 */
/* What reading a bundle's files and finding the files they name share. */
#ifndef CONFIG_BUNDLE_PRIVATE_H
#define CONFIG_BUNDLE_PRIVATE_H

#include "config/plan.h"
#include "core/table.h"

struct reader {
    struct bundle *bundle;
    size_t capacity;
    struct problems *problems;
    struct table variables; /* those already noted */
    struct buf environment; /* the environment file, growing */
};

/* Adds the file at `path` as `name`, unless it is there; a failure is a problem at
 * `node`, which may be NULL. */
void reader_add(struct reader *r, const char *path, const char *name,
                const struct node *node);

/* Adds a directory's .yaml files in order of name; none when it is not there. */
void reader_add_directory(struct reader *r, const char *directory, const char *prefix);

/* Adds the files and variables that the main file and conf.d name. */
void reader_add_named(struct reader *r);

#endif
