/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(factors_calc, .init = by_hand_open, .fini = by_hand_close);

Test(factors_calc, factor_and_carbon_content)
{
    gives("ef_from_cc", "carbon_content=0.5 t C/t; ncv=20 GJ/t",
          "emission_factor=91.6 t CO2/TJ");
    gives("ef_from_cc_mass", "carbon_content=0.5 t C/t", "emission_factor=1.832 t CO2/t");
    gives("cc_from_ef_ncv", "emission_factor=91.6 t CO2/TJ; ncv=20 GJ/t",
          "carbon_content=0.5 t C/t");
    gives("cc_from_ef", "emission_factor=1.832 t CO2/t", "carbon_content=0.5 t C/t");
    fails("ef_from_cc", "carbon_content=75; ncv=48 GJ/t", "between 0 and 1");
}

Test(factors_calc, water_lowers_the_calorific_value)
{
    gives("ncv_wet", "ncv_dry=20 GJ/t; water=50 %", "ncv=8.8 GJ/t");
    gives("ncv_wet", "ncv_dry=20 GJ/t; water=0", "ncv=20 GJ/t");
}

Test(factors_calc, what_is_in_the_ash_is_not_oxidised)
{
    gives("oxidation", "c_ash=1 t C; c_total=50 t C", "oxidation_factor=0.98");
    gives("oxidation", "c_ash=50 t C; c_total=50 t C", "oxidation_factor=0");
    fails("oxidation", "c_ash=51 t C; c_total=50 t C", "'c_ash' is more than 'c_total'");
}
