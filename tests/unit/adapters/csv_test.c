/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#define TOPIC "logger/dl2"

static const char sample_settings[] =
    "{delimiter: ';', header: false, columns: [time, temp, o2, status], time: time,\n"
    " time_format: 'strptime:%d.%m.%Y %H:%M:%S', tz: Europe/Berlin, decimal: ',',\n"
    " thousands: '.', device: '{topic.1}', metrics: {temp: °C, o2: '%'},\n"
    " quality: {column: status, good: [OK], uncertain: [CAL]}, empty: skip}";

static const char wide[] = "{columns: [a, b], metrics: {a: t, b: ''}}";

static struct probe *with(const char *settings)
{
    struct probe *p = probe_new("csv", settings);
    cr_assert_eq(p->problems.count, 0, "%s", (const char *)p->problems.text.data);
    return p;
}

static enum outcome feed(struct probe *p, const char *text)
{
    return probe_feed_text(p, TOPIC, text);
}

Test(csv, recorded_rows_with_decimal_comma_and_local_time)
{
    struct probe *p = with(sample_settings);
    cr_assert_eq(probe_feed_file(p, TOPIC,
                                 "vectors/csv/semicolon-decimal-comma-local/payload.csv"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 3);
    cr_assert(bytes_are(p->out.readings[0].device, "dl2"));
    cr_assert_float_eq(probe_number(p, "temp"), 1450.5, 1e-9);
    cr_assert_float_eq(probe_number(p, "o2"), 12.25, 1e-9);
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785340800) * NS_PER_S);
    const struct reading *bad = probe_nth(p, "temp", 1);
    cr_assert_eq(bad->quality, QUALITY_BAD);
    cr_assert(bytes_are(bad->detail, "status"));
    cr_assert(bytes_are(bad->unit, "°C"));
    probe_free(p);
}

Test(csv, a_bad_row_is_told_by_line_and_the_others_count)
{
    struct probe *p = with(wide);
    cr_assert_eq(feed(p, "1,2\r\n\r\n3\r\n5,6,\r\n7,8,9\r\n"), OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(p, "bad_line"));
    cr_assert_eq(strncmp(p->out.detail, "line 3:", 7), 0, "%s", p->out.detail);
    cr_assert_eq(p->out.count, 4);
    cr_assert_eq(feed(p, "1\n"), OUTCOME_REJECTED);
    cr_assert_eq(feed(p, ""), OUTCOME_REJECTED);
    cr_assert_eq(feed(p, "\n\n"), OUTCOME_ACCEPTED_EMPTY);
    probe_free(p);
}

Test(csv, quoted_cells_hold_anything)
{
    struct probe *p =
        with("{columns: [note, a], metrics: {note: '', a: ''}, text: [note]}");
    cr_assert_eq(feed(p, "\xef\xbb\xbf\"say \"\"hi\"\", \nnow\",\"5\"\nplain , 6 "),
                 OUTCOME_ACCEPTED);
    cr_assert(bytes_are(probe_nth(p, "note", 0)->value.text, "say \"hi\", \nnow"));
    cr_assert_eq(probe_nth(p, "a", 0)->value.integer, 5);
    cr_assert(bytes_are(probe_nth(p, "note", 1)->value.text, "plain"));
    cr_assert_eq(probe_nth(p, "a", 1)->value.integer, 6);

    cr_assert_eq(feed(p, "\"open,1\nx,2\n\"y\"z,3"), OUTCOME_PARTIAL);
    cr_assert_eq(p->out.count, 2, "the row between the two bad ones");
    probe_free(p);
}

Test(csv, a_cell_that_is_no_number_is_a_bad_reading)
{
    struct probe *p = with(wide);
    const char *const cells[] = {"NaN", "---", "0x1f", "1,5", "1e999", "1 2", "inf"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char line[64];
        snprintf(line, sizeof line, "\"%s\",2", cells[i]);
        cr_assert_eq(feed(p, line), OUTCOME_ACCEPTED, "%s", line);
        cr_assert(bytes_are(probe_find(p, "a")->detail, "not_a_number"));
        cr_assert_eq(probe_find(p, "a")->value.kind, VALUE_NONE);
        cr_assert_eq(probe_find(p, "b")->quality, QUALITY_GOOD);
    }
    probe_free(p);
}

Test(csv, thousands_stand_in_groups_of_three)
{
    struct probe *p = with("{delimiter: ';', columns: [a], metrics: {a: ''}, decimal: "
                           "',', thousands: '.', empty: bad}");
    feed(p, "1.234.567,5\n-1.000\n9007199254740993\n");
    cr_assert_float_eq(probe_number(p, "a"), 1234567.5, 1e-6);
    cr_assert_eq(probe_nth(p, "a", 1)->value.integer, -1000);
    cr_assert_eq(probe_nth(p, "a", 2)->value.integer, INT64_C(9007199254740993));
    feed(p, "1.5\n1.2345\n.123\n1,234.5\n\"\"");
    cr_assert_eq(p->out.count, 5);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(p->out.readings[i].quality, QUALITY_BAD, "%zu", i);
    }
    cr_assert(bytes_are(p->out.readings[4].detail, "empty"));
    probe_free(p);
}

Test(csv, long_rows_name_their_metric_and_unit)
{
    struct probe *p =
        with("{columns: [kind, name, group, value, unit, q], metric: '{group}.{name}', "
             "value: value, unit: unit, match: {kind: '200'}, "
             "quality: {column: q, good: ['0', '']}}");
    cr_assert_eq(feed(p, "200,temp,kiln,1450.5,degC,0\n100,name,x,y,z,0\n"
                         "200,flow,mill,3,t/h,"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 2);
    cr_assert_float_eq(probe_number(p, "kiln.temp"), 1450.5, 1e-9);
    cr_assert(bytes_are(probe_find(p, "mill.flow")->unit, "t/h"));
    cr_assert_eq(probe_find(p, "mill.flow")->quality, QUALITY_GOOD);
    probe_free(p);
}

Test(csv, a_header_names_the_columns)
{
    struct probe *p =
        with("{header: true, delimiter: tab, time: t, time_format: epoch_s, "
             "metrics: {b: kg}}");
    cr_assert_eq(feed(p, "a\tb\tt\n1\t2\t1785340800\n"), OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 1);
    cr_assert_eq(probe_find(p, "b")->value.integer, 2);
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785340800) * NS_PER_S);
    probe_free(p);
}

Test(csv, a_remembered_header_holds_for_the_topics_later_messages)
{
    const char settings[] = "{header: remember, metrics: {b: kg}}";
    struct probe *p = with(settings);
    cr_assert_eq(feed(p, "1,2\n"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(p, "no_header"));
    cr_assert_eq(feed(p, "b,a\n"), OUTCOME_ACCEPTED_EMPTY);
    struct probe *after = probe_restart(p, settings);
    cr_assert_eq(feed(after, "1,2\n"), OUTCOME_ACCEPTED);
    cr_assert_eq(probe_find(after, "b")->value.integer, 1);
    cr_assert_eq(probe_feed_text(after, "logger/other", "1,2\n"), OUTCOME_REJECTED);
    probe_free(after);
    probe_free(p);
}

Test(csv, a_time_that_does_not_read_is_the_receive_time)
{
    struct probe *p = with("{columns: [t, a], time: t, metrics: {a: ''}}");
    feed(p, "soon,1\n2026-07-29T16:00:00Z,2\n,3\n1999-01-01T00:00:00Z,4");
    cr_assert_eq(p->out.count, 4);
    cr_assert(bytes_are(p->out.readings[0].detail, "bad_timestamp"));
    cr_assert_eq(p->out.readings[1].event_ns, INT64_C(1785340800) * NS_PER_S);
    cr_assert(bytes_are(p->out.readings[2].detail, "bad_timestamp"));
    cr_assert(bytes_are(p->out.readings[3].detail, "implausible_timestamp"));
    probe_free(p);
}

Test(csv, the_device_may_come_from_topic_and_cells)
{
    struct probe *p =
        with("{columns: [id, a], metrics: {a: ''}, device: 'p-{topic.-2}-{id}'}");
    cr_assert_eq(feed(p, "7,1\n,2\n"), OUTCOME_PARTIAL);
    cr_assert_eq(p->out.count, 1);
    cr_assert(bytes_are(p->out.readings[0].device, "p-logger-7"));
    cr_assert_eq(feed(p, "a\x01z,1\n"), OUTCOME_REJECTED);
    probe_free(p);
}

Test(csv, every_mistake_in_the_settings_is_told_at_its_place)
{
    const char *const cases[][2] = {
        {"{columns: [a]}", "either 'metrics' or 'metric'"},
        {"{metrics: {a: ''}}", "'columns' must name"},
        {"{columns: [temp], metrics: {tenp: ''}}", "did you mean 'temp'?"},
        {"{columns: [a], metrics: {a: ''}, time: b}", "'b' is not among"},
        {"{columns: [a], metrics: {a: ''}, delimiter: ab}", "not one character"},
        {"{columns: [a], metrics: {a: ''}, decimal: ';'}", "must be '.' or ','"},
        {"{columns: [a], metrics: {a: ''}, thousands: '.'}", "decimal character too"},
        {"{columns: [a], metrics: {a: ''}, device: '{a'}", "not closed"},
        {"{columns: [a], metrics: {a: ''}, device: '{x}'}", "'x' is not among"},
        {"{columns: [a], metric: '{a}'}", "needs 'value'"},
        {"{columns: [a], metrics: {a: ''}, quality: {column: a}}", "quality: write"},
        {"{columns: [a], metrics: {a: ''}, time_format: roman}", "unknown time format"},
        {"{columns: [a], metrics: {a: ''}, colour: red}", "colour"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe *p = probe_new("csv", cases[i][0]);
        cr_assert_geq(p->problems.count, 1, "%s passed", cases[i][0]);
        const char *told = (const char *)p->problems.text.data;
        cr_assert_not_null(strstr(told, cases[i][1]), "%s: %s", cases[i][0], told);
        probe_free(p);
    }
}

Test(csv, a_hundred_thousand_rows_are_one_refusal)
{
    struct probe *p = with(wide);
    struct buf text;
    buf_init(&text, 4U << 20);
    for (int i = 0; i < 100000; i++) {
        buf_add_text(&text, "1,2\n");
    }
    cr_assert_eq(probe_feed(p, TOPIC, buf_bytes(&text)), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(p, "too_many_readings"));
    cr_assert_eq(p->out.count, 0);
    buf_deinit(&text);
    probe_free(p);
}
