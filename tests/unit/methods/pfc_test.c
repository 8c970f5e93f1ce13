/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(pfc, .init = by_hand_open, .fini = by_hand_close);

#define CELL "aluminium=1000 t; f_c2f6=0.1 t/t; "
#define SLOPE                                                                            \
    "frequency=2 1/cell-day; duration=3 min; sef_cf4=0.1 (kg CF4/t Al)/(min/cell-day); "

Test(pfc, slope_method)
{
    gives("pfc_slope", CELL SLOPE,
          "cf4=0.6 t CF4; c2f6=0.06 t C2F6; co2e=4644 t CO2e; cf4_total=0.6 t CF4; "
          "c2f6_total=0.06 t C2F6");
}

Test(pfc, what_escapes_the_duct_counts)
{
    gives("pfc_slope", CELL SLOPE "collection_efficiency=0.5",
          "cf4=0.6 t CF4; c2f6=0.06 t C2F6; co2e=9288 t CO2e; cf4_total=1.2 t CF4; "
          "c2f6_total=0.12 t C2F6");
    fails("pfc_slope", CELL SLOPE "collection_efficiency=0", "must be above 0");
}

Test(pfc, global_warming_potentials_may_be_given)
{
    gives("pfc_slope", CELL SLOPE "gwp_cf4=10 t/t; gwp_c2f6=100 t/t", "co2e=12 t CO2e");
}

Test(pfc, overvoltage_method)
{
    gives("pfc_overvoltage",
          CELL "ovc=1.9 (kg CF4/t Al)/mV; aeo=5 mV; current_efficiency=95 %",
          "cf4=0.1 t CF4; c2f6=0.01 t C2F6; co2e=774 t CO2e");
    fails("pfc_overvoltage",
          CELL "ovc=1.9 (kg CF4/t Al)/mV; aeo=5 mV; current_efficiency=0.95 %",
          "between 50 and");
}
