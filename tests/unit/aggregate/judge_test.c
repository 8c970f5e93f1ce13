/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregate/judge.h"

#include "core/clock.h"

#include <criterion/criterion.h>

#define SAMPLES_MAX 32

static struct sample_list list_of(struct sample *memory, const double *values,
                                  size_t count, int64_t step_s)
{
    for (size_t i = 0; i < count; i++) {
        memory[i] =
            (struct sample){.at_ns = (int64_t)i * step_s * NS_PER_S, .value = values[i]};
    }
    return (struct sample_list){.samples = memory, .count = count};
}

#define LIST(name, step_s, ...)                                                          \
    struct sample name##_memory[SAMPLES_MAX];                                            \
    const double name##_values[] = {__VA_ARGS__};                                        \
    struct sample_list name =                                                            \
        list_of(name##_memory, name##_values,                                            \
                sizeof name##_values / sizeof name##_values[0], step_s)

static struct plan_point point_of(enum point_kind kind)
{
    return (struct plan_point){.id = "p",
                               .kind = kind,
                               .interval_ns = 10 * NS_PER_S,
                               .max_gap_ns = 30 * NS_PER_S};
}

/* One letter a sample: . as it was, u uncertain, and the first letter of the cause of
 * what is not counted; capital where a meter's value still counts. */
static void expect_verdict(const struct sample_list *list, const char *wanted)
{
    char got[SAMPLES_MAX + 1] = "";
    for (size_t i = 0; i < list->count; i++) {
        uint32_t flags = list->samples[i].flags;
        enum sample_cause cause = sample_cause(flags);
        char letter = cause == CAUSE_NONE ? '.' : *sample_cause_name(cause);
        got[i] = flags & SAMPLE_UNCERTAIN && !(flags & SAMPLE_BAD) ? 'u' : letter;
        got[i] = flags & SAMPLE_DOUBTFUL ? (char)(letter - 'a' + 'A') : got[i];
        cr_expect(!(flags & SAMPLE_BAD) || list->samples[i].value == 0);
    }
    cr_assert_str_eq(got, wanted);
}

static void expect_status(enum point_kind kind, struct plan_status status,
                          const char *wanted)
{
    struct plan_point point = point_of(kind);
    struct plan_point says = point_of(POINT_STATE);
    status.point = &says;
    LIST(list, 10, 1, 2, 3, 4, 5, 6, 7, 8);
    LIST(said, 10, 0, 1, 0, 5, 4);
    judge_status(&point, &status, &said, &list);
    expect_verdict(&list, wanted);
}

Test(judge, a_true_state_takes_readings_out)
{
    struct plan_status status = {.worth = WORTH_MAINTENANCE};
    expect_status(POINT_RATE, status, ".m.mmmmm");
    status.worth = WORTH_CALIBRATION;
    expect_status(POINT_GAUGE, status, ".c.ccccc");
    status.worth = WORTH_UNCERTAIN;
    expect_status(POINT_GAUGE, status, ".u.uuuuu");
}

Test(judge, bits_of_a_status_word_decide)
{
    struct plan_status status = {.mask = 0x5, .equals = 0x4, .worth = WORTH_BAD};
    expect_status(POINT_RATE, status, "....ssss");
    status = (struct plan_status){.mask = 0x5, .equals = 0x5, .worth = WORTH_BAD};
    expect_status(POINT_RATE, status, "...s....");
}

Test(judge, a_meter_keeps_its_value)
{
    struct plan_status status = {.mask = 0x5, .equals = 0x5, .worth = WORTH_MAINTENANCE};
    expect_status(POINT_COUNTER, status, "...M....");
}

Test(judge, a_status_that_is_silent_or_bad_leaves_readings_uncertain)
{
    struct plan_point point = point_of(POINT_GAUGE);
    struct plan_point says = point_of(POINT_STATE);
    struct plan_status status = {.point = &says, .worth = WORTH_BAD};
    LIST(list, 10, 1, 2, 3, 4, 5, 6, 7);
    LIST(said, 20, 0, 0);
    said.samples[0].at_ns += 10 * NS_PER_S;
    said.samples[1].at_ns += 10 * NS_PER_S; /* at 10 and 30 s; holds to 60 s */
    judge_status(&point, &status, &said, &list);
    expect_verdict(&list, "u......");

    LIST(bad, 10, 0, 0);
    bad.samples[1].flags = SAMPLE_BAD;
    LIST(again, 10, 1, 2, 3);
    judge_status(&point, &status, &bad, &again);
    expect_verdict(&again, ".uu");
}

Test(judge, what_is_not_a_whole_number_is_no_status_word)
{
    struct plan_point point = point_of(POINT_GAUGE);
    struct plan_point says = point_of(POINT_STATE);
    struct plan_status status = {.point = &says, .mask = 1, .equals = 1};
    status.worth = WORTH_BAD;
    LIST(list, 10, 1, 2, 3, 4);
    LIST(said, 10, 1.5, -1, 1e300, 1);
    judge_status(&point, &status, &said, &list);
    expect_verdict(&list, "...s");
}

Test(judge, a_step_is_one_jump_and_a_spike_two)
{
    struct plan_point point = point_of(POINT_GAUGE);
    point.max_change = 5;
    LIST(step, 10, 10, 12, 40, 41, 42);
    judge_jumps(&point, &step);
    expect_verdict(&step, "..j..");
    LIST(spike, 10, 10, 12, 40, 13, 14);
    judge_jumps(&point, &spike);
    expect_verdict(&spike, "..jj.");
}

Test(judge, a_change_may_take_its_minutes)
{
    struct plan_point point = point_of(POINT_GAUGE);
    point.max_change = 5;
    point.max_gap_ns = 300 * NS_PER_S;
    LIST(slow, 120, 10, 19, 28, 39);
    judge_jumps(&point, &slow);
    expect_verdict(&slow, "...j");
    LIST(far, 400, 10, 1000);
    judge_jumps(&point, &far);
    expect_verdict(&far, "..");
}

Test(judge, calibration_gas_is_no_step)
{
    struct plan_point point = point_of(POINT_GAUGE);
    point.max_change = 5;
    LIST(list, 10, 10, 80, 11);
    list.samples[1].value = 0;
    list.samples[1].flags = sample_flags(SAMPLE_BAD, CAUSE_CALIBRATION);
    judge_jumps(&point, &list);
    expect_verdict(&list, ".c.");
}

Test(judge, a_value_that_stands_still_for_too_long_is_frozen_until_it_moves)
{
    struct plan_point point = point_of(POINT_RATE);
    point.frozen_after_ns = 25 * NS_PER_S;
    struct sample_list none = {0};
    LIST(list, 10, 7, 7, 7, 7, 7, 8, 8, 8, 7);
    judge_frozen(&point, &none, &list);
    expect_verdict(&list, "...ff....");

    point.kind = POINT_COUNTER;
    LIST(meter, 10, 7, 7, 7, 7, 8);
    judge_frozen(&point, &none, &meter);
    expect_verdict(&meter, "...F.");
    cr_assert_eq(meter.samples[3].value, 7);
}

Test(judge, a_gap_ends_what_is_known_of_a_frozen_value)
{
    struct plan_point point = point_of(POINT_RATE);
    point.frozen_after_ns = 25 * NS_PER_S;
    struct sample_list none = {0};
    LIST(list, 10, 7, 7, 7, 7, 7);
    for (size_t i = 2; i < 5; i++) {
        list.samples[i].at_ns += 60 * NS_PER_S;
    }
    judge_frozen(&point, &none, &list);
    expect_verdict(&list, ".....");
}

Test(judge, nothing_is_frozen_while_the_plant_stands_still)
{
    struct plan_point point = point_of(POINT_RATE);
    struct plan_point running = point_of(POINT_STATE);
    point.frozen_after_ns = 25 * NS_PER_S;
    point.frozen_while = &running;
    LIST(list, 10, 7, 7, 7, 7, 7, 7, 7, 7, 7);
    LIST(said, 10, 0, 0, 0, 0, 1, 1, 1, 1, 1);
    judge_frozen(&point, &said, &list);
    expect_verdict(&list, ".......ff");

    struct sample_list silent = {0};
    LIST(unknown, 10, 7, 7, 7, 7, 7);
    judge_frozen(&point, &silent, &unknown);
    expect_verdict(&unknown, ".....");
}

/* The part of a long list that a window looks at must be judged as the whole is. */
Test(judge, the_lead_is_long_enough)
{
    struct plan_point point = point_of(POINT_RATE);
    struct sample memory[400];
    struct sample copy[400];
    struct sample_list none = {0};
    point.frozen_after_ns = 55 * NS_PER_S;
    point.max_change = 3;
    size_t count = sizeof memory / sizeof memory[0];
    int64_t at_ns = 0;
    for (size_t i = 0; i < count; i++) {
        at_ns += (10 + (int64_t)(i * 7 % 25)) * NS_PER_S; /* some beyond the gap */
        memory[i] = (struct sample){.at_ns = at_ns,
                                    .value = (double)(i / 17 % 3) * (i % 5 == 0 ? 2 : 1)};
    }
    memcpy(copy, memory, sizeof copy);
    struct sample_list whole = {.samples = copy, .count = count};
    judge_jumps(&point, &whole);
    judge_frozen(&point, &none, &whole);

    int64_t lead_ns = judge_lead_ns(&point);
    for (size_t from = 0; from < count; from++) {
        /* The window begins up to a gap behind sample `from`, which holds into it. */
        int64_t begin_ns = memory[from].at_ns + point.max_gap_ns;
        struct sample part[400];
        struct sample_list list = {.samples = part};
        size_t here = 0;
        for (size_t i = 0; i < count; i++) {
            if (memory[i].at_ns >= begin_ns - lead_ns) {
                here = i == from ? list.count : here;
                part[list.count++] = memory[i];
            }
        }
        judge_jumps(&point, &list);
        judge_frozen(&point, &none, &list);
        cr_assert_eq(part[here].flags, copy[from].flags, "sample %zu", from);
    }
}

Test(judge, a_point_without_such_settings_is_left_alone)
{
    struct plan_point point = point_of(POINT_RATE);
    struct sample_list none = {0};
    LIST(list, 10, 7, 7, 7, 7000);
    judge_jumps(&point, &list);
    judge_frozen(&point, &none, &list);
    expect_verdict(&list, "....");
    cr_assert_eq(judge_lead_ns(&point), 0);
    cr_assert(!judge_asks(&point, 0));
}
