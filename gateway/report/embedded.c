/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specific embedded emissions of the goods of an installation over the period, with
 * their precursors: 2025/2547 Annex III B, equations 59, 60, 62.
 *
 *     AL_g x SEE_g - sum(M_gh x SEE_h) = AttrEm_g + sum(M_i x SEE_i)
 *
 *     h    processes of the installation whose good g consumes; they may consume each
 *          other's, in circles
 *     i    bought precursors
 *
 * One such system each for the direct emissions, the part of them by default values, the
 * indirect emissions, and the indirect emissions that count: those of goods that are not
 * in Annex II of 2023/956.  They are taken over from precursor to good, but a good
 * outside Annex II takes none from a precursor inside it (Annex I 3.1).
 *
 * A process with a figure that is not determined leaves its own and those of all goods
 * made of it undetermined, and says which figure it was.
 */
#include "report/report_private.h"

#include "core/mem.h"

#include <math.h>
#include <stdio.h>

enum kind {
    KIND_DIRECT,
    KIND_DEFAULT,
    KIND_INDIRECT,
    KIND_COUNTED,
    KIND_ELECTRICITY,
    KIND_COUNT,
};

/* One of the systems: row and column are processes. */
struct linear {
    const struct report *report;
    enum kind kind;
    double *matrix, *right; /* count x count, count */
    bool *known;
    size_t count;
    struct report_good *goods;
};

/* ---- the system of equations ---- */

static void swap_rows(double *matrix, double *right, size_t count, size_t a, size_t b)
{
    double kept = right[a];
    right[a] = right[b];
    right[b] = kept;
    for (size_t i = 0; i < count; i++) {
        kept = matrix[a * count + i];
        matrix[a * count + i] = matrix[b * count + i];
        matrix[b * count + i] = kept;
    }
}

static size_t largest_below(const double *matrix, size_t count, size_t column)
{
    size_t best = column;
    for (size_t row = column + 1; row < count; row++) {
        if (fabs(matrix[row * count + column]) > fabs(matrix[best * count + column])) {
            best = row;
        }
    }
    return best;
}

/* Every row is divided by its largest number first, so that rows of grams and of
 * megatonnes are alike. */
static bool scale_rows(double *matrix, double *right, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        double largest = 0;
        for (size_t i = 0; i < count; i++) {
            largest = fmax(largest, fabs(matrix[row * count + i]));
        }
        if (!(largest > 0)) {
            return false;
        }
        right[row] /= largest;
        for (size_t i = 0; i < count; i++) {
            matrix[row * count + i] /= largest;
        }
    }
    return true;
}

#define PIVOT_MIN 1e-12 /* of a scaled row: below it the rows say the same */

bool report_solve_linear(double *matrix, double *right, size_t count)
{
    if (!scale_rows(matrix, right, count)) {
        return false;
    }
    for (size_t column = 0; column < count; column++) {
        swap_rows(matrix, right, count, column, largest_below(matrix, count, column));
        double pivot = matrix[column * count + column];
        if (fabs(pivot) < PIVOT_MIN) {
            return false;
        }
        for (size_t row = column + 1; row < count; row++) {
            double times = matrix[row * count + column] / pivot;
            for (size_t i = column; i < count; i++) {
                matrix[row * count + i] -= times * matrix[column * count + i];
            }
            right[row] -= times * right[column];
        }
    }
    for (size_t row = count; row-- > 0;) {
        for (size_t i = row + 1; i < count; i++) {
            right[row] -= matrix[row * count + i] * right[i];
        }
        right[row] /= matrix[row * count + row];
    }
    return true;
}

/* ---- what stands in it ---- */

static void unknown(struct linear *s, size_t g, const char *what, const char *name)
{
    struct report_good *good = &s->goods[g];
    s->known[g] = false;
    if (!good->missing[0] && s->kind != KIND_ELECTRICITY) {
        snprintf(good->missing, sizeof good->missing, "%s '%s'", what, name);
    }
}

/* The process's own part. */
static double attributed(const struct linear *s, size_t g)
{
    const struct process_total *process = &s->report->processes[g];
    bool floored = false;
    switch (s->kind) {
    case KIND_DIRECT:
        return report_direct(process, &floored);
    case KIND_DEFAULT:
        return 0;
    case KIND_INDIRECT:
        return report_indirect(process);
    case KIND_COUNTED:
        return process->indirect_counts ? report_indirect(process) : 0;
    case KIND_ELECTRICITY:
        return process->electricity.parts ? figure_value(&process->electricity) : 0;
    case KIND_COUNT:
        break;
    }
    UNREACHABLE();
}

/* What a bought precursor brings. */
static double bought(const struct linear *s, const struct precursor_total *precursor)
{
    switch (s->kind) {
    case KIND_DIRECT:
        return figure_value(&precursor->direct);
    case KIND_DEFAULT:
        return figure_value(&precursor->by_default);
    case KIND_INDIRECT:
        return figure_value(&precursor->indirect);
    case KIND_COUNTED:
        return precursor->indirect_counts ? figure_value(&precursor->indirect) : 0;
    case KIND_ELECTRICITY:
        return figure_value(&precursor->electricity);
    case KIND_COUNT:
        break;
    }
    UNREACHABLE();
}

static size_t process_of(const struct report *report, const char *id)
{
    size_t i = 0;
    while (i < report->process_count && strcmp(report->processes[i].id, id) != 0) {
        i++;
    }
    return i;
}

static void add_own(struct linear *s, size_t g, const struct stream_total *stream)
{
    const struct process_total *processes = s->report->processes;
    size_t h = process_of(s->report, stream->precursor->process);
    double consumed = figure_value(&stream->precursor->consumed);
    if (h == s->count) {
        unknown(s, g, "there is no window of the process", stream->precursor->process);
        return;
    }
    bool taken = s->kind != KIND_COUNTED || processes[h].indirect_counts ||
                 !processes[g].indirect_counts;
    if (isnan(consumed)) {
        unknown(s, g, "consumption of the precursor", stream->id);
    } else if (taken) {
        s->matrix[g * s->count + h] -= consumed;
    }
}

static void add_precursor(struct linear *s, size_t g, const struct stream_total *stream)
{
    if (stream->precursor->process) {
        add_own(s, g, stream);
        return;
    }
    double part = bought(s, stream->precursor);
    s->right[g] += part;
    if (isnan(part)) {
        unknown(s, g, "embedded emissions of the precursor", stream->id);
    }
}

static void fill_row(struct linear *s, size_t g)
{
    const struct process_total *process = &s->report->processes[g];
    double level = figure_value(&process->activity);
    s->known[g] = true;
    s->right[g] = attributed(s, g);
    if (isnan(s->right[g])) {
        unknown(s, g, "attributed emissions of the process", process->id);
    }
    if (!(level > 0)) {
        unknown(s, g, "activity level of the process", process->id);
    }
    s->matrix[g * s->count + g] += level;
    for (size_t i = 0; i < process->stream_count; i++) {
        if (process->streams[i].precursor) {
            add_precursor(s, g, &process->streams[i]);
        }
    }
}

/* What is made of something unknown is unknown. */
static void spread_unknown(struct linear *s)
{
    bool again = true;
    while (again) {
        again = false;
        for (size_t i = 0; i < s->count * s->count; i++) {
            size_t g = i / s->count;
            size_t h = i % s->count;
            if (g != h && s->matrix[i] != 0 && s->known[g] && !s->known[h]) {
                unknown(s, g, "embedded emissions of the process",
                        s->report->processes[h].id);
                again = true;
            }
        }
    }
}

/* An unknown row becomes 1 x SEE = NAN; nobody known takes from it. */
static void close_unknown(struct linear *s)
{
    for (size_t g = 0; g < s->count; g++) {
        for (size_t h = 0; !s->known[g] && h < s->count; h++) {
            s->matrix[g * s->count + h] = g == h ? 1 : 0;
            s->right[g] = 0;
        }
    }
}

static void give(struct linear *s, bool solved)
{
    for (size_t g = 0; g < s->count; g++) {
        if (!solved && s->known[g]) {
            unknown(s, g, "the processes consume as much of each other as they make:",
                    s->report->processes[g].id);
        }
        double value = s->known[g] ? s->right[g] : (double)NAN;
        struct report_good *good = &s->goods[g];
        double *const places[KIND_COUNT] = {&good->direct, &good->by_default,
                                            &good->indirect, &good->counted,
                                            &good->electricity};
        *places[s->kind] = value;
    }
}

static void solve(struct linear *s)
{
    s->matrix = mem_array(s->count * s->count + 1, sizeof *s->matrix);
    s->right = mem_array(s->count + 1, sizeof *s->right);
    s->known = mem_array(s->count + 1, sizeof *s->known);
    for (size_t g = 0; g < s->count; g++) {
        fill_row(s, g);
    }
    spread_unknown(s);
    close_unknown(s);
    give(s, report_solve_linear(s->matrix, s->right, s->count));
    mem_free(&s->matrix);
    mem_free(&s->right);
    mem_free(&s->known);
}

struct report_good *report_goods_new(const struct report *report)
{
    struct report_good *goods = mem_array(report->process_count + 1, sizeof *goods);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct linear s = {.report = report,
                           .kind = (enum kind)kind,
                           .count = report->process_count,
                           .goods = goods};
        solve(&s);
    }
    return goods;
}

bool report_has_precursors(const struct process_total *process)
{
    for (size_t i = 0; i < process->stream_count; i++) {
        if (process->streams[i].precursor) {
            return true;
        }
    }
    return false;
}
