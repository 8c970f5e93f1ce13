/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: those beside the journal must all hold; those in its records hold where one
 * of the registry's keys is named.
 */
#include "verify/verify_private.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/table.h"
#include "evidence/receipt.h"
#include "journal/journal.h"

/* How far the registry's clock may be behind the gateway's. */
#define CLOCKS_APART_NS NS_PER_MINUTE

struct receipts {
    struct verify *v;
    struct table summaries; /* key -> summary */
    struct table seen;      /* keys of receipts beside the journal */
    size_t count;
};

/* The registry's key that has signed it, or NULL. */
static const struct key_public *signer(struct verify *v, struct bytes bytes,
                                       const struct receipt_view *view)
{
    for (size_t i = 0; i < v->registry_key_count; i++) {
        if (bytes_are(view->key_id, v->registry_keys[i].id) &&
            receipt_bytes_hold(bytes, &v->registry_keys[i])) {
            v->registry_key_used[i] = true;
            return &v->registry_keys[i];
        }
    }
    return NULL;
}

static bool names_a_key(const struct verify *v, const struct receipt_view *view)
{
    for (size_t i = 0; i < v->registry_key_count; i++) {
        if (bytes_are(view->key_id, v->registry_keys[i].id)) {
            return true;
        }
    }
    return false;
}

/* A window can't have reached the registry before it was over. */
static void check_time(struct receipts *r, const struct verify_summary *s,
                       const struct receipt_view *view, const char *kind, uint64_t number)
{
    if (view->stored_ns < s->view.end_ns - CLOCKS_APART_NS) {
        verify_fail(r->v, VERIFY_RECEIPT, kind, number,
                    "the registry had summary %zu before its window was over by the "
                    "gateway's clock",
                    s->number);
    }
}

static void take_beside(struct receipts *r, struct bytes bytes, size_t number)
{
    struct receipt_view view;
    if (!receipt_read(bytes, &view) || !signer(r->v, bytes, &view)) {
        verify_fail(r->v, VERIFY_RECEIPT, "receipt", number,
                    "not signed by a key of the registry");
        return;
    }
    struct verify_summary *s = table_find(&r->summaries, view.key);
    if (!s || view.verdict != 0 || table_put(&r->seen, view.key, s)) {
        verify_fail(r->v, VERIFY_RECEIPT, "receipt", number,
                    "it does not say that a summary of this pack was stored");
        return;
    }
    r->count++;
    check_time(r, s, &view, "receipt", number);
}

static void take_record(struct receipts *r, const struct pack_entry *entry)
{
    struct receipt_view view;
    struct bytes body = verify_body(entry);
    struct bytes payload = bytes_slice(body, PACK_RECORD_HEAD, body.len);
    struct cursor c = cursor_of(bytes_slice(body, 4, 8));
    uint64_t seq = cursor_u64(&c);
    if (!receipt_read(payload, &view) || !names_a_key(r->v, &view)) {
        return;
    }
    if (!signer(r->v, payload, &view)) {
        verify_fail(r->v, VERIFY_RECEIPT, "record", seq,
                    "a receipt that the registry's key has not signed");
        return;
    }
    const struct verify_summary *s = table_find(&r->summaries, view.key);
    if (s && view.verdict == 0) {
        r->count++;
        check_time(r, s, &view, "record", seq);
    }
}

static void take_all(struct receipts *r)
{
    struct verify *v = r->v;
    struct verify_range beside = verify_entries(v, PACK_RECEIPT);
    for (size_t i = 0; i < v->pack.count; i++) {
        const struct pack_entry *entry = &v->pack.entries[i];
        if (entry->kind == PACK_RECORD && entry->data.data[32] == RECORD_RECEIPT) {
            take_record(r, entry);
        }
    }
    for (size_t i = 0; i < beside.count; i++) {
        take_beside(r, beside.entries[i].data, i + 1);
    }
    for (size_t i = 0; i < v->registry_key_count; i++) {
        bool listed = i < v->registry_listed;
        if (!listed && v->registry_key_used[i]) {
            verify_fail(
                v, VERIFY_RECEIPT, NULL, 0,
                "the registry's key %s has signed receipts and is not in the pack",
                v->registry_keys[i].id);
        }
        if (listed && !v->registry_key_used[i]) {
            verify_fail(v, VERIFY_RECEIPT, "registry key", i + 1,
                        "it has signed nothing here");
        }
    }
}

void verify_receipts(struct verify *v)
{
    struct receipts r = {.v = v};
    table_init(&r.summaries);
    table_init(&r.seen);
    for (size_t i = 0; i < v->summary_count; i++) {
        struct verify_summary *s = &v->summaries[i];
        if (s->good) {
            table_put(&r.summaries, (struct bytes){s->key, sizeof s->key}, s);
        }
    }
    take_all(&r);
    verify_held(v, VERIFY_RECEIPT, "%zu signed by the registry, for %zu summaries",
                r.count, v->summary_count);
    table_deinit(&r.summaries);
    table_deinit(&r.seen);
}
