/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate tap`: what flows through a running gateway, line by line.  It asks the daemon
 * a few times a second what came since; the daemon waits for nobody.
 */
#include "tap.h"

#include "cli/remote.h"
#include "core/nearest.h"
#include "core/number.h"

#include <signal.h>
#include <stdio.h>

#define POLL_MS 100
#define ANSWER_MAX ((size_t)16 << 20)

struct viewer {
    const char *state_directory;
    const char *stage, *point;
    uint64_t cursor;
    uint64_t count_left; /* lines still wanted */
    int64_t stop_ns;     /* boot clock */
    sigset_t stop_signals;
    bool watching; /* a first answer came */
};

/* ---- one answer ---- */

static bool read_head(struct bytes line, uint64_t *ret_cursor, uint64_t *ret_missed)
{
    json_t *head = json_loadb((const char *)line.data, line.len, 0, NULL);
    json_int_t cursor = json_integer_value(json_object_get(head, "cursor"));
    *ret_cursor = (uint64_t)cursor;
    *ret_missed = (uint64_t)json_integer_value(json_object_get(head, "missed"));
    json_decref(head);
    return cursor > 0;
}

/* Prints the lines; true when there were any. */
static bool print_lines(struct viewer *viewer, struct bytes rest)
{
    bool any = rest.len > 0;
    while (rest.len > 0 && viewer->count_left > 0) {
        struct bytes line = bytes_take_part(&rest, '\n');
        printf("%.*s\n", BYTES_ARG(line));
        viewer->count_left--;
    }
    return any;
}

/* Takes an answer; EXIT_OK, or why it is none. */
static int take_answer(struct viewer *viewer, struct bytes answer, bool *ret_any)
{
    uint64_t missed = 0;
    if (!read_head(bytes_take_part(&answer, '\n'), &viewer->cursor, &missed)) {
        fprintf(stderr, "emgate tap: the gateway's answer does not read\n");
        return EXIT_INTERNAL;
    }
    if (!viewer->watching) {
        viewer->watching = true;
        fprintf(stderr, "watching %s; Ctrl-C ends\n", viewer->stage);
    }
    if (missed > 0) {
        printf("{\"skipped\":%llu}\n", (unsigned long long)missed);
    }
    *ret_any = print_lines(viewer, answer) || missed > 0;
    if (fflush(stdout) != 0) {
        fprintf(stderr, "emgate tap: can't write to standard output\n");
        return EXIT_IO;
    }
    return EXIT_OK;
}

static int ask(struct viewer *viewer, bool *ret_any)
{
    char path[512];
    struct buf answer;
    snprintf(path, sizeof path, "/v1/tap?stage=%s&after=%llu%s%s", viewer->stage,
             (unsigned long long)viewer->cursor, viewer->point ? "&point=" : "",
             viewer->point ? viewer->point : "");
    buf_init(&answer, ANSWER_MAX);
    long status = remote_call(viewer->state_directory, "GET", path, &answer);
    int code = EXIT_UNAVAILABLE;
    if (status == 200) {
        code = take_answer(viewer, buf_bytes(&answer), ret_any);
    } else if (viewer->watching) {
        fprintf(stderr, "emgate tap: the gateway has ended\n");
    } else {
        fprintf(stderr, "emgate tap: no gateway is running on '%s'\n",
                viewer->state_directory);
    }
    buf_deinit(&answer);
    return code;
}

/* ---- the command ---- */

/* True when it is time to stop. */
static bool pause_or_stop(const struct viewer *viewer, int64_t wait_ms)
{
    struct timespec wait = {.tv_nsec = (long)(wait_ms * NS_PER_MS)};
    return sigtimedwait(&viewer->stop_signals, NULL, &wait) > 0 ||
           clock_boot_ns(&clock_system) >= viewer->stop_ns;
}

static int watch(struct viewer *viewer)
{
    bool any = false;
    int code = EXIT_OK;
    do {
        any = false;
        code = ask(viewer, &any);
    } while (code == EXIT_OK && viewer->count_left > 0 &&
             !pause_or_stop(viewer, any ? 0 : POLL_MS));
    return code;
}

static int usage(const char *words, const char *what)
{
    fprintf(stderr, "emgate tap: %s '%s'\n", words, what);
    return EXIT_USAGE;
}

/* The names of the plan's points, ending in NULL, to look for the nearest. */
static int unknown_point(const struct plan *plan, const char *point)
{
    const char *near = NULL;
    for (size_t i = 0; i < plan->point_count && !near; i++) {
        const char *const one[] = {plan->points[i].id, NULL};
        near = nearest_name(one, bytes_of(point));
    }
    fprintf(stderr, "emgate tap: no point '%s' in the configuration%s%s%s\n", point,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return EXIT_USAGE;
}

static int read_arguments(const struct command *command,
                          const struct arguments *arguments, struct viewer *viewer)
{
    const char *stage = argument_value(command, arguments, "stage");
    const char *count = argument_value(command, arguments, "count");
    const char *seconds = argument_value(command, arguments, "seconds");
    enum tap_stage found = TAP_READINGS;
    double stop_s = 0;
    viewer->point = argument_value(command, arguments, "point");
    if (stage && !tap_stage_find(stage, &found)) {
        return usage("--stage takes readings, summaries or rejects, not", stage);
    }
    if (count && !number_parse_u64(bytes_of(count), &viewer->count_left)) {
        return usage("--count takes a whole number, not", count);
    }
    if (seconds && (!number_parse(bytes_of(seconds), &stop_s) || stop_s < 0)) {
        return usage("--seconds takes a number, not", seconds);
    }
    if (viewer->point && found == TAP_REJECTS) {
        return usage("a reject belongs to no point; leave out --point", viewer->point);
    }
    if (seconds) {
        viewer->stop_ns =
            clock_boot_ns(&clock_system) + (int64_t)(stop_s * (double)NS_PER_S);
    }
    viewer->stage = tap_stage_names[found];
    return EXIT_OK;
}

static int open_and_watch(const char *config, struct viewer *viewer)
{
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan && viewer->point && !plan_find_point(plan, bytes_of(viewer->point))) {
        code = unknown_point(plan, viewer->point);
    } else if (plan) {
        viewer->state_directory = plan->state_directory;
        code = watch(viewer);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct viewer viewer = {.count_left = UINT64_MAX, .stop_ns = INT64_MAX};
    const char *config = argument_value(command, arguments, "config");
    if (!config) {
        fprintf(stderr, "emgate tap: want -c FILE\n");
        return EXIT_USAGE;
    }
    int code = read_arguments(command, arguments, &viewer);
    if (code != EXIT_OK) {
        return code;
    }
    sigemptyset(&viewer.stop_signals);
    sigaddset(&viewer.stop_signals, SIGINT);
    sigaddset(&viewer.stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &viewer.stop_signals, NULL);
    return open_and_watch(config, &viewer);
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"stage", 's', "STAGE", "readings (default), summaries or rejects"},
    {"point", 'p', "ID", "only what this point got, or summaries made of it"},
    {"count", 'n', "N", "end after N lines"},
    {"seconds", 0, "S", "end after S seconds"},
    {0},
};

const struct command command_tap = {
    .name = "tap",
    .summary = "watches a running gateway, one JSON line for each thing it sees",
    .usage = "-c FILE [--point ID] [--stage readings|summaries|rejects]",
    .help =
        "readings: every reading decoded, as `emgate decode` prints it, with its topic, "
        "its\nrecord in the journal and what each of its points got.  summaries: as "
        "`emgate summaries\n--json` prints them.  rejects: messages set aside, with "
        "reason and bytes.\n\nBegins with what comes next; Ctrl-C ends it.  The gateway "
        "keeps a few megabytes for who\nwatches and waits for nobody: a viewer that is "
        "too slow gets a line {\"skipped\": N},\nlines of the stage that it missed.  "
        "Exit codes: 0 ended as asked, 64 usage, 69 no gateway\nis running or it has "
        "ended, 74 standard output is gone, 78 configuration.",
    .options = options,
    .run = run,
};
