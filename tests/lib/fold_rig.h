/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small plant and the journal records of a while of it, for tests of the fold: two
 * processes that share a meter, three devices, windows of a minute.
 */
#ifndef TESTS_FOLD_RIG_H
#define TESTS_FOLD_RIG_H

#include "config_text.h"
#include "core/clock.h"
#include "fold.h"
#include "model/telemetry.h"
#include "slice_memory.h"
#include "summary.pb-c.h"

#include <stdio.h>

/* 2026-07-15T10:00:00Z */
#define RIG_START_NS (INT64_C(1784109600) * NS_PER_S)
#define RIG_RECORDS_MAX 1024
#define RIG_SUMMARIES_MAX 2048
#define RIG_STATE_MAX (16U << 20)

static const char rig_text[] =
    "gateway: {id: test-01, state: /tmp/emgate-test}\n"
    "brokers:\n"
    "  - {name: plant, uri: 'mqtt://127.0.0.1:1883'}\n"
    "inputs:\n"
    "  - {topic: emgate/v1/+/telemetry, adapter: native}\n"
    "installation:\n"
    "  {id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}\n"
    "points:\n"
    "  - {id: coal, device: a, metric: coal, kind: rate, unit: t/h, interval: 10s,\n"
    "     status: [{point: running, mask: 0x02, is: calibration}], max_change: 60,\n"
    "     frozen_after: 25s, frozen_while: running}\n"
    "  - {id: running, device: a, metric: run, kind: state, interval: 10s}\n"
    "  - {id: clinker, device: b, metric: out, kind: counter, unit: t, interval: 10s}\n"
    "  - {id: power, device: c, metric: kwh, kind: counter, unit: kWh, interval: 10s}\n"
    "processes:\n"
    "  - id: kiln\n"
    "    category: cement_clinker\n"
    "    activity: [{point: clinker}]\n"
    "    operating: running\n"
    "    streams:\n"
    "      - {id: fuel, method: combustion, inputs: {fuel_quantity: {point: coal},\n"
    "         ncv: {value: 25.8 GJ/t, source: s},\n"
    "         emission_factor: {value: 94.6 t CO2/TJ, source: s}}}\n"
    "      - {id: el, method: electricity, share: 60 %, inputs: {electricity:\n"
    "         {point: power}, ef: {value: 0.5 t CO2/MWh, source: s}}}\n"
    "  - id: mill\n"
    "    category: cement\n"
    "    activity: [{point: clinker}]\n"
    "    streams:\n"
    "      - {id: el, method: electricity, share: 40 %, inputs: {electricity:\n"
    "         {point: power}, ef: {value: 0.5 t CO2/MWh, source: s}}}\n"
    "windows: {length: 1m, skew: 1s, lateness: 2s, idle: 30s, settle: 2s,\n"
    "          amend_until: 1h, future: 5m}\n";

struct rig_record {
    enum record_type type;
    int64_t wall_ns;
    struct buf payload;
};

struct rig_records {
    struct rig_record list[RIG_RECORDS_MAX];
    size_t count;
};

/* What came out for one window and revision. */
struct rig_summary {
    char process[16];
    int64_t start_ns;
    uint32_t revision;
    uint8_t key[32];
    bool has_direct, has_indirect, has_activity, complete;
    double direct, indirect, activity;
    uint32_t received, valid, lost;
    size_t gap_count;
    char gap[32];   /* reason of the first one */
    char cause[32]; /* why readings were not used: the first point's first */
    uint32_t cause_count;
};

struct fold_rig {
    struct plan *plan;
    struct slice_memory memory;
    struct slice_store store;
    struct fold *fold;
    struct rig_summary summaries[RIG_SUMMARIES_MAX];
    size_t summary_count;
    size_t letter_count;
    char letter[32]; /* reason of the last one */
    bool letter_partial;
};

static inline struct plan *rig_plan(const char *text)
{
    struct problems problems;
    struct plan *plan = plan_of(text, NULL, NULL, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    problems_deinit(&problems);
    return plan;
}

static inline void fold_rig_open_fold(struct fold_rig *rig)
{
    struct error e;
    cr_assert_eq(fold_open(rig->plan, &rig->store, "test", &rig->fold, &e), ERR_OK, "%s",
                 e.text);
}

static inline void fold_rig_init(struct fold_rig *rig)
{
    *rig = (struct fold_rig){.plan = rig_plan(rig_text)};
    rig->store = slice_memory_store(&rig->memory);
    fold_rig_open_fold(rig);
}

static inline void fold_rig_deinit(struct fold_rig *rig)
{
    fold_close(&rig->fold);
    plan_free(&rig->plan);
    slice_memory_deinit(&rig->memory);
}

/* ---- records ---- */

static inline struct rig_record *rig_add(struct rig_records *records,
                                         enum record_type type, int64_t wall_ns)
{
    cr_assert_lt(records->count, RIG_RECORDS_MAX);
    struct rig_record *record = &records->list[records->count++];
    *record = (struct rig_record){.type = type, .wall_ns = wall_ns};
    buf_init(&record->payload, 1 << 20);
    return record;
}

static inline void rig_free(struct rig_records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        buf_deinit(&records->list[i].payload);
    }
    mem_free(&records);
}

static inline void rig_add_message(struct rig_records *records, int64_t wall_ns,
                                   const char *topic, struct bytes payload)
{
    struct message message = {.topic = bytes_of(topic), .payload = payload, .qos = 1};
    record_put_message(&rig_add(records, RECORD_MESSAGE, wall_ns)->payload, &message);
}

/* One device's batch of readings at one moment; wall: when it arrives. */
static inline void rig_add_batch(struct rig_records *records, int64_t wall_ns,
                                 const char *device, int64_t event_ns,
                                 const struct telemetry_reading *readings, size_t count)
{
    struct buf payload;
    char topic[64];
    snprintf(topic, sizeof topic, "emgate/v1/%s/telemetry", device);
    buf_init(&payload, 1 << 16);
    struct telemetry_head head = {
        .device = bytes_of(device),
        .boot = 7,
        .sequence = (uint64_t)((event_ns - RIG_START_NS) / (10 * NS_PER_S)) + 1,
        .base_time_ms = (uint64_t)(event_ns / NS_PER_MS)};
    telemetry_write_batch(&payload, &head, readings, count);
    rig_add_message(records, wall_ns, topic, buf_bytes(&payload));
    buf_deinit(&payload);
}

static inline struct telemetry_reading rig_number(const char *name, double number)
{
    return (struct telemetry_reading){.name = bytes_of(name),
                                      .value = {.kind = VALUE_DOUBLE, .number = number}};
}

/* Device a, b or c at step `i` of ten seconds; wall: when it arrives.  In an hour 12 t
 * of coal with a ripple, 160 t of clinker, 6000 kWh. */
static inline void rig_add_device(struct rig_records *records, int64_t wall_ns,
                                  char device, int i)
{
    int64_t event_ns = RIG_START_NS + (int64_t)i * 10 * NS_PER_S;
    const char name[2] = {device, 0};
    struct telemetry_reading readings[2] = {rig_number("coal", 12 + i % 3)};
    readings[1] = rig_number("run", 1);
    if (device == 'b') {
        readings[0] = rig_number("out", 100 + i * 160.0 / 360);
    } else if (device == 'c') {
        readings[0] = rig_number("kwh", 5000 + i * 6000.0 / 360);
    }
    rig_add_batch(records, wall_ns, name, event_ns, readings, device == 'a' ? 2 : 1);
}

/* So many steps of ten seconds of all devices, in order, with ticks between. */
static inline struct rig_records *rig_course(int steps)
{
    struct rig_records *records = mem_new(struct rig_records);
    for (int i = 0; i < steps; i++) {
        int64_t now_ns = RIG_START_NS + (int64_t)i * 10 * NS_PER_S;
        for (int device = 'a'; device <= 'c'; device++) {
            rig_add_device(records, now_ns + NS_PER_MS, (char)device, i);
        }
        rig_add(records, RECORD_TICK, now_ns + 5 * NS_PER_S);
    }
    return records;
}

/* ---- folding ---- */

static inline bool rig_quantity(const Emgate__V1__Quantity *quantity, double *ret_value)
{
    bool known = quantity && quantity->known_case == EMGATE__V1__QUANTITY__KNOWN_VALUE;
    *ret_value = known ? quantity->value : 0;
    return known;
}

static inline void rig_take_causes(const Emgate__V1__DataQuality *quality,
                                   struct rig_summary *kept)
{
    for (size_t i = 0; i < quality->n_points; i++) {
        if (quality->points[i]->n_causes > 0 && !kept->cause[0]) {
            const Emgate__V1__Cause *cause = quality->points[i]->causes[0];
            snprintf(kept->cause, sizeof kept->cause, "%s", cause->reason);
            kept->cause_count = cause->count;
        }
    }
}

static inline enum err rig_take_summary(void *ctx, const struct aggregate_summary *s,
                                        struct error *e)
{
    struct fold_rig *rig = ctx;
    (void)e;
    cr_assert_lt(rig->summary_count, RIG_SUMMARIES_MAX);
    struct rig_summary *kept = &rig->summaries[rig->summary_count++];
    Emgate__V1__Summary *got =
        emgate__v1__summary__unpack(NULL, s->bytes.len, s->bytes.data);
    cr_assert(got);
    *kept = (struct rig_summary){.start_ns = s->from_ns, .revision = s->revision};
    snprintf(kept->process, sizeof kept->process, "%s", s->process->id);
    memcpy(kept->key, s->key, sizeof kept->key);
    kept->has_direct = rig_quantity(got->attribution->attributed_direct, &kept->direct);
    kept->has_indirect =
        rig_quantity(got->attribution->attributed_indirect, &kept->indirect);
    kept->has_activity = rig_quantity(got->activity_level, &kept->activity);
    kept->complete = got->quality->complete;
    kept->received = got->quality->received;
    kept->valid = got->quality->valid;
    kept->lost = got->quality->lost;
    kept->gap_count = got->quality->n_gaps;
    snprintf(kept->gap, sizeof kept->gap, "%s",
             got->quality->n_gaps ? got->quality->gaps[0]->reason : "");
    rig_take_causes(got->quality, kept);
    emgate__v1__summary__free_unpacked(got, NULL);
    return ERR_OK;
}

static inline enum err rig_take_letter(void *ctx, const struct dead_letter *letter,
                                       struct error *e)
{
    struct fold_rig *rig = ctx;
    (void)e;
    rig->letter_count++;
    rig->letter_partial = letter->partial;
    snprintf(rig->letter, sizeof rig->letter, "%s", letter->reason);
    return ERR_OK;
}

/* Folds records [from, to); their sequence is their place, from 1. */
static inline void fold_rig_run(struct fold_rig *rig, const struct rig_records *records,
                                size_t from, size_t to)
{
    struct fold_out out = {
        .ctx = rig, .summary = rig_take_summary, .dead_letter = rig_take_letter};
    for (size_t i = from; i < to; i++) {
        struct error e = {0};
        struct record record = {.type = records->list[i].type,
                                .seq = i + 1,
                                .wall_ns = records->list[i].wall_ns,
                                .payload = buf_bytes(&records->list[i].payload)};
        cr_assert_eq(fold_step(rig->fold, &record, &out, &e), ERR_OK, "%s", e.text);
    }
}

/* Flushes the slices and gives the state's bytes; the caller releases them. */
static inline struct buf fold_rig_save(struct fold_rig *rig)
{
    struct buf saved;
    struct error e;
    buf_init(&saved, RIG_STATE_MAX);
    cr_assert_eq(fold_flush(rig->fold, &e), ERR_OK);
    fold_save(rig->fold, &saved);
    cr_assert(!saved.overflow);
    return saved;
}

/* Stops and starts: a new fold goes on from the saved bytes. */
static inline void fold_rig_restart(struct fold_rig *rig)
{
    struct buf saved = fold_rig_save(rig);
    struct error e;
    fold_close(&rig->fold);
    fold_rig_open_fold(rig);
    cr_assert_eq(fold_load(rig->fold, buf_bytes(&saved), &e), ERR_OK, "%s", e.text);
    buf_deinit(&saved);
}

/* The last revision of a window that begins `minute` minutes behind the start. */
static inline const struct rig_summary *rig_latest(const struct fold_rig *rig,
                                                   const char *process, int minute)
{
    const struct rig_summary *latest = NULL;
    for (size_t i = 0; i < rig->summary_count; i++) {
        const struct rig_summary *s = &rig->summaries[i];
        if (strcmp(s->process, process) == 0 &&
            s->start_ns == RIG_START_NS + minute * NS_PER_MINUTE &&
            (!latest || s->revision > latest->revision)) {
            latest = s;
        }
    }
    return latest;
}

#endif
