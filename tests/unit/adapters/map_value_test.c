/* SPDX-License-Identifier: Apache-2.0 */
/* Values, bytes and times of mappings. */
#include "mapping.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(map_value, auto_keeps_the_payloads_own_type)
{
    expect_value("{path: /v}", "{\"v\":21.5}", "d m 21.5 good recv");
    expect_value("{path: /v}", "{\"v\":-0}", "d m 0i good recv");
    expect_value("{path: /v}", "{\"v\":1.0}", "d m 1 good recv");
    expect_value("{path: /v}", "{\"v\":\"21.5\"}", "d m '21.5' good recv");
    expect_value("{path: /v}", "{\"v\":false}", "d m false good recv");
    expect_value("{path: /v}", "{\"v\":null}", "d m - bad/null recv");
    expect_value("{path: /v}", "{\"v\":[1]}", "d m - bad/wrong_type recv");
    expect_value("{path: /v}", "{\"v\":{}}", "d m - bad/wrong_type recv");
    expect_value("{path: /v}", "{\"v\":\"a\\u0000\"}", "d m - bad/bad_encoding recv");
    expect_value("{path: /v}", "{\"v\":\"a\\udc00\"}", "d m - bad/bad_encoding recv");
}

Test(map_value, integers_are_exact_to_64_bits)
{
    expect_value("{path: /v}", "{\"v\":9007199254740993}",
                 "d m 9007199254740993i good recv");
    expect_value("{path: /v}", "{\"v\":-9223372036854775808}",
                 "d m -9223372036854775808i good recv");
    expect_value("{path: /v, as: number}", "{\"v\":\"18446744073709551615\"}",
                 "d m 18446744073709551615u good recv");
    expect_value("{path: /v}", "{\"v\":18446744073709551616}",
                 "d m 1.8446744073709552e+19 good recv");
    expect_value("{path: /v}", "{\"v\":1e400}", "d m - bad/non_finite recv");
    expect_value("{path: /v, as: number}", "{\"v\":\"-1e999\"}",
                 "d m - bad/non_finite recv");
}

Test(map_value, text_is_a_number_only_in_plain_decimal_notation)
{
    static const char *const bad[] = {"0x1F", "nan",  "inf", "12,5",  "1 2",
                                      "",     "1_0",  "1e",  "--1",   "1.2.3",
                                      "1f",   "TRUE", "0b1", "1'000", "12 kg"};
    expect_value("{path: /v, as: number}", "{\"v\":\"-12.50\"}", "d m -12.5 good recv");
    expect_value("{path: /v, as: number}", "{\"v\":\" 1.2e1 \"}", "d m 12 good recv");
    expect_value("{path: /v, as: number}", "{\"v\":\"+5\"}", "d m 5i good recv");
    expect_value("{path: /v, as: number}", "{\"v\":true}", "d m - bad/wrong_type recv");
    expect_value("{path: /v, as: number}", "{\"v\":null}", "d m - bad/null recv");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char payload[64];
        snprintf(payload, sizeof payload, "{\"v\":\"%s\"}", bad[i]);
        expect_value("{path: /v, as: number}", payload, "d m - bad/not_a_number recv");
    }
}

Test(map_value, types_are_converted_when_asked)
{
    expect_value("{path: /v, as: int}", "{\"v\":\"12\"}", "d m 12i good recv");
    expect_value("{path: /v, as: int}", "{\"v\":12.0}", "d m 12i good recv");
    expect_value("{path: /v, as: int}", "{\"v\":1e3}", "d m 1000i good recv");
    expect_value("{path: /v, as: int}", "{\"v\":12.5}", "d m - bad/wrong_type recv");
    expect_value("{path: /v, as: int}", "{\"v\":1e30}", "d m - bad/wrong_type recv");
    expect_value("{path: /v, as: bool}", "{\"v\":\"TRUE\"}", "d m true good recv");
    expect_value("{path: /v, as: bool}", "{\"v\":0}", "d m false good recv");
    expect_value("{path: /v, as: bool}", "{\"v\":\"1\"}", "d m true good recv");
    expect_value("{path: /v, as: bool}", "{\"v\":true}", "d m true good recv");
    expect_value("{path: /v, as: bool}", "{\"v\":2}", "d m - bad/not_a_bool recv");
    expect_value("{path: /v, as: bool}", "{\"v\":\"on\"}", "d m - bad/not_a_bool recv");
    expect_value("{path: /v, as: bool}", "{\"v\":[]}", "d m - bad/wrong_type recv");
    expect_value("{path: /v, as: string}", "{\"v\":1.50}", "d m '1.50' good recv");
    expect_value("{path: /v, as: string}", "{\"v\":true}", "d m 'true' good recv");
    expect_value("{path: /v, as: string}", "{\"v\":{}}", "d m - bad/wrong_type recv");
}

Test(map_value, decimal_commas_are_read_when_told)
{
    const char *comma = "{path: /v, as: number, decimal: ','}";
    expect_value(comma, "{\"v\":\"1.234,5\"}", "d m 1234.5 good recv");
    expect_value(comma, "{\"v\":\"-12,5\"}", "d m -12.5 good recv");
    expect_value(comma, "{\"v\":\"1.234.567\"}", "d m 1234567i good recv");
    expect_value(comma, "{\"v\":\"12\"}", "d m 12i good recv");
    expect_value(comma, "{\"v\":12.5}", "d m 12.5 good recv");
    expect_value(comma, "{\"v\":\"1.5\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\"1.2345,6\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\"1234.567,8\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\"1,5,6\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\"1,234.5\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\".123\"}", "d m - bad/not_a_number recv");
    expect_value(comma, "{\"v\":\"\"}", "d m - bad/not_a_number recv");
}

Test(map_value, units_are_stripped_when_told)
{
    const char *strip = "{path: /v, as: number, strip_unit: true}";
    expect_value(strip,
                 "{\"v\":\"12.5 \xc2\xb0"
                 "C\"}",
                 "d m 12.5 good recv");
    expect_value(strip, "{\"v\":\"85%\"}", "d m 85i good recv");
    expect_value(strip, "{\"v\":\"-3 m3/h\"}", "d m -3i good recv");
    expect_value(strip, "{\"v\":\"1e3kWh\"}", "d m 1000 good recv");
    expect_value(strip, "{\"v\":\"3E\"}", "d m 3i good recv");
    expect_value(strip, "{\"v\":\"12\"}", "d m 12i good recv");
    expect_value(strip, "{\"v\":\"0x1F\"}", "d m - bad/not_a_number recv");
    expect_value(strip, "{\"v\":\"12,5 kg\"}", "d m - bad/not_a_number recv");
    expect_value(strip, "{\"v\":\"1.2.3 kg\"}", "d m - bad/not_a_number recv");
    expect_value(strip, "{\"v\":\"kg\"}", "d m - bad/not_a_number recv");
    expect_value("{path: /v, as: number, strip_unit: true, decimal: ','}",
                 "{\"v\":\"1.234,5 kg\"}", "d m 1234.5 good recv");
}

Test(map_value, a_table_translates)
{
    const char *loose = "{path: /v, map: {ON: true, OFF: false, '3': three, '4.5': 9, x: "
                        "null, t: '1'}}";
    expect_value(loose, "{\"v\":\"ON\"}", "d m true good recv");
    expect_value(loose, "{\"v\":3}", "d m 'three' good recv");
    expect_value(loose, "{\"v\":3.0}", "d m 'three' good recv");
    expect_value(loose, "{\"v\":4.50}", "d m 9i good recv");
    expect_value(loose, "{\"v\":\"x\"}", "d m - bad/null recv");
    expect_value(loose, "{\"v\":\"t\"}", "d m '1' good recv");
    expect_value(loose, "{\"v\":\"on\"}", "d m 'on' good recv");
    expect_value("{path: /v, map: {a: 1}, map_strict: true}", "{\"v\":\"b\"}",
                 "d m - bad/unmapped_value recv");
    expect_value("{path: /v, map: {a: 1}, map_strict: true}", "{\"v\":[]}",
                 "d m - bad/unmapped_value recv");
    expect_value("{path: /v, map: {a: 1}, as: number, scale: 10}", "{\"v\":\"a\"}",
                 "d m 10 good recv");
    expect_value("{path: /v, map: {a: 1}, as: number}", "{\"v\":\"2\"}",
                 "d m 2i good recv");
    expect_value("{path: /v, map: {'true': run, 'false': stop}}", "{\"v\":true}",
                 "d m 'run' good recv");
}

Test(map_value, numbers_are_computed_in_order)
{
    expect_value("{path: /v, linear: [4, 20, 0, 100]}", "{\"v\":12}", "d m 50 good recv");
    expect_value("{path: /v, linear: [4, 20, 0, 100]}", "{\"v\":2}",
                 "d m -12.5 good recv");
    expect_value("{path: /v, linear: [0, 10, 0, 1], scale: 4, scale_by: /k, offset: -1}",
                 "{\"v\":5,\"k\":\"3\"}", "d m 5 good recv");
    expect_value("{path: /v, scale: 0.5}", "{\"v\":true}", "d m true good recv");
    expect_value("{path: /v, scale: 0.5}", "{\"v\":\"4\"}", "d m '4' good recv");
    expect_value("{path: /v, scale: 1e300}", "{\"v\":1e300}",
                 "d m - bad/non_finite recv");
    expect_value("{path: /v, scale_by: /k}", "{\"v\":5}", "d m - bad/null recv");
    expect_value("{path: /v, scale_by: /k}", "{\"v\":5,\"k\":null}",
                 "d m - bad/null recv");
    expect_value("{path: /v, scale_by: /k}", "{\"v\":5,\"k\":\"x\"}",
                 "d m - bad/not_a_number recv");
    expect_value("{path: /v, scale_by: /k}", "{\"v\":5,\"k\":[]}",
                 "d m - bad/wrong_type recv");
}

Test(map_value, texts_can_mean_not_a_number)
{
    const char *texts = "{path: /v, non_finite_text: [NaN, Infinity, -Infinity, n/a]}";
    expect_value(texts, "{\"v\":\"NaN\"}", "d m - bad/nan recv");
    expect_value(texts, "{\"v\":\"-Infinity\"}", "d m - bad/inf recv");
    expect_value(texts, "{\"v\":\"n/a\"}", "d m - bad/nan recv");
    expect_value(texts, "{\"v\":\"nan\"}", "d m 'nan' good recv");
}

Test(map_value, the_first_candidate_that_exists_is_taken)
{
    expect_value("{path: [/a/b, /a, /c]}", "{\"a\":5,\"c\":6}", "d m 5i good recv");
    expect_value("{path: [/a/b, /a]}", "{\"a\":{\"b\":null}}", "d m - bad/null recv");
    expect_value("{path: [/a/b, /x]}", "{\"a\":5}", "empty no_readings");
}

/* ---- bytes ---- */

static void expect_bytes(const char *type, const char *hex, const char *wanted)
{
    char value[128];
    char payload[128];
    snprintf(value, sizeof value, "{path: /v, bytes: {enc: hex, type: %s}}", type);
    snprintf(payload, sizeof payload, "{\"v\":\"%s\"}", hex);
    expect_value(value, payload, wanted);
}

Test(map_value, bytes_hold_every_kind_of_number)
{
    expect_bytes("u8", "FF", "d m 255i good recv");
    expect_bytes("i8", "ff", "d m -1i good recv");
    expect_bytes("u16be", "0102", "d m 258i good recv");
    expect_bytes("u16le", "0102", "d m 513i good recv");
    expect_bytes("i16be", "FF9C", "d m -100i good recv");
    expect_bytes("i16le", "9CFF", "d m -100i good recv");
    expect_bytes("u32be", "AABBCCDD", "d m 2864434397i good recv");
    expect_bytes("u32le", "DDCCBBAA", "d m 2864434397i good recv");
    expect_bytes("u32be_ws", "CCDDAABB", "d m 2864434397i good recv");
    expect_bytes("u32le_ws", "BBAADDCC", "d m 2864434397i good recv");
    expect_bytes("i32be", "FFFFFFFE", "d m -2i good recv");
    expect_bytes("i32le", "FEFFFFFF", "d m -2i good recv");
    expect_bytes("u64be", "FFFFFFFFFFFFFFFE", "d m 18446744073709551614u good recv");
    expect_bytes("u64le", "0100000000000000", "d m 1i good recv");
    expect_bytes("i64be", "FFFFFFFFFFFFFFFE", "d m -2i good recv");
    expect_bytes("u64be_ws", "7788556633441122", "d m 1234605616436508552i good recv");
    expect_bytes("i64le_ws", "2211443366558877", "d m 1234605616436508552i good recv");
    expect_bytes("f32be", "41AC0000", "d m 21.5 good recv");
    expect_bytes("f32le", "0000AC41", "d m 21.5 good recv");
    expect_bytes("f32be_ws", "000041AC", "d m 21.5 good recv");
    expect_bytes("f64be", "4035800000000000", "d m 21.5 good recv");
    expect_bytes("f64le", "0000000000803540", "d m 21.5 good recv");
    expect_bytes("f64be_ws", "0000000080004035", "d m 21.5 good recv");
    expect_bytes("f32be", "7FC00000", "d m - bad/nan recv");
    expect_bytes("f64be", "FFF0000000000000", "d m - bad/inf recv");
}

Test(map_value, registers_come_as_text_or_array)
{
    const char *f32 = "{path: /v, bytes: {enc: words, type: f32be}}";
    const char *swapped = "{path: /v, bytes: {enc: words, type: f32be_ws}}";
    const char *i16 = "{path: /v, bytes: {enc: words, type: i16be, offset: 2}}";
    expect_value(f32, "{\"v\":\"[17530,57344]\"}", "d m 1003.5 good recv");
    expect_value(f32, "{\"v\":[17530,57344]}", "d m 1003.5 good recv");
    expect_value(swapped, "{\"v\":\"57344 17530\"}", "d m 1003.5 good recv");
    expect_value(i16, "{\"v\":\"0;65535\"}", "d m -1i good recv");
    expect_value(i16, "{\"v\":[0,-2]}", "d m -2i good recv");
    expect_value(f32, "{\"v\":\"[1,65536]\"}", "d m - bad/bad_encoding recv");
    expect_value(f32, "{\"v\":[1,-32769]}", "d m - bad/bad_encoding recv");
    expect_value(f32, "{\"v\":\"1,2.5\"}", "d m - bad/bad_encoding recv");
    expect_value(f32, "{\"v\":[1,\"2\"]}", "d m - bad/bad_encoding recv");
    expect_value(f32, "{\"v\":\"17530\"}", "rejected short_binary");
    expect_value(f32, "{\"v\":17530}", "d m - bad/wrong_type recv");
}

Test(map_value, bytes_come_as_text_or_array)
{
    const char *b64 =
        "{path: /v, bytes: {enc: base64, offset: 1, type: u16be}, scale: 2}";
    const char *raw = "{path: /v, bytes: {enc: raw, type: u16le}}";
    const char *hex = "{path: /v, bytes: {enc: hex, type: u8, offset: 2}}";
    expect_value(b64, "{\"v\":\"AQID\"}", "d m 1030 good recv");
    expect_value(b64, "{\"v\":\"AQIDBA==\"}", "d m 1030 good recv");
    expect_value(b64, "{\"v\":\"_-8_-w\"}", "d m 122494 good recv");
    expect_value(b64, "{\"v\":\"A*ID\"}", "d m - bad/bad_encoding recv");
    expect_value(b64, "{\"v\":\"AQIDB\"}", "d m - bad/bad_encoding recv");
    expect_value(b64, "{\"v\":\"AQ==\"}", "rejected short_binary");
    expect_value(raw, "{\"v\":[1,2]}", "d m 513i good recv");
    expect_value(raw, "{\"v\":[1,256]}", "d m - bad/bad_encoding recv");
    expect_value(raw, "{\"v\":\"ab\"}", "d m - bad/wrong_type recv");
    expect_value(hex, "{\"v\":\"01 02 03\"}", "d m 3i good recv");
    expect_value(hex, "{\"v\":\"0102030\"}", "d m - bad/bad_encoding recv");
    expect_value(hex, "{\"v\":\"0102zz\"}", "d m - bad/bad_encoding recv");
    expect_value(hex, "{\"v\":\"0102\"}", "rejected short_binary");
    expect_value(hex, "{\"v\":5}", "d m - bad/wrong_type recv");
    expect_value(hex, "{\"v\":null}", "d m - bad/null recv");
}

Test(map_value, a_bit_is_a_bool)
{
    expect_value("{path: /v, bytes: {enc: hex, type: u16be, bit: 8}}", "{\"v\":\"0100\"}",
                 "d m true good recv");
    expect_value("{path: /v, bytes: {enc: hex, type: u16be, bit: 0}}", "{\"v\":\"0100\"}",
                 "d m false good recv");
    expect_value("{path: /v, bytes: {enc: hex, type: u8, bit: 7}, map: {'true': run}}",
                 "{\"v\":\"80\"}", "d m 'run' good recv");
    expect_value("{path: /v, bytes: {enc: hex, type: u8}, map: {'2': run}, map_strict: "
                 "true}",
                 "{\"v\":\"02\"}", "d m 'run' good recv");
    expect_value("{path: /v, bytes: {enc: hex, type: u8}, map: {'2': run}, map_strict: "
                 "true}",
                 "{\"v\":\"03\"}", "d m - bad/unmapped_value recv");
}

/* ---- times ---- */

static void expect_time(const char *times, const char *payload, const char *wanted)
{
    struct buf yaml;
    struct buf line;
    buf_init(&yaml, 65536);
    buf_init(&line, 65536);
    buf_print(&yaml,
              "rules: [{topic: '#', device: d, ts: %s, emit: [{metric: m, value: "
              "{path: /v}}]}]",
              times);
    buf_print(&line, "d m 1i %s", wanted);
    expect_mapped((const char *)yaml.data, payload, (const char *)line.data);
    buf_deinit(&yaml);
    buf_deinit(&line);
}

Test(map_value, time_candidates_are_tried_in_order)
{
    const char *times = "[{path: /a, format: iso}, {path: /b, format: epoch_ms}, {path: "
                        "/a, format: epoch_s}]";
    expect_time(times, "{\"v\":1,\"a\":\"2026-01-02T03:04:05Z\",\"b\":1785340800000}",
                "good 2026-01-02T03:04:05Z");
    expect_time(times, "{\"v\":1,\"a\":null,\"b\":1785340800000}",
                "good 2026-07-29T16:00:00Z");
    expect_time(times, "{\"v\":1,\"a\":1785340800}", "good 2026-07-29T16:00:00Z");
    expect_time(times, "{\"v\":1}", "good recv");
    expect_time(times, "{\"v\":1,\"a\":\"soon\"}", "uncertain/bad_timestamp recv");
    expect_time(times, "{\"v\":1,\"a\":{}}", "uncertain/bad_timestamp recv");
    expect_time(times, "{\"v\":1,\"a\":0}", "uncertain/implausible_timestamp recv");
    expect_time(times, "{\"v\":1,\"b\":-5,\"a\":1785340800}",
                "uncertain/implausible_timestamp recv");
    expect_time(times, "{\"v\":1,\"a\":\"2100-01-01T00:00:00Z\"}",
                "uncertain/implausible_timestamp recv");
    expect_time(times, "{\"v\":1,\"a\":\"2000-01-01T00:00:00Z\"}",
                "good 2000-01-01T00:00:00Z");
}

Test(map_value, local_time_needs_its_zone)
{
    expect_time("[{path: /t, format: iso, tz: Europe/Berlin}]",
                "{\"v\":1,\"t\":\"2026-07-15T17:37:10\"}", "good 2026-07-15T15:37:10Z");
    expect_time("[{path: /t, format: iso}]", "{\"v\":1,\"t\":\"2026-07-15T17:37:10\"}",
                "uncertain/bad_timestamp recv");
    expect_time("[{path: /t, format: 'strptime:%Y%m%d%H%M%S', tz: Asia/Shanghai}]",
                "{\"v\":1,\"t\":\"20260724101800\"}", "good 2026-07-24T02:18:00Z");
}

Test(map_value, an_offset_is_added_to_its_base)
{
    const char *times = "[{path: /o, format: offset_ms, base: /b, base_spec: {format: "
                        "'strptime:%F %T.%f %z'}}, {path: /b, format: 'strptime:%F %T.%f "
                        "%z'}]";
    expect_time(times, "{\"v\":1,\"o\":-1500,\"b\":\"2026-07-24 10:18:00.250 +0800\"}",
                "good 2026-07-24T02:17:58.75Z");
    expect_time(times, "{\"v\":1,\"b\":\"2026-07-24 10:18:00.250 +0800\"}",
                "good 2026-07-24T02:18:00.25Z");
    expect_time(times, "{\"v\":1,\"o\":5}", "good recv");
    expect_time(times, "{\"v\":1,\"o\":5,\"b\":\"x\"}", "uncertain/bad_timestamp recv");
    expect_time("[{path: /o, format: offset_ms, base: /b, base_spec: epoch_s}]",
                "{\"v\":1,\"o\":\"2500\",\"b\":1785340800}",
                "good 2026-07-29T16:00:02.5Z");
    expect_time("[{path: /o, format: offset_ms, base: /b, base_spec: epoch_s}]",
                "{\"v\":1,\"o\":1e300,\"b\":1785340800}",
                "uncertain/implausible_timestamp recv");
}

/* A bad reading says why it is bad, not that its time is odd. */
Test(map_value, an_odd_time_does_not_hide_why_a_value_is_bad)
{
    expect_mapped("rules: [{topic: '#', device: d, ts: [{path: /t, format: epoch_s}], "
                  "emit: [{metric: m, value: {path: /v}}]}]",
                  "{\"v\":null,\"t\":0}", "d m - bad/null recv");
}
