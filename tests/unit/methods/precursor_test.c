/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(precursor, .init = by_hand_open, .fini = by_hand_close);

Test(precursor, direct_and_indirect_are_apart_and_the_defaults_counted)
{
    gives(
        "precursor",
        "mass=200 t; see_direct=3 t CO2e/t; see_indirect=0.5 t CO2e/t; default_share=25 "
        "%",
        "consumed=200 t; embedded_direct=600 t; embedded_indirect=100 t; by_default=150 "
        "t; electricity_embedded=none");
    gives("precursor",
          "mass=200 t; see_direct=3 t CO2e/t; electricity=2 MWh/t; electricity_ef=0.25 t "
          "CO2/MWh",
          "embedded_indirect=100 t; electricity_embedded=400 MWh; by_default=0 t");
}

Test(precursor, a_default_value_has_the_mark_up_of_its_year)
{
    gives(
        "precursor",
        "mass=100 t; see_direct=1.28 t CO2e/t; see_indirect=0.02 t CO2e/t; markup=10 %; "
        "default_share=1",
        "embedded_direct=140.8 t; embedded_indirect=2.2 t; by_default=140.8 t");
    gives("precursor",
          "mass=100 t; see_direct=1 t/t; electricity=2 MWh/t; electricity_ef=0.5 t/MWh; "
          "markup=25 %; default_share=1",
          "embedded_direct=125 t; embedded_indirect=125 t");
}

Test(precursor, nitrogen_is_counted_by_its_content)
{
    gives(
        "precursor",
        "mass=10 t; content=822.4 kg N/t; see_direct=0.0025 t CO2e/kg N; see_indirect=0",
        "consumed=8.224 t; embedded_direct=20.56 t");
    gives("precursor_own", "mass=10 t; content=822.4 kg N/t", "consumed=8.224 t");
    gives("precursor_own", "mass=10 t", "consumed=10 t");
}

Test(precursor, what_is_not_given_is_not_zero)
{
    gives("precursor", "mass=10 t; see_direct=2 t/t", "embedded_indirect=none");
    fails("precursor", "mass=10 t", "'see_direct' is missing");
    fails("precursor", "mass=10 t; see_direct=2 t/t; electricity=1 MWh/t",
          "'electricity_ef' is missing");
    fails("precursor", "mass=10 t; see_direct=2 t/t; electricity_ef=1 t/MWh",
          "'electricity' is missing");
    fails("precursor",
          "mass=10 t; see_direct=2 t/t; see_indirect=1 t/t; electricity=1 MWh/t; "
          "electricity_ef=1 t/MWh",
          "give 'see_indirect', or");
    fails("precursor", "mass=-1 t; see_direct=2 t/t", "mass");
    fails("precursor", "mass=10 t; see_direct=2 MWh/t", "see_direct");
}
