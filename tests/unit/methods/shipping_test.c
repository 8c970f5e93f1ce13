/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(shipping, .init = by_hand_open, .fini = by_hand_close);

#define LNG "co2=2.75 g CO2/g; ch4=0.001 g CH4/g; n2o=0.0001 g N2O/g; slip=0.03; "

Test(shipping, slip_burns_nothing_and_counts_as_methane)
{
    gives("ship_ttw", LNG "lcv=0.05 MJ/g",
          "per_t_fuel=3.560365 t CO2e/t; per_mj=71.2073 g CO2e/MJ");
    gives("ship_ttw", LNG "gwp_ch4=25; gwp_n2o=298",
          "per_t_fuel=3.470656 t CO2e/t; per_mj=none");
    gives("ship_ttw", "co2=3 g/g; slip=1", "per_t_fuel=28 t CO2e/t");
}

Test(shipping, fuel_burnt_gives_each_gas)
{
    gives(
        "ship_fuel", LNG "fuel=100 t",
        "co2=266.75 t CO2; ch4=3.097 t CH4; n2o=0.0097 t N2O; co2e_other=89.2865 t CO2e");
}
