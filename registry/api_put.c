/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of rows, and parameters. */
#include "registry/api_put.h"

#include "core/number.h"
#include "core/timetext.h"

#include <sodium.h>
#include <stdio.h>

/* Names with units, as answers have them. */
static const char *const amount_keys[AMOUNTS] = {
    "direct_t", "indirect_t", "activity", "electricity_mwh", "fuel_tj", "coverage"};

void put_time(struct json_writer *writer, const char *key, const char *key_ns, int64_t ns)
{
    json_key(writer, key);
    json_time(writer, ns);
    json_key(writer, key_ns);
    json_i64(writer, ns);
}

/* t CO2e per functional unit, where both are known. */
static void put_intensity(struct json_writer *writer, const struct amounts *amounts)
{
    double activity = amounts->value[AMOUNT_ACTIVITY];
    if (!amounts->known[AMOUNT_ACTIVITY] || activity <= 0) {
        return;
    }
    if (amounts->known[AMOUNT_DIRECT]) {
        json_pair_double(writer, "see_direct", amounts->value[AMOUNT_DIRECT] / activity);
    }
    if (amounts->known[AMOUNT_INDIRECT]) {
        json_pair_double(writer, "see_indirect",
                         amounts->value[AMOUNT_INDIRECT] / activity);
    }
}

static void put_amounts(struct json_writer *writer, const struct amounts *amounts)
{
    for (int i = 0; i < AMOUNTS; i++) {
        if (amounts->known[i]) {
            json_pair_double(writer, amount_keys[i], amounts->value[i]);
        }
    }
    put_intensity(writer, amounts);
}

void put_summary(struct json_writer *writer, const struct stored_summary *s)
{
    json_key(writer, "key");
    json_hex(writer, (struct bytes){.data = s->key, .len = KEY_LEN});
    json_pair(writer, "installation", s->installation);
    json_pair(writer, "process", s->process);
    json_pair(writer, "unit", s->unit);
    put_time(writer, "window_start", "window_start_ns", s->start_ns);
    put_time(writer, "window_end", "window_end_ns", s->end_ns);
    json_pair_i64(writer, "revision", s->revision);
    json_key(writer, "latest");
    json_bool(writer, s->latest);
    json_key(writer, "complete");
    json_bool(writer, s->complete);
    put_time(writer, "stored", "stored_ns", s->stored_ns);
    put_amounts(writer, &s->amounts);
}

void put_total(struct json_writer *writer, const struct total *total)
{
    struct amounts amounts = {0};
    for (int i = 0; i < AMOUNTS; i++) {
        amounts.known[i] = total->known[i] > 0;
        amounts.value[i] = exact_value(total->sum[i]);
    }
    if (amounts.known[AMOUNT_COVERAGE]) { /* a mean, not a sum */
        amounts.value[AMOUNT_COVERAGE] /= (double)total->known[AMOUNT_COVERAGE];
    }
    json_pair(writer, "label", total->label);
    json_pair(writer, "unit", total->unit);
    json_pair_i64(writer, "windows", total->windows);
    json_pair_i64(writer, "complete_windows", total->complete);
    put_amounts(writer, &amounts);
    json_key(writer, "known_windows");
    json_open(writer, '{');
    for (int i = 0; i < AMOUNTS; i++) {
        json_pair_i64(writer, amount_names[i], total->known[i]);
    }
    json_close(writer, '}');
}

int64_t missing_windows(const struct stored_process *p)
{
    int64_t length = p->last_end_ns - p->last_start_ns;
    int64_t expected = length > 0 ? (p->last_end_ns - p->first_start_ns) / length : 0;
    return expected > p->windows ? expected - p->windows : 0;
}

bool read_time(const struct question *question, const char *name, int64_t *time_ns,
               struct answer *answer)
{
    const char *text = question->parameter(question->ctx, name);
    bool zoned = false;
    int64_t ns = 0;
    if (!text) {
        return true;
    }
    if (number_parse_i64(bytes_of(text), &ns) ||
        (time_parse_iso(bytes_of(text), &ns, &zoned) && zoned)) {
        *time_ns = ns;
        return true;
    }
    answer_problem(answer, 400,
                   "'%s' must be a time with a zone, such as 2026-07-15T17:00:00Z, or "
                   "nanoseconds since 1970",
                   name);
    return false;
}

bool read_limit(const struct question *question, int64_t initial, int64_t max,
                int64_t *ret_limit, struct answer *answer)
{
    const char *text = question->parameter(question->ctx, "limit");
    int64_t limit = initial;
    if (text && (!number_parse_i64(bytes_of(text), &limit) || limit < 1 || limit > max)) {
        answer_problem(answer, 400, "'limit' must be 1 to %lld", (long long)max);
        return false;
    }
    *ret_limit = limit;
    return true;
}

bool read_after(const struct question *question, size_t count, int64_t *numbers,
                struct answer *answer)
{
    const char *text = question->parameter(question->ctx, "after");
    struct bytes rest = bytes_of(text);
    for (size_t i = 0; text && i < count; i++) {
        const uint8_t *dot = rest.len ? memchr(rest.data, '.', rest.len) : NULL;
        size_t len = dot ? (size_t)(dot - rest.data) : rest.len;
        if (!number_parse_i64(bytes_slice(rest, 0, len), &numbers[i]) ||
            (dot != NULL) != (i + 1 < count)) {
            answer_problem(answer, 400, "'after' must be a 'next' of an earlier answer");
            return false;
        }
        rest = bytes_slice(rest, len + 1, rest.len);
    }
    return true;
}

bool read_key(const char *rest, uint8_t ret_key[KEY_LEN], bool *ret_envelope)
{
    size_t len = 0;
    const char *end = NULL;
    size_t digits = strspn(rest, "0123456789abcdef");
    if (digits != (size_t)2 * KEY_LEN ||
        sodium_hex2bin(ret_key, KEY_LEN, rest, digits, NULL, &len, &end) != 0) {
        return false;
    }
    *ret_envelope = strcmp(rest + digits, "/envelope") == 0;
    return *ret_envelope || rest[digits] == 0;
}

bool read_period(const struct question *question, enum period *ret_period,
                 struct answer *answer)
{
    static const char *const names[] = {"hour", "day", "month", "year"};
    const char *by = question->parameter(question->ctx, "by");
    for (int i = 0; i < 4; i++) {
        if (strcmp(by ? by : "year", names[i]) == 0) {
            *ret_period = (enum period)i;
            return true;
        }
    }
    answer_problem(answer, 400, "'by' must be hour, day, month or year");
    return false;
}
