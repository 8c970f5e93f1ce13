/* SPDX-License-Identifier: Apache-2.0 */
/* Readings as native telemetry: what the far side decodes, numbers, repetitions. */
#include "bridge_rig.h"

#include "decode/adapter.h"
#include "model/telemetry.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct bridge_rig *rig_new(void)
{
    struct bridge_rig *rig = calloc(1, sizeof *rig);
    cr_assert(rig);
    bridge_rig_init(rig);
    rig->rules[0].form = BRIDGE_READINGS;
    rig->rules[0].to = "emgate/v1/{device}/telemetry";
    rig->route =
        (struct plan_route){.topic = "plant/#", .adapter = adapter_find(BYTES("influx"))};
    return rig;
}

static void rig_free(struct bridge_rig *rig)
{
    bridge_rig_deinit(rig);
    free(rig);
}

static void put_text(struct bridge_rig *rig, const char *topic, const char *text)
{
    struct message message = {.topic = bytes_of(topic), .payload = bytes_of(text)};
    bridge_rig_put_message(rig, &message);
    bridge_rig_run(rig, 100);
}

static struct telemetry_batch last_batch(struct bridge_rig *rig, struct arena *arena)
{
    struct telemetry_batch batch;
    struct error e;
    enum err err = telemetry_read_batch(arena, buf_bytes(&rig->far.payload), &batch, &e);
    cr_assert_eq(err, ERR_OK, "%s", e.text);
    return batch;
}

Test(readings, the_far_side_reads_what_the_device_said)
{
    struct bridge_rig *rig = rig_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    bridge_rig_open(rig);

    put_text(rig, "plant/k/1", "kiln t=1.5,n=-7i 1785340800123000000\n");

    cr_assert_eq(rig->far.count, 1);
    cr_assert_str_eq(rig->far.topic, "emgate/v1/1/telemetry");
    struct telemetry_batch batch = last_batch(rig, &arena);
    cr_assert(bytes_are(batch.head.device, "1"));
    cr_assert_eq(batch.head.sequence, 1);
    cr_assert_neq(batch.head.boot, 0);
    cr_assert_eq(batch.head.base_time_ms, UINT64_C(1785340800123));
    cr_assert_eq(batch.count, 2);
    struct telemetry_reading first = telemetry_reading_at(&batch, 0);
    struct telemetry_reading second = telemetry_reading_at(&batch, 1);
    cr_assert(bytes_are(first.name, "kiln.t"));
    cr_assert_eq(first.value.number, 1.5);
    cr_assert_eq(second.value.integer, -7);
    cr_assert_eq(first.quality, QUALITY_GOOD);
    arena_deinit(&arena);
    rig_free(rig);
}

Test(readings, batches_are_numbered_without_holes_over_restarts)
{
    struct bridge_rig *rig = rig_new();
    struct arena arena;
    uint64_t boot = 0;
    arena_init(&arena, 1 << 20);
    for (unsigned i = 1; i <= 6; i++) {
        char text[64];
        bridge_rig_open(rig);
        snprintf(text, sizeof text, "kiln t=%u 178534080%u000000000\n", i, i);
        put_text(rig, "plant/1", text);
        struct telemetry_batch batch = last_batch(rig, &arena);
        cr_expect_eq(batch.head.sequence, i);
        cr_expect(boot == 0 || boot == batch.head.boot);
        boot = batch.head.boot;
        bridge_close(&rig->bridge);
        rig_close(&rig->rig);
    }
    arena_deinit(&arena);
    rig_free(rig);
}

Test(readings, after_a_crash_the_same_batch_has_the_same_number)
{
    struct bridge_rig *rig = rig_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    bridge_rig_open(rig);
    put_text(rig, "plant/1", "kiln t=1 1785340800000000000\n");
    struct telemetry_batch before = last_batch(rig, &arena);
    bridge_rig_die(rig, false);

    bridge_rig_open(rig);
    bridge_rig_run(rig, 100);

    struct telemetry_batch after = last_batch(rig, &arena);
    cr_assert_eq(rig->far.count, 2);
    cr_assert_eq(before.head.sequence, after.head.sequence);
    cr_assert_eq(before.head.boot, after.head.boot);
    arena_deinit(&arena);
    rig_free(rig);
}

Test(readings, a_message_that_came_twice_is_sent_once)
{
    struct bridge_rig *rig = rig_new();
    struct bridge_status status;
    bridge_rig_open(rig);

    put_text(rig, "plant/1", "kiln t=1 1785340800000000000\n");
    put_text(rig, "plant/1", "kiln t=1 1785340800000000000\n");
    put_text(rig, "plant/1", "kiln t=1 1785340801000000000\n");

    bridge_get_status(rig->bridge, &status);
    cr_assert_eq(rig->far.count, 2);
    cr_assert_eq(status.repeated, 1);
    rig_free(rig);
}

Test(readings, a_message_of_several_devices_makes_a_batch_of_each)
{
    struct bridge_rig *rig = rig_new();
    struct problems problems;
    problems_init(&problems);
    struct document *document =
        document_parse("s", BYTES("{device_tag: host}"), &problems);
    rig->route.settings = document_root(document);
    bridge_rig_open(rig);

    put_text(rig, "plant/1",
             "m,host=a/b t=1 1785340800000000000\nm,host=c t=2 1785340800000000000\n"
             "m,host=a/b t=3 1785340801000000000\n");

    cr_assert_eq(rig->far.count, 2);
    cr_assert_str_eq(rig->far.topic, "emgate/v1/c/telemetry");
    problems_deinit(&problems);
    bridge_close(&rig->bridge);
    document_free(&document);
    rig_free(rig);
}

Test(readings, a_message_without_readings_makes_nothing)
{
    struct bridge_rig *rig = rig_new();
    bridge_rig_open(rig);

    put_text(rig, "plant/1", "not influx at all");
    put_text(rig, "elsewhere/1", "kiln t=1 1785340800000000000\n");

    cr_assert_eq(rig->far.count, 0);
    cr_assert_eq(bridge_place(rig->bridge), 0);
    rig_free(rig);
}
