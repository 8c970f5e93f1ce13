/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate simulate`: plays the sensors of a plant through a real broker and says at the
 * end what the true emissions were.
 */
#include "cli/command.h"
#include "config/plan.h"
#include "core/mem.h"
#include "core/number.h"
#include "core/timetext.h"
#include "simulate/player.h"
#include "simulate/publisher.h"
#include "simulate/truth.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define HISTORY_HOURS 3
#define BROKER_WAIT_MS 30000
#define FINISH_NS (15 * NS_PER_S)
#define PAUSE_MAX_NS (NS_PER_S / 2)
#define TRUTH_SIZE_MAX ((size_t)256 << 20)

struct settings_given {
    double speed, hours, seconds; /* 0: not given */
    uint64_t seed;
    int64_t from_ns;
    bool live;
    const char *broker, *truth;
    struct faults faults;
};

struct simulation {
    struct settings_given given;
    struct bundle bundle;
    struct problems problems;
    struct plan *plan;
    struct plant *plant;
    struct publisher *publisher;
    struct faulty_way *way;
    struct player player;
    sigset_t stop_signals;
    int64_t stop_ns;   /* boot clock; INT64_MAX: never */
    int64_t finish_ns; /* boot clock, once stopping: give up after this */
    bool stopping;
    bool terminal;
};

/* ---- the command line ---- */

static int usage(const char *option, const char *value, const char *want)
{
    fprintf(stderr, "emgate simulate: --%s '%s': want %s\n", option, value, want);
    return EXIT_USAGE;
}

static bool take_number(const struct command *command, const struct arguments *arguments,
                        const char *name, double *ret_value)
{
    const char *text = argument_value(command, arguments, name);
    if (!text) {
        return true;
    }
    if (!number_parse(bytes_of(text), ret_value) || *ret_value <= 0) {
        (void)usage(name, text, "a number above 0");
        return false;
    }
    return true;
}

/* "3h" is that long ago, to the hour; else a time. */
static bool take_from(const char *text, int64_t now_ns, int64_t *ret_ns)
{
    bool zoned = false;
    int64_t ago_ns = 0;
    if (duration_parse(bytes_of(text), &ago_ns)) {
        *ret_ns = (now_ns - ago_ns) / NS_PER_HOUR * NS_PER_HOUR;
        return true;
    }
    return time_parse_iso(bytes_of(text), ret_ns, &zoned) && *ret_ns < now_ns &&
           *ret_ns >= 0;
}

static int64_t default_from(const struct settings_given *given, int64_t now_ns)
{
    if (given->live) {
        return now_ns / NS_PER_MINUTE * NS_PER_MINUTE;
    }
    /* A tail behind the last hour closes it, and must not lie ahead of now. */
    int64_t last_ns = given->hours > 0 ? now_ns - NS_PER_HOUR / 4 : now_ns;
    double hours = given->hours > 0 ? given->hours : HISTORY_HOURS;
    int64_t from_ns =
        last_ns / NS_PER_HOUR * NS_PER_HOUR - (int64_t)(hours * (double)NS_PER_HOUR);
    return from_ns / NS_PER_HOUR * NS_PER_HOUR;
}

static int take_arguments(const struct command *command,
                          const struct arguments *arguments, struct settings_given *given)
{
    struct error e;
    int64_t now_ns = clock_wall_ns(&clock_system);
    const char *seed = argument_value(command, arguments, "seed");
    const char *from = argument_value(command, arguments, "from");
    const char *fault = argument_value(command, arguments, "fault");
    given->broker = argument_value(command, arguments, "broker");
    given->truth = argument_value(command, arguments, "truth");
    given->live = argument_value(command, arguments, "live") != NULL;
    given->seed = 1;
    if (!take_number(command, arguments, "speed", &given->speed) ||
        !take_number(command, arguments, "hours", &given->hours) ||
        !take_number(command, arguments, "seconds", &given->seconds)) {
        return EXIT_USAGE;
    }
    if (seed && !number_parse_u64(bytes_of(seed), &given->seed)) {
        return usage("seed", seed, "a whole number");
    }
    given->from_ns = default_from(given, now_ns);
    if (from && !take_from(from, now_ns, &given->from_ns)) {
        return usage("from", from, "a past time such as 2026-07-15T08:00Z, or 3h");
    }
    if (faults_parse(bytes_of(fault), given->seed, &given->faults, &e) != ERR_OK) {
        fprintf(stderr, "emgate simulate: --fault: %s\n", e.text);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* ---- waiting and stopping ---- */

/* Sleeps, or sees that it is time to stop. */
static void pause_or_stop(struct simulation *s, int64_t ns)
{
    ns = ns < PAUSE_MAX_NS ? ns : PAUSE_MAX_NS;
    struct timespec wait = {.tv_nsec = (long)ns};
    bool signalled = sigtimedwait(&s->stop_signals, NULL, &wait) > 0;
    int64_t now_ns = clock_boot_ns(&clock_system);
    if (!s->stopping && (signalled || now_ns >= s->stop_ns)) {
        s->stopping = true;
        s->finish_ns = now_ns + FINISH_NS;
    }
}

static bool given_up(const struct simulation *s)
{
    return s->stopping && clock_boot_ns(&clock_system) >= s->finish_ns;
}

static enum err send(void *ctx, struct bytes topic, struct bytes payload, struct error *e)
{
    struct simulation *s = ctx;
    enum err err = publisher_send(s->publisher, topic, payload, e);
    while (err == ERR_RETRY && !given_up(s)) {
        pause_or_stop(s, 0);
        err = publisher_send(s->publisher, topic, payload, e);
    }
    return err;
}

/* ---- the course ---- */

static void show_progress(const struct simulation *s, bool last)
{
    char reached[TIME_TEXT_MAX];
    struct publisher_counts counts;
    if (!s->terminal && !last) {
        return;
    }
    time_print_iso(s->player.reached_ns, reached);
    publisher_get_counts(s->publisher, &counts);
    fprintf(stderr, "%ssimulate: played to %s, %llu messages confirmed%s",
            s->terminal ? "\r" : "", reached, (unsigned long long)counts.confirmed,
            last || !s->terminal ? "\n" : "\033[K");
}

static enum err play(struct simulation *s, struct error *e)
{
    bool caught_up = false;
    int64_t shown_ns = 0;
    while (!s->stopping && !player_done(&s->player)) {
        int64_t wait_ns = 0;
        enum err err = player_step(&s->player, &wait_ns, e);
        if (err != ERR_OK) {
            return err;
        }
        if (wait_ns > 0 && !caught_up) {
            caught_up = true;
            show_progress(s, true);
        }
        int64_t now_ns = clock_boot_ns(&clock_system);
        if (now_ns - shown_ns > NS_PER_S) {
            shown_ns = now_ns;
            show_progress(s, false);
        }
        pause_or_stop(s, wait_ns);
    }
    return ERR_OK;
}

/* What is held back goes out, and every message is confirmed. */
static enum err finish(struct simulation *s, struct error *e)
{
    if (!s->stopping) {
        s->stopping = true;
        s->finish_ns = clock_boot_ns(&clock_system) + FINISH_NS;
    }
    enum err err = faulty_way_flush(s->way, e);
    while (err == ERR_OK && publisher_drain(s->publisher, e) == ERR_RETRY) {
        if (given_up(s)) {
            err = ERR_RETRY;
        }
    }
    show_progress(s, true);
    return err;
}

/* ---- the truth ---- */

static int64_t truth_end(const struct simulation *s)
{
    int64_t end_ns = s->player.reached_ns;
    if (s->given.hours > 0) {
        int64_t asked_ns =
            s->given.from_ns + (int64_t)(s->given.hours * (double)NS_PER_HOUR);
        end_ns = end_ns < asked_ns ? end_ns : asked_ns;
    }
    return end_ns;
}

static enum err truth_json(const struct simulation *s, struct buf *out, struct error *e)
{
    struct json_writer writer = json_writer_of(out);
    json_open(&writer, '{');
    json_pair(&writer, "installation", s->plan->installation.id);
    json_key(&writer, "seed");
    json_u64(&writer, s->given.seed);
    json_key(&writer, "from");
    json_time(&writer, s->given.from_ns);
    json_key(&writer, "to");
    json_time(&writer, truth_end(s));
    enum err err =
        truth_write(s->plan, s->plant, s->given.from_ns, truth_end(s), &writer, e);
    json_close(&writer, '}');
    buf_add_byte(out, '\n');
    return err;
}

/* Written beside and renamed, so that a reader sees all or nothing. */
static int write_file(const char *path, struct bytes text)
{
    char *beside = mem_array(strlen(path) + 5, 1);
    snprintf(beside, strlen(path) + 5, "%s.new", path);
    FILE *out = fopen(beside, "wbe");
    bool written = out && fwrite(text.data, 1, text.len, out) == text.len;
    written = out && fclose(out) == 0 && written;
    if (!written || rename(beside, path) != 0) {
        char why[128];
        fprintf(stderr, "emgate simulate: can't write '%s': %s\n", path,
                strerror_r(errno, why, sizeof why));
        written = false;
    }
    mem_free(&beside);
    return written ? EXIT_OK : EXIT_IO;
}

static void print_table(const struct simulation *s)
{
    int64_t length_ns = s->plan->windows.length_ns;
    int64_t from_ns = (s->given.from_ns + length_ns - 1) / length_ns * length_ns;
    int64_t to_ns = truth_end(s) / length_ns * length_ns;
    if (to_ns <= from_ns) {
        printf("no window was played whole\n");
        return;
    }
    char from[TIME_TEXT_MAX];
    char to[TIME_TEXT_MAX];
    time_print_iso(from_ns, from);
    time_print_iso(to_ns, to);
    printf("truth of %s to %s\n%-20s %14s %-4s %14s %14s\n", from, to, "process",
           "activity", "unit", "direct tCO2e", "indirect tCO2e");
    for (size_t i = 0; i < s->plan->process_count; i++) {
        const struct plan_process *process = &s->plan->processes[i];
        struct truth truth;
        struct error e;
        if (truth_compute(s->plant, process, from_ns, to_ns, &truth, &e) == ERR_OK) {
            printf("%-20s %14.3f %-4s %14.3f %14.3f\n", process->id, truth.activity,
                   process->functional_unit, truth.direct, truth.indirect);
        }
    }
}

static int tell_truth(const struct simulation *s)
{
    struct error e;
    struct buf out;
    buf_init(&out, TRUTH_SIZE_MAX);
    int code = EXIT_OK;
    if (truth_json(s, &out, &e) != ERR_OK) {
        fprintf(stderr, "emgate simulate: %s\n", e.text);
        code = EXIT_BAD_CONFIG;
    } else if (s->given.truth) {
        code = write_file(s->given.truth, buf_bytes(&out));
    }
    buf_deinit(&out);
    print_table(s);
    return code;
}

/* ---- putting it together ---- */

static int load(struct simulation *s, const char *path)
{
    bundle_read(path, &s->bundle, &s->problems);
    s->plan = plan_new(&s->bundle, &s->problems);
    if (s->plan) {
        s->plant = plant_new(s->plan, &s->given.faults, s->given.from_ns, &s->problems);
    }
    if (!s->plan || !s->plant) {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&s->problems.text)));
        return EXIT_BAD_CONFIG;
    }
    if (!s->given.broker && s->plan->broker_count == 0) {
        fprintf(stderr, "emgate simulate: '%s' names no broker: --broker URI\n", path);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static void set_up_player(struct simulation *s)
{
    const struct settings_given *given = &s->given;
    const struct plan_windows *windows = &s->plan->windows;
    s->way = faulty_way_new(&given->faults, send, s);
    player_init(&s->player, s->plant, s->way, &clock_system);
    s->player.from_ns = given->from_ns;
    s->player.reached_ns = given->from_ns;
    s->player.speed = given->speed;
    if (given->hours > 0) {
        s->player.end_ns = given->from_ns +
                           (int64_t)(given->hours * (double)NS_PER_HOUR) +
                           windows->skew_ns + windows->lateness_ns + 2 * NS_PER_MINUTE;
    }
    s->stop_ns = INT64_MAX;
    if (given->seconds > 0) {
        s->stop_ns =
            clock_boot_ns(&clock_system) + (int64_t)(given->seconds * (double)NS_PER_S);
    }
}

static int simulate(struct simulation *s)
{
    struct error e;
    const char *broker = s->given.broker ? s->given.broker : s->plan->brokers[0].uri;
    char client_id[64];
    snprintf(client_id, sizeof client_id, "emgate-simulate-%.40s", s->plan->gateway_id);
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "simulate: connecting to '%s'\n", broker);
    }
    if (publisher_open(broker, client_id, BROKER_WAIT_MS, &s->publisher, &e) != ERR_OK) {
        fprintf(stderr, "emgate simulate: %s\n", e.text);
        return EXIT_UNAVAILABLE;
    }
    set_up_player(s);
    enum err err = play(s, &e);
    if (err == ERR_OK) {
        err = finish(s, &e);
    }
    if (err != ERR_OK) {
        fprintf(stderr, "emgate simulate: %s\n", e.text);
    }
    int code = tell_truth(s);
    return err == ERR_OK ? code : EXIT_UNAVAILABLE;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct simulation s = {.terminal = isatty(STDERR_FILENO) == 1};
    int code = take_arguments(command, arguments, &s.given);
    if (code != EXIT_OK) {
        return code;
    }
    /* Before any thread, so that only sigtimedwait() sees them. */
    sigemptyset(&s.stop_signals);
    sigaddset(&s.stop_signals, SIGINT);
    sigaddset(&s.stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &s.stop_signals, NULL);
    problems_init(&s.problems);
    code = load(&s, arguments->words[0]);
    if (code == EXIT_OK) {
        code = simulate(&s);
    }
    publisher_close(&s.publisher);
    player_deinit(&s.player);
    faulty_way_free(&s.way);
    plant_free(&s.plant);
    plan_free(&s.plan);
    bundle_deinit(&s.bundle);
    problems_deinit(&s.problems);
    return code;
}

static const struct command_option options[] = {
    {.name = "broker", .value = "URI", .help = "mqtt://host:port; default: the plant's"},
    {.name = "from", .value = "TIME", .help = "start, or how long ago; default: 3h"},
    {.name = "hours", .value = "H", .help = "play H hours of the past, then end"},
    {.name = "seconds", .value = "S", .help = "end after S seconds"},
    {.name = "speed", .value = "X", .help = "times real time; default: as fast as taken"},
    {.name = "seed", .value = "N", .help = "another plant of the same kind; default: 1"},
    {.name = "fault", .value = "LIST", .help = "such as duplicates=2%,reorder=5%"},
    {.name = "truth", .value = "FILE", .help = "write the true emissions there, as JSON"},
    {.name = "live", .help = "no past: start now"},
    {0},
};

const struct command command_simulate = {
    .name = "simulate",
    .summary = "plays a plant's sensors through a broker and knows the true emissions",
    .usage = "PLANT [--broker URI] [--from T] [--hours H | --seconds S] [--fault LIST]",
    .help =
        "PLANT is a configuration with a section 'simulation', such as\n"
        "config/examples/cement.yaml.  First come the last hours, as fast as the broker "
        "takes\nthem, then it goes on live until a signal.\n\nFaults: " FAULTS_HELP
        ".\nDropout, nan and skew lose data; the truth stays the plant's.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
