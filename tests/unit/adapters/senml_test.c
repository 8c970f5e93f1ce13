/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#define TOPIC "senml/gw1"
#define HOT_NS (INT64_C(1276020076) * NS_PER_S + NS_PER_MS)

static enum outcome feed(struct probe *p, const char *text)
{
    return probe_feed_text(p, TOPIC, text);
}

static void refused(struct probe *p, struct bytes payload, const char *reason)
{
    cr_assert_eq(probe_feed(p, TOPIC, payload), OUTCOME_REJECTED, "%s passed", reason);
    cr_assert(probe_reason_is(p, reason), "%s, not %s", p->out.reason, reason);
}

/* ---- JSON ---- */

Test(senml, recorded_pack_with_base_fields)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(
        probe_feed_file(p, TOPIC, "vectors/senml/rfc-multiple-base-time/payload.json"),
        OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 7);
    const struct reading *voltage = probe_find(p, "voltage");
    cr_assert(bytes_are(voltage->device, "urn:dev:ow:10e2073a0108006"));
    cr_assert(bytes_are(voltage->unit, "V"));
    cr_assert_eq(voltage->event_ns, HOT_NS);
    const struct reading *first = probe_nth(p, "current", 0);
    cr_assert(bytes_are(first->unit, "A"));
    cr_assert_eq(first->event_ns, HOT_NS - 5 * NS_PER_S);
    probe_free(p);
}

Test(senml, recorded_packs_that_must_be_refused)
{
    struct probe *p = probe_new("senml", NULL);
    probe_feed_file(p, TOPIC, "vectors/senml/must-understand-field/payload.json");
    cr_assert(probe_reason_is(p, "senml_must_understand"));
    probe_feed_file(p, TOPIC, "vectors/senml/nan-value-text/payload.json");
    cr_assert(probe_reason_is(p, "malformed_json"));
    probe_feed_file(p, TOPIC, "vectors/hostile/senml-cbor-huge-array/payload.cbor");
    cr_assert(probe_reason_is(p, "malformed_cbor"));
    probe_feed_file(p, TOPIC, "vectors/hostile/senml-cbor-nesting/payload.cbor");
    cr_assert(probe_reason_is(p, "too_deep"), "%s", p->out.reason);
    probe_free(p);
}

Test(senml, a_resolved_name_is_split_as_base_and_name_would_be)
{
    struct probe *p = probe_new("senml", NULL);
    const char *const cases[][3] = {
        {"urn:dev:ow:10e2073a01080063", "urn:dev:ow:10e2073a01080063", "value"},
        {"urn:dev:ow:10e2073a01080063:temp", "urn:dev:ow:10e2073a01080063", "temp"},
        {"kiln/3/temp", "kiln/3", "temp"},
        {"temp", "gw1", "temp"},
    };
    for (size_t i = 0; i < 4; i++) {
        char text[256];
        snprintf(text, sizeof text, "[{\"n\":\"%s\",\"u\":\"Cel\",\"v\":23.1}]",
                 cases[i][0]);
        cr_assert_eq(feed(p, text), OUTCOME_ACCEPTED);
        cr_assert(bytes_are(p->out.readings[0].device, cases[i][1]), "%s", cases[i][0]);
        cr_assert(bytes_are(p->out.readings[0].metric, cases[i][2]), "%s", cases[i][0]);
    }
    probe_free(p);
}

Test(senml, a_base_name_alone_names_the_value)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(feed(p, "[{\"bn\":\"urn:dev:ow:10e2073a01080063\",\"bt\":1.320067464e9,"
                         "\"bu\":\"%RH\",\"v\":20},{\"u\":\"lon\",\"v\":24.30621},"
                         "{\"t\":60,\"v\":20.3}]"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(probe_count(p, "value"), 3);
    cr_assert(bytes_are(p->out.readings[1].unit, "lon"));
    cr_assert(bytes_are(p->out.readings[2].unit, "%RH"));
    cr_assert_eq(p->out.readings[2].event_ns, INT64_C(1320067524) * NS_PER_S);
    probe_free(p);
}

Test(senml, every_kind_of_value)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(
        feed(p, "[{\"bn\":\"d:\",\"n\":\"v\",\"v\":-0.5},{\"n\":\"s\",\"vs\":\"on\"},"
                "{\"n\":\"b\",\"vb\":false},{\"n\":\"d\",\"vd\":\"AQI\"},"
                "{\"n\":\"i\",\"v\":9007199254740993},{\"n\":\"null\",\"v\":null},"
                "{\"n\":\"huge\",\"v\":1e999}]"),
        OUTCOME_ACCEPTED);
    cr_assert_float_eq(probe_number(p, "v"), -0.5, 1e-12);
    cr_assert(bytes_are(probe_find(p, "s")->value.text, "on"));
    cr_assert_eq(probe_find(p, "b")->value.kind, VALUE_BOOL);
    cr_assert(bytes_are(probe_find(p, "d")->value.text, "AQI"));
    cr_assert_eq(probe_find(p, "i")->value.integer, INT64_C(9007199254740993));
    cr_assert(bytes_are(probe_find(p, "null")->detail, "null"));
    cr_assert(bytes_are(probe_find(p, "huge")->detail, "inf"));
    probe_free(p);
}

Test(senml, base_values_and_sums_are_added)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(feed(p, "[{\"bn\":\"d:\",\"bv\":1000,\"bs\":50,\"n\":\"a\",\"v\":5},"
                         "{\"n\":\"b\",\"v\":0.5,\"s\":2},{\"n\":\"c\",\"s\":3}]"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 4);
    cr_assert_eq(probe_find(p, "a")->value.integer, 1005);
    cr_assert_float_eq(probe_number(p, "b"), 1000.5, 1e-9);
    cr_assert_eq(probe_find(p, "b/sum")->value.integer, 52);
    cr_assert_eq(probe_find(p, "c")->value.integer, 53);
    probe_free(p);
}

Test(senml, times_are_relative_below_2_to_the_28)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(
        feed(p, "[{\"bn\":\"d:\",\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"t\":-60,\"v\":1},"
                "{\"n\":\"c\",\"t\":1785340800.25,\"v\":1},"
                "{\"n\":\"d\",\"t\":1e30,\"v\":1}]"),
        OUTCOME_ACCEPTED);
    cr_assert_eq(probe_find(p, "a")->event_ns, p->now_ns);
    cr_assert_eq(probe_find(p, "a")->quality, QUALITY_GOOD);
    cr_assert_eq(probe_find(p, "b")->event_ns, p->now_ns - 60 * NS_PER_S);
    cr_assert_eq(probe_find(p, "c")->event_ns,
                 INT64_C(1785340800) * NS_PER_S + 250 * NS_PER_MS);
    cr_assert(bytes_are(probe_find(p, "d")->detail, "implausible_timestamp"));
    probe_free(p);
}

Test(senml, a_record_with_several_values_or_no_name_is_left_out)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(feed(p, "[{\"bn\":\"d:\",\"n\":\"a\",\"v\":1,\"vb\":true},"
                         "{\"n\":\"b\",\"v\":2}]"),
                 OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(p, "several_values"));
    cr_assert_eq(p->out.count, 1);
    cr_assert_eq(feed(p, "[{\"v\":1}]"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(p, "bad_name"));
    cr_assert_eq(feed(p, "[{\"bn\":\"d:\",\"n\":\"a\\nb\",\"v\":1}]"), OUTCOME_REJECTED);
    probe_free(p);
}

Test(senml, what_is_no_pack_is_refused)
{
    struct probe *p = probe_new("senml", NULL);
    refused(p, BYTES(""), "empty_payload");
    refused(p, BYTES("{\"n\":\"a\",\"v\":1}"), "malformed_senml");
    refused(p, BYTES("[1]"), "malformed_senml");
    refused(p, BYTES("[{\"n\":\"a\",\"v\":\"1\"}]"), "malformed_senml");
    refused(p, BYTES("[{\"n\":\"a\",\"v\":1,\"v\":2}]"), "duplicate_key");
    refused(p, BYTES("[{\"n\":\"a\",\"v\":1}] x"), "malformed_json");
    refused(p, BYTES("[{\"bver\":11,\"n\":\"a\",\"v\":1}]"), "unsupported_version");
    cr_assert_eq(feed(p, "[]"), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(feed(p, "[{\"bn\":\"d\",\"x\":[1]}]"), OUTCOME_ACCEPTED_EMPTY);
    probe_free(p);
}

/* ---- CBOR ---- */

Test(senml, the_pack_of_the_rfc_in_cbor)
{
    struct probe *p = probe_new("senml", NULL);
    struct bytes pack = BYTES("\x82\xa7\x21\x78\x1b"
                              "urn:dev:ow:10e2073a0108006:"
                              "\x22\xfb\x41\xd3\x03\xa1\x5b\x00\x10\x62\x23\x61\x41"
                              "\x20\x05\x00\x67"
                              "voltage\x01\x61\x56\x02\xfb\x40\x5e\x06"
                              "\x66\x66\x66\x66\x66\xa3\x00\x67"
                              "current\x06\x24\x02"
                              "\xfb\x3f\xf3\x33\x33\x33\x33\x33\x33");
    cr_assert_eq(probe_feed(p, TOPIC, pack), OUTCOME_ACCEPTED, "%s", p->e.text);
    cr_assert_float_eq(probe_number(p, "voltage"), 120.1, 1e-9);
    cr_assert_float_eq(probe_number(p, "current"), 1.2, 1e-9);
    cr_assert(bytes_are(probe_find(p, "current")->device, "urn:dev:ow:10e2073a0108006"));
    cr_assert_eq(probe_find(p, "voltage")->event_ns, HOT_NS);
    cr_assert_eq(probe_find(p, "current")->event_ns, HOT_NS - 5 * NS_PER_S);
    probe_free(p);
}

/* One record {n: "a", v: <number>} of device gw1. */
static const struct reading *number_of(struct probe *p, struct bytes number)
{
    struct buf pack;
    buf_init(&pack, 256);
    buf_add(&pack, BYTES("\x81\xa2\x00\x61\x61\x02"));
    buf_add(&pack, number);
    cr_assert_eq(probe_feed(p, TOPIC, buf_bytes(&pack)), OUTCOME_ACCEPTED, "%s",
                 p->e.text);
    buf_deinit(&pack);
    return probe_find(p, "a");
}

Test(senml, every_number_of_cbor)
{
    struct probe *p = probe_new("senml", NULL);
    cr_assert_eq(number_of(p, BYTES("\x17"))->value.integer, 23);
    cr_assert_eq(number_of(p, BYTES("\x39\x01\x00"))->value.integer, -257);
    cr_assert_eq(
        number_of(p, BYTES("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"))->value.natural,
        UINT64_MAX);
    cr_assert_eq(
        number_of(p, BYTES("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"))->value.integer,
        INT64_MIN);
    cr_assert_float_eq(number_of(p, BYTES("\xf9\x3e\x00"))->value.number, 1.5, 1e-12);
    cr_assert_float_eq(number_of(p, BYTES("\xf9\x00\x01"))->value.number, 5.960464e-8,
                       1e-13);
    cr_assert_float_eq(number_of(p, BYTES("\xf9\xc4\x00"))->value.number, -4, 1e-12);
    cr_assert_float_eq(number_of(p, BYTES("\xfa\x47\xc3\x50\x00"))->value.number, 100000,
                       1e-6);
    cr_assert_float_eq(number_of(p, BYTES("\xc4\x82\x21\x19\x6a\xb3"))->value.number,
                       273.15, 1e-9);
    cr_assert(bytes_are(number_of(p, BYTES("\xf9\x7e\x00"))->detail, "nan"));
    cr_assert(bytes_are(number_of(p, BYTES("\xf9\xfc\x00"))->detail, "inf"));
    cr_assert(bytes_are(number_of(p, BYTES("\xf6"))->detail, "null"));
    probe_free(p);
}

Test(senml, chunks_and_endless_containers_are_read)
{
    struct probe *p = probe_new("senml", NULL);
    struct bytes pack = BYTES("\xd9\xd9\xf7\x9f\xbf\x00\x7f\x61"
                              "t\x63"
                              "emp\xff\x02\x18\x2a"
                              "\x08\x43\x01\x02\x03\x63"
                              "xyz\x82\x01\xa1\x01\x02\xff\xff");
    cr_assert_eq(probe_feed(p, TOPIC, pack), OUTCOME_REJECTED, "two values");
    pack = BYTES("\x9f\xbf\x00\x7f\x61"
                 "t\x63"
                 "emp\xff\x08\x43\x01\x02\x03"
                 "\x63"
                 "xyz\x82\x01\xa1\x01\x02\xff\xff");
    cr_assert_eq(probe_feed(p, TOPIC, pack), OUTCOME_ACCEPTED, "%s", p->e.text);
    cr_assert(bytes_are(probe_find(p, "temp")->value.text, "AQID"));
    probe_free(p);
}

Test(senml, malformed_cbor_is_refused)
{
    struct probe *p = probe_new("senml", NULL);
    refused(p, BYTES("\x81"), "malformed_cbor");
    refused(p, BYTES("\x81\xa1\x00"), "malformed_cbor");
    refused(p, BYTES("\x81\xa1\x00\x61"), "malformed_cbor");
    refused(p, BYTES("\x81\xa0\x00"), "malformed_cbor");
    refused(p, BYTES("\x9f\xa0"), "malformed_cbor");
    refused(p, BYTES("\x81\xbf\x00\x61\x61"), "malformed_cbor");
    refused(p, BYTES("\xa1\x00\x61\x61"), "malformed_cbor");
    refused(p, BYTES("\x81\x01"), "malformed_senml");
    refused(p, BYTES("\x81\xa1\x00\x7c"), "malformed_cbor");
    refused(p, BYTES("\x81\xa2\x00\x61\x61\x00\x61\x62"), "duplicate_key");
    refused(p,
            BYTES("\x81\xa1\x64"
                  "key_\x01"),
            "senml_must_understand");
    refused(p, BYTES("\x81\xa1\x00\x61\xff"), "malformed_senml");
    refused(p, BYTES("\x81\xa1\x18\x63\x81\x81\x81\x81\x81\x81\x81\x81\x81\x01"),
            "too_deep");
    probe_free(p);
}

Test(senml, a_hundred_thousand_records_are_one_refusal)
{
    struct probe *p = probe_new("senml", NULL);
    struct buf pack;
    buf_init(&pack, 4U << 20);
    buf_add(&pack, BYTES("\x9f"));
    for (int i = 0; i < 100000; i++) {
        buf_add(&pack, BYTES("\xa2\x00\x61\x61\x02\x01"));
    }
    buf_add(&pack, BYTES("\xff"));
    refused(p, buf_bytes(&pack), "too_many_readings");
    buf_clear(&pack);
    buf_add_text(&pack, "[{\"bn\":\"d:\"}");
    for (int i = 0; i < 100000; i++) {
        buf_add_text(&pack, ",{\"n\":\"a\",\"v\":1}");
    }
    buf_add_text(&pack, "]");
    cr_assert_eq(probe_feed(p, TOPIC, buf_bytes(&pack)), OUTCOME_REJECTED);
    buf_deinit(&pack);
    probe_free(p);
}
