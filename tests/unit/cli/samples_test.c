/* SPDX-License-Identifier: Apache-2.0 */
/* Samples in folders: found at any depth, written once, compared afterwards. */
#include "cli/samples.h"

#include "config_text.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct bench {
    char directory[64];
    struct plan *plan;
};

static void put(const struct bench *bench, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", bench->directory, name);
    FILE *out = fopen(path, "we");
    cr_assert(out);
    fputs(text, out);
    fclose(out);
}

static void make_folder(const struct bench *bench, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", bench->directory, name);
    cr_assert_eq(mkdir(path, 0700), 0);
}

/* The plant with an input for influx lines, and two samples of them. */
static struct bench open_bench(void)
{
    struct bench bench = {.directory = "/tmp/emgate-samples-XXXXXX"};
    struct problems problems;
    struct buf text = plant_with("{topic: emgate/v1/+/telemetry, adapter: native}",
                                 "{topic: 'l/#', adapter: influx}");
    cr_assert(mkdtemp(bench.directory));
    bench.plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_assert(bench.plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    buf_deinit(&text);
    make_folder(&bench, "a");
    make_folder(&bench, "a/b");
    put(&bench, "a/topic.txt", "1.txt\tl/d\n");
    put(&bench, "a/1.txt", "m,host=d temp=5 1784109600000000000");
    put(&bench, "a/b/topic.txt", "1.txt\tl/d\n1.txt\tl/d\tretain=1\n");
    put(&bench, "a/b/1.txt", "m,host=d temp=6");
    return bench;
}

static void close_bench(struct bench *bench)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", bench->directory);
    (void)!system(command);
    plan_free(&bench->plan);
}

static struct samples_report check(const struct bench *bench, bool write)
{
    struct samples_report report = {0};
    problems_init(&report.problems);
    cr_assert(samples_check(bench->plan, bench->directory, write, &report));
    return report;
}

Test(samples, are_written_once_and_agree_from_then_on)
{
    struct bench bench = open_bench();
    struct samples_report report = check(&bench, false);
    cr_assert_eq(report.samples, 2);
    cr_assert_eq(report.differing, 2);
    cr_assert_eq(report.messages, 3);
    cr_assert_eq(report.readings, 3);
    cr_assert(strstr((const char *)report.problems.text.data,
                     "a/topic.txt:1:1: there is no expected.json"));
    problems_deinit(&report.problems);

    report = check(&bench, true);
    cr_assert_eq(report.written, 2);
    cr_assert_eq(report.problems.count, 0);
    problems_deinit(&report.problems);

    put(&bench, "a/1.txt", "m,host=d temp=7 1784109600000000000");
    report = check(&bench, true);
    cr_assert_eq(report.written, 0, "a golden file is never written over");
    cr_assert_eq(report.differing, 1);
    cr_assert(strstr((const char *)report.problems.text.data, "a/expected.json:3:"));
    problems_deinit(&report.problems);
    close_bench(&bench);
}

Test(samples, what_cannot_be_read_is_told_at_its_line)
{
    struct bench bench = open_bench();
    put(&bench, "a/topic.txt", "# a list\nnone.txt\tl/d\nnonsense\n");
    struct samples_report report = check(&bench, true);
    const char *text = (const char *)report.problems.text.data;
    cr_assert(strstr(text, "a/topic.txt:2:1: can't read the payload"), "%s", text);
    cr_assert(strstr(text, "a/topic.txt:3:1: a line is"), "%s", text);
    problems_deinit(&report.problems);
    cr_assert_not(samples_check(bench.plan, "/nowhere/at/all", false, &report));
    close_bench(&bench);
}

Test(samples, stand_beside_the_configuration)
{
    char *path = samples_beside("/etc/emgate/plant.yaml");
    cr_assert_str_eq(path, "/etc/emgate/samples");
    mem_free(&path);
}
