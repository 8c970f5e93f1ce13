/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals, changes of keys, and the registry's own key. */
#include "registry/api.h"

#include "registry/admit.h"
#include "registry/api_list.h"
#include "registry/api_put.h"

#include <stdio.h>

/* ---- refusals ---- */

struct gateway_page {
    struct list list;
    struct gateway_query query;
};

static void put_refusal(void *ctx, const struct stored_refusal *r)
{
    struct gateway_page *page = ctx;
    struct json_writer *writer = &page->list.writer;
    json_open(writer, '{');
    json_key(writer, "key");
    json_hex(writer, (struct bytes){.data = r->key, .len = KEY_LEN});
    json_pair(writer, "gateway", r->gateway);
    json_pair(writer, "verdict", r->conflict ? "conflict" : "refused");
    size_t len = strcspn(r->reason, ":");
    json_key(writer, "reason");
    json_text(writer, bytes_slice(bytes_of(r->reason), 0, len));
    json_pair(writer, "detail", r->reason);
    put_time(writer, "first", "first_ns", r->first_ns);
    put_time(writer, "last", "last_ns", r->last_ns);
    json_key(writer, "times");
    json_i64(writer, r->times);
    json_close(writer, '}');
    list_count(&page->list, r->id);
}

static enum err ask_refusals(void *ctx, const struct store_driver *driver,
                             struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct gateway_page *page = ctx;
    page->query.limit = page->list.limit;
    return driver->each_refusal(store, &page->query, put_refusal, page, e);
}

void api_refusals(const struct service *service, const struct question *question,
                  struct answer *answer)
{
    struct gateway_page page = {
        .query = {.gateway = question->parameter(question->ctx, "gateway")}};
    if (read_after(question, 1, &page.query.after, answer) &&
        list_begin(question, &page.list, answer)) {
        list_finish(service, ask_refusals, &page.list, answer);
    }
}

struct refusal_question {
    uint8_t key[KEY_LEN];
    bool found;
    struct buf *out;
};

static enum err ask_refusal(void *ctx, const struct store_driver *driver,
                            struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct refusal_question *asked = ctx;
    return driver->get_refusal(store, asked->key, &asked->found, asked->out, e);
}

void api_refusal(const struct service *service, const struct question *question,
                 struct answer *answer)
{
    struct error e = {0};
    struct refusal_question asked = {.out = &answer->body};
    bool envelope = false;
    if (!read_key(question->rest, asked.key, &envelope) || !envelope) {
        answer_problem(answer, 404, "want a key of 64 hex digits and '/envelope'");
    } else if (intake_ask(service->intake, ask_refusal, &asked, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else if (!asked.found) {
        answer_problem(answer, 404, "nothing that was refused has this key");
    } else {
        answer->status = 200;
        answer->type = "application/octet-stream";
    }
}

/* ---- keys ---- */

void api_registry(const struct service *service, const struct question *question,
                  struct answer *answer)
{
    (void)question;
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_pair(&writer, "registry", service->settings->id);
    json_pair(&writer, "version", EMGATE_VERSION);
    if (service->signer) {
        char text[KEY_HEX_MAX];
        key_print(key_get_public(service->signer), text);
        json_pair(&writer, "public_key", text);
        json_pair(&writer, "key_id", key_get_public(service->signer)->id);
    }
    json_close(&writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

struct key_step {
    struct stored_change stored;
    struct change change;
    bool too_late;
    uint64_t size; /* of the newest checkpoint */
};

static void take_size(void *ctx, const struct stored_checkpoint *checkpoint)
{
    struct key_step *step = ctx;
    step->size = checkpoint->size;
}

/* What the gateway has stated before stays the old key's. */
static enum err put_change(void *ctx, const struct store_driver *driver,
                           struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct key_step *step = ctx;
    struct gateway_query newest = {.gateway = step->stored.gateway, .limit = 1};
    enum err err = driver->each_checkpoint(store, &newest, take_size, step, e);
    step->too_late = step->size > step->change.size;
    return err == ERR_OK && !step->too_late ? driver->put_change(store, &step->stored, e)
                                            : err;
}

/* Whether it is known already: the last key but one gave way to the last by it. */
static bool is_repeated(const struct known_keys *keys, const struct change *change)
{
    for (size_t i = 1; i < keys->count; i++) {
        if (memcmp(keys->keys[i].key.bytes, change->new.bytes, KEY_PUBLIC_LEN) == 0 &&
            memcmp(keys->keys[i - 1].key.bytes, change->old.bytes, KEY_PUBLIC_LEN) == 0 &&
            keys->keys[i].above == change->size) {
            return true;
        }
    }
    return false;
}

/* What speaks against a change, or NULL. */
static const char *mistake(const struct sender *sender, const struct change *change)
{
    const struct known_keys *keys = &sender->keys;
    if (strcmp(change->gateway, sender->gateway->id) != 0) {
        return "it names another gateway";
    }
    if (keys->count == 0) {
        return "the gateway is enrolled without a key";
    }
    if (keys->count == KNOWN_KEYS_MAX) {
        return "it has had too many keys; enrol the new one";
    }
    const struct known_key *last = &keys->keys[keys->count - 1];
    if (memcmp(last->key.bytes, change->old.bytes, KEY_PUBLIC_LEN) != 0) {
        return "the old key is not its last one";
    }
    if (sender->now_ns >= last->revoked_ns) {
        return "the old key is revoked";
    }
    return change->size >= last->above ? NULL
                                       : "it would take effect before the last one";
}

static void put_key(const struct change *change, struct answer *answer)
{
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_pair(&writer, "gateway", change->gateway);
    json_pair(&writer, "key_id", change->new.id);
    json_key(&writer, "above");
    json_u64(&writer, change->size);
    json_close(&writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

void api_key_change(const struct service *service, const struct question *question,
                    struct answer *answer)
{
    struct error e = {0};
    struct sender sender = {0};
    struct key_step step = {0};
    char name[CHANGE_NAME_MAX];
    size_t len = strcspn(question->rest, "/");
    if (strcmp(question->rest + len, "/keys") != 0 || len >= sizeof name) {
        answer_problem(answer, 404, "nothing is here; see /v1/openapi.yaml");
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)len, question->rest);
    if (!admit(service, question, name, &sender, answer)) {
        return;
    }
    if (change_get(question->body, &step.change, &e) != ERR_OK) {
        answer_refusal(answer, 422, "signature", "%s", e.text);
        return;
    }
    if (is_repeated(&sender.keys, &step.change)) {
        put_key(&step.change, answer);
        return;
    }
    const char *wrong = mistake(&sender, &step.change);
    if (wrong) {
        answer_refusal(answer, 409, "key", "%s", wrong);
        return;
    }
    step.stored = (struct stored_change){.gateway = sender.gateway->id,
                                         .envelope = question->body,
                                         .stored_ns = sender.now_ns};
    if (intake_change(service->intake, put_change, &step, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else if (step.too_late) {
        answer_refusal(answer, 409, "key",
                       "a checkpoint of %llu records is signed by the old key",
                       (unsigned long long)step.size);
    } else {
        keyring_add(service->keyring, &step.change);
        put_key(&step.change, answer);
    }
}
