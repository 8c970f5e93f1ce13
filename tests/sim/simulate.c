/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's command.
 *
 *     emgate_sim [--seeds N] [--first SEED] [--seconds S] [--control NAME] [--seed SEED]
 *
 * Without --seed: runs seeds from --first on until N are done or S seconds have passed,
 * and says how many simulated years that were.  The first that breaks is told with its
 * seed and with the fewest events that still break it; exit code 1.  With --control a
 * part of the gateway, or of what it stands on, is broken on purpose: exit code 0 when
 * one of N seeds notices, 1 when none does.  With --seed: that run alone, in words.
 * EMGATE_SEEDS in the environment stands for --seeds.
 */
#include "core/log.h"
#include "core/number.h"
#include "run.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEDS_DEFAULT 2500
#define EXIT_USAGE 64
#define LARGE_BYTES (1 << 20)
#define S_PER_YEAR 31556952.0

struct options {
    uint64_t seeds, first, seconds, seed;
    bool one;
    enum control control;
};

static const char *const control_names[CONTROL_COUNT] = {
    "none", "no-sync", "no-unique", "early-ack", "cursor", "torn"};

static bool read_control(const char *text, enum control *ret_control)
{
    for (int i = 0; i < CONTROL_COUNT; i++) {
        if (strcmp(text, control_names[i]) == 0) {
            *ret_control = (enum control)i;
            return true;
        }
    }
    return false;
}

static bool read_option(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--control") == 0) {
        return read_control(value, &options->control);
    }
    uint64_t number = 0;
    if (!number_parse_u64(bytes_of(value), &number)) {
        return false;
    }
    if (strcmp(name, "--seeds") == 0) {
        options->seeds = number;
    } else if (strcmp(name, "--first") == 0) {
        options->first = number;
    } else if (strcmp(name, "--seconds") == 0) {
        options->seconds = number;
    } else if (strcmp(name, "--seed") == 0) {
        options->seed = number;
        options->one = true;
    } else {
        return false;
    }
    return true;
}

static bool read_options(int argc, char **argv, struct options *ret_options)
{
    *ret_options = (struct options){.seeds = SEEDS_DEFAULT, .first = 1};
    const char *wanted = getenv("EMGATE_SEEDS"); /* NOLINT: one thread */
    if (wanted && !read_option("--seeds", wanted, ret_options)) {
        return false;
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!read_option(argv[i], argv[i + 1], ret_options)) {
            return false;
        }
    }
    return argc % 2 == 1;
}

static void print_left(const struct events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        char text[120];
        if (!events->left_out[i]) {
            event_print(&events->list[i], text, sizeof text);
            printf("  %3zu %s\n", i, text);
        }
    }
}

/* Tells of a run that broke, with the shortest one that does. */
static void tell(const struct world_plant *common, uint64_t seed,
                 const struct options *options, struct events *events)
{
    size_t left = run_shrink(common, seed, options->control, events);
    struct run_result result =
        run_events(common, seed, options->control, events, events->count);
    printf("seed %" PRIu64 ": of %zu events %zu are enough: %s\n", seed, events->count,
           left, result.broken);
    print_left(events);
    printf("again: emgate_sim --seed %" PRIu64 "%s%s\n", seed,
           options->control ? " --control " : "",
           options->control ? control_names[options->control] : "");
}

static void add(struct run_result *sum, const struct run_result *result)
{
    sum->starts += result->starts;
    sum->power_cuts += result->power_cuts;
    sum->kills += result->kills;
    sum->faults += result->faults;
    sum->refused_starts += result->refused_starts;
    sum->messages += result->messages;
    sum->redelivered += result->redelivered;
    sum->forgotten += result->forgotten;
    sum->records += result->records;
    sum->summaries += result->summaries;
    sum->compared += result->compared;
    sum->disk_calls += result->disk_calls;
    sum->lived_ns += result->lived_ns / NS_PER_S; /* seconds, so that it does not wrap */
}

static void print_sum(const struct run_result *sum, uint64_t seeds, int64_t took_ns)
{
    printf("%" PRIu64 " seeds in %.1f s: %.2f simulated years; %" PRIu64
           " starts (%" PRIu64 " refused by a fault), %" PRIu64 " power cuts, %" PRIu64
           " kills, %" PRIu64 " faults; %" PRIu64 " messages, %" PRIu64
           " redelivered, %" PRIu64 " forgotten by the broker; %" PRIu64
           " records, %" PRIu64 " summaries, %" PRIu64 " windows compared, %" PRIu64
           " calls to the disk\n",
           seeds, (double)took_ns / (double)NS_PER_S, (double)sum->lived_ns / S_PER_YEAR,
           sum->starts, sum->refused_starts, sum->power_cuts, sum->kills, sum->faults,
           sum->messages, sum->redelivered, sum->forgotten, sum->records, sum->summaries,
           sum->compared, sum->disk_calls);
}

static int run_all(const struct world_plant *common, const struct options *options)
{
    int64_t begin_ns = clock_boot_ns(&clock_system);
    int64_t most_ns = options->seconds ? (int64_t)options->seconds * NS_PER_S : INT64_MAX;
    struct run_result sum = {0};
    uint64_t done = 0;
    bool broken = false;
    while (!broken && (options->seconds || done < options->seeds) &&
           clock_boot_ns(&clock_system) - begin_ns < most_ns) {
        struct events events;
        uint64_t seed = options->first + done;
        events_make(seed, &events);
        struct run_result result =
            run_events(common, seed, options->control, &events, events.count);
        add(&sum, &result);
        done++;
        broken = result.broken[0] != 0;
        if (broken && !options->control) {
            tell(common, seed, options, &events);
        } else if (broken) {
            printf("seed %" PRIu64 " notices: %s\n", seed, result.broken);
        }
    }
    print_sum(&sum, done, clock_boot_ns(&clock_system) - begin_ns);
    if (options->control && !broken) {
        printf("nobody noticed that '%s' is broken\n", control_names[options->control]);
    }
    return broken == (options->control != CONTROL_NONE) ? 0 : 1;
}

static int run_one(const struct world_plant *common, const struct options *options)
{
    struct events events;
    events_make(options->seed, &events);
    struct run_result result =
        run_events(common, options->seed, options->control, &events, events.count);
    if (result.broken[0]) {
        printf("%s\n", result.broken);
        tell(common, options->seed, options, &events);
    }
    struct run_result sum = {0};
    add(&sum, &result);
    print_sum(&sum, 1, 0);
    return result.broken[0] ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options;
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "emgate_sim [--seeds N] [--first SEED] [--seconds S] "
                        "[--control NAME] [--seed SEED]\n");
        return EXIT_USAGE;
    }
    struct world_plant common;
    log_configure(LOG_NOTHING, false);
    /* Large arenas come from the system, zero already. */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES * 64);
    world_plant_init(&common);
    int code = options.one ? run_one(&common, &options) : run_all(&common, &options);
    world_plant_deinit(&common);
    return code;
}
