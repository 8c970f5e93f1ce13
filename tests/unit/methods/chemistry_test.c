/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(chemistry, .init = by_hand_open, .fini = by_hand_close);

Test(chemistry, factors_of_pure_materials)
{
    gives("stoich", "m_material=88.018 g/mol", "emission_factor=0.5 t CO2/t");
    gives("stoich", "n_co2=2; m_co2=44 g/mol; m_material=176 g/mol",
          "emission_factor=0.5 t/t");
}

Test(chemistry, carbon_monoxide_counts_as_carbon_dioxide)
{
    gives("co_as_co2", "co=28.010 t CO", "co2=44.009 t CO2");
    gives("co_as_co2", "co=1 t CO; m_co2=44 g/mol; m_co=22 g/mol", "co2=2 t CO2");
}

Test(chemistry, dust_that_is_calcined_in_part)
{
    gives("ckd", "ef_clinker=0.5 t/t; calcination_degree=1", "ef_ckd=0.5 t/t");
    gives("ckd", "ef_clinker=1 t/t; calcination_degree=0.5",
          "ef_ckd=0.3333333333333333 t/t");
    gives("ckd", "calcination_degree=1", "ef_ckd=0.525 t/t");
}
