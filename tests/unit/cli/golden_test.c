/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files: what agrees, what differs and where it is told, and that a written file
 * agrees with what it was written from. */
#include "cli/golden.h"

#include "config_text.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>

#define AT_NS (INT64_C(1784109600) * NS_PER_S) /* 2026-07-15T10:00:00Z */

struct bench {
    struct plan *plan;
    struct normalised result;
    struct golden_reading readings[2];
    struct golden_outcome outcome;
    struct problems problems;
};

/* Two readings of device d: temp 812.5, which point 'hot' gets, and a word. */
static struct bench *open_bench(void)
{
    struct bench *bench = mem_new(struct bench);
    bench->plan = plan_of(plant_text, NULL, NULL, &bench->problems);
    cr_assert(bench->plan, "%s", (const char *)bench->problems.text.data);
    bench->result =
        (struct normalised){.point = 3, .sample.value = 812.5, .usable = true};
    bench->readings[0] = (struct golden_reading){
        .reading = {.device = BYTES("d"),
                    .metric = BYTES("temp"),
                    .unit = BYTES("C"),
                    .value = {.kind = VALUE_DOUBLE, .number = 812.5},
                    .event_ns = AT_NS - 60 * NS_PER_S},
        .results = &bench->result,
        .count = 1,
        .received_ns = AT_NS,
        .line = 2};
    bench->readings[1] = (struct golden_reading){
        .reading = {.device = BYTES("d"),
                    .metric = BYTES("mode"),
                    .value = {.kind = VALUE_TEXT, .text = BYTES("auto")},
                    .quality = QUALITY_UNCERTAIN,
                    .detail = BYTES("bad_timestamp"),
                    .flags = READING_RECEIVE_TIME | READING_RETAINED,
                    .event_ns = AT_NS},
        .received_ns = AT_NS,
        .line = 3};
    bench->outcome = (struct golden_outcome){.plan = bench->plan,
                                             .list = "topic.txt",
                                             .readings = bench->readings,
                                             .count = 2};
    return bench;
}

static void close_bench(struct bench *bench)
{
    plan_free(&bench->plan);
    problems_deinit(&bench->problems);
    mem_free(&bench);
}

/* Compares with a golden file of this text; gives the differences' text. */
static const char *compare(struct bench *bench, const char *text)
{
    struct document *document =
        document_parse("expected.json", bytes_of(text), &bench->problems);
    bench->readings[0].matched = bench->readings[1].matched = false;
    golden_compare(document_root(document), &bench->outcome, &bench->problems);
    document_free(&document);
    return bench->problems.count ? (const char *)bench->problems.text.data : "";
}

#define TEMP                                                                             \
    "{\"device\":\"d\",\"metric\":\"temp\",\"value\":812.5000001,\"unit\":\"C\","        \
    "\"quality\":\"good\",\"ts\":\"$RECV-60s\",\"points\":{\"hot\":812.5}}"
#define MODE "{\"device\":\"d\",\"metric\":\"mode\",\"value\":\"auto\",\"ts\":\"$RECV\"}"

Test(golden, agrees_whatever_the_order)
{
    struct bench *bench = open_bench();
    cr_assert_str_eq(compare(bench, "{\"readings\":[" TEMP "," MODE "]}"), "");
    cr_assert_str_eq(
        compare(bench, "{\"outcome\":\"accepted\",\"readings\":[" MODE "," TEMP "]}"),
        "");
    close_bench(bench);
}

Test(golden, what_it_wrote_agrees)
{
    struct bench *bench = open_bench();
    struct buf text;
    buf_init(&text, 1 << 16);
    bench->outcome.reasons[0] = "bad_line";
    bench->outcome.reason_count = 1;
    bench->outcome.partial = true;
    golden_write(&bench->outcome, &text);
    cr_assert_str_eq(compare(bench, (const char *)text.data), "");
    cr_assert(strstr((const char *)text.data, "\"ts\":\"$RECV\""));
    buf_deinit(&text);
    close_bench(bench);
}

struct difference {
    const char *text, *told;
};

Test(golden, each_difference_is_told_at_its_place)
{
    static const struct difference list[] = {
        {"{\"readings\":[" TEMP "]}", "topic.txt:3:1: not expected: {\"device\":\"d\","},
        {"{\"readings\":[" TEMP "," MODE ",\n {\"device\":\"e\",\"metric\":\"x\"}]}",
         "expected.json:2:2: no reading of device 'e', metric 'x'"},
        {"{\"readings\":[" TEMP ",\n{\"device\":\"d\",\"metric\":\"mode\",\n"
         "\"value\":\"manual\"}]}",
         "expected.json:3:9: value: manual wanted, decoded is {\"device\":\"d\","},
        {"{\"outcome\":\"rejected\",\"readings\":[" TEMP "," MODE "]}",
         "expected.json:1:12: outcome: rejected wanted, it is accepted"},
        {"{\"reason\":[a,b],\"readings\":[" TEMP "," MODE "]}", "reason: "},
        {"{\"reading\":[]}", "did you mean 'readings'"},
        {"{\"readings\":[" TEMP ",{\"device\":\"d\",\"metric\":\"mode\",\"kwality\":\"\"}"
         "]}",
         "kwality"},
        {"{\"readings\":[" MODE ",{\"device\":\"d\",\"metric\":\"temp\",\"points\":{}}]}",
         "point 'hot' gets this reading too"},
        {"{\"readings\":[" MODE ",{\"device\":\"d\",\"metric\":\"temp\","
         "\"points\":{\"hot\":1}}]}",
         "point 'hot': 1 wanted, it gets 812.5"},
        {"{\"readings\":[" MODE ",{\"device\":\"d\",\"metric\":\"temp\","
         "\"points\":{\"hot\":812.5,\"coal\":3}}]}",
         "point 'coal' does not get this reading"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct bench *bench = open_bench();
        const char *told = compare(bench, list[i].text);
        cr_expect(strstr(told, list[i].told), "%zu: %s", i, told);
        close_bench(bench);
    }
}

Test(golden, members_differ_one_by_one)
{
    static const char *const members[] = {
        "\"value\":true",      "\"value\":null",      "\"unit\":\"C\"",
        "\"quality\":\"bad\"", "\"ts\":\"$RECV-1s\"", "\"ts\":\"2026-07-15T10:00:01Z\"",
        "\"detail\":\"null\"", "\"birth\":true",      "\"retained\":false",
        "\"ts_source\":\"\"",  "\"value\":3"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct bench *bench = open_bench();
        char text[512];
        snprintf(text, sizeof text,
                 "{\"readings\":[" TEMP ",{\"device\":\"d\",\"metric\":\"mode\",%s}]}",
                 members[i]);
        compare(bench, text);
        cr_expect_eq(bench->problems.count, 1, "%s", members[i]);
        close_bench(bench);
    }
}

Test(golden, whole_numbers_are_exact)
{
    struct bench *bench = open_bench();
    bench->outcome.count = 1;
    bench->readings[0].reading.value =
        (struct value){.kind = VALUE_INT, .integer = INT64_C(9007199254740993)};
    static const char form[] =
        "{\"readings\":[{\"device\":\"d\",\"metric\":\"temp\",\"value\":%s}]}";
    char text[256];
    snprintf(text, sizeof text, form, "\"9007199254740993\"");
    cr_assert_str_eq(compare(bench, text), "");
    snprintf(text, sizeof text, form, "\"9007199254740992\"");
    cr_assert_str_neq(compare(bench, text), "");
    close_bench(bench);
}
