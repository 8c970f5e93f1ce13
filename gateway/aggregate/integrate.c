/* SPDX-License-Identifier: Apache-2.0 */
/* The six kinds of point, each a walk over sorted samples. */
#include "aggregate/integrate.h"

#include "aggregate/sum.h"
#include "core/clock.h"

/* A falling meter wrapped, rather than was reset, when it stood near its top and
 * stands near zero now. */
#define WRAP_TOP 0.9
#define WRAP_BOTTOM 0.1

struct walk {
    const struct plan_point *point;
    const struct sample *samples;
    size_t count;
    int64_t from_ns, to_ns;
    struct integral *out;
    struct sum sum;
    int64_t covered_ns;
    int64_t covered_until_ns; /* end of the last covered part, for gaps */
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void note_gap(struct walk *w, int64_t from_ns, int64_t to_ns)
{
    if (to_ns > from_ns && w->out->gap_count < INTEGRATE_GAPS_MAX) {
        w->out->gaps[w->out->gap_count++] = (struct integrate_gap){from_ns, to_ns};
    }
}

/* [from, to), clipped to the window, is covered.  Returns its length in ns. */
static int64_t cover(struct walk *w, int64_t from_ns, int64_t to_ns)
{
    from_ns = later(from_ns, w->from_ns);
    to_ns = earlier(to_ns, w->to_ns);
    if (to_ns <= from_ns) {
        return 0;
    }
    note_gap(w, w->covered_until_ns, from_ns);
    w->covered_until_ns = to_ns;
    w->covered_ns += to_ns - from_ns;
    return to_ns - from_ns;
}

static bool good(const struct sample *sample)
{
    return !(sample->flags & SAMPLE_BAD);
}

static bool doubtful(const struct sample *sample)
{
    return (sample->flags & SAMPLE_DOUBTFUL) != 0;
}

static double hours(int64_t ns)
{
    return (double)ns / (double)NS_PER_HOUR;
}

/* Each value holds until the next sample, or its maximum gap. */
static void walk_hold(struct walk *w, bool as_state)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct sample *sample = &w->samples[i];
        int64_t end_ns = sample->at_ns + w->point->max_gap_ns;
        if (i + 1 < w->count) {
            end_ns = earlier(end_ns, w->samples[i + 1].at_ns);
        }
        if (good(sample)) {
            double on = sample->value > 0.5 ? 1 : 0;
            double value = as_state ? on : sample->value;
            sum_add(&w->sum, value * hours(cover(w, sample->at_ns, end_ns)));
        }
    }
}

/* The value at `at_ns` on the line from a to b. */
static double on_line(const struct sample *a, const struct sample *b, int64_t at_ns)
{
    double part = (double)(at_ns - a->at_ns) / (double)(b->at_ns - a->at_ns);
    return a->value + (b->value - a->value) * part;
}

static void walk_trapezoid(struct walk *w)
{
    for (size_t i = 0; i + 1 < w->count; i++) {
        const struct sample *a = &w->samples[i];
        const struct sample *b = &w->samples[i + 1];
        int64_t span_ns = b->at_ns - a->at_ns;
        if (!good(a) || !good(b) || span_ns == 0 || span_ns > w->point->max_gap_ns) {
            continue;
        }
        int64_t from_ns = later(a->at_ns, w->from_ns);
        int64_t to_ns = earlier(b->at_ns, w->to_ns);
        int64_t len_ns = cover(w, from_ns, to_ns);
        if (len_ns > 0) {
            double mean = (on_line(a, b, from_ns) + on_line(a, b, to_ns)) / 2;
            sum_add(&w->sum, mean * hours(len_ns));
        }
    }
}

/* What the meter counted from a to b. */
static double growth(struct walk *w, const struct sample *a, const struct sample *b)
{
    double difference = b->value - a->value;
    if (difference >= 0) {
        return difference;
    }
    double wrap = w->point->counter_wrap;
    if (wrap > 0 && a->value >= wrap * WRAP_TOP && b->value <= wrap * WRAP_BOTTOM) {
        return difference + wrap;
    }
    w->out->resets++;
    return b->value; /* it began again from zero */
}

static void walk_pair(struct walk *w, const struct sample *a, const struct sample *b)
{
    int64_t span_ns = b->at_ns - a->at_ns;
    int64_t inside_ns = earlier(b->at_ns, w->to_ns) - later(a->at_ns, w->from_ns);
    if (span_ns <= 0 || inside_ns <= 0) {
        return;
    }
    double counted = growth(w, a, b);
    double part = (double)inside_ns / (double)span_ns;
    sum_add(&w->sum, inside_ns == span_ns ? counted : counted * part);
    w->out->has = true;
    if (span_ns <= w->point->max_gap_ns && !doubtful(a) && !doubtful(b)) {
        cover(w, a->at_ns, b->at_ns);
    }
}

/* A meter counts on while nobody listens, so a pair counts however far apart; only
 * coverage suffers. */
static void walk_counter(struct walk *w)
{
    const struct sample *before = NULL;
    for (size_t i = 0; i < w->count; i++) {
        const struct sample *sample = &w->samples[i];
        if (!good(sample)) {
            continue;
        }
        if (before) {
            walk_pair(w, before, sample);
        }
        before = sample;
    }
}

static bool inside(const struct walk *w, const struct sample *sample)
{
    return sample->at_ns >= w->from_ns && sample->at_ns < w->to_ns;
}

/* Sum of the good samples in the window; gives their number. */
static size_t walk_inside(struct walk *w)
{
    size_t count = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (inside(w, &w->samples[i]) && good(&w->samples[i])) {
            sum_add(&w->sum, w->samples[i].value);
            count++;
        }
    }
    return count;
}

/* Coverage of a gauge is by count: each reading stands for one interval. */
static void walk_gauge(struct walk *w)
{
    size_t count = walk_inside(w);
    double length_ns = (double)(w->to_ns - w->from_ns);
    double counted_ns = (double)count * (double)w->point->interval_ns;
    w->out->has = count > 0;
    w->out->quantity = count > 0 ? sum_value(&w->sum) / (double)count : 0;
    w->out->covered = counted_ns >= length_ns ? 1 : counted_ns / length_ns;
}

/* A delivery that never came is none: silence is no gap for an amount. */
static void walk_amount(struct walk *w)
{
    walk_inside(w);
    w->out->has = true;
    w->out->covered = 1;
    w->out->quantity = sum_value(&w->sum);
}

/* Opening stock is the last reading up to the window's start, closing stock the last
 * up to its end. */
static void walk_level(struct walk *w)
{
    const struct sample *opening = NULL;
    const struct sample *closing = NULL;
    for (size_t i = 0; i < w->count; i++) {
        const struct sample *sample = &w->samples[i];
        if (good(sample) && sample->at_ns <= w->from_ns) {
            opening = sample;
        }
        if (good(sample) && sample->at_ns <= w->to_ns) {
            closing = sample;
        }
    }
    w->out->has = opening && closing;
    w->out->quantity = w->out->has ? opening->value - closing->value : 0;
    w->out->covered = w->out->has ? 1 : 0;
}

static void count_samples(struct walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct sample *sample = &w->samples[i];
        if (!inside(w, sample)) {
            continue;
        }
        w->out->received++;
        w->out->valid += good(sample) && !doubtful(sample) ? 1 : 0;
        w->out->causes[sample_cause(sample->flags)]++;
        w->out->uncertain += sample->flags & SAMPLE_UNCERTAIN ? 1 : 0;
        w->out->late += sample->flags & SAMPLE_LATE ? 1 : 0;
    }
}

static void finish_covered(struct walk *w)
{
    note_gap(w, w->covered_until_ns, w->to_ns);
    w->out->covered = (double)w->covered_ns / (double)(w->to_ns - w->from_ns);
}

static void walk_rate(struct walk *w)
{
    if (w->point->integration == INTEGRATE_HOLD) {
        walk_hold(w, false);
    } else {
        walk_trapezoid(w);
    }
    finish_covered(w);
    w->out->has = w->covered_ns > 0;
    w->out->quantity = sum_value(&w->sum);
}

static void walk_state(struct walk *w)
{
    walk_hold(w, true);
    finish_covered(w);
    w->out->has = w->covered_ns > 0;
    w->out->quantity = w->out->has ? sum_value(&w->sum) / hours(w->covered_ns) : 0;
}

struct series_span integrate_span(const struct plan_point *point, int64_t from_ns,
                                  int64_t to_ns, int64_t amend_until_ns)
{
    bool far = point->kind == POINT_COUNTER || point->kind == POINT_LEVEL;
    bool near = point->kind == POINT_AMOUNT || point->kind == POINT_GAUGE;
    int64_t reach_ns = near ? 0 : point->max_gap_ns;
    return (struct series_span){
        .from_ns = from_ns,
        .to_ns = to_ns,
        .reach_ns = far ? amend_until_ns : reach_ns,
        .good_neighbours = far,
    };
}

void integrate(const struct plan_point *point, const struct sample_list *list,
               int64_t from_ns, int64_t to_ns, struct integral *ret_integral)
{
    *ret_integral = (struct integral){0};
    struct walk w = {.point = point,
                     .samples = list->samples,
                     .count = list->count,
                     .from_ns = from_ns,
                     .to_ns = to_ns,
                     .covered_until_ns = from_ns,
                     .out = ret_integral};
    count_samples(&w);
    switch (point->kind) {
    case POINT_RATE:
        walk_rate(&w);
        break;
    case POINT_COUNTER:
        walk_counter(&w);
        finish_covered(&w);
        ret_integral->quantity = sum_value(&w.sum);
        break;
    case POINT_AMOUNT:
        walk_amount(&w);
        break;
    case POINT_LEVEL:
        walk_level(&w);
        break;
    case POINT_GAUGE:
        walk_gauge(&w);
        break;
    case POINT_STATE:
        walk_state(&w);
        break;
    }
}
