/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the disk with faults keeps: names that lead to contents, each as it is now and
 * as a power cut would surely leave it.  Private to tests/lib.
 */
#ifndef FAULT_FILES_H
#define FAULT_FILES_H

#include "core/bytes.h"

#define SECTOR 512u
#define NAME_MAX_LEN 255u

/* A file's content: what reads give, and what a power cut leaves for sure. */
struct node {
    uint8_t *data, *stable;
    uint8_t *dirty;   /* one byte a sector */
    uint8_t *written; /* one byte a byte, with `spares_beside`; else NULL */
    size_t size, stable_size, capacity;
    bool used, is_dir;
    bool spares_beside; /* a power cut damages only bytes that were written */
};

struct name {
    char path[NAME_MAX_LEN + 1];
    size_t node;
};

struct names {
    struct name *items;
    size_t count, capacity;
};

enum change_kind { CHANGE_ADD, CHANGE_RENAME, CHANGE_REMOVE };

/* A change of names that is not durable yet. */
struct change {
    enum change_kind kind;
    char from[NAME_MAX_LEN + 1], to[NAME_MAX_LEN + 1];
    size_t node;
};

/* The next of a sequence; the state is never 0. */
uint64_t files_random(uint64_t *state);

/* The entry of a path, or NULL; a view until the next change. */
struct name *names_find(const struct names *names, const char *path);

/* Makes a path lead to a node; makes it lead nowhere; does what a change says. */
void names_set(struct names *names, const char *path, size_t node);
void names_remove(struct names *names, const char *path);
void names_apply(struct names *names, const struct change *change);

/* Makes `to` the same as `from`. */
void names_copy(struct names *to, const struct names *from);

/* Whether `path` stands directly in `folder`. */
bool path_is_in(const char *path, const char *folder);

/* Puts bytes into the cache. */
void node_write(struct node *node, size_t offset, struct bytes data);

/* Makes it shorter; what is cut off reads as zero when it grows again. */
void node_truncate(struct node *node, size_t size);

/* From now on a power cut damages no byte beside those written. */
void node_spare_beside(struct node *node);

/* Makes the cache durable. */
void node_sync(struct node *node);

/* What Linux does after a failed sync: the pages count as clean. */
void node_forget(struct node *node);

/* Cuts the power: each sector not synced is old, new, torn or garbage. */
void node_crash(struct node *node, uint64_t *random_state);

/* Frees the content; the slot is unused then. */
void node_free(struct node *node);

#endif
