/* SPDX-License-Identifier: Apache-2.0 */
/* Walks an unpacked message by its descriptor; summary.proto is five levels deep. */
#include "registry/strict.h"

#include "core/utf8.h"

#include <math.h>

static enum err check_message(const ProtobufCMessage *message, struct error *e);

static enum err check_value(const ProtobufCFieldDescriptor *field, const void *at,
                            struct error *e)
{
    if (field->type == PROTOBUF_C_TYPE_DOUBLE && !isfinite(*(const double *)at)) {
        return error_reason(e, ERR_REJECT, "not_finite", "'%s' is not finite",
                            field->name);
    }
    if (field->type == PROTOBUF_C_TYPE_STRING &&
        !utf8_printable(bytes_of(*(const char *const *)at))) {
        return error_reason(e, ERR_REJECT, "not_utf8", "'%s' is not plain text",
                            field->name);
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *inner = *(const ProtobufCMessage *const *)at;
        return inner ? check_message(inner, e) : ERR_OK;
    }
    return ERR_OK;
}

static size_t value_size(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
        return sizeof(double);
    }
    return sizeof(void *);
}

static bool is_checked(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_DOUBLE ||
           field->type == PROTOBUF_C_TYPE_STRING ||
           field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static enum err check_list(const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, struct error *e)
{
    const uint8_t *base = (const uint8_t *)message;
    size_t count = 0;
    const uint8_t *items = NULL;
    memcpy(&count, base + field->quantifier_offset, sizeof count);
    memcpy(&items, base + field->offset, sizeof items);
    for (size_t i = 0; i < count; i++) {
        if (check_value(field, items + i * value_size(field), e) != ERR_OK) {
            return ERR_REJECT;
        }
    }
    return ERR_OK;
}

/* The field of a oneof that is not the chosen one holds nothing. */
static bool is_chosen(const ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field)
{
    uint32_t chosen = field->id;
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        memcpy(&chosen, (const uint8_t *)message + field->quantifier_offset,
               sizeof chosen);
    }
    return chosen == field->id;
}

static enum err check_message(const ProtobufCMessage *message, struct error *e)
{
    if (message->n_unknown_fields > 0) {
        return error_reason(e, ERR_REJECT, "unknown_field", "unknown field %u in '%s'",
                            message->unknown_fields[0].tag,
                            message->descriptor->short_name);
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        enum err err = ERR_OK;
        if (!is_checked(field) || !is_chosen(message, field)) {
            continue;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            err = check_list(message, field, e);
        } else {
            err = check_value(field, (const uint8_t *)message + field->offset, e);
        }
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

enum err strict_check(const ProtobufCMessage *message, struct bytes bytes,
                      struct error *e)
{
    if (check_message(message, e) != ERR_OK) {
        return ERR_REJECT;
    }
    if (protobuf_c_message_get_packed_size(message) != bytes.len) {
        return error_reason(e, ERR_REJECT, "not_shortest",
                            "the bytes are not the shortest form of the message");
    }
    return ERR_OK;
}
