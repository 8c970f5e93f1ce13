/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SenML in CBOR (RFC 8949), as much of it as SenML needs.
 *
 *     head    major type * 32 + info; info 24..27: 1, 2, 4, 8 bytes follow; 31: until
 *             a break
 *     0 1     whole numbers; 2 3 bytes and text, also in chunks; 4 5 array and map
 *     6       tags: 4 is a decimal fraction [exponent, mantissa], others are passed over
 *     7       false true null undefined, floats of 2, 4 and 8 bytes
 *
 * A pack is one array of maps with whole-number keys, or text keys for extensions.
 * Lengths are checked against what is left before anything is done by them, nesting is
 * bounded, and nothing may stand behind the pack.
 */
#include "core/number.h"
#include "core/utf8.h"
#include "decode/timeformat.h"
#include "senml.h"

#include <math.h>

#define NS_DIGITS 9
#define EXPONENT_MAX 400

enum major { UNSIGNED, NEGATIVE, BYTE_STRING, TEXT_STRING, ARRAY, MAP, TAG, SIMPLE };

#define INDEFINITE 31
#define TAG_DECIMAL 4
#define TAG_CBOR 55799 /* says that it is CBOR */
#define BREAK 0xff

struct head {
    enum major major;
    uint8_t info;
    uint64_t value;
};

struct input {
    struct bytes rest;
    const char *problem; /* a reason, sticky: nothing that is read after it counts */
    struct arena *arena;
};

/* ---- heads ---- */

static void fail(struct input *in, const char *reason)
{
    in->problem = in->problem ? in->problem : reason;
    in->rest = (struct bytes){0};
}

static struct bytes take(struct input *in, uint64_t len)
{
    if (len > in->rest.len) {
        fail(in, "malformed_cbor");
        return (struct bytes){0};
    }
    struct bytes taken = bytes_slice(in->rest, 0, (size_t)len);
    in->rest = bytes_slice(in->rest, (size_t)len, in->rest.len);
    return taken;
}

static struct head take_head(struct input *in)
{
    struct bytes first = take(in, 1);
    struct head head = {.major = SIMPLE};
    if (first.len == 0) {
        return head;
    }
    head.major = (enum major)(first.data[0] >> 5);
    head.info = first.data[0] & 31;
    head.value = head.info;
    if (head.info >= 24 && head.info <= 27) {
        struct bytes more = take(in, UINT64_C(1) << (head.info - 24));
        head.value = 0;
        for (size_t i = 0; i < more.len; i++) {
            head.value = head.value << 8 | more.data[i];
        }
    }
    bool endless =
        head.info == INDEFINITE && head.major >= BYTE_STRING && head.major <= MAP;
    if (head.info > 27 && !endless) {
        fail(in, "malformed_cbor");
    }
    return head;
}

static bool take_break(struct input *in)
{
    if (in->rest.len && in->rest.data[0] == BREAK) {
        (void)take(in, 1);
        return true;
    }
    return false;
}

/* Whether another item of a container follows; counts down `*left`. */
static bool has_more(struct input *in, const struct head *head, uint64_t *left)
{
    if (in->problem) {
        return false;
    }
    if (head->info == INDEFINITE) {
        if (in->rest.len == 0) {
            fail(in, "malformed_cbor");
        }
        return !in->problem && !take_break(in);
    }
    return *left > 0 && (*left)-- > 0;
}

/* Each item takes at least a byte, so a count beyond what is left is a lie. */
static void check_count(struct input *in, const struct head *head)
{
    if (head->info != INDEFINITE && head->value > in->rest.len) {
        fail(in, "malformed_cbor");
    }
}

/* ---- strings ---- */

/* Chunks of the same type until the break, joined in the arena. */
static struct bytes take_chunks(struct input *in, enum major major)
{
    size_t room = in->rest.len;
    uint8_t *joined = arena_take(in->arena, room + 1, 1);
    size_t len = 0;
    if (!joined) {
        fail(in, "too_large");
        return (struct bytes){0};
    }
    while (!in->problem && !take_break(in)) {
        struct head head = take_head(in);
        if (head.major != major || head.info == INDEFINITE) {
            fail(in, "malformed_cbor");
            break;
        }
        struct bytes chunk = take(in, head.value);
        if (chunk.len) {
            memcpy(joined + len, chunk.data, chunk.len);
            len += chunk.len;
        }
    }
    return in->problem ? (struct bytes){0} : (struct bytes){.data = joined, .len = len};
}

static struct bytes take_string(struct input *in, const struct head *head)
{
    return head->info == INDEFINITE ? take_chunks(in, head->major)
                                    : take(in, head->value);
}

/* Bytes as base64url without padding, as SenML's JSON has them. */
static struct bytes base64url(struct arena *arena, struct bytes data)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t *text = arena_take(arena, data.len / 3 * 4 + 4, 1);
    size_t len = 0;
    for (size_t i = 0; text && i < data.len; i += 3) {
        uint32_t group = (uint32_t)data.data[i] << 16;
        group |= i + 1 < data.len ? (uint32_t)data.data[i + 1] << 8 : 0;
        group |= i + 2 < data.len ? data.data[i + 2] : 0;
        size_t count = data.len - i >= 3 ? 4 : data.len - i + 1;
        for (size_t k = 0; k < count; k++) {
            text[len++] = (uint8_t)digits[group >> (18 - 6 * k) & 63];
        }
    }
    return (struct bytes){.data = text, .len = len};
}

/* ---- numbers ---- */

/* RFC 8949 appendix D: 1 sign bit, 5 of exponent, 10 of mantissa. */
static double half_of(uint16_t bits)
{
    int exponent = bits >> 10 & 31;
    double mantissa = bits & 1023;
    double size = exponent == 0    ? ldexp(mantissa, -24)
                  : exponent != 31 ? ldexp(mantissa + 1024, exponent - 25)
                  : mantissa > 0   ? (double)NAN
                                   : (double)INFINITY;
    return bits & 0x8000 ? -size : size;
}

static double float_of(uint32_t bits)
{
    float number = 0;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

static double double_of(uint64_t bits)
{
    double number = 0;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Times 1e9, saturated. */
static int64_t ns_of(int64_t seconds)
{
    int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, INT64_C(1000000000), &ns)) {
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    }
    return ns;
}

static struct senml_number whole_of(const struct head *head)
{
    if (head->value > INT64_MAX) {
        bool negative = head->major == NEGATIVE;
        double size = (double)head->value;
        struct senml_number number = senml_number_of(negative ? -1.0 - size : size);
        if (!negative) {
            number.value = (struct value){.kind = VALUE_UINT, .natural = head->value};
        }
        return number;
    }
    int64_t whole =
        head->major == NEGATIVE ? -1 - (int64_t)head->value : (int64_t)head->value;
    return (struct senml_number){.value = {.kind = VALUE_INT, .integer = whole},
                                 .ns = ns_of(whole)};
}

/* [exponent, mantissa], as decimal text so that nothing is rounded twice. */
static bool take_decimal(struct input *in, struct senml_number *ret_number)
{
    struct head array = take_head(in);
    struct head exponent = take_head(in);
    struct head mantissa = take_head(in);
    if (array.major != ARRAY || array.info == INDEFINITE || array.value != 2 ||
        exponent.major > NEGATIVE || mantissa.major > NEGATIVE ||
        exponent.value > EXPONENT_MAX || mantissa.value > INT64_MAX) {
        return false;
    }
    int64_t power = whole_of(&exponent).value.integer;
    struct bytes text =
        arena_print(in->arena, "%llde%lld", (long long)whole_of(&mantissa).value.integer,
                    (long long)power);
    double number = 0;
    if (!number_parse(text, &number)) {
        *ret_number = (struct senml_number){.problem = "inf", .ns = INT64_MAX};
        return true;
    }
    *ret_number = senml_number_of(number);
    return true;
}

static bool take_number(struct input *in, struct senml_number *ret_number)
{
    struct head head = take_head(in);
    if (head.major == UNSIGNED || head.major == NEGATIVE) {
        *ret_number = whole_of(&head);
        return true;
    }
    if (head.major == TAG && head.value == TAG_DECIMAL) {
        return take_decimal(in, ret_number);
    }
    if (head.major == SIMPLE && (head.info == 22 || head.info == 23)) {
        *ret_number = (struct senml_number){.problem = "null"};
        return true;
    }
    if (head.major != SIMPLE || head.info < 25 || head.info > 27) {
        return false;
    }
    *ret_number = senml_number_of(head.info == 25   ? half_of((uint16_t)head.value)
                                  : head.info == 26 ? float_of((uint32_t)head.value)
                                                    : double_of(head.value));
    return true;
}

/* ---- fields ---- */

static bool take_text(struct input *in, struct bytes *ret_text)
{
    struct head head = take_head(in);
    if (head.major != TEXT_STRING) {
        return false;
    }
    *ret_text = take_string(in, &head);
    return utf8_valid(*ret_text);
}

static bool take_data(struct input *in, struct bytes *ret_text)
{
    struct head head = take_head(in);
    if (head.major != BYTE_STRING) {
        return false;
    }
    *ret_text = base64url(in->arena, take_string(in, &head));
    return true;
}

static bool take_boolean(struct input *in, bool *ret_boolean)
{
    struct head head = take_head(in);
    *ret_boolean = head.info == 21;
    return head.major == SIMPLE && (head.info == 20 || head.info == 21);
}

static bool take_member(struct input *in, const struct senml_key *key, void *member)
{
    switch (key->kind) {
    case SENML_IS_TEXT:
        return take_text(in, member);
    case SENML_IS_NUMBER:
        return take_number(in, member);
    case SENML_IS_BOOLEAN:
        return take_boolean(in, member);
    case SENML_IS_DATA:
        return take_data(in, member);
    }
    return false;
}

/* Passes over one item of any kind. */
static void skip(struct input *in, unsigned depth) /* NOLINT: depth is bounded */
{
    if (depth > SENML_DEPTH_MAX) {
        fail(in, "too_deep");
        return;
    }
    struct head head = take_head(in);
    if (head.major == BYTE_STRING || head.major == TEXT_STRING) {
        (void)take_string(in, &head);
    } else if (head.major == TAG) {
        skip(in, depth + 1);
    } else if (head.major == ARRAY || head.major == MAP) {
        check_count(in, &head);
        uint64_t left = head.value;
        while (has_more(in, &head, &left)) {
            skip(in, depth + 1);
            if (head.major == MAP && !in->problem) {
                skip(in, depth + 1);
            }
        }
    }
}

/* The field a key names; NULL with no problem: an extension that may be passed over. */
static const struct senml_key *take_key(struct input *in)
{
    struct head head = take_head(in);
    if (head.major == UNSIGNED && head.value <= INT64_MAX) {
        return senml_key_by_label((int64_t)head.value);
    }
    if (head.major == NEGATIVE && head.value < INT64_MAX) {
        return senml_key_by_label(-1 - (int64_t)head.value);
    }
    if (head.major != TEXT_STRING) {
        fail(in, "malformed_senml");
        return NULL;
    }
    struct bytes name = take_string(in, &head);
    if (senml_must_understand(name)) {
        fail(in, "senml_must_understand");
    }
    return NULL;
}

static void take_record(struct input *in, struct senml_record *record)
{
    struct head head = take_head(in);
    if (head.major != MAP) {
        /* An array in an array is what deep nesting looks like. */
        fail(in, head.major == ARRAY ? "too_deep" : "malformed_senml");
        return;
    }
    check_count(in, &head);
    uint64_t left = head.value;
    while (has_more(in, &head, &left)) {
        const struct senml_key *key = take_key(in);
        if (!key) {
            skip(in, 1);
        } else if (record->fields & (unsigned)key->field) {
            fail(in, "duplicate_key");
        } else if (!take_member(in, key, (uint8_t *)record + key->offset)) {
            fail(in, "malformed_senml");
        } else {
            record->fields |= (unsigned)key->field;
        }
    }
}

static enum err told(const struct input *in, size_t len, struct error *e)
{
    return error_reason(e, ERR_REJECT, in->problem,
                        "the %zu bytes are not a SenML pack in CBOR", len);
}

enum err senml_read_cbor(const struct senml_reader *reader, struct bytes data,
                         struct error *e)
{
    struct input in = {.rest = data, .arena = reader->arena};
    struct head head = take_head(&in);
    if (head.major == TAG && head.value == TAG_CBOR) {
        head = take_head(&in);
    }
    if (head.major != ARRAY) {
        fail(&in, "malformed_cbor");
    }
    check_count(&in, &head);
    uint64_t left = head.value;
    while (has_more(&in, &head, &left)) {
        struct senml_record record = {0};
        take_record(&in, &record);
        enum err result = in.problem ? ERR_OK : reader->take(reader->ctx, &record, e);
        if (result != ERR_OK) {
            return result;
        }
    }
    if (!in.problem && in.rest.len) {
        fail(&in, "malformed_cbor");
    }
    return in.problem ? told(&in, data.len, e) : ERR_OK;
}
