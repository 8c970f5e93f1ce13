/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate check`: the start of the daemon without its effect.  Syntax and fields, then
 * wiring, then the environment; every mistake in one run.
 */
#include "cli/command.h"
#include "cli/environment.h"
#include "core/json_writer.h"
#include "core/number.h"

#include <signal.h>
#include <stdio.h>

#define OUTPUT_MAX (4U << 20)

struct check {
    const char *path;
    bool json;
    struct problems problems;
    struct plan *plan; /* NULL when there were problems */
    struct findings findings;
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

static void add_problems(struct check *check)
{
    struct bytes rest = buf_bytes(&check->problems.text);
    json_key(&check->writer, "problems");
    json_open(&check->writer, '[');
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        add_problem(check, bytes_slice(rest, 0, len));
        rest = bytes_slice(rest, len + 1, rest.len);
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
    printf("%.*s", BYTES_ARG(buf_bytes(&check->problems.text)));
    if (check->problems.count > PROBLEMS_MAX) {
        printf("... and %zu more\n", check->problems.count - PROBLEMS_MAX);
    }
    printf("fail  configuration: %zu problem%s\n", check->problems.count,
           check->problems.count == 1 ? "" : "s");
}

static int exit_code(const struct check *check)
{
    if (!check->plan) {
        return EXIT_BAD_CONFIG;
    }
    return check->findings.counts[FINDING_FAIL] > 0 ? EXIT_CHECK_FAILED : EXIT_OK;
}

static void check_as_text(struct check *check, bool environment)
{
    print_summary(check);
    check->findings = (struct findings){.tell = print_finding};
    if (check->plan && environment) {
        environment_check(check->plan, &check->findings);
    }
}

static void check_as_json(struct check *check, bool environment)
{
    buf_init(&check->out, OUTPUT_MAX);
    check->writer = json_writer_of(&check->out);
    check->findings = (struct findings){.tell = add_finding, .ctx = check};
    json_open(&check->writer, '{');
    add_problems(check);
    if (check->plan) {
        json_key(&check->writer, "hash");
        json_hex(&check->writer, (struct bytes){.data = check->plan->hash, .len = 32});
    }
    json_key(&check->writer, "environment");
    json_open(&check->writer, '[');
    if (check->plan && environment) {
        environment_check(check->plan, &check->findings);
    }
    json_close(&check->writer, ']');
    json_key(&check->writer, "ok");
    json_bool(&check->writer, exit_code(check) == EXIT_OK);
    json_close(&check->writer, '}');
    puts((const char *)check->out.data);
    buf_deinit(&check->out);
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct check check = {.path = argument_value(command, arguments, "config"),
                          .json = argument_value(command, arguments, "json") != NULL};
    bool environment = argument_value(command, arguments, "no-environment") == NULL;
    if (!check.path) {
        fprintf(stderr, "emgate check: which configuration? give it by -c FILE\n");
        return EXIT_USAGE;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a broker that hangs up is a finding */
    problems_init(&check.problems);
    compile(&check);
    if (check.json) {
        check_as_json(&check, environment);
    } else {
        check_as_text(&check, environment);
    }
    int code = exit_code(&check);
    plan_free(&check.plan);
    problems_deinit(&check.problems);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the configuration"},
    {"no-environment", 0, NULL, "only the configuration, nothing of this machine"},
    {"json", 0, NULL, "one JSON object"},
    {0},
};

const struct command command_check = {
    .name = "check",
    .summary = "says what is wrong with a configuration and its environment",
    .usage = "-c FILE [--no-environment] [--json]",
    .help = "Every mistake is one line, file:line:column: words.  Then the machine is "
            "looked at:\ndirectories, disk, clock, brokers, registries, certificates; "
            "each line is ok, warn or\nfail, with its fix.  Exit codes: 0 ok (warnings "
            "too), 1 the environment fails,\n78 the configuration is wrong.",
    .options = options,
    .run = run,
};
