/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(combustion, .init = by_hand_open, .fini = by_hand_close);

#define FUEL "fuel_quantity=1000 t; ncv=25 GJ/t; emission_factor=90 t CO2/TJ; "

Test(combustion, mass_times_calorific_value_times_factor)
{
    gives("combustion", FUEL,
          "co2_fossil=2250 t CO2; co2_biomass=0 t CO2; energy_total=25 TJ");
}

Test(combustion, oxidation_lowers_co2_and_not_the_energy)
{
    gives("combustion", FUEL "oxidation_factor=0.98",
          "co2_fossil=2205 t CO2; energy_total=25 TJ");
}

Test(combustion, biomass_is_divided_by_evidence)
{
    gives("combustion", FUEL "biomass_fraction=0.4; biomass_evidence=0.75",
          "co2_fossil=1575 t CO2; co2_biomass=675 t CO2; co2_biomass_unproven=225 t CO2");
    gives("combustion", FUEL "biomass_fraction=0.4; oxidation_factor=0.5",
          "co2_fossil=675 t CO2; co2_biomass=450 t CO2; co2_biomass_unproven=0 t CO2");
}

Test(combustion, carbon_content_stands_in_for_the_factor)
{
    gives("combustion", "fuel_quantity=1000 t; carbon_content=0.75 t C/t",
          "co2_fossil=2748 t CO2; energy_total=none");
    gives("combustion", "fuel_quantity=10 1000 Nm3; carbon_content=0.5 kg C/Nm3",
          "co2_fossil=18.32 t CO2");
    fails("combustion", "fuel_quantity=10 1000 Nm3; carbon_content=0.5 t C/t",
          "'carbon_content' must be per the same quantity");
    fails("combustion", FUEL "carbon_content=0.5 t C/t", "give either");
    fails("combustion", "fuel_quantity=1 t; carbon_content=1.5 t C/t",
          "more carbon than fuel");
    gives("combustion", "fuel_quantity=1 t; carbon_content=1 t C/t",
          "co2_fossil=3.664 t CO2");
}

Test(combustion, a_factor_per_volume_takes_no_calorific_value)
{
    gives("combustion", "fuel_quantity=10 m3; emission_factor=2.7 t CO2/m3; ncv=36 GJ/m3",
          "co2_fossil=27 t CO2; energy_total=0.36 TJ");
    gives("combustion", "fuel_quantity=10 1000 Nm3; emission_factor=1.9 t CO2/1000 Nm3",
          "co2_fossil=19 t CO2; energy_total=none");
}

Test(combustion, energy_needs_no_calorific_value)
{
    gives("combustion", "fuel_quantity=10 GWh; emission_factor=50 t CO2/TJ",
          "co2_fossil=1800 t CO2; energy_total=36 TJ");
    fails("combustion", "fuel_quantity=10 TJ; emission_factor=3 t CO2/t",
          "'emission_factor' must be per energy");
}

/* With the same fuel in two parts the parts add up to the whole. */
Test(combustion, is_additive)
{
    gives("combustion", "fuel_quantity=400 t; ncv=25 GJ/t; emission_factor=90 t CO2/TJ",
          "co2_fossil=900 t CO2");
    gives("combustion", "fuel_quantity=600 t; ncv=25 GJ/t; emission_factor=90 t CO2/TJ",
          "co2_fossil=1350 t CO2");
}
