/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

TestSuite(stocks, .init = by_hand_open, .fini = by_hand_close);

Test(stocks, give_what_was_used_and_made)
{
    gives("stock_consumption",
          "imported=100 t; exported=10 t; stock_begin=5 t; stock_end=3 t",
          "consumed=92 t");
    gives("stock_production",
          "imported=10 t; exported=100 t; stock_begin=5 t; stock_end=3 t",
          "produced=88 t");
    gives("stock_production",
          "imported=0 t; exported=0 t; stock_begin=5 t; stock_end=3 t", "produced=-2 t");
}

Test(stocks, clinker_comes_from_cement)
{
    gives("clinker_from_cement", "cement_delivered=100 t; clinker_ratio=0.8",
          "clinker=80 t");
    gives("clinker_from_cement",
          "cement_delivered=100 t; cement_stock_variation=10 t; clinker_ratio=0.8; "
          "clinker_supplied=1 t; clinker_dispatched=3 t; clinker_stock_variation=7 t",
          "clinker=67 t");
}
