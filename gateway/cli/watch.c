/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate watch`: emissions per process as a registry has them, again and again; or once,
 * held against the truth of a simulation.
 */
#include "cli/command.h"
#include "cli/fetch.h"
#include "cli/watch_compare.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/number.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define POLL_NS NS_PER_S
#define TRUTH_MAX ((size_t)256 << 20)
#define COMPARE_WAIT_NS (20 * NS_PER_S)
#define DIFFERENCE_MAX_PERCENT 0.1
#define PATH_MAX_LEN 256

struct watch {
    const char *registry;
    const char *note; /* a line below the table, or NULL */
    int64_t stop_ns;  /* boot clock */
    bool terminal;
    sigset_t stop_signals;
    char shown[4096]; /* keys of what was printed last, when not on a terminal */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* ---- the table ---- */

/* "01:00" of "2026-11-24T01:00:00Z". */
static const char *hour_of(const char *time)
{
    return strlen(time) > 16 ? time + 11 : "";
}

static void print_row(const char *label, const json_t *row, const char *coverage)
{
    printf("  %-22s %11.3f %-3s %12.3f %12.3f %9.4f %9.4f %7.1f %%%s\n", label,
           number_of(row, "activity"), text_of(row, "unit"), number_of(row, "direct_t"),
           number_of(row, "indirect_t"), number_of(row, "see_direct"),
           number_of(row, "see_indirect"), number_of(row, "coverage") * 100, coverage);
}

static void print_streams(const char *registry, const char *key)
{
    char path[PATH_MAX_LEN];
    struct error e;
    json_t *whole = NULL;
    snprintf(path, sizeof path, "/v1/summaries/%.80s", key);
    if (fetch_json(registry, path, &whole, &e) != ERR_OK) {
        return; /* the next round asks again */
    }
    const json_t *streams = json_object_get(json_object_get(whole, "summary"), "streams");
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        printf("    %-20s %15s %12.3f t CO2e, %s\n", text_of(stream, "id"), "",
               number_of(json_object_get(stream, "co2e"), "value"),
               text_of(stream, "term"));
    }
    json_decref(whole);
}

static void print_process(const struct watch *watch, const json_t *process)
{
    const json_t *last = json_object_get(process, "last");
    const json_t *day = json_object_get(process, "day");
    char label[64];
    printf("%s, %s\n", text_of(process, "process"), text_of(process, "category"));
    snprintf(label, sizeof label, "hour %.5s-%.5s UTC",
             hour_of(text_of(last, "window_start")),
             hour_of(text_of(last, "window_end")));
    bool complete = json_is_true(json_object_get(last, "complete"));
    print_row(label, last, complete ? "" : " incomplete");
    print_streams(watch->registry, text_of(last, "key"));
    snprintf(label, sizeof label, "%.10s, %.0f h", text_of(day, "label"),
             number_of(day, "windows"));
    print_row(label, day, "");
}

static void print_table(const struct watch *watch, const json_t *processes)
{
    if (watch->terminal) {
        printf("\033[H\033[2J");
    }
    printf("emissions at %s\n  %-22s %15s %12s %12s %9s %9s %9s\n", watch->registry, "",
           "activity", "direct t", "indirect t", "dir. t/u", "ind. t/u", "coverage");
    for (size_t i = 0; i < json_array_size(processes); i++) {
        print_process(watch, json_array_get(processes, i));
    }
    if (json_array_size(processes) == 0) {
        printf("  no summary yet\n");
    }
    if (watch->note) {
        printf("%s\n", watch->note);
    }
    fflush(stdout);
}

/* The keys of every process's last summary, to see whether anything is new. */
static bool anything_new(struct watch *watch, const json_t *processes)
{
    char keys[sizeof watch->shown] = "";
    size_t len = 0;
    for (size_t i = 0; i < json_array_size(processes) && len + 80 < sizeof keys; i++) {
        const json_t *last = json_object_get(json_array_get(processes, i), "last");
        int written = snprintf(keys + len, sizeof keys - len, "%.64s %.0f\n",
                               text_of(last, "key"), number_of(last, "stored_ns"));
        len += written > 0 ? (size_t)written : 0;
    }
    bool changed = strcmp(keys, watch->shown) != 0;
    memcpy(watch->shown, keys, sizeof keys);
    return changed;
}

static enum err show(struct watch *watch, struct error *e)
{
    json_t *processes = NULL;
    enum err err = fetch_items(watch->registry, "/v1/processes?limit=100", &processes, e);
    if (err != ERR_OK) {
        return err;
    }
    /* A terminal is redrawn; a file gets what is new. */
    if (anything_new(watch, processes) || watch->terminal) {
        print_table(watch, processes);
    }
    json_decref(processes);
    return ERR_OK;
}

/* True when it is time to stop. */
static bool pause_or_stop(const struct watch *watch)
{
    struct timespec wait = {.tv_sec = POLL_NS / NS_PER_S, .tv_nsec = POLL_NS % NS_PER_S};
    return sigtimedwait(&watch->stop_signals, NULL, &wait) > 0 ||
           clock_boot_ns(&clock_system) >= watch->stop_ns;
}

static int watch_on(struct watch *watch)
{
    struct error e;
    enum err err = ERR_OK;
    do {
        err = show(watch, &e);
        if (err == ERR_REJECT) {
            break;
        }
    } while (!pause_or_stop(watch));
    if (err != ERR_OK) {
        fprintf(stderr, "emgate watch: %s\n", e.text);
        return EXIT_UNAVAILABLE;
    }
    return EXIT_OK;
}

/* ---- against the truth ---- */

static json_t *read_truth(const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    if (!cli_read_file(path, TRUTH_MAX, &data, &len)) {
        return NULL;
    }
    json_t *truth = json_loadb((const char *)data, len, 0, NULL);
    mem_free(&data);
    if (!truth) {
        fprintf(stderr, "emgate watch: '%s' is not JSON\n", path);
    }
    return truth;
}

/* The summaries of the truth's time; waits a little for the last ones. */
static json_t *read_summaries(const struct watch *watch, const json_t *truth)
{
    char path[PATH_MAX_LEN];
    struct error e;
    json_t *items = NULL;
    int64_t until_ns = clock_boot_ns(&clock_system) + COMPARE_WAIT_NS;
    snprintf(path, sizeof path,
             "/v1/summaries?limit=1000&installation=%.60s&from=%.40s"
             "&to=%.40s",
             text_of(truth, "installation"), text_of(truth, "from"),
             text_of(truth, "to"));
    for (;;) {
        enum err err = fetch_items(watch->registry, path, &items, &e);
        bool enough = err == ERR_OK && compare_complete(truth, items);
        bool over = clock_boot_ns(&clock_system) >= until_ns;
        if (enough || (err == ERR_OK && over)) {
            return items;
        }
        json_decref(items);
        items = NULL;
        if (err == ERR_REJECT || over || pause_or_stop(watch)) {
            fprintf(stderr, "emgate watch: %s\n", err != ERR_OK ? e.text : "stopped");
            return NULL;
        }
    }
}

static int compare(const struct watch *watch, const char *path)
{
    json_t *truth = read_truth(path);
    if (!truth) {
        return EXIT_DATA;
    }
    json_t *summaries = read_summaries(watch, truth);
    int code = EXIT_UNAVAILABLE;
    if (summaries) {
        bool good = compare_print(truth, summaries, DIFFERENCE_MAX_PERCENT, stdout);
        code = good ? EXIT_OK : EXIT_CHECK_FAILED;
    }
    json_decref(summaries);
    json_decref(truth);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct watch watch = {
        .registry = argument_value(command, arguments, "registry"),
        .note = argument_value(command, arguments, "note"),
        .stop_ns = INT64_MAX,
        .terminal = isatty(STDOUT_FILENO) == 1,
    };
    const char *seconds = argument_value(command, arguments, "seconds");
    const char *truth = argument_value(command, arguments, "truth");
    double stop_s = 0;
    if (!watch.registry) {
        fprintf(stderr, "emgate watch: want --registry URL\n");
        return EXIT_USAGE;
    }
    if (seconds && (!number_parse(bytes_of(seconds), &stop_s) || stop_s < 0)) {
        fprintf(stderr, "emgate watch: --seconds '%s': want a number\n", seconds);
        return EXIT_USAGE;
    }
    if (seconds) {
        watch.stop_ns =
            clock_boot_ns(&clock_system) + (int64_t)(stop_s * (double)NS_PER_S);
    }
    sigemptyset(&watch.stop_signals);
    sigaddset(&watch.stop_signals, SIGINT);
    sigaddset(&watch.stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &watch.stop_signals, NULL);
    return truth ? compare(&watch, truth) : watch_on(&watch);
}

static const struct command_option options[] = {
    {.name = "registry", .value = "URL", .help = "such as http://127.0.0.1:8311"},
    {.name = "seconds", .value = "S", .help = "end after S seconds; 0: after one look"},
    {.name = "note", .value = "TEXT", .help = "a line below the table"},
    {.name = "truth",
     .value = "FILE",
     .help = "compare with what `simulate --truth` wrote"},
    {0},
};

const struct command command_watch = {
    .name = "watch",
    .summary = "emissions per process as a registry has them, live",
    .usage = "--registry URL [--seconds S] [--truth FILE]",
    .help =
        "On a terminal the table is drawn anew each second; elsewhere what is new is "
        "printed.\nWith --truth: the registry's hours against a simulation's, once; exit "
        "1 when they are\nmore than 0.1 % apart.",
    .options = options,
    .run = run,
};
