/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Committing: takes the filled batch, seals its groups, writes them side by side into
 * the active segment and syncs, while appends go on into the other batch.
 *
 *     lock:    swap filling and writing
 *     no lock: seal, write, sync (rotating at a segment's end)
 *     lock:    tell readers and the acknowledger
 *
 * A write that finds no space changes nothing and is tried again by the next commit.
 * Any other failed write, and any failed sync, is final: the kernel may have dropped
 * the bytes and called them clean, so a second sync would prove nothing.  The next
 * start copies what it can read to a new file (recover.c).
 */
#include "journal/journal_private.h"

#include "core/mem.h"

static enum err sync_file(const struct disk *disk, int file, struct error *e)
{
#ifdef EMGATE_BROKEN_NO_SYNC
    (void)disk; /* the negative control of the crash tests */
    (void)file;
    (void)e;
    return ERR_OK;
#else
    return disk->sync(disk->ctx, file, e);
#endif
}

enum err commit_fail(struct journal *journal, struct error *e)
{
    pthread_mutex_lock(&journal->lock);
    bool first = !journal->failed;
    journal->failed = true;
    if (first && e) {
        journal->failure = *e;
    }
    pthread_cond_broadcast(&journal->changed);
    pthread_mutex_unlock(&journal->lock);
    return error_set(e, ERR_SYSTEM, "the journal is stopped: %s", journal->failure.text);
}

/* Tells readers that everything written is synced. */
static void publish_synced(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    journal->synced = (struct position){
        .segment = journal->active.number,
        .offset = journal->active.offset,
        .seq = journal->written_seq,
    };
    journal->sync_due_ns = 0;
    journal->syncs++;
    pthread_cond_broadcast(&journal->changed);
    pthread_mutex_unlock(&journal->lock);
}

enum err commit_sync(struct journal *journal, struct error *e)
{
    if (!journal->unsynced) {
        return ERR_OK;
    }
    if (sync_file(&journal->disk, journal->active.file, e) != ERR_OK) {
        return commit_fail(journal, e);
    }
    journal->unsynced = false;
    publish_synced(journal);
    return ERR_OK;
}

static void prepare_header(struct journal *journal, struct active *next)
{
    const struct active *last = &journal->active;
    const struct batch *batch = journal->writing;
    next->next_seq = format_get_counts(batch->data + batch->done).first_seq;
    next->header = (struct segment_header){
        .number = next->number,
        .size = next->size,
        .first_seq = next->next_seq,
        .previous_number = last->number,
        .previous_end = last->number ? last->offset : 0,
        .wall_ns = clock_wall_ns(&journal->clock),
        .boot_ns = clock_boot_ns(&journal->clock),
    };
    memcpy(next->header.previous_chain, journal->chain, FORMAT_HASH);
    memcpy(next->header.gateway_id, journal->gateway_id, strlen(journal->gateway_id));
    memcpy(next->header.software, journal->software, strlen(journal->software));
}

/* Ends the active segment, synced, and goes on in the next spare. */
static enum err rotate(struct journal *journal, struct error *e)
{
    enum err code = commit_sync(journal, e);
    if (code != ERR_OK) {
        return code;
    }
    ASSERT(journal->spare_count > 0);
    const struct disk *disk = &journal->disk;
    struct active next = {.number = journal->spares[0],
                          .size = journal->settings.segment_size,
                          .offset = FORMAT_BLOCK,
                          .header_pending = true};
    struct path path = folder_segment(journal->directory, next.number);
    if (disk->open(disk->ctx, path.text, DISK_WRITE, &next.file, e) != ERR_OK) {
        return commit_fail(journal, e);
    }
    prepare_header(journal, &next);
    if (journal->active.file >= 0) {
        disk->close(disk->ctx, journal->active.file);
    }
    pthread_mutex_lock(&journal->lock);
    journal->spare_count--;
    memmove(journal->spares, journal->spares + 1,
            journal->spare_count * sizeof *journal->spares);
    journal->plan_claimed -= journal->plan_claimed ? 1 : 0;
    journal->used = mem_grow(journal->used, journal->used_count, &journal->used_capacity,
                             sizeof *journal->used);
    journal->used[journal->used_count++] = next.number;
    journal->spare_due = true;
    pthread_cond_broadcast(&journal->changed);
    pthread_mutex_unlock(&journal->lock);
    journal->active = next;
    return ERR_OK;
}

/* Seals the groups that fit the active segment; gives their length. */
static size_t seal_run(struct journal *journal, uint8_t chain[FORMAT_HASH],
                       uint64_t *ret_last_seq)
{
    const struct batch *batch = journal->writing;
    const struct active *active = &journal->active;
    size_t run = 0;
    uint64_t next_seq = active->next_seq;
    while (batch->done + run < batch->len) {
        uint8_t *data = batch->data + batch->done + run;
        struct group group = format_get_counts(data);
        size_t padded = (size_t)format_padded(group.len);
        bool fits = active->offset + run + padded <= active->size;
        if (!fits || group.first_seq != next_seq) {
            break;
        }
        group.synced_seq = journal->synced.seq;
        memcpy(group.previous_chain, chain, FORMAT_HASH);
        struct place place = {.segment = active->number, .offset = active->offset + run};
        format_seal_group(data, place, &group);
        memcpy(chain, group.chain, FORMAT_HASH);
        *ret_last_seq = group.last_seq;
        next_seq = group.last_seq + 1;
        run += padded;
    }
    return run;
}

static enum err write_header(struct journal *journal, struct error *e)
{
    struct active *active = &journal->active;
    if (!active->header_pending) {
        return ERR_OK;
    }
    uint8_t block[FORMAT_BLOCK];
    format_put_header(&active->header, block);
    struct bytes bytes = {.data = block, .len = sizeof block};
    const struct disk *disk = &journal->disk;
    enum err code = disk->write(disk->ctx, active->file, 0, bytes, e);
    if (code == ERR_OK) {
        active->header_pending = false;
    }
    return code;
}

static enum err write_run(struct journal *journal, struct error *e)
{
    struct batch *batch = journal->writing;
    struct active *active = &journal->active;
    uint8_t chain[FORMAT_HASH];
    memcpy(chain, journal->chain, sizeof chain);
    uint64_t last_seq = 0;
    size_t run = seal_run(journal, chain, &last_seq);
    if (run == 0) {
        return rotate(journal, e);
    }
    enum err code = write_header(journal, e);
    if (code == ERR_OK) {
        struct bytes bytes = {.data = batch->data + batch->done, .len = run};
        const struct disk *disk = &journal->disk;
        code = disk->write(disk->ctx, active->file, active->offset, bytes, e);
    }
    if (code != ERR_OK) {
        return code == ERR_FULL ? code : commit_fail(journal, e);
    }
    memcpy(journal->chain, chain, sizeof chain);
    active->offset += run;
    batch->done += run;
    journal->written_seq = last_seq;
    active->next_seq = last_seq + 1;
    if (!journal->unsynced) {
        journal->unsynced = true;
        journal->unsynced_since_ns = clock_boot_ns(&journal->clock);
    }
    return ERR_OK;
}

enum err commit_write(struct journal *journal, struct error *e)
{
    struct batch *batch = journal->writing;
    while (batch->done < batch->len) {
        enum err code = write_run(journal, e);
        if (code != ERR_OK) {
            return code;
        }
    }
    batch->len = 0;
    batch->done = 0;
    return ERR_OK;
}

/* Takes over what was appended, unless an earlier batch still waits. */
static void take_batch(struct journal *journal)
{
    if (journal->writing->len > 0) {
        return;
    }
    pthread_mutex_lock(&journal->lock);
    append_close_group(journal);
    struct batch *filled = journal->filling;
    journal->filling = journal->writing;
    journal->writing = filled;
    pthread_mutex_unlock(&journal->lock);
}

static int64_t sync_due_ns(const struct journal *journal)
{
    return journal->settings.sync == JOURNAL_SYNC_ALWAYS
               ? journal->unsynced_since_ns
               : journal->unsynced_since_ns +
                     journal->settings.sync_interval_ms * NS_PER_MS;
}

static void note_rate(struct journal *journal, int64_t boot_ns)
{
    struct sample *samples = journal->samples;
    size_t count = journal->sample_count;
    if (count > 0 && boot_ns - samples[count - 1].boot_ns < NS_PER_MINUTE) {
        return;
    }
    if (count == RATE_SAMPLES) {
        memmove(samples, samples + 1, (count - 1) * sizeof *samples);
        count--;
    }
    samples[count] =
        (struct sample){.boot_ns = boot_ns, .bytes = journal->appended_bytes};
    journal->sample_count = count + 1;
}

static void publish_commit(struct journal *journal, int64_t boot_ns)
{
    pthread_mutex_lock(&journal->lock);
    journal->commits++;
    journal->first_seq = journal->first_seq ? journal->first_seq : 1;
    if (journal->unsynced) {
        journal->sync_due_ns = sync_due_ns(journal);
    }
    note_rate(journal, boot_ns);
    pthread_mutex_unlock(&journal->lock);
    atomic_store(&journal->durable, journal->written_seq);
}

static void report_full(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    if (!journal->full) {
        journal->full = true;
        journal->full_since_ns = clock_wall_ns(&journal->clock);
    }
    pthread_mutex_unlock(&journal->lock);
}

static enum err commit_batch(struct journal *journal, struct error *e)
{
    take_batch(journal);
    bool something = journal->writing->len > 0;
    enum err code = commit_write(journal, e);
    if (code == ERR_FULL) {
        report_full(journal);
        return error_wrap(e, "commit");
    }
    int64_t boot_ns = clock_boot_ns(&journal->clock);
    if (code == ERR_OK && journal->unsynced && boot_ns >= sync_due_ns(journal)) {
        code = commit_sync(journal, e);
    }
    if (code == ERR_OK && something) {
        publish_commit(journal, boot_ns);
    }
    return code;
}

enum err journal_commit(struct journal *journal, struct error *e)
{
    if (journal->failed) { /* set by this thread alone */
        return error_set(e, ERR_SYSTEM, "the journal is stopped: %s",
                         journal->failure.text);
    }
    enum err code = commit_batch(journal, e);
    if (code == ERR_OK && journal->settings.no_helper) {
        spare_fill(journal);
    }
    return code;
}
