/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(attribution, .init = by_hand_open, .fini = by_hand_close);

Test(attribution, a_total_is_the_sum_with_its_signs)
{
    gives("total", "term1=10 t; term2=-4 t; term3=500 kg", "total=6.5 t CO2e");
    gives("total", "term1=1e16 t; term2=1 t; term3=-1e16 t", "total=1 t CO2e");
}

Test(attribution, every_term_has_its_sign)
{
    gives("attr", "dir_em=100 t", "attr_dir=100 t CO2e; attr_indir=none");
    gives("attr", "dir_em=100 t; heat_imp=1 t", "attr_dir=101 t CO2e");
    gives("attr", "dir_em=100 t; heat_exp=1 t", "attr_dir=99 t CO2e");
    gives("attr", "dir_em=100 t; wg_imp=1 t", "attr_dir=101 t CO2e");
    gives("attr", "dir_em=100 t; wg_exp=1 t", "attr_dir=99 t CO2e");
    gives("attr", "dir_em=100 t; em_el_prod=1 t", "attr_dir=99 t CO2e");
    gives("attr", "dir_em=100 t; em_el_cons=7 t",
          "attr_dir=100 t CO2e; attr_indir=7 t CO2e");
    gives("attr", "dir_em=-100 t", "attr_dir=0 t CO2e");
    gives("attr", "dir_em=0.5 t", "attr_dir=0.5 t CO2e");
}

Test(attribution, meters_are_reconciled)
{
    gives("recf", "installation=0.6 MWh; process1=0.5 MWh", "recf=1.2; process1=0.6 MWh");
    gives("recf", "installation=110 MWh; process1=40 MWh; process2=60000 kWh",
          "recf=1.1; process1=44 MWh; process2=66 MWh");
    fails("recf", "installation=110 MWh; process1=0 MWh", "the processes add up to 0");
}

Test(attribution, moles_divide_emissions)
{
    gives("molar_split", "em_total=100 t; mass1=1 kg; molar_mass1=2 g/mol",
          "em1=100 t CO2");
    gives(
        "molar_split",
        "em_total=100 t; mass1=2 t; molar_mass1=2 g/mol; mass2=12 t; molar_mass2=4 g/mol",
        "em1=25 t CO2; em2=75 t CO2");
    gives("molar_split", "em_total=100 t; mass1=2 t; molar_mass1=2 g/mol",
          "em1=100 t CO2");
    fails("molar_split", "em_total=100 t; mass1=0 t; molar_mass1=2 g/mol", "add up to 0");
    fails("molar_split", "em_total=100 t; mass1=1 t; molar_mass1=0 g/mol",
          "must be above 0");
}
