/* SPDX-License-Identifier: Apache-2.0 */
/* The table of B.5. */
#include "config/analyses.h"

#include "core/clock.h"

#include <math.h>

const char *const analysis_materials[] = {
    [MATERIAL_NONE] = "none",
    [MATERIAL_NATURAL_GAS] = "natural_gas",
    [MATERIAL_GAS] = "gas",
    [MATERIAL_FUEL_OIL] = "fuel_oil",
    [MATERIAL_COAL] = "coal",
    [MATERIAL_OTHER_FUEL] = "other_fuel",
    [MATERIAL_SOLID_WASTE] = "solid_waste",
    [MATERIAL_LIQUID_WASTE] = "liquid_waste",
    [MATERIAL_CARBONATE] = "carbonate",
    [MATERIAL_OTHER] = "other",
    [MATERIAL_COUNT] = NULL,
};

struct frequency {
    double quantity; /* one analysis for each so many t; 0: by time alone */
    double a_year;
};

static const struct frequency frequencies[MATERIAL_COUNT] = {
    [MATERIAL_NATURAL_GAS] = {0, 52},     /* weekly */
    [MATERIAL_GAS] = {0, 365},            /* daily */
    [MATERIAL_FUEL_OIL] = {20000, 6},     /* every 20 000 t and 6 a year */
    [MATERIAL_COAL] = {20000, 6},         /* also coke, petroleum coke, peat */
    [MATERIAL_OTHER_FUEL] = {10000, 4},   /* every 10 000 t and 4 a year */
    [MATERIAL_SOLID_WASTE] = {5000, 4},   /* untreated */
    [MATERIAL_LIQUID_WASTE] = {10000, 4}, /* or pre-treated */
    [MATERIAL_CARBONATE] = {50000, 4},    /* every 50 000 t and 4 a year */
    [MATERIAL_OTHER] = {50000, 4},        /* every 50 000 t CO2 and 4 a year */
};

int64_t analyses_required(enum analysis_material material, double days, double quantity)
{
    const struct frequency *rule = &frequencies[material];
    if (material == MATERIAL_NONE || !(days > 0)) {
        return 0;
    }
    double by_time = ceil(rule->a_year * days / 365 - 1e-9);
    double by_quantity = 0;
    if (rule->quantity > 0 && isfinite(quantity) && quantity > 0) {
        by_quantity = ceil(quantity / rule->quantity - 1e-9);
    }
    return (int64_t)fmax(fmax(by_time, by_quantity), 1);
}

int64_t analyses_interval_ns(enum analysis_material material)
{
    double a_year = frequencies[material].a_year;
    return a_year > 0 ? (int64_t)(365 * 24 * (double)NS_PER_HOUR / a_year) : 0;
}

bool analyses_one_third(double scatter, double activity_uncertainty)
{
    return scatter >= 0 && activity_uncertainty > 0 &&
           scatter <= activity_uncertainty / 3 * (1 + 1e-9);
}
