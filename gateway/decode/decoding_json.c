/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodings as JSON, one object a message:
 *
 *     {"outcome": "accepted", "reason": null, "adapter": "map", "rule": "m.yaml:3",
 *      "topic": "a/b", "readings": [...], "actions": [...],
 *      "tried": [{"rule": "m.yaml:3", "fired": true, "why": "emit 1: 4 selected"}]}
 * with readings as in model/reading_json.h.
 */
#include "decode/decoding_json.h"

#include "core/json_writer.h"
#include "model/reading_json.h"

static const char *outcome_name(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_ACCEPTED:
        return "accepted";
    case OUTCOME_ACCEPTED_EMPTY:
        return "accepted_empty";
    case OUTCOME_PARTIAL:
        return "partial";
    case OUTCOME_REJECTED:
        return "rejected";
    }
    UNREACHABLE();
}

static void print_action(struct json_writer *w, const struct action *action)
{
    json_open(w, '{');
    json_key(w, "kind");
    json_text(w, action->kind);
    json_key(w, "topic");
    json_text(w, action->topic);
    json_key(w, "payload_hex");
    json_hex(w, action->payload);
    json_close(w, '}');
}

void decoding_put_json(struct buf *out, const char *adapter,
                       const struct message *message, const struct decoding *decoding,
                       struct bytes tried)
{
    struct json_writer w = json_writer_of(out);
    json_open(&w, '{');
    json_pair(&w, "outcome", outcome_name(decoding->outcome));
    json_pair_text(&w, "reason", bytes_of(decoding->reason));
    json_pair(&w, "detail", decoding->detail);
    json_pair(&w, "adapter", adapter);
    json_pair(&w, "rule", decoding->rule);
    json_key(&w, "topic");
    json_text(&w, message->topic);
    json_key(&w, "readings");
    json_open(&w, '[');
    for (size_t i = 0; i < decoding->count; i++) {
        json_open(&w, '{');
        reading_json_put(&w, &decoding->readings[i]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_key(&w, "actions");
    json_open(&w, '[');
    for (size_t i = 0; i < decoding->action_count; i++) {
        print_action(&w, &decoding->actions[i]);
    }
    json_close(&w, ']');
    if (tried.len > 0) {
        json_key(&w, "tried");
        buf_add(out, tried);
    }
    json_close(&w, '}');
    buf_add_byte(out, '\n');
}
