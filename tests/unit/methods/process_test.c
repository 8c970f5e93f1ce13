/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(process, .init = by_hand_open, .fini = by_hand_close);

Test(process, material_times_factor_times_conversion)
{
    gives("process",
          "activity_data=1000 t; emission_factor=0.44 t CO2/t; conversion_factor=0.9",
          "co2_fossil=396 t CO2");
    gives("process", "activity_data=2 1000 Nm3; emission_factor=3 kg CO2/Nm3",
          "co2_fossil=6 t CO2");
    fails("process", "activity_data=2 1000 Nm3; emission_factor=3 t CO2/t",
          "'emission_factor' must be per the same quantity as 'activity_data'");
}

Test(process, biomass_is_divided_by_evidence)
{
    gives("process",
          "activity_data=1000 t; emission_factor=1 t CO2/t; biomass_fraction=0.2; "
          "biomass_evidence=0.25",
          "co2_fossil=950 t CO2; co2_biomass=50 t CO2; co2_biomass_unproven=150 t CO2");
}

Test(process, sector_rules_have_the_factors_of_the_act)
{
    gives("flare", "volume=1000 Nm3", "co2_fossil=3.93 t CO2");
    gives("flare", "volume=1000 Nm3; emission_factor=2 kg CO2/Nm3", "co2_fossil=2 t CO2");
    gives("gypsum", "gypsum=1000 t", "co2_fossil=255.8 t CO2");
    gives("urea_denox", "urea=1000 t", "co2_fossil=732.8 t CO2");
}

Test(process, clinker_output_counts_the_dust_that_is_discarded)
{
    gives("clinker_output", "clinker=1000 t", "co2_fossil=525 t CO2");
    gives("clinker_output",
          "clinker=1000 t; ef_clinker=0.5 t CO2/t; bypass_dust=100 t; ef_bypass_dust=0.4 "
          "t CO2/t; "
          "kiln_dust=10 t; ef_kiln_dust=0.2 t CO2/t",
          "co2_fossil=542 t CO2");
    gives("clinker_output", "clinker=0 t; bypass_dust=100 t", "co2_fossil=52.5 t CO2");
    gives("clinker_output", "clinker=0 t; kiln_dust=100 t", "co2_fossil=52.5 t CO2");
}

Test(process, transferred_co2_is_deducted_as_far_as_there_is_evidence)
{
    gives("co2_transfer", "co2=100 t CO2", "co2_fossil=-100 t CO2");
    gives("co2_transfer", "co2=100 t CO2; evidence=0.6", "co2_fossil=-60 t CO2");
    gives("co2_transfer", "co2=100 t CO2; evidence=0", "co2_fossil=0 t CO2");
}
