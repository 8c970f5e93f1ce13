/* SPDX-License-Identifier: Apache-2.0 */
/* Finds groups by the journal's own walk over a segment. */
#include "groups.h"

#include "core/mem.h"
#include "journal/journal_private.h"

#define GROUPS_MAX 1024

struct found_group {
    uint64_t segment, offset;
    struct group group;
};

struct found {
    struct found_group *groups;
    size_t count;
    uint64_t segment;
};

static void take_group(void *ctx, uint64_t offset, struct bytes data,
                       const struct group *group)
{
    struct found *found = ctx;
    (void)data;
    if (found->count < GROUPS_MAX) {
        found->groups[found->count++] =
            (struct found_group){found->segment, offset, *group};
    }
}

static void find_groups(struct fault_disk *disk, const char *directory,
                        struct found *found)
{
    for (found->segment = 1; found->segment < GROUPS_MAX; found->segment++) {
        size_t len = 0;
        struct path path = folder_segment(directory, found->segment);
        const uint8_t *data = fault_disk_bytes(disk, path.text, &len);
        if (!data) {
            return;
        }
        struct scan scan = {.data = {data, len},
                            .number = found->segment,
                            .each = take_group,
                            .ctx = found};
        scan_run(&scan);
        mem_free(&scan.holes);
    }
}

static bool is_proved(const struct found *found, size_t at)
{
    for (size_t i = at + 1; i < found->count; i++) {
        const struct found_group *later = &found->groups[i];
        if (later->segment == found->groups[at].segment &&
            later->group.synced_seq >= found->groups[at].group.last_seq) {
            return true;
        }
    }
    return false;
}

bool groups_pick(struct fault_disk *disk, const char *directory, uint64_t last_seq,
                 uint64_t random, struct groups_place *ret_place)
{
    struct found found = {.groups = mem_array(GROUPS_MAX, sizeof *found.groups)};
    bool picked = false;
    find_groups(disk, directory, &found);
    for (size_t i = 0; i < found.count && !picked; i++) {
        size_t at = (size_t)((random + i) % found.count);
        const struct found_group *g = &found.groups[at];
        picked = g->group.last_seq <= last_seq && is_proved(&found, at);
        if (picked) {
            *ret_place = (struct groups_place){g->segment, g->offset, g->group.len,
                                               g->group.first_seq, g->group.last_seq};
        }
    }
    mem_free(&found.groups);
    return picked;
}
