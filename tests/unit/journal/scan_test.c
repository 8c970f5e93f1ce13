/* SPDX-License-Identifier: Apache-2.0 */
/* A torn tail and damage are told apart by what later groups say was synced. */
#include "journal/journal_private.h"

#include "core/mem.h"

#include <criterion/criterion.h>

#define NUMBER 5u

/* A segment of one-block groups with three records each, from seq 1 on; group i says
 * that `synced[i]` was synced. */
struct example {
    uint8_t data[8 * FORMAT_BLOCK];
    struct scan scan;
};

static void make(struct example *example, const uint64_t *synced, size_t count)
{
    memset(example->data, 0, sizeof example->data);
    for (size_t i = 0; i < count; i++) {
        size_t at = (i + 1) * FORMAT_BLOCK;
        struct group group = {.len = FORMAT_GROUP_HEAD,
                              .count = 3,
                              .first_seq = i * 3 + 1,
                              .last_seq = i * 3 + 3,
                              .synced_seq = synced[i]};
        for (uint64_t seq = group.first_seq; seq <= group.last_seq; seq++) {
            struct record record = {.type = RECORD_TICK, .seq = seq};
            format_put_record(example->data + at + group.len, &record);
            group.len += FORMAT_RECORD_HEAD;
        }
        format_seal_group(example->data + at, (struct place){NUMBER, at}, &group);
    }
    example->scan = (struct scan){
        .data = {.data = example->data, .len = sizeof example->data},
        .number = NUMBER,
        .expected = 1,
    };
}

static void damage_group(struct example *example, size_t index)
{
    example->data[(index + 1) * FORMAT_BLOCK + 200] ^= 1;
}

Test(scan, whole_groups_are_all_taken)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 6}, 3);

    scan_run(&example.scan);

    cr_assert_eq(example.scan.groups, 3);
    cr_assert_eq(example.scan.last_seq, 9);
    cr_assert_eq(example.scan.good_end, 4 * FORMAT_BLOCK);
    cr_assert_eq(example.scan.hole_count, 0);
    cr_assert_eq(example.scan.torn_from, example.scan.torn_to);
}

Test(scan, a_bad_last_group_is_a_torn_tail)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 6}, 3);
    damage_group(&example, 2);

    scan_run(&example.scan);

    cr_assert_eq(example.scan.last_seq, 6);
    cr_assert_eq(example.scan.hole_count, 0);
    cr_assert_eq(example.scan.torn_from, 3 * FORMAT_BLOCK);
    cr_assert_eq(example.scan.torn_to, 4 * FORMAT_BLOCK);
}

Test(scan, a_bad_group_that_was_synced_is_damage_and_the_rest_is_kept)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 6}, 3);
    damage_group(&example, 1);

    scan_run(&example.scan);

    cr_assert_eq(example.scan.last_seq, 9);
    cr_assert_eq(example.scan.hole_count, 1);
    struct hole hole = example.scan.holes[0];
    cr_assert_eq(hole.offset, 2 * FORMAT_BLOCK);
    cr_assert_eq(hole.end, 3 * FORMAT_BLOCK);
    cr_assert_eq(hole.first_seq, 4);
    cr_assert_eq(hole.last_seq, 6);
    mem_free(&example.scan.holes);
}

Test(scan, a_bad_group_of_a_commit_that_never_ended_is_torn_with_what_follows)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 3}, 3);
    damage_group(&example, 1);

    scan_run(&example.scan);

    cr_assert_eq(example.scan.last_seq, 3);
    cr_assert_eq(example.scan.hole_count, 0);
    cr_assert_eq(example.scan.torn_from, 2 * FORMAT_BLOCK);
    cr_assert_eq(example.scan.torn_to, 4 * FORMAT_BLOCK);
}

Test(scan, a_known_end_proves_that_the_last_group_was_there)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 6}, 3);
    damage_group(&example, 2);
    example.scan.end = 4 * FORMAT_BLOCK;

    scan_run(&example.scan);

    cr_assert_eq(example.scan.last_seq, 6);
    cr_assert_eq(example.scan.hole_count, 1);
    cr_assert_eq(example.scan.holes[0].offset, 3 * FORMAT_BLOCK);
    cr_assert_eq(example.scan.holes[0].last_seq, 0);
    mem_free(&example.scan.holes);
}

Test(scan, an_older_group_in_place_of_a_newer_one_is_damage)
{
    struct example example;
    make(&example, (uint64_t[]){0, 3, 6}, 3);
    example.scan.expected = 1;
    struct group stale = {.len = FORMAT_GROUP_HEAD + FORMAT_RECORD_HEAD,
                          .count = 1,
                          .first_seq = 1,
                          .last_seq = 1};
    uint8_t *at = example.data + 2 * FORMAT_BLOCK;
    memset(at, 0, FORMAT_BLOCK);
    format_put_record(at + FORMAT_GROUP_HEAD,
                      &(struct record){.type = RECORD_TICK, .seq = 1});
    format_seal_group(at, (struct place){NUMBER, 2 * FORMAT_BLOCK}, &stale);

    scan_run(&example.scan);

    cr_assert_eq(example.scan.hole_count, 1);
    cr_assert_eq(example.scan.holes[0].first_seq, 4);
    cr_assert_eq(example.scan.last_seq, 9);
    mem_free(&example.scan.holes);
}
