/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics by table: the text that Prometheus reads. */
#include "core/metrics.h"

#include <criterion/criterion.h>

static bool prints(const struct metric_set *set, const char *const *labels,
                   const void *values, size_t rows, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1U << 16);
    metrics_print(set, labels, values, rows, &out);
    bool found = memmem(out.data, out.len, wanted, strlen(wanted)) != NULL;
    buf_deinit(&out);
    return found;
}

Test(metrics, values_stand_under_their_own_names)
{
    struct metrics_gateway m = {.journal_bytes = 17, .dead_letters = 3};
    cr_assert(prints(&metrics_of_gateway, NULL, &m, 1,
                     "# TYPE emgate_journal_bytes gauge\nemgate_journal_bytes 17\n"));
    cr_assert(prints(&metrics_of_gateway, NULL, &m, 1,
                     "# TYPE emgate_dead_letters gauge\nemgate_dead_letters 3\n"));
    cr_assert(prints(&metrics_of_gateway, NULL, &m, 1, "\nemgate_readings_total 0\n"));
}

Test(metrics, each_row_has_its_label_under_one_heading)
{
    const char *const names[] = {"a", "b"};
    struct metrics_sink rows[] = {{.sink_set_aside = 1}, {.sink_set_aside = 2}};
    cr_assert(prints(&metrics_of_sink, names, rows, 2,
                     "# TYPE emgate_sink_set_aside gauge\n"
                     "emgate_sink_set_aside{sink=\"a\"} 1\n"
                     "emgate_sink_set_aside{sink=\"b\"} 2\n#"));
}

Test(metrics, a_label_cannot_end_its_quotes_or_its_line)
{
    const char *const names[] = {"a\"} 9\n\\"};
    struct metrics_reason rows[] = {{5}};
    cr_assert(prints(&metrics_of_reason, names, rows, 1,
                     "emgate_faults_total{reason=\"a\\\"} 9\\n\\\\\"} 5\n"));
}
