/* SPDX-License-Identifier: Apache-2.0 */
/* Window by window: found by process and start, summed, compared. */
#include "cli/watch_compare.h"

#include <math.h>
#include <string.h>

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* The latest summary of the true window, or NULL. */
static const json_t *find_summary(const json_t *summaries, const json_t *window)
{
    for (size_t i = 0; i < json_array_size(summaries); i++) {
        const json_t *summary = json_array_get(summaries, i);
        if (strcmp(text(summary, "process"), text(window, "process")) == 0 &&
            strcmp(text(summary, "window_start"), text(window, "start")) == 0) {
            return summary;
        }
    }
    return NULL;
}

bool compare_complete(const json_t *truth, const json_t *summaries)
{
    const json_t *windows = json_object_get(truth, "windows");
    for (size_t i = 0; i < json_array_size(windows); i++) {
        if (!find_summary(summaries, json_array_get(windows, i))) {
            return false;
        }
    }
    return true;
}

static void add_window(const json_t *window, const json_t *summary,
                       struct comparison *comparison)
{
    comparison->windows++;
    comparison->direct += number(summary, "direct_t");
    comparison->indirect += number(summary, "indirect_t");
    comparison->activity += number(summary, "activity");
    comparison->true_direct += number(window, "direct");
    comparison->true_indirect += number(window, "indirect");
    comparison->true_activity += number(window, "activity");
}

void compare_process(const json_t *truth, const json_t *summaries, const json_t *total,
                     struct comparison *ret_comparison)
{
    const json_t *windows = json_object_get(truth, "windows");
    *ret_comparison = (struct comparison){.process = text(total, "process"),
                                          .unit = text(total, "unit")};
    for (size_t i = 0; i < json_array_size(windows); i++) {
        const json_t *window = json_array_get(windows, i);
        if (strcmp(text(window, "process"), ret_comparison->process) != 0) {
            continue;
        }
        const json_t *summary = find_summary(summaries, window);
        if (summary) {
            add_window(window, summary, ret_comparison);
        } else {
            ret_comparison->missing++;
        }
    }
}

static double percent(double value, double truth)
{
    if (truth == 0) {
        return value == 0 ? 0 : 100;
    }
    return fabs(value - truth) / fabs(truth) * 100;
}

double compare_difference(const struct comparison *c)
{
    double most = percent(c->direct, c->true_direct);
    most = fmax(most, percent(c->indirect, c->true_indirect));
    return fmax(most, percent(c->activity, c->true_activity));
}

static void print_row(const struct comparison *c, FILE *out)
{
    fprintf(out, "%-16s %5d  %-9s %14.3f %14.3f %14.3f %s\n", c->process, c->windows,
            "registry", c->direct, c->indirect, c->activity, c->unit);
    fprintf(out, "%-16s %5s  %-9s %14.3f %14.3f %14.3f %s\n", "", "", "truth",
            c->true_direct, c->true_indirect, c->true_activity, c->unit);
    fprintf(out, "%-16s %5s  %-9s %12.2g %% %12.2g %% %12.2g %%\n", "", "", "off by",
            percent(c->direct, c->true_direct), percent(c->indirect, c->true_indirect),
            percent(c->activity, c->true_activity));
    if (c->missing > 0) {
        fprintf(out, "%-16s %5d  windows are missing in the registry\n", "", c->missing);
    }
}

bool compare_print(const json_t *truth, const json_t *summaries, double percent_max,
                   FILE *out)
{
    const json_t *totals = json_object_get(truth, "totals");
    bool good = json_array_size(totals) > 0;
    fprintf(out, "%-16s %5s  %-9s %14s %14s %14s\n", "process", "hours", "",
            "direct tCO2e", "indirect tCO2e", "activity");
    for (size_t i = 0; i < json_array_size(totals); i++) {
        struct comparison comparison;
        compare_process(truth, summaries, json_array_get(totals, i), &comparison);
        print_row(&comparison, out);
        good = good && comparison.missing == 0 && comparison.windows > 0 &&
               compare_difference(&comparison) <= percent_max;
    }
    fprintf(out, "%s\n",
            good ? "the registry has what the plant emitted"
                 : "the registry does not have what the plant emitted");
    return good;
}
