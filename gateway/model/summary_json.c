/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the message by its descriptor, so that a new field needs nothing here. */
#include "model/summary_json.h"

#include "model/proto_arena.h"
#include "summary.pb-c.h"

#include <math.h>

#define KEY_MAX 64

static void put_message(struct json_writer *writer, const ProtobufCMessage *message);

static void put_bytes(struct json_writer *writer, const ProtobufCBinaryData *data)
{
    json_hex(writer, (struct bytes){.data = data->data, .len = data->len});
}

/* One value of the field's type; `at` is where it stands. */
static void put_value(struct json_writer *writer, const ProtobufCFieldDescriptor *field,
                      const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
        json_i64(writer, *(const int32_t *)at);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        json_i64(writer, *(const int64_t *)at);
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        json_u64(writer, *(const uint32_t *)at);
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        json_u64(writer, *(const uint64_t *)at);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        json_double(writer, (double)*(const float *)at);
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        json_double(writer, *(const double *)at);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        json_bool(writer, *(const protobuf_c_boolean *)at);
        break;
    case PROTOBUF_C_TYPE_STRING:
        json_text(writer, bytes_of(*(const char *const *)at));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        put_bytes(writer, at);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        put_message(writer, *(const ProtobufCMessage *const *)at);
        break;
    }
}

static size_t value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    }
    UNREACHABLE();
}

static void put_list(struct json_writer *writer, const ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;
    size_t count = 0;
    const uint8_t *items = NULL;
    memcpy(&count, base + field->quantifier_offset, sizeof count);
    memcpy(&items, base + field->offset, sizeof items);
    json_key(writer, field->name);
    json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        put_value(writer, field, items + i * value_size(field->type));
    }
    json_close(writer, ']');
}

/* Whether the field has something to say; a plain number or bool always has. */
static bool is_there(const ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, const void *at)
{
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t chosen = 0;
        memcpy(&chosen, (const uint8_t *)message + field->quantifier_offset,
               sizeof chosen);
        if (chosen != field->id) {
            return false;
        }
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(const ProtobufCMessage *const *)at != NULL;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)at;
        return text && *text;
    }
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return ((const ProtobufCBinaryData *)at)->len > 0;
    }
    if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
        return isfinite(*(const double *)at);
    }
    return true;
}

/* "window_start_ns" also as "window_start", for people. */
static void put_time(struct json_writer *writer, const ProtobufCFieldDescriptor *field,
                     const void *at)
{
    struct bytes name = bytes_of(field->name);
    if (field->type != PROTOBUF_C_TYPE_INT64 || name.len <= 3 || name.len >= KEY_MAX ||
        !bytes_are(bytes_slice(name, name.len - 3, 3), "_ns")) {
        return;
    }
    char key[KEY_MAX] = {0};
    memcpy(key, name.data, name.len - 3);
    json_key(writer, key);
    json_time(writer, *(const int64_t *)at);
}

static void put_message(struct json_writer *writer, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    json_open(writer, '{');
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const void *at = (const uint8_t *)message + field->offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            put_list(writer, message, field);
        } else if (is_there(message, field, at)) {
            put_time(writer, field, at);
            json_key(writer, field->name);
            put_value(writer, field, at);
        }
    }
    json_close(writer, '}');
}

enum err summary_json_put(struct bytes summary, struct arena *arena,
                          struct json_writer *writer, struct error *e)
{
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Summary *unpacked =
        emgate__v1__summary__unpack(&allocator, summary.len, summary.data);
    if (!unpacked) {
        return error_reason(e, ERR_REJECT, "not_a_summary",
                            "%zu bytes that are no summary", summary.len);
    }
    put_message(writer, &unpacked->base);
    return ERR_OK;
}
