/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#define TOPIC "telegraf/gw1"

static enum outcome feed(struct probe *p, const char *text)
{
    return probe_feed_text(p, TOPIC, text);
}

Test(influx, recorded_types_and_escapes)
{
    struct probe *p = probe_new("influx", NULL);
    cr_assert_eq(probe_feed_file(
                     p, TOPIC, "vectors/influx-line/basic-ns-types-escapes/payload.txt"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 6);
    cr_assert(bytes_are(p->out.readings[0].device, "mill 1"));
    cr_assert_float_eq(probe_number(p, "weather.temp"), 82.5, 1e-9);
    cr_assert_eq(probe_find(p, "weather.count")->value.integer, 12);
    cr_assert_eq(probe_find(p, "weather.ucount")->value.natural, UINT64_MAX);
    probe_feed_text(p, TOPIC, "a,host=h v=3u");
    cr_assert_eq(probe_find(p, "a.v")->value.kind, VALUE_INT);
    probe_feed_file(p, TOPIC, "vectors/influx-line/basic-ns-types-escapes/payload.txt");
    cr_assert(probe_find(p, "weather.ok")->value.truth);
    cr_assert(bytes_are(probe_find(p, "weather.mode")->value.text, "run, \"fast\""));
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785340800123456789));
    probe_free(p);
}

Test(influx, a_bad_line_is_told_by_number_and_the_others_count)
{
    struct probe *p = probe_new("influx", NULL);
    cr_assert_eq(probe_feed_file(p, TOPIC,
                                 "vectors/influx-line/one-bad-line-of-three/payload.txt"),
                 OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(p, "bad_line"));
    cr_assert_eq(p->out.count, 2);
    cr_assert_eq(strncmp(p->out.detail, "line 2:", 7), 0, "%s", p->out.detail);
    probe_free(p);
}

Test(influx, no_part_of_a_bad_line_counts)
{
    struct probe *p = probe_new("influx", NULL);
    const char *const lines[] = {"a,host=h v=1,w=1x 1785340800",
                                 "a,host=h v=1 17853x",
                                 "a,host=h",
                                 "a,host= v=1",
                                 ",host=h v=1",
                                 "a,host=h v",
                                 "a,host=h v=",
                                 "a,host=h v=\"x",
                                 "a,host=h v=1 2 3",
                                 "a,host=h v=0x1f",
                                 "a,host=h v=9223372036854775808i",
                                 "a,host=h v=-1u",
                                 "a,host=h v=1e999",
                                 "a,host=h =1",
                                 "a,host=h\xff v=1",
                                 "a,host=h v=1,",
                                 "a,host v=1"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_assert_eq(feed(p, lines[i]), OUTCOME_REJECTED, "'%s' passed", lines[i]);
        cr_assert(probe_reason_is(p, "bad_line"));
    }
    probe_free(p);
}

Test(influx, the_precision_is_found_by_the_date)
{
    struct probe *p = probe_new("influx", NULL);
    const char *const lines[] = {"a,host=h v=1 1785340800", "a,host=h v=1 1785340800000",
                                 "a,host=h v=1 1785340800000000",
                                 "a,host=h v=1 1785340800000000000"};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(feed(p, lines[i]), OUTCOME_ACCEPTED);
        cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785340800) * NS_PER_S);
        cr_assert_eq(p->out.readings[0].quality, QUALITY_GOOD);
    }
    feed(p, "a,host=h v=1 12");
    cr_assert(bytes_are(p->out.readings[0].detail, "implausible_timestamp"));
    cr_assert_eq(p->out.readings[0].event_ns, p->now_ns);
    probe_free(p);
}

Test(influx, a_configured_precision_is_taken_at_its_word)
{
    struct probe *p = probe_new("influx", "precision: s");
    feed(p, "a,host=h v=1 1785340800");
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785340800) * NS_PER_S);
    feed(p, "a,host=h v=1 1785340800000");
    cr_assert_eq(p->out.readings[0].quality, QUALITY_UNCERTAIN);
    probe_free(p);
}

Test(influx, a_line_without_time_has_the_receive_time)
{
    struct probe *p = probe_new("influx", NULL);
    cr_assert_eq(feed(p, "a,host=h v=1"), OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.readings[0].event_ns, p->now_ns);
    cr_assert(p->out.readings[0].flags & READING_RECEIVE_TIME);
    cr_assert_eq(p->out.readings[0].quality, QUALITY_GOOD);
    p->retained = true;
    feed(p, "a,host=h v=1");
    cr_assert(bytes_are(p->out.readings[0].detail, "retained_no_timestamp"));
    cr_assert(p->out.readings[0].flags & READING_RETAINED);
    probe_free(p);
}

Test(influx, every_escape)
{
    struct probe *p = probe_new("influx", "device_tag: 'the host'");
    cr_assert_eq(feed(p, "my\\ meas\\,ure\\=x,the\\ host=a\\=b\\,c\\ d "
                         "fi\\=eld\\ 1=1,back\\slash=2,s=\"a\\\\b\\\"c\nd e=1\" "
                         "1785340800\r\nb,the\\ host=x v=F"),
                 OUTCOME_ACCEPTED, "%s", p->out.detail);
    cr_assert(bytes_are(p->out.readings[0].device, "a=b,c d"));
    cr_assert(bytes_are(p->out.readings[0].metric, "my meas,ure\\=x.fi=eld 1"));
    cr_assert(bytes_are(p->out.readings[1].metric, "my meas,ure\\=x.back\\slash"));
    cr_assert(bytes_are(p->out.readings[2].value.text, "a\\b\"c\nd e=1"));
    cr_assert_not(p->out.readings[3].value.truth);
    probe_free(p);
}

Test(influx, a_number_that_is_none_is_a_bad_reading)
{
    struct probe *p = probe_new("influx", NULL);
    cr_assert_eq(feed(p, "a,host=h v=NaN,w=-Inf,x=1.5e3"), OUTCOME_ACCEPTED);
    cr_assert(bytes_are(probe_find(p, "a.v")->detail, "nan"));
    cr_assert(bytes_are(probe_find(p, "a.w")->detail, "inf"));
    cr_assert_eq(probe_find(p, "a.w")->value.kind, VALUE_NONE);
    cr_assert_float_eq(probe_number(p, "a.x"), 1500, 1e-9);
    probe_free(p);
}

Test(influx, the_topic_names_the_device_when_no_tag_does)
{
    struct probe *p = probe_new("influx", "tags: [cpu]");
    cr_assert_eq(feed(p, "load,cpu=cpu0,area=x idle=1"), OUTCOME_ACCEPTED);
    cr_assert(bytes_are(p->out.readings[0].device, "gw1"));
    cr_assert(bytes_are(p->out.readings[0].metric, "load.cpu0.idle"));
    probe_free(p);
}

Test(influx, comments_and_blank_lines_are_no_readings)
{
    struct probe *p = probe_new("influx", NULL);
    cr_assert_eq(feed(p, "# a\n\n  \r\n"), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(feed(p, ""), OUTCOME_REJECTED);
    probe_free(p);
}

Test(influx, too_many_fields_are_one_refusal)
{
    struct probe *p = probe_new("influx", NULL);
    struct buf text;
    buf_init(&text, 4U << 20);
    for (int i = 0; i < 100000; i++) {
        buf_add_text(&text, "a,host=h v=1\n");
    }
    cr_assert_eq(probe_feed(p, TOPIC, buf_bytes(&text)), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(p, "too_many_readings"));
    buf_deinit(&text);
    probe_free(p);
}
