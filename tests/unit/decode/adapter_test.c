/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/adapter.h"

#include "core/clock.h"

#include <criterion/criterion.h>

#define RECEIVED_NS (INT64_C(1785340800) * NS_PER_S)

Test(adapter, a_time_outside_the_century_is_replaced_and_doubted)
{
    const int64_t times[] = {0, INT64_MIN, INT64_MAX, INT64_C(946684799) * NS_PER_S,
                             INT64_C(4102444800) * NS_PER_S};
    struct message message = {.received_ns = RECEIVED_NS};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct reading reading = {0};
        reading_set_time(&reading, times[i], &message);
        cr_assert_eq(reading.event_ns, RECEIVED_NS);
        cr_assert_eq(reading.quality, QUALITY_UNCERTAIN);
        cr_assert(bytes_are(reading.detail, "implausible_timestamp"));
    }
    struct reading first = {0};
    reading_set_time(&first, INT64_C(946684800) * NS_PER_S, &message);
    cr_assert_eq(first.quality, QUALITY_GOOD);
}

Test(adapter, a_bad_reading_keeps_its_reason_whatever_its_time)
{
    struct message message = {.received_ns = RECEIVED_NS};
    struct reading reading = {.quality = QUALITY_BAD, .detail = BYTES("null")};
    reading_set_time(&reading, 0, &message);
    cr_assert_eq(reading.quality, QUALITY_BAD);
    cr_assert(bytes_are(reading.detail, "null"));
}

Test(adapter, a_retained_message_without_a_time_is_doubted)
{
    struct message message = {.received_ns = RECEIVED_NS, .retained = true};
    struct reading reading = {0};
    reading_set_receive_time(&reading, &message, NULL);
    cr_assert(bytes_are(reading.detail, "retained_no_timestamp"));
    cr_assert(reading.flags & READING_RETAINED);
    struct reading timed = {0};
    reading_set_time(&timed, RECEIVED_NS, &message);
    cr_assert_eq(timed.quality, QUALITY_GOOD);
}

Test(adapter, reserved_readings_cannot_fail_to_be_added)
{
    struct arena arena;
    arena_init(&arena, 1000 * sizeof(struct reading));
    struct decoding d = {.arena = &arena};
    decoding_add(&d)->flags = 7;
    cr_assert(decoding_reserve(&d, 900));
    size_t used = arena.used;
    for (int i = 0; i < 900; i++) {
        cr_assert_not_null(decoding_add(&d));
    }
    cr_assert_eq(arena.used, used);
    cr_assert_eq(d.readings[0].flags, 7);
    cr_assert_not(decoding_reserve(&d, 1000));
    arena_deinit(&arena);
}

Test(adapter, the_first_bad_part_is_told_and_no_reading_at_all_is_a_refusal)
{
    struct arena arena;
    arena_init(&arena, 65536);
    struct decoding d = {.arena = &arena};
    decoding_part_bad(&d, "first", "line %d", 1);
    decoding_part_bad(&d, "second", "line %d", 2);
    cr_assert_str_eq(d.reason, "first");
    cr_assert_str_eq(d.detail, "line 1");
    decoding_add(&d);
    decoding_settle(&d);
    cr_assert_eq(d.outcome, OUTCOME_PARTIAL);
    d.count = 0;
    decoding_settle(&d);
    cr_assert_eq(d.outcome, OUTCOME_REJECTED);
    arena_deinit(&arena);
}

Test(adapter, a_refusal_with_actions_has_no_readings)
{
    struct arena arena;
    arena_init(&arena, 65536);
    struct decoding d = {.arena = &arena};
    decoding_add(&d);
    decoding_act(&d, (struct action){.kind = BYTES("rebirth")});
    cr_assert_eq(decoding_reject(&d, "no_birth", "%s", "words"), ERR_OK);
    cr_assert_eq(d.outcome, OUTCOME_REJECTED);
    cr_assert_eq(d.count, 0);
    cr_assert_eq(d.action_count, 1);
    arena_deinit(&arena);
}

Test(adapter, adapters_are_found_by_their_names)
{
    cr_assert_str_eq(adapter_find(BYTES("native"))->name, "native");
    cr_assert_null(adapter_find(BYTES("nativ")));
}
