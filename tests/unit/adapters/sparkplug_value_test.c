/* SPDX-License-Identifier: Apache-2.0 */
#include "sparkplug_bench.h"

#include <math.h>

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

Test(sparkplug_value, whole_numbers_of_every_width_and_habit)
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

Test(sparkplug_value, what_the_datatype_does_not_allow_is_bad_without_a_value)
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

Test(sparkplug_value, a_float_that_is_no_number_and_an_explicit_null_are_bad)
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

Test(sparkplug_value, property_quality_becomes_the_readings_quality)
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

Test(sparkplug_value, an_implausible_time_is_replaced_by_the_receive_time)
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
