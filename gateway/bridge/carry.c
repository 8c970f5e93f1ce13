/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a record to the messages that the rules make of it.  All messages go through the
 * decoder where a rule sends readings, carried or not, so that the adapters know what
 * was announced; what timeouts make of readings is not carried, since no message said
 * it.
 */
#include "bridge/bridge_private.h"

#include "core/log.h"
#include "core/topic.h"
#include "mqtt/topic_form.h"

#define MARK_MAX 1024

void bridge_count(struct bridge *bridge, uint64_t *counter)
{
    pthread_mutex_lock(&bridge->lock);
    ++*counter;
    pthread_mutex_unlock(&bridge->lock);
}

void carry_set_aside(struct bridge *bridge, uint64_t seq, const char *why)
{
    bridge_count(bridge, &bridge->status.set_aside);
    log_error("bridge.set_aside", "bridge=%s record=%llu: %s; not carried",
              bridge->plan->id, (unsigned long long)seq, why);
}

/* ---- circles ---- */

static bool is_carried_by(struct bytes chain, const char *gateway, unsigned *ret_hops)
{
    bool ours = false;
    *ret_hops = 0;
    while (chain.len > 0) {
        struct bytes carrier = bytes_take_part(&chain, ',');
        ours = ours || bytes_are(carrier, gateway);
        ++*ret_hops;
    }
    return ours;
}

/* Whose bridges carried it, with us behind; NULL when it goes in a circle. */
static const char *make_mark(struct bridge *bridge, const struct message *message)
{
    struct bytes chain = {0};
    struct bytes start = BYTES(MESSAGE_BRIDGE_PREFIX);
    unsigned hops = 0;
    if (bytes_start_with(message->publisher, start)) {
        chain = bytes_slice(message->publisher, start.len, message->publisher.len);
    }
    if (is_carried_by(chain, bridge->world.gateway, &hops) || hops >= BRIDGE_HOPS_MAX ||
        chain.len > MARK_MAX) {
        return NULL;
    }
    struct bytes mark = arena_print(&bridge->arena, "%.*s%s%s", BYTES_ARG(chain),
                                    chain.len > 0 ? "," : "", bridge->world.gateway);
    return mark.len > 0 ? (const char *)mark.data : NULL;
}

/* A topic that begins as the rule's own would have come from such a rule. */
static bool looks_carried(const struct plan_bridge_rule *rule,
                          const struct message *message)
{
    struct bytes start = topic_form_start(rule->to);
    return start.len > 0 && rule->form == BRIDGE_RAW &&
           bytes_start_with(message->topic, start);
}

/* ---- the burst ---- */

void carry_add(struct bridge *bridge, const struct plan_bridge_rule *rule,
               const struct message *message, struct bytes device, struct bytes payload,
               const char *mark)
{
    struct topic_facts facts = {.gateway = bytes_of(bridge->world.gateway),
                                .device = device,
                                .topic = message->topic};
    buf_clear(&bridge->scratch);
    if (!topic_form_fill(rule->to, &facts, &bridge->scratch)) {
        carry_set_aside(bridge, message->seq, "'to' makes no topic of this message's");
        return;
    }
    struct bytes topic = arena_copy(&bridge->arena, buf_bytes(&bridge->scratch));
    struct bytes copy = arena_copy(&bridge->arena, payload);
    if (bridge->arena.overflow || bridge->count == BURST_MAX) {
        carry_set_aside(bridge, message->seq, "it makes more messages than a burst");
        return;
    }
    bridge->burst[bridge->count++] =
        (struct outgoing){.topic = (const char *)topic.data,
                          .payload = copy,
                          .mark = mark,
                          .retained = rule->retain && message->retained,
                          .seq = message->seq};
}

static void carry_by(struct bridge *bridge, const struct plan_bridge_rule *rule,
                     const struct message *message, const struct decoding *decoding)
{
    if ((rule->broker != PLAN_ANY_BROKER && rule->broker != message->broker) ||
        !topic_matches(bytes_of(rule->topic), message->topic)) {
        return;
    }
    const char *mark = looks_carried(rule, message) ? NULL : make_mark(bridge, message);
    if (!mark) {
        bridge_count(bridge, &bridge->status.skipped);
    } else if (rule->form == BRIDGE_READINGS) {
        carry_readings(bridge, rule, message, decoding, mark);
    } else if (message->cut) {
        carry_set_aside(bridge, message->seq, "the journal has only its beginning");
    } else {
        carry_add(bridge, rule, message, (struct bytes){0}, message->payload, mark);
    }
}

static void carry_message(struct bridge *bridge, const struct record *record)
{
    struct message message;
    struct decoding decoding = {0};
    struct error e;
    if (record_get_message(record, &message, &e) != ERR_OK) {
        carry_set_aside(bridge, record->seq, e.text);
        return;
    }
    if (bridge->decoder) {
        arena_reset(&bridge->decoding);
        decoder_decode(bridge->decoder, &message, &bridge->decoding, &decoding);
    }
    for (size_t i = 0; i < bridge->plan->rule_count; i++) {
        carry_by(bridge, &bridge->plan->rules[i], &message, &decoding);
    }
}

void carry_record(struct bridge *bridge, const struct record *record)
{
    if (record->type == RECORD_MESSAGE) {
        carry_message(bridge, record);
    } else if (record->type == RECORD_TICK && bridge->decoder) {
        struct decoding ignored = {0};
        arena_reset(&bridge->decoding);
        decoder_tick(bridge->decoder, record->wall_ns, &bridge->decoding, &ignored);
    }
}
