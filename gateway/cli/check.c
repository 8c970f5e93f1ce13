/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate check`: the start of the daemon without its effect.  Syntax and fields, then
 * wiring, then the environment; every mistake in one run.
 */
#include "cli/command.h"
#include "cli/counted.h"
#include "cli/environment.h"
#include "cli/frequency.h"
#include "cli/samples.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/number.h"

#include <signal.h>
#include <stdio.h>

#define OUTPUT_MAX (4U << 20)

struct check {
    const char *path;
    bool json;
    struct problems problems;
    struct plan *plan; /* NULL when there were problems */
    bool environment;
    struct findings findings;
    const char *samples; /* their folder, or NULL */
    bool write;
    bool samples_unread;
    struct samples_report report;
    struct buf out;
    struct json_writer writer;
};

/* ---- problems ---- */

/* "file:line:column: words" taken apart; false when there is no place. */
static bool take_apart(struct bytes line, struct bytes *ret_file, int64_t place[2],
                       struct bytes *ret_words)
{
    for (size_t i = 0; i + 1 < line.len; i++) {
        if (line.data[i] != ':' || line.data[i + 1] != ' ') {
            continue;
        }
        size_t end = i;
        for (int part = 1; part >= 0; part--) {
            size_t start = end;
            while (start > 0 && line.data[start - 1] != ':') {
                start--;
            }
            if (start == 0 ||
                !number_parse_i64(bytes_slice(line, start, end - start), &place[part])) {
                return false;
            }
            end = start - 1;
        }
        *ret_file = bytes_slice(line, 0, end);
        *ret_words = bytes_slice(line, i + 2, line.len);
        return true;
    }
    return false;
}

static void add_problem(struct check *check, struct bytes line)
{
    struct bytes file = {0};
    struct bytes words = line;
    int64_t place[2] = {0};
    bool placed = take_apart(line, &file, place, &words);
    json_open(&check->writer, '{');
    if (placed) {
        json_key(&check->writer, "file");
        json_text(&check->writer, file);
        json_key(&check->writer, "line");
        json_i64(&check->writer, place[0]);
        json_key(&check->writer, "column");
        json_i64(&check->writer, place[1]);
    }
    json_key(&check->writer, "text");
    json_text(&check->writer, words);
    json_close(&check->writer, '}');
}

static void add_problems(struct check *check, const char *key,
                         const struct problems *problems)
{
    struct bytes rest = buf_bytes(&problems->text);
    json_key(&check->writer, key);
    json_open(&check->writer, '[');
    while (rest.len > 0) {
        add_problem(check, bytes_take_part(&rest, '\n'));
    }
    json_close(&check->writer, ']');
}

/* ---- findings ---- */

static void print_finding(void *ctx, const struct finding *finding)
{
    (void)ctx;
    printf("%-4s  %s: %s%s%s\n", finding_level_names[finding->level], finding->what,
           finding->words, finding->fix ? "; fix: " : "",
           finding->fix ? finding->fix : "");
}

static void add_finding(void *ctx, const struct finding *finding)
{
    struct check *check = ctx;
    json_open(&check->writer, '{');
    json_pair(&check->writer, "level", finding_level_names[finding->level]);
    json_pair(&check->writer, "what", finding->what);
    json_pair(&check->writer, "text", finding->words);
    json_pair(&check->writer, "fix", finding->fix);
    json_close(&check->writer, '}');
}

/* ---- the command ---- */

static void compile(struct check *check)
{
    struct bundle bundle;
    bundle_read(check->path, &bundle, &check->problems);
    check->plan = plan_new(&bundle, &check->problems);
    bundle_deinit(&bundle);
}

static void print_problems(const struct problems *problems)
{
    printf("%.*s", BYTES_ARG(buf_bytes(&problems->text)));
    if (problems->count > PROBLEMS_MAX) {
        printf("... and %zu more\n", problems->count - PROBLEMS_MAX);
    }
}

static void print_summary(const struct check *check)
{
    const struct plan *plan = check->plan;
    size_t streams = 0;
    for (size_t i = 0; plan && i < plan->process_count; i++) {
        streams += plan->processes[i].stream_count;
    }
    if (plan) {
        printf("ok    configuration: points %zu, processes %zu, streams %zu, sinks %zu, "
               "hash ",
               plan->point_count, plan->process_count, streams, plan->sink_count);
        for (size_t i = 0; i < 8; i++) {
            printf("%02x", plan->hash[i]);
        }
        printf("\n");
        return;
    }
    print_problems(&check->problems);
    printf("fail  configuration: %zu problem%s\n", check->problems.count,
           check->problems.count == 1 ? "" : "s");
}

static int exit_code(const struct check *check)
{
    if (!check->plan) {
        return EXIT_BAD_CONFIG;
    }
    if (check->samples && (check->samples_unread || check->report.samples == 0)) {
        return EXIT_DATA;
    }
    bool fails =
        check->findings.counts[FINDING_FAIL] > 0 || check->report.problems.count > 0;
    return fails ? EXIT_CHECK_FAILED : EXIT_OK;
}

/* ---- samples ---- */

static void look_at_samples(struct check *check)
{
    if (check->plan && check->samples) {
        check->samples_unread =
            !samples_check(check->plan, check->samples, check->write, &check->report);
    }
}

static void print_samples(const struct check *check)
{
    const struct samples_report *report = &check->report;
    if (!check->plan || !check->samples || check->samples_unread) {
        return;
    }
    print_problems(&report->problems);
    printf("%-4s  samples: %zu, messages %zu, readings %zu, differing %zu, written %zu\n",
           report->problems.count || report->samples == 0 ? "fail" : "ok",
           report->samples, report->messages, report->readings, report->differing,
           report->written);
}

static void add_samples(struct check *check)
{
    if (!check->samples) {
        return;
    }
    add_problems(check, "differences", &check->report.problems);
    json_key(&check->writer, "samples");
    json_u64(&check->writer, check->report.samples);
}

/* ---- both ---- */

static void check_as_text(struct check *check)
{
    print_summary(check);
    check->findings = (struct findings){.tell = print_finding};
    look_at_samples(check);
    print_samples(check);
    if (check->plan) {
        frequency_findings(check->plan, &check->findings);
        counted_findings(check->plan, &check->findings);
    }
    if (check->plan && check->environment) {
        environment_check(check->plan, &check->findings);
    }
}

static void check_as_json(struct check *check)
{
    buf_init(&check->out, OUTPUT_MAX);
    check->writer = json_writer_of(&check->out);
    check->findings = (struct findings){.tell = add_finding, .ctx = check};
    json_open(&check->writer, '{');
    add_problems(check, "problems", &check->problems);
    if (check->plan) {
        json_key(&check->writer, "hash");
        json_hex(&check->writer, (struct bytes){.data = check->plan->hash, .len = 32});
    }
    look_at_samples(check);
    add_samples(check);
    json_key(&check->writer, "environment");
    json_open(&check->writer, '[');
    if (check->plan) {
        frequency_findings(check->plan, &check->findings);
        counted_findings(check->plan, &check->findings);
    }
    if (check->plan && check->environment) {
        environment_check(check->plan, &check->findings);
    }
    json_close(&check->writer, ']');
    json_key(&check->writer, "ok");
    json_bool(&check->writer, exit_code(check) == EXIT_OK);
    json_close(&check->writer, '}');
    puts((const char *)check->out.data);
    buf_deinit(&check->out);
}

/* True after a message: the words make no sense together. */
static bool misused(const struct command *command, const struct arguments *arguments)
{
    bool samples = argument_value(command, arguments, "samples");
    bool write = argument_value(command, arguments, "write");
    if (!argument_value(command, arguments, "config")) {
        fprintf(stderr, "emgate check: which configuration? give it by -c FILE\n");
        return true;
    }
    if (!samples && (write || arguments->word_count > 0)) {
        fprintf(stderr, "emgate check: a folder and --write belong to --samples\n");
        return true;
    }
    return false;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    if (misused(command, arguments)) {
        return EXIT_USAGE;
    }
    struct check check = {.path = argument_value(command, arguments, "config"),
                          .json = argument_value(command, arguments, "json") != NULL,
                          .write = argument_value(command, arguments, "write") != NULL};
    bool samples = argument_value(command, arguments, "samples") != NULL;
    char *beside = samples_beside(check.path);
    const char *folder = arguments->word_count ? arguments->words[0] : beside;
    check.samples = samples ? folder : NULL;
    check.environment =
        !samples && argument_value(command, arguments, "no-environment") == NULL;
    (void)signal(SIGPIPE, SIG_IGN); /* a broker that hangs up is a finding */
    problems_init(&check.problems);
    problems_init(&check.report.problems);
    compile(&check);
    if (check.json) {
        check_as_json(&check);
    } else {
        check_as_text(&check);
    }
    int code = exit_code(&check);
    plan_free(&check.plan);
    problems_deinit(&check.problems);
    problems_deinit(&check.report.problems);
    mem_free(&beside);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the configuration"},
    {"no-environment", 0, NULL, "only the configuration, nothing of this machine"},
    {"json", 0, NULL, "one JSON object"},
    {"samples", 0, NULL, "instead of the machine: the samples in FOLDER"},
    {"write", 0, NULL, "with --samples: make the expected.json that are not there"},
    {0},
};

const struct command command_check = {
    .name = "check",
    .summary = "says what is wrong with a configuration and its environment",
    .usage = "-c FILE [--no-environment] [--json] [--samples [FOLDER]]",
    .help =
        "Every mistake is one line, file:line:column: words.  Then the machine is looked "
        "at:\ndirectories, disk, clock, brokers, registries, certificates; each line is "
        "ok, warn or\nfail, with its fix.\n\n--samples decodes captured payloads by the "
        "configuration's inputs and holds the readings\nagainst those expected; FOLDER "
        "is "
        "'samples' beside the configuration.  A sample is a\nfolder, at any depth, with "
        "topic.txt as for `emgate decode --list`, the payloads, and\nexpected.json: see "
        "docs/sensors/README.md.\n\nExit codes: 0 ok (warnings too), 1 the environment "
        "fails or a sample differs, 65 there\nare no samples, 78 the configuration is "
        "wrong.",
    .options = options,
    .words_max = 1,
    .run = run,
};
