/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The true emissions of a simulated plant: the methods of the configuration on the true
 * quantities of each window, and the attribution of Implementing Regulation (EU)
 * 2025/2547 Annex III A, eq. 55 and 56:
 *
 *   direct   = DirEm* + Em_H,imp - Em_H,exp + WG_imp - WG_exp - Em_el,prod, at least 0
 *   indirect = Em_el,cons
 *
 * Written apart from the gateway's own aggregation on purpose: it is what that is tested
 * against.
 */
#ifndef SIMULATE_TRUTH_H
#define SIMULATE_TRUTH_H

#include "config/plan.h"
#include "core/json_writer.h"
#include "simulate/plant.h"

#define TRUTH_STREAMS_MAX 64

/* One process in one window; tonnes CO2e, activity in the functional unit. */
struct truth {
    double activity, direct, indirect;
    double streams[TRUTH_STREAMS_MAX]; /* t CO2e of each stream that enters its term */
};

/* ERR_REJECT: an input has no value (a point that is not played, no factor at this time)
 * or the method says no; the text names process and stream. */
enum err truth_compute(const struct plant *plant, const struct plan_process *process,
                       int64_t from_ns, int64_t to_ns, struct truth *ret_truth,
                       struct error *e) MUST_CHECK;

/* The windows of [from_ns, to_ns) that lie in it whole, as the value of a JSON key:
 * "windows": [{process, start, end, activity, direct, indirect, streams: {id: t}}],
 * "totals": [{process, name, unit, hours, activity, direct, indirect}]. */
enum err truth_write(const struct plan *plan, const struct plant *plant, int64_t from_ns,
                     int64_t to_ns, struct json_writer *writer,
                     struct error *e) MUST_CHECK;

#endif
