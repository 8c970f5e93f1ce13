/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over sorted samples for each thing that is looked for. */
#include "aggregate/judge.h"

#include "core/clock.h"

#include <math.h>

/* Status words beyond this are no whole numbers any more. */
#define WORD_MAX 9007199254740992.0

int64_t judge_lead_ns(const struct plan_point *point)
{
    bool beside = point->frozen_after_ns > 0 || point->max_change > 0;
    if (!beside && point->status_count == 0) {
        return 0;
    }
    /* A value from up to a gap before the window holds into it, and is judged by
     * another from up to a gap before that. */
    return 2 * point->max_gap_ns + point->frozen_after_ns + 1;
}

bool judge_asks(const struct plan_point *point, size_t other)
{
    for (size_t i = 0; i < point->status_count; i++) {
        if (point->status[i].point_index == other) {
            return true;
        }
    }
    return point->frozen_while && point->frozen_while_index == other;
}

static bool good(const struct sample *sample)
{
    return !(sample->flags & (SAMPLE_BAD | SAMPLE_DOUBTFUL));
}

static void condemn(const struct plan_point *point, struct sample *sample,
                    enum sample_cause cause)
{
    if (point->kind == POINT_COUNTER) {
        sample->flags = sample_flags(sample->flags, cause) | SAMPLE_DOUBTFUL;
        return;
    }
    sample->value = 0;
    sample->flags = sample_flags(sample->flags, cause) | SAMPLE_BAD;
}

/* Walks along what a state point said.  `*next` is the first sample behind `at_ns`. */
static const struct sample *said_at(const struct sample_list *said, int64_t max_gap_ns,
                                    int64_t at_ns, size_t *next)
{
    while (*next < said->count && said->samples[*next].at_ns <= at_ns) {
        (*next)++;
    }
    const struct sample *last = *next > 0 ? &said->samples[*next - 1] : NULL;
    bool known = last && at_ns - last->at_ns <= max_gap_ns && !(last->flags & SAMPLE_BAD);
    return known ? last : NULL;
}

static bool holds(const struct plan_status *status, double value)
{
    if (status->mask == 0) {
        return value > 0.5;
    }
    if (value < 0 || value > WORD_MAX || value != floor(value)) {
        return false; /* not a status word */
    }
    return ((uint64_t)value & status->mask) == status->equals;
}

static void apply(const struct plan_point *point, enum worth worth, struct sample *sample)
{
    switch (worth) {
    case WORTH_GOOD:
        return;
    case WORTH_UNCERTAIN:
        sample->flags = sample_flags(sample->flags, CAUSE_STATUS) | SAMPLE_UNCERTAIN;
        return;
    case WORTH_CALIBRATION:
        condemn(point, sample, CAUSE_CALIBRATION);
        return;
    case WORTH_MAINTENANCE:
        condemn(point, sample, CAUSE_MAINTENANCE);
        return;
    case WORTH_BAD:
        condemn(point, sample, CAUSE_STATUS);
        return;
    }
    UNREACHABLE();
}

void judge_status(const struct plan_point *point, const struct plan_status *status,
                  const struct sample_list *said, struct sample_list *list)
{
    size_t next = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct sample *sample = &list->samples[i];
        const struct sample *word =
            said_at(said, status->point->max_gap_ns, sample->at_ns, &next);
        if (!good(sample)) {
            continue;
        }
        if (!word) {
            apply(point, WORTH_UNCERTAIN, sample);
        } else if (holds(status, word->value)) {
            apply(point, status->worth, sample);
        }
    }
}

static bool jumped(const struct plan_point *point, const struct sample *a, double value,
                   int64_t at_ns)
{
    double minutes = (double)(at_ns - a->at_ns) / (double)NS_PER_MINUTE;
    double most = point->max_change * (minutes > 1 ? minutes : 1);
    return fabs(value - a->value) > most;
}

void judge_jumps(const struct plan_point *point, struct sample_list *list)
{
    struct sample before = {.flags = SAMPLE_BAD};
    for (size_t i = 0; point->max_change > 0 && i < list->count; i++) {
        struct sample *sample = &list->samples[i];
        if (!good(sample)) {
            continue;
        }
        struct sample as_read = *sample;
        bool near = good(&before) && sample->at_ns - before.at_ns <= point->max_gap_ns;
        if (near && jumped(point, &before, sample->value, sample->at_ns)) {
            condemn(point, sample, CAUSE_JUMP);
        }
        before = as_read; /* a step is one jump, a spike two */
    }
}

void judge_frozen(const struct plan_point *point, const struct sample_list *said,
                  struct sample_list *list)
{
    struct sample before = {.flags = SAMPLE_BAD};
    int64_t since_ns = 0;
    size_t next = 0;
    for (size_t i = 0; point->frozen_after_ns > 0 && i < list->count; i++) {
        struct sample *sample = &list->samples[i];
        if (point->frozen_while) {
            const struct sample *state =
                said_at(said, point->frozen_while->max_gap_ns, sample->at_ns, &next);
            if (!state || state->value <= 0.5) {
                before.flags = SAMPLE_BAD; /* it stands still by right */
                continue;
            }
        }
        if (!good(sample)) {
            continue;
        }
        struct sample as_read = *sample;
        bool same = good(&before) && sample->at_ns - before.at_ns <= point->max_gap_ns &&
                    !(sample->value < before.value || sample->value > before.value);
        since_ns = same ? since_ns : sample->at_ns;
        if (sample->at_ns - since_ns > point->frozen_after_ns) {
            condemn(point, sample, CAUSE_FROZEN);
        }
        before = as_read;
    }
}
