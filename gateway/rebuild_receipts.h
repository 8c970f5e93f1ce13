/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receipts that stand in a journal, for a database that is made again.
 *
 * A receipt names the registry that gave it, not the sink.  With one sink that is given
 * receipts the last one of a summary counts; with several, a summary's rows are settled
 * when as many registries as there are such sinks have said that they hold it.  Sinks
 * that are given none (file, postgres, kafka) send again.
 */
#ifndef REBUILD_RECEIPTS_H
#define REBUILD_RECEIPTS_H

#include "config/plan.h"
#include "core/table.h"
#include "outbox/outbox.h"

struct rebuild_receipts {
    struct table keys; /* a summary's key: its list */
};

void rebuild_receipts_init(struct rebuild_receipts *receipts);
void rebuild_receipts_deinit(struct rebuild_receipts *receipts);

/* Takes a record's payload; what is no receipt is passed over. */
void rebuild_receipts_add(struct rebuild_receipts *receipts, struct bytes payload);

/* Settles the rows of the plan's sinks, in one transaction; gives how many. */
enum err rebuild_receipts_apply(const struct rebuild_receipts *receipts,
                                const struct plan *plan, struct outbox *outbox,
                                uint64_t *ret_settled, struct error *e) MUST_CHECK;

#endif
