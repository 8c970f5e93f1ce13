/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a pack, runs the checks one after another, writes their lines. */
#include "verify/verify_private.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX 512

const char *verify_check_name(enum verify_check check)
{
    static const char *const names[] = {[VERIFY_PACK] = "pack",
                                        [VERIFY_KEY] = "key",
                                        [VERIFY_CHECKPOINT] = "checkpoint",
                                        [VERIFY_SUMMARY] = "summary",
                                        [VERIFY_CHAIN] = "chain",
                                        [VERIFY_RECORD] = "record",
                                        [VERIFY_TREE] = "tree",
                                        [VERIFY_CONFIG] = "config",
                                        [VERIFY_INPUTS] = "inputs",
                                        [VERIFY_RECEIPT] = "receipt"};
    ASSERT(check < VERIFY_CHECKS);
    return names[check];
}

/* ---- lines ---- */

static bool is_left_out(const struct verify *v, enum verify_check check)
{
    return v->settings->left_out & 1U << check;
}

static void say(struct verify *v, enum verify_check check, enum verify_outcome outcome,
                const char *where, const char *text)
{
    struct verify_line line = {.check = verify_check_name(check),
                               .outcome = outcome,
                               .where = where,
                               .text = text};
    if (v->settings->line) {
        v->settings->line(v->settings->ctx, &line);
    }
}

void verify_fail(struct verify *v, enum verify_check check, const char *kind,
                 uint64_t number, const char *format, ...)
{
    char where[VERIFY_WHERE_MAX] = "";
    char text[TEXT_MAX];
    va_list args;
    if (is_left_out(v, check)) {
        return;
    }
    if (kind) {
        snprintf(where, sizeof where, "%s %llu", kind, (unsigned long long)number);
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    v->failed++;
    v->check_failed[check] = true;
    say(v, check, VERIFY_FAILED, where, text);
}

void verify_note(struct verify *v, enum verify_check check, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say(v, check, VERIFY_NOTED, "", text);
}

void verify_held(struct verify *v, enum verify_check check, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    if (v->check_failed[check] || is_left_out(v, check)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say(v, check, VERIFY_HELD, "", text);
}

/* ---- entries ---- */

struct verify_range verify_entries(const struct verify *v, enum pack_kind kind)
{
    size_t from = 0;
    while (from < v->pack.count && v->pack.entries[from].kind < kind) {
        from++;
    }
    size_t to = from;
    while (to < v->pack.count && v->pack.entries[to].kind == kind) {
        to++;
    }
    return (struct verify_range){.entries = v->pack.entries + from, .count = to - from};
}

static void check_manifest(struct verify *v)
{
    if (!v->pack.digest_holds) {
        verify_fail(v, VERIFY_PACK, NULL, 0,
                    "it was changed since it was made: its digest does not hold");
    }
    if (!pack_get_manifest(v->pack.entries[0].data, &v->manifest) ||
        verify_entries(v, PACK_MANIFEST).count != 1) {
        verify_fail(v, VERIFY_PACK, NULL, 0, "its manifest can't be read");
    }
}

/* What the manifest says of the summaries is what they say. */
static void check_period(struct verify *v)
{
    int64_t from_ns = INT64_MAX;
    int64_t to_ns = INT64_MIN;
    for (size_t i = 0; i < v->summary_count; i++) {
        const struct summary_view *view = &v->summaries[i].view;
        if (v->summaries[i].good) {
            from_ns = view->start_ns < from_ns ? view->start_ns : from_ns;
            to_ns = view->end_ns > to_ns ? view->end_ns : to_ns;
        }
    }
    if (from_ns != v->manifest.from_ns || to_ns != v->manifest.to_ns) {
        verify_fail(v, VERIFY_PACK, NULL, 0,
                    "its summaries do not cover the period that its manifest says");
    }
    if (v->leaf_count != v->manifest.records) {
        verify_fail(
            v, VERIFY_PACK, NULL, 0, "its tree has %llu records, its manifest says %llu",
            (unsigned long long)v->leaf_count, (unsigned long long)v->manifest.records);
    }
    verify_held(v, VERIFY_PACK, "gateway '%s', process '%s', %zu summaries, %s form",
                v->manifest.gateway, v->manifest.process, v->summary_count,
                v->manifest.whole ? "whole" : "proofs");
}

static void judge(struct verify *v)
{
    check_manifest(v);
    verify_keys(v);
    verify_summaries(v);
    verify_chain(v);
    verify_checkpoint(v);
    verify_tree(v);
    verify_inputs(v);
    verify_receipts(v);
    check_period(v);
}

enum err verify_pack(struct bytes file, const struct verify_settings *settings,
                     size_t *ret_failed, struct error *e)
{
    struct verify *v = mem_new(struct verify);
    v->settings = settings;
    enum err err = pack_read(file, &v->pack, e);
    if (err == ERR_OK) {
        judge(v);
        *ret_failed = v->failed;
    }
    pack_free(&v->pack);
    mem_free(&v->summaries);
    mem_free(&v->marks);
    mem_free(&v->leaves);
    mem_free(&v);
    return err;
}
