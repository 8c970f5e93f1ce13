/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate verify`: judges evidence offline.  A pack is judged as it is; of a gateway's
 * state directory a whole pack is made in memory and judged; of a journal alone its
 * bytes and its tree.
 */
#include "cli/verify_replay.h"

#include "cli/evidence.h"
#include "cli/verify_directory.h"
#include "cli/verify_single.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/number.h"
#include "evidence/pack.h"

#include <stdio.h>
#include <sys/stat.h>

#define NOTE_SIZE_MAX 65536

/* Which checks a word asks for; NULL-ended. */
static const struct part {
    const char *word;
    const char *checks[VERIFY_CHECKS + 2];
} parts[] = {
    {"journal", {"journal", "key", "checkpoint", "tree", "record", "note"}},
    {"chain", {"pack", "key", "summary", "chain"}},
    {"inclusion", {"pack", "key", "checkpoint", "record", "tree", "inputs", "inclusion"}},
    {"consistency", {"pack", "key", "checkpoint", "record", "tree", "note"}},
    {"summary", {"pack", "key", "summary", "config", "inputs", "tree", "replay"}},
    {"receipts", {"pack", "key", "summary", "receipt"}},
    {"pack", {NULL}}, /* all */
};

static const struct part *find_part(const char *word)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].word, word) == 0) {
            return &parts[i];
        }
    }
    return NULL;
}

static bool is_asked(const struct part *part, const char *check)
{
    if (!part || !part->checks[0]) {
        return true;
    }
    for (size_t i = 0; part->checks[i]; i++) {
        if (strcmp(part->checks[i], check) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the report ---- */

struct report {
    const struct part *part;
    bool json;
    struct buf out;
    struct json_writer writer;
    size_t failed;
    bool records_changed;
};

static void take_line(void *ctx, const struct verify_line *line)
{
    static const char *const words[] = {
        [VERIFY_HELD] = "ok", [VERIFY_FAILED] = "FAILED", [VERIFY_NOTED] = "note"};
    static const char *const keys[] = {
        [VERIFY_HELD] = "ok", [VERIFY_FAILED] = "failed", [VERIFY_NOTED] = "note"};
    struct report *r = ctx;
    bool failed = line->outcome == VERIFY_FAILED;
    r->records_changed =
        r->records_changed || (failed && strcmp(line->check, "record") == 0);
    if (!is_asked(r->part, line->check)) {
        return;
    }
    r->failed += failed ? 1 : 0;
    if (!r->json) {
        printf("%-6s  %-10s  %s%s%s\n", words[line->outcome], line->check, line->where,
               *line->where ? ": " : "", line->text);
        return;
    }
    json_open(&r->writer, '{');
    json_pair(&r->writer, "check", line->check);
    json_pair(&r->writer, "outcome", keys[line->outcome]);
    json_pair(&r->writer, "where", line->where);
    json_pair(&r->writer, "text", line->text);
    json_close(&r->writer, '}');
}

static void begin(struct report *r)
{
    buf_init(&r->out, PACK_SIZE_MAX);
    r->writer = json_writer_of(&r->out);
    json_open(&r->writer, '{');
    json_key(&r->writer, "checks");
    json_open(&r->writer, '[');
}

static int end(struct report *r, const char *path)
{
    json_close(&r->writer, ']');
    json_pair(&r->writer, "verdict", r->failed == 0 ? "ok" : "failed");
    json_pair(&r->writer, "file", path);
    json_close(&r->writer, '}');
    if (r->json) {
        printf("%.*s\n", BYTES_ARG(buf_bytes(&r->out)));
    } else {
        printf("%s: %s\n", path, r->failed == 0 ? "ok" : "FAILED");
    }
    buf_deinit(&r->out);
    return r->failed == 0 ? EXIT_OK : EXIT_CHECK_FAILED;
}

/* ---- judging ---- */

/* What the command line gives. */
struct question {
    struct report report;
    struct verify_settings settings;
    struct key_public keys[2]; /* gateway's, registry's */
    struct bytes notes[VERIFY_NOTES_MAX];
    uint64_t record; /* 0: none asked for */
    bool replay;
};

static void say(struct question *q, enum verify_outcome outcome, const char *check,
                uint64_t number, const char *text)
{
    char where[VERIFY_WHERE_MAX];
    snprintf(where, sizeof where, "record %llu", (unsigned long long)number);
    struct verify_line line = {
        .check = check, .outcome = outcome, .where = where, .text = text};
    take_line(&q->report, &line);
}

/* The record that was asked for is in the pack, whose checks say the rest. */
static enum err check_inclusion(struct question *q, struct bytes file, struct error *e)
{
    struct pack pack;
    bool given = false;
    enum err err = pack_read(file, &pack, e);
    if (err != ERR_OK) {
        return err;
    }
    for (size_t i = 0; i < pack.count; i++) {
        struct cursor c = cursor_of(bytes_slice(pack.entries[i].data, 36, 8));
        given =
            given || (pack.entries[i].kind == PACK_RECORD && cursor_u64(&c) == q->record);
    }
    pack_free(&pack);
    say(q, given ? VERIFY_HELD : VERIFY_FAILED, "inclusion", q->record,
        given ? "it is in the pack, under the signed checkpoint"
              : "the pack does not hold it");
    return ERR_OK;
}

static enum err judge(struct question *q, struct bytes file, bool everything,
                      struct error *e)
{
    size_t failed = 0;
    if (!pack_is_one(file)) {
        return verify_single(file, &q->settings, e);
    }
    enum err err = verify_pack(file, &q->settings, &failed, e);
    if (err == ERR_OK && q->record > 0) {
        err = check_inclusion(q, file, e);
    }
    if (err == ERR_OK && q->replay && q->report.records_changed) {
        struct verify_line line = {
            .check = "replay",
            .outcome = VERIFY_NOTED,
            .where = "",
            .text = "not made again: the records are not those that were signed"};
        take_line(&q->report, &line);
    } else if (err == ERR_OK && q->replay) {
        err = verify_replay(file, everything, take_line, &q->report, &failed, e);
    }
    return err;
}

static int not_read(const char *path, const struct error *e)
{
    fprintf(stderr, "emgate verify: '%s': %s\n", path, e->text);
    return e->code == ERR_REJECT ? EXIT_DATA : EXIT_IO;
}

static int judge_file(struct question *q, const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct error e;
    if (!cli_read_file(path, PACK_SIZE_MAX, &data, &len)) {
        return EXIT_IO;
    }
    begin(&q->report);
    enum err err = judge(q, (struct bytes){data, len}, false, &e);
    int code = err == ERR_OK ? end(&q->report, path) : not_read(path, &e);
    if (err != ERR_OK) {
        buf_deinit(&q->report.out);
    }
    mem_free(&data);
    return code;
}

static int judge_directory(struct question *q, const char *path)
{
    struct buf pack;
    struct error e;
    begin(&q->report);
    buf_init(&pack, PACK_SIZE_MAX);
    enum err err = verify_directory(path, &q->settings, &pack, &e);
    if (err == ERR_OK && pack.len > 0) {
        err = judge(q, buf_bytes(&pack), true, &e);
    }
    int code = err == ERR_OK ? end(&q->report, path) : not_read(path, &e);
    if (err != ERR_OK) {
        buf_deinit(&q->report.out);
    }
    buf_deinit(&pack);
    return code;
}

/* ---- the command line ---- */

static bool key_option(const struct command *command, const struct arguments *arguments,
                       const char *name, struct key_public *key, size_t *ret_count)
{
    const char *text = argument_value(command, arguments, name);
    if (text && !evidence_read_key(text, key)) {
        fprintf(stderr,
                "emgate verify: --%s '%s': want 64 hex digits or a file with them\n",
                name, text);
        return false;
    }
    *ret_count = text ? 1 : 0;
    return true;
}

static bool read_notes(struct question *q, const struct arguments *arguments,
                       size_t first)
{
    for (size_t i = first; i < arguments->word_count; i++) {
        uint8_t *data = NULL;
        size_t len = 0;
        if (!cli_read_file(arguments->words[i], NOTE_SIZE_MAX, &data, &len)) {
            return false;
        }
        q->notes[q->settings.note_count++] = (struct bytes){data, len};
    }
    return true;
}

static void let_go(struct question *q)
{
    for (size_t i = 0; i < q->settings.note_count; i++) {
        void *data = (void *)(uintptr_t)q->notes[i].data; /* ours */
        mem_free(&data);
    }
    mem_free(&q);
}

static int judge_path(struct question *q, const char *path)
{
    struct stat found;
    bool directory = stat(path, &found) == 0 && S_ISDIR(found.st_mode);
    return directory ? judge_directory(q, path) : judge_file(q, path);
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const struct part *part =
        arguments->word_count > 1 ? find_part(arguments->words[0]) : NULL;
    size_t at = part ? 1 : 0;
    const char *record = argument_value(command, arguments, "record");
    struct question *q = mem_new(struct question);
    q->report.part = part;
    q->report.json = argument_value(command, arguments, "json") != NULL;
    q->replay = is_asked(part, "replay");
    q->settings = (struct verify_settings){.keys = &q->keys[0],
                                           .registry_keys = &q->keys[1],
                                           .notes = q->notes,
                                           .line = take_line,
                                           .ctx = &q->report};
    int code = EXIT_USAGE;
    if (!key_option(command, arguments, "key", &q->keys[0], &q->settings.key_count) ||
        !key_option(command, arguments, "registry-key", &q->keys[1],
                    &q->settings.registry_key_count)) {
        code = EXIT_USAGE;
    } else if (record && !number_parse_u64(bytes_of(record), &q->record)) {
        fprintf(stderr, "emgate verify: --record '%s': want a number\n", record);
    } else if (!read_notes(q, arguments, at + 1)) {
        code = EXIT_IO;
    } else {
        code = judge_path(q, arguments->words[at]);
    }
    let_go(q);
    return code;
}

static const struct command_option options[] = {
    {"key", 'k', "KEY", "a public key of the gateway: 64 hex digits, or a file"},
    {"registry-key", 'r', "KEY", "the registry's public key, likewise"},
    {"record", 0, "SEQ", "with inclusion: the record that must be there"},
    {"replay", 0, NULL, "with summary: made again (always done where it can be)"},
    {"json", 0, NULL, "the report as JSON"},
    {0},
};

const struct command command_verify = {
    .name = "verify",
    .summary = "judges packs, journals and state directories, offline",
    .usage = "[WHAT] FILE or DIRECTORY [NOTE...]",
    .help =
        "One line a check: ok or FAILED, what, where.  WHAT leaves it at a part: "
        "journal,\n"
        "chain, inclusion, consistency, summary, receipts, pack.  Each NOTE is a file "
        "with\n"
        "a checkpoint known from elsewhere, which must be of the same tree.  Without "
        "--key\n"
        "a pack's own keys are believed; a checkpoint or a summary's envelope alone can "
        "be\n"
        "judged by --key only.  Exit 0: all hold.  1: something does not.  65: it is no\n"
        "evidence.  74: it can't be read.",
    .options = options,
    .words_min = 1,
    .words_max = 2 + VERIFY_NOTES_MAX / 2,
    .run = run,
};
