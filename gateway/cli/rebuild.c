/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate rebuild`: the database once more, from the journal alone. */
#include "rebuild.h"

#include "cli/command.h"
#include "core/json_writer.h"
#include "gateway.h"

#include <stdio.h>

#define JSON_MAX 65536

static int exit_code(enum err err)
{
    switch (err) {
    case ERR_RETRY:
        return EXIT_UNAVAILABLE;
    case ERR_CONFIG:
        return EXIT_BAD_CONFIG;
    case ERR_CORRUPT:
        return EXIT_DATA;
    case ERR_OK:
    case ERR_UNCERTAIN:
    case ERR_FULL:
    case ERR_REJECT:
    case ERR_SYSTEM:
        break;
    }
    return EXIT_IO;
}

static void print_json(const struct plan *plan, const struct rebuild_result *r)
{
    struct buf out;
    buf_init(&out, JSON_MAX);
    struct json_writer w = json_writer_of(&out);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {{"records", r->records},         {"summaries", r->summaries},
                   {"settled", r->settled},         {"waiting", r->waiting},
                   {"unsigned", r->unsigned_count}, {"dead_letters", r->dead_letters}};
    json_open(&w, '{');
    json_pair(&w, "database", plan->outbox.file);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_key(&w, numbers[i].key);
        json_u64(&w, numbers[i].value);
    }
    json_pair(&w, "kept", r->kept);
    json_close(&w, '}');
    printf("%.*s\n", BYTES_ARG(buf_bytes(&out)));
    buf_deinit(&out);
}

static void print_words(const struct plan *plan, const struct rebuild_result *r)
{
    printf("'%s' made again from %llu records: %llu summaries, %llu dead letters\n",
           plan->outbox.file, (unsigned long long)r->records,
           (unsigned long long)r->summaries, (unsigned long long)r->dead_letters);
    printf("%llu rows are settled by receipts in the journal, %llu wait and are sent "
           "again at the next start\n",
           (unsigned long long)r->settled, (unsigned long long)r->waiting);
    if (r->unsigned_count > 0) {
        printf("%llu summaries are not signed: the private key of their time is not "
               "there\n",
               (unsigned long long)r->unsigned_count);
    }
    if (r->kept[0]) {
        printf("the old file is kept as '%s'; remove it when all is well\n", r->kept);
    }
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct bundle bundle = {0};
    struct rebuild_result result;
    struct error e;
    if (!config) {
        fprintf(stderr, "emgate rebuild: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan) {
        enum err err = rebuild_run(plan, &result, &e);
        code = err == ERR_OK ? EXIT_OK : exit_code(err);
    }
    if (plan && code != EXIT_OK) {
        fprintf(stderr, "emgate rebuild: %s%s\n", e.text,
                code == EXIT_UNAVAILABLE ? "; stop it first" : "");
    } else if (plan && argument_value(command, arguments, "json")) {
        print_json(plan, &result);
    } else if (plan) {
        print_words(plan, &result);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its state is"},
    {"json", 0, NULL, "the result as JSON"},
    {0},
};

const struct command command_rebuild = {
    .name = "rebuild",
    .summary = "makes a lost or damaged database again, from the journal alone",
    .usage = "-c FILE",
    .help =
        "Every summary comes out with the same bytes.  What a receipt in the journal "
        "says "
        "is\ndelivered is not sent again; the rest is, which does no harm.  Sinks that "
        "give no\nreceipts (file, postgres, kafka) get everything again.  The old file "
        "is "
        "kept beside\nthe new one.  Needs a gateway that is stopped.  Exit codes: 65 the "
        "journal can't be\nfolded, 69 a gateway is running, 74 the disk, 78 the "
        "configuration.",
    .options = options,
    .run = run,
};
