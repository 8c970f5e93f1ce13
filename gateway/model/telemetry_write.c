/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes native telemetry straight in protobuf's wire format, as a device would: fields
 * in order, what is 0 or empty left out, except a value, whose 0 is a value.
 */
#include "core/check.h"
#include "model/telemetry.h"

#define VARINT_LEN_MAX 10
#define READING_LEN_MAX (4 * VARINT_LEN_MAX + 4 * (TELEMETRY_TEXT_MAX + 4))

enum wire { VARINT = 0, FIXED64 = 1, LENGTH = 2 };

static void add_key(struct buf *out, unsigned number, enum wire type)
{
    buf_add_varint(out, number << 3 | (unsigned)type);
}

static void add_varint(struct buf *out, unsigned number, uint64_t value)
{
    add_key(out, number, VARINT);
    buf_add_varint(out, value);
}

static void add_fixed(struct buf *out, unsigned number, uint64_t value)
{
    add_key(out, number, FIXED64);
    buf_add_u64(out, value);
}

static void add_text(struct buf *out, unsigned number, struct bytes text)
{
    add_key(out, number, LENGTH);
    buf_add_string(out, text);
}

/* sint32 and sint64: small numbers of either sign are short. */
static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void add_value(struct buf *out, const struct value *value)
{
    switch (value->kind) {
    case VALUE_DOUBLE:
        add_key(out, 4, FIXED64);
        buf_add_f64(out, value->number);
        break;
    case VALUE_INT:
        add_varint(out, 5, zigzag(value->integer));
        break;
    case VALUE_UINT:
        add_key(out, 4, FIXED64);
        buf_add_f64(out, (double)value->natural);
        break;
    case VALUE_BOOL:
        add_varint(out, 6, value->truth ? 1 : 0);
        break;
    case VALUE_TEXT:
        add_text(out, 7, value->text);
        break;
    case VALUE_NONE:
        break;
    }
}

static uint64_t quality_number(enum quality quality)
{
    switch (quality) {
    case QUALITY_GOOD:
        return 0;
    case QUALITY_UNCERTAIN:
        return 1;
    case QUALITY_BAD:
        return 2;
    }
    UNREACHABLE();
}

static void add_reading(struct buf *out, const struct telemetry_reading *reading)
{
    if (reading->alias) {
        add_varint(out, 2, reading->alias);
    } else {
        add_text(out, 1, reading->name);
    }
    if (reading->offset_ms) {
        add_varint(out, 3, zigzag(reading->offset_ms));
    }
    add_value(out, &reading->value);
    if (reading->quality != QUALITY_GOOD) {
        add_varint(out, 8, quality_number(reading->quality));
    }
    if (reading->unit.len) {
        add_text(out, 9, reading->unit);
    }
    if (reading->detail.len) {
        add_text(out, 10, reading->detail);
    }
}

void telemetry_write_batch(struct buf *out, const struct telemetry_head *head,
                           const struct telemetry_reading *readings, size_t count)
{
    struct buf one;
    buf_init(&one, READING_LEN_MAX);
    add_text(out, 1, head->device);
    add_fixed(out, 2, head->boot);
    add_varint(out, 3, head->sequence);
    add_fixed(out, 4, head->base_time_ms);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&one);
        add_reading(&one, &readings[i]);
        add_text(out, 5, buf_bytes(&one));
        out->overflow = out->overflow || one.overflow;
    }
    buf_deinit(&one);
}

void telemetry_write_announce(struct buf *out, struct bytes device,
                              const struct telemetry_metric *metrics, size_t count)
{
    struct buf one;
    buf_init(&one, READING_LEN_MAX);
    add_text(out, 1, device);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&one);
        add_varint(&one, 1, metrics[i].alias);
        add_text(&one, 2, metrics[i].name);
        if (metrics[i].unit.len) {
            add_text(&one, 3, metrics[i].unit);
        }
        add_text(out, 2, buf_bytes(&one));
        out->overflow = out->overflow || one.overflow;
    }
    buf_deinit(&one);
}

void telemetry_write_ack(struct buf *out, uint64_t boot, uint64_t durable_sequence)
{
    add_fixed(out, 1, boot);
    add_varint(out, 2, durable_sequence);
}
