/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/faults.h"

#include "core/mem.h"

#include <criterion/criterion.h>

#define SEEN_MAX 4000

struct seen {
    int order[SEEN_MAX]; /* the numbers in the payloads; -1: rubbish */
    size_t count;
};

static enum err note(void *ctx, struct bytes topic, struct bytes payload, struct error *e)
{
    struct seen *seen = ctx;
    (void)e;
    cr_assert(bytes_are(topic, "t"));
    int number = -1;
    if (payload.len == sizeof number && payload.data[3] == 0) {
        memcpy(&number, payload.data, sizeof number);
    }
    cr_assert(seen->count < SEEN_MAX);
    seen->order[seen->count++] = number;
    return ERR_OK;
}

/* Sends 1,000 numbered messages, ten seconds apart; gives what came through. */
static struct seen send_thousand(const char *list, struct faults_counts *ret_counts)
{
    static const int64_t step_ns = 10 * NS_PER_S;
    struct seen seen = {.count = 0};
    struct faults faults;
    struct error e;
    cr_assert_eq(faults_parse(bytes_of(list), 1, &faults, &e), ERR_OK);
    struct faulty_way *way = faulty_way_new(&faults, note, &seen);
    for (int i = 0; i < 1000; i++) {
        struct bytes payload = {.data = (const uint8_t *)&i, .len = sizeof i};
        cr_assert_eq(faulty_way_put(way, BYTES("t"), payload, i * step_ns, &e), ERR_OK);
    }
    cr_assert_eq(faulty_way_flush(way, &e), ERR_OK);
    *ret_counts = *faulty_way_counts(way);
    faulty_way_free(&way);
    return seen;
}

static int times_seen(const struct seen *seen, int number)
{
    int count = 0;
    for (size_t i = 0; i < seen->count; i++) {
        count += seen->order[i] == number;
    }
    return count;
}

Test(faults, none_leaves_every_message_in_its_place)
{
    struct faults_counts counts;
    struct seen seen = send_thousand("", &counts);

    cr_assert_eq(seen.count, 1000);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(seen.order[i], i);
    }
}

Test(faults, duplicates_come_twice_and_all_others_once)
{
    struct faults_counts counts;
    struct seen seen = send_thousand("duplicates=10%", &counts);

    cr_assert(counts.duplicated > 60 && counts.duplicated < 140);
    cr_assert_eq(seen.count, 1000 + counts.duplicated);
    for (int i = 0; i < 1000; i++) {
        cr_assert(times_seen(&seen, i) == 1 || times_seen(&seen, i) == 2);
    }
}

Test(faults, reordered_and_late_messages_arrive_once_and_out_of_place)
{
    struct faults_counts counts;
    struct seen seen = send_thousand("reorder=5%,late=2%", &counts);
    int furthest = 0;

    cr_assert(counts.reordered > 20 && counts.late > 5);
    cr_assert_eq(seen.count, 1000);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(times_seen(&seen, i), 1);
        int behind = i - seen.order[i];
        furthest = behind > furthest ? behind : furthest;
    }

    cr_assert(furthest >= 500, "late ones wait 540 messages, not %d", furthest);
}

Test(faults, dropped_messages_never_come_and_rubbish_is_extra)
{
    struct faults_counts counts;
    struct seen seen = send_thousand("dropout=5%,rubbish=5%", &counts);

    cr_assert(counts.dropped > 20 && counts.rubbish > 20);
    cr_assert_eq(seen.count, 1000 - counts.dropped + counts.rubbish);
    cr_assert_eq((uint64_t)times_seen(&seen, -1), counts.rubbish);
}

Test(faults, the_same_seed_does_the_same)
{
    struct faults_counts counts;
    struct seen one = send_thousand("duplicates=2%,reorder=5%,dropout=1%", &counts);
    struct seen two = send_thousand("duplicates=2%,reorder=5%,dropout=1%", &counts);

    cr_assert_eq(one.count, two.count);
    cr_assert_arr_eq(one.order, two.order, one.count * sizeof one.order[0]);
}

Test(faults, a_list_with_a_mistake_says_which)
{
    struct faults faults;
    struct error e;

    cr_assert_eq(faults_parse(BYTES("reorder=5%,lost=1%"), 1, &faults, &e), ERR_REJECT);
    cr_assert(strstr(e.text, "no fault 'lost'"), "%s", e.text);
    cr_assert_eq(faults_parse(BYTES("reset=2%"), 1, &faults, &e), ERR_REJECT);
    cr_assert_str_eq(e.text, "fault 'reset': '2%' is no duration");
}
