/* SPDX-License-Identifier: Apache-2.0 */
/* Judges the data of a point in a window. */
#include "aggregate/quality.h"

/* Time within this share of full cover is full: samples at the very edges. */
#define FULL_COVER (1 - 1e-12)

static double operating_share(const struct point_value *operating)
{
    return operating && operating->has ? operating->quantity : 1;
}

/* Counts of possible readings over the operating time. */
static uint32_t expected_count(const struct point_value *value, double share,
                               int64_t length_ns)
{
    if (value->point->interval_ns <= 0 || value->point->kind == POINT_AMOUNT) {
        return 0;
    }
    double possible = share * (double)length_ns / (double)value->point->interval_ns;
    return (uint32_t)(possible + 0.5);
}

/* The mean of what there is, over the operating time. */
static void fill_small_gaps(struct point_value *value, double share)
{
    double covered = value->integral.covered;
    if (value->point->kind == POINT_RATE && covered < share * FULL_COVER) {
        value->quantity = value->quantity / covered * share;
    }
}

void quality_judge(struct point_value *value, const struct point_value *operating,
                   int64_t length_ns)
{
    double share = operating_share(operating);
    const struct integral *integral = &value->integral;
    value->has = integral->has;
    value->quantity = integral->quantity;
    value->expected = expected_count(value, share, length_ns);
    value->uncertainty = value->point->uncertainty;
    double coverage = share > 0 ? integral->covered / share : 1;
    value->coverage = coverage > FULL_COVER ? 1 : coverage;
    if (share <= 0 && !integral->has) {
        value->state = POINT_STANDSTILL;
        value->has = true; /* known to be nothing: the process stood still */
        value->quantity = 0;
    } else if (!integral->has) {
        value->state = POINT_MISSING;
    } else if (value->coverage >= value->point->valid_share) {
        value->state = POINT_VALID;
        fill_small_gaps(value, share);
    } else {
        value->state = POINT_INCOMPLETE;
    }
}

/* Quantities that grow with time are in proportion to the operating time. */
static bool grows(const struct point_value *value)
{
    return value->point->kind == POINT_RATE || value->point->kind == POINT_COUNTER;
}

void quality_substitute(struct point_value *value, const struct point_value *operating,
                        double substitute)
{
    value->quantity = grows(value) ? substitute * operating_share(operating) : substitute;
    value->has = true;
    value->state = POINT_SUBSTITUTED;
    value->substitution = value->point->substitute;
}

double quality_whole_window(const struct point_value *value,
                            const struct point_value *operating)
{
    double share = operating_share(operating);
    return grows(value) && share > 0 ? value->quantity / share : value->quantity;
}

const char *quality_state_name(enum point_state state)
{
    switch (state) {
    case POINT_VALID:
        return "valid";
    case POINT_INCOMPLETE:
        return "incomplete";
    case POINT_MISSING:
        return "missing";
    case POINT_SUBSTITUTED:
        return "substituted";
    case POINT_STANDSTILL:
        return "standstill";
    }
    UNREACHABLE();
}
