/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a material has to be analysed: 2025/2547 Annex II B.5, table of recommended
 * minimum frequencies, and the rule of one third, which allows another frequency.
 */
#ifndef CONFIG_ANALYSES_H
#define CONFIG_ANALYSES_H

#include "core/bytes.h"

enum analysis_material {
    MATERIAL_NONE, /* no value from analyses */
    MATERIAL_NATURAL_GAS,
    MATERIAL_GAS,
    MATERIAL_FUEL_OIL,
    MATERIAL_COAL,
    MATERIAL_OTHER_FUEL,
    MATERIAL_SOLID_WASTE,
    MATERIAL_LIQUID_WASTE,
    MATERIAL_CARBONATE,
    MATERIAL_OTHER, /* clays, shales: by t CO2, not by t */
    MATERIAL_COUNT,
};

/* As files write them, ending in NULL: "none", "natural_gas", "coal". */
extern const char *const analysis_materials[];

/* The least number of analyses for `days` of use and this quantity: t, of
 * MATERIAL_OTHER t CO2; a negative or unknown quantity counts as none.  Parts of a year
 * need their part, at least one. */
int64_t analyses_required(enum analysis_material material, double days, double quantity);

/* How long one analysis covers by time alone; 0: MATERIAL_NONE. */
int64_t analyses_interval_ns(enum analysis_material material);

/* Whether scatter (relative, 95 %) is at most one third of the uncertainty of the
 * activity data (the same); 0 or less: not known, hence no. */
bool analyses_one_third(double scatter, double activity_uncertainty);

#endif
