/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json_writer.h"

#include <criterion/criterion.h>
#include <math.h>

static const char *written(struct buf *buf)
{
    return (const char *)buf->data;
}

Test(json_writer, puts_commas_where_they_belong)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct json_writer writer = json_writer_of(&buf);

    json_open(&writer, '{');
    json_pair(&writer, "a", "x");
    json_pair(&writer, "left out", "");
    json_key(&writer, "b");
    json_open(&writer, '[');
    json_i64(&writer, -1);
    json_open(&writer, '{');
    json_close(&writer, '}');
    json_bool(&writer, true);
    json_close(&writer, ']');
    json_key(&writer, "c");
    json_hex(&writer, BYTES("\x01\xfe"));
    json_close(&writer, '}');

    cr_assert_str_eq(written(&buf), "{\"a\":\"x\",\"b\":[-1,{},true],\"c\":\"01fe\"}");
    buf_deinit(&buf);
}

Test(json_writer, numbers_are_short_and_never_what_json_lacks)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct json_writer writer = json_writer_of(&buf);

    json_double(&writer, 0.1);
    json_double(&writer, 1.0 / 3);
    json_double(&writer, (double)NAN);
    json_double(&writer, (double)INFINITY);
    json_u64(&writer, UINT64_MAX);

    cr_assert_str_eq(written(&buf),
                     "0.1,0.3333333333333333,null,null,18446744073709551615");
    buf_deinit(&buf);
}

Test(json_writer, hostile_text_stays_text)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct json_writer writer = json_writer_of(&buf);

    json_text(&writer, BYTES("\"\\\n\t\x01\x7f\xff\xc3\xa4\xed\xa0\x80"));

    cr_assert_str_eq(written(&buf), "\"\\\"\\\\\\n\\t\\u0001\\u007f\xef\xbf\xbd\xc3\xa4"
                                    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    buf_deinit(&buf);
}

Test(json_writer, a_time_is_iso)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct json_writer writer = json_writer_of(&buf);

    json_time(&writer, INT64_C(1784137030500000000));

    cr_assert_str_eq(written(&buf), "\"2026-07-15T17:37:10.5Z\"");
    buf_deinit(&buf);
}
