/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate decode`: captured payloads through an adapter or a mapping, without effect.
 * The work is decode/trial.c's.
 */
#include "cli/command.h"
#include "cli/topic_list.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"
#include "decode/trial.h"

#include <stdio.h>

#define PAYLOAD_MAX ((size_t)16 << 20)
#define LIST_MAX ((size_t)16 << 20)
#define MAPPING_MAX ((size_t)4 << 20)
#define LINE_MAX_BYTES ((size_t)512 << 20)

struct session {
    struct trial *trial;
    int64_t received_ns;
    bool last; /* no message follows: what still waits is told with this one */
    struct buf out;
};

/* ---- setting up ---- */

static int usage(const char *words, const char *what)
{
    (void)fprintf(stderr, "emgate decode: %s%s%s%s\n", words, what ? " '" : "",
                  what ? what : "", what ? "'" : "");
    return EXIT_USAGE;
}

static int print_problems(const struct problems *problems, const struct error *e)
{
    if (problems->count == 0) {
        (void)fprintf(stderr, "emgate decode: %s\n", e->text);
    }
    (void)fwrite(problems->text.data, 1, problems->text.len, stderr);
    if (problems->count > PROBLEMS_MAX) {
        fprintf(stderr, "... and %zu more\n", problems->count - PROBLEMS_MAX);
    }
    return EXIT_BAD_CONFIG;
}

static int unknown_adapter(const char *name)
{
    fprintf(stderr, "emgate decode: no adapter '%s'; there are:", name);
    for (size_t i = 0; adapters[i]; i++) {
        fprintf(stderr, " %s", adapters[i]->name);
    }
    (void)fputc('\n', stderr);
    return EXIT_USAGE;
}

/* ---- decoding ---- */

/* Decodes one file; the topic's and the flags' memory is the caller's. */
static int decode_file(struct session *s, const char *path, struct message *message)
{
    uint8_t *data = NULL;
    size_t len = 0;
    if (!cli_read_file(path, PAYLOAD_MAX, &data, &len)) {
        return EXIT_DATA;
    }
    message->payload = (struct bytes){.data = data, .len = len};
    struct error e = {0};
    int code = EXIT_OK;
    buf_clear(&s->out);
    enum err err = trial_decode(s->trial, message, s->last, &s->out, &e);
    if (err == ERR_OK) {
        (void)fwrite(s->out.data, 1, s->out.len, stdout);
    } else if (err == ERR_REJECT) {
        code = usage("can't tell what this payload is; name it with --adapter or "
                     "--mapping",
                     NULL);
    } else {
        (void)fprintf(stderr, "emgate decode: %s\n", e.text);
        code = EXIT_BAD_CONFIG;
    }
    mem_free(&data);
    return code;
}

static int decode_list(struct session *s, const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    int code = EXIT_OK;
    enum topic_list_result result = TOPIC_LIST_ITEM;
    if (!cli_read_file(path, LIST_MAX, &data, &len)) {
        return EXIT_DATA;
    }
    struct topic_list list = topic_list_of(path, (struct bytes){data, len});
    while (code == EXIT_OK && result == TOPIC_LIST_ITEM) {
        struct message message = {.received_ns = s->received_ns};
        char *file = NULL;
        result = topic_list_next(&list, &message, &file);
        s->last = !topic_list_more(&list);
        code = result == TOPIC_LIST_ITEM ? decode_file(s, file, &message) : code;
        mem_free(&file);
    }
    mem_free(&data);
    if (result == TOPIC_LIST_BAD) {
        fprintf(stderr, "emgate decode: %s:%d: a line is '" TOPIC_LIST_FORM "'\n", path,
                list.line);
        return EXIT_DATA;
    }
    return code;
}

/* ---- the command ---- */

static int check_arguments(const struct command *command,
                           const struct arguments *arguments)
{
    bool list = argument_value(command, arguments, "list");
    bool topic = argument_value(command, arguments, "topic");
    if (list == topic) {
        return usage("give either --topic with a payload or --list", NULL);
    }
    if (list && arguments->word_count) {
        return usage("--list names the payloads; don't know what to do with",
                     arguments->words[0]);
    }
    bool mapping = argument_value(command, arguments, "mapping");
    if (mapping && (argument_value(command, arguments, "adapter") ||
                    argument_value(command, arguments, "settings"))) {
        return usage("--mapping stands for an adapter with its settings", NULL);
    }
    return EXIT_OK;
}

/* Reads a YAML or JSON file and opens the trial with it. */
static int open_trial(struct session *s, const char *adapter, const char *path)
{
    uint8_t *text = NULL;
    size_t len = 0;
    if (path && !cli_read_file(path, MAPPING_MAX, &text, &len)) {
        return EXIT_DATA;
    }
    struct trial_settings settings = {
        .adapter = adapter, .name = path, .text = {.data = text, .len = len}};
    struct problems problems;
    struct error e = {0};
    problems_init(&problems);
    int code = trial_open(&settings, &problems, &s->trial, &e) == ERR_OK
                   ? EXIT_OK
                   : print_problems(&problems, &e);
    problems_deinit(&problems);
    mem_free(&text);
    return code;
}

static int open_session(const struct command *command, const struct arguments *arguments,
                        struct session *s)
{
    const char *mapping = argument_value(command, arguments, "mapping");
    const char *settings = argument_value(command, arguments, "settings");
    const char *received = argument_value(command, arguments, "received");
    const char *adapter = mapping ? "map" : argument_value(command, arguments, "adapter");
    bool zoned = false;
    s->received_ns = clock_wall_ns(&clock_system);
    if (received && !time_parse_iso(bytes_of(received), &s->received_ns, &zoned)) {
        return usage("--received takes a time such as 2026-07-29T16:00:00Z, not",
                     received);
    }
    if (adapter && !adapter_find(bytes_of(adapter))) {
        return unknown_adapter(adapter);
    }
    return open_trial(s, adapter, mapping ? mapping : settings);
}

static int run_session(const struct command *command, const struct arguments *arguments,
                       struct session *s)
{
    const char *list = argument_value(command, arguments, "list");
    const char *topic = argument_value(command, arguments, "topic");
    if (list) {
        return decode_list(s, list);
    }
    struct message message = {.topic = bytes_of(topic), .received_ns = s->received_ns};
    message.retained = argument_value(command, arguments, "retained") != NULL;
    return decode_file(s, arguments->word_count ? arguments->words[0] : "-", &message);
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct session s = {0};
    int code = check_arguments(command, arguments);
    if (code != EXIT_OK) {
        return code;
    }
    buf_init(&s.out, LINE_MAX_BYTES);
    code = open_session(command, arguments, &s);
    if (code == EXIT_OK) {
        code = run_session(command, arguments, &s);
    }
    trial_close(&s.trial);
    buf_deinit(&s.out);
    if (code == EXIT_OK && fflush(stdout) != 0) {
        fputs("emgate decode: can't write to standard output\n", stderr);
        return EXIT_IO;
    }
    return code;
}

static const struct command_option options[] = {
    {"adapter", 'a', "NAME", "the payload's format, see 'emgate adapters'"},
    {"mapping", 'm', "FILE", "a mapping, YAML or JSON"},
    {"settings", 's', "FILE", "settings of the adapter, a YAML or JSON map"},
    {"topic", 't', "TOPIC", "the topic the payload came on"},
    {"list", 'l', "FILE", "lines of file<TAB>topic<TAB>qos=N<TAB>retain=0|1, in order"},
    {"retained", 'r', NULL, "the message came retained"},
    {"received", 0, "TIME", "when it was received, ISO 8601; default: now"},
    {0},
};

const struct command command_decode = {
    .name = "decode",
    .summary = "captured payloads to readings, without effect",
    .usage = "[--adapter NAME | --mapping FILE] (--topic T [FILE] | --list FILE)",
    .help =
        "Decodes payloads as a running gateway would and prints one JSON object a "
        "message:\n"
        "outcome (accepted, accepted_empty, partial, rejected), reason, the mapping's "
        "rule\nthat fired, readings, actions; and for a mapping each rule that was "
        "tried, with why it\ndid not fire or what its emits selected.  The payload comes "
        "from FILE or standard "
        "input.\nA list keeps what was learned from message to message; its files "
        "stand beside it.\nWithout --adapter or --mapping the format is guessed from "
        "topic and payload.  Behind a list's last message two hours pass, so that what "
        "an\nadapter does when nothing more comes is among that message's actions.\n\n"
        "A rejected payload is a result: the exit code is 0.  65: a file can't be "
        "read.\n78: the mapping or the settings are wrong; every mistake is printed.",
    .options = options,
    .words_max = 1,
    .run = run,
};
