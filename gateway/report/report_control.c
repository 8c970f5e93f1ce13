/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a report that says how far it agrees with itself: the identities of
 * 2025/2547 Annex III A over the period, and the uncertainty from the instruments.
 *
 *     sum of AttrEm_dir = Em_inst + (Em_H,imp - Em_H,exp) + (WG_imp - WG_exp) -
 * Em_el,prod
 *
 * where no process is floored at zero; processes of goods outside CBAM are among them.
 * Heat and waste gas that stay in the installation cancel: what is left of them crosses
 * its fence.
 */
#include "report/report_private.h"

#include <math.h>

#define CLOSES 1e-9 /* relative */

/* ---- uncertainty ---- */

static double square(const struct figure *figure)
{
    double value = figure->parts ? figure_value(figure) : 0;
    return value * value;
}

struct report_uncertainty report_uncertainty(const struct process_total *process)
{
    struct report_uncertainty u = {0};
    double *const figures[] = {&u.direct, &u.indirect, &u.activity};
    for (size_t i = 0; i < process->effect_count; i++) {
        u.direct += square(&process->effects[i].direct);
        u.indirect += square(&process->effects[i].indirect);
        u.activity += square(&process->effects[i].activity);
    }
    for (size_t i = 0; i < 3; i++) {
        bool stated =
            process->uncertain[i].parts > 0 && process->uncertain[i].lacking == 0;
        *figures[i] = stated ? sqrt(*figures[i]) : (double)NAN;
    }
    return u;
}

void report_put_uncertainty(struct json_writer *w, const struct process_total *process)
{
    struct report_uncertainty u = report_uncertainty(process);
    json_key(w, "uncertainty_95_percent");
    json_open(w, '{');
    report_put_figure(w, "attributed_direct", u.direct, 3, "t CO2e");
    report_put_figure(w, "attributed_indirect", u.indirect, 3, "t CO2e");
    report_put_figure(w, "activity_level", u.activity, 3, process->functional_unit);
    json_close(w, '}');
}

/* ---- identities ---- */

static double sum_term(const struct report *report, enum attribution_term term)
{
    double sum = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        const struct figure *figure = &report->processes[i].terms[term];
        sum += figure->parts + figure->lacking > 0 ? figure_value(figure) : 0;
    }
    return sum;
}

/* Attributed emissions of all processes, and what the floor added to them. */
static double sum_attributed(const struct report *report, bool *ret_floored)
{
    double sum = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        bool floored = false;
        sum += report_direct(&report->processes[i], &floored);
        *ret_floored = *ret_floored || floored;
    }
    return sum;
}

static void put_identity(struct json_writer *w, const struct report *report)
{
    bool floored = false;
    double processes = sum_attributed(report, &floored);
    double heat = sum_term(report, TERM_HEAT_IMPORT) - sum_term(report, TERM_HEAT_EXPORT);
    double gas =
        sum_term(report, TERM_WASTE_GAS_IMPORT) - sum_term(report, TERM_WASTE_GAS_EXPORT);
    double made = sum_term(report, TERM_EL_PRODUCED);
    double installation = report_total_direct(report) + heat + gas - made;
    double apart = processes - installation;
    report_put_figure(w, "sum_of_processes", processes, 0, "t CO2e");
    report_put_figure(w, "installation_with_net_terms", installation, 0, "t CO2e");
    report_put_figure(w, "difference", apart, 3, "t CO2e");
    report_put_figure(w, "heat_across_the_fence", heat, 0, "t CO2e");
    report_put_figure(w, "waste_gas_across_the_fence", gas, 0, "t CO2e");
    report_put_figure(w, "electricity_produced", made, 0, "t CO2e");
    json_pair(w, "state",
              isnan(apart) ? "unknown"
              : fabs(apart) <= CLOSES * fmax(fabs(processes), fabs(installation))
                  ? "closed"
                  : (floored ? "floored" : "open"));
}

void report_put_control(struct json_writer *w, const struct report *report)
{
    size_t alarms = 0;
    size_t open = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        alarms += report->processes[i].alarms;
        open += report->processes[i].balances_open;
    }
    json_key(w, "control");
    json_open(w, '{');
    put_identity(w, report);
    json_key(w, "alarms_of_windows");
    json_u64(w, alarms);
    json_key(w, "balances_not_closed");
    json_u64(w, open);
    json_close(w, '}');
}
