/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(mass_balance, .init = by_hand_open, .fini = by_hand_close);

Test(mass_balance, what_goes_out_is_negative)
{
    gives("mass_balance", "activity_data=100 t; carbon_content=0.5 t C/t",
          "co2_fossil=183.2 t CO2");
    gives("mass_balance", "activity_data=-100 t; carbon_content=0.5 t C/t",
          "co2_fossil=-183.2 t CO2");
    gives("mass_balance", "activity_data=2 1000 Nm3; carbon_content=0.5 kg C/Nm3",
          "co2_fossil=3.664 t CO2");
}

Test(mass_balance, an_emission_factor_stands_in_for_the_carbon)
{
    gives("mass_balance", "activity_data=100 t; emission_factor=2 t CO2/t",
          "co2_fossil=200 t CO2");
    gives("mass_balance", "activity_data=100 t; emission_factor=50 t CO2/TJ; ncv=40 GJ/t",
          "co2_fossil=200 t CO2");
    gives("mass_balance",
          "activity_data=10 1000 Nm3; emission_factor=50 t CO2/TJ; ncv=40 GJ/1000 Nm3",
          "co2_fossil=20 t CO2");
}

Test(mass_balance, biomass_is_divided_by_evidence)
{
    gives("mass_balance",
          "activity_data=100 t; emission_factor=2 t CO2/t; biomass_fraction=0.3; "
          "biomass_evidence=0.5",
          "co2_fossil=170 t CO2; co2_biomass=30 t CO2; co2_biomass_unproven=30 t CO2");
}

Test(mass_balance, what_does_not_fit_is_told)
{
    fails("mass_balance", "activity_data=1 t", "give either 'carbon_content' or");
    fails("mass_balance",
          "activity_data=1 t; carbon_content=1 t C/t; emission_factor=1 t CO2/t",
          "give either");
    fails("mass_balance", "activity_data=1 t; emission_factor=50 t CO2/TJ",
          "'ncv' is missing");
    fails("mass_balance", "activity_data=1 t; carbon_content=1 kg C/Nm3",
          "'carbon_content' must be per the same quantity as 'activity_data'");
    fails("mass_balance", "activity_data=1 t; emission_factor=1 kg CO2/Nm3",
          "'emission_factor' must be per the same quantity");
    fails("mass_balance", "activity_data=1 t; emission_factor=50 t CO2/TJ; ncv=40 MJ/Nm3",
          "'ncv' must be per the same quantity");
    fails("mass_balance", "activity_data=1 t; carbon_content=1.01 t C/t",
          "more carbon than mass");
    fails("mass_balance", "activity_data=1 t; carbon_content=-0.1 t C/t", "at least 0");
    gives("mass_balance", "activity_data=1 t; carbon_content=1 t C/t",
          "co2_fossil=3.664 t CO2");
    gives("mass_balance", "activity_data=1 1000 Nm3; carbon_content=2 kg C/Nm3",
          "co2_fossil=7.328 t CO2");
}
