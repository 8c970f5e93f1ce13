/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the methods as Markdown, for docs/reference/methods.md. */
#include "methods/method.h"

#include "core/buf.h"
#include "core/number.h"

#include <math.h>

static void add_number(struct buf *out, double value)
{
    char text[NUMBER_TEXT_MAX];
    number_print(value, text);
    buf_add_text(out, text);
}

/* "t|1000 Nm3" as "t or 1000 Nm3". */
static void add_unit(struct buf *out, const char *unit)
{
    if (!unit || unit[0] == '?') {
        buf_add_text(out, unit ? "any" : "word");
        return;
    }
    for (; *unit; unit++) {
        if (*unit == '|') {
            buf_add_text(out, " or ");
        } else {
            buf_add_byte(out, (uint8_t)*unit);
        }
    }
}

static void add_presence(struct buf *out, const struct method_input *input)
{
    bool optional = (input->flags & INPUT_OPTIONAL) != 0;
    buf_add_text(out, optional ? input->initial ? input->initial : "may be absent"
                               : "*required*");
    if (input->stream_initial) {
        buf_print(out, "; in a stream %s", input->stream_initial);
    }
}

static void add_range(struct buf *out, const struct method_input *input)
{
    if (input->flags & INPUT_POSITIVE) {
        buf_add_text(out, "above 0");
    }
    if (!(input->flags & INPUT_LIMITED)) {
        return;
    }
    if (input->flags & INPUT_POSITIVE) {
        buf_add_text(out, ", ");
    }
    add_number(out, input->min);
    buf_add_text(out, isinf(input->max) ? " or more" : " to ");
    if (!isinf(input->max)) {
        add_number(out, input->max);
    }
}

static void add_input(struct buf *out, const struct method_input *input)
{
    bool series = (input->flags & INPUT_SERIES) != 0;
    buf_print(out, "| `%s`%s | ", input->name, series ? " 1, 2, ..." : "");
    add_unit(out, input->unit);
    buf_add_text(out, " | ");
    add_presence(out, input);
    buf_add_text(out, " | ");
    add_range(out, input);
    buf_print(out, " | %s |\n", input->help);
}

static const char *role_name(enum output_role role)
{
    switch (role) {
    case OUTPUT_PLAIN:
        return "";
    case OUTPUT_CO2E:
        return "counts as CO2e";
    case OUTPUT_CO2_FOSSIL:
        return "CO2 that counts";
    case OUTPUT_CO2_BIOMASS:
        return "biomass, zero-rated";
    case OUTPUT_CO2_UNPROVEN:
        return "biomass without evidence, in the CO2 that counts";
    case OUTPUT_N2O:
        return "total of N2O";
    case OUTPUT_CF4:
        return "total of CF4";
    case OUTPUT_C2F6:
        return "total of C2F6";
    case OUTPUT_CH4:
        return "total of CH4";
    case OUTPUT_ENERGY:
        return "fuel energy";
    case OUTPUT_CONSUMED:
        return "precursor consumed";
    case OUTPUT_EMBEDDED_DIRECT:
        return "embedded, direct";
    case OUTPUT_EMBEDDED_INDIRECT:
        return "embedded, indirect";
    case OUTPUT_EMBEDDED_DEFAULT:
        return "embedded, by default values";
    case OUTPUT_EMBEDDED_ELECTRICITY:
        return "electricity embedded";
    }
    return "";
}

static void add_output(struct buf *out, const struct method_output *output)
{
    buf_print(out, "| `%s`%s | ", output->name, output->series ? " 1, 2, ..." : "");
    add_unit(out, output->unit);
    buf_print(out, " | %s | %s |\n", role_name(output->role), output->help);
}

static void add_method(struct buf *out, const struct method *method)
{
    buf_print(out, "\n## %s\n\n%s.  Version %s.  ", method->name, method->summary,
              method->version);
    if (method->stream) {
        buf_print(out, "May be a stream's method; term `%s`.\n\n",
                  attribution_term_names[method->term]);
    } else {
        buf_add_text(out, "Only by hand.\n\n");
    }
    buf_print(out, "```\n%s\n```\n\nSource: %s.\n\n", method->formula, method->source);
    buf_add_text(out,
                 "| input | unit | default | range | meaning |\n|---|---|---|---|---|\n");
    for (const struct method_input *input = method->inputs; input->name; input++) {
        add_input(out, input);
    }
    buf_add_text(out, "\n| output | unit | in a stream | meaning |\n|---|---|---|---|\n");
    for (const struct method_output *output = method->outputs; output->name; output++) {
        add_output(out, output);
    }
}

void methods_print_reference(struct buf *out)
{
    buf_add_text(out, "# Methods\n\n"
                      "From the tables of `gateway/methods/`.  Units are the ones that a "
                      "method calculates in; any other of the same dimension is "
                      "converted.\n");
    for (size_t i = 0; methods[i]; i++) {
        add_method(out, methods[i]);
    }
}
