/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs of a case as JSON, with the units they are in. */
#include "compute/compute_private.h"

#include "core/number.h"

static void write_text(struct buf *out, struct bytes text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\') {
            buf_add_byte(out, '\\');
        }
        buf_add_byte(out, text.data[i] < 0x20 ? ' ' : text.data[i]);
    }
    buf_add_byte(out, '"');
}

static void write_unit(const struct hand *hand, const char *unit, unsigned which,
                       struct buf *out)
{
    if (unit[0] == '?') {
        const struct open_unit *group = hand_group(hand, unit[1]);
        write_text(out, group ? group->text : BYTES("1"));
        return;
    }
    struct bytes text = bytes_part(bytes_of(unit), '|', which);
    bool open = hand->currency[0] && bytes_start_with(text, BYTES("XXX"));
    if (open) {
        buf_print(out, "\"%s%.*s\"", hand->currency,
                  BYTES_ARG(bytes_slice(text, 3, SIZE_MAX)));
    } else {
        write_text(out, text);
    }
}

static void write_value(const struct hand *hand, const struct method_output *output,
                        const struct quantity *quantity, struct buf *out)
{
    char number[NUMBER_TEXT_MAX];
    number_print(quantity->value == 0 ? 0 : quantity->value, number);
    buf_print(out, ": {\"value\": %s, \"unit\": ", number);
    write_unit(hand, output->unit, quantity->which, out);
    buf_add_byte(out, '}');
}

void hand_write(const struct hand *hand, struct buf *out)
{
    const char *separator = "";
    buf_add_byte(out, '{');
    for (size_t i = 0; hand->method->outputs[i].name; i++) {
        const struct method_output *output = &hand->method->outputs[i];
        const struct quantity *values =
            output->series ? hand->out_series[i] : &hand->outputs[i];
        for (size_t n = 0; n < (output->series ? hand->count : 1); n++) {
            if (!values[n].has) {
                continue;
            }
            buf_print(out, "%s\"%s", separator, output->name);
            if (output->series) {
                buf_print(out, "%zu", n + 1);
            }
            buf_add_byte(out, '"');
            write_value(hand, output, &values[n], out);
            separator = ", ";
        }
    }
    buf_add_byte(out, '}');
}
