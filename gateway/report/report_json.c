/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON; numbers in brackets are the items of Annex IV.1. */
#include "report/report_private.h"

#include <math.h>

/* A figure exact and rounded; nothing where it is undetermined. */
static void put_figure(struct json_writer *w, const char *key, double value, int decimals,
                       const char *unit)
{
    json_key(w, key);
    json_open(w, '{');
    json_key(w, "value");
    json_double(w, report_round(value, decimals));
    json_key(w, "exact");
    json_double(w, value);
    json_pair(w, "unit", unit);
    json_close(w, '}');
}

static void put_count(struct json_writer *w, const char *key, uint64_t count)
{
    json_key(w, key);
    json_u64(w, count);
}

/* [1] */
static void put_identity(struct json_writer *w, const struct plan *plan)
{
    const struct plan_installation *i = &plan->installation;
    json_key(w, "operator");
    json_open(w, '{');
    json_pair(w, "identifier", i->operator_id);
    json_pair(w, "name", i->operator_name);
    json_close(w, '}');
    json_key(w, "installation");
    json_open(w, '{');
    json_pair(w, "identifier", i->id);
    json_pair(w, "name", i->name);
    json_pair(w, "address", i->address);
    json_pair(w, "city", i->city);
    json_pair(w, "country", i->country);
    json_pair(w, "unlocode", i->unlocode);
    json_pair(w, "latitude", i->latitude);
    json_pair(w, "longitude", i->longitude);
    json_close(w, '}');
}

/* [16] */
static void put_stream(struct json_writer *w, const struct plan_stream *plan,
                       const struct stream_total *total)
{
    json_open(w, '{');
    json_pair(w, "identifier", plan->id);
    json_pair(w, "name", plan->name);
    json_pair(w, "method", plan->method->name);
    json_pair(w, "method_version", plan->method->version);
    json_pair(w, "method_source", plan->method->source);
    json_pair(w, "term", attribution_term_names[plan->term]);
    if (total->activity_name) {
        json_pair(w, "activity_data_name", total->activity_name);
        put_figure(w, "activity_data", figure_value(&total->activity), 3,
                   total->activity_unit);
    }
    put_figure(w, "emissions", figure_value(&total->co2e), 0, "t CO2e");
    if (total->biomass.parts > 0) {
        put_figure(w, "zero_rated_biomass", figure_value(&total->biomass), 0, "t CO2");
    }
    if (total->unproven.parts > 0) {
        put_figure(w, "biomass_without_evidence", figure_value(&total->unproven), 0,
                   "t CO2");
    }
    json_key(w, "calculation_factors");
    json_open(w, '[');
    for (size_t i = 0; i < plan->input_count; i++) {
        for (size_t f = 0; f < plan->inputs[i].factor_count; f++) {
            const struct plan_factor *factor = &plan->inputs[i].factors[f];
            const struct method_input *input =
                &plan->method->inputs[plan->inputs[i].method_input];
            json_open(w, '{');
            json_pair(w, "name", input->name);
            if (factor->text) {
                json_pair(w, "word", factor->text);
            } else {
                json_key(w, "value");
                json_double(w, factor->value);
            }
            json_pair(w, "origin", factor->origin);
            json_pair(w, "source", factor->source);
            json_close(w, '}');
        }
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void put_windows(struct json_writer *w, const struct report *report,
                        const struct process_total *total, enum report_detail detail)
{
    json_key(w, "data_quality");
    json_open(w, '{');
    put_count(
        w, "windows_in_period",
        (uint64_t)((report->to_ns - report->from_ns) / report->plan->windows.length_ns));
    put_count(w, "windows_reported", total->windows);
    put_count(w, "windows_complete", total->complete);
    put_count(w, "windows_with_substitutes", total->substituted);
    if (detail == REPORT_FULL) {
        json_key(w, "data_gaps_and_estimates");
        json_open(w, '[');
        for (size_t i = 0; i < json_array_size(total->gaps); i++) {
            const char *text = json_string_value(json_array_get(total->gaps, i));
            json_text(w, bytes_of(text ? text : ""));
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

/* [17], [29]: the terms of eq. 55 and 56 over the period. */
static void put_attribution(struct json_writer *w, const struct report *report,
                            size_t index)
{
    const struct process_total *total = &report->processes[index];
    bool floored = false;
    json_key(w, "attribution");
    json_open(w, '{');
    for (int term = 0; term < TERM_COUNT; term++) {
        if (total->terms[term].parts + total->terms[term].lacking > 0) {
            put_figure(w, attribution_term_names[term], figure_value(&total->terms[term]),
                       0, "t CO2e");
        }
    }
    put_figure(w, "attributed_direct", report_direct(report, index, &floored), 0,
               "t CO2e");
    put_figure(w, "attributed_indirect", report_indirect(report, index), 0, "t CO2e");
    json_key(w, "floored_at_zero");
    json_bool(w, floored);
    json_close(w, '}');
}

/* [15] */
static void put_specific(struct json_writer *w, const struct report *report, size_t index)
{
    const struct plan_process *process = &report->plan->processes[index];
    double level = figure_value(&report->processes[index].activity);
    bool floored = false;
    char unit[64] = "t CO2e/";
    strncat(unit, process->functional_unit, sizeof unit - strlen(unit) - 1);
    double of = level > 0 ? level : (double)NAN;
    put_figure(w, "specific_embedded_emissions_direct",
               report_direct(report, index, &floored) / of, 5, unit);
    put_figure(w, "specific_embedded_emissions_indirect",
               report_indirect(report, index) / of, 5, unit);
}

static void put_process(struct json_writer *w, const struct report *report, size_t index,
                        enum report_detail detail)
{
    const struct plan_process *process = &report->plan->processes[index];
    const struct process_total *total = &report->processes[index];
    json_open(w, '{');
    json_pair(w, "identifier", process->id);
    json_pair(w, "name", process->name);
    json_pair(w, "aggregated_goods_category", process->category);
    json_pair(w, "production_route", process->route);
    json_pair(w, "cn_code", process->cn);
    put_figure(w, "activity_level", figure_value(&total->activity), 3,
               process->functional_unit);
    put_attribution(w, report, index);
    put_specific(w, report, index);
    if (total->electricity.parts > 0) {
        put_figure(w, "electricity_consumed", figure_value(&total->electricity), 3,
                   "MWh");
    }
    if (total->fuel_energy.parts > 0) {
        put_figure(w, "fuel_energy", figure_value(&total->fuel_energy), 3, "TJ");
    }
    if (total->biomass.parts > 0) {
        put_figure(w, "zero_rated_biomass", figure_value(&total->biomass), 0, "t CO2");
    }
    put_windows(w, report, total, detail);
    if (detail == REPORT_FULL) {
        json_key(w, "source_streams");
        json_open(w, '[');
        for (size_t i = 0; i < process->stream_count; i++) {
            put_stream(w, &process->streams[i], &total->streams[i]);
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

/* [7]: what the installation's own streams emit. */
static void put_totals(struct json_writer *w, const struct report *report)
{
    double direct = 0;
    double indirect = 0;
    for (size_t i = 0; i < report->plan->process_count; i++) {
        const struct figure *own = &report->processes[i].terms[TERM_DIRECT];
        direct += own->parts + own->lacking > 0 ? figure_value(own) : 0;
        indirect += report_indirect(report, i);
    }
    put_figure(w, "total_direct_emissions", direct, 0, "t CO2e");
    put_figure(w, "total_indirect_emissions", indirect, 0, "t CO2e");
}

void report_put_json(const struct report *report, enum report_detail detail,
                     struct json_writer *w)
{
    const struct plan *plan = report->plan;
    json_open(w, '{');
    json_pair(w, "report", detail == REPORT_FULL ? "full" : "summary");
    json_pair(w, "rule_set", "CBAM-2025/2547");
    json_pair(w, "factor_set", plan->factor_set);
    json_key(w, "monitoring_plan_hash");
    json_hex(w, (struct bytes){plan->hash, sizeof plan->hash});
    json_pair(w, "rounding",
              "value: emissions to whole tonnes, specific emissions to 5 decimals, other "
              "figures to 3, half away from zero; exact: as calculated");
    json_key(w, "reporting_period");
    json_open(w, '{');
    json_key(w, "start");
    json_time(w, report->from_ns);
    json_key(w, "end");
    json_time(w, report->to_ns);
    json_pair(w, "time_zone", plan->installation.time_zone);
    json_close(w, '}');
    put_identity(w, plan);
    put_totals(w, report);
    json_key(w, "production_processes");
    json_open(w, '[');
    for (size_t i = 0; i < plan->process_count; i++) {
        put_process(w, report, i, detail);
    }
    json_close(w, ']');
    json_close(w, '}');
}
