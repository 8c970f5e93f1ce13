/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk in memory behind struct disk that behaves as badly as real ones may:
 *
 *   - written bytes stay in a cache until sync; at a power cut every 512-byte sector
 *     that was not synced is old, new, torn or garbage, by the seed;
 *   - names made, renamed or removed are durable after sync_dir of their folder; at a
 *     power cut a prefix of what was not synced holds;
 *   - the n-th call fails, once or from then on; a sync that fails drops the bytes and
 *     the next one claims success, as Linux does;
 *   - it is only so large.
 *
 * One seed and one sequence of calls give one result.  All functions may be called
 * from any thread; with threads the sequence, and so the result, is theirs.
 */
#ifndef FAULT_DISK_H
#define FAULT_DISK_H

#include "core/disk.h"

struct fault_disk;

/* An empty disk. */
struct fault_disk *fault_disk_new(uint64_t seed);
void fault_disk_free(struct fault_disk **disk);

/* The seam; it holds as long as the disk. */
struct disk fault_disk_seam(struct fault_disk *disk);

/* Calls through the seam so far. */
uint64_t fault_disk_calls(struct fault_disk *disk);

/* Makes call number `call` (from 1, counted from the start) fail with `code`,
 * ERR_SYSTEM or ERR_FULL; `forever`: and every one after it.  0: none fails.  Calls
 * that take no space fail with ERR_SYSTEM only; with ERR_FULL they work.  A write
 * that fails may have written its first half. */
void fault_disk_fail_at(struct fault_disk *disk, uint64_t call, enum err code,
                        bool forever);

/* Whether a fault was given since the last fault_disk_fail_at(). */
bool fault_disk_has_failed(struct fault_disk *disk);

/* All files together hold at most `bytes`; at the start 1 GiB. */
void fault_disk_set_capacity(struct fault_disk *disk, uint64_t bytes);

/* Stops (see below) at call number `call`; a write may do half of it.  0: never. */
void fault_disk_stop_at(struct fault_disk *disk, uint64_t call);
bool fault_disk_is_stopped(struct fault_disk *disk);

/* The process is as good as dead: every call fails and changes nothing, so that its
 * objects can be freed, until one of the two below. */
void fault_disk_stop(struct fault_disk *disk);

/* The process dies: open files and locks are gone, the cache stays. */
void fault_disk_kill(struct fault_disk *disk);

/* The power is cut: as above, and what was not synced is old, new, torn or garbage. */
void fault_disk_crash(struct fault_disk *disk);

/* Beyond the seam, for SQLite's files: makes an open file shorter (a call as those of the
 * seam); says that a power cut damages no byte of it beside those written; asks whether a
 * path leads anywhere. */
enum err fault_disk_truncate(struct fault_disk *disk, int file, uint64_t size,
                             struct error *e) MUST_CHECK;
void fault_disk_spare_beside(struct fault_disk *disk, int file);
bool fault_disk_has(struct fault_disk *disk, const char *path);

/* A file's bytes as the next read would give them, to look at or damage in place;
 * NULL: no such file.  Valid until the next call. */
uint8_t *fault_disk_bytes(struct fault_disk *disk, const char *path, size_t *ret_len);

/* Puts a whole, durable file in place. */
void fault_disk_put(struct fault_disk *disk, const char *path, struct bytes data);

/* A random number from the disk's seed, for schedules that share it. */
uint64_t fault_disk_random(struct fault_disk *disk);

#endif
