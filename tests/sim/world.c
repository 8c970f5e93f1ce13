/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, stepping and ending the process. */
#include "world.h"

#include "core/mem.h"
#include "outbox/outbox_private.h"
#include "random.h"

#include <stdarg.h>
#include <stdio.h>

/* 2026-07-15T10:00:00Z */
#define BEGIN_NS (INT64_C(1784109600) * NS_PER_S)
#define SEGMENT (32U << 10)
#define CONFIG_MAX (1U << 20)
#define RETRY_MIN_NS (1 * NS_PER_S)
#define RETRY_MAX_NS (10 * NS_PER_MINUTE)

static const char plant_text[] =
    "gateway: {id: sim-01, state: /gateway}\n"
    "brokers:\n"
    "  - {name: plant, uri: 'mqtt://127.0.0.1:1883'}\n"
    "inputs:\n"
    "  - {topic: emgate/v1/+/telemetry, adapter: native}\n"
    "installation:\n"
    "  {id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}\n"
    "points:\n"
    "  - {id: coal, device: a, metric: coal, kind: amount, unit: t}\n"
    "  - {id: clinker, device: b, metric: out, kind: amount, unit: t}\n"
    "  - {id: power, device: c, metric: kwh, kind: counter, unit: kWh, interval: 10m,\n"
    "     max_gap: 24h}\n"
    "processes:\n"
    "  - id: kiln\n"
    "    category: cement_clinker\n"
    "    activity: [{point: clinker}]\n"
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
    "windows: {length: 1h, skew: 1m, lateness: 5m, idle: 30m, settle: 2m,\n"
    "          amend_until: 72h, future: 2h}\n";

void world_plant_init(struct world_plant *common)
{
    struct buf stored;
    struct error e = {0};
    struct problems problems;
    buf_init(&stored, CONFIG_MAX);
    buf_add_byte(&stored, 1);
    buf_add_varint(&stored, 1);
    buf_add_string(&stored, BYTES("plant.yaml"));
    buf_add_string(&stored, bytes_of(plant_text));
    enum err err = bundle_get(buf_bytes(&stored), &common->bundle, &e);
    ASSERT(err == ERR_OK);
    buf_deinit(&stored);
    problems_init(&problems);
    common->plan = plan_new(&common->bundle, &problems);
    if (!common->plan) {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
    }
    ASSERT(common->plan);
    problems_deinit(&problems);
    buf_init(&common->config, CONFIG_MAX);
    bundle_put(&common->bundle, &common->config);
}

void world_plant_deinit(struct world_plant *common)
{
    plan_free(&common->plan);
    bundle_deinit(&common->bundle);
    buf_deinit(&common->config);
}

void world_complain(struct world *world, const char *format, ...)
{
    if (world->broken[0]) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(world->broken, sizeof world->broken, format, args);
    va_end(args);
}

uint64_t world_random(struct world *world)
{
    return random_next(&world->random);
}

/* ---- its clocks ---- */

static int64_t wall_now(void *ctx)
{
    struct world *world = ctx;
    world->true_ns += 1000;
    return world->true_ns + world->wall_ns;
}

static int64_t boot_now(void *ctx)
{
    struct world *world = ctx;
    world->true_ns += 1000;
    return world->true_ns - world->booted_ns + 1;
}

void world_wait(struct world *world, int64_t ns)
{
    world->true_ns += ns;
    world->lived_ns += ns;
}

/* ---- making ---- */

static enum err no_sync(void *ctx, int file, struct error *e)
{
    (void)ctx;
    (void)file;
    (void)e;
    return ERR_OK;
}

static enum err no_sync_dir(void *ctx, const char *path, struct error *e)
{
    (void)ctx;
    (void)path;
    (void)e;
    return ERR_OK;
}

static void make_disk(struct world *world)
{
    struct error e;
    world->faults = fault_disk_new(world->seed);
    world->disk = fault_disk_seam(world->faults);
    enum err err = world->disk.make_dir(world->disk.ctx, "/gateway", &e);
    if (err == ERR_OK) {
        err = world->disk.sync_dir(world->disk.ctx, "/", &e);
    }
    ASSERT(err == ERR_OK);
    world->vfs = fault_vfs_new(world->faults, world->seed);
    if (world->control == CONTROL_NO_SYNC) {
        world->disk.sync = no_sync;
        world->disk.sync_dir = no_sync_dir;
    }
}

static uint64_t forward_random(void *ctx)
{
    return world_random(ctx);
}

static void note_receipt(void *ctx, struct bytes receipt)
{
    struct world *world = ctx;
    struct error e;
    uint64_t seq = 0;
    /* One that can't be noted is left out, as the daemon does. */
    (void)!journal_append(world->journal, RECORD_RECEIPT, receipt, &seq, &e);
}

struct world *world_new(const struct world_plant *common, uint64_t seed,
                        enum control control)
{
    static const char *const ids[WORLD_SINKS] = {"registry", "second"};
    struct world *world = mem_new(struct world);
    world->common = common;
    world->control = control;
    world->seed = seed;
    world->true_ns = BEGIN_NS;
    world->booted_ns = BEGIN_NS;
    world->random = seed * UINT64_C(0xD1342543DE82EF95) + 7;
    world->wal_pages = (int)(20 + world_random(world) % 200);
    world->clock = (struct clock){.wall_ns = wall_now, .boot_ns = boot_now, .ctx = world};
    make_disk(world);
    plant_init(&world->plant, BEGIN_NS);
    world->broker.acks_at_once = control == CONTROL_EARLY_ACK;
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        receiver_init(&world->receivers[i]);
        world->receivers[i].takes_twice = control == CONTROL_NO_UNIQUE;
        world->settings[i].first = (void *)&world->receivers[i];
        world->sinks[i] = (struct plan_sink){.id = ids[i],
                                             .sink = &receiver_sink,
                                             .settings = &world->settings[i],
                                             .retry_min_ns = RETRY_MIN_NS,
                                             .retry_max_ns = RETRY_MAX_NS,
                                             .timeout_ns = NS_PER_S};
    }
    world->forward_world = (struct forward_world){.clock = &world->clock,
                                                  .random = forward_random,
                                                  .random_ctx = world,
                                                  .receipt = note_receipt,
                                                  .receipt_ctx = world};
    return world;
}

/* ---- opening, in the daemon's order ---- */

static enum err open_journal(struct world *world, struct error *e)
{
    struct journal_settings settings = {.directory = WORLD_JOURNAL,
                                        .gateway_id = "sim-01",
                                        .software = WORLD_SOFTWARE,
                                        .segment_size = SEGMENT,
                                        .no_helper = true};
    return journal_open(&settings, &world->disk, &world->clock, &world->journal, e);
}

static enum err open_outbox(struct world *world, struct error *e)
{
    const char *const names[] = {"registry", "second", NULL};
    enum err err = outbox_open(WORLD_OUTBOX, names, &world->outbox, e);
    if (err == ERR_OK) {
        /* Sooner than by default, so that short lives see it too. */
        sqlite3_wal_autocheckpoint(world->outbox->db, world->wal_pages);
    }
    return err;
}

static void note_failure(void *ctx, const struct error *e)
{
    struct world *world = ctx;
    world->failed = true;
    if (e->code == ERR_CORRUPT || e->code == ERR_CONFIG) {
        world_complain(world, "the pipeline stopped: %.200s", e->text);
    }
}

static enum err open_pipeline(struct world *world, struct error *e)
{
    struct pipeline_settings settings = {.journal = world->journal,
                                         .outbox = world->outbox,
                                         .software = WORLD_SOFTWARE,
                                         .failed = note_failure,
                                         .ctx = world,
                                         .clock = &world->clock};
    return pipeline_open(&settings, &world->pipeline, e);
}

static uint64_t folded(struct world *world)
{
    struct pipeline_view view;
    pipeline_lock(world->pipeline, &view);
    uint64_t seq = view.folded_seq;
    pipeline_unlock(world->pipeline);
    return seq;
}

static enum err append(struct world *world, enum record_type type, struct bytes payload,
                       struct error *e)
{
    uint64_t seq = 0;
    return journal_append(world->journal, type, payload, &seq, e);
}

static enum err note_start(struct world *world, struct error *e)
{
    uint8_t hash[32];
    enum err err = append(world, RECORD_START, BYTES(WORLD_SOFTWARE), e);
    bool same = pipeline_config_hash(world->pipeline, hash) &&
                memcmp(hash, world->common->plan->hash, sizeof hash) == 0;
    if (err == ERR_OK && !same) {
        err = append(world, RECORD_CONFIG, buf_bytes(&world->common->config), e);
    }
    return err == ERR_OK ? journal_commit(world->journal, e) : err;
}

static enum err open_forwards(struct world *world, struct error *e)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < WORLD_SINKS; i++) {
        err = forward_open(&world->sinks[i], "sim-01", world->outbox,
                           &world->forward_world, &world->forwards[i], e);
    }
    return err;
}

static enum err open_all(struct world *world, struct error *e)
{
    struct journal_status before = {0};
    enum err err = open_journal(world, e);
    if (err == ERR_OK) {
        journal_get_status(world->journal, &before);
        err = open_outbox(world, e);
    }
    if (err == ERR_OK) {
        err = open_pipeline(world, e);
    }
    if (err == ERR_OK) {
        err = journal_skip_seen(world->journal, folded(world), e);
    }
    if (err == ERR_OK) {
        err = note_start(world, e);
    }
    if (err == ERR_OK) {
        err = intake_open(world->journal, world->common->plan, before.last_seq > 0,
                          &world->intake, e);
    }
    return err == ERR_OK ? open_forwards(world, e) : err;
}

static void close_all(struct world *world)
{
    intake_close(&world->intake);
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        forward_close(&world->forwards[i]);
    }
    pipeline_close(&world->pipeline);
    outbox_close(&world->outbox);
    journal_close(&world->journal);
    world->up = false;
}

bool world_start(struct world *world)
{
    struct error e = {0};
    ASSERT(!world->up);
    world->failed = false;
    world->starts++;
    enum err err = open_all(world, &e);
    if (err == ERR_CORRUPT || err == ERR_CONFIG) {
        world_complain(world, "start refused: %.200s", e.text);
    }
    if (err != ERR_OK) {
        world->refused_starts++;
        close_all(world);
        if (fault_disk_is_stopped(world->faults)) {
            fault_disk_kill(world->faults);
        }
        return false;
    }
    world->up = true;
    /* SQLite takes no notice of a folder whose sync failed, so that a power cut may take
     * its log away; then records are folded again. */
    if (folded(world) < world->cursor && world->faults_given == 0) {
        world_complain(world, "the cursor went back from %llu to %llu",
                       (unsigned long long)world->cursor,
                       (unsigned long long)folded(world));
    }
    world->cursor = folded(world);
    return true;
}

/* ---- ending ---- */

void world_stop(struct world *world)
{
    struct error e;
    if (!world->up) {
        return;
    }
    intake_close(&world->intake);
    if (append(world, RECORD_STOP, BYTES(""), &e) == ERR_OK) {
        (void)!journal_commit(world->journal, &e);
    }
    close_all(world);
    fault_disk_kill(world->faults);
}

static void die(struct world *world)
{
    fault_disk_stop(world->faults);
    close_all(world);
}

void world_kill(struct world *world)
{
    die(world);
    fault_disk_kill(world->faults);
    world->kills++;
}

void world_cut(struct world *world)
{
    die(world);
    fault_disk_crash(world->faults);
    world->booted_ns = world->true_ns;
    world->power_cuts++;
}

void world_free(struct world **world)
{
    struct world *w = *world;
    die(w);
    fault_disk_kill(w->faults);
    plant_deinit(&w->plant);
    broker_deinit(&w->broker);
    for (size_t i = 0; i < WORLD_SINKS; i++) {
        receiver_deinit(&w->receivers[i]);
    }
    fault_vfs_free(&w->vfs);
    fault_disk_free(&w->faults);
    mem_free(world);
}

/* ---- turns ---- */

void world_commit(struct world *world)
{
    if (world->up && intake_step(world->intake) == INTAKE_END) {
        world->failed = true;
    }
}

/* What was committed is in the journal for good. */
static void check_cursor(struct world *world)
{
    uint64_t cursor = folded(world);
    uint64_t durable = journal_durable(world->journal);
    if (cursor > durable) {
        world_complain(world,
                       "the cursor %llu is ahead of the journal, which ends at %llu",
                       (unsigned long long)cursor, (unsigned long long)durable);
    }
    if (cursor < world->cursor) {
        world_complain(world, "the cursor went back");
    }
    world->cursor = cursor;
}

void world_fold(struct world *world, unsigned turns)
{
    for (unsigned i = 0; i < turns && world->up && !world->failed; i++) {
        enum pipeline_turn turn = pipeline_step(world->pipeline, 0);
        if (turn == PIPELINE_END || turn == PIPELINE_WAIT) {
            break;
        }
    }
    if (world->up && !world->failed && !fault_disk_is_stopped(world->faults)) {
        check_cursor(world);
    }
}

void world_forward(struct world *world, size_t sink)
{
    int64_t wait_ns = 0;
    if (world->up) {
        (void)forward_step(world->forwards[sink], &wait_ns);
    }
    if (world->receivers[sink].broken[0]) {
        world_complain(world, "%s", world->receivers[sink].broken);
    }
}

static void note(struct world *world, enum record_type type, struct bytes payload)
{
    struct error e;
    if (world->up) {
        (void)!append(world, type, payload, &e); /* the daemon logs and goes on */
    }
}

void world_tick(struct world *world)
{
    note(world, RECORD_TICK, BYTES(""));
}

void world_set_clock(struct world *world, int64_t wall_ns)
{
    struct buf payload;
    int64_t now_ns = world->true_ns + wall_ns;
    buf_init(&payload, 64);
    buf_add_u64(&payload, (uint64_t)(world->true_ns + world->wall_ns));
    buf_add_u64(&payload, (uint64_t)now_ns);
    world->wall_ns = wall_ns;
    note(world, RECORD_CLOCK_STEP, buf_bytes(&payload));
    buf_deinit(&payload);
}
