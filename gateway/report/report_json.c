/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON; numbers in brackets are the items of Annex IV.1. */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>

void report_put_figure(struct json_writer *w, const char *key, double value, int decimals,
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

/* The same for a sum, left out where nothing was added. */
static void put_sum(struct json_writer *w, const char *key, const struct figure *figure,
                    int decimals, const char *unit)
{
    if (figure->parts + figure->lacking > 0) {
        report_put_figure(w, key, figure_value(figure), decimals, unit);
    }
}

/* ---- [1] ---- */

static void put_identity(struct json_writer *w, const struct report_identity *i)
{
    json_key(w, "operator");
    json_open(w, '{');
    json_pair(w, "identifier", i->operator_id);
    json_pair(w, "name", i->operator_name);
    json_close(w, '}');
    json_key(w, "installation");
    json_open(w, '{');
    json_pair(w, "identifier", i->id);
    json_pair(w, "name", i->name);
    json_pair(w, "name_native", i->name_native);
    json_pair(w, "address", i->address);
    json_pair(w, "post_code", i->post_code);
    json_pair(w, "po_box", i->po_box);
    json_pair(w, "city", i->city);
    json_pair(w, "country", i->country);
    json_pair(w, "unlocode", i->unlocode);
    json_pair(w, "latitude", i->latitude);
    json_pair(w, "longitude", i->longitude);
    json_pair(w, "economic_activity", i->economic_activity);
    json_pair(w, "authorised_representative", i->representative);
    json_pair(w, "email", i->email);
    json_pair(w, "telephone", i->telephone);
    json_close(w, '}');
}

/* ---- streams: [3] to [6], [9] to [12], [16] ---- */

static const char *source_of(const struct stream_total *stream)
{
    const struct method *method =
        stream->method ? method_find(bytes_of(stream->method)) : NULL;
    return method ? method->source : NULL;
}

void report_put_factor(struct json_writer *w, const struct report_factor *factor)
{
    json_open(w, '{');
    json_key(w, "value");
    json_double(w, factor->value);
    json_pair(w, "origin", factor->origin);
    json_pair(w, "source", factor->source);
    json_pair(w, "first_window", factor->first);
    json_pair(w, "last_window", factor->last);
    json_pair_u64(w, "windows", factor->windows);
    json_close(w, '}');
}

static void put_input(struct json_writer *w, const struct input_total *input)
{
    json_open(w, '{');
    json_pair(w, "name", input->name);
    json_key(w, "value");
    json_double(w, report_factor_value(input));
    json_pair(w, "unit", input->unit);
    json_pair(w, "determination", input->measured ? "measured" : "factor");
    json_key(w, "values");
    json_open(w, '[');
    for (size_t i = 0; i < input->factor_count; i++) {
        report_put_factor(w, &input->factors[i]);
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void put_stream(struct json_writer *w, const struct stream_total *stream)
{
    const struct input_total *activity = report_activity(stream);
    json_open(w, '{');
    json_pair(w, "identifier", stream->id);
    json_pair(w, "name", stream->name);
    json_pair(w, "method", stream->method);
    json_pair(w, "method_version", stream->method_version);
    json_pair(w, "method_source", source_of(stream));
    json_pair(w, "term", attribution_term_names[stream->term]);
    if (activity) {
        json_pair(w, "activity_data_name", activity->name);
        report_put_figure(w, "activity_data", figure_value(&activity->sum), 3,
                          activity->unit);
    }
    report_put_figure(w, "emissions", figure_value(&stream->co2e), 0, "t CO2e");
    put_sum(w, "zero_rated_biomass", &stream->biomass, 0, "t CO2");
    put_sum(w, "biomass_without_evidence", &stream->unproven, 0, "t CO2");
    put_sum(w, "heat", &stream->heat, 3, "TJ");
    json_key(w, "calculation_factors");
    json_open(w, '[');
    for (size_t i = 0; i < stream->input_count; i++) {
        if (&stream->inputs[i] != activity) {
            put_input(w, &stream->inputs[i]);
        }
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* ---- a process ---- */

static void put_member(struct json_writer *w, const json_t *object, const char *key)
{
    json_pair(w, key, json_string_value(json_object_get(object, key)));
}

static void put_gap(struct json_writer *w, const json_t *gap)
{
    const json_t *points = json_object_get(gap, "points");
    json_open(w, '{');
    put_member(w, gap, "window");
    put_member(w, gap, "state");
    json_key(w, "points");
    json_open(w, '[');
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        json_open(w, '{');
        put_member(w, point, "point");
        put_member(w, point, "state");
        put_member(w, point, "substitution");
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void put_quality(struct json_writer *w, const struct report *report,
                        const struct process_total *process, enum report_detail detail)
{
    int64_t window_ns = report->outline->window_ns;
    json_key(w, "data_quality");
    json_open(w, '{');
    if (window_ns > 0) {
        json_pair_u64(w, "windows_in_period",
                      (uint64_t)((report->to_ns - report->from_ns) / window_ns));
    }
    json_pair_u64(w, "windows_reported", process->windows);
    json_pair_u64(w, "windows_complete", process->complete);
    json_pair_u64(w, "windows_with_substitutes", process->substituted);
    json_pair_u64(w, "windows_with_gaps_or_estimates", process->gap_count);
    if (detail == REPORT_FULL) {
        json_key(w, "data_gaps_and_estimates");
        json_open(w, '[');
        for (size_t i = 0; i < json_array_size(process->gaps); i++) {
            put_gap(w, json_array_get(process->gaps, i));
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

/* [17], [29], [30]: the terms of eq. 55 and 56 over the period. */
static void put_attribution(struct json_writer *w, const struct process_total *process)
{
    bool floored = false;
    json_key(w, "attribution");
    json_open(w, '{');
    for (int term = 0; term < TERM_COUNT; term++) {
        put_sum(w, attribution_term_names[term], &process->terms[term], 0, "t CO2e");
    }
    report_put_figure(w, "attributed_direct", report_direct(process, &floored), 0,
                      "t CO2e");
    report_put_figure(w, "attributed_indirect", report_indirect(process), 0, "t CO2e");
    json_key(w, "floored_at_zero");
    json_bool(w, floored);
    json_close(w, '}');
}

static void put_gases(struct json_writer *w, const struct process_total *process)
{
    json_key(w, "emissions_by_gas");
    json_open(w, '[');
    for (size_t i = 0; i < REPORT_GASES; i++) {
        if (process->gas_mass[i].parts > 0) {
            json_open(w, '{');
            json_pair(w, "gas", report_gases[i]);
            put_sum(w, "mass", &process->gas_mass[i], 3, "t");
            put_sum(w, "emissions", &process->gas_co2e[i], 0, "t CO2e");
            json_close(w, '}');
        }
    }
    json_close(w, ']');
}

static void put_process(struct json_writer *w, const struct report *report,
                        const struct report_good *goods, size_t index,
                        enum report_detail detail)
{
    const struct process_total *process = &report->processes[index];
    json_open(w, '{');
    json_pair(w, "identifier", process->id);
    json_pair(w, "name", process->name);
    json_pair(w, "aggregated_goods_category", process->category);
    json_pair(w, "production_route", process->route);
    json_pair(w, "cn_code", process->cn);
    report_put_figure(w, "activity_level", figure_value(&process->activity), 3,
                      process->functional_unit);
    put_attribution(w, process);
    report_put_specific(w, process, &goods[index]);
    report_put_products(w, process, &goods[index]);
    report_put_precursors(w, report, goods, process);
    report_put_uncertainty(w, process);
    put_gases(w, process);
    put_sum(w, "electricity_consumed", &process->electricity, 3, "MWh");
    put_sum(w, "fuel_energy", &process->fuel_energy, 3, "TJ");
    put_sum(w, "zero_rated_biomass", &process->biomass, 0, "t CO2");
    put_sum(w, "biomass_without_evidence", &process->unproven, 0, "t CO2");
    put_quality(w, report, process, detail);
    if (detail == REPORT_FULL) {
        json_key(w, "source_streams");
        json_open(w, '[');
        for (size_t i = 0; i < process->stream_count; i++) {
            put_stream(w, &process->streams[i]);
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

/* ---- the installation ---- */

typedef bool stream_test_fn(const struct stream_total *stream);

static bool method_is(const struct stream_total *stream, const char *name)
{
    return stream->method && strcmp(stream->method, name) == 0;
}

static bool is_fuel(const struct stream_total *stream)
{
    return method_is(stream, "combustion") || method_is(stream, "flare");
}

static bool is_measured(const struct stream_total *stream)
{
    return method_is(stream, "cems") || method_is(stream, "cems_nitric_acid");
}

static bool is_material(const struct stream_total *stream)
{
    return stream->term == TERM_DIRECT && !is_fuel(stream) && !is_measured(stream) &&
           !method_is(stream, "co2_transfer");
}

static bool is_zero_rated(const struct stream_total *stream)
{
    return stream->biomass.parts > 0 && figure_value(&stream->biomass) > 0;
}

static bool is_electricity(const struct stream_total *stream)
{
    return stream->term == TERM_INDIRECT || stream->term == TERM_EL_PRODUCED;
}

static bool is_heat(const struct stream_total *stream)
{
    return stream->term == TERM_HEAT_IMPORT || stream->term == TERM_HEAT_EXPORT;
}

static bool is_waste_gas(const struct stream_total *stream)
{
    return stream->term == TERM_WASTE_GAS_IMPORT || stream->term == TERM_WASTE_GAS_EXPORT;
}

static bool is_transfer(const struct stream_total *stream)
{
    return method_is(stream, "co2_transfer");
}

static const char *name_of(const char *name, const char *id)
{
    return name && *name ? name : id;
}

static void put_list(struct json_writer *w, const struct report *report, const char *key,
                     stream_test_fn *test, bool whole)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        for (size_t s = 0; s < process->stream_count; s++) {
            const struct stream_total *stream = &process->streams[s];
            if (!test(stream)) {
                continue;
            }
            if (whole) {
                put_stream(w, stream);
            } else {
                json_text(w, bytes_of(name_of(stream->name, stream->id)));
            }
        }
    }
    json_close(w, ']');
}

static bool any(const struct report *report, stream_test_fn *test)
{
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        for (size_t s = 0; s < process->stream_count; s++) {
            if (test(&process->streams[s])) {
                return true;
            }
        }
    }
    return false;
}

static void put_flag(struct json_writer *w, const struct report *report, const char *key,
                     stream_test_fn *test)
{
    json_key(w, key);
    json_bool(w, any(report, test));
}

/* [2] */
static void put_plan(struct json_writer *w, const struct report *report)
{
    json_key(w, "monitoring_plan_summary");
    json_open(w, '{');
    json_key(w, "production_processes");
    json_open(w, '[');
    for (size_t i = 0; i < report->process_count; i++) {
        const struct process_total *process = &report->processes[i];
        json_open(w, '{');
        json_pair(w, "identifier", process->id);
        json_pair(w, "aggregated_goods_category", process->category);
        json_pair(w, "production_route", process->route);
        json_pair(w, "cn_code", process->cn);
        json_close(w, '}');
    }
    json_close(w, ']');
    put_list(w, report, "fuels", is_fuel, false);
    put_list(w, report, "materials", is_material, false);
    put_list(w, report, "measured_sources", is_measured, false);
    put_list(w, report, "zero_rated_fuels", is_zero_rated, false);
    put_flag(w, report, "heat_imported_or_exported", is_heat);
    put_flag(w, report, "waste_gas_imported_or_exported", is_waste_gas);
    put_flag(w, report, "co2_captured_or_transferred", is_transfer);
    json_close(w, '}');
}

static void put_head(struct json_writer *w, const struct report *report,
                     enum report_detail detail)
{
    const struct report_outline *outline = report->outline;
    json_pair(w, "report", detail == REPORT_FULL ? "full" : "summary");
    json_pair(w, "rule_set", "CBAM-2025/2547");
    json_pair(w, "factor_set", outline->factor_set);
    if (outline->plan_hash) {
        json_key(w, "monitoring_plan_hash");
        json_hex(w, (struct bytes){outline->plan_hash, 32});
    }
    json_pair(w, "rounding",
              "value: emissions to whole tonnes, specific emissions to 5 decimals, other "
              "figures to 3, half away from zero; exact: as calculated");
    json_key(w, "reporting_period");
    json_open(w, '{');
    json_key(w, "start");
    json_time(w, report->from_ns);
    json_key(w, "end");
    json_time(w, report->to_ns);
    json_pair(w, "time_zone", outline->identity.time_zone);
    json_close(w, '}');
    put_identity(w, &outline->identity);
}

void report_put_json(const struct report *report, enum report_detail detail,
                     struct json_writer *w)
{
    struct report_good *goods = report_goods_new(report);
    json_open(w, '{');
    put_head(w, report, detail);
    put_plan(w, report);
    report_put_figure(w, "total_direct_emissions", report_total_direct(report), 0,
                      "t CO2e");
    report_put_figure(w, "total_indirect_emissions", report_total_indirect(report), 0,
                      "t CO2e");
    if (detail == REPORT_FULL) {
        put_list(w, report, "electricity", is_electricity, true);
        put_list(w, report, "measurable_heat", is_heat, true);
        put_list(w, report, "waste_gas", is_waste_gas, true);
        put_list(w, report, "co2_transfer", is_transfer, true);
    }
    report_put_control(w, report);
    json_key(w, "production_processes");
    json_open(w, '[');
    for (size_t i = 0; i < report->process_count; i++) {
        put_process(w, report, goods, i, detail);
    }
    mem_free(&goods);
    json_close(w, ']');
    json_close(w, '}');
}
