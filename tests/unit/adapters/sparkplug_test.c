/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"
#include "sparkplug_state.h"
#include "sparkplug_writer.h"

#include <math.h>
#include <zlib.h>

#define SENT_MS UINT64_C(1785340800000)

/* What is being written, and to whom it goes. */
struct bench {
    struct probe *d;
    struct buf payload;
    struct buf metric;
};

static struct bench *bench_new(const char *settings)
{
    struct bench *b = mem_new(struct bench);
    b->d = probe_new("sparkplug", settings);
    cr_assert_eq(b->d->problems.count, 0);
    buf_init(&b->payload, WRITER_MAX);
    buf_init(&b->metric, WRITER_MAX);
    return b;
}

static void bench_free(struct bench *b)
{
    probe_free(b->d);
    buf_deinit(&b->payload);
    buf_deinit(&b->metric);
    mem_free(&b);
}

static void begin(struct bench *b, uint64_t seq)
{
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS);
    put_number(&b->payload, 3, seq);
}

/* Starts a metric; fields follow, then end_metric(). */
static void metric(struct bench *b, const char *name, uint64_t alias, uint32_t datatype)
{
    buf_clear(&b->metric);
    if (name) {
        put_text(&b->metric, 1, name);
    }
    if (alias) {
        put_number(&b->metric, 2, alias);
    }
    if (datatype) {
        put_number(&b->metric, 4, datatype);
    }
}

static void end_metric(struct bench *b)
{
    put_part(&b->payload, 2, &b->metric);
}

static enum outcome send_to(struct bench *b, const char *kind, const char *device)
{
    char topic[128];
    snprintf(topic, sizeof topic, "spBv1.0/g/%s/n%s%s", kind, device ? "/" : "",
             device ? device : "");
    return probe_feed(b->d, topic, buf_bytes(&b->payload));
}

static void whole(struct bench *b, const char *name, uint64_t alias, uint32_t datatype,
                  uint64_t number)
{
    metric(b, name, alias, datatype);
    put_number(&b->metric, 10, number);
    end_metric(b);
}

static void real(struct bench *b, const char *name, uint64_t alias, double number)
{
    metric(b, name, alias, SPARKPLUG_DOUBLE);
    put_double(&b->metric, 13, number);
    end_metric(b);
}

static void nbirth(struct bench *b, uint64_t seq, uint64_t bd_seq)
{
    begin(b, seq);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, bd_seq);
    real(b, "volt", 1, 24.0);
    cr_assert_eq(send_to(b, "NBIRTH", NULL), OUTCOME_ACCEPTED);
}

static void dbirth(struct bench *b, uint64_t seq)
{
    begin(b, seq);
    real(b, "temp", 10, 1450.5);
    real(b, "flow", 11, 3.0);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
}

static enum outcome data_of(struct bench *b, uint64_t seq, double number)
{
    begin(b, seq);
    metric(b, NULL, 10, 0);
    put_double(&b->metric, 13, number);
    end_metric(b);
    return send_to(b, "DDATA", "d");
}

static enum outcome ndeath(struct bench *b, uint64_t bd_seq)
{
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, bd_seq);
    return send_to(b, "NDEATH", NULL);
}

static size_t tick(struct bench *b, int64_t after_ns)
{
    probe_begin(b->d);
    b->d->adapter->tick(b->d->state, b->d->now_ns + after_ns, &b->d->out);
    return b->d->out.action_count;
}

static struct bench *born(const char *settings)
{
    struct bench *b = bench_new(settings);
    nbirth(b, 0, 7);
    dbirth(b, 1);
    return b;
}

/* ---- births and data ---- */

Test(sparkplug, birth_values_are_readings_and_controls_are_not)
{
    struct bench *b = bench_new(NULL);
    begin(b, 0);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, 0);
    metric(b, "Node Control/Rebirth", 0, SPARKPLUG_BOOLEAN);
    put_number(&b->metric, 14, 0);
    end_metric(b);
    real(b, "volt", 1, 24.0);

    cr_assert_eq(send_to(b, "NBIRTH", NULL), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 1);
    cr_assert(bytes_are(b->d->out.readings[0].device, "g/n"));
    cr_assert(b->d->out.readings[0].flags & READING_BIRTH);
    cr_assert_eq(b->d->out.readings[0].event_ns, (int64_t)SENT_MS * NS_PER_MS);
    bench_free(b);
}

Test(sparkplug, data_by_alias_takes_name_type_and_unit_from_the_birth)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 250, 0);
    begin(b, 251);
    metric(b, "drift", 5, SPARKPLUG_INT8);
    struct buf set;
    struct buf value;
    buf_init(&set, 256);
    buf_init(&value, 256);
    put_text(&set, 1, "engUnit");
    put_number(&value, 1, SPARKPLUG_STRING);
    put_text(&value, 8, "mm");
    put_part(&set, 2, &value);
    put_part(&b->metric, 9, &set);
    put_number(&b->metric, 10, 251);
    end_metric(b);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
    cr_assert_eq(probe_find(b->d, "drift")->value.integer, -5);

    begin(b, 252);
    whole(b, NULL, 5, 0, 4294967288);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    const struct reading *reading = probe_find(b->d, "drift");
    cr_assert_eq(reading->value.integer, -8);
    cr_assert(bytes_are(reading->unit, "mm"));
    cr_assert(bytes_are(reading->device, "g/n/d"));
    buf_deinit(&set);
    buf_deinit(&value);
    bench_free(b);
}

Test(sparkplug, several_values_of_one_metric_stay_in_order_with_their_times)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    for (uint64_t i = 0; i < 3; i++) {
        metric(b, "temp", 0, SPARKPLUG_DOUBLE);
        put_number(&b->metric, 3, SENT_MS + i);
        put_number(&b->metric, 5, i < 2);
        put_number(&b->metric, 6, i == 2);
        put_double(&b->metric, 13, (double)i);
        end_metric(b);
    }

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    for (size_t i = 0; i < 3; i++) {
        const struct reading *reading = probe_nth(b->d, "temp", i);
        cr_assert_eq(reading->event_ns, (int64_t)(SENT_MS + i) * NS_PER_MS);
        cr_assert_eq((reading->flags & READING_HISTORICAL) != 0, i < 2);
        cr_assert_eq((reading->flags & READING_TRANSIENT) != 0, i == 2);
    }
    bench_free(b);
}

Test(sparkplug, an_unknown_alias_spoils_itself_only_and_asks_for_a_birth)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    whole(b, NULL, 99, 0, 1);
    metric(b, NULL, 11, 0);
    put_double(&b->metric, 13, 4.0);
    end_metric(b);

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_PARTIAL);

    cr_assert(probe_reason_is(b->d, "unknown_alias"));
    cr_assert_eq(b->d->out.count, 1);
    cr_assert_eq(b->d->out.action_count, 1);
    cr_assert(bytes_are(b->d->out.actions[0].topic, "spBv1.0/g/NCMD/n"));
    bench_free(b);
}

Test(sparkplug, an_alias_given_twice_names_neither)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 0, 0);
    begin(b, 1);
    real(b, "a", 3, 1.0);
    real(b, "b", 3, 2.0);
    real(b, "c", 4, 2.0);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(b->d, "duplicate_alias"));
    cr_assert_eq(b->d->out.count, 3);

    begin(b, 2);
    whole(b, NULL, 3, 0, 1);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "unknown_alias"));
    bench_free(b);
}

Test(sparkplug, a_rebirth_forgets_aliases_and_devices_of_before)
{
    struct bench *b = born(NULL);
    nbirth(b, 0, 7);
    cr_assert_eq(data_of(b, 1, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    dbirth(b, 2);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_ACCEPTED);
    bench_free(b);
}

/* ---- values ---- */

/* Feeds one named value in a field of its metric; gives the reading. */
static const struct reading *value_of(struct bench *b, uint32_t datatype, unsigned field,
                                      uint64_t number)
{
    begin(b, 2);
    metric(b, "v", 0, datatype);
    put_number(&b->metric, field, number);
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);
    return probe_find(b->d, "v");
}

Test(sparkplug, whole_numbers_of_every_width_and_habit)
{
    struct bench *b = born(NULL);
    const struct {
        uint32_t datatype;
        unsigned field;
        uint64_t raw;
        int64_t value;
    } cases[] = {
        {SPARKPLUG_INT8, 10, 251, -5},
        {SPARKPLUG_INT8, 10, 4294967291, -5},
        {SPARKPLUG_INT8, 11, UINT64_MAX - 4, -5},
        {SPARKPLUG_INT8, 10, 127, 127},
        {SPARKPLUG_INT8, 10, 128, -128},
        {SPARKPLUG_INT16, 10, 65531, -5},
        {SPARKPLUG_INT32, 10, 4294967291, -5},
        {SPARKPLUG_INT64, 11, UINT64_MAX - 4, -5},
        {SPARKPLUG_UINT8, 10, 255, 255},
        {SPARKPLUG_UINT16, 10, 65535, 65535},
        {SPARKPLUG_UINT32, 10, 4294967295, 4294967295},
        {SPARKPLUG_UINT32, 11, 4294967295, 4294967295},
        {SPARKPLUG_UINT64, 11, 9007199254740993, 9007199254740993},
        {SPARKPLUG_DATE_TIME, 11, SENT_MS, (int64_t)SENT_MS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct reading *reading =
            value_of(b, cases[i].datatype, cases[i].field, cases[i].raw);
        cr_assert_eq(reading->value.kind, VALUE_INT, "case %zu", i);
        cr_assert_eq(reading->value.integer, cases[i].value, "case %zu", i);
    }
    const struct reading *largest = value_of(b, SPARKPLUG_UINT64, 11, UINT64_MAX);
    cr_assert_eq(largest->value.kind, VALUE_UINT);
    cr_assert_eq(largest->value.natural, UINT64_MAX);
    bench_free(b);
}

Test(sparkplug, what_the_datatype_does_not_allow_is_bad_without_a_value)
{
    struct bench *b = born(NULL);
    const struct {
        uint32_t datatype;
        unsigned field;
        uint64_t raw;
        const char *detail;
    } cases[] = {
        {SPARKPLUG_INT8, 10, 300, "out_of_range"},
        {SPARKPLUG_UINT8, 10, 256, "out_of_range"},
        {SPARKPLUG_UINT32, 11, UINT64_C(1) << 32, "out_of_range"},
        {SPARKPLUG_DOUBLE, 10, 1, "wrong_type"},
        {SPARKPLUG_BOOLEAN, 10, 2, "wrong_type"},
        {SPARKPLUG_STRING, 14, 1, "wrong_type"},
        {SPARKPLUG_DATA_SET, 10, 1, "wrong_type"},
        {99, 10, 1, "unknown_datatype"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct reading *reading =
            value_of(b, cases[i].datatype, cases[i].field, cases[i].raw);
        cr_assert_eq(reading->value.kind, VALUE_NONE, "case %zu", i);
        cr_assert_eq(reading->quality, QUALITY_BAD, "case %zu", i);
        cr_assert(bytes_are(reading->detail, cases[i].detail), "case %zu", i);
    }
    bench_free(b);
}

Test(sparkplug, a_float_that_is_no_number_and_an_explicit_null_are_bad)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    metric(b, "nan", 0, SPARKPLUG_FLOAT);
    put_float(&b->metric, 12, NAN);
    end_metric(b);
    real(b, "inf", 0, -(double)INFINITY);
    metric(b, "null", 0, SPARKPLUG_DOUBLE);
    put_number(&b->metric, 7, 1);
    end_metric(b);

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    const char *const names[] = {"nan", "inf", "null"};
    for (size_t i = 0; i < 3; i++) {
        const struct reading *reading = probe_find(b->d, names[i]);
        cr_assert_eq(reading->value.kind, VALUE_NONE);
        cr_assert_eq(reading->quality, QUALITY_BAD);
        cr_assert(bytes_are(reading->detail, names[i]));
    }
    bench_free(b);
}

/* Feeds a value with property Quality. */
static const struct reading *quality_of(struct bench *b, uint32_t code)
{
    struct buf set;
    struct buf value;
    buf_init(&set, 256);
    buf_init(&value, 256);
    begin(b, 2);
    metric(b, "temp", 0, SPARKPLUG_DOUBLE);
    put_text(&set, 1, "Quality");
    put_number(&value, 1, SPARKPLUG_INT32);
    put_number(&value, 3, code);
    put_part(&set, 2, &value);
    put_part(&b->metric, 9, &set);
    put_double(&b->metric, 13, 1.5);
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);
    buf_deinit(&set);
    buf_deinit(&value);
    return probe_find(b->d, "temp");
}

Test(sparkplug, property_quality_becomes_the_readings_quality)
{
    struct bench *b = born(NULL);
    cr_assert_eq(quality_of(b, 192)->quality, QUALITY_GOOD);
    cr_assert_eq(quality_of(b, 64)->quality, QUALITY_UNCERTAIN);
    cr_assert_eq(quality_of(b, 0)->quality, QUALITY_BAD);
    const struct reading *stale = quality_of(b, 500);
    cr_assert_eq(stale->quality, QUALITY_BAD);
    cr_assert(bytes_are(stale->detail, "stale"));
    cr_assert_eq(stale->value.kind, VALUE_DOUBLE);
    bench_free(b);
}

Test(sparkplug, an_implausible_time_is_replaced_by_the_receive_time)
{
    struct bench *b = born(NULL);
    const uint64_t times[] = {0, 1785340800, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        begin(b, 2);
        metric(b, "temp", 0, SPARKPLUG_DOUBLE);
        put_number(&b->metric, 3, times[i]);
        put_double(&b->metric, 13, 1.5);
        end_metric(b);
        cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);
        cr_assert_eq(b->d->out.readings[0].event_ns, b->d->now_ns);
        cr_assert_eq(b->d->out.readings[0].quality, QUALITY_UNCERTAIN);
        cr_assert(bytes_are(b->d->out.readings[0].detail, "implausible_timestamp"));
    }
    bench_free(b);
}

/* ---- tables and templates ---- */

static void put_cell(struct buf *row, unsigned field, uint64_t number)
{
    struct buf cell;
    buf_init(&cell, 64);
    put_number(&cell, field, number);
    put_part(row, 1, &cell);
    buf_deinit(&cell);
}

static void put_table(struct bench *b, size_t rows, bool packed)
{
    struct buf set;
    struct buf row;
    buf_init(&set, 4096);
    buf_init(&row, 256);
    put_number(&set, 1, 2);
    put_text(&set, 2, "count");
    put_text(&set, 2, "on");
    if (packed) {
        put_bytes(&set, 3, BYTES("\x07\x0b"));
    } else {
        put_number(&set, 3, SPARKPLUG_UINT32);
        put_number(&set, 3, SPARKPLUG_BOOLEAN);
    }
    for (size_t i = 0; i < rows; i++) {
        put_cell(&row, 1, i + 40);
        put_cell(&row, 5, i % 2);
        put_part(&set, 4, &row);
    }
    put_part(&b->metric, 17, &set);
    buf_deinit(&set);
    buf_deinit(&row);
}

Test(sparkplug, a_table_gives_a_reading_a_cell_row_by_row)
{
    struct bench *b = born(NULL);
    for (int packed = 0; packed < 2; packed++) {
        begin(b, 2);
        metric(b, "table", 0, SPARKPLUG_DATA_SET);
        put_table(b, 2, packed);
        end_metric(b);

        cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

        cr_assert_eq(b->d->out.count, 4);
        cr_assert_eq(probe_nth(b->d, "table/count", 0)->value.integer, 40);
        cr_assert_eq(probe_nth(b->d, "table/count", 1)->value.integer, 41);
        cr_assert(probe_nth(b->d, "table/on", 1)->value.truth);
    }
    bench_free(b);
}

Test(sparkplug, members_of_a_template_are_metrics_and_definitions_are_not)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 0, 0);
    begin(b, 1);
    struct buf template;
    struct buf member;
    buf_init(&template, 4096);
    buf_init(&member, 256);
    for (int definition = 0; definition < 2; definition++) {
        metric(b, definition ? "type" : "pump", definition ? 0 : 20, SPARKPLUG_TEMPLATE);
        put_text(&member, 1, "rpm");
        put_number(&member, 4, SPARKPLUG_INT16);
        put_number(&member, 10, 65531);
        put_part(&template, 2, &member);
        put_number(&template, 5, (uint64_t)definition);
        put_part(&b->metric, 18, &template);
        end_metric(b);
    }
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 1);
    cr_assert_eq(probe_find(b->d, "pump/rpm")->value.integer, -5);

    begin(b, 2);
    metric(b, NULL, 20, 0);
    put_text(&member, 1, "rpm");
    put_number(&member, 10, 65530);
    put_part(&template, 2, &member);
    put_part(&b->metric, 18, &template);
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    cr_assert_eq(probe_find(b->d, "pump/rpm")->value.integer, -6);
    buf_deinit(&template);
    buf_deinit(&member);
    bench_free(b);
}

Test(sparkplug, bytes_and_arrays_have_no_reading)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    metric(b, "array", 0, 30);
    put_text(&b->metric, 16, "abcd");
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED_EMPTY);
    bench_free(b);
}

/* ---- deaths ---- */

Test(sparkplug, the_death_of_a_node_makes_all_of_it_stale_at_the_receive_time)
{
    struct bench *b = born(NULL);
    data_of(b, 2, 1500.0);

    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 3);
    const struct reading *temp = probe_find(b->d, "temp");
    cr_assert_eq(temp->quality, QUALITY_BAD);
    cr_assert(bytes_are(temp->detail, "stale"));
    cr_assert_float_eq(temp->value.number, 1500.0, 1e-9);
    cr_assert_eq(temp->event_ns, b->d->now_ns);
    cr_assert(temp->flags & READING_RECEIVE_TIME);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    bench_free(b);
}

Test(sparkplug, a_death_of_another_session_is_ignored)
{
    struct bench *b = born(NULL);
    cr_assert_eq(ndeath(b, 6), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 2, 1.0), OUTCOME_ACCEPTED);
    bench_free(b);
}

Test(sparkplug, the_death_of_a_device_is_its_own_and_at_the_payloads_time)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS + 500);
    put_number(&b->payload, 3, 2);

    cr_assert_eq(send_to(b, "DDEATH", "d"), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 2);
    cr_assert_eq(b->d->out.readings[0].event_ns, (int64_t)(SENT_MS + 500) * NS_PER_MS);
    cr_assert_eq(send_to(b, "DDEATH", "d"), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_REJECTED);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 1, "the device was stale already");
    bench_free(b);
}

/* ---- sequence and rebirth ---- */

Test(sparkplug, the_sequence_wraps_without_a_hole)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 254, 0);
    dbirth(b, 255);
    cr_assert_eq(data_of(b, 0, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(data_of(b, 1, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug, a_hole_that_does_not_close_in_time_asks_for_a_birth_once)
{
    struct bench *b = born("reorder_timeout: 2s");
    cr_assert_eq(data_of(b, 4, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.action_count, 0);

    cr_assert_eq(tick(b, 2 * NS_PER_S - 1), 0);
    cr_assert_eq(tick(b, 2 * NS_PER_S), 1);
    cr_assert(bytes_are(b->d->out.actions[0].kind, "rebirth"));
    cr_assert_eq(tick(b, 3 * NS_PER_S), 0);
    bench_free(b);
}

Test(sparkplug, a_hole_that_closes_in_time_asks_for_nothing)
{
    struct bench *b = born(NULL);
    const uint64_t order[] = {4, 3, 2, 5};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(data_of(b, order[i], 1.0), OUTCOME_ACCEPTED);
    }
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug, a_repeated_message_opens_no_hole)
{
    struct bench *b = born(NULL);
    data_of(b, 2, 1.0);
    data_of(b, 3, 1.0);
    data_of(b, 2, 1.0);
    data_of(b, 4, 1.0);
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug, data_before_a_birth_is_set_aside_and_asked_for_at_a_limited_rate)
{
    struct bench *b = bench_new("rebirth_interval: 30s");
    cr_assert_eq(data_of(b, 5, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    cr_assert_eq(b->d->result, ERR_OK, "its action counts");
    cr_assert_eq(b->d->out.action_count, 1);

    data_of(b, 6, 1.0);
    cr_assert_eq(b->d->out.action_count, 0);
    b->d->now_ns += 30 * NS_PER_S;
    data_of(b, 7, 1.0);
    cr_assert_eq(b->d->out.action_count, 1);
    bench_free(b);
}

Test(sparkplug, rebirth_off_asks_nobody)
{
    struct bench *b = bench_new("rebirth: off");
    data_of(b, 5, 1.0);
    cr_assert_eq(b->d->out.action_count, 0);
    bench_free(b);
}

Test(sparkplug, the_request_is_a_payload_with_the_rebirth_metric_and_no_seq)
{
    struct bench *b = bench_new(NULL);
    data_of(b, 5, 1.0);
    struct sparkplug_payload payload;
    struct bytes raw = b->d->out.actions[0].payload;
    cr_assert_eq(sparkplug_payload_read(raw, &payload, &b->d->e), ERR_OK);
    cr_assert_not(payload.has_seq);
    cr_assert_eq(payload.timestamp_ms, (uint64_t)(b->d->now_ns / NS_PER_MS));
    struct wire wire = wire_of(payload.raw);
    struct sparkplug_metric request;
    cr_assert(sparkplug_metric_next(&wire, &request));
    cr_assert(bytes_are(request.name, "Node Control/Rebirth"));
    cr_assert_eq(request.datatype, SPARKPLUG_BOOLEAN);
    cr_assert_eq(request.value.member, MEMBER_BOOL);
    cr_assert_eq(request.value.number, 1);
    bench_free(b);
}

/* ---- topics ---- */

Test(sparkplug, what_is_meant_for_others_is_passed_over)
{
    struct bench *b = bench_new(NULL);
    const char *const topics[] = {"STATE/scada", "spBv1.0/STATE/scada",
                                  "spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/d"};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(probe_feed_text(b->d, topics[i], "{\"online\":true}"),
                     OUTCOME_ACCEPTED_EMPTY);
    }
    bench_free(b);
}

Test(sparkplug, a_topic_of_another_shape_is_refused)
{
    struct bench *b = bench_new(NULL);
    const char *const topics[] = {
        "spBv1.0/g/NDATA",    "spBv1.0/g/NDATA/n/d",   "spBv1.0/g/DDATA/n",
        "spBv1.0/g/XDATA/n",  "spAv1.0/g/NDATA/n",     "spBv1.0//NDATA/n",
        "spBv1.0/g/DDATA/n/", "spBv1.0/g/DDATA/n/d/e", "spBv1.0/g/NDATA/\x01"};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        cr_assert_eq(probe_feed_text(b->d, topics[i], "x"), OUTCOME_REJECTED);
        cr_assert(probe_reason_is(b->d, "bad_topic"), "%s", topics[i]);
    }
    bench_free(b);
}

/* ---- compression ---- */

/* Packs what `b` holds, as zlib or gzip. */
static void pack(struct bench *b, bool gzip)
{
    size_t room = b->payload.len + 1024;
    uint8_t *packed = mem_array(room, 1);
    z_stream z = {.next_in = b->payload.data,
                  .avail_in = (uInt)b->payload.len,
                  .next_out = packed,
                  .avail_out = (uInt)room};
    cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + (gzip ? 16 : 0), 8, 0),
                 Z_OK);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    buf_clear(&b->payload);
    put_text(&b->payload, 4, "SPBV1.0_COMPRESSED");
    put_bytes(&b->payload, 5, (struct bytes){.data = packed, .len = z.total_out});
    mem_free(&packed);
}

Test(sparkplug, compressed_payloads_are_unpacked_before_seq_is_looked_at)
{
    struct bench *b = born(NULL);
    for (int gzip = 0; gzip < 2; gzip++) {
        begin(b, 2 + (uint64_t)gzip);
        real(b, "temp", 0, 9.5);
        pack(b, gzip);
        cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);
        cr_assert_float_eq(probe_number(b->d, "temp"), 9.5, 1e-9);
    }
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug, a_compression_bomb_is_refused_within_the_arena)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    uint8_t *zeros = mem_array(3U << 20, 1);
    put_bytes(&b->payload, 5, (struct bytes){.data = zeros, .len = 3U << 20});
    mem_free(&zeros);
    pack(b, true);

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);

    cr_assert(probe_reason_is(b->d, "too_large"));
    cr_assert_lt(b->d->arena.used, 128U << 10);
    bench_free(b);
}

Test(sparkplug, broken_compression_is_told)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    put_text(&b->payload, 4, "SPBV1.0_COMPRESSED");
    put_text(&b->payload, 5, "not compressed at all");
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "bad_compression"));
    bench_free(b);
}

/* ---- limits ---- */

Test(sparkplug, a_hundred_thousand_metrics_are_one_refusal)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    for (int i = 0; i < 100000; i++) {
        whole(b, NULL, 10, 0, 1);
    }
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "too_many_readings"));
    bench_free(b);
}

Test(sparkplug, too_many_nodes_and_tags_are_refused_and_the_rest_goes_on)
{
    struct bench *b = bench_new(NULL);
    enum outcome last = OUTCOME_ACCEPTED;
    for (int i = 0; i <= SPARKPLUG_NODES_MAX; i++) {
        char topic[64];
        snprintf(topic, sizeof topic, "spBv1.0/g/NBIRTH/n%d", i);
        begin(b, 0);
        real(b, "a", 1, 1.0);
        last = probe_feed(b->d, topic, buf_bytes(&b->payload));
        cr_assert_eq(last == OUTCOME_ACCEPTED, i < SPARKPLUG_NODES_MAX);
    }
    cr_assert(probe_reason_is(b->d, "state_full"));
    bench_free(b);
}

/* ---- restart ---- */

Test(sparkplug, a_restart_goes_on_where_it_stopped)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    metric(b, "mode", 12, SPARKPLUG_STRING);
    put_text(&b->metric, 15, "MEASURE");
    end_metric(b);
    send_to(b, "DDATA", "d");
    data_of(b, 5, 1500.0);
    struct probe *before = b->d;
    struct probe *after = probe_restart(before, NULL);

    b->d = after;
    cr_assert_eq(tick(b, NS_PER_HOUR), 1, "the hole is remembered");
    cr_assert_eq(data_of(b, 6, 1501.0), OUTCOME_ACCEPTED);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 4);
    cr_assert(bytes_are(probe_find(b->d, "mode")->value.text, "MEASURE"));

    b->d = before;
    probe_free(after);
    bench_free(b);
}

Test(sparkplug, a_state_cut_short_is_told_and_leaves_none)
{
    struct bench *b = born(NULL);
    struct buf saved;
    buf_init(&saved, 65536);
    b->d->adapter->save(b->d->state, &saved);
    struct probe *other = probe_new("sparkplug", NULL);
    for (size_t len = 0; len < saved.len; len++) {
        struct bytes part = bytes_slice(buf_bytes(&saved), 0, len);
        cr_assert_eq(other->adapter->load(other->state, part, &other->e), ERR_CORRUPT);
    }
    cr_assert_eq(other->adapter->load(other->state, buf_bytes(&saved), &other->e),
                 ERR_OK);
    buf_deinit(&saved);
    probe_free(other);
    bench_free(b);
}

/* ---- recorded payloads ---- */

#define PLANT "spBv1.0/cement-plant-1/"

static struct probe *plant_of(const char *folder)
{
    struct probe *d = probe_new("sparkplug", NULL);
    char path[256];
    snprintf(path, sizeof path, "vectors/%s/01-NBIRTH.bin", folder);
    probe_feed_file(d, PLANT "NBIRTH/kiln-edge", path);
    snprintf(path, sizeof path, "vectors/%s/02-DBIRTH.bin", folder);
    cr_assert_eq(probe_feed_file(d, PLANT "DBIRTH/kiln-edge/CEMS-01", path),
                 OUTCOME_ACCEPTED);
    return d;
}

Test(sparkplug, recorded_values_in_wrong_fields)
{
    struct probe *d = plant_of("hostile/sparkplug-wrong-value-field");
    cr_assert_eq(
        probe_feed_file(d, PLANT "DDATA/kiln-edge/CEMS-01",
                        "vectors/hostile/sparkplug-wrong-value-field/03-DDATA.bin"),
        OUTCOME_PARTIAL);
    cr_assert_eq(d->out.count, 3);
    cr_assert(bytes_are(probe_find(d, "Stack/SO2")->detail, "wrong_type"));
    cr_assert(probe_find(d, "Running")->value.truth);
    cr_assert_float_eq(probe_number(d, "Stack/O2"), 10.5, 1e-9);
    probe_free(d);
}

Test(sparkplug, recorded_node_death)
{
    struct probe *d = plant_of("sparkplug-b/ndeath-marks-stale");
    cr_assert_eq(probe_feed_file(d, PLANT "NDEATH/kiln-edge",
                                 "vectors/sparkplug-b/ndeath-marks-stale/03-NDEATH.bin"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(d->out.count, 15);
    cr_assert(bytes_are(probe_find(d, "LastCalibration")->unit, "ms"));
    probe_free(d);
}

Test(sparkplug, recorded_hostile_payloads_are_refused)
{
    const char *const cases[][2] = {
        {"sparkplug-length-bomb", "malformed_protobuf"},
        {"sparkplug-nested-template-bomb", "too_deep"},
        {"sparkplug-overlong-varint", "malformed_protobuf"},
        {"sparkplug-random-bytes", "malformed_protobuf"},
    };
    struct probe *d = probe_new("sparkplug", NULL);
    for (size_t i = 0; i < 4; i++) {
        char path[256];
        snprintf(path, sizeof path, "vectors/hostile/%s/payload.bin", cases[i][0]);
        probe_feed_file(d, PLANT "DDATA/kiln-edge/CEMS-01", path);
        cr_assert(probe_reason_is(d, cases[i][1]), "%s: %s", cases[i][0], d->out.reason);
    }
    probe_free(d);
}
