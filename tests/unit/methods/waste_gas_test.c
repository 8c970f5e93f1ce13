/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(waste_gas, .init = by_hand_open, .fini = by_hand_close);

Test(waste_gas, import_counts_as_natural_gas)
{
    gives("waste_gas_import", "energy=10 TJ", "wg_imp=561 t CO2e");
    gives("waste_gas_import", "energy=10 TJ; ef_natural_gas=50 t CO2/TJ",
          "wg_imp=500 t CO2e");
    gives("waste_gas_import", "volume=100 1000 Nm3; ncv=3 MJ/Nm3", "wg_imp=16.83 t CO2e");
}

Test(waste_gas, export_counts_less)
{
    gives("waste_gas_export", "energy=10 TJ", "wg_exp=374.187 t CO2e");
    gives("waste_gas_export", "energy=10 TJ; correction=0.5", "wg_exp=280.5 t CO2e");
    gives("waste_gas_export", "volume=100 1000 Nm3; ncv=3 MJ/Nm3",
          "wg_exp=11.22561 t CO2e");
}

Test(waste_gas, needs_energy_or_volume_and_not_both)
{
    fails("waste_gas_import", "volume=100 1000 Nm3",
          "give 'energy', or 'volume' and 'ncv'");
    fails("waste_gas_export", "energy=1 TJ; volume=100 1000 Nm3; ncv=3 MJ/Nm3",
          "give 'energy'");
}
