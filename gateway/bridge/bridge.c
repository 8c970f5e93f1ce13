/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bridge's turns.
 *
 *     burst empty -> take records -> publish -> all acknowledged -> place moves
 *                                       \-> trouble: close, wait, publish the rest again
 *
 * The place on disk always is one where no burst was under way: numbers of batches and
 * states of adapters belong to exactly that record, so that what is made again after a
 * crash is the same.
 */
#include "bridge/bridge.h"

#include "bridge/bridge_private.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/wait.h"

#include <stdio.h>

#define RETRY_MIN_NS NS_PER_S
#define RETRY_MAX_NS (300 * NS_PER_S)
#define SAVE_NS NS_PER_S
#define IDLE_NS (200 * NS_PER_MS)
#define RECORDS_MAX 5000            /* looked at in one turn */
#define TOKENS_NS (100 * NS_PER_MS) /* the most that `rate` may save up */
#define SCRATCH_MAX 4096

/* ---- trouble ---- */

static void disconnect(struct bridge *bridge)
{
    bridge->remote.close(bridge->remote.ctx);
    bridge->connected = false;
    pthread_mutex_lock(&bridge->lock);
    bridge->status.connected = false;
    pthread_mutex_unlock(&bridge->lock);
}

static int64_t next_wait_ns(struct bridge *bridge, uint32_t failures)
{
    uint32_t times = failures > 0 ? failures - 1 : 0;
    int64_t bound_ns = wait_doubled(RETRY_MIN_NS, RETRY_MAX_NS, times);
    bridge->random =
        bridge->random * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (int64_t)((bridge->random >> 16) % (uint64_t)bound_ns) + 1;
}

static enum bridge_turn failed(struct bridge *bridge, const struct error *e,
                               int64_t *ret_wait_ns)
{
    struct bridge_status *status = &bridge->status;
    disconnect(bridge);
    pthread_mutex_lock(&bridge->lock);
    uint32_t failures = ++status->failures;
    snprintf(status->last_error, sizeof status->last_error, "%.*s", BRIDGE_ERROR_MAX - 1,
             e->text);
    status->last_error_ns = clock_wall_ns(bridge->world.clock);
    pthread_mutex_unlock(&bridge->lock);
    *ret_wait_ns = next_wait_ns(bridge, failures);
    bridge->resume_ns = clock_boot_ns(bridge->world.clock) + *ret_wait_ns;
    if (!atomic_load(&bridge->stop)) {
        log_warn("bridge.retry", "bridge=%s failures=%u wait_ms=%lld: %s",
                 bridge->plan->id, failures, (long long)(*ret_wait_ns / NS_PER_MS),
                 e->text);
    }
    return BRIDGE_WAIT;
}

/* ---- the place ---- */

static enum err save(struct bridge *bridge, struct error *e)
{
    bridge->saved_ns = clock_boot_ns(bridge->world.clock);
    enum err err = place_write(bridge, e);
    if (err != ERR_OK) {
        return err;
    }
    bridge->dirty = false;
    pthread_mutex_lock(&bridge->lock);
    bridge->status.place = bridge->place.seq;
    pthread_mutex_unlock(&bridge->lock);
    return ERR_OK;
}

static bool save_is_due(const struct bridge *bridge)
{
    return bridge->dirty &&
           clock_boot_ns(bridge->world.clock) - bridge->saved_ns >= SAVE_NS;
}

/* ---- taking ---- */

static enum err open_reader(struct bridge *bridge, struct error *e)
{
    if (bridge->reader) {
        return ERR_OK;
    }
    return journal_reader_open(bridge->world.journal, bridge->taken + 1, &bridge->reader,
                               e);
}

/* The next record, damage passed over. */
static enum err next_record(struct bridge *bridge, struct record *ret_record,
                            bool *ret_found, struct error *e)
{
    enum err err = journal_read_next(bridge->reader, 0, ret_record, ret_found, e);
    while (err == ERR_CORRUPT) {
        log_error("bridge.damage", "bridge=%s %s; going on behind it", bridge->plan->id,
                  e->text);
        err = journal_read_next(bridge->reader, 0, ret_record, ret_found, e);
    }
    return err;
}

static bool has_room(const struct bridge *bridge)
{
    /* A record may make many messages; the rest of the burst is for the last one. */
    return bridge->count < BURST_AIM && arena_room(&bridge->arena) >= BURST_ROOM;
}

static void note_oldest(struct bridge *bridge, int64_t wall_ns)
{
    pthread_mutex_lock(&bridge->lock);
    bridge->oldest_ns = wall_ns;
    pthread_mutex_unlock(&bridge->lock);
}

/* Fills the burst. */
static enum err take_records(struct bridge *bridge, bool *ret_more, struct error *e)
{
    enum err err = open_reader(bridge, e);
    *ret_more = true;
    arena_reset(&bridge->arena);
    bridge->count = bridge->done = 0;
    for (int i = 0; err == ERR_OK && i < RECORDS_MAX && has_room(bridge); i++) {
        struct record record;
        err = next_record(bridge, &record, ret_more, e);
        if (err != ERR_OK || !*ret_more) {
            break;
        }
        bool first = bridge->count == 0;
        carry_record(bridge, &record);
        bridge->taken = record.seq;
        if (first && bridge->count > 0) {
            note_oldest(bridge, record.wall_ns);
        }
    }
    return err;
}

/* ---- sending ---- */

/* How many may go now by `rate`, at least 1, or 0 and the wait for it. */
static size_t allowance(struct bridge *bridge, int64_t *ret_wait_ns)
{
    double rate = bridge->plan->rate;
    if (rate <= 0) {
        return UNDER_WAY_MAX;
    }
    int64_t now_ns = clock_boot_ns(bridge->world.clock);
    double most = rate * (double)TOKENS_NS / (double)NS_PER_S;
    most = most > 1 ? most : 1;
    bridge->tokens += rate * (double)(now_ns - bridge->tokens_ns) / (double)NS_PER_S;
    bridge->tokens = bridge->tokens < most ? bridge->tokens : most;
    bridge->tokens_ns = now_ns;
    if (bridge->tokens >= 1) {
        return bridge->tokens < UNDER_WAY_MAX ? (size_t)bridge->tokens : UNDER_WAY_MAX;
    }
    *ret_wait_ns = (int64_t)((1 - bridge->tokens) / rate * (double)NS_PER_S) + 1;
    return 0;
}

static struct link_wait until(const struct bridge *bridge)
{
    return (struct link_wait){.until_ns =
                                  clock_boot_ns(&clock_system) + bridge->plan->timeout_ns,
                              .stop = &bridge->stop};
}

static enum err connect_now(struct bridge *bridge, struct error *e)
{
    if (bridge->connected) {
        return ERR_OK;
    }
    struct link_wait wait = until(bridge);
    enum err err =
        bridge->remote.open(bridge->remote.ctx, &bridge->plan->remote, &wait, e);
    if (err != ERR_OK) {
        return err;
    }
    bridge->connected = true;
    pthread_mutex_lock(&bridge->lock);
    bridge->status.connected = true;
    pthread_mutex_unlock(&bridge->lock);
    log_info("bridge.connected", "bridge=%s uri=%s", bridge->plan->id,
             bridge->plan->remote.uri);
    return ERR_OK;
}

static enum err publish(struct bridge *bridge, const struct outgoing *from,
                        struct error *e)
{
    struct link_message message = {.topic = from->topic,
                                   .payload = from->payload,
                                   .retained = from->retained,
                                   .mark_name = MESSAGE_BRIDGE_PROPERTY,
                                   .mark = from->mark};
    return bridge->remote.publish(bridge->remote.ctx, &message, e);
}

static void note_sent(struct bridge *bridge, size_t count)
{
    bridge->done += count;
    bridge->tokens -= (double)count;
    if (count == 0) {
        return;
    }
    pthread_mutex_lock(&bridge->lock);
    bridge->status.sent += count;
    bridge->status.failures = 0;
    bridge->status.last_success_ns = clock_wall_ns(bridge->world.clock);
    pthread_mutex_unlock(&bridge->lock);
}

/* Publishes `count` messages of the burst and waits for their acknowledgements; those
 * that are acknowledged are done, whatever comes of the others. */
static enum err send_some(struct bridge *bridge, size_t count, struct error *e)
{
    uint64_t before = bridge->remote.acked(bridge->remote.ctx);
    enum err err = ERR_OK;
    size_t published = 0;
    while (err == ERR_OK && published < count) {
        err = publish(bridge, &bridge->burst[bridge->done + published], e);
        published += err == ERR_OK ? 1 : 0;
    }
    struct error later = {0};
    struct link_wait wait = until(bridge);
    if (published > 0) {
        enum err waited =
            bridge->remote.wait_acked(bridge->remote.ctx, &wait, err ? &later : e);
        err = waited == ERR_OK ? err : waited;
        *e = later.code == ERR_OK ? *e : later;
    }
    size_t acked = (size_t)(bridge->remote.acked(bridge->remote.ctx) - before);
    ASSERT(acked <= published);
    note_sent(bridge, acked);
    return err;
}

/* The message at hand will never be taken: the next ones go on without it. */
static void pass_over(struct bridge *bridge, const struct error *e)
{
    carry_set_aside(bridge, bridge->burst[bridge->done].seq, e->text);
    bridge->done++;
    disconnect(bridge); /* what came behind it on this connection is sent again */
}

static enum bridge_turn send_burst(struct bridge *bridge, int64_t *ret_wait_ns)
{
    struct error e = {0};
    size_t left = bridge->count - bridge->done;
    enum err err = connect_now(bridge, &e);
    if (err != ERR_OK) {
        return failed(bridge, &e, ret_wait_ns);
    }
    size_t allowed = allowance(bridge, ret_wait_ns);
    if (allowed == 0) {
        return BRIDGE_WAIT;
    }
    err = send_some(bridge, left < allowed ? left : allowed, &e);
    if (err == ERR_REJECT && bridge->done < bridge->count) {
        pass_over(bridge, &e);
        return BRIDGE_GO_ON;
    }
    return err == ERR_OK ? BRIDGE_GO_ON : failed(bridge, &e, ret_wait_ns);
}

/* The burst is done: the place is behind it. */
static void move_place(struct bridge *bridge)
{
    if (bridge->place.seq == bridge->taken) {
        return;
    }
    bridge->place.seq = bridge->taken;
    bridge->dirty = true;
    pthread_mutex_lock(&bridge->lock);
    bridge->reached = bridge->taken;
    bridge->oldest_ns = 0;
    pthread_mutex_unlock(&bridge->lock);
}

enum bridge_turn bridge_step(struct bridge *bridge, int64_t *ret_wait_ns)
{
    int64_t left_ns = bridge->resume_ns - clock_boot_ns(bridge->world.clock);
    struct error e = {0};
    if (left_ns > 0) {
        *ret_wait_ns = left_ns;
        return BRIDGE_WAIT;
    }
    if (bridge->done < bridge->count) {
        return send_burst(bridge, ret_wait_ns);
    }
    move_place(bridge);
    if (save_is_due(bridge) && save(bridge, &e) != ERR_OK) {
        return failed(bridge, &e, ret_wait_ns);
    }
    bool more = false;
    if (take_records(bridge, &more, &e) != ERR_OK) {
        return failed(bridge, &e, ret_wait_ns);
    }
    return more || bridge->count > 0 ? BRIDGE_GO_ON : BRIDGE_IDLE;
}

/* ---- the thread ---- */

static void wait_or_stop(struct bridge *bridge, int64_t wait_ns)
{
    struct timespec at = wait_end(wait_ns);
    int rc = 0;
    pthread_mutex_lock(&bridge->lock);
    while (!atomic_load(&bridge->stop) && rc == 0) {
        rc = pthread_cond_timedwait(&bridge->stopped, &bridge->lock, &at);
    }
    pthread_mutex_unlock(&bridge->lock);
}

static void *run(void *argument)
{
    struct bridge *bridge = argument;
    while (!atomic_load(&bridge->stop)) {
        int64_t wait_ns = IDLE_NS;
        if (bridge_step(bridge, &wait_ns) != BRIDGE_GO_ON) {
            wait_or_stop(bridge, wait_ns);
        }
    }
    return NULL;
}

/* ---- life ---- */

static bool sends_readings(const struct plan_bridge *plan)
{
    for (size_t i = 0; i < plan->rule_count; i++) {
        if (plan->rules[i].form == BRIDGE_READINGS) {
            return true;
        }
    }
    return false;
}

static void begin_anew(struct bridge *bridge, bool oldest)
{
    struct journal_status journal;
    journal_get_status(bridge->world.journal, &journal);
    place_deinit(&bridge->place);
    table_init(&bridge->place.devices);
    bridge->place.seq = oldest ? 0 : journal.last_seq;
    bridge->place.boot = (uint64_t)clock_wall_ns(bridge->world.clock) | 1;
    bridge->dirty = true;
    log_info("bridge.new", "bridge=%s begins behind record %llu", bridge->plan->id,
             (unsigned long long)bridge->place.seq);
}

static enum err open_decoder(struct bridge *bridge, struct error *e)
{
    decoder_close(&bridge->decoder);
    return decoder_open(bridge->world.routes, bridge->world.route_count, &bridge->decoder,
                        e);
}

static enum err find_place(struct bridge *bridge, struct error *e)
{
    enum err err = place_read(bridge, e);
    if (err == ERR_REJECT) {
        begin_anew(bridge, bridge->plan->from_oldest);
        err = ERR_OK;
    } else if (err == ERR_CORRUPT) {
        log_error("bridge.place", "bridge=%s: %s; beginning with the oldest record",
                  bridge->plan->id, e->text);
        begin_anew(bridge, true);
        err = bridge->decoder ? open_decoder(bridge, e) : ERR_OK;
    }
    bridge->taken = bridge->place.seq;
    bridge->reached = bridge->status.place = bridge->place.seq;
    return err;
}

static struct bridge *make(const struct plan_bridge *plan,
                           const struct bridge_world *world)
{
    struct bridge *bridge = mem_new(struct bridge);
    bridge->plan = plan;
    bridge->world = *world;
    bridge->random = world->random;
    bridge->status.id = plan->id;
    bridge->status.uri = plan->remote.uri;
    bridge->tokens_ns = clock_boot_ns(world->clock);
    bridge->saved_ns = bridge->tokens_ns - SAVE_NS;
    bridge->remote = world->remote ? *world->remote : remote_by_link(bridge);
    table_init(&bridge->place.devices);
    arena_init(&bridge->arena, BURST_ARENA);
    arena_init(&bridge->decoding, sends_readings(plan) ? DECODE_ARENA_SIZE : 1);
    buf_init(&bridge->scratch, SCRATCH_MAX);
    pthread_mutex_init(&bridge->lock, NULL);
    wait_init(&bridge->stopped);
    return bridge;
}

enum err bridge_open(const struct plan_bridge *plan, const struct bridge_world *world,
                     struct bridge **ret_bridge, struct error *e)
{
    struct bridge *bridge = make(plan, world);
    enum err err = sends_readings(plan) ? open_decoder(bridge, e) : ERR_OK;
    if (err == ERR_OK) {
        err = find_place(bridge, e);
    }
    if (err == ERR_OK) { /* from now on nothing is passed over, whatever happens */
        err = bridge->dirty ? save(bridge, e) : ERR_OK;
    }
    if (err != ERR_OK) {
        bridge->dirty = false;
        bridge_close(&bridge);
        return err;
    }
    *ret_bridge = bridge;
    return ERR_OK;
}

enum err bridge_start(struct bridge *bridge, struct error *e)
{
    ASSERT(!bridge->started);
    if (pthread_create(&bridge->thread, NULL, run, bridge) != 0) {
        return error_set(e, ERR_SYSTEM, "can't start a thread for bridge '%s'",
                         bridge->plan->id);
    }
    bridge->started = true;
    return ERR_OK;
}

static void stop(struct bridge *bridge)
{
    pthread_mutex_lock(&bridge->lock);
    atomic_store(&bridge->stop, true);
    pthread_cond_broadcast(&bridge->stopped);
    pthread_mutex_unlock(&bridge->lock);
    pthread_join(bridge->thread, NULL);
}

void bridge_close(struct bridge **bridge_at)
{
    struct bridge *bridge = *bridge_at;
    struct error e;
    if (!bridge) {
        return;
    }
    if (bridge->started) {
        stop(bridge);
    }
    bridge->remote.close(bridge->remote.ctx);
    if (bridge->done == bridge->count) {
        move_place(bridge);
        if (bridge->dirty && save(bridge, &e) != ERR_OK) {
            log_warn("bridge.place", "%s; some messages are sent again", e.text);
        }
    }
    journal_reader_close(&bridge->reader);
    decoder_close(&bridge->decoder);
    place_deinit(&bridge->place);
    arena_deinit(&bridge->arena);
    arena_deinit(&bridge->decoding);
    buf_deinit(&bridge->scratch);
    pthread_cond_destroy(&bridge->stopped);
    pthread_mutex_destroy(&bridge->lock);
    mem_free(bridge_at);
}

uint64_t bridge_place(struct bridge *bridge)
{
    pthread_mutex_lock(&bridge->lock);
    uint64_t place = bridge->status.place;
    pthread_mutex_unlock(&bridge->lock);
    return place;
}

void bridge_get_status(struct bridge *bridge, struct bridge_status *ret_status)
{
    struct journal_status journal;
    journal_get_status(bridge->world.journal, &journal);
    pthread_mutex_lock(&bridge->lock);
    *ret_status = bridge->status;
    uint64_t reached = bridge->reached;
    int64_t oldest_ns = bridge->oldest_ns;
    pthread_mutex_unlock(&bridge->lock);
    uint64_t durable = journal.durable_seq;
    ret_status->backlog = durable > reached ? durable - reached : 0;
    ret_status->lag_ns =
        oldest_ns > 0 ? clock_wall_ns(bridge->world.clock) - oldest_ns : 0;
}
