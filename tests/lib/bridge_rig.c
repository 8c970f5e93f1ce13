/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_rig.h"

#include "core/number.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define STATE "/s"

/* ---- the remote broker ---- */

static enum err far_open(void *ctx, const struct link_settings *settings,
                         const struct link_wait *wait, struct error *e)
{
    struct bridge_far *far = ctx;
    (void)settings;
    (void)wait;
    cr_assert_not(far->open);
    if (far->down) {
        return error_set(e, ERR_RETRY, "the link is down");
    }
    far->open = true;
    far->refused = far->broken = false;
    far->published = far->acked = 0;
    far->connects++;
    return ERR_OK;
}

static void far_store(struct bridge_far *far, const struct link_message *message)
{
    uint64_t number = 0;
    cr_assert_lt(far->count, BRIDGE_RIG_MAX);
    (void)!number_parse_u64(message->payload, &number); /* telemetry is none */
    far->numbers[far->count] = (uint32_t)number;
    far->at_ns[far->count++] = far->rig->now_ns;
    snprintf(far->topic, sizeof far->topic, "%s", message->topic);
    snprintf(far->mark, sizeof far->mark, "%s=%s", message->mark_name, message->mark);
    far->retained = message->retained;
    buf_clear(&far->payload);
    buf_add(&far->payload, message->payload);
}

static enum err far_publish(void *ctx, const struct link_message *message,
                            struct error *e)
{
    struct bridge_far *far = ctx;
    cr_assert(far->open);
    if (far->broken) {
        return error_set(e, ERR_RETRY, "connection lost");
    }
    far->published++;
    if (far->refused || (far->poison && bytes_are(message->payload, far->poison))) {
        far->refused = true;
        return ERR_OK;
    }
    if (far->cut_after > 0 && --far->cut_after == 0) {
        far->broken = true;
        if (far->swallow_ack) {
            far_store(far, message);
        }
        return ERR_OK;
    }
    far_store(far, message);
    far->acked++;
    return ERR_OK;
}

static enum err far_wait(void *ctx, const struct link_wait *wait, struct error *e)
{
    struct bridge_far *far = ctx;
    (void)wait;
    if (far->broken) {
        return error_set(e, ERR_RETRY, "connection lost");
    }
    return far->refused ? error_set(e, ERR_REJECT, "payload format invalid") : ERR_OK;
}

static uint64_t far_acked(void *ctx)
{
    const struct bridge_far *far = ctx;
    return far->acked;
}

static void far_close(void *ctx)
{
    struct bridge_far *far = ctx;
    far->open = false;
}

/* ---- the rig ---- */

void bridge_rig_init(struct bridge_rig *rig)
{
    memset(rig, 0, sizeof *rig);
    rig_init(&rig->rig, 1);
    rig->far.rig = &rig->rig;
    buf_init(&rig->far.payload, (size_t)8 << 20);
    rig->remote = (struct bridge_remote){.open = far_open,
                                         .publish = far_publish,
                                         .wait_acked = far_wait,
                                         .acked = far_acked,
                                         .close = far_close,
                                         .ctx = &rig->far};
    rig->rules[0] = (struct plan_bridge_rule){
        .topic = "plant/#", .broker = PLAN_ANY_BROKER, .to = "up/{topic}"};
    rig->plan = (struct plan_bridge){.id = "hq",
                                     .remote = {.uri = "mqtt://far"},
                                     .timeout_ns = NS_PER_S,
                                     .rules = rig->rules,
                                     .rule_count = 1,
                                     .from_oldest = true};
    rig->next = 1;
    enum err err = rig->rig.disk.make_dir(rig->rig.disk.ctx, STATE, &rig->e);
    cr_assert_eq(err, ERR_OK);
    err = rig->rig.disk.sync_dir(rig->rig.disk.ctx, "/", &rig->e);
    cr_assert_eq(err, ERR_OK);
}

void bridge_rig_deinit(struct bridge_rig *rig)
{
    bridge_close(&rig->bridge);
    rig_deinit(&rig->rig);
    buf_deinit(&rig->far.payload);
}

void bridge_rig_open(struct bridge_rig *rig)
{
    cr_assert_eq(rig_open(&rig->rig), ERR_OK, "%s", rig->rig.error.text);
    struct bridge_world world = {.gateway = "gw1",
                                 .state_directory = STATE,
                                 .journal = rig->rig.journal,
                                 .routes = &rig->route,
                                 .route_count = rig->route.adapter ? 1 : 0,
                                 .disk = &rig->rig.disk,
                                 .clock = &rig->rig.clock,
                                 .remote = rig->without_far ? NULL : &rig->remote,
                                 .random = 7};
    enum err err = bridge_open(&rig->plan, &world, &rig->bridge, &rig->e);
    cr_assert_eq(err, ERR_OK, "%s", rig->e.text);
}

void bridge_rig_die(struct bridge_rig *rig, bool power)
{
    fault_disk_stop(rig->rig.faults);
    bridge_close(&rig->bridge);
    rig_die(&rig->rig, power);
}

void bridge_rig_put_message(struct bridge_rig *rig, const struct message *message)
{
    struct buf record;
    uint64_t seq = 0;
    buf_init(&record, JOURNAL_PAYLOAD_MAX);
    record_put_message(&record, message);
    enum err err = journal_append(rig->rig.journal, RECORD_MESSAGE, buf_bytes(&record),
                                  &seq, &rig->e);
    cr_assert_eq(err, ERR_OK, "%s", rig->e.text);
    err = journal_commit(rig->rig.journal, &rig->e);
    cr_assert_eq(err, ERR_OK, "%s", rig->e.text);
    buf_deinit(&record);
}

void bridge_rig_put(struct bridge_rig *rig, const char *topic)
{
    char text[16];
    snprintf(text, sizeof text, "%u", rig->next++);
    struct message message = {.topic = bytes_of(topic), .payload = bytes_of(text)};
    bridge_rig_put_message(rig, &message);
}

int64_t bridge_rig_run(struct bridge_rig *rig, unsigned turns)
{
    int64_t jumped_ns = 0;
    for (unsigned i = 0; i < turns; i++) {
        int64_t wait_ns = 0;
        switch (bridge_step(rig->bridge, &wait_ns)) {
        case BRIDGE_GO_ON:
            break;
        case BRIDGE_IDLE:
            return jumped_ns;
        case BRIDGE_WAIT:
            rig->rig.now_ns += wait_ns;
            jumped_ns += wait_ns;
            break;
        }
    }
    return jumped_ns;
}

size_t bridge_rig_check(const struct bridge_rig *rig, uint32_t last)
{
    uint32_t highest = 0;
    size_t repeated = 0;
    for (size_t i = 0; i < rig->far.count; i++) {
        uint32_t number = rig->far.numbers[i];
        cr_assert_leq(number, highest + 1, "%u came before %u", number, highest + 1);
        repeated += number <= highest ? 1 : 0;
        highest = number > highest ? number : highest;
    }
    cr_assert_eq(highest, last, "%u of %u came", highest, last);
    return repeated;
}

struct bridge_rig *bridge_rig_new(void)
{
    struct bridge_rig *rig = calloc(1, sizeof *rig);
    cr_assert(rig);
    bridge_rig_init(rig);
    return rig;
}

void bridge_rig_free(struct bridge_rig *rig)
{
    bridge_rig_deinit(rig);
    free(rig);
}

void bridge_rig_put_many(struct bridge_rig *rig, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bridge_rig_put(rig, "plant/kiln");
    }
}
