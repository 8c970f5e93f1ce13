/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text, front to back. */
#include "core/json_writer.h"

#include "core/number.h"
#include "core/timetext.h"
#include "core/utf8.h"

#include <math.h>

static void begin_item(struct json_writer *writer)
{
    if (writer->comma) {
        buf_add_byte(writer->out, ',');
    }
    writer->comma = true;
}

void json_open(struct json_writer *writer, char bracket)
{
    begin_item(writer);
    buf_add_byte(writer->out, (uint8_t)bracket);
    writer->comma = false;
}

void json_close(struct json_writer *writer, char bracket)
{
    buf_add_byte(writer->out, (uint8_t)bracket);
    writer->comma = true;
}

static void add_escaped(struct buf *out, uint8_t byte)
{
    if (byte == '"' || byte == '\\') {
        buf_add_byte(out, '\\');
        buf_add_byte(out, byte);
    } else if (byte == '\n') {
        buf_add_text(out, "\\n");
    } else if (byte == '\t') {
        buf_add_text(out, "\\t");
    } else if (byte < 0x20 || byte == 0x7f) {
        buf_print(out, "\\u%04x", byte);
    } else {
        buf_add_byte(out, byte);
    }
}

static void add_quoted(struct buf *out, struct bytes text)
{
    buf_add_byte(out, '"');
    while (text.len > 0) {
        size_t len = utf8_len(text);
        if (len == 1) {
            add_escaped(out, text.data[0]);
        } else if (len > 1) {
            buf_add(out, bytes_slice(text, 0, len));
        } else {
            buf_add_text(out, "\xef\xbf\xbd");
        }
        text = bytes_slice(text, len ? len : 1, text.len);
    }
    buf_add_byte(out, '"');
}

void json_key(struct json_writer *writer, const char *key)
{
    begin_item(writer);
    add_quoted(writer->out, bytes_of(key));
    buf_add_byte(writer->out, ':');
    writer->comma = false;
}

void json_text(struct json_writer *writer, struct bytes text)
{
    begin_item(writer);
    add_quoted(writer->out, text);
}

void json_i64(struct json_writer *writer, int64_t value)
{
    begin_item(writer);
    buf_print(writer->out, "%lld", (long long)value);
}

void json_u64(struct json_writer *writer, uint64_t value)
{
    begin_item(writer);
    buf_print(writer->out, "%llu", (unsigned long long)value);
}

void json_double(struct json_writer *writer, double value)
{
    if (!isfinite(value)) {
        json_nothing(writer);
        return;
    }
    char text[NUMBER_TEXT_MAX];
    size_t len = number_print(value, text);
    begin_item(writer);
    buf_add(writer->out, (struct bytes){.data = (const uint8_t *)text, .len = len});
}

void json_bool(struct json_writer *writer, bool value)
{
    begin_item(writer);
    buf_add_text(writer->out, value ? "true" : "false");
}

void json_nothing(struct json_writer *writer)
{
    begin_item(writer);
    buf_add_text(writer->out, "null");
}

void json_hex(struct json_writer *writer, struct bytes value)
{
    static const char digits[] = "0123456789abcdef";
    begin_item(writer);
    buf_add_byte(writer->out, '"');
    for (size_t i = 0; i < value.len; i++) {
        buf_add_byte(writer->out, (uint8_t)digits[value.data[i] >> 4]);
        buf_add_byte(writer->out, (uint8_t)digits[value.data[i] & 15]);
    }
    buf_add_byte(writer->out, '"');
}

void json_time(struct json_writer *writer, int64_t ns)
{
    char text[TIME_TEXT_MAX];
    size_t len = time_print_iso(ns, text);
    json_text(writer, (struct bytes){.data = (const uint8_t *)text, .len = len});
}

void json_pair(struct json_writer *writer, const char *key, const char *text)
{
    if (text && *text) {
        json_key(writer, key);
        json_text(writer, bytes_of(text));
    }
}

void json_pair_i64(struct json_writer *writer, const char *key, int64_t value)
{
    json_key(writer, key);
    json_i64(writer, value);
}

void json_pair_u64(struct json_writer *writer, const char *key, uint64_t value)
{
    json_key(writer, key);
    json_u64(writer, value);
}

void json_pair_double(struct json_writer *writer, const char *key, double value)
{
    json_key(writer, key);
    json_double(writer, value);
}

void json_pair_bool(struct json_writer *writer, const char *key, bool value)
{
    json_key(writer, key);
    json_bool(writer, value);
}

void json_pair_text(struct json_writer *writer, const char *key, struct bytes text)
{
    json_key(writer, key);
    if (text.len) {
        json_text(writer, text);
    } else {
        json_nothing(writer);
    }
}
