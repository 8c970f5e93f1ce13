/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     days stated -> days that differ -> each in detail -> rows that wait again
 *
 * Only rows that are done are stated, so what is on its way makes no difference; what
 * was sent while a round runs may make one, which costs a day in detail.
 */
#include "sinks/reconcile.h"

#include "core/mem.h"
#include "evidence/dsse.h"
#include "evidence/manifest.h"
#include "manifest.pb-c.h"
#include "model/proto_arena.h"
#include "outbox/outbox.h"
#include "sinks/sink.h"

#define ARENA_SIZE ((size_t)16 * 1024 * 1024)

/* A round on its way. */
struct round {
    const struct reconcile_work *work;
    struct arena arena; /* of one post and its answer */
    struct manifest_day days[MANIFEST_DAYS_MAX];
    size_t day_count;
    Emgate__V1__ManifestEntry *entries; /* in the arena */
    size_t entry_count;
    struct reconcile_result result;
};

/* ---- what was sent ---- */

static void count_sent(void *ctx, const struct outbox_sent *sent)
{
    struct manifest_day *day = ctx;
    manifest_count(day, sent->key);
}

/* The days that have any, oldest first.  A day at a time: the outbox is held shortly. */
static enum err gather_days(struct round *r, struct error *e)
{
    const struct reconcile_work *w = r->work;
    int64_t last = manifest_day_of(w->now_ns);
    for (int64_t day = last - MANIFEST_DAYS_MAX + 1; day <= last; day++) {
        struct manifest_day *next = &r->days[r->day_count];
        *next = (struct manifest_day){.day = day};
        enum err err = outbox_each_sent(w->outbox, w->sink_id, manifest_day_ns(day),
                                        manifest_day_ns(day + 1), count_sent, next, e);
        if (err != ERR_OK) {
            return err;
        }
        r->result.stated += next->count;
        r->day_count += next->count > 0 ? 1 : 0;
    }
    return ERR_OK;
}

static void add_entry(void *ctx, const struct outbox_sent *sent)
{
    struct round *r = ctx;
    if (r->entry_count == MANIFEST_ENTRIES_MAX) {
        return; /* the rest of the day comes when these are there */
    }
    Emgate__V1__ManifestEntry *entry = &r->entries[r->entry_count++];
    emgate__v1__manifest_entry__init(entry);
    struct bytes process = arena_copy(&r->arena, bytes_of(sent->process));
    struct bytes key = arena_copy(&r->arena, (struct bytes){sent->key, OUTBOX_KEY_LEN});
    uint8_t *view = NULL; /* protobuf-c does not change it */
    memcpy(&entry->process, &process.data, sizeof entry->process);
    memcpy(&view, &key.data, sizeof view);
    entry->key = (ProtobufCBinaryData){key.len, view};
    entry->window_start_ns = sent->window_start_ns;
    entry->revision = sent->revision;
}

/* ---- one post ---- */

static enum err post(struct round *r, Emgate__V1__Manifest *manifest,
                     const Emgate__V1__ManifestAnswer **ret_answer, struct error *e)
{
    const struct reconcile_work *w = r->work;
    struct bytes answer = {0};
    char *gateway = NULL; /* protobuf-c does not change it */
    memcpy(&gateway, &w->call->gateway, sizeof gateway);
    manifest->gateway = gateway;
    manifest->made_ns = w->now_ns;
    size_t len = emgate__v1__manifest__get_packed_size(manifest);
    uint8_t *packed = arena_take(&r->arena, len + 1, 1);
    if (!packed) {
        return error_set(e, ERR_FULL, "a manifest of %zu bytes", len);
    }
    emgate__v1__manifest__pack(manifest, packed);
    struct bytes payload = {packed, len};
    struct bytes envelope =
        w->sign ? w->sign(w->sign_ctx, DSSE_MANIFEST, payload, &r->arena)
                : dsse_envelope(DSSE_MANIFEST, payload, NULL, 0, &r->arena);
    if (envelope.len == 0) {
        return error_set(e, ERR_FULL, "a manifest of %zu bytes", len);
    }
    enum err err = w->sink->manifest(w->state, envelope, w->call, &answer, e);
    if (err != ERR_OK) {
        return err;
    }
    ProtobufCAllocator allocator = proto_arena(&r->arena);
    *ret_answer =
        emgate__v1__manifest_answer__unpack(&allocator, answer.len, answer.data);
    return *ret_answer ? ERR_OK
                       : error_set(e, ERR_RETRY, "the answer to a manifest is none");
}

static enum err post_days(struct round *r, const Emgate__V1__ManifestAnswer **ret_answer,
                          struct error *e)
{
    Emgate__V1__Manifest manifest;
    emgate__v1__manifest__init(&manifest);
    manifest.days = arena_take(&r->arena, r->day_count + 1, sizeof(void *));
    Emgate__V1__ManifestDay *days = arena_take(&r->arena, r->day_count + 1, sizeof *days);
    if (!days) {
        return error_set(e, ERR_FULL, "no room for %zu days", r->day_count);
    }
    for (size_t i = 0; i < r->day_count; i++) {
        emgate__v1__manifest_day__init(&days[i]);
        days[i].day = r->days[i].day;
        days[i].count = r->days[i].count;
        days[i].digest = (ProtobufCBinaryData){MANIFEST_KEY_LEN, r->days[i].digest};
        manifest.days[i] = &days[i];
    }
    manifest.n_days = r->day_count;
    return post(r, &manifest, ret_answer, e);
}

static enum err send_again(struct round *r, const Emgate__V1__ManifestAnswer *answer,
                           struct error *e)
{
    const uint8_t **keys = arena_take(&r->arena, answer->n_lacks + 1, sizeof *keys);
    if (!keys) {
        return error_set(e, ERR_FULL, "no room for %zu keys", answer->n_lacks);
    }
    for (size_t i = 0; i < answer->n_lacks; i++) {
        if (answer->lacks[i].len != OUTBOX_KEY_LEN) {
            return error_set(e, ERR_RETRY, "the answer to a manifest names no key");
        }
        keys[i] = answer->lacks[i].data;
    }
    r->result.lacking += answer->n_lacks;
    r->result.unknown += answer->unknown;
    return answer->n_lacks > 0 ? outbox_send_again(r->work->outbox, r->work->sink_id,
                                                   keys, answer->n_lacks, e)
                               : ERR_OK;
}

static enum err post_detail(struct round *r, int64_t day, struct error *e)
{
    const struct reconcile_work *w = r->work;
    const Emgate__V1__ManifestAnswer *answer = NULL;
    Emgate__V1__Manifest manifest;
    emgate__v1__manifest__init(&manifest);
    arena_reset(&r->arena);
    r->entry_count = 0;
    r->entries = arena_take(&r->arena, MANIFEST_ENTRIES_MAX, sizeof *r->entries);
    manifest.entries = arena_take(&r->arena, MANIFEST_ENTRIES_MAX, sizeof(void *));
    if (!manifest.entries) {
        return error_set(e, ERR_FULL, "no room for a day's summaries");
    }
    enum err err = outbox_each_sent(w->outbox, w->sink_id, manifest_day_ns(day),
                                    manifest_day_ns(day + 1), add_entry, r, e);
    if (err == ERR_OK && r->arena.overflow) {
        err = error_set(e, ERR_FULL, "no room for a day's summaries");
    }
    for (size_t i = 0; i < r->entry_count; i++) {
        manifest.entries[i] = &r->entries[i];
    }
    manifest.n_entries = r->entry_count;
    manifest.detail_day = day;
    err = err == ERR_OK && r->entry_count > 0 ? post(r, &manifest, &answer, e) : err;
    return err == ERR_OK && answer ? send_again(r, answer, e) : err;
}

static enum err run(struct round *r, struct error *e)
{
    const Emgate__V1__ManifestAnswer *answer = NULL;
    int64_t differ[MANIFEST_DAYS_MAX];
    size_t count = 0;
    enum err err = gather_days(r, e);
    if (err != ERR_OK || r->day_count == 0) {
        return err;
    }
    err = post_days(r, &answer, e);
    size_t days = err == ERR_OK && answer ? answer->n_days : 0;
    for (size_t i = 0; i < days && i < MANIFEST_DAYS_MAX; i++) {
        differ[count++] = answer->days[i];
    }
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        err = post_detail(r, differ[i], e);
    }
    r->result.differing_days = count;
    return err;
}

enum err reconcile_round(const struct reconcile_work *work,
                         struct reconcile_result *ret_result, struct error *e)
{
    struct round *r = mem_new(struct round);
    r->work = work;
    arena_init(&r->arena, ARENA_SIZE);
    enum err err = run(r, e);
    if (err == ERR_OK) {
        *ret_result = r->result;
    }
    arena_deinit(&r->arena);
    mem_free(&r);
    return err;
}
