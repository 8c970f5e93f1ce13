/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(chp, .init = by_hand_open, .fini = by_hand_close);

#define REFERENCES "ref_heat=0.8; ref_el=0.4; "

Test(chp, is_divided_by_efficiency_over_reference)
{
    gives("chp", REFERENCES "eta_heat=0.4; eta_el=0.3",
          "f_heat=0.4; f_el=0.6; em_heat=none");
}

Test(chp, measured_outputs_give_the_efficiencies)
{
    gives("chp",
          REFERENCES "energy_in=1 TJ; q_net=0.4 TJ; el_net=0.3 TJ; em_chp=10 t CO2",
          "ef_heat=10 t CO2/TJ; ef_el=20 t CO2/TJ");
    gives("chp",
          REFERENCES "energy_in=100 TJ; q_net=40 TJ; el_net=30 TJ; em_chp=1000 t CO2",
          "f_heat=0.4; em_heat=400 t CO2; em_el=600 t CO2; ef_heat=10 t CO2/TJ; "
          "ef_el=20 t CO2/TJ");
    gives("chp",
          REFERENCES "energy_in=100 TJ; q_net=40 TJ; el_net=0 TJ; em_chp=1000 t CO2",
          "f_heat=1; f_el=0; ef_el=none");
    gives("chp",
          REFERENCES "energy_in=100 TJ; q_net=0 TJ; el_net=30 TJ; em_chp=1000 t CO2",
          "f_heat=0; f_el=1; ef_heat=none");
}

Test(chp, defaults_stand_in_for_what_is_not_known)
{
    gives("chp", REFERENCES, "f_heat=0.5238095238095238");
    gives("chp", REFERENCES "q_net=40 TJ; el_net=30 TJ", "f_heat=0.5238095238095238");
    gives("chp", REFERENCES "eta_heat=0.25", "f_heat=0.3333333333333333");
}

Test(chp, more_out_than_in_is_an_error)
{
    fails("chp", REFERENCES "energy_in=10 TJ; q_net=15 TJ; el_net=1 TJ", "more heat or");
    fails("chp", REFERENCES "energy_in=10 TJ; q_net=1 TJ; el_net=15 TJ", "more heat or");
    gives("chp", REFERENCES "energy_in=10 TJ; q_net=0 TJ; el_net=10 TJ", "f_heat=0");
    gives("chp", REFERENCES "eta_heat=0.1; eta_el=0.1", "f_heat=0.3333333333333333");
    fails("chp", REFERENCES "energy_in=10 TJ; q_net=40 TJ", "more heat or electricity");
    fails("chp", REFERENCES "energy_in=10 TJ; el_net=40 TJ", "more heat or electricity");
    fails("chp", REFERENCES "energy_in=10 TJ; q_net=0 TJ; el_net=0 TJ",
          "neither heat nor");
    gives("chp", REFERENCES "energy_in=10 TJ; q_net=10 TJ; el_net=0 TJ", "f_heat=1");
}
