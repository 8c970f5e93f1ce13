/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics by table. */
#include "core/metrics.h"

#define METRIC_SET(set, label) static const struct metric set##_table[] = {
#define METRIC(name, kind, unit, help) {#name, METRIC_##kind, unit, help},
#define METRIC_SET_END(set)                                                              \
    }                                                                                    \
    ;
#include "core/metrics.def"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define METRIC_SET(set, label)                                                           \
    const struct metric_set metrics_of_##set = {label, set##_table, COUNT(set##_table)};
#define METRIC(name, kind, unit, help)
#define METRIC_SET_END(set)
#include "core/metrics.def"

#define SETS 5
static const struct metric_set *const sets[SETS] = {
    &metrics_of_gateway, &metrics_of_broker, &metrics_of_outcome,
    &metrics_of_reason,  &metrics_of_sink,
};

static const char *kind_name(enum metric_kind kind)
{
    return kind == METRIC_COUNTER ? "counter" : "gauge";
}

/* As the format wants it: backslash, quote and line feed escaped. */
static void put_label(const char *label, const char *value, struct buf *out)
{
    buf_print(out, "{%s=\"", label);
    for (const char *at = value; *at; at++) {
        if (*at == '\n') {
            buf_add_text(out, "\\n");
            continue;
        }
        if (*at == '\\' || *at == '"') {
            buf_add_text(out, "\\");
        }
        buf_add(out, (struct bytes){(const uint8_t *)at, 1});
    }
    buf_add_text(out, "\"}");
}

void metrics_print(const struct metric_set *set, const char *const *labels,
                   const void *values, size_t rows, struct buf *out)
{
    const uint64_t *fields = values;
    for (size_t i = 0; i < set->count; i++) {
        const struct metric *m = &set->metrics[i];
        buf_print(out, "# HELP emgate_%s %s\n# TYPE emgate_%s %s\n", m->name, m->help,
                  m->name, kind_name(m->kind));
        for (size_t row = 0; row < rows; row++) {
            buf_print(out, "emgate_%s", m->name);
            if (*set->label) {
                put_label(set->label, labels[row], out);
            }
            buf_print(out, " %llu\n", (unsigned long long)fields[row * set->count + i]);
        }
    }
}

void metrics_print_reference(struct buf *out)
{
    buf_add_text(out,
                 "# Metrics\n\n"
                 "At `/metrics` of the gateway's page, for Prometheus.\n\n"
                 "| metric | label | kind | unit | meaning |\n|---|---|---|---|---|\n");
    for (size_t s = 0; s < SETS; s++) {
        for (size_t i = 0; i < sets[s]->count; i++) {
            const struct metric *m = &sets[s]->metrics[i];
            buf_print(out, "| `emgate_%s` | %s | %s | %s | %s |\n", m->name,
                      sets[s]->label, kind_name(m->kind), m->unit, m->help);
        }
    }
}
