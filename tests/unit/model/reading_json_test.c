/* SPDX-License-Identifier: Apache-2.0 */
/* A reading as JSON: kinds of value, whole numbers to 64 bits, flags. */
#include "model/reading_json.h"

#include <criterion/criterion.h>

static void expect(const struct reading *reading, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    struct json_writer w = json_writer_of(&out);
    json_open(&w, '{');
    reading_json_put(&w, reading);
    json_close(&w, '}');
    cr_assert_str_eq((const char *)out.data, wanted);
    buf_deinit(&out);
}

#define HEAD "{\"device\":\"d\",\"metric\":\"m\",\"value\":"
#define TIME "\"ts\":\"1970-01-01T00:00:00Z\""

static struct reading reading_of(struct value value)
{
    return (struct reading){.device = BYTES("d"), .metric = BYTES("m"), .value = value};
}

Test(reading_json, whole_numbers_beyond_a_double_are_texts)
{
    struct reading reading =
        reading_of((struct value){.kind = VALUE_INT, .integer = INT64_C(1) << 53});
    expect(&reading,
           HEAD "9007199254740992,\"unit\":null,\"quality\":\"good\"," TIME "}");
    reading.value.integer = -(INT64_C(1) << 53) - 1;
    expect(&reading,
           HEAD "\"-9007199254740993\",\"unit\":null,\"quality\":\"good\"," TIME "}");
    reading.value = (struct value){.kind = VALUE_UINT, .natural = UINT64_MAX};
    expect(&reading,
           HEAD "\"18446744073709551615\",\"unit\":null,\"quality\":\"good\"," TIME "}");
}

Test(reading_json, other_values_are_what_json_has)
{
    struct reading reading =
        reading_of((struct value){.kind = VALUE_TEXT, .text = BYTES("a\"b")});
    reading.unit = BYTES("t/h");
    expect(&reading, HEAD "\"a\\\"b\",\"unit\":\"t/h\",\"quality\":\"good\"," TIME "}");
    reading.value = (struct value){.kind = VALUE_BOOL, .truth = true};
    expect(&reading, HEAD "true,\"unit\":\"t/h\",\"quality\":\"good\"," TIME "}");
    reading.value = (struct value){.kind = VALUE_DOUBLE, .number = 0.1};
    expect(&reading, HEAD "0.1,\"unit\":\"t/h\",\"quality\":\"good\"," TIME "}");
}

Test(reading_json, doubt_and_flags_are_told)
{
    struct reading reading = reading_of((struct value){.kind = VALUE_NONE});
    reading.quality = QUALITY_BAD;
    reading.detail = BYTES("null");
    reading.flags = READING_RECEIVE_TIME | READING_BIRTH | READING_HISTORICAL |
                    READING_TRANSIENT | READING_RETAINED;
    expect(&reading, HEAD "null,\"unit\":null,\"quality\":\"bad\"," TIME
                          ",\"detail\":\"null\",\"ts_source\":\"receive\",\"birth\":true,"
                          "\"historical\":true,\"transient\":true,\"retained\":true}");
    reading.quality = QUALITY_UNCERTAIN;
    reading.flags = 0;
    expect(&reading, HEAD "null,\"unit\":null,\"quality\":\"uncertain\"," TIME
                          ",\"detail\":\"null\"}");
}
