/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings made of text, for tests. */
#include "mapping.h"

#include "core/mem.h"
#include "core/number.h"
#include "core/timetext.h"

#include <criterion/criterion.h>

#define RECEIVED_NS (INT64_C(1795478400) * 1000000000) /* 2026-11-24T00:00:00Z */

void mapping_open(struct mapping *mapping, const char *yaml)
{
    struct error e = {0};
    *mapping = (struct mapping){0};
    problems_init(&mapping->problems);
    arena_init(&mapping->arena, 32U << 20);
    buf_init(&mapping->line, 1U << 20);
    mapping->document = document_parse("m.yaml", bytes_of(yaml), &mapping->problems);
    cr_assert_eq(mapping->problems.count, 0, "%s",
                 (const char *)mapping->problems.text.data);
    mapping->route = (struct plan_route){.topic = "#",
                                         .adapter = adapter_find(BYTES("map")),
                                         .settings = document_root(mapping->document)};
    cr_assert_eq(decoder_open(&mapping->route, 1, &mapping->decoder, &e), ERR_OK, "%s",
                 e.text);
}

void mapping_close(struct mapping *mapping)
{
    decoder_close(&mapping->decoder);
    document_free(&mapping->document);
    problems_deinit(&mapping->problems);
    buf_deinit(&mapping->line);
    arena_deinit(&mapping->arena);
}

static void add_value(struct buf *line, const struct value *value)
{
    char text[NUMBER_TEXT_MAX];
    switch (value->kind) {
    case VALUE_NONE:
        buf_add_text(line, "-");
        return;
    case VALUE_DOUBLE:
        number_print(value->number, text);
        buf_add_text(line, text);
        return;
    case VALUE_INT:
        buf_print(line, "%lldi", (long long)value->integer);
        return;
    case VALUE_UINT:
        buf_print(line, "%lluu", (unsigned long long)value->natural);
        return;
    case VALUE_BOOL:
        buf_add_text(line, value->truth ? "true" : "false");
        return;
    case VALUE_TEXT:
        buf_print(line, "'%.*s'", BYTES_ARG(value->text));
        return;
    }
}

static void add_reading(struct buf *line, const struct reading *reading)
{
    static const char *const names[] = {"good", "uncertain", "bad"};
    char time[TIME_TEXT_MAX];
    buf_print(line, "%.*s %.*s ", BYTES_ARG(reading->device), BYTES_ARG(reading->metric));
    add_value(line, &reading->value);
    buf_print(line, "%s%.*s %s%s%.*s ", reading->unit.len ? " " : "",
              BYTES_ARG(reading->unit), names[reading->quality],
              reading->detail.len ? "/" : "", BYTES_ARG(reading->detail));
    time_print_iso(reading->event_ns, time);
    buf_add_text(line, reading->flags & READING_RECEIVE_TIME ? "recv" : time);
}

static const char *decode(struct mapping *mapping, const struct message *message)
{
    static const char *const names[] = {"accepted", "empty", "partial", "rejected"};
    struct decoding d;
    arena_reset(&mapping->arena);
    buf_clear(&mapping->line);
    decoder_decode(mapping->decoder, message, &mapping->arena, &d);
    if (d.outcome != OUTCOME_ACCEPTED) {
        buf_print(&mapping->line, "%s %s%s", names[d.outcome], d.reason,
                  d.count ? ": " : "");
    }
    for (size_t i = 0; i < d.count; i++) {
        buf_add_text(&mapping->line, i ? "; " : "");
        add_reading(&mapping->line, &d.readings[i]);
    }
    buf_add_text(&mapping->line, "");
    return (const char *)mapping->line.data;
}

const char *mapping_decode(struct mapping *mapping, const char *topic,
                           struct bytes payload)
{
    struct message message = {
        .topic = bytes_of(topic), .payload = payload, .received_ns = RECEIVED_NS};
    return decode(mapping, &message);
}

const char *mapping_decode_retained(struct mapping *mapping, const char *topic,
                                    struct bytes payload)
{
    struct message message = {.topic = bytes_of(topic),
                              .payload = payload,
                              .received_ns = RECEIVED_NS,
                              .retained = true};
    return decode(mapping, &message);
}

void expect_mapped(const char *yaml, const char *payload, const char *wanted)
{
    struct mapping mapping;
    mapping_open(&mapping, yaml);
    cr_expect_str_eq(mapping_decode(&mapping, "a/b/c", bytes_of(payload)), wanted,
                     "%s\nof %s\nis %s", yaml, payload, (const char *)mapping.line.data);
    mapping_close(&mapping);
}

void expect_value(const char *value, const char *payload, const char *wanted)
{
    struct buf yaml;
    buf_init(&yaml, 65536);
    buf_print(&yaml, "rules: [{topic: '#', device: d, emit: [{metric: m, value: %s}]}]",
              value);
    expect_mapped((const char *)yaml.data, payload, wanted);
    buf_deinit(&yaml);
}

char *mapping_problems(const char *yaml)
{
    const struct adapter *adapter = adapter_find(BYTES("map"));
    struct problems problems;
    problems_init(&problems);
    struct document *document = document_parse("m.yaml", bytes_of(yaml), &problems);
    void *state = mem_array(1, adapter->state_size);
    adapter->init(state, document_root(document), &problems);
    adapter->deinit(state);
    mem_free(&state);
    document_free(&document);
    char *text = mem_text(buf_bytes(&problems.text));
    problems_deinit(&problems);
    return text;
}
