/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads native telemetry: a scan of the wire format first, then protobuf-c with an
 * allocator over the arena.
 *
 * The scan is what makes protobuf-c safe here.  It takes any bytes that parse, so an
 * empty payload and many a foreign one would be a message with nothing set; it keeps
 * texts as C strings, so a zero byte would shorten a name; and it allocates by what the
 * payload says.
 */
#include "model/telemetry.h"

#include "core/utf8.h"
#include "core/wire.h"
#include "model/proto_arena.h"
#include "telemetry.pb-c.h"

#define FIELDS_MAX 16

/* What a message may hold: its wire type by field number, and the longest text. */
struct shape {
    struct {
        bool known;
        enum wire_type type;
        bool text;
        bool printable; /* a name; else any text */
        size_t len_max;
    } fields[FIELDS_MAX];
    uint32_t items; /* number of the repeated field */
    size_t items_max;
    const struct shape *item;
};

static const struct shape reading_shape = {
    .fields = {
        [1] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
        [2] = {true, WIRE_VARINT, false, false, 0},
        [3] = {true, WIRE_VARINT, false, false, 0},
        [4] = {true, WIRE_FIXED64, false, false, 0},
        [5] = {true, WIRE_VARINT, false, false, 0},
        [6] = {true, WIRE_VARINT, false, false, 0},
        [7] = {true, WIRE_BYTES, true, false, TELEMETRY_TEXT_MAX},
        [8] = {true, WIRE_VARINT, false, false, 0},
        [9] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
        [10] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
    }};

static const struct shape batch_shape = {
    .fields =
        {
            [1] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
            [2] = {true, WIRE_FIXED64, false, false, 0},
            [3] = {true, WIRE_VARINT, false, false, 0},
            [4] = {true, WIRE_FIXED64, false, false, 0},
            [5] = {true, WIRE_BYTES, false, false, 0},
        },
    .items = 5,
    .items_max = TELEMETRY_READINGS_MAX,
    .item = &reading_shape};

static const struct shape metric_shape = {
    .fields = {
        [1] = {true, WIRE_VARINT, false, false, 0},
        [2] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
        [3] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
    }};

static const struct shape announce_shape = {
    .fields =
        {
            [1] = {true, WIRE_BYTES, true, true, TELEMETRY_NAME_MAX},
            [2] = {true, WIRE_BYTES, false, false, 0},
        },
    .items = 2,
    .items_max = TELEMETRY_METRICS_MAX,
    .item = &metric_shape};

/* What the scan saw. */
struct scan {
    size_t items;
    size_t unknown; /* fields that are not in the shape */
};

static bool is_known(const struct shape *shape, const struct wire_field *field)
{
    return field->number < FIELDS_MAX && shape->fields[field->number].known &&
           shape->fields[field->number].type == field->type;
}

static bool text_fits(const struct shape *shape, const struct wire_field *field)
{
    if (!shape->fields[field->number].text) {
        return true;
    }
    bool zero = field->bytes.len && memchr(field->bytes.data, 0, field->bytes.len);
    bool good = shape->fields[field->number].printable ? utf8_printable(field->bytes)
                                                       : utf8_valid(field->bytes);
    return good && !zero && field->bytes.len <= shape->fields[field->number].len_max;
}

static enum err malformed(struct error *e)
{
    return error_reason(e, ERR_REJECT, "malformed_protobuf",
                        "the bytes are not a protobuf message");
}

static enum err bad_text(uint32_t number, struct error *e)
{
    return error_reason(e, ERR_REJECT, "bad_text",
                        "field %u is too long or not clean UTF-8", number);
}

/* An item has no items of its own. */
static enum err scan_item(const struct shape *shape, struct bytes payload,
                          struct error *e)
{
    struct wire wire = wire_of(payload);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (is_known(shape, &field) && !text_fits(shape, &field)) {
            return bad_text(field.number, e);
        }
    }
    return wire.failed ? malformed(e) : ERR_OK;
}

static enum err scan_field(const struct shape *shape, const struct wire_field *field,
                           struct scan *scan, struct error *e)
{
    if (!is_known(shape, field)) {
        scan->unknown++;
        return ERR_OK;
    }
    if (!text_fits(shape, field)) {
        return bad_text(field->number, e);
    }
    if (field->number != shape->items) {
        return ERR_OK;
    }
    scan->items++;
    if (scan->items > shape->items_max) {
        return error_reason(e, ERR_REJECT, "too_many_readings",
                            "more than %zu items in a message", shape->items_max);
    }
    return scan_item(shape->item, field->bytes, e);
}

static enum err scan_message(const struct shape *shape, struct bytes payload,
                             struct scan *scan, struct error *e)
{
    if (payload.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    struct wire wire = wire_of(payload);
    struct wire_field field;
    enum err result = ERR_OK;
    while (result == ERR_OK && wire_next(&wire, &field)) {
        result = scan_field(shape, &field, scan, e);
    }
    return result == ERR_OK && wire.failed ? malformed(e) : result;
}

/* Which of the required fields is not set; foreign bytes are told from a device that
 * left one out. */
static enum err missing(const struct scan *scan, const char *field, struct error *e)
{
    if (scan->unknown > 0) {
        return error_reason(e, ERR_REJECT, "unknown_fields",
                            "%zu fields are not of this message and '%s' is not set",
                            scan->unknown, field);
    }
    return error_reason(e, ERR_REJECT, "missing_field", "'%s' is not set", field);
}

static enum err too_large(struct error *e)
{
    return error_reason(e, ERR_REJECT, "too_large",
                        "the message does not fit into its arena");
}

static enum err check_head(const struct telemetry_head *head, const struct scan *scan,
                           struct error *e)
{
    if (head->device.len == 0) {
        return missing(scan, "device", e);
    }
    if (head->boot == 0) {
        return missing(scan, "boot", e);
    }
    if (head->sequence == 0) {
        return missing(scan, "sequence", e);
    }
    if (head->base_time_ms == 0) {
        return missing(scan, "base_time_ms", e);
    }
    return ERR_OK;
}

enum err telemetry_read_batch(struct arena *arena, struct bytes payload,
                              struct telemetry_batch *ret_batch, struct error *e)
{
    struct scan scan = {0};
    enum err result = scan_message(&batch_shape, payload, &scan, e);
    if (result != ERR_OK) {
        return result;
    }
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Batch *batch =
        emgate__v1__batch__unpack(&allocator, payload.len, payload.data);
    if (!batch) {
        return arena->overflow ? too_large(e) : malformed(e);
    }
    struct telemetry_head head = {.device = bytes_of(batch->device),
                                  .boot = batch->boot,
                                  .sequence = batch->sequence,
                                  .base_time_ms = batch->base_time_ms};
    result = check_head(&head, &scan, e);
    if (result == ERR_OK) {
        *ret_batch = (struct telemetry_batch){
            .head = head, .count = batch->n_readings, .message = batch};
    }
    return result;
}

static void set_value(const Emgate__V1__Reading *from, struct value *to)
{
    switch (from->value_case) {
    case EMGATE__V1__READING__VALUE_NUMBER:
        *to = (struct value){.kind = VALUE_DOUBLE, .number = from->number};
        break;
    case EMGATE__V1__READING__VALUE_INTEGER:
        *to = (struct value){.kind = VALUE_INT, .integer = from->integer};
        break;
    case EMGATE__V1__READING__VALUE_TRUTH:
        *to = (struct value){.kind = VALUE_BOOL, .truth = from->truth != 0};
        break;
    case EMGATE__V1__READING__VALUE_TEXT:
        *to = (struct value){.kind = VALUE_TEXT, .text = bytes_of(from->text)};
        break;
    case EMGATE__V1__READING__VALUE__NOT_SET:
        *to = (struct value){.kind = VALUE_NONE};
        break;
    case _EMGATE__V1__READING__VALUE__CASE_IS_INT_SIZE:
        UNREACHABLE();
    }
}

struct telemetry_reading telemetry_reading_at(const struct telemetry_batch *batch,
                                              size_t index)
{
    ASSERT(index < batch->count);
    const Emgate__V1__Reading *from =
        ((const Emgate__V1__Batch *)batch->message)->readings[index];
    struct telemetry_reading to = {.offset_ms = from->offset_ms,
                                   .unit = bytes_of(from->unit),
                                   .detail = bytes_of(from->detail)};
    if (from->metric_case == EMGATE__V1__READING__METRIC_NAME) {
        to.name = bytes_of(from->name);
    } else if (from->metric_case == EMGATE__V1__READING__METRIC_ALIAS) {
        to.alias = from->alias;
    }
    /* An open enum: a number that is not ours must not pass for good. */
    to.quality = from->quality == EMGATE__V1__QUALITY__QUALITY_GOOD ? QUALITY_GOOD
                 : from->quality == EMGATE__V1__QUALITY__QUALITY_UNCERTAIN
                     ? QUALITY_UNCERTAIN
                     : QUALITY_BAD;
    set_value(from, &to.value);
    return to;
}

enum err telemetry_read_announce(struct arena *arena, struct bytes payload,
                                 struct telemetry_announce *ret_announce, struct error *e)
{
    struct scan scan = {0};
    enum err result = scan_message(&announce_shape, payload, &scan, e);
    if (result != ERR_OK) {
        return result;
    }
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Announce *announce =
        emgate__v1__announce__unpack(&allocator, payload.len, payload.data);
    if (!announce) {
        return arena->overflow ? too_large(e) : malformed(e);
    }
    if (!*announce->device) {
        return missing(&scan, "device", e);
    }
    struct telemetry_metric *metrics =
        arena_take(arena, announce->n_metrics, sizeof *metrics);
    if (!metrics) {
        return too_large(e);
    }
    for (size_t i = 0; i < announce->n_metrics; i++) {
        const Emgate__V1__Announce__Metric *from = announce->metrics[i];
        metrics[i] = (struct telemetry_metric){.alias = from->alias,
                                               .name = bytes_of(from->name),
                                               .unit = bytes_of(from->unit)};
    }
    *ret_announce = (struct telemetry_announce){.device = bytes_of(announce->device),
                                                .metrics = metrics,
                                                .count = announce->n_metrics};
    return ERR_OK;
}
