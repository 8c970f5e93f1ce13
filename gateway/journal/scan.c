/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over a segment in memory and tells good groups, damage and a torn tail apart.
 *
 * Writes of one commit reach the disk in any order until the sync returns, so a good
 * group behind a bad one is no proof of damage.  But each group names the last seq
 * that was known to be synced when it was written: a good group that says so of the
 * records missing before it proves that they had been there.
 */
#include "journal/journal_private.h"

#include "core/mem.h"

static bool group_at(const struct scan *scan, uint64_t offset, struct group *ret_group)
{
    struct place place = {.segment = scan->number, .offset = offset};
    struct bytes data = bytes_slice(scan->data, (size_t)offset, scan->data.len);
    return format_get_group(data, place, ret_group) &&
           ret_group->first_seq >= scan->expected;
}

/* The next good group from `offset` on; scan->data.len when there is none. */
static uint64_t next_group(const struct scan *scan, uint64_t offset,
                           struct group *ret_group)
{
    for (; offset < scan->data.len; offset += FORMAT_BLOCK) {
        if (group_at(scan, offset, ret_group)) {
            return offset;
        }
    }
    return scan->data.len;
}

/* Whether a group from `offset` on says that the expected record had been synced. */
bool scan_is_proved(const struct scan *scan, uint64_t offset)
{
    if (scan->end > offset) {
        return true;
    }
    struct group group;
    uint64_t wanted = scan->expected;
    offset = next_group(scan, offset, &group);
    while (offset < scan->data.len) {
        wanted = wanted ? wanted : group.first_seq;
        if (group.synced_seq >= wanted) {
            return true;
        }
        offset = next_group(scan, offset + format_padded(group.len), &group);
    }
    return false;
}

static void add_hole(struct scan *scan, struct hole hole)
{
    scan->holes =
        mem_grow(scan->holes, scan->hole_count, &scan->hole_capacity, sizeof hole);
    scan->holes[scan->hole_count++] = hole;
}

static void take_group(struct scan *scan, uint64_t offset, const struct group *group)
{
    scan->groups++;
    scan->last_seq = group->last_seq;
    scan->expected = group->last_seq + 1;
    scan->good_end = offset + format_padded(group->len);
    memcpy(scan->chain, group->chain, sizeof scan->chain);
    if (scan->each) {
        struct bytes data =
            bytes_slice(scan->data, (size_t)offset, (size_t)format_padded(group->len));
        scan->each(scan->ctx, offset, data, group);
    }
}

/* The byte behind the last one that is not zero. */
static uint64_t used_end(struct bytes data)
{
    size_t len = data.len;
    while (len > FORMAT_BLOCK) {
        size_t from = (len - 1) / FORMAT_BLOCK * FORMAT_BLOCK;
        if (!format_all_zero(bytes_slice(data, from, len - from))) {
            break;
        }
        len = from;
    }
    return len;
}

/* Nothing good from `offset` on up to the end that must be. */
static void end_in_hole(struct scan *scan, uint64_t offset)
{
    add_hole(scan, (struct hole){.offset = offset, .end = scan->end});
}

void scan_run(struct scan *scan)
{
    uint64_t offset = FORMAT_BLOCK;
    scan->good_end = FORMAT_BLOCK;
    uint64_t stop = scan->end ? scan->end : scan->data.len;
    while (offset < stop) {
        struct group group;
        uint64_t next = next_group(scan, offset, &group);
        bool none = next >= stop;
        bool skips = !none && (next > offset ||
                               (scan->expected && group.first_seq > scan->expected));
        if ((none || skips) && !scan_is_proved(scan, offset)) {
            break;
        }
        if (none) {
            end_in_hole(scan, offset);
            offset = stop;
            break;
        }
        if (skips) {
            bool known = scan->expected && group.first_seq > scan->expected;
            add_hole(scan, (struct hole){
                               .offset = offset,
                               .end = next,
                               .first_seq = known ? scan->expected : 0,
                               .last_seq = known ? group.first_seq - 1 : 0,
                           });
        }
        take_group(scan, next, &group);
        offset = scan->good_end;
    }
    uint64_t used = used_end(scan->data);
    scan->torn_from = offset;
    scan->torn_to = used > offset ? used : offset;
}
