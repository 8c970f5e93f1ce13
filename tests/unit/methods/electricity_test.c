/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(electricity, .init = by_hand_open, .fini = by_hand_close);

Test(electricity, energy_times_factor)
{
    gives("electricity", "electricity=2 GWh; ef=0.377 t CO2/MWh", "em_el=754 t CO2e");
    fails("electricity", "electricity=2 MW; ef=0.377 t CO2/MWh", "power where energy");
    fails("electricity", "electricity=-2 MWh; ef=0.377 t CO2/MWh", "at least 0");
}

Test(electricity, a_supply_counts_only_for_what_it_covers)
{
#define FACTORS "; ef_supply=0.1 t CO2/MWh; ef_grid=0.5 t CO2/MWh"
    gives("electricity_matched", "electricity=10 MWh; supplied=6 MWh" FACTORS,
          "em_el=2.6 t CO2e; matched=6 MWh");
    gives("electricity_matched", "electricity=10 MWh; supplied=16 MWh" FACTORS,
          "em_el=1 t CO2e; matched=10 MWh");
}

Test(electricity, the_factor_of_waste_gas_is_capped)
{
    gives("ef_electricity",
          "energy1=1 TJ; ef1=260 t CO2/TJ; is_waste_gas1=1; energy2=2 TJ; ef2=100 t "
          "CO2/TJ; "
          "em_fgc=3.9 t CO2; el_net=100 MWh",
          "ef_el=2.6 t CO2/MWh");
    gives("ef_electricity",
          "energy1=1 TJ; ef1=50 t CO2/TJ; is_waste_gas1=1; el_net=100 MWh",
          "ef_el=0.5 t CO2/MWh");
    gives("ef_electricity",
          "energy1=1 TJ; ef1=80 t CO2/TJ; is_waste_gas1=1; ef_natural_gas=60 t CO2/TJ; "
          "el_net=100 MWh",
          "ef_el=0.6 t CO2/MWh");
    fails("ef_electricity", "energy1=1 TJ; ef1=50 t CO2/TJ; el_net=0 MWh",
          "must be above 0");
}
