/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate replay`: folds the journal again from its first record and compares every
 * summary with the stored one, byte for byte (by SHA-256 of the bytes).
 *
 * Slices go to a database in memory, so the gateway's own state is not touched; it may
 * be running.  Summaries that were made after the journal was read are left out.
 */
#include "cli/remote.h"

#include "core/mem.h"
#include "core/table.h"
#include "core/timetext.h"
#include "refold.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRESS_RECORDS 20000
#define KEY_HEX (2 * OUTBOX_KEY_LEN)

struct replay {
    struct refold *refold;
    struct table stored; /* "process start revision" -> the key's hex text */
    int64_t from_ns, to_ns;
    size_t same, different, missing;
};

/* ---- comparing ---- */

static struct bytes name_of(char text[256], const char *process, int64_t start_ns,
                            uint64_t revision)
{
    snprintf(text, 256, "%s %lld %llu", process, (long long)start_ns,
             (unsigned long long)revision);
    return bytes_of(text);
}

static void say(const char *what, const struct aggregate_summary *summary)
{
    char start[TIME_TEXT_MAX];
    time_print_iso(summary->from_ns, start);
    printf("%s: process %s, window %s, revision %u\n", what, summary->process->id, start,
           summary->revision);
}

static enum err compare(void *ctx, const struct aggregate_summary *summary,
                        struct error *e)
{
    struct replay *r = ctx;
    char name[256];
    char hex[KEY_HEX + 1];
    (void)e;
    if (summary->from_ns < r->from_ns || summary->from_ns >= r->to_ns) {
        return ERR_OK;
    }
    for (size_t i = 0; i < OUTBOX_KEY_LEN; i++) {
        snprintf(hex + 2 * i, 3, "%02x", summary->key[i]);
    }
    const char *stored =
        table_find(&r->stored, name_of(name, summary->process->id, summary->from_ns,
                                       summary->revision));
    if (!stored) {
        r->missing++;
    } else if (strcmp(stored, hex) == 0) {
        r->same++;
    } else {
        r->different++;
        say("DIFFERENT", summary);
    }
    return ERR_OK;
}

/* ---- folding ---- */

static enum err fold_all(struct replay *r, struct journal_reader *reader, struct error *e)
{
    enum err err = ERR_OK;
    for (uint64_t n = 1; err == ERR_OK; n++) {
        struct record record;
        bool found = false;
        err = journal_read_next(reader, 0, &record, &found, e);
        if (err == ERR_CORRUPT) {
            fprintf(stderr, "emgate replay: %s; going on behind it\n", e->text);
            err = ERR_OK;
            continue;
        }
        if (err != ERR_OK || !found) {
            return err;
        }
        err = refold_take(r->refold, &record, e);
        if (n % PROGRESS_RECORDS == 0 && isatty(STDERR_FILENO)) {
            fprintf(stderr, "\rrecord %llu", (unsigned long long)record.seq);
        }
    }
    return err;
}

/* ---- the stored ones ---- */

static enum err local_summaries(struct outbox *outbox, void *ctx,
                                struct json_writer *writer, struct error *e)
{
    struct outbox_filter filter = {0};
    (void)ctx;
    return api_put_summaries(outbox, &filter, writer, e);
}

static void remember(struct replay *r, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *s = json_object_get(item, "summary");
        char name[256];
        int64_t start = json_integer_value(json_object_get(s, "window_start_ns"));
        json_int_t revision = json_integer_value(json_object_get(s, "revision"));
        if (start < r->from_ns || start >= r->to_ns) {
            continue;
        }
        table_put(&r->stored,
                  name_of(name, remote_text(s, "process"), start, (uint64_t)revision),
                  mem_text(bytes_of(remote_text(item, "key"))));
    }
}

static int report(const struct replay *r)
{
    size_t gone = r->stored.count - r->same - r->different;
    printf("%zu stored summaries: %zu made again identical, %zu different, %zu not made "
           "again; %zu made that are not stored yet\n",
           r->stored.count, r->same, r->different, gone, r->missing);
    return r->different > 0 || gone > 0 ? EXIT_CHECK_FAILED : EXIT_OK;
}

static int replay_journal(struct replay *r, const char *directory)
{
    struct journal_reader *reader = NULL;
    struct error e;
    struct refold_settings settings = {
        .software = GATEWAY_SOFTWARE, .summary = compare, .ctx = r};
    enum err err = refold_open(&settings, &r->refold, &e);
    if (err == ERR_OK) {
        err = journal_reader_open_directory(directory, &disk_system, 0, &reader, &e);
    }
    if (err == ERR_OK) {
        err = fold_all(r, reader, &e);
    }
    journal_reader_close(&reader);
    refold_close(&r->refold);
    if (err != ERR_OK) {
        fprintf(stderr, "emgate replay: %s\n", e.text);
        return err == ERR_CONFIG ? EXIT_BAD_CONFIG : EXIT_IO;
    }
    return report(r);
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct replay r = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    const char *config = argument_value(command, arguments, "config");
    int code = EXIT_USAGE;
    if (!cli_time_option(command, arguments, "from", &r.from_ns) ||
        !cli_time_option(command, arguments, "to", &r.to_ns)) {
        return code;
    }
    table_init(&r.stored);
    json_t *list =
        remote_get(config, "/v1/summaries?all=1&limit=0", local_summaries, NULL, &code);
    if (!list) {
        return code;
    }
    remember(&r, list);
    json_decref(list);
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    code = plan ? replay_journal(&r, plan->journal.directory) : EXIT_BAD_CONFIG;
    plan_free(&plan);
    bundle_deinit(&bundle);
    for (size_t i = 0; i < r.stored.count; i++) {
        mem_free(&r.stored.entries[i].value);
    }
    table_deinit(&r.stored);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its state is"},
    {"from", 0, "TIME", "compare windows from this start on"},
    {"to", 0, "TIME", "compare windows that start before this"},
    {0},
};

const struct command command_replay = {
    .name = "replay",
    .summary = "makes every summary again from the journal and compares",
    .usage = "-c FILE [--from TIME] [--to TIME]",
    .help = "Exit 0: every stored summary was made again with the same bytes.  Exit 1: "
            "at least one was not.",
    .options = options,
    .run = run,
};
