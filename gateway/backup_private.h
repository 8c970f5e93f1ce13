/* SPDX-License-Identifier: Apache-2.0 */
/* What writing and restoring a backup share. */
#ifndef BACKUP_PRIVATE_H
#define BACKUP_PRIVATE_H

#include "backup.h"

#define BACKUP_LONG_PATH 8192UL

/* A private half in the state directory: signing.key, .next, .<id>. */
bool backup_is_private(const char *name);

/* Checks journal and database; the journal must end with this record.  `damaged` counts
 * what is damaged in the journal. */
enum err backup_check_stores(const char *journal, const char *database, uint64_t last_seq,
                             uint64_t *ret_summaries, uint64_t *ret_damaged,
                             struct error *e) MUST_CHECK;

#endif
