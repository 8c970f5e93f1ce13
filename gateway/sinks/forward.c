/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop behind every sink.
 *
 *     outbox_next -> send -> each row: done | set aside | tried -> wait when stuck
 *
 * A row that can't be marked stays as it is and is sent again; its key makes that
 * harmless.  The lock guards the status and the end of waiting, nothing else; it is
 * never held while sending.
 */
#include "sinks/forward.h"

#include "core/arena.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/wait.h"
#include "outbox/outbox.h"
#include "sinks/sink.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

_Static_assert(OUTBOX_KEY_LEN == SINK_KEY_LEN, "the outbox's key is the sink's");

#define ARENA_SIZE ((size_t)8 * 1024 * 1024)
#define BATCH_MAX 100
#define IDLE_NS NS_PER_S
/* Longest wait from the start to the first manifest, and after one that failed. */
#define MANIFEST_FIRST_NS (600 * NS_PER_S)

struct forward {
    const struct plan_sink *plan;
    const char *gateway;
    struct outbox *outbox;
    const struct forward_world *world;
    void *state; /* the sink's */
    struct arena arena;
    struct outbox_row rows[BATCH_MAX];
    struct sink_item items[BATCH_MAX];
    bool opened;
    int64_t resume_boot_ns;   /* no try before */
    int64_t manifest_boot_ns; /* no manifest before; 0: never */

    atomic_bool stop;
    bool started;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;       /* by the monotonic clock */
    struct forward_status status; /* under the lock */
};

/* What became of a batch. */
struct outcome {
    unsigned sent, retried, uncertain, set_aside;
    bool unmarked;       /* the outbox could not be written */
    struct error *error; /* the last one of an item, or NULL */
};

static uint64_t system_random(void *ctx)
{
    (void)ctx;
    uint64_t value = 0;
    randombytes_buf(&value, sizeof value);
    return value;
}

const struct forward_world forward_world_system = {.clock = &clock_system,
                                                   .random = system_random};

/* A random time in (0, bound]; so that gateways that failed together don't come back
 * together. */
static int64_t jitter(const struct forward_world *world, int64_t bound_ns)
{
    ASSERT(bound_ns > 0);
    return (int64_t)(world->random(world->random_ctx) % (uint64_t)bound_ns) + 1;
}

static void note_error(struct forward *f, const struct error *error)
{
    pthread_mutex_lock(&f->lock);
    snprintf(f->status.last_error, sizeof f->status.last_error, "%.*s",
             FORWARD_ERROR_MAX - 1, error->text);
    f->status.last_error_ns = clock_wall_ns(f->world->clock);
    pthread_mutex_unlock(&f->lock);
}

/* Nothing got through, or the far side asked us to wait. */
static enum forward_turn hold(struct forward *f, bool failed, int64_t asked_ms,
                              int64_t *ret_wait_ns)
{
    pthread_mutex_lock(&f->lock);
    f->status.failures += failed ? 1 : 0;
    uint32_t failures = f->status.failures > 0 ? f->status.failures : 1;
    int64_t bound_ns =
        wait_doubled(f->plan->retry_min_ns, f->plan->retry_max_ns, failures - 1);
    int64_t wait_ns = jitter(f->world, bound_ns);
    if (asked_ms > 0) {
        int64_t most_ms = FORWARD_WAIT_MAX_NS / NS_PER_MS;
        wait_ns += (asked_ms < most_ms ? asked_ms : most_ms) * NS_PER_MS;
    }
    f->resume_boot_ns = clock_boot_ns(f->world->clock) + wait_ns;
    f->status.next_try_ns = clock_wall_ns(f->world->clock) + wait_ns;
    pthread_mutex_unlock(&f->lock);
    *ret_wait_ns = wait_ns;
    return FORWARD_WAIT;
}

static enum forward_turn failed(struct forward *f, const char *what,
                                const struct error *error, int64_t asked_ms,
                                int64_t *ret_wait_ns)
{
    note_error(f, error);
    enum forward_turn turn = hold(f, true, asked_ms, ret_wait_ns);
    if (atomic_load(&f->stop)) {
        return turn; /* we broke it off ourselves */
    }
    log_warn("sink.retry", "sink=%s failures=%u wait_ms=%lld %s: %s", f->plan->id,
             f->status.failures, (long long)(*ret_wait_ns / NS_PER_MS), what,
             error->text);
    return turn;
}

/* What the far side put in writing about an item that is settled now. */
static void keep_receipt(const struct forward *f, const struct sink_item *item)
{
    bool settled = item->result == ERR_OK || item->result == ERR_REJECT;
    if (f->world->receipt && settled && item->receipt.len > 0) {
        f->world->receipt(f->world->receipt_ctx, item->receipt);
    }
}

/* Marks one row by its item's result.  True unless the outbox refused. */
static bool mark(struct forward *f, const struct outbox_row *row,
                 const struct sink_item *item, struct error *e)
{
    switch (item->result) {
    case ERR_OK:
        return outbox_mark_done(f->outbox, row->id, item->receipt, e) == ERR_OK;
    case ERR_REJECT:
        log_error("sink.set_aside", "sink=%s process=%s: %s; the row is set aside",
                  f->plan->id, row->process, item->error.text);
        return outbox_mark_set_aside(f->outbox, row->id, item->error.text, e) == ERR_OK;
    case ERR_RETRY:
    case ERR_UNCERTAIN:
    case ERR_FULL:
    case ERR_CORRUPT:
    case ERR_CONFIG:
    case ERR_SYSTEM:
        return outbox_mark_tried(f->outbox, row->id, item->error.text, e) == ERR_OK;
    }
    UNREACHABLE();
}

static void count_item(struct outcome *outcome, struct sink_item *item)
{
    if (item->result == ERR_OK) {
        outcome->sent++;
        return;
    }
    outcome->error = &item->error;
    if (item->result == ERR_REJECT) {
        outcome->set_aside++;
    } else if (item->result == ERR_UNCERTAIN) {
        outcome->uncertain++;
    } else {
        outcome->retried++;
    }
}

static void note_outcome(struct forward *f, const struct outcome *outcome)
{
    if (outcome->error) {
        note_error(f, outcome->error);
    }
    pthread_mutex_lock(&f->lock);
    struct forward_status *status = &f->status;
    status->sent += outcome->sent;
    status->retried += outcome->retried;
    status->uncertain += outcome->uncertain;
    status->set_aside += outcome->set_aside;
    status->next_try_ns = 0;
    if (outcome->sent > 0) {
        status->last_success_ns = clock_wall_ns(f->world->clock);
    }
    if (outcome->sent + outcome->set_aside > 0) {
        status->failures = 0;
    }
    pthread_mutex_unlock(&f->lock);
}

/* Gives every item the same result, where send() failed as a whole. */
static void give_all(struct forward *f, size_t count, const struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        f->items[i].result = error->code == ERR_UNCERTAIN ? ERR_UNCERTAIN : ERR_RETRY;
        f->items[i].error = *error;
        f->items[i].receipt = (struct bytes){0};
    }
}

static enum forward_turn settle(struct forward *f, size_t count, int64_t asked_ms,
                                int64_t *ret_wait_ns)
{
    struct outcome outcome = {0};
    struct error e = {0};
    for (size_t i = 0; i < count && !outcome.unmarked; i++) {
        keep_receipt(f, &f->items[i]);
        outcome.unmarked = !mark(f, &f->rows[i], &f->items[i], &e);
        if (!outcome.unmarked) {
            count_item(&outcome, &f->items[i]);
        }
    }
    note_outcome(f, &outcome);
    if (outcome.retried + outcome.uncertain > 0) {
        f->opened = false;
    }
    if (outcome.unmarked) {
        return failed(f, "outbox", &e, 0, ret_wait_ns);
    }
    if (outcome.sent + outcome.set_aside == 0) {
        return failed(f, "send", outcome.error, asked_ms, ret_wait_ns);
    }
    return asked_ms > 0 ? hold(f, false, asked_ms, ret_wait_ns) : FORWARD_GO_ON;
}

static enum forward_turn send_rows(struct forward *f, size_t count, int64_t *ret_wait_ns)
{
    struct error e = {0};
    for (size_t i = 0; i < count; i++) {
        f->items[i] = (struct sink_item){.envelope = f->rows[i].envelope,
                                         .process = f->rows[i].process,
                                         .result = ERR_RETRY};
        memcpy(f->items[i].key, f->rows[i].key, SINK_KEY_LEN);
    }
    struct sink_call call = {.gateway = f->gateway,
                             .timeout_ms = f->plan->timeout_ns / NS_PER_MS,
                             .stop = &f->stop};
    if (f->world->key_changes) {
        call.key_changes = f->world->key_changes(f->world->key_changes_ctx, &f->arena);
    }
    if (f->plan->sink->send(f->state, f->items, count, &call, &e) != ERR_OK) {
        give_all(f, count, &e);
    }
    return settle(f, count, call.wait_ms, ret_wait_ns);
}

/* ---- reconciliation ---- */

static void plan_manifest(struct forward *f, int64_t longest_ns)
{
    bool wanted = f->plan->manifest_ns > 0 && f->plan->sink->manifest;
    int64_t bound_ns =
        longest_ns < f->plan->manifest_ns ? longest_ns : f->plan->manifest_ns;
    f->manifest_boot_ns =
        wanted ? clock_boot_ns(f->world->clock) + jitter(f->world, bound_ns) : 0;
}

static void note_manifest(struct forward *f, const struct reconcile_result *result)
{
    if (result->lacking + result->unknown > 0) {
        log_warn("sink.manifest",
                 "sink=%s lacking=%llu unknown=%llu: the far side had not "
                 "what it was sent; it is sent again",
                 f->plan->id, (unsigned long long)result->lacking,
                 (unsigned long long)result->unknown);
    }
    pthread_mutex_lock(&f->lock);
    f->status.manifest = *result;
    f->status.manifest_ns = clock_wall_ns(f->world->clock);
    pthread_mutex_unlock(&f->lock);
}

/* Tells the far side what it was sent, when it is time.  A failure is tried again at
 * the next time: nothing waits for it. */
static void reconcile(struct forward *f)
{
    if (f->manifest_boot_ns == 0 ||
        clock_boot_ns(f->world->clock) < f->manifest_boot_ns) {
        return;
    }
    struct error e = {0};
    struct reconcile_result result = {0};
    struct sink_call call = {.gateway = f->gateway,
                             .timeout_ms = f->plan->timeout_ns / NS_PER_MS,
                             .stop = &f->stop};
    struct reconcile_work work = {.outbox = f->outbox,
                                  .sink_id = f->plan->id,
                                  .sink = f->plan->sink,
                                  .state = f->state,
                                  .call = &call,
                                  .now_ns = clock_wall_ns(f->world->clock),
                                  .sign = f->world->sign,
                                  .sign_ctx = f->world->sign_ctx};
    enum err err = f->opened ? ERR_OK : f->plan->sink->open(f->state, &e);
    f->opened = err == ERR_OK;
    err = err == ERR_OK ? reconcile_round(&work, &result, &e) : err;
    if (err == ERR_OK) {
        note_manifest(f, &result);
        f->manifest_boot_ns = clock_boot_ns(f->world->clock) + f->plan->manifest_ns;
        return;
    }
    log_info("sink.manifest", "sink=%s: %s", f->plan->id, e.text);
    plan_manifest(f, err == ERR_REJECT ? f->plan->manifest_ns : MANIFEST_FIRST_NS);
}

enum forward_turn forward_step(struct forward *f, int64_t *ret_wait_ns)
{
    int64_t left_ns = f->resume_boot_ns - clock_boot_ns(f->world->clock);
    if (left_ns > 0) {
        *ret_wait_ns = left_ns;
        return FORWARD_WAIT;
    }
    reconcile(f);
    struct error e = {0};
    size_t count = 0;
    size_t max =
        f->plan->sink->batch_max < BATCH_MAX ? f->plan->sink->batch_max : BATCH_MAX;
    arena_reset(&f->arena);
    if (outbox_next(f->outbox, f->plan->id, &f->arena, f->rows, max, &count, &e) !=
        ERR_OK) {
        return failed(f, "outbox", &e, 0, ret_wait_ns);
    }
    if (count == 0 && f->arena.overflow) {
        error_set(&e, ERR_FULL, "an envelope of more than %zu bytes", ARENA_SIZE);
        return failed(f, "outbox", &e, 0, ret_wait_ns);
    }
    if (count == 0) {
        return FORWARD_IDLE;
    }
    if (!f->opened && f->plan->sink->open(f->state, &e) != ERR_OK) {
        return failed(f, "open", &e, 0, ret_wait_ns);
    }
    f->opened = true;
    return send_rows(f, count, ret_wait_ns);
}

static void wait_or_stop(struct forward *f, int64_t wait_ns)
{
    struct timespec until = wait_end(wait_ns);
    int rc = 0;
    pthread_mutex_lock(&f->lock);
    while (!atomic_load(&f->stop) && rc == 0) {
        rc = pthread_cond_timedwait(&f->stopped, &f->lock, &until);
    }
    pthread_mutex_unlock(&f->lock);
}

static void *run(void *argument)
{
    struct forward *f = argument;
    while (!atomic_load(&f->stop)) {
        int64_t wait_ns = 0;
        switch (forward_step(f, &wait_ns)) {
        case FORWARD_GO_ON:
            break;
        case FORWARD_IDLE:
            outbox_wait(f->outbox, IDLE_NS / NS_PER_MS);
            break;
        case FORWARD_WAIT:
            wait_or_stop(f, wait_ns);
            break;
        }
    }
    return NULL;
}

enum err forward_open(const struct plan_sink *plan, const char *gateway,
                      struct outbox *outbox, const struct forward_world *world,
                      struct forward **ret_forward, struct error *e)
{
    ASSERT(plan->retry_min_ns > 0 && plan->timeout_ns > 0);
    struct forward *f = mem_new(struct forward);
    f->plan = plan;
    f->gateway = gateway;
    f->outbox = outbox;
    f->world = world;
    f->state = mem_array(1, plan->sink->state_size);
    f->status.id = plan->id;
    f->status.sink = plan->sink->name;
    arena_init(&f->arena, ARENA_SIZE);
    pthread_mutex_init(&f->lock, NULL);
    wait_init(&f->stopped);
    plan_manifest(f, MANIFEST_FIRST_NS);

    struct problems problems;
    problems_init(&problems);
    plan->sink->init(f->state, plan->settings, &problems);
    bool refused = problems.count > 0;
    if (refused) {
        error_set(e, ERR_CONFIG, "sink '%s': %.*s", plan->id,
                  BYTES_ARG(buf_bytes(&problems.text)));
        forward_close(&f);
    }
    problems_deinit(&problems);
    if (refused) {
        return ERR_CONFIG;
    }
    *ret_forward = f;
    return ERR_OK;
}

enum err forward_start(struct forward *f, struct error *e)
{
    ASSERT(!f->started);
    if (pthread_create(&f->thread, NULL, run, f) != 0) {
        return error_set(e, ERR_SYSTEM, "can't start a thread for sink '%s'",
                         f->plan->id);
    }
    f->started = true;
    return ERR_OK;
}

void forward_close(struct forward **forward)
{
    struct forward *f = *forward;
    if (!f) {
        return;
    }
    if (f->started) {
        pthread_mutex_lock(&f->lock);
        atomic_store(&f->stop, true);
        pthread_cond_broadcast(&f->stopped);
        pthread_mutex_unlock(&f->lock);
        outbox_wake(f->outbox);
        pthread_join(f->thread, NULL);
    }
    f->plan->sink->close(f->state);
    pthread_cond_destroy(&f->stopped);
    pthread_mutex_destroy(&f->lock);
    arena_deinit(&f->arena);
    mem_free(&f->state);
    mem_free(forward);
}

void forward_get_status(struct forward *f, struct forward_status *ret_status)
{
    pthread_mutex_lock(&f->lock);
    *ret_status = f->status;
    pthread_mutex_unlock(&f->lock);
}
