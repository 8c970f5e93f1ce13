/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(substitution, .init = by_hand_open, .fini = by_hand_close);

Test(substitution, an_hour_is_valid_at_80_percent)
{
    gives("hour_valid", "points=80; points_max=100", "valid=1");
    gives("hour_valid", "points=79.9; points_max=100", "valid=0");
    gives("hour_valid", "points=75; points_max=100; required_share=0.75", "valid=1");
    gives("hour_valid", "points=100; points_max=100", "valid=1");
    fails("hour_valid", "points=101; points_max=100",
          "'points' is more than 'points_max'");
    fails("hour_valid", "points=0; points_max=0", "must be above 0");
}

Test(substitution, mean_and_two_sigma)
{
    gives("subst_conc", "conc1=1 g/Nm3; conc2=3 g/Nm3",
          "mean=2 g/Nm3; sigma_n_minus_1=1.4142135623730951 g/Nm3; "
          "substitute_n_minus_1=4.82842712474619 g/Nm3; substitute_n=4 g/Nm3");
    gives("subst_conc", "conc1=7 ppm; conc2=7 ppm; conc3=7 ppm",
          "mean=7 ppm; sigma_n_minus_1=0 ppm; substitute_n_minus_1=7 ppm");
    fails("subst_conc", "conc1=1 g/Nm3", "needs two values");
}

#define GAP                                                                              \
    "before=10 ppm; after=12 ppm; p90=12.5 ppm; p95=13 ppm; maximum_lookback=14 ppm; "   \
    "maximum_potential=16 ppm; "

Test(substitution, part_75_is_decided_by_availability_and_length)
{
    gives("part75_missing", GAP "pma=95 %; gap_hours=24 h", "substitute=11 ppm");
    gives("part75_missing", GAP "pma=95 %; gap_hours=25 h", "substitute=12.5 ppm");
    gives("part75_missing", GAP "pma=94.9 %; gap_hours=8 h", "substitute=11 ppm");
    gives("part75_missing", GAP "pma=90 %; gap_hours=9 h", "substitute=13 ppm");
    gives("part75_missing", GAP "pma=89.9 %; gap_hours=1 h", "substitute=14 ppm");
    gives("part75_missing", GAP "pma=80 %; gap_hours=1 h", "substitute=14 ppm");
    gives("part75_missing", GAP "pma=79.9 %; gap_hours=1 h", "substitute=16 ppm");
    gives("part75_missing",
          "before=20 ppm; after=30 ppm; p90=24 ppm; pma=96 %; gap_hours=30 h",
          "substitute=25 ppm");
}

Test(substitution, part_75_says_what_it_lacks)
{
    fails("part75_missing", "pma=95 %; gap_hours=1 h; before=1 ppm",
          "'after' is missing");
    fails("part75_missing", "pma=95 %; gap_hours=1 h; after=1 ppm",
          "'before' is missing");
    fails("part75_missing", "pma=95 %; gap_hours=30 h; before=1 ppm; after=1 ppm",
          "'p90' is missing");
    fails("part75_missing", "pma=91 %; gap_hours=30 h; before=1 ppm; after=1 ppm",
          "'p95' is missing");
    fails("part75_missing", "pma=85 %; gap_hours=1 h", "'maximum_lookback' is missing");
    fails("part75_missing", "pma=5 %; gap_hours=1 h", "'maximum_potential' is missing");
}
