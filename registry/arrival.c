/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks first who signed the bytes, then that the bytes are a summary and nothing
 * else, then that this gateway may say it.
 */
#include "registry/arrival.h"

#include "core/clock.h"
#include "envelope.pb-c.h"
#include "evidence/dsse.h"
#include "model/proto_arena.h"
#include "registry/exact.h"
#include "registry/strict.h"
#include "summary.pb-c.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

#define PAYLOAD_MAX ((size_t)2 * 1024 * 1024)
#define NAME_MAX_LEN 128
#define WINDOW_MAX_NS (25 * NS_PER_HOUR)
#define REVISIONS_MAX 10000
#define SIGNATURES_MAX 4

const char *const amount_names[AMOUNTS] = {"direct",      "indirect", "activity",
                                           "electricity", "fuel",     "coverage"};

void arrival_judge(struct arrival *arrival, enum verdict verdict, const char *format, ...)
{
    arrival->judgement.verdict = verdict;
    va_list args;
    va_start(args, format);
    vsnprintf(arrival->judgement.reason, REASON_MAX, format, args);
    va_end(args);
}

/* The enrolled key that has signed it, or NULL. */
static const struct known_key *find_signer(const Emgate__V1__Envelope *envelope,
                                           const struct known_keys *keys)
{
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    for (size_t i = 0; i < envelope->n_signatures && i < SIGNATURES_MAX; i++) {
        const ProtobufCBinaryData *s = &envelope->signatures[i]->signature;
        struct bytes signature = {.data = s->data, .len = s->len};
        for (size_t k = keys->count; k > 0; k--) { /* the newest is the likeliest */
            if (dsse_verify(&keys->keys[k - 1].key, DSSE_SUMMARY, payload, signature)) {
                return &keys->keys[k - 1];
            }
        }
    }
    return NULL;
}

static const char *keep(struct arena *kept, const char *text)
{
    return (const char *)arena_copy(kept, bytes_of(text)).data;
}

/* An amount that does not fit is refused later by `fits`. */
static void take_quantity(const Emgate__V1__Quantity *quantity, enum amount amount,
                          struct amounts *amounts)
{
    if (quantity && quantity->known_case == EMGATE__V1__QUANTITY__KNOWN_VALUE) {
        amounts->known[amount] = true;
        amounts->value[amount] = quantity->value;
    }
}

static void take_amounts(const Emgate__V1__Summary *summary, struct amounts *amounts)
{
    const Emgate__V1__Attribution *attribution = summary->attribution;
    if (attribution) {
        take_quantity(attribution->attributed_direct, AMOUNT_DIRECT, amounts);
        take_quantity(attribution->attributed_indirect, AMOUNT_INDIRECT, amounts);
    }
    take_quantity(summary->activity_level, AMOUNT_ACTIVITY, amounts);
    take_quantity(summary->electricity, AMOUNT_ELECTRICITY, amounts);
    take_quantity(summary->fuel_energy, AMOUNT_FUEL, amounts);
    if (summary->quality) {
        amounts->known[AMOUNT_COVERAGE] = true;
        amounts->value[AMOUNT_COVERAGE] = summary->quality->coverage;
    }
}

static void take_names(const Emgate__V1__Summary *summary, struct arena *kept,
                       struct arrival *a)
{
    a->gateway = keep(kept, summary->gateway);
    a->operator_id = keep(kept, summary->operator_);
    a->installation = keep(kept, summary->installation);
    a->process = keep(kept, summary->process);
    a->category = keep(kept, summary->category);
    a->route = keep(kept, summary->route);
    a->cn = keep(kept, summary->cn);
    a->country = keep(kept, summary->country);
    a->sector = keep(kept, summary->sector);
    a->time_zone = keep(kept, summary->time_zone);
    a->unit = keep(kept, summary->activity_level ? summary->activity_level->unit : "");
}

static void take_provenance(const Emgate__V1__Summary *summary, struct arrival *a)
{
    const Emgate__V1__Provenance *provenance = summary->provenance;
    if (provenance && provenance->supersedes.len == KEY_LEN) {
        a->has_supersedes = true;
        memcpy(a->supersedes, provenance->supersedes.data, KEY_LEN);
    }
    if (provenance && provenance->previous.len == KEY_LEN) {
        a->has_previous = true;
        memcpy(a->previous, provenance->previous.data, KEY_LEN);
    }
    if (provenance && provenance->tree_root.len == KEY_LEN) {
        a->tree_size = provenance->tree_size;
        memcpy(a->tree_root, provenance->tree_root.data, KEY_LEN);
    }
}

static bool name_fits(const char *name)
{
    return *name && strlen(name) <= NAME_MAX_LEN;
}

static bool amounts_fit(const struct amounts *amounts)
{
    for (int i = 0; i < AMOUNTS; i++) {
        if (!exact_fits(amounts->value[i])) {
            return false;
        }
    }
    return true;
}

/* What is wrong with the summary in itself, or NULL. */
static const char *mistake(const struct arrival *a)
{
    if (!name_fits(a->installation) || !name_fits(a->process)) {
        return "name: installation and process need names of 1 to 128 bytes";
    }
    if (strlen(a->time_zone) > NAME_MAX_LEN || strlen(a->unit) > NAME_MAX_LEN ||
        strlen(a->category) > NAME_MAX_LEN || strlen(a->route) > NAME_MAX_LEN ||
        strlen(a->cn) > NAME_MAX_LEN || strlen(a->country) > NAME_MAX_LEN ||
        strlen(a->sector) > NAME_MAX_LEN) {
        return "name: a text of more than 128 bytes";
    }
    if (a->start_ns < 0 || a->end_ns <= a->start_ns ||
        a->end_ns - a->start_ns > WINDOW_MAX_NS) {
        return "window: it must end after it starts and within 25 hours";
    }
    if (a->revision > REVISIONS_MAX) {
        return "revision: more than 10000";
    }
    if (a->revision == 0 && a->has_supersedes) {
        return "supersedes: revision 0 replaces nothing";
    }
    if (a->revision > 0 && !a->has_supersedes) {
        return "supersedes: a revision must name the one it replaces";
    }
    return amounts_fit(&a->amounts) ? NULL : "amount: beyond what can be believed";
}

/* Whether the key was the gateway's when its journal had so many records. */
static bool key_is_of_its_time(struct arrival *a, const struct known_key *signer)
{
    if (!signer || (a->tree_size > signer->above && a->tree_size <= signer->up_to) ||
        (a->tree_size == 0 && signer->above == 0)) {
        return true;
    }
    arrival_judge(a, VERDICT_REFUSED,
                  "key: %s is not this gateway's for a tree of %llu records",
                  signer->key.id, (unsigned long long)a->tree_size);
    return false;
}

static void judge_gateway(struct arrival *a, const struct gateway_settings *gateway)
{
    if (strcmp(a->gateway, gateway->id) != 0) {
        arrival_judge(a, VERDICT_REFUSED, "gateway: it says it is from '%.100s'",
                      a->gateway);
    } else if (strcmp(a->operator_id, gateway->operator_id) != 0) {
        arrival_judge(a, VERDICT_LATER, "operator: '%.100s' is not this gateway's",
                      a->operator_id);
    } else if (!gateway_speaks_for(gateway, a->installation)) {
        arrival_judge(a, VERDICT_LATER,
                      "installation: '%.100s' is not enrolled for this gateway",
                      a->installation);
    } else {
        a->readable = true;
    }
}

static void read_summary(struct bytes payload, const struct known_key *signer,
                         struct arena *scratch, struct arena *kept, struct arrival *a)
{
    struct error e = {0};
    ProtobufCAllocator allocator = proto_arena(scratch);
    const Emgate__V1__Summary *summary =
        emgate__v1__summary__unpack(&allocator, payload.len, payload.data);
    if (!summary) {
        arrival_judge(a, VERDICT_REFUSED, "not_a_summary: the payload can't be read");
        return;
    }
    if (strict_check(&summary->base, payload, &e) != ERR_OK) {
        arrival_judge(a, VERDICT_REFUSED, "%s: %.100s", e.reason, e.text);
        return;
    }
    a->start_ns = summary->window_start_ns;
    a->end_ns = summary->window_end_ns;
    a->year = summary->year;
    a->revision = summary->revision;
    a->complete = summary->quality && summary->quality->complete;
    take_names(summary, kept, a);
    take_amounts(summary, &a->amounts);
    take_provenance(summary, a);
    if (kept->overflow) {
        arrival_judge(a, VERDICT_LATER, "busy: too much in one request");
        return;
    }
    const char *wrong = mistake(a);
    if (wrong) {
        arrival_judge(a, VERDICT_REFUSED, "%s", wrong);
        return;
    }
    a->readable = key_is_of_its_time(a, signer);
}

/* Who signed it is asked before the payload is parsed. */
static void read_payload(const Emgate__V1__Envelope *envelope,
                         const struct sender *sender, struct arena *scratch,
                         struct arena *kept, struct arrival *a)
{
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    const struct known_key *signer = find_signer(envelope, &sender->keys);
    a->chained = signer != NULL;
    if (strcmp(envelope->payload_type, DSSE_SUMMARY) != 0) {
        arrival_judge(a, VERDICT_REFUSED, "payload_type: want '" DSSE_SUMMARY "'");
    } else if (payload.len == 0 || payload.len > PAYLOAD_MAX) {
        arrival_judge(a, VERDICT_REFUSED, "too_large: %zu bytes", payload.len);
    } else if (sender->keys.count > 0 && !signer) {
        arrival_judge(a, VERDICT_REFUSED, "signature: none by the gateway's key");
    } else if (signer && sender->now_ns >= signer->revoked_ns) {
        arrival_judge(a, VERDICT_REFUSED, "key_revoked: %s is no longer believed",
                      signer->key.id);
    } else {
        read_summary(payload, signer, scratch, kept, a);
    }
    if (a->readable) {
        a->readable = false;
        judge_gateway(a, sender->gateway);
    }
}

enum err arrival_read(struct bytes envelope, const struct sender *sender,
                      struct arena *scratch, struct arena *kept,
                      struct arrival *ret_arrival, struct error *e)
{
    arena_reset(scratch);
    ProtobufCAllocator allocator = proto_arena(scratch);
    const Emgate__V1__Envelope *unpacked =
        emgate__v1__envelope__unpack(&allocator, envelope.len, envelope.data);
    if (!unpacked) {
        return error_set(e, ERR_REJECT, "an envelope that can't be read");
    }
    if (strict_check(&unpacked->base, envelope, e) != ERR_OK) {
        return error_wrap(e, "envelope");
    }
    *ret_arrival = (struct arrival){.sender = sender->gateway->id,
                                    .epoch = sender->gateway->chain,
                                    .envelope = envelope};
    crypto_hash_sha256(ret_arrival->key, unpacked->payload.data, unpacked->payload.len);
    read_payload(unpacked, sender, scratch, kept, ret_arrival);
    return ERR_OK;
}
