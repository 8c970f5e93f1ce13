/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes on disk: what is written reads back, and anything else does not. */
#include "journal/format.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SEGMENT_LEN 65536u
#define GROUPS_MAX 32u

static struct segment_header sample_header(void)
{
    struct segment_header header = {.number = 7,
                                    .size = SEGMENT_LEN,
                                    .first_seq = 100,
                                    .previous_number = 6,
                                    .previous_end = 40960,
                                    .wall_ns = 1,
                                    .boot_ns = 2};
    snprintf(header.gateway_id, sizeof header.gateway_id, "gw");
    snprintf(header.software, sizeof header.software, "emgate");
    return header;
}

/* Puts a group of `count` records at `place`; gives its padded length. */
static size_t put_group(uint8_t *data, struct place place, uint64_t first_seq,
                        uint32_t count)
{
    struct group group = {.len = FORMAT_GROUP_HEAD,
                          .count = count,
                          .first_seq = first_seq,
                          .last_seq = first_seq + count - 1};
    for (uint64_t i = 0; i < count; i++) {
        uint8_t payload[64];
        size_t len = 20 + i % 40;
        memset(payload, (int)(first_seq + i), sizeof payload);
        struct record record = {.type = RECORD_MESSAGE,
                                .seq = first_seq + i,
                                .wall_ns = 5,
                                .boot_ns = 6,
                                .payload = {.data = payload, .len = len}};
        format_put_record(data + group.len, &record);
        group.len += FORMAT_RECORD_HEAD + (uint32_t)len;
    }
    format_seal_group(data, place, &group);
    return (size_t)format_padded(group.len);
}

/* A segment full of groups; gives where each begins, and the end. */
static size_t make_segment(uint8_t *data, size_t *starts)
{
    struct segment_header header = sample_header();
    format_put_header(&header, data);
    size_t at = FORMAT_BLOCK;
    size_t groups = 0;
    for (uint64_t seq = 100; at + 2 * (size_t)FORMAT_BLOCK <= SEGMENT_LEN; seq += 60) {
        starts[groups++] = at;
        struct place place = {.segment = 7, .offset = at};
        at += put_group(data + at, place, seq, 60);
    }
    starts[groups] = at;
    return groups;
}

static bool group_stands(const uint8_t *data, size_t at)
{
    struct place place = {.segment = 7, .offset = at};
    struct group group;
    struct bytes rest = {.data = data + at, .len = SEGMENT_LEN - at};
    return format_get_group(rest, place, &group);
}

Test(format, a_header_reads_back_and_only_under_its_number)
{
    struct segment_header header = sample_header();
    struct segment_header back;
    uint8_t block[FORMAT_BLOCK];
    format_put_header(&header, block);

    cr_assert_eq(format_get_header(block, 7, &back), HEADER_VALID);
    cr_assert_eq(back.first_seq, 100);
    cr_assert_eq(back.previous_end, 40960);
    cr_assert_str_eq(back.gateway_id, "gw");
    cr_assert_eq(format_get_header(block, 8, &back), HEADER_BAD);
    memset(block, 0, sizeof block);
    cr_assert_eq(format_get_header(block, 7, &back), HEADER_ZERO);
}

Test(format, a_group_gives_back_its_records)
{
    static uint8_t data[4 * FORMAT_BLOCK];
    struct place place = {.segment = 3, .offset = 8192};
    size_t len = put_group(data, place, 10, 5);
    struct group group;

    cr_assert(format_get_group((struct bytes){.data = data, .len = len}, place, &group));

    cr_assert_eq(group.count, 5);
    cr_assert_eq(group.last_seq, 14);
    cr_assert(format_check_hashes((struct bytes){.data = data, .len = len}, &group));
    struct bytes rest = {.data = data + FORMAT_GROUP_HEAD,
                         .len = group.len - FORMAT_GROUP_HEAD};
    for (uint64_t seq = 10; seq <= 14; seq++) {
        struct record record;
        size_t whole = format_get_record(rest, &record);
        cr_assert_eq(record.seq, seq);
        cr_assert_eq(record.payload.data[0], seq);
        rest = bytes_slice(rest, whole, rest.len);
    }
    cr_assert_eq(rest.len, 0);
}

Test(format, every_flipped_bit_of_a_64_KiB_journal_is_found_in_its_own_group)
{
    static uint8_t data[SEGMENT_LEN];
    size_t starts[GROUPS_MAX] = {0};
    size_t groups = make_segment(data, starts);
    uint64_t missed = 0;
    struct segment_header header;

    for (size_t bit = 0; bit < (size_t)FORMAT_BLOCK * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        missed += format_get_header(data, 7, &header) == HEADER_BAD ? 0 : 1;
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t g = 0; g < groups; g++) {
        for (size_t bit = starts[g] * 8; bit < starts[g + 1] * 8; bit++) {
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            missed += group_stands(data, starts[g]) ? 1 : 0;
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        cr_assert(group_stands(data, starts[g]));
    }

    cr_assert_eq(missed, 0);
    cr_assert_geq(starts[groups], SEGMENT_LEN - 2 * FORMAT_BLOCK);
}

Test(format, a_group_at_another_place_does_not_stand)
{
    static uint8_t data[SEGMENT_LEN];
    static uint8_t moved[SEGMENT_LEN];
    size_t starts[GROUPS_MAX] = {0};
    size_t groups = make_segment(data, starts);

    for (size_t a = 0; a < groups; a++) {
        for (size_t b = 0; b < groups; b++) {
            size_t len = starts[a + 1] - starts[a];
            if (a == b || starts[b] + len > SEGMENT_LEN) {
                continue;
            }
            memcpy(moved, data, sizeof moved);
            memcpy(moved + starts[b], data + starts[a], len);
            cr_assert_not(group_stands(moved, starts[b]), "group %zu at %zu", a, b);
        }
    }
}

Test(format, moving_a_group_changes_its_checksums_and_not_its_hashes)
{
    static uint8_t data[4 * FORMAT_BLOCK];
    struct place from = {.segment = 3, .offset = 8192};
    struct place to = {.segment = 4, .offset = 4096};
    size_t len = put_group(data, from, 10, 5);
    struct bytes bytes = {.data = data, .len = len};
    struct group before;
    struct group after;
    cr_assert(format_get_group(bytes, from, &before));

    format_move_group(data, to);

    cr_assert_not(format_get_group(bytes, from, &after));
    cr_assert(format_get_group(bytes, to, &after));
    cr_assert_arr_eq(before.chain, after.chain, FORMAT_HASH);
    cr_assert(format_check_hashes(bytes, &after));
}

Test(format, hashes_find_what_checksums_were_made_to_fit)
{
    static uint8_t data[4 * FORMAT_BLOCK];
    struct place place = {.segment = 3, .offset = 8192};
    size_t len = put_group(data, place, 10, 5);
    struct bytes bytes = {.data = data, .len = len};
    struct group group;

    data[FORMAT_GROUP_HEAD + FORMAT_RECORD_HEAD] ^= 1;
    format_move_group(data, place);

    cr_assert(format_get_group(bytes, place, &group));
    cr_assert_not(format_check_hashes(bytes, &group));
}

Test(format, zeros_are_told_from_anything_else)
{
    uint8_t data[100] = {0};
    for (size_t len = 0; len < sizeof data; len++) {
        cr_assert(format_all_zero((struct bytes){.data = data, .len = len}));
        for (size_t i = 0; i < len; i++) {
            data[i] = 4;
            cr_assert_not(format_all_zero((struct bytes){.data = data, .len = len}));
            data[i] = 0;
        }
    }
}
