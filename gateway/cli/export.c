/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate export`: the operator's emissions report over a period. */
#include "cli/frequency.h"
#include "cli/outline.h"
#include "cli/plan_extract.h"
#include "cli/remote.h"

#include "core/clock.h"
#include "core/pool.h"
#include "core/timetext.h"
#include "core/zone.h"

#include <stdio.h>

#define TEXT_MAX ((size_t)256 << 20)
/* Summaries are asked for in pieces, so that an answer stays small. */
#define PIECE_NS (INT64_C(7) * 24 * NS_PER_HOUR)

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
                fprintf(stderr, "emgate export: process '%s': too many processes\n",
                        remote_text(summary, "process"));
            }
        }
        json_decref(list);
    }
    return EXIT_OK;
}

/* ---- what was asked for ---- */

enum format { FORMAT_JSON, FORMAT_CSV, FORMAT_XLSX, FORMAT_TEXT, FORMAT_COUNT };
static const char *const format_names[FORMAT_COUNT] = {"json", "csv", "xlsx", "text"};

struct request {
    const char *config, *output;
    int format;
    enum report_detail detail;
    bool plan;             /* the monitoring plan, no report */
    const char *from, *to; /* as written */
    int64_t from_ns, to_ns;
};

/* To the file that was asked for, or standard output. */
static int write_report(const struct report *report, const struct request *request)
{
    struct error e;
    if (request->format == FORMAT_XLSX) {
        if (report_write_xlsx(report, request->output, &e) != ERR_OK) {
            fprintf(stderr, "emgate export: %s\n", e.text);
            return e.code == ERR_CONFIG ? EXIT_UNAVAILABLE : EXIT_IO;
        }
        return EXIT_OK;
    }
    struct buf out;
    buf_init(&out, TEXT_MAX);
    if (request->format == FORMAT_CSV) {
        report_put_csv(report, request->detail, &out);
    } else {
        struct json_writer writer = json_writer_of(&out);
        report_put_json(report, request->detail, &writer);
        buf_add_byte(&out, '\n');
    }
    int code = cli_write_file(request->output, &out, false) ? EXIT_OK : EXIT_IO;
    buf_deinit(&out);
    return code;
}

static int write_plan(const struct plan *plan, const struct request *request)
{
    struct buf json;
    struct buf text;
    buf_init(&json, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    struct json_writer writer = json_writer_of(&json);
    plan_extract_put(plan, &writer);
    if (request->format == FORMAT_TEXT) {
        plan_extract_put_text(buf_bytes(&json), &text);
    }
    buf_add_byte(&json, '\n');
    const struct buf *out = request->format == FORMAT_TEXT ? &text : &json;
    int code = cli_write_file(request->output, out, false) ? EXIT_OK : EXIT_IO;
    buf_deinit(&json);
    buf_deinit(&text);
    return code;
}

/* A day, or a time without its zone, is of the installation's zone. */
static bool take_time(const char *name, const char *text, const char *zone_name,
                      int64_t *ret_ns)
{
    struct zone *zone = NULL;
    struct error e;
    bool good =
        text && (!zone_name || zone_open(bytes_of(zone_name), &zone, &e) == ERR_OK);
    good = good && zone_parse_time(zone, bytes_of(text), ret_ns) && *ret_ns > 0;
    zone_close(&zone);
    if (!good) {
        fprintf(stderr,
                "emgate export: want --%s with a day such as 2026-01-01, which starts in "
                "the installation's time zone, or a time such as "
                "2026-01-01T00:00+05:00\n",
                name);
    }
    return good;
}

/* Both ends in the installation's time zone (NULL: as UTC). */
static bool take_period(struct request *request, const char *zone)
{
    if (!take_time("from", request->from, zone, &request->from_ns) ||
        !take_time("to", request->to, zone, &request->to_ns)) {
        return false;
    }
    if (request->to_ns <= request->from_ns) {
        fprintf(stderr, "emgate export: --to must be after --from\n");
        return false;
    }
    return true;
}

static bool check_request(const struct request *request)
{
    int format = request->format;
    bool known = request->plan ? format == FORMAT_JSON || format == FORMAT_TEXT
                               : format < FORMAT_TEXT;
    if (!request->config || !known) {
        fprintf(stderr, "emgate export: want -c FILE%s%s\n",
                request->config ? " and --format " : "",
                !request->config ? ""
                : request->plan  ? "json or text"
                                 : "json, csv or xlsx");
        return false;
    }
    if (format == FORMAT_XLSX && !request->output) {
        fprintf(stderr, "emgate export: want --output FILE with --format xlsx\n");
        return false;
    }
    return true;
}

static bool take_request(const struct command *command, const struct arguments *arguments,
                         struct request *ret_request)
{
    const char *format = argument_value(command, arguments, "format");
    struct request request = {
        .config = argument_value(command, arguments, "config"),
        .output = argument_value(command, arguments, "output"),
        .from = argument_value(command, arguments, "from"),
        .to = argument_value(command, arguments, "to"),
        .detail =
            argument_value(command, arguments, "summary") ? REPORT_SUMMARY : REPORT_FULL,
    };
    while (format && request.format < FORMAT_COUNT &&
           strcmp(format_names[request.format], format) != 0) {
        request.format++;
    }
    request.plan = argument_value(command, arguments, "plan") != NULL;
    if (!check_request(&request)) {
        return false;
    }
    *ret_request = request;
    return request.plan || take_period(ret_request, NULL);
}

/* What was used in the period is known now, and so how often it had to be analysed. */
static void warn_of(void *ctx, const struct frequency *f)
{
    (void)ctx;
    if (!frequency_good(f)) {
        fprintf(stderr,
                "emgate export: %s of stream '%s' of '%s' rests on %lld analyses, %lld "
                "are the least for %s in %.0f days (2025/2547 Annex II B.5)\n",
                f->input, f->stream->id, f->process->id, (long long)f->made,
                (long long)f->required, analysis_materials[f->material], f->days);
    }
}

static int export_report(const struct plan *plan, struct request *request)
{
    struct pool pool = {0};
    if (!take_period(request, plan->installation.time_zone)) {
        return EXIT_USAGE;
    }
    struct report *report =
        report_new(outline_of(plan, &pool), request->from_ns, request->to_ns);
    int code = gather(request->config, report, request->from_ns, request->to_ns);
    if (code == EXIT_OK) {
        frequency_watch(plan, request->from_ns, request->to_ns, report, warn_of, NULL);
        code = write_report(report, request);
    }
    report_free(&report);
    pool_deinit(&pool);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct request request;
    if (!take_request(command, arguments, &request)) {
        return EXIT_USAGE;
    }
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(request.config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan) {
        code = request.plan ? write_plan(plan, &request) : export_report(plan, &request);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"from", 0, "TIME", "start of the period"},
    {"to", 0, "TIME", "end of the period, not in it"},
    {"format", 0, "NAME", "json, csv or xlsx; of a plan json or text (json)"},
    {"summary", 0, NULL, "the summary report: without source streams"},
    {"output", 'o', "FILE", "where to write it (standard output)"},
    {"plan", 0, NULL, "the monitoring plan's part that is configured; json or text"},
    {0},
};

const struct command command_export = {
    .name = "export",
    .summary = "the operator's emissions report over a period",
    .usage = "-c FILE (--from TIME --to TIME | --plan)",
    .help =
        "By Implementing Regulation (EU) 2025/2547, Annex IV.  Figures are rounded\n"
        "here and nowhere else; each stands beside the exact one.  A day or a time\n"
        "without zone is of the installation's time zone: --from 2026-01-01 --to\n"
        "2027-01-01 is the calendar year.  xlsx has the cells of the Commission's\n"
        "communication template: docs/formats/xlsx.md.  Specific embedded emissions\n"
        "are those of the goods with their precursors.  With --plan nothing is "
        "reported:\n"
        "it writes what the configuration says of locations, points, methods, factors\n"
        "and rules for missing data (Annex II A.5).",
    .options = options,
    .run = run,
};
