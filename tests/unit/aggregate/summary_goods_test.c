/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/summary_private.h"

#include "summary_bench.h"

Test(summary_goods, say_amount_content_and_parameters)
{
    struct bench bench = bench_with(
        "  - id: cem\n    category: cement\n"
        "    goods: [{id: cem1, name: Cement, cn: '2523 29 00', parameters:\n"
        "      {clinker_ratio: {value: 82 %, source: lab}}}]\n"
        "    activity: [{point: clinker, content: {value: 82 %, source: lab}}]\n"
        "    streams: []\n");
    compute(&bench, 2);
    Emgate__V1__Summary *summary = bench_summary(&bench);
    cr_assert_eq(summary->n_activity_parts, 1);
    const Emgate__V1__ActivityPart *part = summary->activity_parts[0];
    cr_assert_str_eq(part->point, "clinker");
    cr_assert_str_eq(part->good, "cem1");
    cr_assert_eq(part->quantity->value, 50);
    cr_assert_str_eq(part->quantity->unit, "t");
    cr_assert_float_eq(part->content->quantity->value, 0.82, 1e-15);
    cr_assert_str_eq(part->content->source, "lab");
    cr_assert_float_eq(part->level->value, 41, 1e-12);
    cr_assert_str_eq(part->level->unit, "t clinker");
    cr_assert_eq(summary->activity_level->value, part->level->value);
    cr_assert_eq(summary->n_goods, 1);
    cr_assert_str_eq(summary->goods[0]->cn, "2523 29 00");
    cr_assert_str_eq(summary->goods[0]->parameters[0]->name, "clinker_ratio");
    emgate__v1__summary__free_unpacked(summary, NULL);
    clear(&bench);
}

Test(summary_goods, a_parameter_may_be_a_word)
{
    struct bench bench =
        bench_with("  - id: iron\n    category: pig_iron\n"
                   "    goods: [{id: pig, cn: '7201', parameters: "
                   "{reducing_agent: natural_gas}}]\n"
                   "    activity: [{point: clinker}]\n    streams: []\n");
    compute(&bench, 2);
    Emgate__V1__Summary *summary = bench_summary(&bench);
    const Emgate__V1__NamedQuantity *agent = summary->goods[0]->parameters[0];
    cr_assert_str_eq(agent->text, "natural_gas");
    cr_assert_neq(agent->quantity->known_case, EMGATE__V1__QUANTITY__KNOWN_VALUE);
    emgate__v1__summary__free_unpacked(summary, NULL);
    clear(&bench);
}

Test(summary_goods, nothing_is_written_where_nothing_is_told)
{
    struct bench bench = open_bench(rig_text);
    compute(&bench, 1);
    Emgate__V1__Summary *summary = bench_summary(&bench);
    cr_assert_eq(summary->n_activity_parts, 0);
    cr_assert_eq(summary->n_goods, 0);
    emgate__v1__summary__free_unpacked(summary, NULL);
    clear(&bench);
}
