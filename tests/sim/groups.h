/* SPDX-License-Identifier: Apache-2.0 */
/* The commit groups of a journal that lies on the disk with faults. */
#ifndef SIM_GROUPS_H
#define SIM_GROUPS_H

#include "fault_disk.h"

struct groups_place {
    uint64_t segment, offset, len; /* in bytes, head and records */
    uint64_t first_seq, last_seq;
};

/* One of the groups that a later one in the same segment says are synced, and that end at
 * record `last_seq` or before; false: there is none. */
bool groups_pick(struct fault_disk *disk, const char *directory, uint64_t last_seq,
                 uint64_t random, struct groups_place *ret_place);

#endif
