/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence packs.  A gateway posts what `emgate pack` made; it is verified as by `emgate
 * verify`, with the keys that the gateway is enrolled with and the checkpoints it has
 * stated here, and kept only when nothing fails.  Whoever may read signed bytes gets it
 * back as it came.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "envelope.pb-c.h"
#include "evidence/pack.h"
#include "model/proto_arena.h"
#include "registry/access.h"
#include "registry/admit.h"
#include "registry/api_put.h"
#include "registry/packs.h"
#include "verify/verify.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#define PACKS_OF_GATEWAY_MAX 200
#define PACKS_SHOWN 1000
#define LINES_MAX 60
#define NOTES_ASKED 16
#define ARENA_SIZE ((size_t)2 * 1024 * 1024)

/* ---- checking ---- */

struct check {
    struct json_writer writer; /* the lines */
    size_t lines;
    char first_wrong[256];
    struct arena arena;
    struct bytes notes[NOTES_ASKED];
    size_t note_count;
    uint64_t tree_size; /* of the pack: notes beyond it say nothing of it */
    struct gateway_query query;
    const struct pack *pack;
    uint64_t summaries, stored;
};

static void take_line(void *ctx, const struct verify_line *line)
{
    static const char *const outcomes[] = {
        [VERIFY_HELD] = "held", [VERIFY_FAILED] = "failed", [VERIFY_NOTED] = "noted"};
    struct check *check = ctx;
    if (line->outcome == VERIFY_FAILED && !check->first_wrong[0]) {
        snprintf(check->first_wrong, sizeof check->first_wrong, "%s %s: %.180s",
                 line->check, line->where, line->text);
    }
    if (check->lines++ >= LINES_MAX) {
        return;
    }
    struct json_writer *w = &check->writer;
    json_open(w, '{');
    json_pair(w, "check", line->check);
    json_pair(w, "outcome", outcomes[line->outcome]);
    json_pair(w, "where", line->where);
    json_pair(w, "text", line->text);
    json_close(w, '}');
}

static void take_note(void *ctx, const struct stored_checkpoint *checkpoint)
{
    struct check *check = ctx;
    if (checkpoint->size <= check->tree_size && check->note_count < NOTES_ASKED) {
        check->notes[check->note_count++] = arena_copy(&check->arena, checkpoint->note);
    }
}

/* Whether the summary of an envelope is stored here. */
static enum err count_summary(struct check *check, struct bytes envelope,
                              const struct store_driver *driver, struct store *store,
                              struct error *e)
{
    struct arena arena;
    uint8_t key[KEY_LEN];
    bool found = false;
    int64_t stored_ns = 0;
    arena_init(&arena, ARENA_SIZE);
    ProtobufCAllocator allocator = proto_arena(&arena);
    const Emgate__V1__Envelope *read =
        emgate__v1__envelope__unpack(&allocator, envelope.len, envelope.data);
    enum err err = ERR_OK;
    if (read) {
        crypto_hash_sha256(key, read->payload.data, read->payload.len);
        err = driver->find_key(store, key, &found, &stored_ns, e);
    }
    check->summaries++;
    check->stored += found;
    arena_deinit(&arena);
    return err;
}

static enum err ask_store(void *ctx, const struct store_driver *driver,
                          struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct check *check = ctx;
    enum err err = driver->each_checkpoint(store, &check->query, take_note, check, e);
    for (size_t i = 0; err == ERR_OK && i < check->pack->count; i++) {
        if (check->pack->entries[i].kind == PACK_SUMMARY) {
            err = count_summary(check, check->pack->entries[i].data, driver, store, e);
        }
    }
    return err;
}

static size_t keys_of(const struct sender *sender, struct key_public ret_keys[])
{
    size_t count = 0;
    for (size_t i = 0; i < sender->keys.count && count < VERIFY_KEYS_MAX; i++) {
        ret_keys[count++] = sender->keys.keys[i].key;
    }
    return count;
}

/* ---- keeping ---- */

struct counting {
    const char *gateway, *key;
    size_t count;
    bool there;
};

static void count_pack(void *ctx, struct bytes about)
{
    struct counting *counting = ctx;
    json_t *root = json_loadb((const char *)about.data, about.len, 0, NULL);
    const char *gateway = json_string_value(json_object_get(root, "gateway"));
    const char *key = json_string_value(json_object_get(root, "key"));
    counting->count += gateway && strcmp(gateway, counting->gateway) == 0;
    counting->there = counting->there || (key && strcmp(key, counting->key) == 0);
    json_decref(root);
}

static void put_about(const struct check *check, const struct pack_manifest *manifest,
                      const struct sender *sender, const char *key, size_t size,
                      struct json_writer *w)
{
    json_open(w, '{');
    json_pair(w, "key", key);
    json_pair(w, "gateway", manifest->gateway);
    json_pair(w, "operator", sender->gateway->operator_id);
    json_pair(w, "process",
              strcmp(manifest->process, "*") == 0 ? NULL : manifest->process);
    put_time(w, "from", "from_ns", manifest->from_ns);
    put_time(w, "to", "to_ns", manifest->to_ns);
    json_key(w, "records");
    json_u64(w, manifest->records);
    json_pair(w, "form", manifest->whole ? "whole" : "proofs");
    json_key(w, "size");
    json_u64(w, size);
    put_time(w, "stored", "stored_ns", sender->now_ns);
    json_key(w, "key_enrolled");
    json_bool(w, sender->keys.count > 0);
    json_key(w, "checkpoints");
    json_u64(w, check->note_count);
    json_key(w, "summaries");
    json_u64(w, check->summaries);
    json_key(w, "summaries_stored");
    json_u64(w, check->stored);
    json_key(w, "checks");
    json_open(w, '[');
    buf_add(w->out, buf_bytes(check->writer.out));
    w->comma = true;
    json_close(w, ']');
    json_close(w, '}');
}

static void keep(const struct service *service, const struct sender *sender,
                 const struct check *check, struct bytes file, struct answer *answer)
{
    struct pack_manifest manifest = {0};
    uint8_t key[PACKS_KEY_LEN];
    char hex[2 * PACKS_KEY_LEN + 1];
    struct error e;
    (void)pack_get_manifest(check->pack->entries[0].data, &manifest); /* it was checked */
    if (strcmp(manifest.gateway, sender->gateway->id) != 0) {
        answer_refusal(answer, 422, "gateway", "the pack is of gateway '%.128s'",
                       manifest.gateway);
        return;
    }
    crypto_hash_sha256(key, file.data, file.len);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    struct counting counting = {.gateway = manifest.gateway, .key = hex};
    enum err err = packs_each(service->packs, count_pack, &counting, &e);
    if (err == ERR_OK && !counting.there && counting.count >= PACKS_OF_GATEWAY_MAX) {
        answer_refusal(answer, 409, "full",
                       "%d packs of this gateway are kept; let the registry's keeper "
                       "take some out",
                       PACKS_OF_GATEWAY_MAX);
        return;
    }
    struct json_writer w = json_writer_of(&answer->body);
    put_about(check, &manifest, sender, hex, file.len, &w);
    if (err == ERR_OK) {
        err = packs_put(service->packs, key, file, buf_bytes(&answer->body), &e);
    }
    if (err != ERR_OK) {
        buf_clear(&answer->body);
        answer_error(answer, &e);
        return;
    }
    answer->status = 200;
    answer->type = "application/json";
}

/* Verifies it and asks the store what it knows of it; false after a problem. */
static bool judge(const struct service *service, const struct sender *sender,
                  struct check *check, struct bytes file, struct answer *answer)
{
    struct key_public keys[VERIFY_KEYS_MAX];
    struct error e;
    size_t failed = 0;
    enum err err = intake_ask(service->intake, ask_store, check, &e);
    if (err != ERR_OK) {
        answer_error(answer, &e);
        return false;
    }
    struct verify_settings settings = {.keys = keys,
                                       .key_count = keys_of(sender, keys),
                                       .notes = check->notes,
                                       .note_count = check->note_count,
                                       .line = take_line,
                                       .ctx = check};
    err = verify_pack(file, &settings, &failed, &e);
    if (err != ERR_OK || failed > 0) {
        answer_refusal(answer, 422, "pack", "%s",
                       err != ERR_OK ? e.text : check->first_wrong);
        return false;
    }
    return true;
}

static void take_pack(const struct service *service, const struct sender *sender,
                      struct bytes file, struct answer *answer)
{
    struct pack pack = {0};
    struct pack_manifest manifest = {0};
    struct error e;
    if (file.len > PACKS_SIZE_MAX) {
        answer_problem(answer, 413, "a pack has at most %zu bytes", PACKS_SIZE_MAX);
        return;
    }
    if (pack_read(file, &pack, &e) != ERR_OK) {
        answer_refusal(answer, 422, "pack", "%s", e.text);
        return;
    }
    struct buf lines;
    buf_init(&lines, PACKS_ABOUT_MAX / 2);
    struct check check = {
        .writer = json_writer_of(&lines),
        .pack = &pack,
        .query = {.gateway = sender->gateway->id, .limit = NOTES_ASKED}};
    arena_init(&check.arena, ARENA_SIZE);
    if (pack.count > 0 && pack_get_manifest(pack.entries[0].data, &manifest)) {
        check.tree_size = manifest.records;
    }
    if (judge(service, sender, &check, file, answer)) {
        keep(service, sender, &check, file, answer);
    }
    arena_deinit(&check.arena);
    buf_deinit(&lines);
    pack_free(&pack);
}

static bool has_folder(const struct service *service, struct answer *answer)
{
    if (!service->packs) {
        answer_problem(answer, 404, "no folder for packs is configured: 'packs'");
        return false;
    }
    return true;
}

/* POST: the bytes of a pack, ?gateway= says whose. */
void api_pack_post(const struct service *service, const struct question *question,
                   struct answer *answer)
{
    struct sender sender = {0};
    const char *gateway = question->parameter(question->ctx, "gateway");
    if (!gateway) {
        answer_problem(answer, 400, "want ?gateway=");
    } else if (has_folder(service, answer) &&
               admit(service, question, gateway, &sender, answer)) {
        take_pack(service, &sender, question->body, answer);
    }
}

/* ---- reading ---- */

struct shown {
    const char *gateway, *operator_id; /* or NULL */
    json_t *items;
};

static void show_pack(void *ctx, struct bytes about)
{
    struct shown *shown = ctx;
    json_t *root = json_loadb((const char *)about.data, about.len, 0, NULL);
    const char *gateway = json_string_value(json_object_get(root, "gateway"));
    const char *operator_id = json_string_value(json_object_get(root, "operator"));
    bool fits = gateway && (!shown->gateway || strcmp(gateway, shown->gateway) == 0) &&
                (!shown->operator_id ||
                 (operator_id && strcmp(operator_id, shown->operator_id) == 0));
    if (fits && json_array_size(shown->items) < PACKS_SHOWN) {
        json_array_append_new(shown->items, json_incref(root));
    }
    json_decref(root);
}

static int add_text(const char *text, size_t len, void *ctx)
{
    buf_add(ctx, (struct bytes){(const uint8_t *)text, len});
    return 0;
}

/* GET: what packs there are; ?gateway= of this one only. */
void api_packs(const struct service *service, const struct question *question,
               struct answer *answer)
{
    struct error e;
    struct shown shown = {.gateway = question->parameter(question->ctx, "gateway"),
                          .operator_id = access_operator(question),
                          .items = json_array()};
    enum err err =
        service->packs ? packs_each(service->packs, show_pack, &shown, &e) : ERR_OK;
    json_t *root = json_pack("{s:o}", "items", shown.items);
    if (err == ERR_OK) {
        answer->status = 200;
        answer->type = "application/json";
        (void)json_dump_callback(root, add_text, &answer->body, JSON_COMPACT);
    } else {
        answer_error(answer, &e);
    }
    json_decref(root);
}

/* Whether the reader's role reaches to the pack of this key. */
static bool may_have(const struct service *service, const struct question *question,
                     const uint8_t key[PACKS_KEY_LEN], struct error *e)
{
    struct buf about;
    buf_init(&about, PACKS_ABOUT_MAX);
    struct shown shown = {.operator_id = access_operator(question),
                          .items = json_array()};
    if (packs_about(service->packs, key, &about, e) == ERR_OK) {
        show_pack(&shown, buf_bytes(&about));
    }
    bool may = json_array_size(shown.items) == 1;
    json_decref(shown.items);
    buf_deinit(&about);
    return may;
}

/* GET /v1/packs/KEY: its bytes. */
void api_pack(const struct service *service, const struct question *question,
              struct answer *answer)
{
    uint8_t key[KEY_LEN];
    struct error e = {0};
    bool envelope = false;
    if (!has_folder(service, answer)) {
        return;
    }
    if (!read_key(question->rest, key, &envelope) || envelope ||
        !may_have(service, question, key, &e)) {
        answer_problem(answer, 404, "there is no such pack");
        return;
    }
    if (packs_get(service->packs, key, &answer->body, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    answer->status = 200;
    answer->type = "application/octet-stream";
}
