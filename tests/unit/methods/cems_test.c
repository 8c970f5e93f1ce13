/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(cems, .init = by_hand_open, .fini = by_hand_close);

Test(cems, an_hour_is_concentration_times_flow)
{
    gives("cems", "gas='CO2'; concentration=200 g/Nm3; flow=180000 Nm3",
          "co2_fossil=36 t CO2; co2_biomass=0 t CO2; n2o=none; co2e=none");
    gives("cems",
          "gas='CO2'; concentration=200 g/Nm3; flow=180000 Nm3; biomass_fraction=0.5; "
          "biomass_evidence=0.5",
          "co2_fossil=27 t CO2; co2_biomass=9 t CO2");
    gives("cems", "gas='N2O'; concentration=500 mg/Nm3; flow=100000 Nm3",
          "n2o=0.05 t N2O; co2e=13.25 t CO2e; co2_fossil=none");
    gives("cems", "gas='N2O'; concentration=500 mg/Nm3; flow=100000 Nm3; gwp=298 t/t",
          "co2e=14.9 t CO2e");
    fails("cems", "gas='CH4'; concentration=1 g/Nm3; flow=1 Nm3", "'gas' is 'CH4'");
    fails("cems", "concentration=1 g/Nm3; flow=1 Nm3", "'gas' is missing");
    fails("cems", "gas='CO2'; concentration=1 g/Nm3; flow=1 m3", "method nm3");
}

Test(cems, flue_gas_of_nitric_acid_comes_from_the_air)
{
    gives("cems_nitric_acid",
          "gas='N2O'; concentration=1 g/Nm3; air=1e6 Nm3; o2_flue=0.05",
          "n2o=0.8321052631578947 t N2O; co2e=220.5078947368421 t CO2e");
    gives("hno3_flow", "air=1000 Nm3/h; o2_flue=2 %", "flue_gas=806.6326530612246 Nm3/h");
    gives("hno3_flow", "air=1000 Nm3; o2_flue=0", "flue_gas=790.5 Nm3");
    fails("hno3_flow", "air=1000 Nm3/h; o2_flue=0.25", "must lie between 0 and 0.2095");
    fails("hno3_flow", "air=1000 Nm3/h wet; o2_flue=0.02", "wet gas is given where dry");
}

Test(cems, averages_of_a_period)
{
    gives("cems_average",
          "concentration=10 g/Nm3; hours=100 h; flow=2 1000 Nm3/h; gwp=265 t/t; "
          "biomass_fraction=0.25",
          "gas=1.5 t; co2e_fossil=397.5 t CO2e; co2_biomass=0.5 t");
    gives("cems_average", "concentration=10 g/Nm3; hours=100 h; flow=2 1000 Nm3/h",
          "gas=2 t; co2e_fossil=2 t CO2e");
}

Test(cems, hours_are_multiplied_before_they_are_added)
{
    gives("cems_hours", "conc1=100 g/Nm3; flow1=1000 Nm3; conc2=10 g/Nm3; flow2=9000 Nm3",
          "gas=0.19 t; co2e=none");
    gives("cems_hours", "conc1=100 g/Nm3; flow1=1000 Nm3/h; gwp=265 t/t",
          "gas=0.1 t; co2e=26.5 t CO2e");
    fails("cems_hours", "conc1=100 g/Nm3; flow1=1000 Nm3; conc2=5 g/Nm3",
          "'flow2' is missing");
}
