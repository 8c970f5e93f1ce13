/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate summaries`, `deadletters`, `outbox`: looks at the stores. */
#include "cli/remote.h"

#include "core/number.h"

#include <stdio.h>

#define LIMIT_DEFAULT 50

struct query {
    const char *word; /* process or sink, or NULL */
    uint64_t limit;
    bool all;
};

static uint64_t limit_of(const struct command *command, const struct arguments *arguments)
{
    const char *text = argument_value(command, arguments, "limit");
    uint64_t limit = LIMIT_DEFAULT;
    return text && number_parse_u64(bytes_of(text), &limit) ? limit : LIMIT_DEFAULT;
}

/* ---- summaries ---- */

static enum err local_summaries(struct outbox *outbox, void *ctx,
                                struct json_writer *writer, struct error *e)
{
    const struct query *q = ctx;
    struct outbox_filter filter = {
        .process = q->word, .latest = !q->all, .limit = q->limit};
    return api_put_summaries(outbox, &filter, writer, e);
}

static void print_quantity(const json_t *object, const char *key, int width)
{
    const json_t *value = json_object_get(json_object_get(object, key), "value");
    if (value) {
        printf(" %*.3f", width, json_number_value(value));
    } else {
        printf(" %*s", width, "-");
    }
}

static void print_summary(const json_t *item)
{
    const json_t *s = json_object_get(item, "summary");
    const json_t *a = json_object_get(s, "attribution");
    const json_t *q = json_object_get(s, "quality");
    printf("%-20.20s %-16s %3lld", remote_text(s, "window_start"),
           remote_text(s, "process"),
           (long long)json_integer_value(json_object_get(s, "revision")));
    print_quantity(a, "attributed_direct", 12);
    print_quantity(a, "attributed_indirect", 12);
    print_quantity(s, "activity_level", 12);
    print_quantity(s, "see_direct", 9);
    printf(" %6.1f%% %s\n", 100 * json_number_value(json_object_get(q, "coverage")),
           json_is_true(json_object_get(q, "complete")) ? "complete" : "incomplete");
}

static int run_summaries(const struct command *command, const struct arguments *arguments)
{
    struct query q = {.word = argument_value(command, arguments, "process"),
                      .limit = limit_of(command, arguments),
                      .all = argument_value(command, arguments, "all") != NULL};
    char path[512];
    int code = EXIT_OK;
    snprintf(path, sizeof path, "/v1/summaries?limit=%llu&all=%d%s%s",
             (unsigned long long)q.limit, q.all ? 1 : 0, q.word ? "&process=" : "",
             q.word ? q.word : "");
    json_t *list = remote_get(argument_value(command, arguments, "config"), path,
                              local_summaries, &q, &code);
    if (!list) {
        return code;
    }
    if (argument_value(command, arguments, "json")) {
        remote_print_json(list);
    } else {
        printf("%-20s %-16s %3s %12s %12s %12s %9s %7s\n", "window", "process", "rev",
               "direct tCO2e", "indir. tCO2e", "activity", "SEE dir.", "cover");
        for (size_t i = 0; i < json_array_size(list); i++) {
            print_summary(json_array_get(list, i));
        }
    }
    json_decref(list);
    return EXIT_OK;
}

static const struct command_option summary_options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"process", 'p', "ID", "only this process"},
    {"limit", 'n', "N", "at most so many, newest first; 0: all (50)"},
    {"all", 'a', NULL, "every revision, not only the latest"},
    {"json", 0, NULL, "as JSON, whole"},
    {0},
};

const struct command command_summaries = {
    .name = "summaries",
    .summary = "the summaries made, newest first",
    .usage = "-c FILE",
    .options = summary_options,
    .run = run_summaries,
};

/* ---- dead letters ---- */

static enum err local_dead_letters(struct outbox *outbox, void *ctx,
                                   struct json_writer *writer, struct error *e)
{
    const struct query *q = ctx;
    return api_put_dead_letters(outbox, q->limit, writer, e);
}

static void print_dead_letter(const json_t *l)
{
    const json_t *retried = json_object_get(l, "retried");
    printf("%6lld  %s  %s  %s%s: %s%s%s\n    %s\n",
           (long long)json_integer_value(json_object_get(l, "id")),
           remote_text(l, "received"), remote_text(l, "topic"), remote_text(l, "reason"),
           json_is_true(json_object_get(l, "partial")) ? " (in part)" : "",
           remote_text(l, "detail"), retried ? "; retried: " : "",
           remote_text(retried, "outcome"), remote_text(l, "payload_hex"));
}

static int list_dead_letters(const struct command *command,
                             const struct arguments *arguments)
{
    struct query q = {.limit = limit_of(command, arguments)};
    char path[128];
    int code = EXIT_OK;
    snprintf(path, sizeof path, "/v1/deadletters?limit=%llu",
             (unsigned long long)q.limit);
    json_t *list = remote_get(argument_value(command, arguments, "config"), path,
                              local_dead_letters, &q, &code);
    if (!list) {
        return code;
    }
    if (argument_value(command, arguments, "json")) {
        remote_print_json(list);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!argument_value(command, arguments, "json")) {
            print_dead_letter(json_array_get(list, i));
        }
    }
    json_decref(list);
    return EXIT_OK;
}

static const struct command_option list_options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"limit", 'n', "N", "at most so many, newest first; 0: all (50)"},
    {"json", 0, NULL, "as JSON, whole"},
    {0},
};

struct retried {
    long long found, appended, refused, last_record;
};

static long long whole_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* The number of the newest letter, so that one that a retry makes is not retried too; 0:
 * there is none, or nobody answers. */
static long long newest_letter(const char *state_directory)
{
    int code = EXIT_OK;
    json_t *list = remote_ask(state_directory, "/v1/deadletters?limit=1", &code);
    long long newest = whole_of(json_array_get(list, 0), "id");
    json_decref(list);
    return newest;
}

/* One request after another until no letter is left; EXIT_OK, or why not. */
static int ask_for_retries(const char *state_directory, int64_t id,
                           struct retried *retried)
{
    char path[128];
    long long after = 0;
    long long until = id ? 0 : newest_letter(state_directory);
    bool more = true;
    while (more) {
        int code = EXIT_OK;
        snprintf(path, sizeof path, "/v1/deadletters/retry?%s=%lld&until=%lld",
                 id ? "id" : "after", id ? (long long)id : after, until);
        json_t *answer = remote_post(state_directory, path, &code);
        if (!answer) {
            return code;
        }
        retried->found += whole_of(answer, "found");
        retried->appended += whole_of(answer, "appended");
        retried->refused += whole_of(answer, "refused");
        retried->last_record = whole_of(answer, "last_record");
        after = whole_of(answer, "last_id");
        more = json_is_true(json_object_get(answer, "more"));
        if (whole_of(answer, "refused") > 0) {
            fprintf(stderr, "emgate deadletters: %s\n", remote_text(answer, "why"));
        }
        json_decref(answer);
    }
    return EXIT_OK;
}

/* `id` 0: all. */
static int retry_letters(const char *config, int64_t id, bool json)
{
    struct bundle bundle = {0};
    struct retried done = {0};
    if (!config) {
        fprintf(stderr, "emgate deadletters: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? ask_for_retries(plan->state_directory, id, &done) : EXIT_BAD_CONFIG;
    if (code == EXIT_OK && json) {
        printf("{\"retried\":%lld,\"refused\":%lld,\"last_record\":%lld}\n",
               done.appended, done.refused, done.last_record);
    } else if (code == EXIT_OK) {
        printf("%lld to be decoded again, %lld refused; `emgate deadletters` shows what "
               "becomes of them\n",
               done.appended, done.refused);
    }
    if (code == EXIT_OK && id && done.found == 0) {
        fprintf(stderr, "emgate deadletters: no dead letter has the number %lld\n",
                (long long)id);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    bool missed = done.refused > 0 || (id && done.found == 0);
    return code == EXIT_OK && missed ? EXIT_DATA : code;
}

static int run_dead_letters(const struct command *command,
                            const struct arguments *arguments)
{
    bool retry = argument_value(command, arguments, "retry");
    bool all = argument_value(command, arguments, "all");
    uint64_t id = 0;
    bool number = arguments->word_count == 1 &&
                  number_parse_u64(bytes_of(arguments->words[0]), &id) && id > 0;
    if (!retry && !all && arguments->word_count == 0) {
        return list_dead_letters(command, arguments);
    }
    if (!retry || all == number || (arguments->word_count == 1 && !number)) {
        fprintf(stderr, "emgate deadletters: --retry takes the number of a dead letter, "
                        "or --all\n");
        return EXIT_USAGE;
    }
    return retry_letters(argument_value(command, arguments, "config"), (int64_t)id,
                         argument_value(command, arguments, "json") != NULL);
}

static const struct command_option letter_options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"limit", 'n', "N", "at most so many, newest first; 0: all (50)"},
    {"json", 0, NULL, "as JSON, whole"},
    {"retry", 0, NULL, "decode letter ID again, by the configuration that runs"},
    {"all", 0, NULL, "with --retry: every letter that had no retry yet"},
    {0},
};

const struct command command_deadletters = {
    .name = "deadletters",
    .summary = "messages set aside, with reason and raw bytes",
    .usage = "-c FILE [--retry (ID | --all)]",
    .help =
        "After a mapping or the points were mended, and the running gateway was told "
        "(SIGHUP\nor a restart), --retry puts a letter's message into the journal "
        "once more, with its\nown time of receipt.  Its readings count, or it is set "
        "aside again; what had counted\nbefore does not count twice.  The letter "
        "stays, marked as retried.  Needs a running\ngateway.  Exit codes: 65 no such "
        "letter, or the journal no longer has its message,\n69 no gateway is running.",
    .options = letter_options,
    .words_max = 1,
    .run = run_dead_letters,
};

/* ---- outbox ---- */

static enum err local_rows(struct outbox *outbox, void *ctx, struct json_writer *writer,
                           struct error *e)
{
    const struct query *q = ctx;
    return api_put_rows(outbox, q->word, q->limit, writer, e);
}

static int run_outbox(const struct command *command, const struct arguments *arguments)
{
    struct query q = {.limit = limit_of(command, arguments)};
    char path[128];
    int code = EXIT_OK;
    snprintf(path, sizeof path, "/v1/outbox?limit=%llu", (unsigned long long)q.limit);
    json_t *list = remote_get(argument_value(command, arguments, "config"), path,
                              local_rows, &q, &code);
    if (!list) {
        return code;
    }
    if (argument_value(command, arguments, "json")) {
        remote_print_json(list);
        json_decref(list);
        return EXIT_OK;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *r = json_array_get(list, i);
        printf("%-12s %-10s %3lld  %-20s %-16s %3lld  %s\n", remote_text(r, "sink"),
               remote_text(r, "status"),
               (long long)json_integer_value(json_object_get(r, "attempts")),
               remote_text(r, "window_start"), remote_text(r, "process"),
               (long long)json_integer_value(json_object_get(r, "revision")),
               remote_text(r, "error"));
    }
    json_decref(list);
    return EXIT_OK;
}

const struct command command_outbox = {
    .name = "outbox",
    .summary = "what waits for, or was delivered to, each sink",
    .usage = "-c FILE",
    .options = list_options,
    .run = run_outbox,
};
