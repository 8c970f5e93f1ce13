/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in is unpacked, checked and kept; what goes out depends on the mood. */
#include "receiver.h"

#include "core/buf.h"
#include "core/mem.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "registry.pb-c.h"
#include "sinks/receipts.h"
#include "summary.pb-c.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>

#define ARENA_SIZE (4U << 20)
#define ANSWER_MAX (1U << 20)
#define TAG_RECEIPT 0x0a

void receiver_init(struct receiver *receiver)
{
    *receiver = (struct receiver){.mood = MOOD_FINE};
    arena_init(&receiver->arena, ARENA_SIZE);
    arena_init(&receiver->scratch, ARENA_SIZE);
    buf_init(&receiver->answer, ANSWER_MAX);
}

void receiver_deinit(struct receiver *receiver)
{
    mem_free(&receiver->summaries);
    arena_deinit(&receiver->arena);
    arena_deinit(&receiver->scratch);
    buf_deinit(&receiver->answer);
}

const struct receiver_summary *receiver_latest(const struct receiver *receiver,
                                               const char *process, int64_t start_ns)
{
    const struct receiver_summary *latest = NULL;
    for (size_t i = 0; i < receiver->count; i++) {
        const struct receiver_summary *s = &receiver->summaries[i];
        if (s->start_ns == start_ns && strcmp(s->process, process) == 0 &&
            (!latest || s->revision > latest->revision)) {
            latest = s;
        }
    }
    return latest;
}

static void complain(struct receiver *receiver, const struct receiver_summary *s,
                     const char *what)
{
    if (!receiver->broken[0]) {
        snprintf(receiver->broken, sizeof receiver->broken,
                 "far side: process '%s', window %lld, revision %u: %s", s->process,
                 (long long)s->start_ns, s->revision, what);
    }
}

static double value_of(const Emgate__V1__Quantity *quantity)
{
    bool known = quantity && quantity->known_case == EMGATE__V1__QUANTITY__KNOWN_VALUE;
    return known ? quantity->value : (double)NAN;
}

static bool read_summary(struct receiver *receiver, struct bytes envelope,
                         struct receiver_summary *ret_summary)
{
    arena_reset(&receiver->arena);
    ProtobufCAllocator allocator = proto_arena(&receiver->arena);
    const Emgate__V1__Envelope *outer =
        emgate__v1__envelope__unpack(&allocator, envelope.len, envelope.data);
    const Emgate__V1__Summary *s =
        outer ? emgate__v1__summary__unpack(&allocator, outer->payload.len,
                                            outer->payload.data)
              : NULL;
    if (!s) {
        return false;
    }
    *ret_summary = (struct receiver_summary){.start_ns = s->window_start_ns,
                                             .revision = s->revision,
                                             .activity = value_of(s->activity_level),
                                             .lost = s->quality->lost,
                                             .gaps = s->quality->n_gaps};
    snprintf(ret_summary->process, sizeof ret_summary->process, "%s", s->process);
    ret_summary->direct = value_of(s->attribution->attributed_direct);
    ret_summary->indirect = value_of(s->attribution->attributed_indirect);
    crypto_hash_sha256(ret_summary->key, outer->payload.data, outer->payload.len);
    return true;
}

/* The far side's table: its keys are unique. */
static void keep(struct receiver *receiver, const struct sink_item *item)
{
    struct receiver_summary summary = {.process = "?"};
    if (!read_summary(receiver, item->envelope, &summary) ||
        memcmp(summary.key, item->key, SINK_KEY_LEN) != 0) {
        complain(receiver, &summary, "bytes and key don't fit");
        return;
    }
    const struct receiver_summary *latest =
        receiver_latest(receiver, summary.process, summary.start_ns);
    uint32_t next = latest ? latest->revision + 1 : 0;
    for (size_t i = 0; i < receiver->count; i++) {
        const struct receiver_summary *there = &receiver->summaries[i];
        if (!receiver->takes_twice &&
            memcmp(there->key, summary.key, SINK_KEY_LEN) == 0) {
            return;
        }
    }
    if (!receiver->takes_twice && summary.revision != next) {
        complain(receiver, &summary,
                 summary.revision < next ? "there is another one" : "one is missing");
        return;
    }
    receiver->summaries = mem_grow(receiver->summaries, receiver->count,
                                   &receiver->capacity, sizeof *receiver->summaries);
    receiver->summaries[receiver->count++] = summary;
}

static void answer(struct receiver *receiver, const struct sink_item *item)
{
    uint8_t key[SINK_KEY_LEN];
    uint8_t packed[256];
    Emgate__V1__Receipt receipt;
    emgate__v1__receipt__init(&receipt);
    memcpy(key, item->key, sizeof key);
    key[0] ^= receiver->mood == MOOD_LIES ? 1 : 0;
    receipt.key.data = key;
    receipt.key.len = sizeof key;
    receipt.verdict = receiver->mood == MOOD_LATER ? EMGATE__V1__VERDICT__VERDICT_LATER
                                                   : EMGATE__V1__VERDICT__VERDICT_STORED;
    receipt.stored_ns = item->key[1] + 1;
    ASSERT(emgate__v1__receipt__get_packed_size(&receipt) <= sizeof packed);
    size_t len = emgate__v1__receipt__pack(&receipt, packed);
    buf_add_varint(&receiver->answer, TAG_RECEIPT);
    buf_add_string(&receiver->answer, (struct bytes){packed, len});
}

static bool stores(enum receiver_mood mood, size_t index, size_t count)
{
    switch (mood) {
    case MOOD_FINE:
    case MOOD_LOSES_ANSWER:
    case MOOD_ANSWERS_TWICE:
    case MOOD_BABBLES:
        return true;
    case MOOD_TAKES_HALF:
        return index < (count + 1) / 2;
    case MOOD_REFUSES:
    case MOOD_HANGS:
    case MOOD_LIES:
    case MOOD_LATER:
    case MOOD_COUNT:
        return false;
    }
    UNREACHABLE();
}

static void fill_answer(struct receiver *receiver, const struct sink_item *items,
                        size_t count)
{
    bool twice = receiver->mood == MOOD_ANSWERS_TWICE;
    bool half = receiver->mood == MOOD_TAKES_HALF;
    buf_clear(&receiver->answer);
    size_t answered = half ? (count + 1) / 2 : count;
    for (size_t i = 0; i < answered; i++) {
        answer(receiver, &items[twice ? count - 1 - i : i]);
        if (twice) {
            answer(receiver, &items[count - 1 - i]);
        }
    }
    if (receiver->mood == MOOD_BABBLES) {
        receiver->answer.data[0] = 0xff;
    }
}

/* ---- the sink ---- */

static struct receiver *receiver_of(void *state)
{
    struct receiver **at = state;
    return *at;
}

static void receiver_sink_init(void *state, const struct node *settings,
                               struct problems *problems)
{
    (void)problems;
    struct receiver **at = state;
    void *receiver = settings->first;
    *at = receiver;
}

static enum err receiver_sink_open(void *state, struct error *e)
{
    return receiver_of(state)->mood == MOOD_REFUSES
               ? error_set(e, ERR_RETRY, "the far side is not there")
               : ERR_OK;
}

static enum err receiver_sink_send(void *state, struct sink_item *items, size_t count,
                                   struct sink_call *call, struct error *e)
{
    struct receiver *receiver = receiver_of(state);
    (void)call;
    receiver->sends++;
    if (receiver->mood == MOOD_REFUSES) {
        return error_set(e, ERR_RETRY, "the connection was refused");
    }
    for (size_t i = 0; i < count; i++) {
        if (stores(receiver->mood, i, count)) {
            keep(receiver, &items[i]);
        }
    }
    if (receiver->mood == MOOD_HANGS || receiver->mood == MOOD_LOSES_ANSWER) {
        return error_set(e, ERR_UNCERTAIN, "no answer came in time");
    }
    fill_answer(receiver, items, count);
    return receipts_apply(buf_bytes(&receiver->answer), &receiver->scratch, items, count,
                          e);
}

static void receiver_sink_close(void *state)
{
    (void)state;
}

const struct sink receiver_sink = {.name = "simulated",
                                   .summary = "a far side of the simulator",
                                   .state_size = sizeof(struct receiver *),
                                   .batch_max = 8,
                                   .init = receiver_sink_init,
                                   .open = receiver_sink_open,
                                   .send = receiver_sink_send,
                                   .close = receiver_sink_close};
