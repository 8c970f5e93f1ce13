/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline's thread.  One turn takes records under the lock, a few hundred at most,
 * so that pages get their look in between; then commits when the batch is due.
 *
 * A commit that fails has already moved the fold on in memory, so the fold is thrown
 * away and loaded again from the last commit: what was folded since is folded again.
 */
#include "pipeline_private.h"

#include "core/log.h"
#include "core/mem.h"
#include "tap_lines.h"

#include <stdio.h>

#define ARENA_SIZE (64U << 20)
#define TURN_RECORDS 256
#define KEY_CHANGES_MAX (1U << 20)
#define READ_WAIT_MS 200
#define RETRY_WAIT_MS 1000
#define ACTION_AGE_NS (60 * NS_PER_S)

/* ---- the slice store: the outbox ---- */

static enum err store_each(void *ctx, const char *point, int64_t from, int64_t to,
                           slice_store_fn *each, void *each_ctx, struct error *e)
{
    return outbox_each_slice(ctx, point, from, to, each, each_ctx, e);
}

static enum err store_put(void *ctx, const char *point, int64_t minute,
                          struct bytes stored, struct error *e)
{
    return outbox_put_slice(ctx, point, minute, stored, e);
}

/* ---- loading ---- */

static void let_go(struct pipeline *p)
{
    chapter_close(&p->chapter);
    journal_reader_close(&p->reader);
}

/* Which key signed last, and the changes of key so far. */
static enum err load_signer(struct pipeline *p, struct arena *arena, struct error *e)
{
    struct bytes id = {0};
    struct bytes changes = {0};
    buf_clear(&p->key_changes);
    p->key_changed = false;
    enum err err = outbox_get_state(p->settings.outbox, "signer", arena, &id, e);
    if (err == ERR_OK) {
        err = outbox_get_state(p->settings.outbox, "key_changes", arena, &changes, e);
    }
    buf_add(&p->key_changes, changes);
    return err == ERR_OK && p->settings.signer ? signer_use(p->settings.signer, id, e)
                                               : err;
}

/* Brings configuration, fold and reader to where the last commit left them. */
static enum err load(struct pipeline *p, struct error *e)
{
    struct arena arena;
    struct bytes config = {0};
    struct bytes saved = {0};
    let_go(p);
    batch_clear(p);
    p->cursor = 0;
    arena_init(&arena, CHAPTER_STATE_MAX);
    enum err err = outbox_get_state(p->settings.outbox, "config", &arena, &config, e);
    if (err == ERR_OK) {
        err = outbox_get_state(p->settings.outbox, "fold", &arena, &saved, e);
    }
    if (err == ERR_OK) {
        err = load_signer(p, &arena, e);
    }
    if (err == ERR_OK && config.len > 0) {
        err =
            chapter_open(&p->chapter, config, saved, &p->store, p->settings.software, e);
        p->cursor = err == ERR_OK ? fold_cursor(p->chapter.fold) : 0;
    }
    arena_deinit(&arena);
    p->committed = p->cursor;
    if (err == ERR_OK) {
        err = journal_reader_open(p->settings.journal, p->cursor + 1, &p->reader, e);
    }
    return err;
}

/* A new configuration: what was folded so far is committed under the old one. */
static enum err switch_config(struct pipeline *p, const struct record *record,
                              struct error *e)
{
    enum err err = p->chapter.fold ? batch_commit(p, e) : ERR_OK;
    if (err == ERR_OK) {
        p->config_changed = true;
        err = chapter_turn(&p->chapter, record->payload, &p->store, p->settings.software,
                           e);
    }
    if (err == ERR_OK && p->settings.configured) {
        err = p->settings.configured(p->settings.ctx, p->chapter.plan, e);
    }
    return err;
}

/* ---- the thread ---- */

static void give_action(void *ctx, size_t broker, int64_t record_ns,
                        const struct action *action)
{
    struct pipeline *p = ctx;
    int64_t age_ns = clock_wall_ns(p->settings.clock) - record_ns;
    if (p->settings.action && age_ns < ACTION_AGE_NS) {
        p->settings.action(p->settings.ctx, broker, action);
    }
}

static enum err take_summary(void *ctx, const struct aggregate_summary *summary,
                             struct error *e)
{
    struct pipeline *p = ctx;
    tap_put_summary(p->settings.tap, summary);
    return batch_summary(ctx, summary, e);
}

static enum err take_dead_letter(void *ctx, const struct dead_letter *letter,
                                 struct error *e)
{
    struct pipeline *p = ctx;
    tap_put_reject(p->settings.tap, letter);
    return batch_dead_letter(ctx, letter, e);
}

static void show_reading(void *ctx, const struct message *message,
                         const struct reading *reading, const struct normalised *results,
                         size_t count)
{
    struct pipeline *p = ctx;
    struct tap_reading seen = {.plan = p->chapter.plan,
                               .message = message,
                               .reading = reading,
                               .results = results,
                               .count = count};
    tap_put_reading(p->settings.tap, &seen);
}

/* While nobody watches: a look at the clock and the tap's lock once a record, not once a
 * reading. */
static void count_reading(void *ctx, const struct message *message,
                          const struct reading *reading, const struct normalised *results,
                          size_t count)
{
    struct pipeline *p = ctx;
    (void)message;
    (void)reading;
    (void)results;
    (void)count;
    p->unwatched++;
}

static void tell_unwatched(struct pipeline *p)
{
    if (p->unwatched > 0) {
        tap_miss(p->settings.tap, TAP_READINGS, p->unwatched);
        p->unwatched = 0;
    }
}

static fold_reading_fn *reading_taker(const struct pipeline *p)
{
    if (!p->settings.tap) {
        return NULL;
    }
    return tap_is_open(p->settings.tap) ? show_reading : count_reading;
}

static void take_key_change(struct pipeline *p, const struct record *record)
{
    buf_add_string(&p->key_changes, record->payload);
    p->key_changed = true;
    signer_turn(p->settings.signer, record->payload);
}

static enum err take_record(struct pipeline *p, const struct record *record,
                            struct error *e)
{
    if (record->type == RECORD_CONFIG) {
        enum err err = switch_config(p, record, e);
        if (err != ERR_OK) {
            return err;
        }
    }
    if (record->type == RECORD_KEY_CHANGE && p->settings.signer) {
        take_key_change(p, record);
    }
    p->cursor = record->seq;
    struct fold_out out = {.ctx = p,
                           .summary = take_summary,
                           .dead_letter = take_dead_letter,
                           .retried = batch_retry,
                           .words = batch_words,
                           .action = give_action,
                           .reading = reading_taker(p)};
    if (p->chapter.fold && p->batch_records++ == 0) {
        p->batch_since_ns = clock_boot_ns(p->settings.clock);
    }
    enum err err = chapter_step(&p->chapter, record, &out, e);
    tell_unwatched(p);
    return err;
}

/* The next record, if there is one; damage is logged and passed over. */
static enum err next_record(struct pipeline *p, int64_t timeout_ms,
                            struct record *ret_record, bool *ret_found, struct error *e)
{
    enum err err = journal_read_next(p->reader, timeout_ms, ret_record, ret_found, e);
    while (err == ERR_CORRUPT) {
        log_error("pipeline.damage", "%s; going on behind it", e->text);
        err = journal_read_next(p->reader, 0, ret_record, ret_found, e);
    }
    return err;
}

/* Takes the record at hand and those behind it, until the turn is over, the batch is
 * due or the journal has no more. */
static enum err take_records(struct pipeline *p, struct record *record, struct error *e)
{
    for (int i = 0; i < TURN_RECORDS; i++) {
        bool found = false;
        enum err err = take_record(p, record, e);
        if (err != ERR_OK) {
            return error_wrap(e, "record %llu", (unsigned long long)record->seq);
        }
        if (batch_is_due(p, false)) {
            return ERR_OK;
        }
        err = next_record(p, 0, record, &found, e);
        if (err != ERR_OK || !found) {
            return err;
        }
    }
    return take_record(p, record, e);
}

/* True when the trouble passes by itself and the last commit is loaded again. */
static bool recover(struct pipeline *p, enum err err, struct error *e)
{
    snprintf(p->problem, sizeof p->problem, "%.*s", (int)sizeof p->problem - 1, e->text);
    if (err != ERR_FULL) {
        return false;
    }
    log_warn("pipeline.full", "%s; waiting for space", e->text);
    return load(p, e) == ERR_OK;
}

/* Takes the record that was found, and commits when it is time. */
static enum err take_turn(struct pipeline *p, struct record *record, bool found,
                          struct error *e)
{
    enum err err = found ? take_records(p, record, e) : ERR_OK;
    if (err == ERR_OK && p->chapter.fold && batch_is_due(p, !found)) {
        err = batch_commit(p, e);
    }
    return err;
}

enum pipeline_turn pipeline_step(struct pipeline *p, int64_t wait_ms)
{
    struct error e = {0};
    struct record record;
    bool found = false;
    p->begun = true;
    enum err err = next_record(p, wait_ms, &record, &found, &e);
    pthread_mutex_lock(&p->lock);
    if (err == ERR_OK) {
        err = take_turn(p, &record, found, &e);
    }
    bool go_on = err == ERR_OK || recover(p, err, &e);
    if (err == ERR_OK) {
        p->problem[0] = 0;
    }
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    if (!go_on) {
        p->settings.failed(p->settings.ctx, &e);
    }
    if (!go_on || stop) {
        return PIPELINE_END;
    }
    if (err != ERR_OK) {
        return PIPELINE_WAIT;
    }
    return found ? PIPELINE_GO_ON : PIPELINE_IDLE;
}

static void *run(void *arg)
{
    struct pipeline *p = arg;
    for (;;) {
        switch (pipeline_step(p, READ_WAIT_MS)) {
        case PIPELINE_GO_ON:
        case PIPELINE_IDLE:
            break;
        case PIPELINE_WAIT:
            outbox_wait(p->settings.outbox, RETRY_WAIT_MS);
            break;
        case PIPELINE_END:
            return NULL;
        }
    }
}

enum err pipeline_drain(struct pipeline *p, uint64_t *ret_unsigned, struct error *e)
{
    bool found = true;
    enum err err = ERR_OK;
    pthread_mutex_lock(&p->lock);
    while (err == ERR_OK && found) {
        struct record record;
        err = next_record(p, 0, &record, &found, e);
        if (err == ERR_OK && found) {
            err = take_records(p, &record, e);
        }
        if (err == ERR_OK && p->chapter.fold && (!found || batch_is_due(p, false))) {
            err = batch_commit(p, e);
        }
    }
    *ret_unsigned = p->unsigned_count;
    pthread_mutex_unlock(&p->lock);
    return err;
}

/* ---- life ---- */

enum err pipeline_open(const struct pipeline_settings *settings,
                       struct pipeline **ret_pipeline, struct error *e)
{
    struct pipeline *p = mem_new(struct pipeline);
    p->settings = *settings;
    p->store = (struct slice_store){
        .each = store_each, .put = store_put, .ctx = settings->outbox};
    p->dropped_before = INT64_MIN / 2;
    pthread_mutex_init(&p->lock, NULL);
    arena_init(&p->arena, ARENA_SIZE);
    buf_init(&p->state, CHAPTER_STATE_MAX);
    buf_init(&p->key_changes, KEY_CHANGES_MAX);
    enum err err = load(p, e);
    if (err != ERR_OK) {
        pipeline_close(&p);
        return err;
    }
    *ret_pipeline = p;
    return ERR_OK;
}

enum err pipeline_start(struct pipeline *p, struct error *e)
{
    int rc = pthread_create(&p->thread, NULL, run, p);
    if (rc != 0) {
        return error_set(e, ERR_SYSTEM, "can't start the pipeline's thread: error %d",
                         rc);
    }
    p->running = true;
    p->begun = true;
    return ERR_OK;
}

void pipeline_close(struct pipeline **pipeline)
{
    struct pipeline *p = *pipeline;
    if (!p) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_mutex_unlock(&p->lock);
    if (p->running) {
        pthread_join(p->thread, NULL);
    }
    struct error e;
    if (p->begun && p->chapter.fold && !p->problem[0] && batch_commit(p, &e) != ERR_OK) {
        log_warn("pipeline.stop", "%s; the last records are folded again at start",
                 e.text);
    }
    let_go(p);
    mem_free(&p->summaries);
    mem_free(&p->letters);
    mem_free(&p->retries);
    mem_free(&p->words);
    arena_deinit(&p->arena);
    buf_deinit(&p->state);
    buf_deinit(&p->key_changes);
    pthread_mutex_destroy(&p->lock);
    mem_free(pipeline);
}

bool pipeline_config_hash(struct pipeline *p, uint8_t ret_hash[32])
{
    pthread_mutex_lock(&p->lock);
    bool has = p->chapter.plan != NULL;
    if (has) {
        memcpy(ret_hash, p->chapter.plan->hash, 32);
    }
    pthread_mutex_unlock(&p->lock);
    return has;
}

void pipeline_lock(struct pipeline *p, struct pipeline_view *ret_view)
{
    pthread_mutex_lock(&p->lock);
    *ret_view = (struct pipeline_view){.fold = p->chapter.fold,
                                       .plan = p->chapter.plan,
                                       .folded_seq = p->committed,
                                       .last_commit_ns = p->last_commit_ns};
    memcpy(ret_view->problem, p->problem, sizeof ret_view->problem);
}

void pipeline_unlock(struct pipeline *p)
{
    pthread_mutex_unlock(&p->lock);
}
