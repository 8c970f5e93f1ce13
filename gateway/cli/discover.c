/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate discover`: listens on a broker and proposes a configuration. */
#include "cli/discover_private.h"

#include "cli/command.h"
#include "cli/listen.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/number.h"
#include "core/topic.h"
#include "units/units.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_DEFAULT 30.0
#define OUTPUT_MAX ((size_t)64 << 20)
#define LOOK_MS 200

struct listening {
    struct seen *seen;
    struct discover_source source;
    sigset_t stop_signals;
};

static void take(void *ctx, const struct message *message)
{
    seen_take(ctx, message);
}

static void show_progress(int64_t left_ns, bool terminal)
{
    if (terminal) {
        fprintf(stderr, "\rlistening, %lld s left ",
                (long long)((left_ns + NS_PER_S - 1) / NS_PER_S));
    }
}

/* What is on its way already is taken in, two seconds at most. */
static void drain(struct listener *listener)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * NS_PER_MS};
    size_t before = 0;
    size_t count = listen_count(listener);
    for (int i = 0; i < 10 && (i == 0 || count != before); i++) {
        before = count;
        nanosleep(&look, NULL);
        count = listen_count(listener);
    }
}

/* Until the time is over, a signal came, or the broker is gone. */
static void wait_out(const struct listening *listening, struct listener *listener)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * NS_PER_MS};
    bool terminal = isatty(STDERR_FILENO) == 1;
    double span_s = listening->source.seconds;
    int64_t end_ns = clock_boot_ns(&clock_system) + (int64_t)(span_s * (double)NS_PER_S);
    for (;;) {
        int64_t left_ns = end_ns - clock_boot_ns(&clock_system);
        bool lost = listen_lost(listener);
        if (lost) {
            fprintf(stderr, "emgate discover: the connection was lost; this is what was "
                            "seen until then\n");
        }
        if (lost || left_ns <= 0 ||
            sigtimedwait(&listening->stop_signals, NULL, &look) > 0) {
            break;
        }
        show_progress(left_ns, terminal);
    }
    drain(listener);
    fputs(terminal ? "\r\033[K" : "", stderr);
}

static int write_out(const struct listening *listening)
{
    struct buf out;
    struct units *units = NULL;
    struct error e;
    if (units_open(&units, &e) != ERR_OK) {
        fprintf(stderr, "emgate discover: %s\n", e.text);
        return EXIT_IO;
    }
    buf_init(&out, OUTPUT_MAX);
    discover_write(listening->seen, units, &listening->source, &out);
    (void)fwrite(out.data, 1, out.len, stdout);
    bool good = fflush(stdout) == 0 && !out.overflow;
    buf_deinit(&out);
    units_close(&units);
    if (!good) {
        fprintf(stderr, "emgate discover: can't write to standard output\n");
    }
    return good ? EXIT_OK : EXIT_IO;
}

static int listen_and_write(struct listening *listening)
{
    const struct discover_source *source = &listening->source;
    struct listen_settings settings = {.uri = source->uri,
                                       .user = source->user,
                                       .password_file = source->password_file,
                                       .ca_file = source->ca_file,
                                       .cert_file = source->cert_file,
                                       .key_file = source->key_file,
                                       .filter = source->filter,
                                       .take = take,
                                       .ctx = listening->seen};
    struct listener *listener = NULL;
    struct error e;
    enum err err = listen_open(&settings, &listener, &e);
    if (err != ERR_OK) {
        fprintf(stderr, "emgate discover: %s\n", e.text);
        return err == ERR_CONFIG ? EXIT_USAGE : EXIT_UNAVAILABLE;
    }
    fprintf(stderr, "listening on %s for %.0f s; Ctrl-C ends sooner\n", source->uri,
            source->seconds);
    wait_out(listening, listener);
    listen_close(&listener);
    if (listening->seen->messages == 0) {
        fprintf(stderr,
                "emgate discover: nothing was published; listen longer, or may "
                "this user read '%s'?\n",
                source->filter);
    }
    return write_out(listening);
}

static int usage(const char *words, const char *what)
{
    fprintf(stderr, "emgate discover: %s%s%s%s\n", words, what ? " '" : "",
            what ? what : "", what ? "'" : "");
    return EXIT_USAGE;
}

static int read_arguments(const struct command *command,
                          const struct arguments *arguments,
                          struct discover_source *source)
{
    const char *seconds = argument_value(command, arguments, "seconds");
    const char *filter = argument_value(command, arguments, "filter");
    *source = (struct discover_source){
        .uri = argument_value(command, arguments, "broker"),
        .user = argument_value(command, arguments, "user"),
        .password_file = argument_value(command, arguments, "password-file"),
        .ca_file = argument_value(command, arguments, "ca-file"),
        .cert_file = argument_value(command, arguments, "cert-file"),
        .key_file = argument_value(command, arguments, "key-file"),
        .filter = filter ? filter : "#",
        .seconds = SECONDS_DEFAULT,
    };
    if (!source->uri) {
        return usage("want --broker URI, such as mqtt://127.0.0.1:1883", NULL);
    }
    if (seconds && (!number_parse(bytes_of(seconds), &source->seconds) ||
                    source->seconds < 0 || source->seconds > 86400)) {
        return usage("--seconds takes a number up to 86400, not", seconds);
    }
    const char *wrong = topic_filter_problem(bytes_of(source->filter));
    return wrong ? usage(wrong, source->filter) : EXIT_OK;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct listening listening = {0};
    int code = read_arguments(command, arguments, &listening.source);
    if (code != EXIT_OK) {
        return code;
    }
    sigemptyset(&listening.stop_signals);
    sigaddset(&listening.stop_signals, SIGINT);
    sigaddset(&listening.stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &listening.stop_signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a broker that hangs up is told */
    listening.seen = mem_new(struct seen);
    seen_init(listening.seen);
    code = listen_and_write(&listening);
    seen_deinit(listening.seen);
    mem_free(&listening.seen);
    return code;
}

static const struct command_option options[] = {
    {"broker", 'b', "URI", "mqtt://host:port, or mqtts://host:port with TLS"},
    {"seconds", 0, "S", "how long to listen (30)"},
    {"filter", 'f', "T", "only these topics (#)"},
    {"user", 'u', "NAME", "user name"},
    {"password-file", 0, "FILE", "its first line is the password"},
    {"ca-file", 0, "FILE", "who may sign the broker's certificate"},
    {"cert-file", 0, "FILE", "our certificate"},
    {"key-file", 0, "FILE", "its key"},
    {0},
};

const struct command command_discover = {
    .name = "discover",
    .summary = "listens on a broker and proposes a configuration",
    .usage = "--broker URI [--seconds S] [--filter T]",
    .help = "Names the formats it hears, groups topics, and writes a configuration with "
            "inputs and the\npoints it saw to standard output, with what to fill in.  It "
            "leaves no session behind and\npublishes nothing.  What it does not know is "
            "listed with the beginning of a payload and\nwhat to do next.  Exit codes: "
            "64 usage, 69 the broker can't be reached or refuses.",
    .options = options,
    .run = run,
};
