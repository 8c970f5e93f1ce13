/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite on the disk with faults: a VFS whose every open, read, write, truncate, sync and
 * delete goes through fault_disk, so that it fails, fills up, stops and loses what was
 * not synced as the journal's files do.
 *
 * It behaves as SQLite's own for Unix does where that matters after a power cut: it syncs
 * the folder with the first sync of a new journal or log, and claims that a write damages
 * no byte beside those written (SQLITE_IOCAP_POWERSAFE_OVERWRITE), which the disk then
 * keeps to for these files.  The index of the write-ahead log lies in memory: it ends
 * with the process.  One connection a file.
 *
 * Not for threads.
 */
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

#include "fault_disk.h"

struct fault_vfs;

/* Registers the VFS as SQLite's default; free() takes it away.  `disk` is borrowed; the
 * random numbers that SQLite asks for come from `seed` alone. */
struct fault_vfs *fault_vfs_new(struct fault_disk *disk, uint64_t seed);
void fault_vfs_free(struct fault_vfs **vfs);

#endif
