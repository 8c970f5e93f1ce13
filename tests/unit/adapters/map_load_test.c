/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mem.h"
#include "mapping.h"

#include <criterion/criterion.h>

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++) {
        count += *text == '\n' ? 1 : 0;
    }
    return count;
}

/* One problem, and it begins with `wanted`. */
static void expect_problem(const char *yaml, const char *wanted)
{
    char *problems = mapping_problems(yaml);
    cr_expect_eq(count_lines(problems), 1, "%s\n%s", yaml, problems);
    cr_expect_eq(strncmp(problems, wanted, strlen(wanted)), 0, "%s\n%s", yaml, problems);
    mem_free(&problems);
}

static void expect_emit_problem(const char *emit, const char *wanted)
{
    struct buf yaml;
    buf_init(&yaml, 65536);
    buf_print(&yaml,
              "rules:\n- {topic: t, learn: {table: t, key: k, fields: {f: x}}}\n"
              "- topic: '#'\n  device: d\n  emit:\n  - %s\n",
              emit);
    expect_problem((const char *)yaml.data, wanted);
    buf_deinit(&yaml);
}

Test(map_load, ten_mistakes_are_ten_problems_at_their_places)
{
    char *problems = mapping_problems(
        "rules:\n"                                      /* 1 */
        "- topik: a/b\n"                                /* 2: unknown key */
        "  device: '{topic.x}'\n"                       /* 3: bad level */
        "  ts: [{path: /t, format: epoch_h}]\n"         /* 4: bad format */
        "  emit:\n"                                     /* 5 */
        "  - metric: '{$1}'\n"                          /* 6: no wildcard */
        "    value: {path: v, as: float, scale: two}\n" /* 7: three */
        "    quality: [{when: {path: ./q, eqq: 1}, quality: awful}]\n" /* 8: three */
        "    vars: {x: {of: '{./id}', re: '([a-'}}\n"                  /* 9: pattern */
        "- {topic: a#, ignore: true}\n");                              /* 10: filter */
    static const char *const wanted[] = {
        "m.yaml:2:3: unknown key 'topik'; did you mean 'topic'?",
        "m.yaml:2:3: 'topic' is missing",
        "m.yaml:3:11: 'topic.x': a number must follow",
        "m.yaml:4:27: unknown time format 'epoch_h'",
        "m.yaml:6:13: '$1': 'each' has no wildcard",
        "m.yaml:7:19: 'v' is not a path",
        "m.yaml:7:26: unknown word 'float'; known: auto, number, int, bool, string",
        "m.yaml:7:40: 'scale' must be a number",
        "m.yaml:8:34: unknown key 'eqq'; did you mean 'eq'?",
        "m.yaml:8:52: unknown word 'awful'",
        "m.yaml:9:34: pattern '([a-'",
        "m.yaml:10:11: topic filter 'a#'",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        cr_expect_not_null(strstr(problems, wanted[i]), "%s\nnot in\n%s", wanted[i],
                           problems);
    }
    cr_expect_eq(count_lines(problems), sizeof wanted / sizeof *wanted);
    mem_free(&problems);
}

Test(map_load, the_shape_of_a_mapping_is_checked)
{
    expect_problem("[]", "m.yaml:1:1: a mapping is a map");
    expect_problem("{}", "m.yaml:1:1: 'rules' must be a list");
    expect_problem("rules: []", "m.yaml:1:8: 'rules' must be a list");
    expect_problem("rules: [x]", "m.yaml:1:9: a rule is a map");
    expect_problem("rules: [{topic: a}]", "m.yaml:1:9: a rule needs one of");
    expect_problem("rules: [{topic: a, ignore: true, emit: [{device: d, metric: m}]}]",
                   "m.yaml:1:9: a rule needs one of");
    expect_problem("rules: [{topic: a, ignore: maybe}, {topic: a, ignore: true}]",
                   "m.yaml:1:28: 'ignore' must be true or false");
    expect_problem("rules: [{topic: a, payload: xml, ignore: true}]",
                   "m.yaml:1:29: unknown word 'xml'; known: json, text, binary");
    expect_problem("rules: [{topic: a, max_depth: 1000, ignore: true}]",
                   "m.yaml:1:31: 'max_depth' must be");
    expect_problem("rules: [{topic: a, emit: [{metric: m}]}]",
                   "m.yaml:1:27: 'device' is missing");
    expect_problem("rules: [{topic: a, emit: {metric: m}}]",
                   "m.yaml:1:26: 'emit' must be a list");
}

Test(map_load, references_are_checked)
{
    expect_emit_problem("{metric: '{x}'}", "m.yaml:6:14: 'x' is not known here");
    expect_emit_problem("{metric: '{./a'}", "m.yaml:6:14: a closing '}' is missing");
    expect_emit_problem("{metric: '{./a|''b}'}", "m.yaml:6:14: a closing");
    expect_emit_problem("{metric: '{}'}", "m.yaml:6:14: '' is not known here");
    expect_emit_problem("{metric: '{$0}', each: /*}", "m.yaml:6:14: '$0': 'each' has 1");
    expect_emit_problem("{metric: '{$2}', each: /*}", "m.yaml:6:14: '$2': 'each' has 1");
    expect_emit_problem("{metric: '{var.a}', vars: {b: {of: x}}}",
                        "m.yaml:6:14: 'var.a': 'vars' does not define it");
    expect_emit_problem("{metric: m, vars: {a: {of: '{var.a}'}}}",
                        "m.yaml:6:32: 'var.a': 'vars' does not define it");
    expect_emit_problem("{metric: '{meta.f}'}", "m.yaml:6:14: 'meta.f': there is no");
    expect_emit_problem("{metric: '{meta.g}', lookup: {table: t, key: k}}",
                        "m.yaml:6:14: 'meta.g': no 'learn' gives table 't'");
    expect_emit_problem("{metric: m, lookup: {table: u, key: k}}",
                        "m.yaml:6:33: no rule learns a table 'u'");
    expect_emit_problem("{metric: '{/a~2}'}", "m.yaml:6:14: '~' in a path");
}

Test(map_load, selections_and_values_are_checked)
{
    expect_emit_problem("{metric: m, each: ./a}", "m.yaml:6:23: 'each' selects");
    expect_emit_problem("{metric: m, each: '/**/a'}", "m.yaml:6:23: '**' can only");
    expect_emit_problem("{metric: m, value: {path: /v, linear: [1, 1, 0, 1]}}",
                        "m.yaml:6:43: 'linear': in_lo");
    expect_emit_problem("{metric: m, value: {path: /v, linear: [1, 2]}}",
                        "m.yaml:6:43: 'linear' is a list of four");
    expect_emit_problem("{metric: m, value: {path: /v, map_strict: true}}",
                        "m.yaml:6:24: 'map_strict' without");
    expect_emit_problem("{metric: m, value: {path: /v, bytes: {type: u61be}}}",
                        "m.yaml:6:49: unknown type 'u61be'; did you mean 'u64be'?");
    expect_emit_problem("{metric: m, value: {path: /v, bytes: {type: u16be_ws}}}",
                        "m.yaml:6:49: 'u16be_ws': only 32");
    expect_emit_problem("{metric: m, value: {path: /v, bytes: {type: f32be, bit: 1}}}",
                        "m.yaml:6:61: a floating-point");
    expect_emit_problem("{metric: m, value: {path: /v, bytes: {type: u8, bit: 8}}}",
                        "m.yaml:6:58: '8' must be a whole number from 0 to 7");
    expect_emit_problem("{metric: m, value: {path: /v, bytes: {enc: hex}}}",
                        "m.yaml:6:42: 'type' is missing");
    expect_emit_problem("{value: {path: /v}}", "m.yaml:6:5: 'metric' is missing");
}

Test(map_load, conditions_and_times_are_checked)
{
    expect_emit_problem("{metric: m, when: [{eq: 1}]}", "m.yaml:6:24: a condition needs");
    expect_emit_problem("{metric: m, when: [{path: /a, ref: key, eq: 1}]}",
                        "m.yaml:6:24: a condition needs");
    expect_emit_problem("{metric: m, when: [{path: /a}]}",
                        "m.yaml:6:24: nothing is asked");
    expect_emit_problem("{metric: m, when: [{path: /a, lt: x}]}",
                        "m.yaml:6:39: 'lt' must be a number");
    expect_emit_problem("{metric: m, when: [{path: /a, mask: 3}]}",
                        "m.yaml:6:24: 'mask' and 'equals'");
    expect_emit_problem("{metric: m, when: [{path: /a, mask: 3, equals: 4}]}",
                        "m.yaml:6:52: 'equals' has bits");
    expect_emit_problem("{metric: m, when: [{path: /a, type: text}]}",
                        "m.yaml:6:41: unknown word 'text'");
    expect_emit_problem("{metric: m, when: [{all: [], any: []}]}",
                        "m.yaml:6:24: only one of");
    expect_emit_problem("{metric: m, ts: [{path: /t, format: iso, tz: Mars/Base}]}",
                        "m.yaml:6:50: no time zone 'Mars/Base'");
    expect_emit_problem("{metric: m, ts: [{path: /t, format: 'strptime:%H'}]}",
                        "m.yaml:6:41: time pattern '%H'");
    expect_emit_problem("{metric: m, ts: [{format: iso}]}",
                        "m.yaml:6:22: 'path' is missing");
    expect_emit_problem("{metric: m, ts: [{path: /t, format: offset_ms}]}",
                        "m.yaml:6:22: 'offset_ms' needs");
}

Test(map_load, a_rules_defaults_may_use_what_any_emit_offers)
{
    char *problems = mapping_problems(
        "rules: [{topic: '#', device: '{$1}/{var.a}', emit: [{each: /*, vars: {a: {of: "
        "x}}, metric: m}, {device: d, metric: m}]}]");
    cr_expect_str_eq(problems, "");
    mem_free(&problems);
}
