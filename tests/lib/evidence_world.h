/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway's state directory as six minutes of a small plant leave it: journal, outbox
 * and public key, with a late reading that made a revision, a changed configuration, a
 * changed key and a registry's signed receipts.  Every run makes the same bytes.
 */
#ifndef LIB_EVIDENCE_WORLD_H
#define LIB_EVIDENCE_WORLD_H

#include "evidence/key.h"
#include "packing.h"

#define WORLD_GATEWAY "test-01"

struct evidence_world {
    char state[64];    /* the directory */
    char journal[128]; /* in it */
    char database[128];
    struct outbox *outbox;
    struct key_pair *keys[2]; /* of the gateway, in order */
    struct key_pair *registry;
    struct key_public registry_key;
};

/* Makes it in a new directory below /tmp, and removes it. */
void evidence_world_open(struct evidence_world *world);
void evidence_world_close(struct evidence_world *world);

/* Writes its configuration to a file in the state directory; gives the path. */
void evidence_world_config(const struct evidence_world *world, char path[128]);

/* The same as a plan. */
struct plan *evidence_world_plan(const struct evidence_world *world);

/* A pack of it; the caller frees it. */
struct buf evidence_world_pack(const struct evidence_world *world, const char *process,
                               bool whole);

#endif
