/* SPDX-License-Identifier: Apache-2.0 */
/* A report as comma-separated values, exact figures. */
#include "report/report_private.h"

#include "core/mem.h"
#include "core/number.h"

#include <math.h>

/* Quoted where it has to be; an undetermined number is an empty field. */
static void add_text(struct buf *out, const char *text)
{
    text = text ? text : "";
    if (!strpbrk(text, ",\"\r\n")) {
        buf_add_text(out, text);
        return;
    }
    buf_add_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"') {
            buf_add_byte(out, '"');
        }
        buf_add_byte(out, (uint8_t)*text);
    }
    buf_add_byte(out, '"');
}

static void add_number(struct buf *out, double value)
{
    char text[NUMBER_TEXT_MAX];
    buf_add_byte(out, ',');
    if (isfinite(value)) {
        number_print(value, text);
        buf_add_text(out, text);
    }
}

static void add_line_start(struct buf *out, const char *kind, const char *process,
                           const char *stream, const char *what)
{
    const char *texts[] = {kind, process, stream, what};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (i > 0) {
            buf_add_byte(out, ',');
        }
        add_text(out, texts[i]);
    }
}

static void add_process(const struct process_total *process,
                        const struct report_good *good, struct buf *out)
{
    bool floored = false;
    add_line_start(out, "process", process->id, "", process->category);
    add_number(out, figure_value(&process->activity));
    buf_add_byte(out, ',');
    add_text(out, process->functional_unit);
    add_number(out, report_direct(process, &floored));
    add_number(out, report_indirect(process));
    add_number(out, good->direct);
    add_number(out, good->indirect);
    buf_print(out, ",%zu,%zu\r\n", process->windows, process->complete);
}

/* A good: its amount and what is embedded in one unit of it. */
static void add_product(const struct process_total *process,
                        const struct report_good *good,
                        const struct product_total *product, struct buf *out)
{
    bool named = product->id[0] != 0;
    double content = report_content(product);
    add_line_start(out, "good", process->id, named ? product->id : process->id,
                   named ? product->cn : process->cn);
    add_number(out, figure_value(&product->quantity));
    buf_add_byte(out, ',');
    add_text(out, product->unit);
    buf_add_text(out, ",,");
    add_number(out, good->direct * content);
    add_number(out, good->indirect * content);
    buf_add_text(out, ",,\r\n");
}

/* A sector parameter: a number with its unit, or a word in the unit's place. */
static void add_parameter(const struct process_total *process,
                          const struct product_total *product,
                          const struct parameter_total *parameter, struct buf *out)
{
    add_line_start(out, "parameter", process->id,
                   product->id[0] ? product->id : process->id, parameter->number.name);
    add_number(out,
               parameter->word ? (double)NAN : report_factor_value(&parameter->number));
    buf_add_byte(out, ',');
    add_text(out, parameter->word ? parameter->word : parameter->number.unit);
    buf_add_text(out, ",,,,,,\r\n");
}

static void add_products(const struct process_total *process,
                         const struct report_good *good, struct buf *out)
{
    for (size_t i = 0; i < process->product_count; i++) {
        const struct product_total *product = &process->products[i];
        add_product(process, good, product, out);
        for (size_t p = 0; p < product->parameter_count; p++) {
            add_parameter(process, product, &product->parameters[p], out);
        }
    }
}

static void add_stream(const struct process_total *process,
                       const struct stream_total *stream, struct buf *out)
{
    const struct input_total *activity = report_activity(stream);
    double co2e = figure_value(&stream->co2e);
    bool indirect = stream->term == TERM_INDIRECT;
    add_line_start(out, "stream", process->id, stream->id, stream->method);
    add_number(out, activity ? figure_value(&activity->sum) : (double)NAN);
    buf_add_byte(out, ',');
    add_text(out, activity ? activity->unit : "");
    add_number(out, indirect ? (double)NAN : co2e);
    add_number(out, indirect ? co2e : (double)NAN);
    buf_add_text(out, ",,,,\r\n");
}

void report_put_csv(const struct report *report, enum report_detail detail,
                    struct buf *out)
{
    buf_add_text(out,
                 "kind,process,stream,category_or_method,activity,unit,direct_t_co2e,"
                 "indirect_t_co2e,see_direct,see_indirect,windows,complete\r\n");
    struct report_good *goods = report_goods_new(report);
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        add_process(process, &goods[i], out);
        add_products(process, &goods[i], out);
        for (size_t s = 0; detail == REPORT_FULL && s < process->stream_count; s++) {
            add_stream(process, &process->streams[s], out);
        }
    }
    mem_free(&goods);
}
