/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline's batch: results gathered in memory, then written with the cursor and
 * the state in one short transaction.
 */
#include "pipeline_private.h"

#include "core/mem.h"
#include "evidence/checkpoint.h"
#include "evidence/dsse.h"

#include <stdio.h>

#define RECORDS_MAX 50000             /* a commit at the latest after so many */
#define WAIT_NS (2 * NS_PER_S)        /* with results, and after the last one */
#define WAIT_EMPTY_NS (10 * NS_PER_S) /* with nothing but the cursor */
#define LETTERS_MAX 5000
#define SUMMARIES_MAX 5000

void batch_clear(struct pipeline *p)
{
    arena_reset(&p->arena);
    p->summary_count = 0;
    p->letter_count = 0;
    p->retry_count = 0;
    p->words_count = 0;
    p->batch_records = 0;
}

static enum err full(struct pipeline *p, struct error *e)
{
    return p->arena.overflow
               ? error_set(e, ERR_SYSTEM, "one commit's results do not fit its memory")
               : ERR_OK;
}

static const struct key_pair *signer_in_use(const struct pipeline *p)
{
    return p->settings.signer ? signer_pair(p->settings.signer) : NULL;
}

enum err batch_summary(void *ctx, const struct aggregate_summary *summary,
                       struct error *e)
{
    struct pipeline *p = ctx;
    p->summaries = mem_grow(p->summaries, p->summary_count, &p->summary_capacity,
                            sizeof *p->summaries);
    struct outbox_summary *kept = &p->summaries[p->summary_count++];
    *kept = (struct outbox_summary){
        .process = summary->process->id,
        .window_start_ns = summary->from_ns,
        .window_end_ns = summary->to_ns,
        .revision = summary->revision,
        .summary = arena_copy(&p->arena, summary->bytes),
    };
    memcpy(kept->key, summary->key, sizeof kept->key);
    const struct key_pair *key = signer_in_use(p);
    p->unsigned_count += key ? 0 : 1;
    kept->envelope =
        dsse_envelope(DSSE_SUMMARY, kept->summary, &key, key ? 1 : 0, &p->arena);
    return full(p, e);
}

enum err batch_dead_letter(void *ctx, const struct dead_letter *letter, struct error *e)
{
    struct pipeline *p = ctx;
    p->letters =
        mem_grow(p->letters, p->letter_count, &p->letter_capacity, sizeof *p->letters);
    struct dead_letter *kept = &p->letters[p->letter_count++];
    *kept = *letter;
    kept->topic = arena_copy(&p->arena, letter->topic);
    kept->payload = arena_copy(&p->arena, letter->payload);
    kept->reason = (const char *)arena_copy(&p->arena, bytes_of(letter->reason)).data;
    kept->detail = (const char *)arena_copy(&p->arena, bytes_of(letter->detail)).data;
    return full(p, e);
}

enum err batch_retry(void *ctx, const struct dead_letter_retry *retry, struct error *e)
{
    struct pipeline *p = ctx;
    (void)e;
    p->retries =
        mem_grow(p->retries, p->retry_count, &p->retry_capacity, sizeof *p->retries);
    p->retries[p->retry_count++] = *retry; /* its text is a literal */
    return ERR_OK;
}

enum err batch_words(void *ctx, const struct entered_words *words, struct error *e)
{
    struct pipeline *p = ctx;
    p->words = mem_grow(p->words, p->words_count, &p->words_capacity, sizeof *p->words);
    struct entered_words *kept = &p->words[p->words_count++];
    *kept = *words;
    kept->who = arena_copy(&p->arena, words->who);
    kept->words = arena_copy(&p->arena, words->words);
    return full(p, e);
}

bool batch_is_due(const struct pipeline *p, bool idle)
{
    bool half_full = p->arena.used > p->arena.size / 2;
    bool many = p->batch_records >= RECORDS_MAX || p->letter_count >= LETTERS_MAX ||
                p->retry_count >= LETTERS_MAX || p->words_count >= LETTERS_MAX ||
                p->summary_count >= SUMMARIES_MAX;
    if (p->batch_records == 0 && p->summary_count == 0) {
        return false;
    }
    int64_t age_ns = clock_boot_ns(p->settings.clock) - p->batch_since_ns;
    bool results =
        p->summary_count + p->letter_count + p->retry_count + p->words_count > 0;
    bool waited = age_ns >= (results ? WAIT_NS : WAIT_EMPTY_NS);
    return many || half_full || waited || (idle && results);
}

static enum err put_state(struct pipeline *p, struct error *e)
{
    buf_clear(&p->state);
    fold_save(p->chapter.fold, &p->state);
    if (p->state.overflow) {
        return error_set(e, ERR_SYSTEM, "the fold's state is larger than %zu bytes",
                         p->state.max);
    }
    return outbox_put_state(p->settings.outbox, "fold", buf_bytes(&p->state), e);
}

static enum err put_config(struct pipeline *p, struct error *e)
{
    if (!p->config_changed) {
        return ERR_OK;
    }
    buf_clear(&p->state);
    bundle_put(&p->chapter.bundle, &p->state);
    return outbox_put_state(p->settings.outbox, "config", buf_bytes(&p->state), e);
}

/* The newest signed statement of the journal's size and root, for whoever asks. */
static enum err put_checkpoint(struct pipeline *p, struct error *e)
{
    const struct merkle *log = fold_log(p->chapter.fold);
    const struct key_pair *key = signer_in_use(p);
    if (!key || log->count == 0) {
        return ERR_OK;
    }
    struct checkpoint checkpoint = {.size = log->count};
    snprintf(checkpoint.origin, sizeof checkpoint.origin, "emgate/%s",
             p->chapter.plan->gateway_id);
    merkle_root(log, checkpoint.root);
    buf_clear(&p->state);
    checkpoint_put(&checkpoint, key, &p->state);
    return outbox_put_state(p->settings.outbox, "checkpoint", buf_bytes(&p->state), e);
}

/* Which key signs from here on, and how it came to that. */
static enum err put_signer(struct pipeline *p, struct error *e)
{
    const struct key_pair *key = signer_in_use(p);
    enum err err = ERR_OK;
    if (key) {
        const char *id = key_get_public(key)->id;
        err = outbox_put_state(p->settings.outbox, "signer", bytes_of(id), e);
    }
    if (err == ERR_OK && p->key_changed) {
        err = outbox_put_state(p->settings.outbox, "key_changes",
                               buf_bytes(&p->key_changes), e);
    }
    return err;
}

/* Slices that no window needs are dropped, an hour's worth at a time. */
static enum err drop_old_slices(struct pipeline *p, struct error *e)
{
    int64_t oldest = aggregate_oldest_minute(fold_get_aggregate(p->chapter.fold));
    if (oldest < p->dropped_before + 60) {
        return ERR_OK;
    }
    enum err err = outbox_drop_slices(p->settings.outbox, oldest, e);
    p->dropped_before = err == ERR_OK ? oldest : p->dropped_before;
    return err;
}

static enum err put_results(struct pipeline *p, struct error *e)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < p->summary_count; i++) {
        err = outbox_put_summary(p->settings.outbox, &p->summaries[i], e);
    }
    for (size_t i = 0; err == ERR_OK && i < p->letter_count; i++) {
        err = outbox_put_dead_letter(p->settings.outbox, &p->letters[i], e);
    }
    for (size_t i = 0; err == ERR_OK && i < p->retry_count; i++) {
        err = outbox_put_retry(p->settings.outbox, &p->retries[i], e);
    }
    for (size_t i = 0; err == ERR_OK && i < p->words_count; i++) {
        err = outbox_put_words(p->settings.outbox, &p->words[i], e);
    }
    return err;
}

static enum err put_all(struct pipeline *p, struct error *e)
{
    enum err err = fold_flush(p->chapter.fold, e);
    if (err == ERR_OK) {
        err = put_state(p, e);
    }
    if (err == ERR_OK) {
        err = put_config(p, e);
    }
    if (err == ERR_OK) {
        err = put_results(p, e);
    }
    if (err == ERR_OK) {
        err = put_checkpoint(p, e);
    }
    if (err == ERR_OK) {
        err = put_signer(p, e);
    }
    return err == ERR_OK ? drop_old_slices(p, e) : err;
}

enum err batch_commit(struct pipeline *p, struct error *e)
{
    enum err err = outbox_begin(p->settings.outbox, e);
    if (err != ERR_OK) {
        return err;
    }
    err = put_all(p, e);
    if (err == ERR_OK) {
        err = outbox_commit(p->settings.outbox, e);
    }
    if (err != ERR_OK) {
        outbox_rollback(p->settings.outbox);
        return err;
    }
    p->config_changed = false;
    p->key_changed = false;
    if (p->settings.signer) {
        signer_settle(p->settings.signer);
    }
    p->committed = fold_cursor(p->chapter.fold);
    p->last_commit_ns = clock_wall_ns(p->settings.clock);
    batch_clear(p);
    return ERR_OK;
}
