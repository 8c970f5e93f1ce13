/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to storage: what the journal needs of a file system and nothing more.
 * The real one is disk_system; tests hand in one that tears writes, loses what
 * was not synced, fails on the n-th call or is full.
 *
 * Paths are absolute or relative to the working directory.  All calls may be made
 * from any thread.  ERR_FULL: no space, quota or inodes left.  ERR_SYSTEM: the
 * rest.  ERR_REJECT: open or remove of a file that is not there.
 */
#ifndef CORE_DISK_H
#define CORE_DISK_H

#include "core/bytes.h"
#include "core/error.h"

enum disk_open {
    DISK_READ,   /* the file must exist */
    DISK_WRITE,  /* read and write; the file must exist */
    DISK_CREATE, /* read and write; the file must not exist */
};

typedef void disk_list_fn(void *ctx, const char *name);

struct disk {
    enum err (*open)(void *ctx, const char *path, enum disk_open how, int *ret_file,
                     struct error *e);
    void (*close)(void *ctx, int file);
    /* Writes all of `data` at `offset`. */
    enum err (*write)(void *ctx, int file, uint64_t offset, struct bytes data,
                      struct error *e);
    /* Reads up to `len` bytes; `*ret_len` is smaller only at the end of the file. */
    enum err (*read)(void *ctx, int file, uint64_t offset, uint8_t *data, size_t len,
                     size_t *ret_len, struct error *e);
    /* Data and size durable.  An error is final for this file: never retry it. */
    enum err (*sync)(void *ctx, int file, struct error *e);
    enum err (*size)(void *ctx, int file, uint64_t *ret_size, struct error *e);
    enum err (*rename)(void *ctx, const char *from, const char *to, struct error *e);
    enum err (*remove)(void *ctx, const char *path, struct error *e);
    enum err (*make_dir)(void *ctx, const char *path, struct error *e); /* exists: ok */
    /* Names created, renamed or removed in the directory are durable. */
    enum err (*sync_dir)(void *ctx, const char *path, struct error *e);
    enum err (*list)(void *ctx, const char *path, disk_list_fn *each, void *each_ctx,
                     struct error *e);
    enum err (*free_space)(void *ctx, const char *path, uint64_t *ret_bytes,
                           struct error *e);
    /* Creates the file where it is missing and holds it against every other process
     * until it is closed.  ERR_RETRY: another holds it. */
    enum err (*lock)(void *ctx, const char *path, int *ret_file, struct error *e);
    void *ctx;
};

/* The operating system's file system. */
extern const struct disk disk_system;

#endif
