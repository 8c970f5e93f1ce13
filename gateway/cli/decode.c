/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate decode`: captured payloads through an adapter or a mapping, without effect.
 * One decoder serves the whole run, so a list shows what a running gateway would have
 * remembered from message to message.
 */
#include "cli/decode.h"

#include "cli/command.h"
#include "cli/topic_list.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"
#include "decode/decode.h"
#include "decode/guess.h"

#include <stdio.h>

#define PAYLOAD_MAX ((size_t)16 << 20)
#define LIST_MAX ((size_t)16 << 20)
#define MAPPING_MAX ((size_t)4 << 20)
#define LINE_MAX_BYTES ((size_t)512 << 20)

/* One decoder for a run; topics that begin with '$' need a filter of their own. */
#define ROUTES 2

struct session {
    const char *adapter_name; /* NULL: guessed from each message */
    const struct adapter *adapter;
    uint8_t *text;
    struct document *settings;
    struct decoder *decoder;
    struct plan_route routes[ROUTES];
    struct arena arena;
    int64_t received_ns;
    bool last; /* no message follows: what still waits is told with this one */
    struct buf out;
};

/* ---- setting up ---- */

static int usage(const char *words, const char *what)
{
    fprintf(stderr, "emgate decode: %s%s%s%s\n", words, what ? " '" : "",
            what ? what : "", what ? "'" : "");
    return EXIT_USAGE;
}

/* Reads a YAML or JSON file; EXIT_OK and a document, or the exit code. */
static int read_settings(struct session *s, const char *path, struct problems *problems)
{
    size_t len = 0;
    if (!cli_read_file(path, MAPPING_MAX, &s->text, &len)) {
        return EXIT_DATA;
    }
    s->settings =
        document_parse(path, (struct bytes){.data = s->text, .len = len}, problems);
    return EXIT_OK;
}

static int print_problems(const struct problems *problems)
{
    (void)fwrite(problems->text.data, 1, problems->text.len, stderr);
    if (problems->count > PROBLEMS_MAX) {
        fprintf(stderr, "... and %zu more\n", problems->count - PROBLEMS_MAX);
    }
    return EXIT_BAD_CONFIG;
}

/* Tries the settings on a state of its own, to get every problem and not the first. */
static int check_settings(const struct adapter *adapter, const struct node *root,
                          struct problems *problems)
{
    if (problems->count == 0 && adapter->init) {
        void *state = mem_array(1, adapter->state_size);
        adapter->init(state, root, problems);
        if (adapter->deinit) {
            adapter->deinit(state);
        }
        mem_free(&state);
    }
    return problems->count ? print_problems(problems) : EXIT_OK;
}

static int open_decoder(struct session *s, const struct adapter *adapter)
{
    static const char *const filters[ROUTES] = {"#", "$SYS/#"};
    const struct node *root = s->settings ? document_root(s->settings) : NULL;
    struct problems problems;
    struct error e = {0};
    problems_init(&problems);
    int code = check_settings(adapter, root, &problems);
    problems_deinit(&problems);
    if (code != EXIT_OK) {
        return code;
    }
    s->adapter = adapter;
    for (size_t i = 0; i < ROUTES; i++) {
        s->routes[i] = (struct plan_route){
            .topic = filters[i], .adapter = adapter, .settings = root};
    }
    if (decoder_open(s->routes, ROUTES, &s->decoder, &e)) {
        fprintf(stderr, "emgate decode: %s\n", e.text);
        return EXIT_BAD_CONFIG;
    }
    return EXIT_OK;
}

static int unknown_adapter(const char *name)
{
    fprintf(stderr, "emgate decode: no adapter '%s'; there are:", name);
    for (size_t i = 0; adapters[i]; i++) {
        fprintf(stderr, " %s", adapters[i]->name);
    }
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

/* The decoder for a message; another format needs another decoder. */
static int prepare(struct session *s, const struct message *message)
{
    const char *name = s->adapter_name;
    name = name ? name : guess_adapter(message->topic, message->payload);
    if (!name) {
        return usage("can't tell what this payload is; name it with --adapter or "
                     "--mapping",
                     NULL);
    }
    if (s->adapter && strcmp(s->adapter->name, name) == 0) {
        return EXIT_OK;
    }
    const struct adapter *adapter = adapter_find(bytes_of(name));
    if (!adapter) {
        return unknown_adapter(name);
    }
    decoder_close(&s->decoder);
    return open_decoder(s, adapter);
}

/* ---- decoding ---- */

/* How long the world goes on after a list: longer than any adapter waits. */
#define AFTERWARDS_NS (2 * NS_PER_HOUR)

/* Adds what comes when nothing more does, such as a request for a missed birth. */
static void add_afterwards(struct session *s, const struct message *message,
                           struct decoding *decoding)
{
    struct decoding later;
    decoder_tick(s->decoder, message->received_ns + AFTERWARDS_NS, &s->arena, &later);
    for (size_t i = 0; i < later.action_count; i++) {
        decoding_act(decoding, later.actions[i]);
    }
}

/* Decodes one file; the topic's and the flags' memory is the caller's. */
static int decode_file(struct session *s, const char *path, struct message *message)
{
    uint8_t *data = NULL;
    size_t len = 0;
    if (!cli_read_file(path, PAYLOAD_MAX, &data, &len)) {
        return EXIT_DATA;
    }
    message->payload = (struct bytes){.data = data, .len = len};
    int code = prepare(s, message);
    if (code == EXIT_OK) {
        struct decoding decoding;
        arena_reset(&s->arena);
        decoder_decode(s->decoder, message, &s->arena, &decoding);
        if (s->last) {
            add_afterwards(s, message, &decoding);
        }
        buf_clear(&s->out);
        decode_print(&s->out, s->adapter->name, message, &decoding);
        (void)fwrite(s->out.data, 1, s->out.len, stdout);
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

static int open_session(const struct command *command, const struct arguments *arguments,
                        struct session *s)
{
    const char *mapping = argument_value(command, arguments, "mapping");
    const char *settings = argument_value(command, arguments, "settings");
    const char *received = argument_value(command, arguments, "received");
    bool zoned = false;
    s->adapter_name = mapping ? "map" : argument_value(command, arguments, "adapter");
    s->received_ns = clock_wall_ns(&clock_system);
    if (received && !time_parse_iso(bytes_of(received), &s->received_ns, &zoned)) {
        return usage("--received takes a time such as 2026-07-29T16:00:00Z, not",
                     received);
    }
    const char *path = mapping ? mapping : settings;
    const struct adapter *adapter = NULL;
    if (s->adapter_name && !(adapter = adapter_find(bytes_of(s->adapter_name)))) {
        return unknown_adapter(s->adapter_name);
    }
    struct problems problems;
    problems_init(&problems);
    int code = path ? read_settings(s, path, &problems) : EXIT_OK;
    if (code == EXIT_OK && problems.count) {
        code = print_problems(&problems);
    }
    problems_deinit(&problems);
    if (code == EXIT_OK && adapter) {
        code = open_decoder(s, adapter);
    }
    return code;
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
    arena_init(&s.arena, DECODE_ARENA_SIZE);
    buf_init(&s.out, LINE_MAX_BYTES);
    code = open_session(command, arguments, &s);
    if (code == EXIT_OK) {
        code = run_session(command, arguments, &s);
    }
    decoder_close(&s.decoder);
    document_free(&s.settings);
    mem_free(&s.text);
    buf_deinit(&s.out);
    arena_deinit(&s.arena);
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
        "rule\nthat fired, readings, actions.  The payload comes from FILE or standard "
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
