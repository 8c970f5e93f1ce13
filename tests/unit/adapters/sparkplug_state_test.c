/* SPDX-License-Identifier: Apache-2.0 */
#include "sparkplug_bench.h"

/* ---- deaths ---- */

Test(sparkplug_state, the_death_of_a_node_makes_all_of_it_stale_at_the_receive_time)
{
    struct bench *b = born(NULL);
    data_of(b, 2, 1500.0);

    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 3);
    const struct reading *temp = probe_find(b->d, "temp");
    cr_assert_eq(temp->quality, QUALITY_BAD);
    cr_assert(bytes_are(temp->detail, "stale"));
    cr_assert_float_eq(temp->value.number, 1500.0, 1e-9);
    cr_assert_eq(temp->event_ns, b->d->now_ns);
    cr_assert(temp->flags & READING_RECEIVE_TIME);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    bench_free(b);
}

Test(sparkplug_state, a_death_of_another_session_is_ignored)
{
    struct bench *b = born(NULL);
    cr_assert_eq(ndeath(b, 6), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 2, 1.0), OUTCOME_ACCEPTED);
    bench_free(b);
}

Test(sparkplug_state, the_death_of_a_device_is_its_own_and_at_the_payloads_time)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    put_number(&b->payload, 1, SENT_MS + 500);
    put_number(&b->payload, 3, 2);

    cr_assert_eq(send_to(b, "DDEATH", "d"), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 2);
    cr_assert_eq(b->d->out.readings[0].event_ns, (int64_t)(SENT_MS + 500) * NS_PER_MS);
    cr_assert_eq(send_to(b, "DDEATH", "d"), OUTCOME_ACCEPTED_EMPTY);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_REJECTED);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 1, "the device was stale already");
    bench_free(b);
}

/* ---- sequence and rebirth ---- */

Test(sparkplug_state, the_sequence_wraps_without_a_hole)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 254, 0);
    dbirth(b, 255);
    cr_assert_eq(data_of(b, 0, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(data_of(b, 1, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug_state, a_hole_that_does_not_close_in_time_asks_for_a_birth_once)
{
    struct bench *b = born("reorder_timeout: 2s");
    cr_assert_eq(data_of(b, 4, 1.0), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.action_count, 0);

    cr_assert_eq(tick(b, 2 * NS_PER_S - 1), 0);
    cr_assert_eq(tick(b, 2 * NS_PER_S), 1);
    cr_assert(bytes_are(b->d->out.actions[0].kind, "rebirth"));
    cr_assert_eq(tick(b, 3 * NS_PER_S), 0);
    bench_free(b);
}

Test(sparkplug_state, a_hole_that_closes_in_time_asks_for_nothing)
{
    struct bench *b = born(NULL);
    const uint64_t order[] = {4, 3, 2, 5};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(data_of(b, order[i], 1.0), OUTCOME_ACCEPTED);
    }
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug_state, a_repeated_message_opens_no_hole)
{
    struct bench *b = born(NULL);
    data_of(b, 2, 1.0);
    data_of(b, 3, 1.0);
    data_of(b, 2, 1.0);
    data_of(b, 4, 1.0);
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug_state, data_before_a_birth_is_set_aside_and_asked_for_at_a_limited_rate)
{
    struct bench *b = bench_new("rebirth_interval: 30s");
    cr_assert_eq(data_of(b, 5, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    cr_assert_eq(b->d->result, ERR_OK, "its action counts");
    cr_assert_eq(b->d->out.action_count, 1);

    data_of(b, 6, 1.0);
    cr_assert_eq(b->d->out.action_count, 0);
    b->d->now_ns += 30 * NS_PER_S;
    data_of(b, 7, 1.0);
    cr_assert_eq(b->d->out.action_count, 1);
    bench_free(b);
}

Test(sparkplug_state, rebirth_off_asks_nobody)
{
    struct bench *b = bench_new("rebirth: off");
    data_of(b, 5, 1.0);
    cr_assert_eq(b->d->out.action_count, 0);
    bench_free(b);
}

Test(sparkplug_state, the_request_is_a_payload_with_the_rebirth_metric_and_no_seq)
{
    struct bench *b = bench_new(NULL);
    data_of(b, 5, 1.0);
    struct sparkplug_payload payload;
    struct bytes raw = b->d->out.actions[0].payload;
    cr_assert_eq(sparkplug_payload_read(raw, &payload, &b->d->e), ERR_OK);
    cr_assert_not(payload.has_seq);
    cr_assert_eq(payload.timestamp_ms, (uint64_t)(b->d->now_ns / NS_PER_MS));
    struct wire wire = wire_of(payload.raw);
    struct sparkplug_metric request;
    cr_assert(sparkplug_metric_next(&wire, &request));
    cr_assert(bytes_are(request.name, "Node Control/Rebirth"));
    cr_assert_eq(request.datatype, SPARKPLUG_BOOLEAN);
    cr_assert_eq(request.value.member, MEMBER_BOOL);
    cr_assert_eq(request.value.number, 1);
    bench_free(b);
}

/* ---- limits ---- */

Test(sparkplug_state, too_many_nodes_and_tags_are_refused_and_the_rest_goes_on)
{
    struct bench *b = bench_new(NULL);
    enum outcome last = OUTCOME_ACCEPTED;
    for (int i = 0; i <= SPARKPLUG_NODES_MAX; i++) {
        char topic[64];
        snprintf(topic, sizeof topic, "spBv1.0/g/NBIRTH/n%d", i);
        begin(b, 0);
        real(b, "a", 1, 1.0);
        last = probe_feed(b->d, topic, buf_bytes(&b->payload));
        cr_assert_eq(last == OUTCOME_ACCEPTED, i < SPARKPLUG_NODES_MAX);
    }
    cr_assert(probe_reason_is(b->d, "state_full"));
    bench_free(b);
}

/* ---- restart ---- */

Test(sparkplug_state, a_restart_goes_on_where_it_stopped)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    metric(b, "mode", 12, SPARKPLUG_STRING);
    put_text(&b->metric, 15, "MEASURE");
    end_metric(b);
    send_to(b, "DDATA", "d");
    data_of(b, 5, 1500.0);
    struct probe *before = b->d;
    struct probe *after = probe_restart(before, NULL);

    b->d = after;
    cr_assert_eq(tick(b, NS_PER_HOUR), 1, "the hole is remembered");
    cr_assert_eq(data_of(b, 6, 1501.0), OUTCOME_ACCEPTED);
    cr_assert_eq(ndeath(b, 7), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 4);
    cr_assert(bytes_are(probe_find(b->d, "mode")->value.text, "MEASURE"));

    b->d = before;
    probe_free(after);
    bench_free(b);
}

Test(sparkplug_state, a_state_cut_short_is_told_and_leaves_none)
{
    struct bench *b = born(NULL);
    struct buf saved;
    buf_init(&saved, 65536);
    b->d->adapter->save(b->d->state, &saved);
    struct probe *other = probe_new("sparkplug", NULL);
    for (size_t len = 0; len < saved.len; len++) {
        struct bytes part = bytes_slice(buf_bytes(&saved), 0, len);
        cr_assert_eq(other->adapter->load(other->state, part, &other->e), ERR_CORRUPT);
    }
    cr_assert_eq(other->adapter->load(other->state, buf_bytes(&saved), &other->e),
                 ERR_OK);
    buf_deinit(&saved);
    probe_free(other);
    bench_free(b);
}
