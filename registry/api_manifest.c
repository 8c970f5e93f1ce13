/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/manifests: a gateway states what it has sent, the registry answers what it
 * lacks (proto/manifest.proto).  What came of the last one is kept as a record of the
 * gateway and shown with it.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "envelope.pb-c.h"
#include "evidence/dsse.h"
#include "evidence/manifest.h"
#include "manifest.pb-c.h"
#include "model/proto_arena.h"
#include "registry/admit.h"
#include "registry/manifest.h"

#define ARENA_FACTOR 8 /* what is unpacked is a few times its bytes */
#define ARENA_BASE ((size_t)64 * 1024)

/* One manifest on its way through. */
struct statement {
    struct arena arena;
    struct sender sender;
    const Emgate__V1__Envelope *envelope;
    const Emgate__V1__Manifest *manifest;
    struct manifest_day days[MANIFEST_DAYS_MAX]; /* as they are here */
    struct table here;                           /* keys of the day in detail */
    Emgate__V1__ManifestAnswer answer;
    int64_t differ[MANIFEST_DAYS_MAX];
    struct manifest_record record;
};

/* ---- reading ---- */

static bool is_possible(const Emgate__V1__Manifest *m)
{
    for (size_t i = 0; i < m->n_days; i++) {
        if (m->days[i]->digest.len != MANIFEST_KEY_LEN ||
            (i > 0 && m->days[i]->day <= m->days[i - 1]->day)) {
            return false;
        }
    }
    for (size_t i = 0; i < m->n_entries; i++) {
        if (m->entries[i]->key.len != MANIFEST_KEY_LEN) {
            return false;
        }
    }
    return m->n_days <= MANIFEST_DAYS_MAX && m->n_entries <= MANIFEST_ENTRIES_MAX;
}

static bool read_body(struct bytes body, struct statement *s)
{
    ProtobufCAllocator allocator = proto_arena(&s->arena);
    s->envelope = emgate__v1__envelope__unpack(&allocator, body.len, body.data);
    if (!s->envelope || strcmp(s->envelope->payload_type, DSSE_MANIFEST) != 0) {
        return false;
    }
    s->manifest = emgate__v1__manifest__unpack(&allocator, s->envelope->payload.len,
                                               s->envelope->payload.data);
    return s->manifest && is_possible(s->manifest);
}

/* Whether a key that the gateway may sign with now has signed it. */
static bool is_signed(const struct statement *s)
{
    struct bytes payload = {s->envelope->payload.data, s->envelope->payload.len};
    const struct known_keys *keys = &s->sender.keys;
    for (size_t i = 0; i < keys->count; i++) {
        for (size_t j = 0; j < s->envelope->n_signatures; j++) {
            const ProtobufCBinaryData *signature = &s->envelope->signatures[j]->signature;
            if (s->sender.now_ns < keys->keys[i].revoked_ns &&
                dsse_verify(&keys->keys[i].key, DSSE_MANIFEST, payload,
                            (struct bytes){signature->data, signature->len})) {
                return true;
            }
        }
    }
    return keys->count == 0; /* enrolled without a key */
}

/* ---- comparing ---- */

static void count_here(void *ctx, int64_t start_ns, const uint8_t key[KEY_LEN])
{
    struct statement *s = ctx;
    int64_t day = manifest_day_of(start_ns);
    for (size_t i = 0; i < s->manifest->n_days; i++) {
        if (s->days[i].day == day) {
            manifest_count(&s->days[i], key);
            return;
        }
    }
}

/* Which of the days that are stated differ here. */
static enum err compare_days(struct statement *s, const struct store_driver *driver,
                             struct store *store, struct error *e)
{
    const Emgate__V1__Manifest *m = s->manifest;
    for (size_t i = 0; i < m->n_days; i++) {
        s->days[i] = (struct manifest_day){.day = m->days[i]->day};
    }
    struct key_query query = {.gateway = s->sender.gateway->id,
                              .from_ns = manifest_day_ns(m->days[0]->day),
                              .to_ns = manifest_day_ns(m->days[m->n_days - 1]->day + 1)};
    enum err err = driver->each_key(store, &query, count_here, s, e);
    for (size_t i = 0; err == ERR_OK && i < m->n_days; i++) {
        struct manifest_day stated = {.day = m->days[i]->day, .count = m->days[i]->count};
        memcpy(stated.digest, m->days[i]->digest.data, MANIFEST_KEY_LEN);
        s->record.stated += stated.count;
        if (!manifest_same(&stated, &s->days[i]) && stated.count > 0) {
            s->differ[s->answer.n_days++] = stated.day;
        }
    }
    s->answer.days = s->differ;
    s->record.differing_days = s->answer.n_days;
    return err;
}

static void note_here(void *ctx, int64_t start_ns, const uint8_t key[KEY_LEN])
{
    (void)start_ns;
    struct statement *s = ctx;
    table_put(&s->here, (struct bytes){key, KEY_LEN}, s);
}

/* Which of the summaries that are stated are not here. */
static enum err compare_entries(struct statement *s, const struct store_driver *driver,
                                struct store *store, struct error *e)
{
    const Emgate__V1__Manifest *m = s->manifest;
    struct key_query query = {.gateway = s->sender.gateway->id,
                              .from_ns = manifest_day_ns(m->detail_day),
                              .to_ns = manifest_day_ns(m->detail_day + 1)};
    ProtobufCBinaryData *lacks = arena_take(&s->arena, m->n_entries, sizeof *lacks);
    if (!lacks) {
        return error_set(e, ERR_FULL, "no room for the answer");
    }
    enum err err = driver->each_key(store, &query, note_here, s, e);
    size_t known = 0;
    for (size_t i = 0; err == ERR_OK && i < m->n_entries; i++) {
        struct bytes key = {m->entries[i]->key.data, KEY_LEN};
        if (table_find(&s->here, key)) {
            known++;
        } else {
            lacks[s->answer.n_lacks++] = m->entries[i]->key;
        }
    }
    s->answer.lacks = lacks;
    s->answer.unknown = s->here.count > known ? s->here.count - known : 0;
    s->record.lacking += s->answer.n_lacks;
    s->record.unknown += s->answer.unknown;
    return err;
}

static void take_record(void *ctx, const struct stored_record *record)
{
    manifest_record_read(record->value, ctx);
}

static enum err state(void *ctx, const struct store_driver *driver, struct store *store,
                      struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct statement *s = ctx;
    const char *gateway = s->sender.gateway->id;
    enum err err = ERR_OK;
    s->record = (struct manifest_record){0};
    s->answer.n_days = 0;
    s->answer.n_lacks = 0;
    if (s->manifest->n_days > 0) {
        err = compare_days(s, driver, store, e);
    } else {
        err = driver->each_record(store, MANIFEST_KIND, gateway, take_record, &s->record,
                                  e);
    }
    if (err == ERR_OK && s->manifest->n_entries > 0) {
        err = compare_entries(s, driver, store, e);
    }
    if (err != ERR_OK) {
        return err;
    }
    char text[MANIFEST_RECORD_MAX];
    s->record.received_ns = s->sender.now_ns;
    struct stored_record record = {.kind = MANIFEST_KIND,
                                   .id = gateway,
                                   .value = manifest_record_print(&s->record, text),
                                   .stored_ns = s->sender.now_ns};
    return driver->put_record(store, &record, e);
}

/* ---- the answer ---- */

static void put_answer(struct statement *s, struct answer *answer)
{
    size_t len = emgate__v1__manifest_answer__get_packed_size(&s->answer);
    uint8_t *packed = mem_array(len + 1, 1);
    emgate__v1__manifest_answer__pack(&s->answer, packed);
    buf_add(&answer->body, (struct bytes){packed, len});
    mem_free(&packed);
    answer->status = 200;
    answer->type = "application/x-protobuf";
}

static void answer_statement(const struct service *service,
                             const struct question *question, struct statement *s,
                             struct answer *answer)
{
    struct error e = {0};
    if (!read_body(question->body, s)) {
        answer_problem(answer, 400, "the body is no manifest");
        return;
    }
    if (!admit(service, question, s->manifest->gateway, &s->sender, answer)) {
        return;
    }
    if (!is_signed(s)) {
        answer_refusal(answer, 403, "signature",
                       "no key of gateway '%.128s' has signed it", s->sender.gateway->id);
        return;
    }
    if (intake_change(service->intake, state, s, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    put_answer(s, answer);
}

void api_manifest(const struct service *service, const struct question *question,
                  struct answer *answer)
{
    struct statement *s = mem_new(struct statement);
    arena_init(&s->arena, ARENA_BASE + ARENA_FACTOR * question->body.len);
    table_init(&s->here);
    emgate__v1__manifest_answer__init(&s->answer);
    answer_statement(service, question, s, answer);
    table_deinit(&s->here);
    arena_deinit(&s->arena);
    mem_free(&s);
}
