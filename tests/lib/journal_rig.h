/* SPDX-License-Identifier: Apache-2.0 */
/* A journal on a disk with faults, and what its tests do again and again. */
#ifndef JOURNAL_RIG_H
#define JOURNAL_RIG_H

#include "fault_disk.h"
#include "journal/journal.h"

#define RIG_DIRECTORY "/j"
#define RIG_SEGMENT (64u * 1024u)

struct rig {
    struct fault_disk *faults;
    struct disk disk;
    struct clock clock;
    int64_t now_ns; /* both clocks; goes on by 1 us with each look */
    struct journal_settings settings;
    struct journal *journal; /* NULL: not open */
    struct error error;
};

/* Small segments, no helper thread, sync always; the journal is not open yet. */
void rig_init(struct rig *rig, uint64_t seed);
void rig_deinit(struct rig *rig);

/* journal_open() and journal_close(); the error is in the rig. */
enum err rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* The process dies (power: and the power is cut); the journal is gone. */
void rig_die(struct rig *rig, bool power);

/* Appends the record whose payload rig_check() knows: `len` bytes made from `value`,
 * at least 8. */
enum err rig_append(struct rig *rig, uint64_t value, size_t len, uint64_t *ret_seq);

/* The value of a payload made by rig_append; 0 and false when it is not whole. */
bool rig_value(struct bytes payload, uint64_t *ret_value);

/* Reads a directory from the start: values of messages in order, at most `max`.
 * Damage that the reader tells of is counted. */
size_t rig_read(struct rig *rig, uint64_t *values, size_t max, size_t *ret_damage);

/* Verifies and gives the report; findings are counted. */
struct journal_report rig_verify(struct rig *rig, size_t *ret_findings);

/* The bytes of a segment, to look at or damage in place; NULL: not there. */
uint8_t *rig_segment(struct rig *rig, uint64_t number, size_t *ret_len);

#endif
