/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, selections, templates, lookups and quality of mappings. */
#include "core/buf.h"
#include "core/mem.h"
#include "mapping.h"

#include <criterion/criterion.h>

/* ---- rules ---- */

Test(map, the_first_rule_that_matches_wins)
{
    const char *yaml = "rules:\n"
                       "- {topic: a/+/x, device: no, emit: [{metric: m}]}\n"
                       "- {topic: a/+/c, where: [{path: /k, eq: 1}], device: one,\n"
                       "   emit: [{metric: m, value: {path: /v}}]}\n"
                       "- {topic: a/+/c, where: [{path: /k, eq: 2}], ignore: true}\n"
                       "- {topic: a/#, where: [{path: /k, exists: true}], device: two,\n"
                       "   emit: [{metric: m, value: {path: /v}}]}\n";
    expect_mapped(yaml, "{\"k\":1,\"v\":5}", "one m 5i good recv");
    expect_mapped(yaml, "{\"k\":2,\"v\":5}", "empty ignored");
    expect_mapped(yaml, "{\"k\":3,\"v\":5}", "two m 5i good recv");
    expect_mapped(yaml, "{\"v\":5}", "rejected no_rule");
}

Test(map, a_topic_without_rule_is_rejected)
{
    expect_mapped("rules: [{topic: x/#, ignore: true}]", "{", "rejected no_rule");
}

Test(map, ignored_payloads_are_not_read)
{
    expect_mapped("rules: [{topic: '#', ignore: true}]", "{{{", "empty ignored");
}

Test(map, unreadable_json_is_rejected_unless_a_rule_for_text_follows)
{
    const char *json = "rules: [{topic: '#', where: [{path: /a, exists: true}], ignore: "
                       "true}, {topic: '#', ignore: true}]";
    const char *text = "rules: [{topic: '#', where: [{path: /a, exists: true}], ignore: "
                       "true}, {topic: '#', payload: text, device: d, emit: [{metric: m, "
                       "value: {path: /text}}]}]";
    expect_mapped(json, "on", "rejected malformed_json");
    expect_mapped(text, "on", "d m 'on' good recv");
}

Test(map, a_rule_bounds_the_depth)
{
    const char *yaml = "rules: [{topic: '#', max_depth: 2, device: d, emit: [{metric: m, "
                       "value: {path: /a}}]}, {topic: x, max_depth: 9, ignore: true}]";
    expect_mapped(yaml, "{\"a\":1,\"b\":[]}", "d m 1i good recv");
    expect_mapped(yaml, "{\"a\":1,\"b\":[[]]}", "rejected too_deep");
    expect_mapped(
        "rules: [{topic: '#', max_depth: 33, device: d, emit: [{metric: m, "
        "value: {path: /a}}]}]",
        "{\"a\":1,\"b\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]"
        "]]]]]]]}",
        "d m 1i good recv");
}

Test(map, emits_use_the_rules_defaults_unless_they_have_their_own)
{
    expect_mapped("rules:\n"
                  "- topic: '#'\n"
                  "  device: '{topic.0}-{$1}'\n"
                  "  ts: [{path: ./t, format: epoch_s}]\n"
                  "  quality: [{when: {path: ./q, eq: 0}, quality: bad, detail: q}]\n"
                  "  emit:\n"
                  "  - {each: /*, metric: m, value: {path: ./v}}\n"
                  "  - {each: /*, metric: n, device: own, value: {path: ./v},\n"
                  "     ts: [{path: ./u, format: epoch_s}], quality: []}\n",
                  "{\"x\":{\"v\":1,\"t\":1785340800,\"u\":1785340801,\"q\":0}}",
                  "a-x m 1i bad/q 2026-07-29T16:00:00Z; "
                  "own n 1i good 2026-07-29T16:00:01Z");
}

/* ---- payload kinds ---- */

Test(map, text_and_binary_payloads_have_a_root)
{
    struct mapping m;
    mapping_open(&m, "rules:\n"
                     "- {topic: t, payload: text, device: d, emit: [{metric: m, value: "
                     "{path: /text, as: number}}]}\n"
                     "- {topic: s, payload: text, device: d, emit: [{metric: m, value: "
                     "{path: /text}}]}\n"
                     "- {topic: b, payload: binary, device: d, emit: [{metric: m, value: "
                     "{path: /bytes, bytes: {enc: raw, offset: 1, type: u16be}}}]}\n");
    cr_expect_str_eq(mapping_decode(&m, "t", BYTES(" 21.5\r\n")), "d m 21.5 good recv");
    cr_expect_str_eq(mapping_decode(&m, "t",
                                    BYTES("\xef\xbb\xbf"
                                          "7")),
                     "d m 7i good recv");
    cr_expect_str_eq(mapping_decode(&m, "t", BYTES("\xff")), "rejected invalid_utf8");
    cr_expect_str_eq(mapping_decode(&m, "s", BYTES("a\0b")),
                     "d m - bad/bad_encoding recv");
    cr_expect_str_eq(mapping_decode(&m, "t", BYTES("")), "rejected empty_payload");
    cr_expect_str_eq(mapping_decode(&m, "b", BYTES("\xff\x01\x02")),
                     "d m 258i good recv");
    cr_expect_str_eq(mapping_decode(&m, "b", BYTES("\xff\x01")), "rejected short_binary");
    mapping_close(&m);
}

/* ---- selections ---- */

Test(map, wildcards_fan_out_and_capture)
{
    expect_mapped("rules: [{topic: '#', device: '{$1}', emit: [{each: /a/*/v/*, metric: "
                  "'{$2}.{key}', value: {path: .}}]}]",
                  "{\"a\":[{\"v\":{\"x\":1,\"y\":2}},{\"w\":0},{\"v\":[true]},5]}",
                  "0 x.x 1i good recv; 0 y.y 2i good recv; 2 0.0 true good recv");
}

Test(map, two_stars_reach_every_scalar_below)
{
    expect_mapped(
        "rules: [{topic: '#', device: d, emit: [{each: '/**', metric: '{$1}'}]}]",
        "{\"a\":{\"b\":[1,{\"c/d\":null}],\"e\":{},\"f\":\"t\"},\"g\":false}",
        "d a/b/0 1i good recv; d a/b/1/c/d - bad/null recv; "
        "d a/f 't' good recv; d g false good recv");
    expect_mapped("rules: [{topic: '#', device: d, emit: [{each: '/*/**', metric: "
                  "'{$1}:{$2}:{key}'}]}]",
                  "{\"a\":{\"b\":1},\"c\":2}", "d a:b:b 1i good recv");
}

Test(map, without_each_the_root_is_selected_once)
{
    expect_mapped("rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: "
                  "/0}}]}]",
                  "[4,5]", "d m 4i good recv");
    expect_mapped("rules: [{topic: '#', device: d, emit: [{metric: m}]}]", "7",
                  "d m 7i good recv");
}

Test(map, paths_are_json_pointers)
{
    expect_mapped("rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: "
                  "'/a~1b/~0/01/'}}]}]",
                  "{\"a/b\":{\"~\":{\"01\":{\"\":3}}}}", "d m 3i good recv");
    expect_mapped("rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: "
                  "/a/01}}]}]",
                  "{\"a\":[1,2]}", "empty no_readings");
    expect_mapped("rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: "
                  "'/*'}}]}]",
                  "{\"*\":3}", "d m 3i good recv");
}

Test(map, the_parent_is_one_step_up)
{
    expect_mapped(
        "rules: [{topic: '#', device: '{^/name}', emit: [{each: /*/v, metric: m, "
        "unit: '{^/u}', value: {path: .}}]}]",
        "[{\"name\":\"x\",\"u\":\"kg\",\"v\":1},{\"v\":2}]", "x m 1i kg good recv");
    expect_mapped("rules: [{topic: '#', device: '{^/name|''none''}', emit: [{metric: m, "
                  "value: {path: /v}}]}]",
                  "{\"name\":\"x\",\"v\":2}", "none m 2i good recv");
}

Test(map, a_condition_picks_items)
{
    expect_mapped("rules: [{topic: '#', device: d, emit: [{each: /*, when: [{path: ./k, "
                  "ne: 2}, {ref: $1, ne: '3'}], metric: '{$1}', value: {path: ./k}}]}]",
                  "[{\"k\":1},{\"k\":2},{},{\"k\":4}]", "d 0 1i good recv");
}

/* ---- templates ---- */

Test(map, templates_know_topic_levels)
{
    struct mapping m;
    mapping_open(&m, "rules: [{topic: '#', device: '{topic.0}:{topic.-1}:{topic.1+}', "
                     "emit: [{metric: '{topic.5|topic.-2}', value: {path: /v}}]}]");
    cr_expect_str_eq(mapping_decode(&m, "a/b/c", BYTES("{\"v\":1}")),
                     "a:c:b/c b 1i good recv");
    mapping_close(&m);
}

Test(map, alternatives_take_the_first_that_is_there_and_not_null)
{
    const char *yaml = "rules: [{topic: '#', device: d, emit: [{metric: m, unit: '{/u | "
                       "/w | ''none | nothing''}', value: {path: /v}}]}]";
    expect_mapped(yaml, "{\"u\":\"a\",\"w\":\"b\",\"v\":1}", "d m 1i a good recv");
    expect_mapped(yaml, "{\"u\":null,\"w\":7.50,\"v\":1}", "d m 1i 7.50 good recv");
    expect_mapped(yaml, "{\"u\":{},\"w\":true,\"v\":1}", "d m 1i true good recv");
    expect_mapped(yaml, "{\"v\":1}", "d m 1i none | nothing good recv");
}

Test(map, an_item_without_device_or_metric_emits_nothing)
{
    expect_mapped("rules: [{topic: '#', device: '{./d}', emit: [{each: /*, metric: "
                  "'{./m}', value: {path: ./v}}]}]",
                  "[{\"d\":\"x\",\"m\":\"y\",\"v\":1},{\"d\":\"x\",\"v\":2},{\"m\":\"y\","
                  "\"v\":3},{\"d\":null,\"m\":\"y\",\"v\":4}]",
                  "x y 1i good recv");
}

Test(map, captures_are_one_key_in_a_path_whatever_they_hold)
{
    expect_mapped("rules: [{topic: '#', device: d, emit: [{each: /v/*, metric: '{$1}', "
                  "unit: '{/u/{$1}/unit}', value: {path: .}}]}]",
                  "{\"v\":{\"a/b\":1,\"a~1b\":2,\"{$1}\":3,\"c\":4},"
                  "\"u\":{\"a/b\":{\"unit\":\"kg\"},\"a~1b\":{\"unit\":\"t\"},"
                  "\"{$1}\":{\"unit\":\"{/v/c}\"}}}",
                  "d a/b 1i kg good recv; d a~1b 2i t good recv; "
                  "d {$1} 3i {/v/c} good recv; d c 4i good recv");
}

Test(map, variables_hold_what_a_pattern_caught)
{
    expect_mapped("rules: [{topic: '#', emit: [{each: /*, vars: {dev: {of: '{./id}', re: "
                  "'^([^.]+)\\.'}, whole: {of: '{./id}'}, n: {of: '{./id}', re: "
                  "'[0-9]+'}}, device: '{var.dev}', metric: '{var.whole}-{var.n|''x''}', "
                  "value: {path: ./v}}]}]",
                  "[{\"id\":\"K.T12\",\"v\":1},{\"id\":\"K.T\",\"v\":2},{\"id\":\"K\","
                  "\"v\":3}]",
                  "K K.T12-12 1i good recv; K K.T-x 2i good recv");
}

Test(map, units_are_translated)
{
    const char *yaml =
        "rules: [{topic: '#', device: d, emit: [{each: /*, metric: m, unit: '{./u}', "
        "unit_map: {C: degC, none: null}, value: {path: ./v}}]}]";
    expect_mapped(
        yaml,
        "[{\"u\":\"C\",\"v\":1},{\"u\":\"none\",\"v\":2},{\"u\":\"F\",\"v\":3},"
        "{\"v\":4},{\"u\":\"\",\"v\":5}]",
        "d m 1i degC good recv; d m 2i good recv; d m 3i F good recv; d m 4i good "
        "recv; d m 5i good recv");
}

Test(map, names_unfit_for_use_are_a_bad_part)
{
    const char *yaml =
        "rules: [{topic: '#', device: d, emit: [{each: /*, metric: '{$1}'}]}]";
    expect_mapped(yaml, "{\"a\\u0000b\":1,\"c\\ud800\":2,\"d\":3,\"\":4}",
                  "partial bad_name: d d 3i good recv");
    expect_mapped(yaml, "{\"a\\u0000b\":1}", "rejected bad_name");
}

/* ---- null and missing ---- */

Test(map, null_is_a_bad_reading_unless_skipped)
{
    expect_mapped(
        "rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: /v}}, "
        "{metric: n, on_null: skip, value: {path: /v}}, {metric: o, on_null: "
        "bad, value: {path: /v}}]}]",
        "{\"v\":null}", "d m - bad/null recv; d o - bad/null recv");
}

Test(map, a_missing_value_emits_nothing_unless_asked)
{
    expect_mapped(
        "rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: /v}}, "
        "{metric: n, on_missing_quality: bad, value: {path: /v}}, {metric: o, "
        "on_missing_quality: true, value: {path: [/v, /w]}}]}]",
        "{\"w\":1}", "d n - bad/missing recv; d o 1i good recv");
}

/* ---- quality ---- */

Test(map, the_first_quality_rule_that_holds_decides)
{
    const char *yaml =
        "rules: [{topic: '#', device: d, emit: [{each: /*, metric: m, value: {path: "
        "./v}, "
        "quality: [{when: {path: ./q, eq: 1}, quality: uncertain, detail: one}, {when: "
        "{path: ./q, lt: 3}, quality: bad, detail: low, null_value: true}, {when: {path: "
        "./q, eq: 4}, quality: skip}, {when: {path: ./q, eq: 5}, quality: good}, "
        "{quality: uncertain, detail: else}]}]}]";
    expect_mapped(
        yaml,
        "[{\"v\":1,\"q\":1},{\"v\":2,\"q\":2},{\"v\":4,\"q\":4},{\"v\":5,\"q\":5},"
        "{\"v\":6}]",
        "d m 1i uncertain/one recv; d m - bad/low recv; d m 5i good recv; d m 6i "
        "uncertain/else recv");
}

Test(map, a_reading_that_is_bad_stays_so)
{
    const char *yaml =
        "rules: [{topic: '#', device: d, emit: [{each: /*, metric: m, value: {path: ./v, "
        "as: number}, quality: [{when: {path: ./q, eq: 1}, quality: bad, detail: st}, "
        "{when: {path: ./q, eq: 2}, quality: bad, detail: st, override: false}, {when: "
        "{path: ./q, eq: 3}, quality: good}]}]}]";
    expect_mapped(
        yaml,
        "[{\"v\":\"x\",\"q\":1},{\"v\":\"x\",\"q\":2},{\"v\":\"x\",\"q\":3},"
        "{\"v\":1,\"q\":2}]",
        "d m - bad/st recv; d m - bad/not_a_number recv; d m - bad/not_a_number "
        "recv; d m 1i bad/st recv");
}

/* A sensor that is off sends no bytes: its status must decide, not their number. */
Test(map, a_value_that_is_dropped_is_not_read)
{
    expect_mapped(
        "rules: [{topic: '#', device: d, emit: [{metric: m, value: {path: /v, "
        "bytes: {enc: hex, type: u16be}}, quality: [{when: {path: /q, ne: 200}, "
        "quality: bad, detail: off, null_value: true}]}]}]",
        "{\"v\":\"\",\"q\":503}", "d m - bad/off recv");
}

/* ---- retained ---- */

Test(map, a_retained_message_without_time_is_uncertain)
{
    struct mapping m;
    mapping_open(&m, "rules: [{topic: '#', device: d, ts: [{path: /t, format: epoch_s}], "
                     "emit: [{metric: m, value: {path: /v}}]}]");
    cr_expect_str_eq(mapping_decode_retained(&m, "a", BYTES("{\"v\":1}")),
                     "d m 1i uncertain/retained_no_timestamp recv");
    cr_expect_str_eq(
        mapping_decode_retained(&m, "a", BYTES("{\"v\":1,\"t\":1785340800}")),
        "d m 1i good 2026-07-29T16:00:00Z");
    mapping_close(&m);
}

/* ---- limits ---- */

static void many(struct buf *text, size_t count)
{
    buf_add_text(text, "{");
    for (size_t i = 0; i < count; i++) {
        buf_print(text, "%s\"key%zu\":%zu", i ? "," : "", i, i);
    }
    buf_add_text(text, "}");
}

/* Each item looks a sibling up by key: quadratic when that is a walk. */
Test(map, large_objects_cost_no_more_an_item_than_small_ones)
{
    struct buf text;
    struct mapping m;
    buf_init(&text, 1U << 24);
    buf_add_text(&text, "{\"v\":");
    many(&text, 20000);
    buf_add_text(&text, ",\"u\":");
    many(&text, 20000);
    buf_add_text(&text, "}");
    mapping_open(&m,
                 "rules: [{topic: '#', device: d, emit: [{each: /v/*, metric: '{$1}', "
                 "value: {path: '/u/{$1}'}}]}]");
    const char *line = mapping_decode(&m, "a", buf_bytes(&text));
    cr_expect_eq(strncmp(line, "d key0 0i good recv; d key1 1i", 30), 0, "%.100s", line);
    mapping_close(&m);
    buf_deinit(&text);
}

Test(map, a_message_of_too_many_readings_is_rejected)
{
    struct buf text;
    struct mapping m;
    buf_init(&text, 1U << 24);
    many(&text, 200000);
    mapping_open(&m,
                 "rules: [{topic: '#', device: d, emit: [{each: /*, metric: '{$1}'}]}]");
    cr_expect_str_eq(mapping_decode(&m, "a", buf_bytes(&text)), "rejected too_large");
    cr_expect_str_eq(mapping_decode(&m, "a", BYTES("{\"x\":1}")), "d x 1i good recv");
    mapping_close(&m);
    buf_deinit(&text);
}
