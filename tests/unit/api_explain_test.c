/* SPDX-License-Identifier: Apache-2.0 */
/* A stored window is taken apart into formula, numbers and readings. */
#include "api.h"

#include "aggregate/slice.h"
#include "core/clock.h"
#include "summary.pb-c.h"

#include <criterion/criterion.h>

#define HOUR_NS (INT64_C(500000) * NS_PER_HOUR)

static const struct plan_point points[] = {
    {.id = "coal", .name = "coal", .device = "weigher", .metric = "flow", .unit = "t/h"}};
static const struct plan plan = {
    .windows = {.length_ns = NS_PER_HOUR}, .points = points, .point_count = 1};

static Emgate__V1__Quantity *quantity(Emgate__V1__Quantity *q, double value, char *unit)
{
    emgate__v1__quantity__init(q);
    q->known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
    q->value = value;
    q->unit = unit;
    return q;
}

/* One stream of gypsum, one point of quality. */
static struct bytes summary_bytes(uint8_t room[512])
{
    static char unit[] = "t";
    static char gypsum[] = "gypsum";
    static char coal[] = "coal";
    Emgate__V1__Quantity q;
    Emgate__V1__NamedQuantity input;
    Emgate__V1__NamedQuantity *inputs[] = {&input};
    Emgate__V1__Stream stream;
    Emgate__V1__Stream *streams[] = {&stream};
    Emgate__V1__PointQuality point;
    Emgate__V1__PointQuality *qualities[] = {&point};
    Emgate__V1__DataQuality quality;
    Emgate__V1__Summary summary;
    emgate__v1__named_quantity__init(&input);
    input.name = gypsum;
    input.quantity = quantity(&q, 10, unit);
    emgate__v1__stream__init(&stream);
    stream.id = gypsum;
    stream.method = gypsum;
    stream.inputs = inputs;
    stream.n_inputs = 1;
    emgate__v1__point_quality__init(&point);
    point.point = coal;
    emgate__v1__data_quality__init(&quality);
    quality.points = qualities;
    quality.n_points = 1;
    emgate__v1__summary__init(&summary);
    summary.window_start_ns = HOUR_NS;
    summary.window_end_ns = HOUR_NS + NS_PER_HOUR;
    summary.streams = streams;
    summary.n_streams = 1;
    summary.quality = &quality;
    size_t len = emgate__v1__summary__pack(&summary, room);
    return (struct bytes){.data = room, .len = len};
}

static void put_slice(struct outbox *outbox, int64_t minute, double value)
{
    struct slice slice = {.minute = minute};
    struct sample sample = {.at_ns = minute * NS_PER_MINUTE, .value = value};
    struct buf stored;
    struct error e;
    buf_init(&stored, 4096);
    cr_assert_eq(slice_add(&slice, &sample), SLICE_ADDED);
    slice_put(&slice, &stored);
    cr_assert_eq(outbox_put_slice(outbox, "coal", minute, buf_bytes(&stored), &e),
                 ERR_OK);
    buf_deinit(&stored);
    slice_deinit(&slice);
}

static struct outbox *filled(void)
{
    static const char *const sinks[] = {NULL};
    struct outbox *outbox = NULL;
    uint8_t room[512];
    struct error e;
    struct outbox_summary summary = {.process = "kiln",
                                     .window_start_ns = HOUR_NS,
                                     .window_end_ns = HOUR_NS + NS_PER_HOUR,
                                     .summary = summary_bytes(room),
                                     .envelope = BYTES("envelope")};
    cr_assert_eq(outbox_open(":memory:", sinks, &outbox, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_summary(outbox, &summary, &e), ERR_OK);
    put_slice(outbox, HOUR_NS / NS_PER_MINUTE - 1, 111);
    put_slice(outbox, HOUR_NS / NS_PER_MINUTE, 222);
    put_slice(outbox, HOUR_NS / NS_PER_MINUTE + 60, 333);
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
    return outbox;
}

static void expect(struct buf *out, const char *text, bool there)
{
    cr_assert_eq(strstr((const char *)out->data, text) != NULL, there, "'%s' in %s", text,
                 (const char *)out->data);
}

Test(api_explain, a_window_has_its_formula_with_numbers_and_only_its_readings)
{
    struct outbox *outbox = filled();
    struct buf out;
    struct error e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);

    enum err err =
        api_put_explain(&plan, outbox, "kiln", HOUR_NS + NS_PER_MINUTE, &writer, &e);

    cr_assert_eq(err, ERR_OK, "%s", e.text);
    expect(&out, "\"calculation\":\"Em = 10 t x 0.2558 [t CO2/t]\"", true);
    expect(&out, "\"device\":\"weigher\"", true);
    expect(&out, "\"value\":222", true);
    expect(&out, "\"value\":111", false);
    expect(&out, "\"value\":333", false);
    buf_deinit(&out);
    outbox_close(&outbox);
}

Test(api_explain, a_window_without_summary_is_null)
{
    struct outbox *outbox = filled();
    struct buf out;
    struct error e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);

    cr_assert_eq(
        api_put_explain(&plan, outbox, "kiln", HOUR_NS + NS_PER_HOUR, &writer, &e),
        ERR_OK);

    cr_assert_str_eq((const char *)out.data, "null");
    buf_deinit(&out);
    outbox_close(&outbox);
}

Test(api_explain, readings_are_those_of_the_minutes_asked_for)
{
    struct outbox *outbox = filled();
    struct buf out;
    struct error e;
    buf_init(&out, 1 << 20);
    struct json_writer writer = json_writer_of(&out);

    cr_assert_eq(api_put_readings(&plan, outbox, "coal", HOUR_NS - NS_PER_MINUTE, HOUR_NS,
                                  &writer, &e),
                 ERR_OK);

    expect(&out, "\"value\":111", true);
    expect(&out, "\"value\":222", false);
    buf_deinit(&out);
    outbox_close(&outbox);
}
