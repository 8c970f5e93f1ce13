/* SPDX-License-Identifier: Apache-2.0 */
/* One field of protobuf's wire format at a time. */
#include "core/wire.h"

#define FIELD_NUMBER_MAX 0x1fffffff
#define VARINT_LAST_SHIFT 63

static bool take_varint(struct bytes *rest, uint64_t *ret_value)
{
    if (rest->len && rest->data[0] < 0x80) { /* nearly all of them */
        *ret_value = rest->data[0];
        rest->data++;
        rest->len--;
        return true;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < rest->len && i * 7 <= VARINT_LAST_SHIFT; i++) {
        uint8_t byte = rest->data[i];
        if (i * 7 == VARINT_LAST_SHIFT && byte > 1) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7f) << (i * 7);
        if (!(byte & 0x80)) {
            *rest = bytes_slice(*rest, i + 1, rest->len);
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool take_fixed(struct bytes *rest, size_t len, uint64_t *ret_value)
{
    if (rest->len < len) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value |= (uint64_t)rest->data[i] << (8 * i);
    }
    *rest = bytes_slice(*rest, len, rest->len);
    *ret_value = value;
    return true;
}

static bool take_bytes(struct bytes *rest, struct bytes *ret_bytes)
{
    uint64_t len = 0;
    if (!take_varint(rest, &len) || len > rest->len) {
        return false;
    }
    *ret_bytes = bytes_slice(*rest, 0, (size_t)len);
    *rest = bytes_slice(*rest, (size_t)len, rest->len);
    return true;
}

static bool take_content(struct bytes *rest, struct wire_field *field)
{
    switch (field->type) {
    case WIRE_VARINT:
        return take_varint(rest, &field->value);
    case WIRE_FIXED64:
        return take_fixed(rest, 8, &field->value);
    case WIRE_BYTES:
        return take_bytes(rest, &field->bytes);
    case WIRE_FIXED32:
        return take_fixed(rest, 4, &field->value);
    }
    return false;
}

bool wire_next(struct wire *wire, struct wire_field *ret_field)
{
    if (wire->failed || wire->rest.len == 0) {
        return false;
    }
    uint64_t key = 0;
    struct wire_field field = {0};
    if (!take_varint(&wire->rest, &key) || key >> 3 == 0 || key >> 3 > FIELD_NUMBER_MAX) {
        wire->failed = true;
        return false;
    }
    field.number = (uint32_t)(key >> 3);
    field.type = (enum wire_type)(key & 7);
    if (!take_content(&wire->rest, &field)) {
        wire->failed = true;
        return false;
    }
    *ret_field = field;
    return true;
}

double wire_double(uint64_t value)
{
    double number = 0;
    memcpy(&number, &value, sizeof number);
    return number;
}

float wire_float(uint64_t value)
{
    uint32_t bits = (uint32_t)value;
    float number = 0;
    memcpy(&number, &bits, sizeof number);
    return number;
}
