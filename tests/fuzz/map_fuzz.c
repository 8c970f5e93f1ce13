/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any payload through a mapping that uses all of the notation: what comes out keeps the
 * policy (finite values, a reason for what is bad, a plausible time), twice the same, and
 * what was learned is read back.  The first byte chooses the topic.
 */
#include "core/mem.h"
#include "decode/decode.h"
#include "fuzz.h"

#include <math.h>

#define ARENA_SIZE ((size_t)64 << 10)

static const char mapping[] =
    "rules:\n"
    "- {topic: learn/+, learn: {table: t, each: /*, key: '{$1}', fields: {n: '{./n}'}}}\n"
    "- topic: json/+\n"
    "  where: [{path: /a, exists: true}]\n"
    "  device: '{/d|topic.1}'\n"
    "  ts: [{path: ./t, format: iso, tz: Europe/Berlin}, {path: /t, format: epoch_s},\n"
    "       {path: /t, format: 'strptime:%Y%m%d%H%M%S', tz: UTC},\n"
    "       {path: ./o, format: offset_ms, base: /t, base_spec: epoch_ms}]\n"
    "  quality:\n"
    "  - {when: {path: ./q, mask: 192, equals: 0}, quality: bad, detail: q}\n"
    "  - {when: {any: [{path: ./q, re: '^[a-c]+x*$'}, {path: ./q, lt: 5}]},\n"
    "     quality: uncertain, detail: z, null_value: true}\n"
    "  - {when: {not: {path: ./q, in: [1, '2', null]}}, quality: bad, override: false,\n"
    "     detail: w}\n"
    "  emit:\n"
    "  - {each: /a/*, metric: '{$1}', unit: '{/u/{$1}/x|''-''}', value: {path: [./v, "
    ".],\n"
    "     as: number, decimal: ',', strip_unit: true, scale_by: /k, offset: 1}}\n"
    "  - {each: '/b/**', metric: '{$1}', value: {path: ., map: {a: 1, '2': true},\n"
    "     linear: [4, 20, 0, 100]}}\n"
    "  - {each: /c/*/h, metric: '{^/n|key}', on_missing_quality: bad, value: {path: .,\n"
    "     bytes: {enc: hex, offset: 1, type: f32be_ws}}, vars: {x: {of: '{$1}',\n"
    "     re: '(.)$'}}}\n"
    "  - {each: /c/*/i, metric: b64, value: {path: ., bytes: {enc: base64, type: u16le,\n"
    "     bit: 3}}}\n"
    "  - {each: /l/*, lookup: {table: t, key: '{$1}'}, metric: '{meta.n}'}\n"
    "- {topic: json/+, device: d, emit: [{each: '/**', metric: '{$1}', value: {path: .,\n"
    "   as: string}}]}\n"
    "- {topic: text/+, payload: text, device: d, emit: [{metric: m, value: {path: "
    "/text,\n"
    "   as: number, strip_unit: true}}]}\n"
    "- {topic: bin/+, payload: binary, device: d, emit: [{metric: m, value: {path: "
    "/bytes,\n"
    "   bytes: {enc: raw, offset: 2, type: i64le_ws}}}]}\n";

static void check_reading(const struct reading *reading)
{
    double number = 0;
    ASSERT(reading->device.len > 0 && reading->metric.len > 0);
    ASSERT(!value_number(&reading->value, &number) || isfinite(number));
    ASSERT(reading->value.kind != VALUE_NONE || reading->quality != QUALITY_GOOD);
    ASSERT(time_plausible(reading->event_ns));
}

static void forget(void *ctx, const char *rule, bool fired, const char *why)
{
    (void)fired;
    ASSERT(!ctx && rule && why);
}

static size_t decode(struct decoder *decoder, const struct message *message)
{
    struct arena arena;
    struct decoding d;
    arena_init(&arena, ARENA_SIZE);
    decoder_explain(decoder, message, &arena, forget, NULL);
    arena_reset(&arena);
    decoder_decode(decoder, message, &arena, &d);
    for (size_t i = 0; i < d.count; i++) {
        check_reading(&d.readings[i]);
    }
    size_t count = d.count * 4 + (size_t)d.outcome;
    ASSERT(d.outcome == OUTCOME_ACCEPTED || d.reason[0]);
    arena_deinit(&arena);
    return count;
}

static void check_saved(const struct plan_route *route, const struct decoder *decoder)
{
    struct buf saved;
    struct buf again;
    struct decoder *other = NULL;
    buf_init(&saved, ARENA_SIZE);
    buf_init(&again, ARENA_SIZE);
    decoder_save(decoder, &saved);
    ASSERT(decoder_open(route, 1, &other, NULL) == ERR_OK);
    ASSERT(decoder_load(other, buf_bytes(&saved), NULL) == ERR_OK);
    decoder_save(other, &again);
    ASSERT(bytes_equal(buf_bytes(&saved), buf_bytes(&again)));
    decoder_close(&other);
    buf_deinit(&saved);
    buf_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"learn/x", "json/x", "text/x", "bin/x"};
    struct problems problems;
    struct decoder *decoder = NULL;
    if (size < 1) {
        return 0;
    }
    problems_init(&problems);
    struct document *document = document_parse("fuzz", bytes_of(mapping), &problems);
    struct plan_route route = {.topic = "#",
                               .adapter = adapter_find(BYTES("map")),
                               .settings = document_root(document)};
    ASSERT(problems.count == 0);
    ASSERT(decoder_open(&route, 1, &decoder, NULL) == ERR_OK);
    struct message message = {.topic = bytes_of(topics[data[0] % 4]),
                              .payload = {.data = data + 1, .len = size - 1},
                              .received_ns = INT64_C(1785340800) * 1000000000,
                              .retained = data[0] >= 128};
    size_t first = decode(decoder, &message);
    ASSERT(decode(decoder, &message) == first);
    check_saved(&route, decoder);
    decoder_close(&decoder);
    document_free(&document);
    problems_deinit(&problems);
    return 0;
}
