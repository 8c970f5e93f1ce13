/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate export`: the operator's emissions report over a period. */
#include "cli/remote.h"

#include "core/clock.h"
#include "core/timetext.h"
#include "report/report.h"

#include <stdio.h>

#define TEXT_MAX ((size_t)256 << 20)
/* Summaries are asked for in pieces, so that an answer stays small. */
#define PIECE_NS (7 * 24 * NS_PER_HOUR)

static enum err local_summaries(struct outbox *outbox, void *ctx,
                                struct json_writer *writer, struct error *e)
{
    return api_put_summaries(outbox, ctx, writer, e);
}

/* Every latest summary of the period into the report; the exit code. */
static int gather(const char *config, struct report *report, int64_t from_ns,
                  int64_t to_ns)
{
    for (int64_t at_ns = from_ns; at_ns < to_ns; at_ns += PIECE_NS) {
        int64_t end_ns = at_ns + PIECE_NS < to_ns ? at_ns + PIECE_NS : to_ns;
        struct outbox_filter filter = {.from_ns = at_ns, .to_ns = end_ns, .latest = true};
        char path[128];
        int code = EXIT_OK;
        snprintf(path, sizeof path, "/v1/summaries?limit=0&from=%lld&to=%lld",
                 (long long)at_ns, (long long)end_ns);
        json_t *list = remote_get(config, path, local_summaries, &filter, &code);
        if (!list) {
            return code;
        }
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *summary = json_object_get(json_array_get(list, i), "summary");
            if (!report_add(report, summary)) {
                fprintf(stderr, "emgate export: process '%s' is not in '%s': left out\n",
                        remote_text(summary, "process"), config);
            }
        }
        json_decref(list);
    }
    return EXIT_OK;
}

static int write_report(const struct report *report, bool csv, enum report_detail detail)
{
    struct buf out;
    buf_init(&out, TEXT_MAX);
    struct json_writer writer = json_writer_of(&out);
    if (csv) {
        report_put_csv(report, detail, &out);
    } else {
        report_put_json(report, detail, &writer);
        buf_add_byte(&out, '\n');
    }
    bool written = !out.overflow && fwrite(out.data, 1, out.len, stdout) == out.len &&
                   fflush(stdout) == 0;
    buf_deinit(&out);
    return written ? EXIT_OK : EXIT_IO;
}

/* A day is taken as its start in UTC; a time needs its zone. */
static bool take_time(const char *name, const char *text, int64_t *ret_ns)
{
    char day[TIME_TEXT_MAX];
    bool zoned = false;
    if (text && strlen(text) == 10) {
        snprintf(day, sizeof day, "%sT00:00Z", text);
        text = day;
    }
    if (text && time_parse_iso(bytes_of(text), ret_ns, &zoned) && zoned && *ret_ns > 0) {
        return true;
    }
    fprintf(stderr,
            "emgate export: want --%s with a time such as 2026-01-01T00:00+05:00, or a "
            "day, which starts in UTC\n",
            name);
    return false;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    const char *format = argument_value(command, arguments, "format");
    bool csv = format && strcmp(format, "csv") == 0;
    int64_t from_ns = 0;
    int64_t to_ns = 0;
    if (!config || (format && !csv && strcmp(format, "json") != 0)) {
        fprintf(stderr, "emgate export: want -c FILE%s\n",
                config ? " and --format json or csv" : "");
        return EXIT_USAGE;
    }
    if (!take_time("from", argument_value(command, arguments, "from"), &from_ns) ||
        !take_time("to", argument_value(command, arguments, "to"), &to_ns)) {
        return EXIT_USAGE;
    }
    if (to_ns <= from_ns) {
        fprintf(stderr, "emgate export: --to must be after --from\n");
        return EXIT_USAGE;
    }
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan) {
        struct report *report = report_new(plan, from_ns, to_ns);
        code = gather(config, report, from_ns, to_ns);
        if (code == EXIT_OK) {
            code = write_report(report, csv,
                                argument_value(command, arguments, "summary")
                                    ? REPORT_SUMMARY
                                    : REPORT_FULL);
        }
        report_free(&report);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"from", 0, "TIME", "start of the period"},
    {"to", 0, "TIME", "end of the period, not in it"},
    {"format", 0, "NAME", "json or csv (json)"},
    {"summary", 0, NULL, "the summary report: without source streams"},
    {0},
};

const struct command command_export = {
    .name = "export",
    .summary = "the operator's emissions report over a period",
    .usage = "-c FILE --from TIME --to TIME",
    .help =
        "By Implementing Regulation (EU) 2025/2547, Annex IV.  Figures are rounded\n"
        "here and nowhere else; each stands beside the exact one.  Embedded emissions\n"
        "of precursors are not in it.",
    .options = options,
    .run = run,
};
