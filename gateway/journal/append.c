/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appending: copies a record into the group that is being filled, under one short
 * lock.  Groups are laid out as they will stand on disk, and where each will go is
 * planned here, so that what was appended is sure to have its place: in the active
 * segment or in a spare that is already there.
 */
#include "journal/journal_private.h"

#include "core/endian.h"
#include "core/mem.h"

struct batch *batch_new(void)
{
    struct batch *batch = mem_new(struct batch);
    batch->data = mem_array(JOURNAL_PENDING_MAX, 1);
    return batch;
}

void batch_free(struct batch **batch)
{
    if (*batch) {
        mem_free(&(*batch)->data);
        mem_free(batch);
    }
}

void append_close_group(struct journal *journal)
{
    struct batch *batch = journal->filling;
    struct group *open = &batch->open;
    if (open->count == 0) {
        return;
    }
    size_t padded = (size_t)format_padded(open->len);
    uint8_t *data = batch->data + batch->len;
    memset(data + open->len, 0, padded - open->len);
    format_put_counts(data, open);
    batch->len += padded;
    journal->plan_offset += padded;
    *open = (struct group){0};
    ASSERT(batch->len <= JOURNAL_PENDING_MAX);
    ASSERT(journal->plan_offset <= journal->plan_size);
}

/* Whether the open group may grow by `len` bytes where it is. */
static bool open_takes(const struct journal *journal, size_t len)
{
    const struct batch *batch = journal->filling;
    uint64_t padded = format_padded(batch->open.len + len);
    return batch->open.count > 0 && batch->open.len + len <= GROUP_TARGET &&
           batch->len + padded <= JOURNAL_PENDING_MAX &&
           journal->plan_offset + padded <= journal->plan_size;
}

static enum err full(struct journal *journal, struct error *e)
{
    if (!journal->full) {
        journal->full = true;
        journal->full_since_ns = clock_wall_ns(&journal->clock);
    }
    journal->spare_due = true;
    pthread_cond_broadcast(&journal->changed);
    const char *why = journal->spare_error.text;
    return error_set(e, ERR_FULL, "no room for another segment: %s",
                     *why ? why : "none is ready yet");
}

/* Opens a group for a record of `len` bytes: in the planned segment or the next. */
static enum err open_group(struct journal *journal, size_t len, struct error *e)
{
    uint64_t padded = format_padded(FORMAT_GROUP_HEAD + len);
    if (padded > journal->settings.segment_size - FORMAT_BLOCK) {
        return error_set(e, ERR_REJECT, "a record of %zu bytes fits no segment", len);
    }
    struct batch *batch = journal->filling;
    if (batch->len + padded > JOURNAL_PENDING_MAX) {
        return error_set(e, ERR_FULL, "%zu bytes wait for commit", batch->len);
    }
    if (journal->plan_offset + padded > journal->plan_size) {
        if (journal->plan_claimed == journal->spare_count) {
            return full(journal, e);
        }
        journal->plan_claimed++;
        journal->plan_offset = FORMAT_BLOCK;
        journal->plan_size = journal->settings.segment_size;
    }
    batch->open =
        (struct group){.len = FORMAT_GROUP_HEAD, .first_seq = journal->next_seq};
    return ERR_OK;
}

static void put_record(struct journal *journal, enum record_type type,
                       struct bytes payload)
{
    struct batch *batch = journal->filling;
    struct group *open = &batch->open;
    struct record record = {
        .type = type,
        .seq = journal->next_seq++,
        .wall_ns = clock_wall_ns(&journal->clock),
        .boot_ns = clock_boot_ns(&journal->clock),
        .payload = payload,
    };
    format_put_record(batch->data + batch->len + open->len, &record);
    open->len += FORMAT_RECORD_HEAD + (uint32_t)payload.len;
    open->count++;
    open->last_seq = record.seq;
    journal->appended_bytes += FORMAT_RECORD_HEAD + payload.len;
}

static enum err append_locked(struct journal *journal, enum record_type type,
                              struct bytes payload, struct error *e)
{
    if (journal->failed) {
        return error_set(e, ERR_SYSTEM, "the journal is stopped: %s",
                         journal->failure.text);
    }
    size_t len = FORMAT_RECORD_HEAD + payload.len;
    if (!open_takes(journal, len)) {
        append_close_group(journal);
        enum err code = open_group(journal, len, e);
        if (code != ERR_OK) {
            return code;
        }
    }
    bool was_empty = journal->filling->len == 0 && journal->filling->open.count == 0;
    put_record(journal, type, payload);
    journal->full = false;
    if (was_empty) {
        pthread_cond_broadcast(&journal->changed);
    }
    return ERR_OK;
}

/* The payload of the note that records `first` to `last` are gone without a trace. */
static void put_gap_note(uint8_t payload[40], uint64_t first, uint64_t last)
{
    memset(payload, 0, 40);
    endian_put_u64(payload, first);
    endian_put_u64(payload + 8, last);
}

enum err journal_skip_seen(struct journal *journal, uint64_t seq, struct error *e)
{
    pthread_mutex_lock(&journal->lock);
    uint64_t first = journal->next_seq;
    bool skips = seq >= first;
    if (skips) {
        append_close_group(journal);
        journal->next_seq = seq + 1;
        journal->plan_size = journal->plan_offset; /* a gap begins a segment */
        journal->quarantined++;
    }
    pthread_mutex_unlock(&journal->lock);
    if (!skips) {
        return ERR_OK;
    }
    uint8_t note[40];
    uint64_t note_seq = 0;
    put_gap_note(note, first, seq);
    struct bytes payload = {.data = note, .len = sizeof note};
    return journal_append(journal, RECORD_QUARANTINE, payload, &note_seq, e);
}

static enum err too_large(struct bytes payload, struct error *e)
{
    return error_set(e, ERR_REJECT, "payload of %zu bytes: at most %u", payload.len,
                     JOURNAL_PAYLOAD_MAX);
}

enum err journal_append_made(struct journal *journal, enum record_type type,
                             journal_make_fn *make, void *ctx, uint64_t *ret_seq,
                             struct error *e)
{
    ASSERT(type > 0 && (unsigned)type <= UINT8_MAX);
    pthread_mutex_lock(&journal->lock);
    uint64_t seq = journal->next_seq;
    struct bytes payload = make(ctx, seq);
    enum err code = payload.len > JOURNAL_PAYLOAD_MAX
                        ? too_large(payload, e)
                        : append_locked(journal, type, payload, e);
    ASSERT(code != ERR_OK || seq == journal->next_seq - 1);
    pthread_mutex_unlock(&journal->lock);
    if (code == ERR_OK) {
        *ret_seq = seq;
    }
    return code;
}

enum err journal_append(struct journal *journal, enum record_type type,
                        struct bytes payload, uint64_t *ret_seq, struct error *e)
{
    ASSERT(type > 0 && (unsigned)type <= UINT8_MAX);
    if (payload.len > JOURNAL_PAYLOAD_MAX) {
        return too_large(payload, e);
    }
    pthread_mutex_lock(&journal->lock);
    enum err code = append_locked(journal, type, payload, e);
    uint64_t seq = journal->next_seq - 1;
    pthread_mutex_unlock(&journal->lock);
    if (code == ERR_OK) {
        *ret_seq = seq;
    }
    return code;
}
