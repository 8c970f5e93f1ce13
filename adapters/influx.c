/* SPDX-License-Identifier: Apache-2.0 */
/*
 * influx: InfluxDB line protocol, one point a line.
 *
 *     point       = measurement *("," tag "=" value) 1*SP field *("," field) [1*SP time]
 *     field       = key "=" (number | digits "i" | digits "u" | truth | DQUOTE text
 * DQUOTE) truth       = t T true True TRUE f F false False FALSE
 *
 *     "\," "\ "        in a measurement, and "\=" too in tags and keys
 *     "\"" "\\"        in a text, which may run over lines
 *     "#"              first in a line: a comment
 *
 * A reading's metric is measurement.field, its device a tag's value.  The time's unit is
 * not in the text: by default the one that makes it a date of this century, which is
 * never two of them.  A line that does not read is left out whole, and told with its
 * number; the next line is tried.
 */
#include "config/node/settings.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/topic.h"
#include "core/utf8.h"
#include "decode/adapter.h"

#define READINGS_MAX 10000
#define TAGS_MAX 64
#define TEXT_MAX 4096

enum precision { AUTO, NS, US, MS, S };

static const char *const precisions[] = {"auto", "ns", "us", "ms", "s", NULL};
static const int64_t precision_ns[] = {0, 1, 1000, NS_PER_MS, NS_PER_S};

struct influx_state {
    int precision; /* enum precision */
    const char *device_tag;
    const struct node *tags; /* list, or NULL */
};

static const struct setting settings_table[] = {
    {.key = "precision",
     .type = SETTING_WORD,
     AT(struct influx_state, precision),
     .initial = "auto",
     .words = precisions,
     .help = "Unit of the times; auto: the one that gives a date of this century."},
    {.key = "device_tag",
     .type = SETTING_TEXT,
     AT(struct influx_state, device_tag),
     .initial = "host",
     .help = "The tag that names the device; without it the topic's last level does."},
    {.key = "tags",
     .type = SETTING_LIST,
     AT(struct influx_state, tags),
     .initial = SETTING_UNSET,
     .help = "Tags whose values stand in the metric's name, behind the measurement."},
    {0},
};

/* ---- one line ---- */

struct tag {
    struct bytes key;
    struct bytes value;
};

/* What is being read. */
struct scan {
    struct bytes text;
    size_t at;
    size_t line; /* from 1 */
    const struct influx_state *state;
    const struct message *message;
    struct decoding *out;
    struct tag tags[TAGS_MAX]; /* of this line */
    size_t tag_count;
};

static int peek(const struct scan *scan)
{
    return scan->at < scan->text.len ? scan->text.data[scan->at] : '\n';
}

/* The line's end, which may be the text's. */
static bool at_end(const struct scan *scan)
{
    bool return_only = peek(scan) == '\r' && (scan->at + 1 >= scan->text.len ||
                                              scan->text.data[scan->at + 1] == '\n');
    return peek(scan) == '\n' || return_only;
}

static bool is_one_of(int c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

static void skip_blanks(struct scan *scan)
{
    while (peek(scan) == ' ') {
        scan->at++;
    }
}

/* Takes the backslashes away from in front of the `escaped` characters. */
static struct bytes unescape(struct arena *arena, struct bytes raw, const char *escaped)
{
    if (raw.len == 0 || !memchr(raw.data, '\\', raw.len)) {
        return arena_copy(arena, raw);
    }
    uint8_t *plain = arena_take(arena, raw.len, 1);
    size_t len = 0;
    for (size_t i = 0; plain && i < raw.len; i++) {
        bool drop =
            raw.data[i] == '\\' && i + 1 < raw.len && is_one_of(raw.data[i + 1], escaped);
        i += drop ? 1 : 0;
        plain[len++] = raw.data[i];
    }
    return (struct bytes){.data = plain, .len = len};
}

/* A name up to one of `stops`, which a backslash takes its meaning from. */
static bool take_name(struct scan *scan, const char *stops, struct bytes *ret_name)
{
    size_t start = scan->at;
    while (!at_end(scan) && !is_one_of(peek(scan), stops)) {
        bool pair = peek(scan) == '\\' && scan->at + 1 < scan->text.len &&
                    is_one_of(scan->text.data[scan->at + 1], ",= ");
        scan->at += pair ? 2 : 1;
    }
    struct bytes raw = bytes_slice(scan->text, start, scan->at - start);
    const char *escaped = strchr(stops, '=') ? ",= " : ", ";
    *ret_name = unescape(scan->out->arena, raw, escaped);
    return ret_name->len > 0 && utf8_printable(*ret_name);
}

static const char *take_tags(struct scan *scan)
{
    scan->tag_count = 0;
    while (peek(scan) == ',') {
        struct tag tag;
        scan->at++;
        if (!take_name(scan, ",= ", &tag.key) || peek(scan) != '=') {
            return "a tag has no key or no value";
        }
        scan->at++;
        if (!take_name(scan, ",= ", &tag.value)) {
            return "a tag's value is empty or not clean UTF-8";
        }
        if (scan->tag_count == TAGS_MAX) {
            return "too many tags";
        }
        scan->tags[scan->tag_count++] = tag;
    }
    return NULL;
}

static const struct tag *find_tag(const struct scan *scan, struct bytes key)
{
    for (size_t i = 0; i < scan->tag_count; i++) {
        if (bytes_equal(scan->tags[i].key, key)) {
            return &scan->tags[i];
        }
    }
    return NULL;
}

static void spoil(struct reading *reading, const char *why)
{
    reading->value = (struct value){.kind = VALUE_NONE};
    reading->quality = QUALITY_BAD;
    reading->detail = bytes_of(why);
}

static const char *take_text(struct scan *scan, struct reading *reading)
{
    size_t start = ++scan->at;
    while (scan->at < scan->text.len && scan->text.data[scan->at] != '"') {
        scan->at += scan->text.data[scan->at] == '\\' ? 2 : 1;
    }
    if (scan->at >= scan->text.len) {
        return "a text does not end";
    }
    struct bytes raw = bytes_slice(scan->text, start, scan->at - start);
    struct bytes text = unescape(scan->out->arena, raw, "\"\\");
    scan->at++;
    reading->value = (struct value){.kind = VALUE_TEXT, .text = text};
    if (!utf8_valid(text)) {
        return "a text is not UTF-8";
    }
    if (text.len > TEXT_MAX) {
        spoil(reading, "too_long");
    }
    return NULL;
}

static bool is_word(struct bytes text, const char *const *words)
{
    for (; *words; words++) {
        if (bytes_are(text, *words)) {
            return true;
        }
    }
    return false;
}

static bool read_truth(struct bytes text, struct value *ret_value)
{
    static const char *const yes[] = {"t", "T", "true", "True", "TRUE", NULL};
    static const char *const no[] = {"f", "F", "false", "False", "FALSE", NULL};
    bool truth = is_word(text, yes);
    *ret_value = (struct value){.kind = VALUE_BOOL, .truth = truth};
    return truth || is_word(text, no);
}

static bool read_whole(struct bytes text, struct value *ret_value)
{
    struct bytes digits = bytes_slice(text, 0, text.len ? text.len - 1 : 0);
    int64_t integer = 0;
    uint64_t natural = 0;
    uint8_t suffix = text.len ? text.data[text.len - 1] : 0;
    if (suffix == 'i' && number_parse_i64(digits, &integer)) {
        *ret_value = (struct value){.kind = VALUE_INT, .integer = integer};
        return true;
    }
    if (suffix == 'u' && number_parse_u64(digits, &natural)) {
        *ret_value = natural > INT64_MAX
                         ? (struct value){.kind = VALUE_UINT, .natural = natural}
                         : (struct value){.kind = VALUE_INT, .integer = (int64_t)natural};
        return true;
    }
    return false;
}

/* Not a number in the words that C and Go print it; the reading is bad, not the line. */
static bool is_non_finite(struct bytes text)
{
    static const char *const words[] = {"NaN",  "nan",  "NAN",  "Inf",  "inf", "+Inf",
                                        "+inf", "-Inf", "-inf", "-NaN", NULL};
    return is_word(text, words);
}

static const char *read_plain(struct bytes text, struct reading *reading)
{
    double number = 0;
    if (read_truth(text, &reading->value) || read_whole(text, &reading->value)) {
        return NULL;
    }
    if (is_non_finite(text)) {
        spoil(reading, text.data[text.len - 1] == 'f' ? "inf" : "nan");
        return NULL;
    }
    if (!number_parse(text, &number)) {
        return "a value is no number, truth or text";
    }
    reading->value = (struct value){.kind = VALUE_DOUBLE, .number = number};
    return NULL;
}

static const char *take_value(struct scan *scan, struct reading *reading)
{
    if (peek(scan) == '"') {
        return take_text(scan, reading);
    }
    size_t start = scan->at;
    while (!at_end(scan) && !is_one_of(peek(scan), ", ")) {
        scan->at++;
    }
    return read_plain(bytes_slice(scan->text, start, scan->at - start), reading);
}

/* The measurement, and the values of the tags that are asked for. */
static struct bytes metric_prefix(struct scan *scan, struct bytes measurement)
{
    struct bytes name = measurement;
    NODE_EACH(node, scan->state->tags)
    {
        const struct tag *tag = find_tag(scan, node->text);
        if (tag) {
            name = arena_print(scan->out->arena, "%.*s.%.*s", BYTES_ARG(name),
                               BYTES_ARG(tag->value));
        }
    }
    return name;
}

static struct bytes device_of(const struct scan *scan)
{
    const struct tag *tag = find_tag(scan, bytes_of(scan->state->device_tag));
    struct bytes device = {0};
    if (tag) {
        return tag->value;
    }
    bool found = topic_level(scan->message->topic, -1, false, &device);
    return found && utf8_printable(device) ? arena_copy(scan->out->arena, device)
                                           : BYTES("");
}

static const char *take_fields(struct scan *scan, struct bytes measurement)
{
    struct bytes device = device_of(scan);
    struct bytes prefix = metric_prefix(scan, measurement);
    if (device.len == 0) {
        return "neither a tag nor the topic names the device";
    }
    for (;;) {
        struct bytes key;
        struct reading reading = {.device = device};
        if (!take_name(scan, ",= ", &key) || peek(scan) != '=') {
            return "a field has no key or no value";
        }
        scan->at++;
        const char *problem = take_value(scan, &reading);
        if (problem) {
            return problem;
        }
        reading.metric =
            arena_print(scan->out->arena, "%.*s.%.*s", BYTES_ARG(prefix), BYTES_ARG(key));
        struct reading *to = decoding_add(scan->out);
        if (!to) {
            return "there is no room for it";
        }
        *to = reading;
        if (peek(scan) != ',') {
            return NULL;
        }
        scan->at++;
    }
}

/* In `unit` ns, or in the unit that makes it plausible; no two of them do. */
static int64_t scale_time(int64_t time, int precision)
{
    int64_t ns = 0;
    if (precision != AUTO) {
        bool overflow = __builtin_mul_overflow(time, precision_ns[precision], &ns);
        return overflow ? INT64_MAX : ns;
    }
    for (int unit = NS; unit <= S; unit++) {
        if (!__builtin_mul_overflow(time, precision_ns[unit], &ns) &&
            time_plausible(ns)) {
            return ns;
        }
    }
    return INT64_MAX;
}

static const char *take_time(struct scan *scan, size_t first)
{
    skip_blanks(scan);
    size_t start = scan->at;
    while (!at_end(scan) && peek(scan) != ' ') {
        scan->at++;
    }
    struct bytes text = bytes_slice(scan->text, start, scan->at - start);
    int64_t time = 0;
    skip_blanks(scan);
    if (!at_end(scan) || (text.len && !number_parse_i64(text, &time))) {
        return "the time is no whole number";
    }
    for (size_t i = first; i < scan->out->count; i++) {
        struct reading *reading = &scan->out->readings[i];
        if (text.len) {
            reading_set_time(reading, scale_time(time, scan->state->precision),
                             scan->message);
        } else {
            reading_set_receive_time(reading, scan->message, NULL);
        }
    }
    return NULL;
}

static const char *take_line(struct scan *scan)
{
    size_t first = scan->out->count;
    struct bytes measurement;
    if (!take_name(scan, ", ", &measurement)) {
        return "the measurement is empty or not clean UTF-8";
    }
    const char *problem = take_tags(scan);
    if (!problem && peek(scan) != ' ') {
        problem = "there are no fields";
    }
    skip_blanks(scan);
    if (!problem) {
        problem = take_fields(scan, measurement);
    }
    return problem ? problem : take_time(scan, first);
}

/* ---- all lines ---- */

static void skip_line(struct scan *scan, size_t start)
{
    scan->at = start;
    while (scan->at < scan->text.len && scan->text.data[scan->at] != '\n') {
        scan->at++;
    }
}

/* One line, or none: what it gave is taken back when it does not read. */
static void try_line(struct scan *scan)
{
    skip_blanks(scan);
    size_t start = scan->at;
    size_t before = scan->out->count;
    if (at_end(scan) || peek(scan) == '#') {
        skip_line(scan, start);
        return;
    }
    const char *problem = take_line(scan);
    if (problem) {
        scan->out->count = before;
        decoding_part_bad(scan->out, "bad_line", "line %zu: %s", scan->line, problem);
        skip_line(scan, start);
    }
}

static void count_lines(struct scan *scan, size_t from)
{
    for (size_t i = from; i < scan->at && i < scan->text.len; i++) {
        scan->line += scan->text.data[i] == '\n' ? 1 : 0;
    }
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct scan scan = {.text = message->payload,
                        .line = 1,
                        .state = state,
                        .message = message,
                        .out = out};
    if (message->payload.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    while (scan.at < scan.text.len) {
        size_t from = scan.at;
        try_line(&scan);
        if (out->count > READINGS_MAX) {
            return error_reason(e, ERR_REJECT, "too_many_readings",
                                "more than %d fields in a message", READINGS_MAX);
        }
        skip_line(&scan, scan.at);
        scan.at++;
        count_lines(&scan, from);
    }
    decoding_settle(out);
    return ERR_OK;
}

static void init(void *state, const struct node *settings, struct problems *problems)
{
    (void)settings_read(settings_table, settings, state, problems);
}

const struct adapter adapter_influx = {
    .name = "influx",
    .summary = "InfluxDB line protocol",
    .help = "Metrics are named measurement.field.",
    .settings = settings_table,
    .state_size = sizeof(struct influx_state),
    .init = init,
    .decode = decode,
};
