/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(heat, .init = by_hand_open, .fini = by_hand_close);

Test(heat, of_a_flow_is_difference_of_enthalpy_times_mass)
{
    gives("heat_flow",
          "volume_flow=2 m3/s; specific_volume=0.5 m3/kg; h_flow=2800 kJ/kg; "
          "h_return=400 kJ/kg",
          "mass_flow=4 kg/s; heat_flow=9600 kJ/s");
    gives("heat_flow", "mass_flow=3.6 t/h; h_flow=2800 kJ/kg; h_return=400 kJ/kg",
          "mass_flow=1 kg/s; heat_flow=2.4 MW");
    fails("heat_flow", "h_flow=2800 kJ/kg; h_return=400 kJ/kg", "give 'volume_flow' and");
    fails("heat_flow",
          "volume_flow=2 m3/s; specific_volume=0.5 m3/kg; mass_flow=4 kg/s; h_flow=2800 "
          "kJ/kg; "
          "h_return=400 kJ/kg",
          "give 'volume_flow' and");
}

Test(heat, of_steam_by_mass)
{
    gives("heat_steam",
          "mass=1000 t; h_flow=2800 kJ/kg; h_return=400 kJ/kg; ef_heat=60 t CO2/TJ",
          "heat=2.4 TJ; em_heat=144 t CO2");
}

Test(heat, emissions_grow_with_losses)
{
    gives("heat_emissions", "ef_mix=56 t CO2/TJ; q_consumed=90 TJ; efficiency=0.9",
          "em_heat=5600 t CO2");
    fails("heat_emissions", "ef_mix=56 t CO2/TJ; q_consumed=90 TJ; efficiency=90",
          "must lie between 0 and 1.1");
}

Test(heat, standard_factor_assumes_a_boiler_of_90_percent)
{
    gives("heat_default_ef", "ef_fuel=90 t CO2/TJ", "ef_heat=100 t CO2/TJ");
    gives("heat_default_ef", "ef_fuel=90 t CO2/TJ; efficiency=75 %",
          "ef_heat=120 t CO2/TJ");
}

Test(heat, factor_of_a_mix_is_weighted_by_energy)
{
    gives("ef_mix", "energy1=0.5 TJ; ef1=50 t CO2/TJ", "ef_mix=50 t CO2/TJ");
    gives("ef_mix",
          "energy1=3 TJ; ef1=50 t CO2/TJ; energy2=1 TJ; ef2=90 t CO2/TJ; em_fgc=8 t CO2",
          "ef_mix=62 t CO2/TJ");
    fails("ef_mix", "energy1=0 TJ; ef1=50 t CO2/TJ", "the energies add up to 0");
}
