/* SPDX-License-Identifier: Apache-2.0 */
/*
 * senml: Sensor Measurement Lists, RFC 8428, in JSON or CBOR (told by the first byte).
 *
 *     JSON  label  meaning                       JSON  label  meaning
 *     bn    -2     base name                     n     0      name, behind the base's
 *     bt    -3     base time, added              t     6      time, s
 *     bu    -4     base unit                     u     1      unit
 *     bv    -5     base value, added             v     2      value
 *     bs    -6     base sum, added               s     5      sum over time
 *     bver  -1     version, at most 10           vs    3      text
 *                                                vb    4      truth
 *                                                vd    8      data, as base64url text
 *
 * Base fields hold for the records after them.  A time below 2^28 s is relative to the
 * receive time.  The device is the base name without its last separator and the metric
 * the name; a name alone is split at its last ':' or '/'.  A record with a value and a
 * sum gives two readings, the sum's metric being name/sum.
 *
 * The pack is taken whole or not at all, but for records without a name or with several
 * values: those are left out and make the outcome partial.
 */
#include "senml.h"

#include "core/clock.h"
#include "core/number.h"
#include "core/topic.h"
#include "core/utf8.h"
#include "decode/adapter.h"
#include "decode/timeformat.h"

#include <math.h>

#define VERSION_MAX 10
#define RELATIVE_BELOW_NS (INT64_C(268435456) * NS_PER_S) /* 2^28 s */
#define TEXT_MAX 4096
#define NAME_LEN_MAX 512
#define NS_DIGITS 9

#define KEY(name_, label_, field_, kind_, member)                                        \
    {                                                                                    \
        .name = (name_), .label = (label_), .field = (field_), .kind = (kind_),          \
        .offset = offsetof(struct senml_record, member)                                  \
    }

static const struct senml_key keys[] = {
    KEY("bver", -1, SENML_BASE_VERSION, SENML_IS_NUMBER, base_version),
    KEY("bn", -2, SENML_BASE_NAME, SENML_IS_TEXT, base_name),
    KEY("bt", -3, SENML_BASE_TIME, SENML_IS_NUMBER, base_time),
    KEY("bu", -4, SENML_BASE_UNIT, SENML_IS_TEXT, base_unit),
    KEY("bv", -5, SENML_BASE_VALUE, SENML_IS_NUMBER, base_value),
    KEY("bs", -6, SENML_BASE_SUM, SENML_IS_NUMBER, base_sum),
    KEY("n", 0, SENML_NAME, SENML_IS_TEXT, name),
    KEY("u", 1, SENML_UNIT, SENML_IS_TEXT, unit),
    KEY("v", 2, SENML_VALUE, SENML_IS_NUMBER, value),
    KEY("vs", 3, SENML_STRING, SENML_IS_TEXT, string),
    KEY("vb", 4, SENML_BOOLEAN, SENML_IS_BOOLEAN, boolean),
    KEY("s", 5, SENML_SUM, SENML_IS_NUMBER, sum),
    KEY("t", 6, SENML_TIME, SENML_IS_NUMBER, time),
    KEY("vd", 8, SENML_DATA, SENML_IS_DATA, data),
};

#define KEY_COUNT (sizeof keys / sizeof *keys)

const struct senml_key *senml_key_by_name(struct bytes name)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (bytes_are(name, keys[i].name)) {
            return &keys[i];
        }
    }
    return NULL;
}

const struct senml_key *senml_key_by_label(int64_t label)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].label == label) {
            return &keys[i];
        }
    }
    return NULL;
}

bool senml_must_understand(struct bytes name)
{
    return name.len && name.data[name.len - 1] == '_';
}

struct senml_number senml_number_of(double number)
{
    if (!isfinite(number)) {
        return (struct senml_number){.problem = isnan(number) ? "nan" : "inf",
                                     .ns = INT64_MAX};
    }
    struct senml_number result = {.value = {.kind = VALUE_DOUBLE, .number = number}};
    char text[NUMBER_TEXT_MAX];
    size_t len = number_print(number, text);
    struct bytes printed = {.data = (const uint8_t *)text, .len = len};
    if (!time_scale_decimal(printed, NS_DIGITS, &result.ns)) {
        result.ns = INT64_MAX;
    }
    return result;
}

/* ---- names ---- */

/* The pack so far: base fields hold until they are set again. */
struct pack {
    const struct message *message;
    struct decoding *out;
    struct senml_record base;
    size_t records;
};

static bool is_separator(uint8_t c)
{
    return c == ':' || c == '/' || c == '.' || c == '_' || c == '-';
}

static struct bytes without_separator(struct bytes name)
{
    while (name.len > 1 && is_separator(name.data[name.len - 1])) {
        name.len--;
    }
    return name;
}

/* The length of "urn:dev:ow:10e2073a01080063", the first four parts of a device's URN
 * (RFC 9039), or of what there is of it. */
static size_t urn_len(struct bytes name)
{
    size_t colons = 0;
    for (size_t i = 0; i < name.len; i++) {
        colons += name.data[i] == ':' ? 1 : 0;
        if (colons == 4) {
            return i;
        }
    }
    return name.len;
}

/* A name without a base: "urn:dev:ow:10e2:temp", "kiln/temp", or the metric alone, of
 * the device that the topic ends in. */
static void split_name(const struct pack *pack, struct bytes name,
                       struct bytes *ret_device, struct bytes *ret_metric)
{
    size_t at = name.len;
    while (at > 0 && name.data[at - 1] != ':' && name.data[at - 1] != '/') {
        at--;
    }
    if (bytes_start_with(name, BYTES("urn:dev:"))) {
        at = urn_len(name);
        *ret_device = bytes_slice(name, 0, at);
        *ret_metric = at < name.len ? bytes_slice(name, at + 1, name.len) : BYTES("");
    } else if (at > 0) {
        *ret_device = without_separator(bytes_slice(name, 0, at));
        *ret_metric = bytes_slice(name, at, name.len);
    } else {
        *ret_metric = name;
        if (!topic_level(pack->message->topic, -1, false, ret_device)) {
            *ret_device = BYTES("");
        }
    }
    if (ret_metric->len == 0 && name.len) {
        *ret_metric = BYTES("value");
    }
}

static bool is_name(struct bytes name)
{
    return name.len > 0 && name.len <= NAME_LEN_MAX && utf8_printable(name);
}

/* Device and metric, in the arena; false when the record has no usable name. */
static bool name_record(const struct pack *pack, const struct senml_record *record,
                        struct reading *to)
{
    struct bytes base = pack->base.base_name;
    struct bytes name = record->name;
    if (base.len == 0) {
        split_name(pack, name, &to->device, &to->metric);
    } else {
        to->device = without_separator(base);
        to->metric = name.len ? name : BYTES("value");
    }
    if (!is_name(to->device) || !is_name(to->metric)) {
        return false;
    }
    to->device = arena_copy(pack->out->arena, to->device);
    to->metric = arena_copy(pack->out->arena, to->metric);
    return true;
}

/* ---- values ---- */

static void spoil(struct reading *reading, const char *why)
{
    reading->value = (struct value){.kind = VALUE_NONE};
    reading->quality = QUALITY_BAD;
    reading->detail = bytes_of(why);
}

/* Base and own added: exact where both are whole and the sum fits. */
static void set_sum(struct reading *reading, const struct senml_number *base,
                    bool has_base, const struct senml_number *own)
{
    int64_t whole = 0;
    double left = 0;
    double right = 0;
    if (own->problem || (has_base && base->problem)) {
        spoil(reading, own->problem ? own->problem : base->problem);
    } else if (!has_base) {
        reading->value = own->value;
    } else if (base->value.kind == VALUE_INT && own->value.kind == VALUE_INT &&
               !__builtin_add_overflow(base->value.integer, own->value.integer, &whole)) {
        reading->value = (struct value){.kind = VALUE_INT, .integer = whole};
    } else if (value_number(&base->value, &left) && value_number(&own->value, &right) &&
               isfinite(left + right)) {
        reading->value = (struct value){.kind = VALUE_DOUBLE, .number = left + right};
    } else {
        spoil(reading, "inf");
    }
}

static void set_text(struct reading *reading, struct bytes text, struct arena *arena)
{
    if (text.len > TEXT_MAX) {
        spoil(reading, "too_long");
        return;
    }
    reading->value = (struct value){.kind = VALUE_TEXT, .text = arena_copy(arena, text)};
}

static void set_value(const struct pack *pack, const struct senml_record *record,
                      struct reading *reading)
{
    if (record->fields & SENML_VALUE) {
        set_sum(reading, &pack->base.base_value, pack->base.fields & SENML_BASE_VALUE,
                &record->value);
    } else if (record->fields & SENML_BOOLEAN) {
        reading->value = (struct value){.kind = VALUE_BOOL, .truth = record->boolean};
    } else if (record->fields & SENML_STRING) {
        set_text(reading, record->string, pack->out->arena);
    } else {
        set_text(reading, record->data, pack->out->arena);
    }
}

/* ---- times ---- */

static int64_t saturated_sum(int64_t a, int64_t b)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return a < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

static void set_time(const struct pack *pack, const struct senml_record *record,
                     struct reading *reading)
{
    int64_t base = pack->base.fields & SENML_BASE_TIME ? pack->base.base_time.ns : 0;
    int64_t own = record->fields & SENML_TIME ? record->time.ns : 0;
    int64_t ns = saturated_sum(base, own);
    if (ns >= RELATIVE_BELOW_NS) {
        reading_set_time(reading, ns, pack->message);
        return;
    }
    int64_t event_ns = saturated_sum(pack->message->received_ns, ns);
    if (!time_plausible(event_ns)) {
        reading_set_receive_time(reading, pack->message, "implausible_timestamp");
        return;
    }
    reading_set_receive_time(reading, pack->message, NULL);
    if (ns != 0) {
        reading->event_ns = event_ns;
        reading->flags &= ~(uint32_t)READING_RECEIVE_TIME;
    }
}

/* ---- records ---- */

static void keep_base(struct pack *pack, const struct senml_record *record)
{
    struct senml_record *base = &pack->base;
    base->fields |= record->fields;
    if (record->fields & SENML_BASE_NAME) {
        base->base_name = record->base_name;
    }
    if (record->fields & SENML_BASE_TIME) {
        base->base_time = record->base_time;
    }
    if (record->fields & SENML_BASE_UNIT) {
        base->base_unit = record->base_unit;
    }
    if (record->fields & SENML_BASE_VALUE) {
        base->base_value = record->base_value;
    }
    if (record->fields & SENML_BASE_SUM) {
        base->base_sum = record->base_sum;
    }
}

static enum err check_record(struct pack *pack, const struct senml_record *record,
                             struct error *e)
{
    if (++pack->records > SENML_RECORDS_MAX) {
        return error_reason(e, ERR_REJECT, "too_many_readings",
                            "more than %d records in a pack", SENML_RECORDS_MAX);
    }
    double version = 0;
    bool versioned = record->fields & SENML_BASE_VERSION;
    if (versioned &&
        (!value_number(&record->base_version.value, &version) || version > VERSION_MAX)) {
        return error_reason(e, ERR_REJECT, "unsupported_version",
                            "the pack's version is above %d", VERSION_MAX);
    }
    return ERR_OK;
}

static struct bytes unit_of(const struct pack *pack, const struct senml_record *record)
{
    struct bytes unit = record->unit.len ? record->unit : pack->base.base_unit;
    return utf8_printable(unit) ? arena_copy(pack->out->arena, unit) : BYTES("");
}

static void add_reading(struct pack *pack, const struct reading *reading,
                        const struct senml_record *record)
{
    struct reading *to = decoding_add(pack->out);
    if (to) {
        *to = *reading;
        set_time(pack, record, to);
    }
}

static void add_sum(struct pack *pack, struct reading named,
                    const struct senml_record *record, bool beside_value)
{
    set_sum(&named, &pack->base.base_sum, pack->base.fields & SENML_BASE_SUM,
            &record->sum);
    if (beside_value) {
        named.metric = arena_print(pack->out->arena, "%.*s/sum", BYTES_ARG(named.metric));
    }
    add_reading(pack, &named, record);
}

static enum err take(void *ctx, const struct senml_record *record, struct error *e)
{
    struct pack *pack = ctx;
    enum err result = check_record(pack, record, e);
    if (result != ERR_OK) {
        return result;
    }
    keep_base(pack, record);
    unsigned kinds =
        record->fields & (SENML_VALUE | SENML_STRING | SENML_BOOLEAN | SENML_DATA);
    if (kinds == 0 && !(record->fields & SENML_SUM)) {
        return ERR_OK;
    }
    struct reading reading = {.unit = unit_of(pack, record)};
    if (kinds & (kinds - 1)) {
        decoding_part_bad(pack->out, "several_values", "record %zu has several values",
                          pack->records);
        return ERR_OK;
    }
    if (!name_record(pack, record, &reading)) {
        decoding_part_bad(pack->out, "bad_name", "record %zu has no clean name",
                          pack->records);
        return ERR_OK;
    }
    if (record->fields & SENML_SUM) {
        add_sum(pack, reading, record, kinds != 0);
    }
    if (kinds) {
        set_value(pack, record, &reading);
        add_reading(pack, &reading, record);
    }
    return ERR_OK;
}

/* ---- the adapter ---- */

/* A pack in JSON begins with '[', perhaps behind blanks or a byte order mark; in CBOR an
 * array's first byte is none of these. */
static bool is_json(struct bytes payload)
{
    uint8_t first = payload.data[0];
    return first < 0x80 || first == 0xef;
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    (void)state;
    if (message->payload.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    struct pack pack = {.message = message, .out = out};
    struct senml_reader reader = {.arena = out->arena, .take = take, .ctx = &pack};
    enum err result = is_json(message->payload)
                          ? senml_read_json(&reader, message->payload, e)
                          : senml_read_cbor(&reader, message->payload, e);
    if (result == ERR_OK) {
        decoding_settle(out);
    }
    return result;
}

static void init(void *state, const struct node *settings, struct problems *problems)
{
    (void)state;
    static const char *const none[] = {NULL};
    node_check_keys(settings, none, problems);
}

const struct adapter adapter_senml = {
    .name = "senml",
    .summary = "Sensor Measurement Lists, RFC 8428, JSON and CBOR",
    .help = "The device is the base name, the metric the name.",
    .init = init,
    .decode = decode,
};
