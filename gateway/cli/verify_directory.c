/* SPDX-License-Identifier: Apache-2.0 */
/* Looks into directories, read-only. */
#include "cli/verify_directory.h"

#include "cli/evidence.h"
#include "evidence/checkpoint.h"
#include "gateway.h"
#include "packing.h"

#include <stdio.h>
#include <unistd.h>

#define PATH_LEN_MAX 4096
#define TEXT_MAX 512

struct look {
    const struct verify_settings *settings;
    const char *journal;
};

static void say(const struct look *look, const char *check, enum verify_outcome outcome,
                const char *where, const char *text)
{
    struct verify_line line = {
        .check = check, .outcome = outcome, .where = where, .text = text};
    look->settings->line(look->settings->ctx, &line);
}

static void take_finding(void *ctx, const char *text)
{
    say(ctx, "journal", VERIFY_FAILED, "", text);
}

static enum err check_bytes(struct look *look, struct error *e)
{
    struct journal_report report;
    char text[TEXT_MAX];
    enum err err =
        journal_verify(look->journal, &disk_system, take_finding, look, &report, e);
    if (err == ERR_OK && report.segments == 0) {
        return error_set(e, ERR_REJECT, "there is no journal in it");
    }
    if (err == ERR_OK && report.damaged_groups == 0 && report.missing_records == 0) {
        snprintf(text, sizeof text,
                 "%llu records in %llu groups, every checksum, root and chain hash",
                 (unsigned long long)report.records, (unsigned long long)report.groups);
        say(look, "journal", VERIFY_HELD, "", text);
    }
    return err;
}

/* ---- the tree against notes ---- */

struct note {
    struct checkpoint checkpoint;
    bool met;
};

static size_t read_notes(struct look *look, struct note *notes)
{
    const struct verify_settings *s = look->settings;
    char where[VERIFY_WHERE_MAX];
    struct error e;
    size_t count = 0;
    for (size_t i = 0; i < s->note_count && i < VERIFY_NOTES_MAX; i++) {
        snprintf(where, sizeof where, "note %zu", i + 1);
        if (s->key_count == 0) {
            say(look, "note", VERIFY_FAILED, where, "its key must be given: --key");
        } else if (checkpoint_get(s->notes[i], &s->keys[0], &notes[count].checkpoint,
                                  &e) != ERR_OK) {
            say(look, "note", VERIFY_FAILED, where, e.text);
        } else {
            count++;
        }
    }
    return count;
}

static void compare(struct look *look, const struct merkle *tree, struct note *note)
{
    uint8_t root[MERKLE_HASH_LEN];
    char text[TEXT_MAX];
    note->met = true;
    merkle_root(tree, root);
    bool same = memcmp(root, note->checkpoint.root, sizeof root) == 0;
    snprintf(text, sizeof text, "records 1 to %llu %s the root that was signed",
             (unsigned long long)tree->count, same ? "give" : "do not give");
    say(look, "note", same ? VERIFY_HELD : VERIFY_FAILED, "", text);
}

static void compare_all(struct look *look, const struct merkle *tree, struct note *notes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (notes[i].checkpoint.size == tree->count) {
            compare(look, tree, &notes[i]);
        }
    }
}

struct walk {
    struct look *look;
    struct note *notes;
    size_t count;
    struct merkle *tree;
};

static enum err walk_record(void *ctx, const struct record *record, struct error *e)
{
    struct walk *walk = ctx;
    uint8_t leaf[MERKLE_HASH_LEN];
    (void)e;
    fold_log_record(walk->tree, record, leaf);
    compare_all(walk->look, walk->tree, walk->notes, walk->count);
    return ERR_OK;
}

static enum err walk(struct look *look, struct note *notes, size_t count,
                     struct merkle *tree, struct error *e)
{
    struct walk walk = {look, notes, count, tree};
    struct journal_reader *reader = NULL;
    enum err err =
        journal_reader_open_directory(look->journal, &disk_system, 0, &reader, e);
    if (err == ERR_OK) {
        err = journal_read_all(reader, walk_record, &walk, e);
    }
    journal_reader_close(&reader);
    return err;
}

static enum err check_notes(struct look *look, struct error *e)
{
    struct note notes[VERIFY_NOTES_MAX] = {0};
    struct merkle tree;
    char text[TEXT_MAX];
    merkle_init(&tree);
    size_t count = read_notes(look, notes);
    enum err err = count > 0 ? walk(look, notes, count, &tree, e) : ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        if (!notes[i].met) {
            snprintf(text, sizeof text, "it signs %llu records, the journal has %llu",
                     (unsigned long long)notes[i].checkpoint.size,
                     (unsigned long long)tree.count);
            say(look, "note", VERIFY_FAILED, "", text);
        }
    }
    return err;
}

/* ---- a state directory ---- */

static enum err make_pack(struct look *look, const char *path, const char *database,
                          struct buf *pack, struct error *e)
{
    char key_path[PATH_LEN_MAX];
    struct key_public key;
    struct outbox *outbox = NULL;
    struct packing_counts counts;
    const struct verify_settings *s = look->settings;
    snprintf(key_path, sizeof key_path, "%s/signing.key.pub", path);
    if (s->key_count > 0) {
        key = s->keys[0];
    } else if (!evidence_read_key(key_path, &key)) {
        return error_set(e, ERR_REJECT, "its public key is not there; give it by --key");
    }
    struct packing packing = {.journal_directory = look->journal,
                              .software = GATEWAY_SOFTWARE,
                              .from_ns = INT64_MIN,
                              .to_ns = INT64_MAX,
                              .whole = true,
                              .key = &key,
                              .registry_keys = s->registry_keys,
                              .registry_key_count = s->registry_key_count};
    enum err err = outbox_open_reader(database, &outbox, e);
    if (err == ERR_OK) {
        packing.outbox = outbox;
        err = packing_make(&packing, pack, &counts, e);
    }
    outbox_close(&outbox);
    return err;
}

enum err verify_directory(const char *path, const struct verify_settings *settings,
                          struct buf *pack, struct error *e)
{
    char journal[PATH_LEN_MAX];
    char database[PATH_LEN_MAX];
    snprintf(journal, sizeof journal, "%s/journal", path);
    snprintf(database, sizeof database, "%s/outbox.db", path);
    bool state = access(journal, F_OK) == 0;
    struct look look = {.settings = settings, .journal = state ? journal : path};
    enum err err = check_bytes(&look, e);
    if (err == ERR_OK && state && access(database, F_OK) == 0) {
        return make_pack(&look, path, database, pack, e); /* which is given the notes */
    }
    return err == ERR_OK ? check_notes(&look, e) : err;
}
