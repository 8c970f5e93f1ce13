/* SPDX-License-Identifier: Apache-2.0 */
#include "model/telemetry.h"
#include "probe.h"

#include <math.h>

#define TELEMETRY "emgate/v1/kiln-1/telemetry"
#define ANNOUNCE "emgate/v1/kiln-1/announce"

static struct telemetry_head head_of(const char *device)
{
    return (struct telemetry_head){.device = bytes_of(device),
                                   .boot = 77,
                                   .sequence = 5,
                                   .base_time_ms = 1785340800000};
}

static enum outcome feed_batch(struct probe *d, const struct telemetry_head *head,
                               const struct telemetry_reading *readings, size_t count)
{
    struct buf payload;
    buf_init(&payload, 1U << 20);
    telemetry_write_batch(&payload, head, readings, count);
    cr_assert_not(payload.overflow);
    enum outcome outcome = probe_feed(d, TELEMETRY, buf_bytes(&payload));
    buf_deinit(&payload);
    return outcome;
}

static enum outcome announce(struct probe *d, const struct telemetry_metric *metrics,
                             size_t count)
{
    struct buf payload;
    buf_init(&payload, 1U << 20);
    telemetry_write_announce(&payload, BYTES("kiln-1"), metrics, count);
    enum outcome outcome = probe_feed(d, ANNOUNCE, buf_bytes(&payload));
    buf_deinit(&payload);
    return outcome;
}

static const struct telemetry_metric two_metrics[] = {
    {.alias = 9,
     .name = {(const uint8_t *)"flow", 4},
     .unit = {(const uint8_t *)"t/h", 3}},
    {.alias = 1, .name = {(const uint8_t *)"temp", 4}},
};

static struct telemetry_reading number_of(const char *name, double number)
{
    return (struct telemetry_reading){.name = bytes_of(name),
                                      .value = {.kind = VALUE_DOUBLE, .number = number}};
}

Test(native, every_kind_of_value_arrives_as_sent)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    struct telemetry_reading readings[] = {
        number_of("number", 0.0),
        {.name = BYTES("integer"),
         .value = {.kind = VALUE_INT, .integer = INT64_MIN},
         .offset_ms = -1500,
         .unit = BYTES("kg")},
        {.name = BYTES("truth"), .value = {.kind = VALUE_BOOL, .truth = false}},
        {.name = BYTES("text"),
         .value = {.kind = VALUE_TEXT, .text = BYTES("run")},
         .quality = QUALITY_UNCERTAIN,
         .detail = BYTES("calibration")},
    };

    cr_assert_eq(feed_batch(d, &head, readings, 4), OUTCOME_ACCEPTED);

    cr_assert_eq(d->out.count, 4);
    cr_assert_eq(probe_find(d, "number")->value.kind, VALUE_DOUBLE);
    const struct reading *integer = probe_find(d, "integer");
    cr_assert_eq(integer->value.integer, INT64_MIN);
    cr_assert(bytes_are(integer->unit, "kg"));
    cr_assert_eq(integer->event_ns, INT64_C(1785340798500) * NS_PER_MS);
    cr_assert_eq(probe_find(d, "truth")->value.kind, VALUE_BOOL);
    cr_assert(bytes_are(probe_find(d, "text")->value.text, "run"));
    cr_assert_eq(probe_find(d, "text")->quality, QUALITY_UNCERTAIN);
    cr_assert(bytes_are(d->out.device, "kiln-1"));
    cr_assert(d->out.device_boot == 77 && d->out.device_sequence == 5);
    probe_free(d);
}

Test(native, identity_is_of_boot_sequence_and_index)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    struct telemetry_reading readings[] = {number_of("a", 1), number_of("a", 1)};
    feed_batch(d, &head, readings, 2);
    uint64_t first = d->out.readings[0].identity;
    uint64_t second = d->out.readings[1].identity;

    feed_batch(d, &head, readings, 2);
    cr_assert_eq(d->out.readings[0].identity, first);
    head.sequence++;
    feed_batch(d, &head, readings, 2);

    cr_assert(first != 0 && second != 0 && first != second);
    cr_assert_neq(d->out.readings[0].identity, first);
    cr_assert_neq(d->out.readings[0].identity, second);
    probe_free(d);
}

Test(native, an_alias_takes_name_and_unit_from_the_announcement)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    cr_assert_eq(announce(d, two_metrics, 2), OUTCOME_ACCEPTED_EMPTY);
    struct probe *restarted = probe_restart(d, NULL);
    struct telemetry_reading readings[] = {
        {.alias = 9, .value = {.kind = VALUE_INT, .integer = 3}},
        {.alias = 1, .value = {.kind = VALUE_INT, .integer = 4}, .unit = BYTES("K")},
        {.name = BYTES("flow"), .value = {.kind = VALUE_INT, .integer = 5}},
    };

    cr_assert_eq(feed_batch(restarted, &head, readings, 3), OUTCOME_ACCEPTED);

    cr_assert(bytes_are(probe_find(restarted, "flow")->unit, "t/h"));
    cr_assert(bytes_are(probe_find(restarted, "temp")->unit, "K"));
    cr_assert(bytes_are(probe_nth(restarted, "flow", 1)->unit, "t/h"));
    probe_free(restarted);
    probe_free(d);
}

Test(native, an_unknown_alias_spoils_its_reading_only)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    struct telemetry_reading readings[] = {
        {.alias = 3, .value = {.kind = VALUE_INT, .integer = 3}}, number_of("a", 1)};

    cr_assert_eq(feed_batch(d, &head, readings, 2), OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(d, "unknown_alias"));
    cr_assert_eq(d->out.count, 1);

    cr_assert_eq(feed_batch(d, &head, readings, 1), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "unknown_alias"));
    probe_free(d);
}

Test(native, a_later_announcement_replaces_the_whole_earlier_one)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    announce(d, two_metrics, 2);
    announce(d, two_metrics, 1);
    struct telemetry_reading gone = {.alias = 1, .value = {.kind = VALUE_INT}};
    cr_assert_eq(feed_batch(d, &head, &gone, 1), OUTCOME_REJECTED);

    cr_assert_eq(probe_feed(d, ANNOUNCE, BYTES("")), OUTCOME_ACCEPTED_EMPTY);
    struct telemetry_reading left = {.alias = 9, .value = {.kind = VALUE_INT}};
    cr_assert_eq(feed_batch(d, &head, &left, 1), OUTCOME_REJECTED);
    probe_free(d);
}

Test(native, a_number_that_is_none_is_a_bad_reading)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    struct telemetry_reading readings[] = {
        number_of("nan", (double)NAN),
        number_of("inf", (double)INFINITY),
        {.name = BYTES("none"), .value = {.kind = VALUE_NONE}}};

    cr_assert_eq(feed_batch(d, &head, readings, 3), OUTCOME_ACCEPTED);

    const char *const details[] = {"nan", "inf", "null"};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(d->out.readings[i].value.kind, VALUE_NONE);
        cr_assert_eq(d->out.readings[i].quality, QUALITY_BAD);
        cr_assert(bytes_are(d->out.readings[i].detail, details[i]));
    }
    probe_free(d);
}

Test(native, each_required_field_is_required)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_reading reading = number_of("a", 1);
    struct telemetry_head heads[] = {head_of(""), head_of("kiln-1"), head_of("kiln-1"),
                                     head_of("kiln-1")};
    heads[1].boot = 0;
    heads[2].sequence = 0;
    heads[3].base_time_ms = 0;
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(feed_batch(d, &heads[i], &reading, 1), OUTCOME_REJECTED);
        cr_assert(probe_reason_is(d, "missing_field"), "%zu: %s", i, d->out.reason);
    }
    struct telemetry_head other = head_of("kiln-2");
    cr_assert_eq(feed_batch(d, &other, &reading, 1), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "device_mismatch"));
    probe_free(d);
}

Test(native, a_batch_without_readings_is_counted_as_empty)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    cr_assert_eq(feed_batch(d, &head, NULL, 0), OUTCOME_ACCEPTED_EMPTY);
    probe_free(d);
}

Test(native, foreign_bytes_are_never_a_batch)
{
    struct probe *d = probe_new("native", NULL);
    cr_assert_eq(probe_feed_text(d, TELEMETRY, ""), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "empty_payload"));
    cr_assert_eq(probe_feed_text(d, TELEMETRY, "{\"a\":1}"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "malformed_protobuf"));
    cr_assert_eq(probe_feed_text(d, TELEMETRY, "\x40\x01\x48\x02"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "unknown_fields"));
    cr_assert_eq(probe_feed_text(d, "emgate/v1/kiln-1/ack", "x"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "bad_topic"));
    probe_free(d);
}

Test(native, a_zero_byte_in_a_name_does_not_shorten_it)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    struct telemetry_reading reading = {.name = BYTES("flow\0x"),
                                        .value = {.kind = VALUE_INT}};
    cr_assert_eq(feed_batch(d, &head, &reading, 1), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "bad_text"));
    probe_free(d);
}

Test(native, a_device_without_a_clock_gets_the_receive_time_and_is_kept)
{
    struct probe *d = probe_new("native", NULL);
    const uint64_t clocks[] = {5000, UINT64_MAX, 1785340800};
    for (size_t i = 0; i < 3; i++) {
        struct telemetry_head head = head_of("kiln-1");
        head.base_time_ms = clocks[i];
        struct telemetry_reading reading = number_of("a", 1);
        cr_assert_eq(feed_batch(d, &head, &reading, 1), OUTCOME_PARTIAL);
        cr_assert(probe_reason_is(d, "implausible_timestamp"));
        cr_assert_eq(d->out.readings[0].event_ns, d->now_ns);
        cr_assert_eq(d->out.readings[0].quality, QUALITY_UNCERTAIN);
        cr_assert(d->out.readings[0].flags & READING_RECEIVE_TIME);
    }
    probe_free(d);
}

Test(native, ten_thousand_readings_pass_and_one_more_is_refused)
{
    struct probe *d = probe_new("native", NULL);
    struct telemetry_head head = head_of("kiln-1");
    size_t count = TELEMETRY_READINGS_MAX + 1;
    struct telemetry_reading *readings = mem_array(count, sizeof *readings);
    for (size_t i = 0; i < count; i++) {
        readings[i] = number_of("a", 1);
    }
    cr_assert_eq(feed_batch(d, &head, readings, count - 1), OUTCOME_ACCEPTED);
    cr_assert_eq(d->out.count, count - 1);
    cr_assert_eq(feed_batch(d, &head, readings, count), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(d, "too_many_readings"));
    mem_free(&readings);
    probe_free(d);
}

Test(native, a_reading_of_an_aliased_batch_costs_about_twelve_bytes)
{
    struct telemetry_reading readings[100];
    for (size_t i = 0; i < 100; i++) {
        readings[i] = (struct telemetry_reading){
            .alias = (uint32_t)i + 1,
            .value = {.kind = VALUE_DOUBLE, .number = 0.1 * (double)i}};
    }
    struct telemetry_head head = head_of("kiln-1");
    struct buf payload;
    buf_init(&payload, 1U << 20);
    telemetry_write_batch(&payload, &head, readings, 100);
    size_t full = payload.len;
    buf_clear(&payload);
    telemetry_write_batch(&payload, &head, readings, 0);

    cr_assert_leq((full - payload.len) / 100, 13);
    buf_deinit(&payload);
}

Test(native, a_damaged_state_is_told_and_leaves_an_empty_one)
{
    struct probe *d = probe_new("native", NULL);
    announce(d, two_metrics, 2);
    struct buf saved;
    buf_init(&saved, 4096);
    d->adapter->save(d->state, &saved);
    struct probe *other = probe_new("native", NULL);
    for (size_t len = 0; len < saved.len; len++) {
        struct bytes part = bytes_slice(buf_bytes(&saved), 0, len);
        cr_assert_eq(other->adapter->load(other->state, part, &other->e), ERR_CORRUPT);
    }
    cr_assert_eq(other->adapter->load(other->state, buf_bytes(&saved), &other->e),
                 ERR_OK);
    buf_deinit(&saved);
    probe_free(other);
    probe_free(d);
}
