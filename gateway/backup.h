/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of a gateway, taken while it works, and the way back.
 *
 *     manifest               what there is, with hashes (backup_files.h)
 *     state/outbox.db        the database of one moment, the fold's state in it
 *     state/journal/         every record up to one that is durable and not before it
 *     state/...              public keys, bridges' places; private keys when asked for
 *     config/                every file that the configuration was made of
 *
 * Opening a copy at another place gives the same summaries: what the database has not
 * folded yet stands in the journal.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include "backup_files.h"
#include "config/plan.h"
#include "outbox/outbox.h"

/* In the state directory, while a backup is made. */
#define BACKUP_SNAPSHOT "backup.db"

/* Copies the database to BACKUP_SNAPSHOT in the state directory, in place of an older
 * one. */
enum err backup_snapshot(struct outbox *outbox, const char *state_directory,
                         struct error *e) MUST_CHECK;

struct backup_settings {
    const struct plan *plan;
    const struct bundle *bundle;
    const char *to;     /* a directory that is empty or not there yet */
    uint64_t until_seq; /* durable now, and folded by the snapshot at most up to it */
    bool private_keys;
};

struct backup_result {
    uint64_t records, summaries, files;
    uint64_t damaged; /* places of the journal that were damaged before */
    bool keys_left_out;
    bool key_elsewhere; /* the signing key is in no file of the state directory */
};

/* Writes, reads back and checks; the manifest comes last, so that a backup that was
 * broken off is none.  Takes BACKUP_SNAPSHOT away.  ERR_CONFIG: the directory is not
 * empty.  ERR_CORRUPT: what was written does not check. */
enum err backup_write(const struct backup_settings *settings,
                      struct backup_result *ret_result, struct error *e) MUST_CHECK;

struct restore_result {
    uint64_t records, summaries;
    bool without_key; /* there is no private key yet */
};

/* Puts the state of a backup where the plan has it.  Holds the state directory's lock.
 * ERR_CONFIG: something is there already, or it is another gateway's, or of a later
 * version; nothing was written.  ERR_CORRUPT, ERR_REJECT: the backup is not whole. */
enum err backup_restore(const char *from, const struct plan *plan,
                        struct restore_result *ret_result, struct error *e) MUST_CHECK;

#endif
