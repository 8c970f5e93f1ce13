/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(aviation, .init = by_hand_open, .fini = by_hand_close);

Test(aviation, fuel_by_mass)
{
    gives("mass_factor", "fuel=10 t; factor=3.16 t CO2/t",
          "co2=31.6 t CO2; co2_fossil=31.6 t CO2");
    gives("mass_factor", "fuel=10 kg; factor=3.16 kg CO2/kg",
          "co2=31.6 kg CO2; co2_fossil=31.6 kg CO2");
}

Test(aviation, fuel_by_volume)
{
    gives("volume_factor", "volume=10 L; factor=3.16 t CO2/t",
          "co2=25.28 kg CO2; co2_fossil=25.28 kg CO2");
    gives("volume_factor", "volume=10 m3; density=800 kg/m3; factor=3.16 t CO2/t",
          "co2=25.28 t CO2; co2_fossil=25.28 t CO2");
    gives("volume_factor", "volume=10 L; density=0.75 kg/L; factor=2 t CO2/t",
          "co2=15 kg CO2");
}
