/* SPDX-License-Identifier: Apache-2.0 */
/* A report as comma-separated values, exact figures. */
#include "report/report_private.h"

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

static void add_line_start(struct buf *out, const char *kind,
                           const struct plan_process *process, const char *stream,
                           const char *what)
{
    const char *texts[] = {kind, process->id, stream, what};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (i > 0) {
            buf_add_byte(out, ',');
        }
        add_text(out, texts[i]);
    }
}

static void add_process(const struct report *report, size_t index, struct buf *out)
{
    const struct plan_process *process = &report->plan->processes[index];
    const struct process_total *total = &report->processes[index];
    bool floored = false;
    double level = figure_value(&total->activity);
    double direct = report_direct(report, index, &floored);
    double indirect = report_indirect(report, index);
    double of = level > 0 ? level : (double)NAN;
    add_line_start(out, "process", process, "", process->category);
    add_number(out, level);
    buf_add_byte(out, ',');
    add_text(out, process->functional_unit);
    add_number(out, direct);
    add_number(out, indirect);
    add_number(out, direct / of);
    add_number(out, indirect / of);
    buf_print(out, ",%zu,%zu\r\n", total->windows, total->complete);
}

static void add_stream(const struct report *report, size_t index, size_t stream,
                       struct buf *out)
{
    const struct plan_process *process = &report->plan->processes[index];
    const struct plan_stream *plan = &process->streams[stream];
    const struct stream_total *total = &report->processes[index].streams[stream];
    double co2e = figure_value(&total->co2e);
    bool indirect = plan->term == TERM_INDIRECT;
    add_line_start(out, "stream", process, plan->id, plan->method->name);
    add_number(out, figure_value(&total->activity));
    buf_add_byte(out, ',');
    add_text(out, total->activity_unit);
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
    for (size_t i = 0; i < report->plan->process_count; i++) {
        add_process(report, i, out);
        size_t count = report->plan->processes[i].stream_count;
        for (size_t s = 0; detail == REPORT_FULL && s < count; s++) {
            add_stream(report, i, s, out);
        }
    }
}
