/* SPDX-License-Identifier: Apache-2.0 */
/* Compares readings with a golden file, and writes one. */
#include "cli/golden.h"

#include "core/clock.h"
#include "core/json_writer.h"
#include "core/number.h"
#include "core/timetext.h"
#include "model/reading_json.h"

#include <math.h>

#define TEXT_MAX ((size_t)1 << 16)
#define FINE 1e-6
#define MARK_MAX (TIME_TEXT_MAX + (size_t)16)

static const char *const file_keys[] = {"outcome", "reason", "readings", "note", NULL};
static const char *const reading_keys[] = {
    "device", "metric",     "value",     "unit",     "quality",
    "ts",     "detail",     "points",    "note",     "ts_source",
    "birth",  "historical", "transient", "retained", NULL};

static const char *const quality_names[] = {
    [QUALITY_GOOD] = "good", [QUALITY_UNCERTAIN] = "uncertain", [QUALITY_BAD] = "bad"};

const char *golden_outcome_name(const struct golden_outcome *outcome)
{
    if (outcome->partial || (outcome->rejected && outcome->count > 0)) {
        return "partial";
    }
    if (outcome->rejected) {
        return "rejected";
    }
    return outcome->count > 0 ? "accepted" : "accepted_empty";
}

/* ---- one reading ---- */

static bool numbers_agree(double a, double b)
{
    double most = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return fabs(a - b) <= FINE * most;
}

static bool number_agrees(const struct node *wanted, const struct value *value)
{
    struct value parsed = {0};
    double number = 0;
    double want = 0;
    if (!value_parse(wanted->text, &parsed) || !value_number(value, &number)) {
        return false;
    }
    if (value->kind != VALUE_DOUBLE && parsed.kind == value->kind) {
        return value->integer == parsed.integer; /* the same bits for both kinds */
    }
    return value_number(&parsed, &want) && numbers_agree(want, number);
}

static bool value_agrees(const struct node *wanted, const struct value *value)
{
    if (wanted->kind != NODE_SCALAR) {
        return false;
    }
    switch (value->kind) {
    case VALUE_NONE:
        return node_is_null(wanted);
    case VALUE_TEXT:
        return wanted->quoted && bytes_equal(wanted->text, value->text);
    case VALUE_BOOL:
        return !wanted->quoted &&
               bytes_are(wanted->text, value->truth ? "true" : "false");
    case VALUE_DOUBLE:
    case VALUE_INT:
    case VALUE_UINT:
        return !node_is_null(wanted) && number_agrees(wanted, value);
    }
    UNREACHABLE();
}

/* "$RECV", "$RECV-60s" or a time. */
static bool time_agrees(struct bytes wanted, const struct golden_reading *got)
{
    int64_t ns = 0;
    int64_t offset_s = 0;
    bool zoned = false;
    if (!bytes_start_with(wanted, BYTES("$RECV"))) {
        return time_parse_iso(wanted, &ns, &zoned) && ns == got->reading.event_ns;
    }
    struct bytes offset = bytes_slice(wanted, strlen("$RECV"), wanted.len);
    bool good = offset.len == 0 ||
                (offset.data[offset.len - 1] == 's' &&
                 number_parse_i64(bytes_slice(offset, 0, offset.len - 1), &offset_s));
    return good && got->received_ns + offset_s * NS_PER_S == got->reading.event_ns;
}

static bool text_agrees(const struct node *wanted, struct bytes text)
{
    return wanted->kind == NODE_SCALAR &&
           (node_is_null(wanted) ? text.len == 0 : bytes_equal(wanted->text, text));
}

static bool flag_agrees(const struct node *wanted, const struct reading *reading)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {{"birth", READING_BIRTH},
                 {"historical", READING_HISTORICAL},
                 {"transient", READING_TRANSIENT},
                 {"retained", READING_RETAINED}};
    if (bytes_are(wanted->key, "ts_source")) {
        return bytes_are(wanted->text, "receive") ==
               ((reading->flags & READING_RECEIVE_TIME) != 0);
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (bytes_are(wanted->key, flags[i].name)) {
            return bytes_are(wanted->text, "true") ==
                   ((reading->flags & flags[i].flag) != 0);
        }
    }
    return true; /* a key that is none is told elsewhere */
}

/* Whether a member that is not "points" is as it should be. */
static bool member_agrees(const struct node *wanted, const struct golden_reading *got)
{
    const struct reading *reading = &got->reading;
    if (bytes_are(wanted->key, "device")) {
        return text_agrees(wanted, reading->device);
    }
    if (bytes_are(wanted->key, "metric")) {
        return text_agrees(wanted, reading->metric);
    }
    if (bytes_are(wanted->key, "unit")) {
        return text_agrees(wanted, reading->unit);
    }
    if (bytes_are(wanted->key, "detail")) {
        return text_agrees(wanted, reading->detail);
    }
    if (bytes_are(wanted->key, "quality")) {
        return bytes_are(wanted->text, quality_names[reading->quality]);
    }
    if (bytes_are(wanted->key, "value")) {
        return value_agrees(wanted, &reading->value);
    }
    return bytes_are(wanted->key, "ts") ? time_agrees(wanted->text, got)
                                        : flag_agrees(wanted, reading);
}

static void print_reading(const struct reading *reading, struct buf *text)
{
    struct json_writer w = json_writer_of(text);
    buf_init(text, TEXT_MAX);
    json_open(&w, '{');
    reading_json_put(&w, reading);
    json_close(&w, '}');
}

/* ---- points ---- */

static bool result_agrees(const struct node *wanted, const struct normalised *result)
{
    double number = 0;
    bool none = !result->usable || (result->sample.flags & SAMPLE_BAD);
    if (none || node_is_null(wanted)) {
        return none && node_is_null(wanted);
    }
    return number_parse(wanted->text, &number) &&
           numbers_agree(number, result->sample.value);
}

static const struct normalised *find_result(const struct golden_outcome *outcome,
                                            const struct golden_reading *got,
                                            struct bytes point)
{
    for (size_t i = 0; i < got->count; i++) {
        if (bytes_are(point, outcome->plan->points[got->results[i].point].id)) {
            return &got->results[i];
        }
    }
    return NULL;
}

static void tell_result(const struct node *wanted, const struct normalised *result,
                        struct problems *problems)
{
    bool none = !result->usable || (result->sample.flags & SAMPLE_BAD);
    char number[NUMBER_TEXT_MAX];
    size_t len = number_print(result->sample.value, number);
    problem_at(problems, wanted, "point '%.*s': %.*s wanted, it gets %.*s%s%s",
               BYTES_ARG(wanted->key), BYTES_ARG(wanted->text), none ? 7 : (int)len,
               none ? "nothing" : number, result->reason ? ", " : "",
               result->reason ? result->reason : "");
}

static void compare_points(const struct node *wanted,
                           const struct golden_outcome *outcome,
                           const struct golden_reading *got, struct problems *problems)
{
    NODE_EACH(node, wanted)
    {
        const struct normalised *result = find_result(outcome, got, node->key);
        if (!result) {
            problem_at_key(problems, node, "point '%.*s' does not get this reading",
                           BYTES_ARG(node->key));
        } else if (!result_agrees(node, result)) {
            tell_result(node, result, problems);
        }
    }
    for (size_t i = 0; i < got->count; i++) {
        const char *id = outcome->plan->points[got->results[i].point].id;
        if (!node_find(wanted, id)) {
            problem_at(problems, wanted, "point '%s' gets this reading too", id);
        }
    }
}

/* ---- all readings ---- */

static bool same_name(const struct node *wanted, const struct golden_reading *got)
{
    const struct node *device = node_find(wanted, "device");
    const struct node *metric = node_find(wanted, "metric");
    return device && metric && text_agrees(device, got->reading.device) &&
           text_agrees(metric, got->reading.metric);
}

/* The first that is not taken yet: those of one device and metric agree in order. */
static struct golden_reading *find_reading(struct golden_outcome *outcome,
                                           const struct node *wanted)
{
    for (size_t i = 0; i < outcome->count; i++) {
        if (!outcome->readings[i].matched && same_name(wanted, &outcome->readings[i])) {
            return &outcome->readings[i];
        }
    }
    return NULL;
}

static void compare_reading(const struct node *wanted, struct golden_outcome *outcome,
                            struct problems *problems)
{
    struct buf text;
    struct golden_reading *got = find_reading(outcome, wanted);
    node_check_keys(wanted, reading_keys, problems);
    if (!got) {
        const struct node *device = node_find(wanted, "device");
        const struct node *metric = node_find(wanted, "metric");
        problem_at(problems, wanted, "no reading of device '%.*s', metric '%.*s'",
                   BYTES_ARG(device ? device->text : BYTES("")),
                   BYTES_ARG(metric ? metric->text : BYTES("")));
        return;
    }
    got->matched = true;
    print_reading(&got->reading, &text);
    NODE_EACH(node, wanted)
    {
        if (bytes_are(node->key, "points")) {
            compare_points(node, outcome, got, problems);
        } else if (!member_agrees(node, got)) {
            problem_at(problems, node, "%.*s: %.*s wanted, decoded is %.*s",
                       BYTES_ARG(node->key), BYTES_ARG(node->text),
                       BYTES_ARG(buf_bytes(&text)));
        }
    }
    buf_deinit(&text);
}

static void tell_unexpected(const struct golden_outcome *outcome,
                            struct problems *problems)
{
    for (size_t i = 0; i < outcome->count; i++) {
        const struct golden_reading *got = &outcome->readings[i];
        struct node place = {.file = outcome->list, .line = got->line, .column = 1};
        struct buf text;
        if (!got->matched) {
            print_reading(&got->reading, &text);
            problem_at(problems, &place, "not expected: %.*s",
                       BYTES_ARG(buf_bytes(&text)));
            buf_deinit(&text);
        }
    }
}

/* ---- outcome ---- */

static bool was_said(const struct golden_outcome *outcome, struct bytes reason)
{
    for (size_t i = 0; i < outcome->reason_count; i++) {
        if (bytes_are(reason, outcome->reasons[i])) {
            return true;
        }
    }
    return false;
}

static void compare_reason(const struct node *wanted,
                           const struct golden_outcome *outcome,
                           struct problems *problems)
{
    bool said = wanted->kind == NODE_SCALAR && was_said(outcome, wanted->text);
    NODE_EACH(node, wanted)
    {
        said = said || was_said(outcome, node->text);
    }
    if (!said) {
        problem_at(problems, wanted, "reason: %.*s wanted, said is '%s'",
                   BYTES_ARG(wanted->text),
                   outcome->reason_count ? outcome->reasons[0] : "");
    }
}

void golden_compare(const struct node *expected, struct golden_outcome *outcome,
                    struct problems *problems)
{
    const struct node *name = node_find(expected, "outcome");
    const struct node *reason = node_find(expected, "reason");
    const struct node *readings = node_find(expected, "readings");
    const char *got = golden_outcome_name(outcome);
    node_check_keys(expected, file_keys, problems);
    if (!readings || readings->kind != NODE_LIST) {
        problem_at(problems, readings ? readings : expected,
                   "'readings', a list, is missing");
        return;
    }
    if (name && !bytes_are(name->text, got)) {
        problem_at(problems, name, "outcome: %.*s wanted, it is %s%s%s",
                   BYTES_ARG(name->text), got, outcome->reason_count ? ", " : "",
                   outcome->reason_count ? outcome->reasons[0] : "");
    }
    if (reason) {
        compare_reason(reason, outcome, problems);
    }
    NODE_EACH(wanted, readings)
    {
        compare_reading(wanted, outcome, problems);
    }
    tell_unexpected(outcome, problems);
}

/* ---- writing ---- */

/* "ts" of a reading with the time of receipt says so: that is another every time. */
static void put_general(struct buf *out, struct bytes text,
                        const struct golden_reading *got)
{
    char time[TIME_TEXT_MAX];
    struct buf mark;
    size_t len = time_print_iso(got->received_ns, time);
    buf_init(&mark, MARK_MAX);
    buf_print(&mark, "\"ts\":\"%.*s\"", (int)len, time);
    for (size_t i = 0; i < text.len; i++) {
        if ((got->reading.flags & READING_RECEIVE_TIME) &&
            bytes_start_with(bytes_slice(text, i, text.len), buf_bytes(&mark))) {
            buf_add_text(out, "\"ts\":\"$RECV\"");
            i += mark.len - 1;
        } else {
            buf_add_byte(out, text.data[i]);
        }
    }
    buf_deinit(&mark);
}

static void write_reading(const struct golden_outcome *outcome,
                          const struct golden_reading *got, struct buf *out)
{
    struct buf text;
    struct json_writer w = json_writer_of(&text);
    buf_init(&text, TEXT_MAX);
    json_open(&w, '{');
    reading_json_put(&w, &got->reading);
    json_key(&w, "points");
    json_open(&w, '{');
    for (size_t i = 0; i < got->count; i++) {
        const struct normalised *result = &got->results[i];
        json_key(&w, outcome->plan->points[result->point].id);
        if (!result->usable || (result->sample.flags & SAMPLE_BAD)) {
            json_nothing(&w);
        } else {
            json_double(&w, result->sample.value);
        }
    }
    json_close(&w, '}');
    json_close(&w, '}');
    put_general(out, buf_bytes(&text), got);
    buf_deinit(&text);
}

void golden_write(const struct golden_outcome *outcome, struct buf *out)
{
    buf_print(out, "{\"outcome\": \"%s\",\n", golden_outcome_name(outcome));
    if (outcome->reason_count > 0) {
        buf_print(out, " \"reason\": \"%s\",\n", outcome->reasons[0]);
    }
    buf_add_text(out, " \"readings\": [");
    for (size_t i = 0; i < outcome->count; i++) {
        buf_add_text(out, i ? ",\n  " : "\n  ");
        write_reading(outcome, &outcome->readings[i], out);
    }
    buf_add_text(out, outcome->count ? "\n ]}\n" : "]}\n");
}
