/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The goods of a process by CN code: amounts, what of them is counted, and the sector
 * parameters; numbers in brackets are the items of Annex IV.1.
 *
 *     SEE(C_k) = SEE x C_k      eq. 64; SEE(N) = SEE x N_i, eq. 65
 *
 * where SEE is per functional unit, t of clinker or kg of nitrogen, and the left side per
 * unit of the good.
 */
#include "report/report_private.h"

#include <math.h>
#include <stdio.h>

#define UNIT_MAX (2 * REPORT_UNIT_MAX + 8)

double report_content(const struct product_total *product)
{
    double quantity = figure_value(&product->quantity);
    return quantity > 0 ? figure_value(&product->level) / quantity : (double)NAN;
}

const struct parameter_total *report_parameter(const struct product_total *product,
                                               const char *name)
{
    for (size_t i = 0; i < product->parameter_count; i++) {
        if (strcmp(product->parameters[i].number.name, name) == 0) {
            return &product->parameters[i];
        }
    }
    return NULL;
}

/* [35] */
static void put_parameter(struct json_writer *w, const struct parameter_total *parameter)
{
    const struct input_total *number = &parameter->number;
    json_open(w, '{');
    json_pair(w, "name", number->name);
    if (parameter->word) {
        json_pair(w, "word", parameter->word);
        json_close(w, '}');
        return;
    }
    json_key(w, "value");
    json_double(w, report_factor_value(number));
    json_pair(w, "unit", number->unit);
    json_key(w, "values");
    json_open(w, '[');
    for (size_t i = 0; i < number->factor_count; i++) {
        report_put_factor(w, &number->factors[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* [13], [14], [15] of one good. */
static void put_product(struct json_writer *w, const struct process_total *process,
                        const struct report_good *good,
                        const struct product_total *product)
{
    bool named = product->id[0] != 0;
    const char *level_unit = process->functional_unit ? process->functional_unit : "";
    double content = report_content(product);
    char unit[UNIT_MAX];
    json_open(w, '{');
    json_pair(w, "identifier", named ? product->id : process->id);
    json_pair(w, "name", named ? product->name : process->name);
    json_pair(w, "cn_code", named ? product->cn : process->cn);
    report_put_figure(w, "quantity", figure_value(&product->quantity), 3, product->unit);
    report_put_figure(w, "activity_level", figure_value(&product->level), 3, level_unit);
    snprintf(unit, sizeof unit, "%s/%s", level_unit, product->unit);
    if (product->contains) {
        report_put_figure(w, "content", content, 5, unit);
    }
    snprintf(unit, sizeof unit, "t CO2e/%s", product->unit);
    report_put_figure(w, "specific_embedded_emissions_direct", good->direct * content, 5,
                      unit);
    report_put_figure(w, "specific_embedded_emissions_indirect", good->indirect * content,
                      5, unit);
    json_key(w, "sector_parameters");
    json_open(w, '[');
    for (size_t i = 0; i < product->parameter_count; i++) {
        put_parameter(w, &product->parameters[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

void report_put_products(struct json_writer *w, const struct process_total *process,
                         const struct report_good *good)
{
    if (process->product_count == 0) {
        return;
    }
    json_key(w, "goods");
    json_open(w, '[');
    for (size_t i = 0; i < process->product_count; i++) {
        put_product(w, process, good, &process->products[i]);
    }
    json_close(w, ']');
}
