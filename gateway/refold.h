/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folds a journal's records again from the first one on, with slices in memory, so that
 * nothing of the gateway is touched: for `emgate replay`, packs and verifiers.
 */
#ifndef REFOLD_H
#define REFOLD_H

#include "chapter.h"

struct refold_settings {
    const char *software; /* as summaries name it; outlives the refold */
    /* Gets each summary that is made.  An error ends the refold. */
    enum err (*summary)(void *ctx, const struct aggregate_summary *summary,
                        struct error *e);
    aggregate_touched_fn *touched; /* may be NULL */
    void *ctx;
};

struct refold;

/* Begins before the first record. */
enum err refold_open(const struct refold_settings *settings, struct refold **ret_refold,
                     struct error *e) MUST_CHECK;
void refold_close(struct refold **refold);

/* Takes the next record.  ERR_CORRUPT, ERR_CONFIG: the journal's own configuration can't
 * be read. */
enum err refold_take(struct refold *refold, const struct record *record,
                     struct error *e) MUST_CHECK;

#endif
