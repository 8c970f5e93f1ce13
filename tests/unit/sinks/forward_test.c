/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarder, stepped by hand under a clock and a die of our own. */
#include "sinks/forward.h"

#include "fake_outbox.h"
#include "sinks/sink.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* ---- a sink that answers by what stands in the envelope ---- */

struct scripted {
    unsigned opens, sends, items;
    enum err whole;     /* what send() returns */
    enum err open_says; /* what open() returns */
    int64_t wait_ms;
    int64_t timeout_ms;
};

static struct scripted *script_of(void *state)
{
    struct scripted **at = state;
    return *at;
}

/* The script travels as the settings' first child. */
static void scripted_init(void *state, const struct node *settings,
                          struct problems *problems)
{
    if (!settings) {
        problem_at(problems, settings, "no script");
        return;
    }
    void *script = settings->first;
    struct scripted **at = state;
    *at = script;
}

static enum err scripted_open(void *state, struct error *e)
{
    struct scripted *script = script_of(state);
    script->opens++;
    return script->open_says ? error_set(e, script->open_says, "refused") : ERR_OK;
}

static enum err scripted_send(void *state, struct sink_item *items, size_t count,
                              struct sink_call *call, struct error *e)
{
    struct scripted *script = script_of(state);
    script->sends++;
    script->items += (unsigned)count;
    script->timeout_ms = call->timeout_ms;
    if (script->wait_ms) {
        call->wait_ms = script->wait_ms;
    }
    if (script->whole) {
        return error_set(e, script->whole, "the line was cut");
    }
    for (size_t i = 0; i < count; i++) {
        struct sink_item *item = &items[i];
        item->result = bytes_are(item->envelope, "poison")  ? ERR_REJECT
                       : bytes_are(item->envelope, "later") ? ERR_RETRY
                                                            : ERR_OK;
        if (item->result != ERR_OK) {
            error_set(&item->error, item->result, "says '%.*s'",
                      BYTES_ARG(item->envelope));
        }
        item->receipt = BYTES("receipt");
    }
    return ERR_OK;
}

static void scripted_close(void *state)
{
    (void)state;
}

static const struct sink scripted_sink = {.name = "scripted",
                                          .state_size = sizeof(struct scripted *),
                                          .batch_max = 10,
                                          .init = scripted_init,
                                          .open = scripted_open,
                                          .send = scripted_send,
                                          .close = scripted_close};

/* ---- the world ---- */

struct world {
    int64_t now_ns;
    uint64_t die;
};

static int64_t world_now(void *ctx)
{
    const struct world *world = ctx;
    return world->now_ns;
}

static uint64_t world_random(void *ctx)
{
    const struct world *world = ctx;
    return world->die;
}

struct stage {
    struct world world;
    struct clock clock;
    struct forward_world seams;
    struct plan_sink plan;
    struct outbox outbox;
    struct scripted script;
    struct node settings;
    struct forward *forward;
};

static void stage_init(struct stage *stage)
{
    memset(stage, 0, sizeof *stage);
    stage->world.now_ns = 1000 * NS_PER_S;
    stage->clock =
        (struct clock){.wall_ns = world_now, .boot_ns = world_now, .ctx = &stage->world};
    stage->seams = (struct forward_world){
        .clock = &stage->clock, .random = world_random, .random_ctx = &stage->world};
    stage->plan = (struct plan_sink){.id = "registry",
                                     .sink = &scripted_sink,
                                     .settings = &stage->settings,
                                     .retry_min_ns = NS_PER_S,
                                     .retry_max_ns = 8 * NS_PER_S,
                                     .timeout_ns = 5 * NS_PER_S};
    void *script = &stage->script;
    stage->settings.first = script;
    struct error e = {0};
    cr_assert_eq(forward_open(&stage->plan, "gateway-1", &stage->outbox, &stage->seams,
                              &stage->forward, &e),
                 ERR_OK, "%s", e.text);
}

static enum forward_turn step(struct stage *stage, int64_t *ret_wait_ns)
{
    *ret_wait_ns = 0;
    return forward_step(stage->forward, ret_wait_ns);
}

Test(forward, marks_a_stored_row_done_with_its_receipt)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);

    struct forward_status status;
    forward_get_status(stage.forward, &status);
    cr_assert_eq(stage.outbox.rows[0].state, FAKE_DONE);
    cr_assert_eq(stage.outbox.rows[0].receipt_len, 7);
    cr_assert_eq(status.sent, 1);
    cr_assert_eq(status.last_success_ns, 1000 * NS_PER_S);
    cr_assert_eq(stage.script.timeout_ms, 5000);
    forward_close(&stage.forward);
}

static enum err no_manifest(void *state, struct bytes envelope, struct sink_call *call,
                            struct bytes *ret_answer, struct error *e)
{
    (void)envelope;
    (void)call;
    (void)ret_answer;
    script_of(state)->sends++;
    return error_set(e, ERR_RETRY, "not now");
}

Test(forward, states_what_was_sent_at_its_time_whatever_becomes_of_it)
{
    struct stage stage;
    int64_t wait_ns = 0;
    struct sink sink = scripted_sink;
    sink.manifest = no_manifest;
    stage_init(&stage);
    stage.plan.sink = &sink;
    stage.plan.manifest_ns = 3600 * NS_PER_S;
    stage.world.die = 99;
    forward_close(&stage.forward);
    struct error e = {0};
    cr_assert_eq(forward_open(&stage.plan, "gateway-1", &stage.outbox, &stage.seams,
                              &stage.forward, &e),
                 ERR_OK);
    struct fake_row *row =
        &stage.outbox.rows[fake_outbox_put(&stage.outbox, "kiln", "good")];
    row->window_start_ns = stage.world.now_ns;
    row->state = FAKE_DONE;
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);
    cr_assert_eq(stage.script.sends, 0);
    stage.world.now_ns += 600 * NS_PER_S;
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);
    cr_assert_eq(stage.script.sends, 1);
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);
    cr_assert_eq(stage.script.sends, 1);
    stage.world.now_ns += 600 * NS_PER_S;
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);
    cr_assert_eq(stage.script.sends, 2);
    forward_close(&stage.forward);
}

static void count_receipt(void *ctx, struct bytes receipt)
{
    unsigned *count = ctx;
    *count += bytes_are(receipt, "receipt") ? 1 : 0;
}

Test(forward, keeps_the_receipts_that_settle_something)
{
    struct stage stage;
    unsigned count = 0;
    int64_t wait_ns = 0;
    stage_init(&stage);
    stage.seams.receipt = count_receipt;
    stage.seams.receipt_ctx = &count;
    fake_outbox_put(&stage.outbox, "kiln", "good");
    fake_outbox_put(&stage.outbox, "kiln", "poison");
    fake_outbox_put(&stage.outbox, "mill", "later");

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);

    cr_assert_eq(count, 2, "of what is stored and of what is set aside");
    forward_close(&stage.forward);
}

Test(forward, a_poison_row_is_set_aside_and_holds_up_nobody)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "poison");
    fake_outbox_put(&stage.outbox, "mill", "good");
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);

    cr_assert_eq(stage.outbox.rows[0].state, FAKE_SET_ASIDE);
    cr_assert_str_eq(stage.outbox.rows[0].why, "says 'poison'");
    cr_assert_eq(stage.outbox.rows[1].state, FAKE_DONE);
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_IDLE);
    forward_close(&stage.forward);
}

Test(forward, the_bound_of_the_wait_doubles_up_to_its_maximum)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.world.die = UINT64_C(8000000000) * 1000 - 1; /* the most, for every bound */
    static const int64_t bounds_s[] = {1, 2, 4, 8, 8, 8};

    for (size_t i = 0; i < sizeof bounds_s / sizeof *bounds_s; i++) {
        int64_t wait_ns = 0;
        cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);
        cr_assert_eq(wait_ns, bounds_s[i] * NS_PER_S, "try %zu", i);
        stage.world.now_ns += wait_ns;
    }
    cr_assert_eq(stage.outbox.rows[0].state, FAKE_NEW);
    cr_assert_eq(stage.outbox.rows[0].tried, 6);
    forward_close(&stage.forward);
}

Test(forward, the_wait_is_anything_up_to_the_bound)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.world.die = 123456788;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    cr_assert_eq(wait_ns, 123456789);
    forward_close(&stage.forward);
}

Test(forward, does_not_try_before_the_wait_is_over)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.world.die = (uint64_t)NS_PER_S - 1;
    int64_t wait_ns = 0;
    step(&stage, &wait_ns);
    stage.world.now_ns += NS_PER_S / 4;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    cr_assert_eq(wait_ns, NS_PER_S - NS_PER_S / 4);
    cr_assert_eq(stage.script.sends, 1);
    forward_close(&stage.forward);
}

Test(forward, waits_at_least_as_long_as_the_far_side_asks)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.script.wait_ms = 90000;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    cr_assert_eq(wait_ns, 90 * NS_PER_S + 1);
    forward_close(&stage.forward);
}

Test(forward, a_far_side_cannot_ask_for_more_than_an_hour)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.script.wait_ms = INT64_MAX;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    cr_assert_eq(wait_ns, NS_PER_HOUR + 1);
    forward_close(&stage.forward);
}

Test(forward, success_starts_the_wait_from_the_beginning)
{
    struct stage stage;
    stage_init(&stage);
    size_t row = fake_outbox_put(&stage.outbox, "kiln", "later");
    stage.world.die = UINT64_C(8000000000) * 1000 - 1;
    int64_t wait_ns = 0;
    for (int i = 0; i < 4; i++) {
        step(&stage, &wait_ns);
        stage.world.now_ns += wait_ns;
    }
    stage.outbox.rows[row].envelope = BYTES("good");
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);
    fake_outbox_put(&stage.outbox, "kiln", "later");

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    cr_assert_eq(wait_ns, NS_PER_S);
    forward_close(&stage.forward);
}

Test(forward, a_batch_that_failed_as_a_whole_is_kept_whole)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    fake_outbox_put(&stage.outbox, "mill", "poison");
    stage.script.whole = ERR_UNCERTAIN;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);

    struct forward_status status;
    forward_get_status(stage.forward, &status);
    cr_assert_eq(status.uncertain, 2);
    cr_assert_eq(status.sent + status.set_aside, 0);
    cr_assert_str_eq(status.last_error, "the line was cut");
    cr_assert_eq(stage.outbox.rows[0].state, FAKE_NEW);
    cr_assert_eq(stage.outbox.rows[1].state, FAKE_NEW);
    forward_close(&stage.forward);
}

Test(forward, opens_again_after_a_failure_and_only_then)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    int64_t wait_ns = 0;
    step(&stage, &wait_ns);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    step(&stage, &wait_ns);
    cr_assert_eq(stage.script.opens, 1);
    stage.script.whole = ERR_RETRY;
    fake_outbox_put(&stage.outbox, "kiln", "good");
    step(&stage, &wait_ns);
    stage.script.whole = ERR_OK;
    stage.world.now_ns += wait_ns;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);

    cr_assert_eq(stage.script.opens, 2);
    forward_close(&stage.forward);
}

Test(forward, an_outbox_that_cannot_be_written_makes_the_row_go_again)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    stage.outbox.fail_mark = 1;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);
    stage.world.now_ns += wait_ns;
    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);

    struct forward_status status;
    forward_get_status(stage.forward, &status);
    cr_assert_eq(stage.script.sends, 2);
    cr_assert_eq(stage.outbox.rows[0].state, FAKE_DONE);
    cr_assert_eq(status.sent, 1);
    forward_close(&stage.forward);
}

Test(forward, an_outbox_that_cannot_be_read_is_tried_again)
{
    struct stage stage;
    stage_init(&stage);
    fake_outbox_put(&stage.outbox, "kiln", "good");
    stage.outbox.fail_next = 1;
    int64_t wait_ns = 0;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_WAIT);
    stage.world.now_ns += wait_ns;

    cr_assert_eq(step(&stage, &wait_ns), FORWARD_GO_ON);
    forward_close(&stage.forward);
}

Test(forward, settings_that_the_sink_refuses_are_a_configuration_error)
{
    struct stage stage;
    stage_init(&stage);
    stage.plan.settings = NULL;
    struct forward *second = NULL;
    struct error e = {0};

    cr_assert_eq(
        forward_open(&stage.plan, "gateway-1", &stage.outbox, &stage.seams, &second, &e),
        ERR_CONFIG);

    cr_assert_not_null(strstr(e.text, "sink 'registry'"));
    cr_assert_null(second);
    forward_close(&stage.forward);
}

Test(forward, its_thread_sends_and_stops)
{
    struct stage stage;
    stage_init(&stage);
    for (int i = 0; i < 50; i++) {
        fake_outbox_put(&stage.outbox, "kiln", "good");
    }
    struct error e = {0};

    cr_assert_eq(forward_start(stage.forward, &e), ERR_OK);
    struct forward_status status = {0};
    while (status.sent < 50) {
        forward_get_status(stage.forward, &status);
    }
    forward_close(&stage.forward);

    cr_assert_null(stage.forward);
    cr_assert_eq(stage.outbox.rows[49].state, FAKE_DONE);
}
