/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of point a metric may be: its unit says most, then its name. */
#include "cli/discover_private.h"

#include "units/units.h"

#include <ctype.h>

enum dimension { DIMENSION_OTHER, DIMENSION_RATE, DIMENSION_AMOUNT };

static bool is_of(struct units *units, const struct unit *unit,
                  const char *const *samples)
{
    struct unit sample;
    for (size_t i = 0; samples[i]; i++) {
        if (units_parse(units, bytes_of(samples[i]), &sample, NULL) == ERR_OK &&
            unit_same_dimension(unit, &sample)) {
            return true;
        }
    }
    return false;
}

static enum dimension dimension_of(struct units *units, const struct unit *unit)
{
    static const char *const rates[] = {"kg/s", "m3/s", "Nm3/s", "W", "mol/s", NULL};
    static const char *const amounts[] = {"kg", "m3", "Nm3", "J", "mol", NULL};
    if (is_of(units, unit, rates)) {
        return DIMENSION_RATE;
    }
    return is_of(units, unit, amounts) ? DIMENSION_AMOUNT : DIMENSION_OTHER;
}

static bool starts_with(const char *text, const char *word)
{
    size_t at = 0;
    while (word[at] && tolower((unsigned char)text[at]) == (unsigned char)word[at]) {
        at++;
    }
    return word[at] == 0;
}

/* Whether the name holds one of the words, whatever their case. */
static bool has_word(const char *name, const char *const *words)
{
    for (; *name; name++) {
        for (size_t i = 0; words[i]; i++) {
            if (starts_with(name, words[i])) {
                return true;
            }
        }
    }
    return false;
}

static void propose_amount(const struct seen_point *point, struct proposal *proposal)
{
    static const char *const stocks[] = {"level", "stock", "tank", "silo", NULL};
    if (has_word(point->metric, stocks)) {
        proposal->kind = POINT_LEVEL;
        proposal->why = "an amount, called a stock";
    } else if (point->falls) {
        proposal->kind = POINT_AMOUNT;
        proposal->why = "an amount that also fell: each reading is a batch or delivery; "
                        "a stock would be a level";
    } else {
        proposal->kind = POINT_COUNTER;
        proposal->why = point->rises ? "an amount that only rose: a meter's reading"
                                     : "an amount: a meter's reading; a batch would be "
                                       "an amount";
    }
}

static void propose_by_name(const struct seen_point *point, struct proposal *proposal)
{
    static const char *const meters[] = {"total", "count", "energy", "kwh", NULL};
    static const char *const states[] = {"running", "on_off", "standstill", NULL};
    if (has_word(point->metric, meters) && !point->falls) {
        proposal->kind = POINT_COUNTER;
        proposal->why = "called a total, and it did not fall";
    } else if (has_word(point->metric, states)) {
        proposal->kind = POINT_STATE;
        proposal->why = "called a state";
    }
}

/* The unit that the end of a name says, as in "total_kwh", or NULL. */
static const char *unit_in_name(const char *metric)
{
    static const char *const endings[][2] = {
        {"kwh", "kWh"},      {"mwh", "MWh"}, {"wh", "Wh"},   {"kw", "kW"},
        {"m3", "m3"},        {"nm3", "Nm3"}, {"kg", "kg"},   {"degc", "degC"},
        {"celsius", "degC"}, {"bar", "bar"}, {"kpa", "kPa"}, {"percent", "%"},
        {"ppm", "ppm"}};
    size_t len = strlen(metric);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i][0]);
        char before = 'x';
        if (len > size) {
            before = metric[len - size - 1];
        }
        bool apart = before == '_' || before == '.' || before == '-' || before == '/';
        if (apart && starts_with(metric + len - size, endings[i][0])) {
            return endings[i][1];
        }
    }
    return NULL;
}

struct proposal propose(struct units *units, const struct seen_point *point)
{
    struct unit unit;
    struct proposal proposal = {.kind = POINT_GAUGE, .why = "a mean", .unit = "1"};
    if (point->truth && !point->number) {
        proposal.kind = POINT_STATE;
        proposal.why = "true or false";
        return proposal;
    }
    const char *named = point->unit[0] ? NULL : unit_in_name(point->metric);
    const char *text = named ? named : point->unit;
    bool known = text[0] && units_parse(units, bytes_of(text), &unit, NULL) == ERR_OK;
    proposal.unit_named = known && named;
    proposal.unit_unknown = !known;
    if (!known) {
        propose_by_name(point, &proposal);
        return proposal;
    }
    proposal.unit = text;
    switch (dimension_of(units, &unit)) {
    case DIMENSION_RATE:
        proposal.kind = POINT_RATE;
        proposal.why = "an amount over time: it is integrated";
        break;
    case DIMENSION_AMOUNT:
        propose_amount(point, &proposal);
        break;
    case DIMENSION_OTHER:
        propose_by_name(point, &proposal);
        break;
    }
    return proposal;
}
