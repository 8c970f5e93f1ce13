/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparkplug's values.  Signed numbers of up to 32 bits travel in an unsigned field as
 * two's complement, and encoders differ in its width: -5 as an Int8 is 251 from one and
 * 4294967291 from the next.  Both are taken; what is neither is out of range, not cut.
 */
#include "sparkplug_value.h"

#include "core/utf8.h"

#include <math.h>

static bool is_whole(const struct sparkplug_value *from)
{
    return from->member == MEMBER_INT || from->member == MEMBER_LONG;
}

static const char *convert_signed(unsigned bits, const struct sparkplug_value *from,
                                  struct value *ret_value)
{
    if (!is_whole(from)) {
        return "wrong_type";
    }
    uint64_t raw = from->number;
    uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
    uint64_t sign = UINT64_C(1) << (bits - 1);
    uint64_t wide = ((raw & mask) ^ sign) - sign;
    if (raw != (raw & mask) && raw != (uint32_t)wide && raw != wide) {
        return "out_of_range";
    }
    *ret_value = (struct value){.kind = VALUE_INT, .integer = (int64_t)wide};
    return NULL;
}

static const char *convert_unsigned(unsigned bits, const struct sparkplug_value *from,
                                    struct value *ret_value)
{
    if (!is_whole(from)) {
        return "wrong_type";
    }
    if (bits < 64 && from->number >> bits) {
        return "out_of_range";
    }
    *ret_value =
        from->number > INT64_MAX
            ? (struct value){.kind = VALUE_UINT, .natural = from->number}
            : (struct value){.kind = VALUE_INT, .integer = (int64_t)from->number};
    return NULL;
}

static const char *convert_real(const struct sparkplug_value *from,
                                struct value *ret_value)
{
    if (from->member != MEMBER_FLOAT && from->member != MEMBER_DOUBLE) {
        return "wrong_type";
    }
    double number = from->member == MEMBER_FLOAT ? (double)wire_float(from->number)
                                                 : wire_double(from->number);
    if (!isfinite(number)) {
        return isnan(number) ? "nan" : "inf";
    }
    *ret_value = (struct value){.kind = VALUE_DOUBLE, .number = number};
    return NULL;
}

/* Some encoders put a truth value into a whole number. */
static const char *convert_bool(const struct sparkplug_value *from,
                                struct value *ret_value)
{
    if ((from->member != MEMBER_BOOL && !is_whole(from)) || from->number > 1) {
        return "wrong_type";
    }
    *ret_value = (struct value){.kind = VALUE_BOOL, .truth = from->number != 0};
    return NULL;
}

static const char *convert_text(const struct sparkplug_value *from,
                                struct value *ret_value)
{
    if (from->member != MEMBER_STRING) {
        return "wrong_type";
    }
    if (from->bytes.len > SPARKPLUG_TEXT_MAX) {
        return "too_long";
    }
    if (!utf8_valid(from->bytes)) {
        return "bad_encoding";
    }
    *ret_value = (struct value){.kind = VALUE_TEXT, .text = from->bytes};
    return NULL;
}

/* Without a datatype the field's own type decides; a whole number's sign is not known
 * then. */
static const char *convert_untyped(const struct sparkplug_value *from,
                                   struct value *ret_value)
{
    switch (from->member) {
    case MEMBER_FLOAT:
    case MEMBER_DOUBLE:
        return convert_real(from, ret_value);
    case MEMBER_BOOL:
        return convert_bool(from, ret_value);
    case MEMBER_STRING:
        return convert_text(from, ret_value);
    case MEMBER_INT:
    case MEMBER_LONG:
    case MEMBER_BYTES:
    case MEMBER_DATA_SET:
    case MEMBER_TEMPLATE:
        return "unknown_datatype";
    case MEMBER_NONE:
        return "null";
    }
    return "null";
}

const char *sparkplug_convert(uint32_t datatype, const struct sparkplug_value *from,
                              struct value *ret_value)
{
    if (from->member == MEMBER_NONE) {
        return "null";
    }
    switch (datatype) {
    case SPARKPLUG_INT8:
        return convert_signed(8, from, ret_value);
    case SPARKPLUG_INT16:
        return convert_signed(16, from, ret_value);
    case SPARKPLUG_INT32:
        return convert_signed(32, from, ret_value);
    case SPARKPLUG_INT64:
        return convert_signed(64, from, ret_value);
    case SPARKPLUG_UINT8:
        return convert_unsigned(8, from, ret_value);
    case SPARKPLUG_UINT16:
        return convert_unsigned(16, from, ret_value);
    case SPARKPLUG_UINT32:
        return convert_unsigned(32, from, ret_value);
    case SPARKPLUG_UINT64:
    case SPARKPLUG_DATE_TIME:
        return convert_unsigned(64, from, ret_value);
    case SPARKPLUG_FLOAT:
    case SPARKPLUG_DOUBLE:
        return convert_real(from, ret_value);
    case SPARKPLUG_BOOLEAN:
        return convert_bool(from, ret_value);
    case SPARKPLUG_STRING:
    case SPARKPLUG_TEXT:
    case SPARKPLUG_UUID:
        return convert_text(from, ret_value);
    default:
        return convert_untyped(from, ret_value);
    }
}

bool sparkplug_is_opaque(uint32_t datatype)
{
    return datatype == SPARKPLUG_BYTES || datatype == SPARKPLUG_FILE ||
           (datatype > SPARKPLUG_TEMPLATE && datatype <= SPARKPLUG_LAST);
}

enum quality sparkplug_quality(int64_t code, struct bytes *ret_detail)
{
    if (code >= 192 && code <= 255) {
        return QUALITY_GOOD;
    }
    if (code >= 64 && code <= 127) {
        *ret_detail = BYTES("quality_uncertain");
        return QUALITY_UNCERTAIN;
    }
    *ret_detail = code == 500 ? BYTES("stale") : BYTES("quality_bad");
    return QUALITY_BAD;
}
