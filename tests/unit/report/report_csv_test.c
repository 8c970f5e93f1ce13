/* SPDX-License-Identifier: Apache-2.0 */
#include "report_rig.h"

static void expect(struct report_rig *rig, enum report_detail detail, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    report_put_csv(rig->report, detail, &out);
    const char *body = strstr((const char *)out.data, "\r\n");
    cr_assert_not_null(body);
    cr_assert_str_eq(body + 2, wanted);
    buf_deinit(&out);
}

Test(report_csv, a_line_a_process_and_a_line_a_stream)
{
    struct report_rig rig;
    report_rig_init(&rig);
    cr_assert(report_rig_add(&rig, "kiln", 2, 1, 4));

    expect(&rig, REPORT_FULL,
           "process,kiln,,\"cement, grey\",4,t,2,1,0.5,0.25,1,1\r\n"
           "stream,kiln,fuel,gypsum,2.5,t,2,,,,,\r\n"
           "stream,kiln,power,electricity,,,,1,,,,\r\n");
    expect(&rig, REPORT_SUMMARY,
           "process,kiln,,\"cement, grey\",4,t,2,1,0.5,0.25,1,1\r\n");
    report_free(&rig.report);
}

Test(report_csv, what_is_undetermined_is_an_empty_field)
{
    struct report_rig rig;
    report_rig_init(&rig);

    expect(&rig, REPORT_SUMMARY, "process,kiln,,\"cement, grey\",,t,,,,,0,0\r\n");
    report_free(&rig.report);
}
