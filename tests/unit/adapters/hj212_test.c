/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#define TOPIC "cems/stack1/hj212"

/* The standard's CRC, written once more from its text. */
static unsigned crc_of(const char *data)
{
    unsigned crc = 0xffff;
    for (; *data; data++) {
        unsigned high = crc >> 8;
        crc = high ^ (unsigned char)*data;
        for (int i = 0; i < 8; i++) {
            unsigned low = crc & 1;
            crc >>= 1;
            if (low) {
                crc ^= 0xa001;
            }
        }
    }
    return crc;
}

static enum outcome feed(struct probe *p, const char *parameters, int count)
{
    char data[4096];
    struct buf frames;
    buf_init(&frames, 65536);
    for (int i = 0; i < count; i++) {
        int len = snprintf(data, sizeof data,
                           "QN=20260730144452444;ST=31;CN=2011;PW=1;MN=8888;Flag=5;"
                           "CP=&&%s&&",
                           parameters);
        buf_print(&frames, "##%04d%s%04X\r\n", len, data, crc_of(data));
    }
    enum outcome outcome = probe_feed(p, TOPIC, buf_bytes(&frames));
    buf_deinit(&frames);
    return outcome;
}

Test(hj212, the_example_of_the_standard_has_the_right_checksum)
{
    struct probe *p = probe_new("hj212", NULL);
    cr_assert_eq(probe_feed_text(p, TOPIC,
                                 "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;"
                                 "MN=010000A8900016F000169DC0;Flag=5;"
                                 "CP=&&RtdInterval=30&&1C80\r\n"),
                 OUTCOME_ACCEPTED_EMPTY, "%s", p->e.text);
    probe_free(p);
}

Test(hj212, items_are_readings_with_their_pollutants_flag_as_quality)
{
    struct probe *p = probe_new("hj212", NULL);
    cr_assert_eq(feed(p,
                      "DataTime=20260730144400;a21026-Rtd=182.5,a21026-ZsRtd=201.25,"
                      "a21026-Flag=N;a34013-Rtd=5.5,a34013-Flag=D;a19001-Rtd=10.5,"
                      "a19001-Flag=C;a01012-Rtd=x;a01013-Rtd=7",
                      1),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 6);
    const struct reading *so2 = probe_find(p, "a21026-Rtd");
    cr_assert(bytes_are(so2->device, "8888"));
    cr_assert_eq(so2->quality, QUALITY_GOOD);
    cr_assert_eq(so2->event_ns, INT64_C(1785393840) * NS_PER_S);
    cr_assert_eq(probe_find(p, "a21026-ZsRtd")->quality, QUALITY_GOOD);
    cr_assert_eq(probe_find(p, "a34013-Rtd")->quality, QUALITY_BAD);
    cr_assert(bytes_are(probe_find(p, "a19001-Rtd")->detail, "calibration"));
    cr_assert(bytes_are(probe_find(p, "a01012-Rtd")->detail, "not_a_number"));
    cr_assert_eq(probe_find(p, "a01013-Rtd")->quality, QUALITY_GOOD);
    probe_free(p);
}

Test(hj212, times_follow_the_configured_zone)
{
    struct probe *p = probe_new("hj212", "tz: Asia/Shanghai");
    feed(p, "DataTime=20260730144400;a-Rtd=1", 1);
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785393840) * NS_PER_S);
    probe_free(p);
    p = probe_new("hj212", "tz: '+00:00'");
    feed(p, "DataTime=20260730144400;a-Rtd=1", 1);
    cr_assert_eq(p->out.readings[0].event_ns, INT64_C(1785422640) * NS_PER_S);
    feed(p, "DataTime=20261330144400;a-Rtd=1", 1);
    cr_assert(bytes_are(p->out.readings[0].detail, "bad_timestamp"));
    probe_free(p);
    p = probe_new("hj212", "tz: Mars/Olympus");
    cr_assert_eq(p->problems.count, 1);
    probe_free(p);
}

Test(hj212, several_frames_may_stand_in_a_message)
{
    struct probe *p = probe_new("hj212", NULL);
    cr_assert_eq(feed(p, "DataTime=20260730144400;a-Rtd=1", 3), OUTCOME_ACCEPTED);
    cr_assert_eq(p->out.count, 3);
    probe_free(p);
}

Test(hj212, a_frame_that_does_not_check_is_refused)
{
    const char *const cases[][2] = {
        {"", "empty_payload"},
        {"hello", "malformed_frame"},
        {"##01x1abc", "malformed_frame"},
        {"##0500QN=1", "truncated"},
        {"##0003abc12G4\r\n", "bad_length"},
        {"##0003abc0000\r\n", "bad_crc"},
    };
    struct probe *p = probe_new("hj212", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(probe_feed_text(p, TOPIC, cases[i][0]), OUTCOME_REJECTED);
        cr_assert(probe_reason_is(p, cases[i][1]), "%s: %s", cases[i][0], p->out.reason);
    }
    cr_assert_eq(probe_feed_file(p, TOPIC, "vectors/hj212/bad-crc/payload.txt"),
                 OUTCOME_REJECTED);
    cr_assert(probe_reason_is(p, "bad_crc"));
    probe_free(p);
}

Test(hj212, a_refusal_does_not_show_the_password)
{
    struct probe *p = probe_new("hj212", NULL);
    probe_feed_file(p, TOPIC, "vectors/hj212/bad-crc/payload.txt");
    cr_assert_null(strstr(p->e.text, "123456"));
    probe_free(p);
}
