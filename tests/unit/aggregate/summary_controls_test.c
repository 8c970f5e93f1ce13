/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/summary_private.h"

#include "summary_bench.h"

Test(summary_controls, balances_and_alarms_stand_in_the_quality)
{
    struct bench bench = bench_with(
        "    balances: [{id: works, carrier: heat, in: [clinker], out: [coal]}]\n");
    bench.clinker = 50;
    bench.coal = 40;
    compute(&bench, 1);
    Emgate__V1__Summary *summary = bench_summary(&bench);
    const Emgate__V1__DataQuality *quality = summary->quality;
    cr_assert_eq(quality->n_balances, 1);
    cr_assert_str_eq(quality->balances[0]->state, "open");
    cr_assert_str_eq(quality->balances[0]->carrier, "heat");
    cr_assert_eq(quality->balances[0]->in->value, 50);
    cr_assert_eq(quality->alarm_count, 1);
    cr_assert_str_eq(quality->alarms[0]->code, "balance_open");
    emgate__v1__summary__free_unpacked(summary, NULL);
    clear(&bench);
}

Test(summary_controls, alarms_are_counted_beyond_the_list)
{
    struct bench bench = open_bench(rig_text);
    compute(&bench, 1);
    struct alarm alarms[PROCESS_ALARMS_MAX];
    for (size_t i = 0; i < PROCESS_ALARMS_MAX; i++) {
        alarms[i] = (struct alarm){.code = "floored", .text = "t"};
    }
    bench.value.alarms = alarms;
    bench.value.alarm_count = PROCESS_ALARMS_MAX + 5;
    Emgate__V1__Summary *summary = bench_summary(&bench);
    cr_assert_eq(summary->quality->n_alarms, PROCESS_ALARMS_MAX);
    cr_assert_eq(summary->quality->alarm_count, PROCESS_ALARMS_MAX + 5);
    emgate__v1__summary__free_unpacked(summary, NULL);
    clear(&bench);
}
