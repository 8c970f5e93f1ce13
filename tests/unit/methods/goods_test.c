/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(goods, .init = by_hand_open, .fini = by_hand_close);

#define PROCESS "dir_em=100 t; activity_level=50 t; electricity=20 MWh; ef_el=0.5 t/MWh; "

Test(goods, emissions_are_divided_by_the_activity_level)
{
    gives("see", PROCESS,
          "see_dir=2 t/t; see_ind=0.2 t/t; see_total=2.2 t/t; electricity_specific=0.4 "
          "MWh/t; "
          "own_se=2.2 t/t; default_share=none");
    fails("see", "dir_em=100 t; activity_level=0 t", "must be above 0");
    fails("see", "dir_em=100 t; activity_level=1 t; electricity=1 MWh",
          "'ef_el' is missing");
    gives("see", "dir_em=100 t; activity_level=50 t", "see_ind=0 t/t; see_total=2 t/t");
}

Test(goods, the_terms_of_attribution_have_their_signs_and_floor)
{
    gives("see", PROCESS "heat_imp=50 t", "see_dir=3 t/t");
    gives("see", PROCESS "heat_exp=50 t", "see_dir=1 t/t");
    gives("see", PROCESS "wg_imp=50 t", "see_dir=3 t/t");
    gives("see", PROCESS "wg_exp=50 t", "see_dir=1 t/t");
    gives("see", PROCESS "em_el_prod=50 t", "see_dir=1 t/t");
    gives("see", PROCESS "wg_exp=500 t", "see_dir=0 t/t; own_se=0.2 t/t");
}

#define PRECURSORS                                                                       \
    "prec_mass1=10 t; prec_see_dir1=4 t/t; prec_mwh1=2 MWh/t; prec_ef1=0.25 t/MWh; "     \
    "prec_default1=1; prec_mass2=5 t; prec_see_dir2=12 t/t; prec_see_ind2=3 t/t; "

Test(goods, precursors_are_added_direct_and_indirect_apart)
{
    gives("see", PROCESS PRECURSORS,
          "see_dir=4 t/t; see_ind=0.6 t/t; see_total=4.6 t/t; electricity_specific=0.8 "
          "MWh/t; "
          "default_share=0.2; own_se=2.2 t/t");
    gives("see", PROCESS "prec_mass1=10 t; prec_see_dir1=4 t/t; prec_default1=0.5",
          "default_share=0.14285714285714285; see_ind=0.2 t/t");
}

Test(goods, embedded_electricity_may_stand_beside_indirect_emissions)
{
    gives("see",
          PROCESS
          "prec_mass1=10 t; prec_see_dir1=4 t/t; prec_see_ind1=3 t/t; prec_mwh1=2 MWh/t",
          "see_ind=0.8 t/t; electricity_specific=0.8 MWh/t");
    fails("see",
          PROCESS
          "prec_mass1=1 t; prec_see_dir1=1 t/t; prec_see_ind1=1 t/t; prec_mwh1=1 MWh/t; "
          "prec_ef1=1 t/MWh",
          "give 'prec_see_ind1', or 'prec_mwh1' and 'prec_ef1'");
}

Test(goods, a_precursor_needs_mass_and_direct_emissions)
{
    gives("see",
          "dir_em=0 t; activity_level=1 t; prec_mass1=0.5 t; prec_see_dir1=1 t/t; "
          "prec_default1=1",
          "see_dir=0.5 t/t; default_share=1");
    gives("see", "dir_em=0.5 t; activity_level=1 t", "see_dir=0.5 t/t");
    fails("see", "dir_em=0 t; activity_level=1 t; electricity=0.5 MWh",
          "'ef_el' is missing");
    fails("see",
          "dir_em=0 t; activity_level=1 t; prec_mass1=1 t; prec_see_dir1=0 t/t; "
          "prec_mwh1=0.5 MWh/t",
          "'prec_ef1' is missing");
    gives("see",
          "dir_em=0 t; activity_level=1 t; prec_mass1=1 t; prec_see_dir1=0 t/t; "
          "prec_mwh1=0 MWh/t",
          "see_ind=0 t/t");
    fails("see", PROCESS "prec_mass1=1 t", "'prec_see_dir1' is missing");
    fails("see", PROCESS "prec_see_dir1=1 t/t", "'prec_mass1' is missing");
    fails("see", PROCESS "prec_mass2=1 t; prec_see_dir2=1 t/t",
          "'prec_mass1' is missing");
    fails("see", PROCESS "prec_mass1=1 t; prec_see_dir1=1 t/t; prec_mwh1=1 MWh/t",
          "'prec_ef1' is missing");
    gives("see", "dir_em=0 t; activity_level=1 t; prec_mass1=1 t; prec_see_dir1=0 t/t",
          "see_total=0 t/t; default_share=none");
}
