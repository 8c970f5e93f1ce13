/* SPDX-License-Identifier: Apache-2.0 */
/* A reading as JSON; see reading_json.h. */
#include "model/reading_json.h"

#define EXACT_MAX (INT64_C(1) << 53)

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

static void put_whole(struct json_writer *w, const struct value *value)
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

static void put_value(struct json_writer *w, const struct value *value)
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
        put_whole(w, value);
        return;
    case VALUE_BOOL:
        json_bool(w, value->truth);
        return;
    case VALUE_TEXT:
        json_text(w, value->text);
        return;
    }
}

static void put_flags(struct json_writer *w, uint32_t flags)
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

void reading_json_put(struct json_writer *w, const struct reading *reading)
{
    json_key(w, "device");
    json_text(w, reading->device);
    json_key(w, "metric");
    json_text(w, reading->metric);
    json_key(w, "value");
    put_value(w, &reading->value);
    json_pair_text(w, "unit", reading->unit);
    json_pair(w, "quality", quality_name(reading->quality));
    json_key(w, "ts");
    json_time(w, reading->event_ns);
    if (reading->detail.len) {
        json_key(w, "detail");
        json_text(w, reading->detail);
    }
    put_flags(w, reading->flags);
}
