/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox's database made again from the journal alone: for one that is lost, cut or
 * damaged.  Summaries come out with the same bytes, signed by the keys of their time
 * where the private halves are still there; rows are settled by the receipts that stand
 * in the journal, and what has none is sent once more, which a registry answers with the
 * receipt it gave before.
 */
#ifndef REBUILD_H
#define REBUILD_H

#include "config/plan.h"

#define REBUILD_PATH_MAX 4200

struct rebuild_result {
    uint64_t records; /* in the journal */
    uint64_t summaries, dead_letters;
    uint64_t settled;            /* rows, by receipts */
    uint64_t waiting;            /* rows that will be sent */
    uint64_t unsigned_count;     /* summaries whose private key is not there */
    char kept[REBUILD_PATH_MAX]; /* where the old file is now; "": there was none */
};

/* Takes the state directory's lock for as long as it runs.  The new file takes the old
 * one's place when it is whole; a crash before leaves the old one.  ERR_RETRY: a gateway
 * is running.  ERR_CONFIG, ERR_CORRUPT: the journal's configuration or its records.
 * ERR_FULL, ERR_SYSTEM: the disk. */
enum err rebuild_run(const struct plan *plan, struct rebuild_result *ret_result,
                     struct error *e) MUST_CHECK;

#endif
