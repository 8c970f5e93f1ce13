/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: POST takes a signed note, or what a witness of transparency logs is given
 * (c2sp.org/tlog-witness):
 *
 *     old <size of the one before>
 *     <base64 of a hash of the proof, one a line>
 *
 *     <note>
 */
#include "registry/api.h"

#include "core/number.h"
#include "evidence/checkpoint.h"
#include "evidence/consistency.h"
#include "registry/admit.h"
#include "registry/api_list.h"
#include "registry/api_put.h"

#include <sodium.h>
#include <stdio.h>

#define ORIGIN "emgate/"

/* A body that was read. */
struct stated {
    struct bytes note;
    bool has_old;
    uint64_t old;
    uint8_t proof[CONSISTENCY_MAX][MERKLE_HASH_LEN];
    size_t proof_count;
    struct checkpoint checkpoint;
};

/* ---- reading ---- */

static bool take_hash(struct bytes line, struct stated *stated)
{
    size_t len = 0;
    const char *end = NULL;
    const char *text = (const char *)line.data;
    if (stated->proof_count == CONSISTENCY_MAX ||
        sodium_base642bin(stated->proof[stated->proof_count], MERKLE_HASH_LEN, text,
                          line.len, NULL, &len, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        len != MERKLE_HASH_LEN || end != text + line.len) {
        return false;
    }
    stated->proof_count++;
    return true;
}

static bool read_body(struct bytes body, struct stated *stated)
{
    struct bytes rest = body;
    struct bytes line;
    stated->note = body;
    if (!bytes_start_with(body, BYTES("old "))) {
        return true;
    }
    stated->has_old = true;
    if (!bytes_take_line(&rest, &line) ||
        !number_parse_u64(bytes_slice(line, 4, line.len), &stated->old)) {
        return false;
    }
    while (bytes_take_line(&rest, &line)) {
        if (line.len == 0) {
            stated->note = rest;
            return true;
        }
        if (!take_hash(line, stated)) {
            return false;
        }
    }
    return false;
}

/* The gateway that the note says it is from; it is not believed yet. */
static bool read_gateway(struct bytes note, char *name, size_t size)
{
    struct bytes line;
    struct bytes prefix = BYTES(ORIGIN);
    if (!bytes_take_line(&note, &line) || !bytes_start_with(line, prefix) ||
        line.len - prefix.len >= size) {
        return false;
    }
    line = bytes_slice(line, prefix.len, line.len);
    snprintf(name, size, "%.*s", BYTES_ARG(line));
    return true;
}

/* Whether a key of the gateway has signed it, at the size at which it may. */
static bool is_signed(const struct sender *sender, struct stated *stated, struct error *e)
{
    error_set(e, ERR_REJECT, "the gateway is enrolled without a key");
    for (size_t i = sender->keys.count; i > 0; i--) {
        const struct known_key *known = &sender->keys.keys[i - 1];
        if (checkpoint_get(stated->note, &known->key, &stated->checkpoint, e) != ERR_OK) {
            continue;
        }
        uint64_t size = stated->checkpoint.size;
        if (size > known->above && size <= known->up_to &&
            sender->now_ns < known->revoked_ns) {
            return true;
        }
        error_set(e, ERR_REJECT, "key %s does not sign for a tree of %llu records",
                  known->key.id, (unsigned long long)size);
        return false;
    }
    return false;
}

/* ---- judging ---- */

struct checkpoint_step {
    const struct stated *stated;
    struct bytes body;
    struct stored_checkpoint next, before;
    bool has_before;
    bool repeated;
    int64_t now_ns;
    int status; /* 0: taken */
    const char *reason;
    char detail[REASON_MAX];
};

static void take_before(void *ctx, const struct stored_checkpoint *checkpoint)
{
    struct checkpoint_step *step = ctx;
    step->has_before = checkpoint->epoch >= step->next.epoch;
    step->before = *checkpoint;
}

static void refuse(struct checkpoint_step *step, int status, const char *reason,
                   const char *words)
{
    step->status = status;
    step->reason = reason;
    snprintf(step->detail, sizeof step->detail, "%s: %s", reason, words);
}

static struct tree_head head_of(const struct stored_checkpoint *checkpoint)
{
    struct tree_head head = {.size = checkpoint->size};
    memcpy(head.root, checkpoint->root, MERKLE_HASH_LEN);
    return head;
}

/* Against the one before. */
static void compare(struct checkpoint_step *step)
{
    const struct stated *stated = step->stated;
    struct tree_head before = head_of(&step->before);
    struct tree_head next = head_of(&step->next);
    step->next.proved = true;
    if (!step->has_before) {
        return;
    }
    if (next.size < before.size) {
        refuse(step, 409, "rollback", "a larger tree was stated before");
    } else if (next.size == before.size) {
        step->repeated = memcmp(next.root, before.root, MERKLE_HASH_LEN) == 0;
        if (!step->repeated) {
            refuse(step, 409, "fork", "the tree of this size had another root");
        }
    } else if (!stated->has_old) {
        step->next.proved = false;
    } else if (stated->old != before.size) {
        refuse(step, 409, "old", "the proof does not begin at the last checkpoint");
    } else if (!consistency_holds(&before, &next, stated->proof, stated->proof_count)) {
        refuse(step, 422, "consistency", "the proof does not lead from the last one");
    }
}

/* What was refused is kept as a summary would be. */
static enum err keep_refused(struct checkpoint_step *step,
                             const struct store_driver *driver, struct store *store,
                             struct error *e)
{
    struct arrival refused = {.sender = step->next.gateway, .envelope = step->body};
    crypto_hash_sha256(refused.key, step->body.data, step->body.len);
    arrival_judge(&refused, VERDICT_CONFLICT, "%s", step->detail);
    return driver->put_refusal(store, &refused, step->now_ns, e);
}

static enum err put_checkpoint(void *ctx, const struct store_driver *driver,
                               struct store *store, struct ledger *ledger,
                               struct error *e)
{
    (void)ledger;
    struct checkpoint_step *step = ctx;
    struct gateway_query newest = {.gateway = step->next.gateway, .limit = 1};
    bool other = false;
    enum err err = driver->each_checkpoint(store, &newest, take_before, step, e);
    if (err == ERR_OK) {
        compare(step);
        err = driver->find_other_root(store, &step->next, &other, e);
    }
    if (err == ERR_OK && other && step->status == 0) {
        refuse(step, 409, "fork", "a summary names another root for a tree of this size");
    }
    if (err != ERR_OK || step->repeated) {
        return err;
    }
    if (step->status != 0 && strcmp(step->reason, "old") != 0) {
        return keep_refused(step, driver, store, e);
    }
    return step->status == 0 ? driver->put_checkpoint(store, &step->next, e) : ERR_OK;
}

/* ---- answers ---- */

static void put_fields(struct json_writer *writer, const struct stored_checkpoint *c)
{
    json_open(writer, '{');
    json_pair(writer, "gateway", c->gateway);
    json_key(writer, "chain");
    json_i64(writer, c->epoch);
    json_key(writer, "size");
    json_u64(writer, c->size);
    json_key(writer, "root");
    json_hex(writer, (struct bytes){.data = c->root, .len = KEY_LEN});
    json_key(writer, "proved");
    json_bool(writer, c->proved);
    put_time(writer, "stored", "stored_ns", c->stored_ns);
    if (c->note.len > 0) {
        json_key(writer, "note");
        json_text(writer, c->note);
    }
    json_close(writer, '}');
}

static void answer_step(const struct checkpoint_step *step, struct answer *answer)
{
    if (step->status != 0) {
        answer_refusal(answer, step->status, step->reason, "%s; the last one has %llu",
                       step->detail, (unsigned long long)step->before.size);
        return;
    }
    struct stored_checkpoint taken = step->repeated ? step->before : step->next;
    struct json_writer writer = json_writer_of(&answer->body);
    taken.gateway = step->next.gateway;
    taken.note = step->stated->note;
    put_fields(&writer, &taken);
    answer->status = 200;
    answer->type = "application/json";
}

void api_checkpoint(const struct service *service, const struct question *question,
                    struct answer *answer)
{
    struct error e = {0};
    struct sender sender = {0};
    struct stated stated = {0};
    char name[CHECKPOINT_ORIGIN_MAX];
    if (!read_body(question->body, &stated) ||
        !read_gateway(stated.note, name, sizeof name)) {
        answer_problem(answer, 400,
                       "the body is no signed note of origin '" ORIGIN "...'");
        return;
    }
    if (!admit(service, question, name, &sender, answer)) {
        return;
    }
    if (!is_signed(&sender, &stated, &e)) {
        answer_refusal(answer, 403, "signature", "%s", e.text);
        return;
    }
    struct checkpoint_step step = {.stated = &stated,
                                   .body = question->body,
                                   .now_ns = sender.now_ns,
                                   .next = {.gateway = sender.gateway->id,
                                            .epoch = sender.gateway->chain,
                                            .size = stated.checkpoint.size,
                                            .note = stated.note,
                                            .stored_ns = sender.now_ns}};
    memcpy(step.next.root, stated.checkpoint.root, KEY_LEN);
    if (intake_change(service->intake, put_checkpoint, &step, &e) != ERR_OK) {
        answer_error(answer, &e);
    } else {
        answer_step(&step, answer);
    }
}

struct checkpoint_page {
    struct list list;
    struct gateway_query query;
};

static void put_row(void *ctx, const struct stored_checkpoint *checkpoint)
{
    struct checkpoint_page *page = ctx;
    put_fields(&page->list.writer, checkpoint);
    list_count(&page->list, checkpoint->id);
}

static enum err ask_checkpoints(void *ctx, const struct store_driver *driver,
                                struct store *store, struct ledger *ledger,
                                struct error *e)
{
    (void)ledger;
    struct checkpoint_page *page = ctx;
    page->query.limit = page->list.limit;
    return driver->each_checkpoint(store, &page->query, put_row, page, e);
}

void api_checkpoints(const struct service *service, const struct question *question,
                     struct answer *answer)
{
    struct checkpoint_page page = {
        .query = {.gateway = question->parameter(question->ctx, "gateway")}};
    if (read_after(question, 1, &page.query.after, answer) &&
        list_begin(question, &page.list, answer)) {
        list_finish(service, ask_checkpoints, &page.list, answer);
    }
}
