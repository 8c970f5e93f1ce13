/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of each format, the surest first. */
#include "decode/guess.h"

#define LOOK_MAX 512 /* bytes of a payload that are looked at */

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct bytes skip_blanks(struct bytes text)
{
    while (text.len && is_blank(text.data[0])) {
        text = bytes_slice(text, 1, text.len);
    }
    return text;
}

static bool contains(struct bytes text, const char *wanted)
{
    size_t len = strlen(wanted);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (bytes_are(bytes_slice(text, i, len), wanted)) {
            return true;
        }
    }
    return false;
}

/* [{"n":... or "bn":... */
static bool is_senml_json(struct bytes text)
{
    if (text.len == 0 || text.data[0] != '[') {
        return false;
    }
    text = skip_blanks(bytes_slice(text, 1, text.len));
    bool object = text.len && text.data[0] == '{';
    return object && (contains(text, "\"n\"") || contains(text, "\"bn\""));
}

/* An array of maps in CBOR: major type 4, then major type 5. */
static bool is_senml_cbor(struct bytes payload)
{
    if (payload.len < 2) {
        return false;
    }
    size_t head = payload.data[0] == 0x98 ? 2 : 1;
    bool array =
        (payload.data[0] >= 0x80 && payload.data[0] <= 0x98) || payload.data[0] == 0x9f;
    uint8_t second = head < payload.len ? payload.data[head] : 0;
    return array && ((second >= 0xa0 && second <= 0xb7) || second == 0xbf);
}

/* name[,tag=value...] field=value[,...] [time] */
static bool is_influx(struct bytes text)
{
    size_t at = 0;
    while (at < text.len && text.data[at] != ' ' && text.data[at] != '\n') {
        at += text.data[at] == '\\' ? 2 : 1;
    }
    uint8_t first = text.len ? text.data[0] : 0;
    if (at == 0 || at >= text.len || text.data[at] != ' ' || first == '{' ||
        first == '[' || first == '"') {
        return false;
    }
    struct bytes fields = bytes_slice(text, at + 1, text.len);
    const uint8_t *equals = memchr(fields.data, '=', fields.len);
    const uint8_t *blank = memchr(fields.data, ' ', fields.len);
    return equals && equals > fields.data && (!blank || equals < blank);
}

const char *guess_adapter(struct bytes topic, struct bytes payload)
{
    struct bytes text = skip_blanks(bytes_slice(payload, 0, LOOK_MAX));
    if (bytes_start_with(topic, BYTES("spBv1.0/"))) {
        return "sparkplug";
    }
    if (bytes_start_with(topic, BYTES("emgate/v1/"))) {
        return "native";
    }
    if (bytes_start_with(text, BYTES("##"))) {
        return "hj212";
    }
    if (is_senml_json(text) || is_senml_cbor(payload)) {
        return "senml";
    }
    return is_influx(text) ? "influx" : NULL;
}
