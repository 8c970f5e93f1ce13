/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mem.h"
#include "model/telemetry.h"

#include <criterion/criterion.h>

#define ARENA_SIZE (8U << 20)

static const char *batch_reason(struct bytes payload, struct error *e)
{
    struct arena arena;
    struct telemetry_batch batch;
    arena_init(&arena, ARENA_SIZE);
    *e = (struct error){0};
    enum err result = telemetry_read_batch(&arena, payload, &batch, e);
    arena_deinit(&arena);
    return result == ERR_OK ? "" : e->reason;
}

#define HEAD                                                                             \
    "\x0a\x01"                                                                           \
    "d\x11\1\0\0\0\0\0\0\0\x18\x01\x21\1\0\0\0\0\0\0\0"

Test(telemetry_pb, refuses_with_a_reason)
{
    struct error e;
    cr_assert_str_eq(batch_reason(BYTES(HEAD), &e), "");
    cr_assert_str_eq(batch_reason(BYTES(""), &e), "empty_payload");
    cr_assert_str_eq(batch_reason(BYTES(HEAD "\x2a\x7f"), &e), "malformed_protobuf");
    cr_assert_str_eq(batch_reason(BYTES(HEAD "\x2a\x01\x0b"), &e), "malformed_protobuf");
    cr_assert_str_eq(batch_reason(BYTES("\x0a\x01"
                                        "d"),
                                  &e),
                     "missing_field");
    cr_assert_str_eq(batch_reason(BYTES("\x7a\x01"
                                        "d"),
                                  &e),
                     "unknown_fields");
    cr_assert_str_eq(batch_reason(BYTES("\x08\x01"), &e), "malformed_protobuf");
    cr_assert_str_eq(batch_reason(BYTES(HEAD "\x2a\x03\x0a\x01\x00"), &e), "bad_text");
    cr_assert_str_eq(batch_reason(BYTES(HEAD "\x2a\x03\x0a\x01\xff"), &e), "bad_text");
}

Test(telemetry_pb, a_field_of_a_later_version_is_passed_over)
{
    struct error e;
    cr_assert_str_eq(batch_reason(BYTES(HEAD "\xa2\x06\x02hi"), &e), "");
}

Test(telemetry_pb, a_full_arena_is_a_refusal)
{
    struct arena arena;
    struct telemetry_batch batch;
    struct error e = {0};
    arena_init(&arena, 64);
    cr_assert_eq(telemetry_read_batch(&arena, BYTES(HEAD), &batch, &e), ERR_REJECT);
    cr_assert_str_eq(e.reason, "too_large");
    arena_deinit(&arena);
}

Test(telemetry_pb, a_hundred_thousand_readings_are_refused_before_they_are_unpacked)
{
    struct buf payload;
    struct error e;
    buf_init(&payload, 1U << 20);
    buf_add(&payload, BYTES(HEAD));
    for (int i = 0; i < 100000; i++) {
        buf_add(&payload, BYTES("\x2a\x02\x10\x01"));
    }
    cr_assert_str_eq(batch_reason(buf_bytes(&payload), &e), "too_many_readings");
    buf_deinit(&payload);
}
