/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(reporting, .init = by_hand_open, .fini = by_hand_close);

Test(reporting, halves_go_away_from_zero)
{
    gives("rounding", "total=2.5 t; see=0.123455 t/t", "total=3 t; see=0.12346 t/t");
    gives("rounding", "total=-2.5 t; see=0.123454 t/t", "total=-3 t; see=0.12345 t/t");
    gives("rounding", "total=2.4999 t", "total=2 t; see=none");
    gives("rounding", "see=1.000005 t/t", "see=1.00001 t/t; total=none");
    gives("rounding", "total=1e-9 t; see=1e-9 t/t", "total=0 t; see=0 t/t");
    gives("rounding", "total=123456789012 t; see=7 t/t",
          "total=123456789012 t; see=7 t/t");
    gives("rounding", "total=9.5 t; see=0.999995 t/t", "total=10 t; see=1 t/t");
    gives("rounding", "total=1e25 t", "total=1e25 t");
    fails("rounding", "", "give 'total' or 'see'");
}

Test(reporting, n2o_has_three_decimals)
{
    gives("n2o_round", "n2o=10.0005 t N2O",
          "n2o_rounded=10.001 t N2O; co2e_rounded=2650 t CO2e");
    gives("n2o_round", "n2o=1.0004 t N2O; gwp=1000 t/t",
          "n2o_rounded=1 t N2O; co2e_rounded=1000 t CO2e");
}

Test(reporting, benefit_of_a_better_measurement)
{
    gives("cost_benefit", "related_emissions=1000 t", "benefit=800 EUR");
    gives("cost_benefit", "related_emissions=1000 t; price=50 EUR/t; improvement=2 %",
          "benefit=1000 EUR");
}
