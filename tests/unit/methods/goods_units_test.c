/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(goods_units, .init = by_hand_open, .fini = by_hand_close);

Test(goods_units, cement_per_tonne_of_clinker)
{
    gives("clinker_fu", "attr_em=80 t; cement=100 t; clinker_ratio=0.5",
          "see_per_clinker=1.6 t/t; see_per_cement=0.8 t/t");
    fails("clinker_fu", "attr_em=80 t; cement=100 t; clinker_ratio=95", "unit '%'");
}

Test(goods_units, fertiliser_per_kilogram_of_nitrogen)
{
    gives("nitrogen_fu", "attr_em=80 t; product=100 t; nitrogen=400 kg N/t",
          "see_per_kg_n=0.002 t CO2e/kg N; see_per_t_product=0.8 t/t");
    gives("nitrogen_fu", "attr_em=80 t; product=100 t; nitrogen=46 %",
          "see_per_t_product=0.8 t/t; see_per_kg_n=1.7391304347826088 kg CO2e/kg N");
    fails("nitrogen_fu", "attr_em=80 t; product=100 t; nitrogen=400 kg NH3/t",
          "NH3 is given");
}

Test(goods_units, means_are_weighted)
{
    gives("weighted", "weight1=0.1 t; value1=10 t/t; weight2=0.3 t; value2=2 t/t",
          "mean=4 t/t");
    gives("weighted", "weight1=1 t; value1=10 t/t; weight2=3000 kg; value2=2 t/t",
          "mean=4 t/t");
    fails("weighted", "weight1=0 t; value1=10 t/t", "the weights add up to 0");
    fails("weighted", "weight1=1 t; value1=10 t/t; weight2=1 MWh; value2=1 t/t",
          "energy where mass");
}

Test(goods_units, values_are_passed_on_by_mass)
{
    gives("chain_share", "precursor_mass=30 t; precursor_value=0.5; activity_level=60 t",
          "result=0.25");
    gives("chain_share",
          "precursor_mass=30 t; precursor_value=8 EUR/t; activity_level=60 t",
          "result=4 EUR/t");
}

Test(goods_units, a_carbon_price_is_carried_to_the_good)
{
    gives("carbon_price",
          "precursor_mass=30 t; precursor_se=2 t/t; covered_share=0.5; price=20 EUR/t "
          "CO2e; "
          "activity_level=60 t",
          "carbon_price=10 EUR/t");
}

Test(goods_units, defaults_have_a_mark_up)
{
    gives("markup", "default=2 t/t; markup=0.1", "default_with_markup=2.2 t/t");
    gives("markup", "default=0.5 t CO2e/MWh; markup=10 %",
          "default_with_markup=0.55 t CO2e/MWh");
    fails("markup", "default=2 t/t; markup=10", "between 0 and 1");
}
