/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Sparkplug B's wire format.
 *
 * Each message type has a table of what its fields look like.  A field whose number is
 * known and whose wire type is another is malformed; an unknown number is skipped.
 * The check walks nested parts with a depth, so a payload of ten thousand templates in
 * each other costs one refusal and no stack.
 */
#include "sparkplug_payload.h"

#include "core/utf8.h"

/* What a known field must look like. */
enum look {
    LOOK_ANY, /* not known to us */
    LOOK_VARINT,
    LOOK_FIXED32,
    LOOK_FIXED64,
    LOOK_BYTES,
    LOOK_NAME,
    LOOK_TEXT,
    LOOK_METRIC,
    LOOK_PROPERTIES,
    LOOK_PROPERTY,
    LOOK_PROPERTY_LIST,
    LOOK_DATA_SET,
    LOOK_ROW,
    LOOK_CELL,
    LOOK_TEMPLATE,
    LOOK_NUMBERS, /* varints, one a field or packed */
};

#define FIELDS 19

static const enum look payload_fields[FIELDS] = {
    [1] = LOOK_VARINT, [2] = LOOK_METRIC, [3] = LOOK_VARINT,
    [4] = LOOK_NAME,   [5] = LOOK_BYTES,
};

static const enum look metric_fields[FIELDS] = {
    [1] = LOOK_NAME,       [2] = LOOK_VARINT,    [3] = LOOK_VARINT,  [4] = LOOK_VARINT,
    [5] = LOOK_VARINT,     [6] = LOOK_VARINT,    [7] = LOOK_VARINT,  [8] = LOOK_BYTES,
    [9] = LOOK_PROPERTIES, [10] = LOOK_VARINT,   [11] = LOOK_VARINT, [12] = LOOK_FIXED32,
    [13] = LOOK_FIXED64,   [14] = LOOK_VARINT,   [15] = LOOK_TEXT,   [16] = LOOK_BYTES,
    [17] = LOOK_DATA_SET,  [18] = LOOK_TEMPLATE,
};

static const enum look properties_fields[FIELDS] = {
    [1] = LOOK_NAME,
    [2] = LOOK_PROPERTY,
};

static const enum look property_fields[FIELDS] = {
    [1] = LOOK_VARINT,         [2] = LOOK_VARINT,  [3] = LOOK_VARINT,
    [4] = LOOK_VARINT,         [5] = LOOK_FIXED32, [6] = LOOK_FIXED64,
    [7] = LOOK_VARINT,         [8] = LOOK_TEXT,    [9] = LOOK_PROPERTIES,
    [10] = LOOK_PROPERTY_LIST,
};

static const enum look property_list_fields[FIELDS] = {[1] = LOOK_PROPERTIES};

static const enum look template_fields[FIELDS] = {
    [1] = LOOK_TEXT, [2] = LOOK_METRIC, [3] = LOOK_BYTES,
    [4] = LOOK_TEXT, [5] = LOOK_VARINT,
};

static const enum look data_set_fields[FIELDS] = {
    [1] = LOOK_VARINT,
    [2] = LOOK_NAME,
    [3] = LOOK_NUMBERS,
    [4] = LOOK_ROW,
};

static const enum look row_fields[FIELDS] = {[1] = LOOK_CELL};

static const enum look cell_fields[FIELDS] = {
    [1] = LOOK_VARINT,  [2] = LOOK_VARINT, [3] = LOOK_FIXED32,
    [4] = LOOK_FIXED64, [5] = LOOK_VARINT, [6] = LOOK_TEXT,
};

/* The fields of a nested message, or NULL for what has none. */
static const enum look *fields_of(enum look look)
{
    switch (look) {
    case LOOK_METRIC:
        return metric_fields;
    case LOOK_PROPERTIES:
        return properties_fields;
    case LOOK_PROPERTY:
        return property_fields;
    case LOOK_PROPERTY_LIST:
        return property_list_fields;
    case LOOK_DATA_SET:
        return data_set_fields;
    case LOOK_ROW:
        return row_fields;
    case LOOK_CELL:
        return cell_fields;
    case LOOK_TEMPLATE:
        return template_fields;
    case LOOK_ANY:
    case LOOK_VARINT:
    case LOOK_FIXED32:
    case LOOK_FIXED64:
    case LOOK_BYTES:
    case LOOK_NAME:
    case LOOK_TEXT:
    case LOOK_NUMBERS:
        return NULL;
    }
    return NULL;
}

static bool looks_right(enum look look, const struct wire_field *field)
{
    switch (look) {
    case LOOK_ANY:
        return true;
    case LOOK_VARINT:
        return field->type == WIRE_VARINT;
    case LOOK_FIXED32:
        return field->type == WIRE_FIXED32;
    case LOOK_FIXED64:
        return field->type == WIRE_FIXED64;
    case LOOK_NUMBERS:
        return field->type == WIRE_VARINT || field->type == WIRE_BYTES;
    case LOOK_BYTES:
    case LOOK_NAME:
    case LOOK_TEXT:
    case LOOK_METRIC:
    case LOOK_PROPERTIES:
    case LOOK_PROPERTY:
    case LOOK_PROPERTY_LIST:
    case LOOK_DATA_SET:
    case LOOK_ROW:
    case LOOK_CELL:
    case LOOK_TEMPLATE:
        return field->type == WIRE_BYTES;
    }
    return false;
}

static enum look look_of(const enum look *fields, const struct wire_field *field)
{
    return field->number < FIELDS ? fields[field->number] : LOOK_ANY;
}

/* ---- the check ---- */

/* How deep each level counts: a metric in a template in a metric is two levels. */
#define LEVELS_MAX (2 * SPARKPLUG_DEPTH_MAX)

struct check {
    size_t readings;
    struct error *e;
};

static enum err malformed(struct error *e)
{
    return error_reason(e, ERR_REJECT, "malformed_protobuf",
                        "the bytes are not a Sparkplug payload");
}

static enum err check_field(struct check *check, enum look look,
                            const struct wire_field *field)
{
    if (!looks_right(look, field)) {
        return malformed(check->e);
    }
    bool named = look == LOOK_NAME;
    if (named &&
        (field->bytes.len > SPARKPLUG_NAME_MAX || !utf8_printable(field->bytes))) {
        return error_reason(check->e, ERR_REJECT, "bad_text",
                            "a name is too long or not clean UTF-8");
    }
    check->readings += look == LOOK_METRIC || look == LOOK_CELL ? 1 : 0;
    if (check->readings > SPARKPLUG_READINGS_MAX) {
        return error_reason(check->e, ERR_REJECT, "too_many_readings",
                            "more than %d metrics in a payload", SPARKPLUG_READINGS_MAX);
    }
    return ERR_OK;
}

/* Packed numbers are varints only. */
static enum err check_numbers(struct check *check, const struct wire_field *field)
{
    if (field->type == WIRE_VARINT) {
        return ERR_OK;
    }
    for (size_t i = 0; i < field->bytes.len; i++) {
        if (i + 1 == field->bytes.len && field->bytes.data[i] >= 0x80) {
            return malformed(check->e);
        }
    }
    return ERR_OK;
}

/* Recursion is bounded by LEVELS_MAX, so is the stack. */
static enum err check_message(struct check *check, struct bytes raw, /* NOLINT */
                              const enum look *fields, unsigned level)
{
    if (level > LEVELS_MAX) {
        return error_reason(check->e, ERR_REJECT, "too_deep",
                            "more than %d templates or properties in each other",
                            SPARKPLUG_DEPTH_MAX);
    }
    struct wire wire = wire_of(raw);
    struct wire_field field;
    enum err result = ERR_OK;
    while (result == ERR_OK && wire_next(&wire, &field)) {
        enum look look = look_of(fields, &field);
        const enum look *nested = fields_of(look);
        result = check_field(check, look, &field);
        if (result == ERR_OK && nested) {
            result = check_message(check, field.bytes, nested, level + 1);
        } else if (result == ERR_OK && look == LOOK_NUMBERS) {
            result = check_numbers(check, &field);
        }
    }
    return result == ERR_OK && wire.failed ? malformed(check->e) : result;
}

enum err sparkplug_payload_read(struct bytes raw, struct sparkplug_payload *ret_payload,
                                struct error *e)
{
    struct check check = {.e = e};
    enum err result = check_message(&check, raw, payload_fields, 0);
    if (result != ERR_OK) {
        return result;
    }
    struct sparkplug_payload payload = {.raw = raw, .reading_count = check.readings};
    struct wire wire = wire_of(raw);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.number == 1) {
            payload.timestamp_ms = field.value;
            payload.has_timestamp = true;
        } else if (field.number == 2) {
            payload.metric_count++;
        } else if (field.number == 3) {
            payload.seq = field.value;
            payload.has_seq = true;
        } else if (field.number == 4) {
            payload.uuid = field.bytes;
        } else if (field.number == 5) {
            payload.body = field.bytes;
        }
    }
    *ret_payload = payload;
    return ERR_OK;
}

/* ---- walking what was checked ---- */

/* A property's whole number; the others do not say a quality. */
static bool property_number(struct bytes raw, int64_t *ret_number)
{
    struct wire wire = wire_of(raw);
    struct wire_field field;
    bool found = false;
    while (wire_next(&wire, &field)) {
        if (field.number == 3) {
            *ret_number = (int32_t)(uint32_t)field.value;
            found = true;
        } else if (field.number == 4) {
            *ret_number = (int64_t)field.value;
            found = true;
        }
    }
    return found;
}

static bool property_text(struct bytes raw, struct bytes *ret_text)
{
    struct wire wire = wire_of(raw);
    struct wire_field field;
    bool found = false;
    while (wire_next(&wire, &field)) {
        if (field.number == 8 && utf8_printable(field.bytes) &&
            field.bytes.len <= SPARKPLUG_NAME_MAX) {
            *ret_text = field.bytes;
            found = true;
        }
    }
    return found;
}

/* The value at `index` of a property set. */
static struct bytes property_at(struct bytes raw, size_t index)
{
    struct wire wire = wire_of(raw);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.number == 2 && index-- == 0) {
            return field.bytes;
        }
    }
    return (struct bytes){0};
}

/* The value of the first such key; keys and values stand apart, in the same order. */
static struct bytes find_property(struct bytes raw, const char *key)
{
    struct wire wire = wire_of(raw);
    struct wire_field field;
    for (size_t index = 0; wire_next(&wire, &field);) {
        if (field.number == 1 && bytes_are(field.bytes, key)) {
            return property_at(raw, index);
        }
        index += field.number == 1 ? 1 : 0;
    }
    return (struct bytes){0};
}

static void read_properties(struct bytes raw, struct sparkplug_metric *metric)
{
    metric->has_unit = property_text(find_property(raw, "engUnit"), &metric->unit);
    metric->has_quality =
        property_number(find_property(raw, "Quality"), &metric->quality);
}

static enum sparkplug_member member_of(uint32_t number)
{
    static const enum sparkplug_member members[] = {
        MEMBER_INT,    MEMBER_LONG,  MEMBER_FLOAT,    MEMBER_DOUBLE,  MEMBER_BOOL,
        MEMBER_STRING, MEMBER_BYTES, MEMBER_DATA_SET, MEMBER_TEMPLATE};
    return members[number];
}

static struct sparkplug_value value_of(const struct wire_field *field, uint32_t first)
{
    return (struct sparkplug_value){.member = member_of(field->number - first),
                                    .number = field->value,
                                    .bytes = field->bytes};
}

static void read_metric_field(const struct wire_field *field,
                              struct sparkplug_metric *metric)
{
    switch (field->number) {
    case 1:
        metric->name = field->bytes;
        break;
    case 2:
        metric->alias = field->value;
        metric->has_alias = true;
        break;
    case 3:
        metric->timestamp_ms = field->value;
        metric->has_timestamp = true;
        break;
    case 4:
        metric->datatype =
            field->value > UINT32_MAX ? UINT32_MAX : (uint32_t)field->value;
        break;
    case 5:
        metric->historical = field->value != 0;
        break;
    case 6:
        metric->transient = field->value != 0;
        break;
    case 7:
        metric->null = field->value != 0;
        break;
    case 9:
        read_properties(field->bytes, metric);
        break;
    default:
        if (field->number >= 10 && field->number <= 18) {
            metric->value = value_of(field, 10);
        }
        break;
    }
}

bool sparkplug_metric_next(struct wire *wire, struct sparkplug_metric *ret_metric)
{
    struct wire_field field;
    while (wire_next(wire, &field)) {
        if (field.number != 2) {
            continue;
        }
        struct sparkplug_metric metric = {0};
        struct wire fields = wire_of(field.bytes);
        while (wire_next(&fields, &field)) {
            read_metric_field(&field, &metric);
        }
        *ret_metric = metric;
        return true;
    }
    return false;
}

void sparkplug_template_read(struct bytes raw, struct sparkplug_template *ret_template)
{
    *ret_template = (struct sparkplug_template){.metrics = wire_of(raw)};
    struct wire wire = wire_of(raw);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.number == 5) {
            ret_template->definition = field.value != 0;
        }
    }
}

static void add_type(struct sparkplug_data_set *set, uint64_t type)
{
    if (set->type_count < SPARKPLUG_COLUMNS_MAX) {
        set->types[set->type_count] = type > UINT32_MAX ? UINT32_MAX : (uint32_t)type;
    }
    set->type_count++;
}

/* Type numbers fit one byte, so longer varints are as good as unknown. */
static void add_packed_types(struct sparkplug_data_set *set, struct bytes packed)
{
    uint64_t type = 0;
    for (size_t i = 0; i < packed.len; i++) {
        bool more = packed.data[i] >= 0x80;
        type = more ? UINT32_MAX : (type ? type : packed.data[i]);
        if (!more) {
            add_type(set, type);
            type = 0;
        }
    }
}

void sparkplug_data_set_read(struct bytes raw, struct sparkplug_data_set *ret_set)
{
    *ret_set = (struct sparkplug_data_set){.rows = wire_of(raw)};
    struct wire wire = wire_of(raw);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.number == 2) {
            if (ret_set->column_count < SPARKPLUG_COLUMNS_MAX) {
                ret_set->columns[ret_set->column_count] = field.bytes;
            }
            ret_set->column_count++;
        } else if (field.number == 3 && field.type == WIRE_VARINT) {
            add_type(ret_set, field.value);
        } else if (field.number == 3) {
            add_packed_types(ret_set, field.bytes);
        } else if (field.number == 4) {
            ret_set->row_count++;
        }
    }
}

static struct sparkplug_value read_cell(struct bytes raw)
{
    struct sparkplug_value value = {.member = MEMBER_NONE};
    struct wire wire = wire_of(raw);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.number >= 1 && field.number <= 6) {
            value = value_of(&field, 1);
        }
    }
    return value;
}

static size_t read_row(struct bytes raw,
                       struct sparkplug_value elements[SPARKPLUG_COLUMNS_MAX])
{
    struct wire wire = wire_of(raw);
    struct wire_field field;
    size_t count = 0;
    while (wire_next(&wire, &field)) {
        if (field.number == 1 && count < SPARKPLUG_COLUMNS_MAX) {
            elements[count] = read_cell(field.bytes);
        }
        count += field.number == 1 ? 1 : 0;
    }
    return count;
}

bool sparkplug_row_next(struct sparkplug_data_set *set,
                        struct sparkplug_value elements[SPARKPLUG_COLUMNS_MAX],
                        size_t *ret_count)
{
    struct wire_field field;
    while (wire_next(&set->rows, &field)) {
        if (field.number == 4) {
            *ret_count = read_row(field.bytes, elements);
            return true;
        }
    }
    return false;
}
