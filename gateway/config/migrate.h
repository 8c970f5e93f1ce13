/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file of an earlier version, written as this version wants it: keys are
 * renamed where they stand, so that comments and layout stay.
 *
 * `version:` at the top says which version a file was written for; without it, the
 * first.  A later one than this program's is refused.
 */
#ifndef CONFIG_MIGRATE_H
#define CONFIG_MIGRATE_H

#include "config/node/node.h"

#define CONFIG_VERSION 1

/* A key that has another name since a version.  `path` is the names of the maps that
 * lead to it, as "windows.grace"; items of a list stand for none. */
struct config_move {
    int since;
    const char *path;
    const char *name; /* the new one, of the last part */
};

/* What has moved so far; ends in {0}. */
extern const struct config_move config_moves[];

/* The version that a document says; 0 after a problem at its place: it is no number, or
 * a later one than `newest`. */
int config_version_of(const struct node *root, int newest, struct problems *problems);

/* Writes `text` as of version `newest` to `out`; gives how many keys were renamed.  What
 * can't be read, or is there under both names, is a problem with line and column, and
 * `out` is then not to be used. */
size_t config_migrate(const char *name, struct bytes text,
                      const struct config_move *moves, int newest, struct buf *out,
                      struct problems *problems);

#endif
