/* SPDX-License-Identifier: Apache-2.0 */
/* Folds a pack's records and compares. */
#include "cli/verify_replay.h"

#include "core/table.h"
#include "core/timetext.h"
#include "evidence/pack.h"
#include "refold.h"
#include "verify/message.h"

#include <sodium.h>
#include <stdio.h>

#define KEY_LEN 32
#define TEXT_MAX 512

struct replay {
    struct pack pack;
    struct pack_manifest manifest;
    bool everything;
    verify_line_fn *line;
    void *ctx;
    struct table given; /* "start revision process" -> the entry of its envelope */
    struct table made;  /* the same names, of those that came out */
    struct buf name;
    size_t failed, same;
};

static void say(struct replay *r, enum verify_outcome outcome, const char *where,
                const char *text)
{
    struct verify_line line = {
        .check = "replay", .outcome = outcome, .where = where, .text = text};
    r->failed += outcome == VERIFY_FAILED ? 1 : 0;
    r->line(r->ctx, &line);
}

static struct bytes name_of(struct replay *r, struct bytes process, int64_t start_ns,
                            uint64_t revision)
{
    buf_clear(&r->name);
    buf_print(&r->name, "%lld %llu ", (long long)start_ns, (unsigned long long)revision);
    buf_add(&r->name, process);
    return buf_bytes(&r->name);
}

/* ---- what the pack gives ---- */

static struct bytes software_of(struct replay *r)
{
    struct bytes software = {0};
    for (size_t i = 0; i < r->pack.count; i++) {
        const struct pack_entry *entry = &r->pack.entries[i];
        struct envelope_view envelope;
        struct summary_view view;
        if (entry->kind != PACK_SUMMARY || !envelope_read(entry->data, &envelope) ||
            !summary_read(envelope.payload, &view)) {
            continue;
        }
        software = view.software;
        table_put(&r->given, name_of(r, view.process, view.start_ns, view.revision),
                  &r->pack.entries[i]);
    }
    return software;
}

static size_t number_of(const struct replay *r, const struct pack_entry *entry)
{
    size_t at = (size_t)(entry - r->pack.entries);
    size_t number = 0;
    for (size_t i = 0; i <= at; i++) {
        number += r->pack.entries[i].kind == PACK_SUMMARY ? 1 : 0;
    }
    return number;
}

/* ---- what comes out ---- */

static void differ(struct replay *r, const struct aggregate_summary *summary,
                   const struct pack_entry *entry)
{
    char where[VERIFY_WHERE_MAX];
    char start[TIME_TEXT_MAX];
    char text[TEXT_MAX];
    time_print_iso(summary->from_ns, start);
    snprintf(where, sizeof where, "summary %zu", number_of(r, entry));
    snprintf(text, sizeof text,
             "the records give other bytes for process '%s', window %s, revision %u",
             summary->process->id, start, summary->revision);
    say(r, VERIFY_FAILED, where, text);
}

static void left_out(struct replay *r, const struct aggregate_summary *summary)
{
    char start[TIME_TEXT_MAX];
    char text[TEXT_MAX];
    bool asked = strcmp(r->manifest.process, "*") == 0 ||
                 strcmp(r->manifest.process, summary->process->id) == 0;
    bool inside = r->everything || (summary->from_ns >= r->manifest.from_ns &&
                                    summary->from_ns < r->manifest.to_ns);
    if (!asked || !inside) {
        return;
    }
    time_print_iso(summary->from_ns, start);
    snprintf(text, sizeof text,
             "left out: process '%s', window %s, revision %u, which the records give",
             summary->process->id, start, summary->revision);
    say(r, VERIFY_FAILED, "", text);
}

static enum err compare(void *ctx, const struct aggregate_summary *summary,
                        struct error *e)
{
    struct replay *r = ctx;
    struct envelope_view envelope;
    uint8_t key[KEY_LEN];
    (void)e;
    struct bytes name =
        name_of(r, bytes_of(summary->process->id), summary->from_ns, summary->revision);
    struct pack_entry *entry = table_find(&r->given, name);
    if (!entry || !envelope_read(entry->data, &envelope)) {
        left_out(r, summary);
        return ERR_OK;
    }
    table_put(&r->made, name, entry);
    crypto_hash_sha256(key, envelope.payload.data, envelope.payload.len);
    if (memcmp(key, summary->key, sizeof key) == 0) {
        r->same++;
    } else {
        differ(r, summary, entry);
    }
    return ERR_OK;
}

static bool read_record(const struct pack_entry *entry, struct record *ret_record)
{
    struct bytes body = bytes_slice(entry->data, 32, entry->data.len);
    struct cursor c = cursor_of(body);
    struct record record = {.body = body};
    record.type = (enum record_type)cursor_byte(&c);
    cursor_take(&c, 3);
    record.seq = cursor_u64(&c);
    record.wall_ns = (int64_t)cursor_u64(&c);
    record.boot_ns = (int64_t)cursor_u64(&c);
    record.payload = c.rest;
    *ret_record = record;
    return !c.failed;
}

static enum err fold_records(struct replay *r, const char *software, struct error *e)
{
    struct refold_settings settings = {
        .software = software, .summary = compare, .ctx = r};
    struct refold *refold = NULL;
    uint64_t before = 0;
    enum err err = refold_open(&settings, &refold, e);
    for (size_t i = 0; err == ERR_OK && i < r->pack.count; i++) {
        struct record record;
        if (r->pack.entries[i].kind != PACK_RECORD ||
            !read_record(&r->pack.entries[i], &record)) {
            continue;
        }
        if (record.seq <= before) {
            err = error_set(e, ERR_REJECT, "its records are out of order");
            break;
        }
        before = record.seq;
        err = refold_take(refold, &record, e);
    }
    refold_close(&refold);
    return err;
}

static void tell_not_made(struct replay *r)
{
    for (size_t i = 0; i < r->given.count; i++) {
        char where[VERIFY_WHERE_MAX];
        if (!table_find(&r->made, r->given.entries[i].key)) {
            snprintf(where, sizeof where, "summary %zu",
                     number_of(r, r->given.entries[i].value));
            say(r, VERIFY_FAILED, where, "the records do not give it");
        }
    }
}

static void judge(struct replay *r)
{
    struct error e;
    char software[256];
    char text[TEXT_MAX];
    snprintf(software, sizeof software, "%.*s", BYTES_ARG(software_of(r)));
    if (fold_records(r, software, &e) != ERR_OK) {
        snprintf(text, sizeof text, "the records can't be folded: %.400s", e.text);
        say(r, VERIFY_FAILED, "", text);
        return;
    }
    tell_not_made(r);
    if (r->failed == 0) {
        snprintf(text, sizeof text,
                 "%zu summaries made again with the same bytes, and no other", r->same);
        say(r, VERIFY_HELD, "", text);
    }
}

enum err verify_replay(struct bytes file, bool everything, verify_line_fn *line,
                       void *ctx, size_t *ret_failed, struct error *e)
{
    struct replay r = {.everything = everything, .line = line, .ctx = ctx};
    enum err err = pack_read(file, &r.pack, e);
    if (err != ERR_OK) {
        return err;
    }
    table_init(&r.given);
    table_init(&r.made);
    buf_init(&r.name, 4096);
    if (!pack_get_manifest(r.pack.entries[0].data, &r.manifest) || !r.manifest.whole) {
        say(&r, VERIFY_NOTED, "",
            "not made again: the pack does not hold every record (its form is proofs)");
    } else {
        judge(&r);
    }
    *ret_failed = r.failed;
    buf_deinit(&r.name);
    table_deinit(&r.given);
    table_deinit(&r.made);
    pack_free(&r.pack);
    return ERR_OK;
}
