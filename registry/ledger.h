/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the registry, over any store.  Totals are kept by differences, gathered
 * over a transaction.
 *
 *   - A key that is stored is stored: the same receipt again, whenever it comes.
 *   - A window of a process has one summary a revision; another is a conflict.
 *   - Windows of a process don't overlap; all revisions of one have its length.
 *   - Revision n names revision n-1, where that is known; they may come in any order.
 *   - The chain of a gateway that signs has no fork and no rollback (registry/chain.h).
 *   - Only the latest revision counts in totals: it replaces the one before exactly.
 */
#ifndef REGISTRY_LEDGER_H
#define REGISTRY_LEDGER_H

#include "registry/store.h"

struct ledger;

/* `driver` and `store` outlive it.  One thread at a time. */
struct ledger *ledger_new(const struct store_driver *driver, struct store *store);
void ledger_free(struct ledger **ledger);

/* Judges a readable arrival and files it when it may stand.  Inside a transaction; an
 * error means that the transaction must be rolled back. */
enum err ledger_put(struct ledger *ledger, struct arrival *arrival, int64_t now_ns,
                    struct error *e) MUST_CHECK;

/* Writes what was added to totals, before the commit; or forgets it, after a rollback. */
enum err ledger_flush(struct ledger *ledger, struct error *e) MUST_CHECK;
void ledger_forget(struct ledger *ledger);

/* The label of the day, month or year that a time falls into, in a zone.  An empty zone
 * is UTC.  ERR_REJECT: no such zone. */
enum err ledger_label(struct ledger *ledger, const char *zone, int64_t ns,
                      enum period period, char ret_label[PERIOD_LABEL_MAX],
                      struct error *e) MUST_CHECK;

#endif
