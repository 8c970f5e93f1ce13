/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a report about a good: its specific embedded emissions with those of its
 * precursors, and the precursors; numbers in brackets are the items of Annex IV.1.
 */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

#define SPECIFIC_UNIT_MAX (REPORT_UNIT_MAX + 8)

static const char *specific_unit(const char *unit, char text[SPECIFIC_UNIT_MAX])
{
    snprintf(text, SPECIFIC_UNIT_MAX, "t CO2e/%s", unit ? unit : "");
    return text;
}

/* [15]: with precursors; the process's own part and the share of default values beside
 * it where there are any. */
void report_put_specific(struct json_writer *w, const struct process_total *process,
                         const struct report_good *good)
{
    char text[SPECIFIC_UNIT_MAX];
    const char *unit = specific_unit(process->functional_unit, text);
    report_put_figure(w, "specific_embedded_emissions_direct", good->direct, 5, unit);
    report_put_figure(w, "specific_embedded_emissions_indirect", good->indirect, 5, unit);
    report_put_figure(w, "specific_embedded_emissions_total",
                      good->direct + good->indirect, 5, unit);
    report_put_figure(w, "specific_embedded_emissions_indirect_counted", good->counted, 5,
                      unit);
    if (report_has_precursors(process)) {
        double share = good->direct > 0 ? good->by_default / good->direct : (double)NAN;
        report_put_figure(w, "specific_attributed_emissions_direct",
                          report_see_direct(process), 5, unit);
        report_put_figure(w, "specific_attributed_emissions_indirect",
                          report_see_indirect(process), 5, unit);
        report_put_figure(w, "share_of_default_values", share, 5, "1");
    }
    if (good->missing[0]) {
        json_pair(w, "not_determined", good->missing);
    }
}

/* Per unit of what was consumed. */
static void put_values(struct json_writer *w, const struct report *report,
                       const struct report_good *goods,
                       const struct precursor_total *precursor)
{
    double consumed = figure_value(&precursor->consumed);
    double of = consumed > 0 ? consumed : (double)NAN;
    double direct = figure_value(&precursor->direct) / of;
    double indirect = figure_value(&precursor->indirect) / of;
    char text[SPECIFIC_UNIT_MAX];
    const char *unit = specific_unit(precursor->unit, text);
    for (size_t h = 0; precursor->process && h < report->process_count; h++) {
        if (strcmp(report->processes[h].id, precursor->process) == 0) {
            direct = goods[h].direct;
            indirect = goods[h].indirect;
        }
    }
    report_put_figure(w, "quantity_consumed", consumed, 3, precursor->unit);
    report_put_figure(w, "specific_embedded_emissions_direct", direct, 5, unit);
    report_put_figure(w, "specific_embedded_emissions_indirect", indirect, 5, unit);
    if (!precursor->process) {
        report_put_figure(w, "embedded_emissions_by_default_values",
                          figure_value(&precursor->by_default), 0, "t CO2e");
    }
}

static void put_precursor(struct json_writer *w, const struct report *report,
                          const struct report_good *goods,
                          const struct stream_total *stream)
{
    const struct precursor_total *precursor = stream->precursor;
    const char *own = report->outline->identity.country;
    json_open(w, '{');
    json_pair(w, "identifier", stream->id);
    json_pair(w, "name", stream->name);
    json_pair(w, "made_by_process", precursor->process);
    json_pair(w, "aggregated_goods_category", precursor->category);
    json_pair(w, "cn_code", precursor->cn);
    json_pair(w, "country_of_origin", precursor->origin ? precursor->origin : own);
    json_pair(w, "operator", precursor->supplier);
    json_pair(w, "installation", precursor->installation);
    json_pair(w, "verification_report", precursor->verification);
    json_pair(w, "reporting_period", precursor->period);
    json_pair(w, "default_values_of", precursor->default_good);
    json_key(w, "counts_as_zero");
    json_bool(w, precursor->exempt);
    json_key(w, "indirect_emissions_count");
    json_bool(w, precursor->indirect_counts);
    put_values(w, report, goods, precursor);
    json_close(w, '}');
}

/* [18] to [28] */
void report_put_precursors(struct json_writer *w, const struct report *report,
                           const struct report_good *goods,
                           const struct process_total *process)
{
    if (!report_has_precursors(process)) {
        return;
    }
    json_key(w, "precursors");
    json_open(w, '[');
    for (size_t i = 0; i < process->stream_count; i++) {
        if (process->streams[i].precursor) {
            put_precursor(w, report, goods, &process->streams[i]);
        }
    }
    json_close(w, ']');
}

/* ---- the goods alone ---- */

static void put_good(struct json_writer *w, const struct report *report,
                     const struct report_good *goods, size_t index)
{
    const struct process_total *process = &report->processes[index];
    bool floored = false;
    json_open(w, '{');
    json_pair(w, "identifier", process->id);
    json_pair(w, "aggregated_goods_category", process->category);
    json_pair(w, "production_route", process->route);
    json_pair(w, "cn_code", process->cn);
    json_pair(w, "functional_unit", process->functional_unit);
    json_key(w, "indirect_emissions_count");
    json_bool(w, process->indirect_counts);
    json_key(w, "windows_reported");
    json_u64(w, process->windows);
    json_key(w, "windows_complete");
    json_u64(w, process->complete);
    report_put_figure(w, "activity_level", figure_value(&process->activity), 3,
                      process->functional_unit);
    report_put_figure(w, "attributed_direct", report_direct(process, &floored), 0,
                      "t CO2e");
    report_put_figure(w, "attributed_indirect", report_indirect(process), 0, "t CO2e");
    report_put_specific(w, process, &goods[index]);
    report_put_precursors(w, report, goods, process);
    json_close(w, '}');
}

void report_put_goods(const struct report *report, struct json_writer *w)
{
    struct report_good *goods = report_goods_new(report);
    json_open(w, '{');
    json_pair(w, "installation", report->outline->identity.id);
    json_pair(w, "rule_set", "CBAM-2025/2547");
    json_key(w, "reporting_period");
    json_open(w, '{');
    json_key(w, "start");
    json_time(w, report->from_ns);
    json_key(w, "end");
    json_time(w, report->to_ns);
    json_pair(w, "time_zone", report->outline->identity.time_zone);
    json_close(w, '}');
    json_key(w, "goods");
    json_open(w, '[');
    for (size_t i = 0; i < report->process_count; i++) {
        put_good(w, report, goods, i);
    }
    json_close(w, ']');
    json_close(w, '}');
    mem_free(&goods);
}
