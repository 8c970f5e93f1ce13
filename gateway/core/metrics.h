/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's metrics, all from one table (metrics.def): a struct for each set of
 * metrics that share a label, the text for Prometheus (exposition format 0.0.4), and the
 * reference page.
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include "core/buf.h"

#include <stdint.h>

/* struct metrics_gateway {uint64_t journal_bytes; ...}, and so on. */
#define METRIC_SET(set, label) struct metrics_##set {
#define METRIC(name, kind, unit, help) uint64_t name;
#define METRIC_SET_END(set)                                                              \
    }                                                                                    \
    ;
#include "core/metrics.def"

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER };

struct metric {
    const char *name; /* without the prefix "emgate_" */
    enum metric_kind kind;
    const char *unit; /* "1": yes or no */
    const char *help;
};

struct metric_set {
    const char *label;            /* "": these metrics have none */
    const struct metric *metrics; /* in the order of the struct's fields */
    size_t count;
};

extern const struct metric_set metrics_of_gateway, metrics_of_broker, metrics_of_outcome,
    metrics_of_reason, metrics_of_sink;

/* Writes a set: `rows` structs of it at `values`, with the labels' values in the same
 * order (NULL where the set has no label). */
void metrics_print(const struct metric_set *set, const char *const *labels,
                   const void *values, size_t rows, struct buf *out);

/* Writes every metric as a Markdown page. */
void metrics_print_reference(struct buf *out);

#endif
