/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodings as JSON, one object a message:
 *
 *     {"outcome": "accepted", "reason": null, "adapter": "map", "rule": "m.yaml:3",
 *      "topic": "a/b", "readings": [...], "actions": [...]}
 *
 * Integers beyond 2^53 are texts, so that no reader's doubles round them.
 */
#include "cli/decode.h"

#include "core/json_writer.h"

#define EXACT_MAX (INT64_C(1) << 53)

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

static const char *quality_name(enum quality quality)
{
    switch (quality) {
    case QUALITY_GOOD:
        return "good";
    case QUALITY_UNCERTAIN:
        return "uncertain";
    case QUALITY_BAD:
        return "bad";
    }
    UNREACHABLE();
}

static void print_text_or_null(struct json_writer *w, const char *key, struct bytes text)
{
    json_key(w, key);
    if (text.len) {
        json_text(w, text);
    } else {
        json_nothing(w);
    }
}

static void print_whole(struct json_writer *w, const struct value *value)
{
    char text[32];
    bool exact = value->kind == VALUE_INT &&
                 (value->integer <= EXACT_MAX && value->integer >= -EXACT_MAX);
    if (exact) {
        json_i64(w, value->integer);
        return;
    }
    struct buf digits;
    buf_init(&digits, sizeof text);
    if (value->kind == VALUE_INT) {
        buf_print(&digits, "%lld", (long long)value->integer);
    } else {
        buf_print(&digits, "%llu", (unsigned long long)value->natural);
    }
    json_text(w, buf_bytes(&digits));
    buf_deinit(&digits);
}

static void print_value(struct json_writer *w, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NONE:
        json_nothing(w);
        return;
    case VALUE_DOUBLE:
        json_double(w, value->number);
        return;
    case VALUE_INT:
    case VALUE_UINT:
        print_whole(w, value);
        return;
    case VALUE_BOOL:
        json_bool(w, value->truth);
        return;
    case VALUE_TEXT:
        json_text(w, value->text);
        return;
    }
}

static void print_flags(struct json_writer *w, uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{READING_BIRTH, "birth"},
                 {READING_HISTORICAL, "historical"},
                 {READING_TRANSIENT, "transient"},
                 {READING_RETAINED, "retained"}};
    if (flags & READING_RECEIVE_TIME) {
        json_pair(w, "ts_source", "receive");
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (flags & names[i].flag) {
            json_key(w, names[i].name);
            json_bool(w, true);
        }
    }
}

static void print_reading(struct json_writer *w, const struct reading *reading)
{
    json_open(w, '{');
    json_key(w, "device");
    json_text(w, reading->device);
    json_key(w, "metric");
    json_text(w, reading->metric);
    json_key(w, "value");
    print_value(w, &reading->value);
    print_text_or_null(w, "unit", reading->unit);
    json_pair(w, "quality", quality_name(reading->quality));
    json_key(w, "ts");
    json_time(w, reading->event_ns);
    if (reading->detail.len) {
        json_key(w, "detail");
        json_text(w, reading->detail);
    }
    print_flags(w, reading->flags);
    json_close(w, '}');
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

void decode_print(struct buf *out, const char *adapter, const struct message *message,
                  const struct decoding *decoding)
{
    struct json_writer w = json_writer_of(out);
    json_open(&w, '{');
    json_pair(&w, "outcome", outcome_name(decoding->outcome));
    print_text_or_null(&w, "reason", bytes_of(decoding->reason));
    json_pair(&w, "detail", decoding->detail);
    json_pair(&w, "adapter", adapter);
    json_pair(&w, "rule", decoding->rule);
    json_key(&w, "topic");
    json_text(&w, message->topic);
    json_key(&w, "readings");
    json_open(&w, '[');
    for (size_t i = 0; i < decoding->count; i++) {
        print_reading(&w, &decoding->readings[i]);
    }
    json_close(&w, ']');
    json_key(&w, "actions");
    json_open(&w, '[');
    for (size_t i = 0; i < decoding->action_count; i++) {
        print_action(&w, &decoding->actions[i]);
    }
    json_close(&w, ']');
    json_close(&w, '}');
    buf_add_byte(out, '\n');
}
