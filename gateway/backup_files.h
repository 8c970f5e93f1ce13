/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a backup: copied durably, listed with their hashes in a manifest of text.
 *
 *     emgate backup v1
 *     gateway <id>
 *     software <name and version>
 *     made <time>
 *     records <the journal's last>
 *     <SHA-256 in hex>  <path>        one a file; `sha256sum -c` reads these lines
 *     end <number of files>
 */
#ifndef BACKUP_FILES_H
#define BACKUP_FILES_H

#include "core/buf.h"
#include "core/error.h"

#define BACKUP_PATH_MAX 4096
#define BACKUP_MANIFEST "manifest"
#define BACKUP_MANIFEST_MAX (16U << 20)

/* Copies a file to a name that must be free, with this mode, and makes it durable.
 * ERR_CONFIG: the name is taken. */
enum err backup_copy_file(const char *from, const char *to, unsigned mode,
                          struct error *e) MUST_CHECK;

/* The same of bytes. */
enum err backup_write_file(const char *to, struct bytes data, unsigned mode,
                           struct error *e) MUST_CHECK;

/* The directories that lead to `path`, mode 0700 where they are made. */
enum err backup_make_folders(const char *path, struct error *e) MUST_CHECK;

/* The SHA-256 of a file. */
enum err backup_hash_file(const char *path, uint8_t ret_hash[32],
                          struct error *e) MUST_CHECK;

/* The lines of all files below `root`, in order of name, but for the manifest itself. */
enum err backup_list_files(const char *root, struct buf *lines, uint64_t *ret_count,
                           struct error *e) MUST_CHECK;

/* A manifest, read; texts are views. */
struct backup_manifest {
    struct bytes gateway, software, made;
    uint64_t records;
    uint64_t files;
    struct bytes lines; /* of the files */
};
/* ERR_REJECT: it is none.  ERR_CONFIG: of a later version. */
enum err backup_read_manifest(struct bytes text, struct backup_manifest *ret_manifest,
                              struct error *e) MUST_CHECK;

/* The next file of `lines`, which moves on; false at the end.  `path` is terminated and
 * leads nowhere out of the backup. */
bool backup_next_file(struct bytes *lines, char path[BACKUP_PATH_MAX],
                      uint8_t ret_hash[32]);

/* Compares every file below `root` with its line.  ERR_CORRUPT names the first that is
 * not as it was. */
enum err backup_check_files(const char *root, const struct backup_manifest *manifest,
                            struct error *e) MUST_CHECK;

#endif
