/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hj212: the text protocol of China's pollution monitoring, HJ 212-2017.
 *
 *     offset  bytes  meaning
 *     0       2      "##"
 *     2       4      length of the data segment, decimal
 *     6       n      QN=...;ST=31;CN=2011;PW=...;MN=<device>;Flag=5;CP=&&...&&
 *     6+n     4      CRC of the data segment, hexadecimal
 *     10+n    2      CR LF; may be missing at the end
 *
 *     CP      DataTime=yyyyMMddHHmmss;a21026-Rtd=182.5,a21026-Flag=N;a21002-Rtd=...
 *
 * Each item but flags and times is a reading, named as it stands ("a21026-Rtd"); the
 * pollutant's flag in the same group gives its quality: N good, all others bad: C
 * calibration, M maintenance, D fault, F standstill, T over range, B no connection.  A
 * reading by hand (S) is uncertain.  Times are China's unless set otherwise.
 *
 * A packet that is one of several (PNUM, PNO) stands for itself: each says its time.
 */
#include "config/node/settings.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/timetext.h"
#include "core/utf8.h"
#include "core/zone.h"
#include "decode/adapter.h"

#define READINGS_MAX 10000
#define ITEMS_MAX 64 /* of one group */
#define HEAD_LEN 6
#define CRC_LEN 4
#define NAME_MAX_LEN 64

struct hj212_state {
    const char *tz; /* as configured */
    struct zone *zone;
    int64_t offset_s; /* where there is no zone */
};

static const struct setting settings_table[] = {
    {.key = "tz",
     .type = SETTING_TEXT,
     AT(struct hj212_state, tz),
     .initial = "+08:00",
     .help = "Time zone of DataTime: an offset, or an IANA name.",
     .example = "Asia/Shanghai"},
    {0},
};

/* ---- frames ---- */

/* The standard's CRC: a byte goes into the upper byte, unlike Modbus's. */
static uint16_t crc_of(struct bytes data)
{
    uint16_t crc = 0xffff;
    for (size_t i = 0; i < data.len; i++) {
        crc = (uint16_t)(crc >> 8) ^ data.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint16_t)(crc >> 1) ^ (crc & 1 ? 0xa001 : 0);
        }
    }
    return crc;
}

static bool parse_hex(struct bytes text, uint16_t *ret_value)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned c = text.data[i];
        unsigned digit = c - '0';
        if (digit > 9) {
            digit = (c | 0x20) - 'a';
            digit = digit > 5 ? 16 : digit + 10;
        }
        if (digit > 15) {
            return false;
        }
        value = value << 4 | digit;
    }
    *ret_value = (uint16_t)value;
    return text.len == CRC_LEN;
}

static enum err bad_frame(const char *reason, const char *what, struct error *e)
{
    return error_reason(e, ERR_REJECT, reason, "%s", what);
}

/* Takes one frame from the front of `rest`; gives its data segment. */
static enum err take_frame(struct bytes *rest, struct bytes *ret_data, struct error *e)
{
    uint64_t len = 0;
    if (rest->len < HEAD_LEN || !bytes_start_with(*rest, BYTES("##")) ||
        !number_parse_u64(bytes_slice(*rest, 2, 4), &len)) {
        return bad_frame("malformed_frame", "there is no '##' and length", e);
    }
    if (len > rest->len - HEAD_LEN || rest->len - HEAD_LEN - len < CRC_LEN) {
        return bad_frame("truncated", "the data segment is shorter than its length", e);
    }
    struct bytes data = bytes_slice(*rest, HEAD_LEN, len);
    uint16_t crc = 0;
    if (!parse_hex(bytes_slice(*rest, HEAD_LEN + len, CRC_LEN), &crc)) {
        return bad_frame("bad_length", "no checksum stands behind the data segment", e);
    }
    if (crc != crc_of(data)) {
        return error_reason(e, ERR_REJECT, "bad_crc", "the checksum is %04X, not %04X",
                            crc, crc_of(data));
    }
    size_t end = HEAD_LEN + len + CRC_LEN;
    while (end < rest->len && (rest->data[end] == '\r' || rest->data[end] == '\n')) {
        end++;
    }
    *rest = bytes_slice(*rest, end, rest->len);
    *ret_data = data;
    return ERR_OK;
}

/* ---- items ---- */

struct item {
    struct bytes key;
    struct bytes value;
};

/* Takes the part up to `separator` from the front. */
static struct bytes take_part(struct bytes *rest, uint8_t separator)
{
    const uint8_t *end = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    struct bytes part = bytes_slice(*rest, 0, len);
    *rest = bytes_slice(*rest, end ? len + 1 : len, rest->len);
    return part;
}

static struct item item_of(struct bytes text)
{
    struct item item = {.value = text};
    item.key = take_part(&item.value, '=');
    return item;
}

/* What stands before the parameters, and the parameters between "CP=&&" and "&&". */
static bool split_data(struct bytes data, struct bytes *ret_head,
                       struct bytes *ret_parameters)
{
    static const char start[] = "CP=&&";
    size_t start_len = sizeof start - 1;
    const uint8_t *at = data.len ? memmem(data.data, data.len, start, start_len) : NULL;
    if (!at) {
        return false;
    }
    size_t head = (size_t)(at - data.data);
    struct bytes rest = bytes_slice(data, head + start_len, data.len);
    if (rest.len < 2 || !bytes_equal(bytes_slice(rest, rest.len - 2, 2), BYTES("&&"))) {
        return false;
    }
    *ret_head = bytes_slice(data, 0, head);
    *ret_parameters = bytes_slice(rest, 0, rest.len - 2);
    return true;
}

/* The value of a key in "a=1;b=2" (or with commas), or empty. */
static struct bytes find_item(struct bytes text, const char *key)
{
    while (text.len) {
        struct bytes group = take_part(&text, ';');
        while (group.len) {
            struct item item = item_of(take_part(&group, ','));
            if (bytes_are(item.key, key)) {
                return item.value;
            }
        }
    }
    return (struct bytes){0};
}

/* ---- times ---- */

static int digits_at(struct bytes text, size_t at, size_t len)
{
    int value = 0;
    for (size_t i = at; i < at + len; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9) {
            return -1;
        }
        value = value * 10 + (int)digit;
    }
    return value;
}

static bool parse_time(const struct hj212_state *state, struct bytes text,
                       int64_t *ret_ns)
{
    if (text.len != 14) {
        return false;
    }
    struct civil civil = {.year = digits_at(text, 0, 4),
                          .month = digits_at(text, 4, 2),
                          .day = digits_at(text, 6, 2),
                          .hour = digits_at(text, 8, 2),
                          .minute = digits_at(text, 10, 2),
                          .second = digits_at(text, 12, 2)};
    if (civil.year < 1 || !time_civil_valid(&civil)) {
        return false;
    }
    int64_t local_s = time_from_civil(&civil);
    int64_t utc_s = local_s - state->offset_s;
    if (state->zone) {
        (void)zone_to_utc(state->zone, local_s, &utc_s);
    }
    if (__builtin_mul_overflow(utc_s, NS_PER_S, ret_ns)) {
        *ret_ns = INT64_MAX;
    }
    return true;
}

/* ---- readings ---- */

struct frame {
    const struct hj212_state *state;
    const struct message *message;
    struct bytes device;
    struct bytes time; /* DataTime as written, or empty */
    struct decoding *out;
};

/* The pollutant and what of it: "a21026-Rtd". */
static bool split_key(struct bytes key, struct bytes *ret_name, struct bytes *ret_kind)
{
    struct bytes kind = key;
    struct bytes name = take_part(&kind, '-');
    *ret_name = name;
    *ret_kind = kind;
    return name.len && kind.len;
}

static bool is_reading(struct bytes kind)
{
    return !bytes_are(kind, "Flag") && !bytes_are(kind, "EFlag") &&
           !bytes_are(kind, "SampleTime") && !bytes_are(kind, "Info");
}

static void set_quality(struct reading *reading, struct bytes flag)
{
    static const struct {
        char flag;
        enum quality quality;
        const char *detail;
    } flags[] = {
        {'N', QUALITY_GOOD, ""},           {'S', QUALITY_UNCERTAIN, "manual"},
        {'C', QUALITY_BAD, "calibration"}, {'M', QUALITY_BAD, "maintenance"},
        {'D', QUALITY_BAD, "fault"},       {'F', QUALITY_BAD, "standstill"},
        {'T', QUALITY_BAD, "over_range"},  {'B', QUALITY_BAD, "no_connection"},
    };
    if (flag.len == 0) {
        return;
    }
    reading->quality = QUALITY_BAD;
    reading->detail = BYTES("unknown_flag");
    for (size_t i = 0; flag.len == 1 && i < sizeof flags / sizeof *flags; i++) {
        if (flag.data[0] == (uint8_t)flags[i].flag) {
            reading->quality = flags[i].quality;
            reading->detail = bytes_of(flags[i].detail);
        }
    }
}

static void set_time(struct reading *reading, const struct frame *frame)
{
    int64_t ns = 0;
    if (frame->time.len == 0) {
        reading_set_receive_time(reading, frame->message, "no_timestamp");
    } else if (parse_time(frame->state, frame->time, &ns)) {
        reading_set_time(reading, ns, frame->message);
    } else {
        reading_set_receive_time(reading, frame->message, "bad_timestamp");
    }
}

static void add_reading(const struct frame *frame, const struct item *item,
                        struct bytes flag)
{
    struct reading *reading = decoding_add(frame->out);
    if (!reading) {
        return;
    }
    reading->device = frame->device;
    reading->metric = arena_copy(frame->out->arena, item->key);
    set_quality(reading, flag);
    if (!value_parse(item->value, &reading->value)) {
        reading->value = (struct value){.kind = VALUE_NONE};
        reading->quality = QUALITY_BAD;
        reading->detail = BYTES("not_a_number");
    }
    set_time(reading, frame);
}

/* The flag of this pollutant among the group's items, or empty. */
static struct bytes flag_of(const struct item *items, size_t count, struct bytes name)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes other;
        struct bytes kind;
        if (split_key(items[i].key, &other, &kind) && bytes_are(kind, "Flag") &&
            bytes_equal(other, name)) {
            return items[i].value;
        }
    }
    return (struct bytes){0};
}

static void add_group(const struct frame *frame, struct bytes group)
{
    struct item items[ITEMS_MAX];
    size_t count = 0;
    while (group.len && count < ITEMS_MAX) {
        items[count++] = item_of(take_part(&group, ','));
    }
    if (group.len) {
        decoding_part_bad(frame->out, "bad_group", "more than %d items of a pollutant",
                          ITEMS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes name;
        struct bytes kind;
        bool named = items[i].key.len <= NAME_MAX_LEN && utf8_printable(items[i].key) &&
                     split_key(items[i].key, &name, &kind);
        if (named && is_reading(kind)) {
            add_reading(frame, &items[i], flag_of(items, count, name));
        }
    }
}

static enum err take_data(struct frame *frame, struct bytes data, struct error *e)
{
    struct bytes head;
    struct bytes parameters;
    if (!split_data(data, &head, &parameters)) {
        return bad_frame("malformed_frame", "there are no parameters in CP=&&...&&", e);
    }
    struct bytes device = find_item(head, "MN");
    if (device.len == 0 || device.len > NAME_MAX_LEN || !utf8_printable(device)) {
        return bad_frame("missing_field", "MN names no device", e);
    }
    frame->device = arena_copy(frame->out->arena, device);
    frame->time = find_item(parameters, "DataTime");
    while (parameters.len) {
        add_group(frame, take_part(&parameters, ';'));
        if (frame->out->count > READINGS_MAX) {
            return bad_frame("too_many_readings", "more than 10000 items", e);
        }
    }
    return ERR_OK;
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct frame frame = {.state = state, .message = message, .out = out};
    struct bytes rest = message->payload;
    if (rest.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    while (rest.len) {
        struct bytes data = {0};
        enum err result = take_frame(&rest, &data, e);
        if (result == ERR_OK) {
            result = take_data(&frame, data, e);
        }
        if (result != ERR_OK && out->count == 0) {
            return result;
        }
        if (result != ERR_OK) {
            struct error problem = {0};
            problem = e ? *e : problem;
            decoding_part_bad(out, problem.reason, "%s", problem.text);
            return ERR_OK;
        }
    }
    decoding_settle(out);
    return ERR_OK;
}

/* ---- settings ---- */

/* "+hh:mm". */
static bool parse_offset(struct bytes text, int64_t *ret_offset_s)
{
    bool shape = text.len == 6 && (text.data[0] == '+' || text.data[0] == '-') &&
                 text.data[3] == ':';
    int hours = shape ? digits_at(text, 1, 2) : -1;
    int minutes = shape ? digits_at(text, 4, 2) : -1;
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) {
        return false;
    }
    int64_t offset_s = hours * 3600 + minutes * 60;
    *ret_offset_s = text.data[0] == '-' ? -offset_s : offset_s;
    return true;
}

static void init(void *state, const struct node *settings, struct problems *problems)
{
    struct hj212_state *hj212 = state;
    if (!settings_read(settings_table, settings, state, problems)) {
        return;
    }
    struct error e = {0};
    if (!parse_offset(bytes_of(hj212->tz), &hj212->offset_s) &&
        zone_open(bytes_of(hj212->tz), &hj212->zone, &e) != ERR_OK) {
        problem_at(problems, node_find(settings, "tz"), "tz: %s", e.text);
    }
}

static void deinit(void *state)
{
    struct hj212_state *hj212 = state;
    zone_close(&hj212->zone);
}

const struct adapter adapter_hj212 = {
    .name = "hj212",
    .summary = "HJ 212-2017, China's pollution monitoring text protocol",
    .help = "Metrics are named as in the message, such as a21026-Rtd.",
    .settings = settings_table,
    .state_size = sizeof(struct hj212_state),
    .init = init,
    .deinit = deinit,
    .decode = decode,
};
