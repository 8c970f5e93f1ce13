/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(gas, .init = by_hand_open, .fini = by_hand_close);

Test(gas, actual_flow_becomes_dry_flow_at_standard_conditions)
{
    gives("nm3", "flow=100 m3/h; pressure=101325 Pa; temperature=0 degC",
          "flow=100 Nm3/h");
    gives("nm3", "flow=100 m3/h; pressure=202650 Pa; temperature=546.3 K; water=0.1",
          "flow=90 Nm3/h");
    gives("nm3", "flow=100 m3; pressure=2026.5 hPa; temperature=273.15 K",
          "flow=200 Nm3");
    fails("nm3", "flow=100 m3/h; pressure=1 bar; temperature=0 K", "must be above 0");
    fails("nm3", "flow=100 Nm3/h; pressure=1 bar; temperature=300 K", "normal volume");
}

Test(gas, percent_becomes_mass_per_volume)
{
    gives("percent_to_g", "percent=10 %", "concentration=196.3460337289194 g/Nm3");
    gives("percent_to_g",
          "percent=100 ppm; molar_mass=44.8 g/mol; molar_volume=22.4 L/mol",
          "concentration=0.2 g/Nm3");
    gives("percent_to_g",
          "percent=10 %; molar_mass=44.8 g/mol; molar_volume=22.4 Nm3/kmol",
          "concentration=200 g/Nm3");
    fails("percent_to_g", "percent=101 %", "must lie between 0 and 100");
}

Test(gas, the_rest_is_what_others_leave)
{
    gives("conc_indirect", "other1=70 %; other2=0.2", "concentration=10 %");
    gives("conc_indirect", "other1=100 %", "concentration=0 %");
    gives("conc_indirect", "other1=99.5 %", "concentration=0.5 %");
    fails("conc_indirect", "other1=70 %; other2=40 %", "more than 100 %");
}
