/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chapter: the fold under one configuration.  A configuration record turns the page:
 * the state goes over to the fold of the new configuration, by name.
 *
 * Live run and replay turn pages alike, since both do it here.
 */
#ifndef CHAPTER_H
#define CHAPTER_H

#include "fold.h"

#define CHAPTER_STATE_MAX (256U << 20)

struct chapter {
    struct bundle bundle;
    struct plan *plan;
    struct fold *fold;                /* NULL before the first configuration */
    struct merkle before;             /* the records before it */
    char software[FOLD_SOFTWARE_MAX]; /* that a start before it names, or "" */
};

/* Begins from stored bytes: a configuration bundle, and the state to go on from (empty:
 * from the beginning).  ERR_CORRUPT, ERR_CONFIG; the chapter is closed then. */
enum err chapter_open(struct chapter *chapter, struct bytes config, struct bytes saved,
                      const struct slice_store *store, const char *software,
                      struct error *e) MUST_CHECK;

/* Turns to the configuration of a record's payload.  The caller has flushed the slices
 * of the one before.  ERR_CORRUPT, ERR_CONFIG: nothing can be folded any more. */
enum err chapter_turn(struct chapter *chapter, struct bytes config,
                      const struct slice_store *store, const char *software,
                      struct error *e) MUST_CHECK;

/* Takes one record, as fold_step(); before the first configuration it only counts into
 * the journal's tree. */
enum err chapter_step(struct chapter *chapter, const struct record *record,
                      const struct fold_out *out, struct error *e) MUST_CHECK;

void chapter_close(struct chapter *chapter);

#endif
