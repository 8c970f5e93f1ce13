/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox says which letters, the journal has their messages. */
#include "retry.h"

#include "core/mem.h"

#include <stdio.h>
#include <time.h>

/* Reading on over so many records is no slower than opening the journal again. */
#define NEAR_RECORDS 10000
#define PAUSE_MS 10
#define PAUSES_MAX 100
#define PAYLOAD_MAX ((size_t)1 << 21) /* twice that of a record */

struct letters {
    int64_t ids[RETRY_MAX];
    uint64_t seqs[RETRY_MAX];
    size_t count;
};

static bool take(void *ctx, int64_t id, uint64_t seq)
{
    struct letters *letters = ctx;
    letters->ids[letters->count] = id;
    letters->seqs[letters->count] = seq;
    return ++letters->count < RETRY_MAX;
}

static void refuse(struct retry_result *result, int64_t id, const char *why)
{
    if (result->refused++ == 0) {
        snprintf(result->why, sizeof result->why, "dead letter %lld: %s", (long long)id,
                 why);
    }
}

/* The message of a record, which is one or holds one from an earlier retry. */
static enum err get_message(const struct record *record, struct message *ret_message,
                            struct error *e)
{
    struct retry retry;
    if (record->type == RECORD_MESSAGE) {
        return record_get_message(record, ret_message, e);
    }
    enum err err = record_get_retry(record, &retry, e);
    if (err == ERR_OK) {
        *ret_message = retry.message;
    }
    return err;
}

/* Waits for the next commits when as much as may waits for one. */
static enum err append_patiently(struct journal *journal, struct bytes payload,
                                 uint64_t *ret_seq, struct error *e)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * NS_PER_MS};
    enum err err = journal_append(journal, RECORD_RETRY, payload, ret_seq, e);
    for (int i = 0; i < PAUSES_MAX && err == ERR_FULL; i++) {
        nanosleep(&pause, NULL);
        err = journal_append(journal, RECORD_RETRY, payload, ret_seq, e);
    }
    return err;
}

/* Appends one letter's message again, or notes why not. */
static enum err append(struct journal *journal, const struct record *record, int64_t id,
                       struct retry_result *result, struct error *e)
{
    struct retry retry = {.letter_seq = record->seq};
    bool message = record->type == RECORD_MESSAGE || record->type == RECORD_RETRY;
    if (!message || get_message(record, &retry.message, e) != ERR_OK) {
        refuse(result, id, "its record in the journal is no message");
        return ERR_OK;
    }
    if (retry.message.cut) {
        refuse(result, id, "its message was too long to be kept whole");
        return ERR_OK;
    }
    struct buf payload;
    buf_init(&payload, PAYLOAD_MAX);
    record_put_retry(&payload, &retry);
    enum err err = append_patiently(journal, buf_bytes(&payload), &result->last_seq, e);
    buf_deinit(&payload);
    if (err == ERR_REJECT) {
        refuse(result, id, "its message is too long for a record of its own");
        return ERR_OK;
    }
    result->appended += err == ERR_OK ? 1 : 0;
    return err;
}

/* Reads records in rising order; near ones without opening the journal again. */
struct lookup {
    struct journal *journal;
    struct journal_reader *reader;
    uint64_t next_seq; /* that the reader gives next at the earliest */
};

/* The record of this seq; `*ret_found` false: the journal does not hold it. */
static enum err find_record(struct lookup *lookup, uint64_t seq,
                            struct record *ret_record, bool *ret_found, struct error *e)
{
    bool near = lookup->reader && seq >= lookup->next_seq &&
                seq - lookup->next_seq < NEAR_RECORDS;
    enum err err = ERR_OK;
    if (!near) {
        journal_reader_close(&lookup->reader);
        err = journal_reader_open(lookup->journal, seq, &lookup->reader, e);
    }
    bool more = true;
    *ret_found = false;
    while (err == ERR_OK && more) {
        err = journal_read_next(lookup->reader, 0, ret_record, &more, e);
        if (err == ERR_OK && more) {
            lookup->next_seq = ret_record->seq + 1;
            *ret_found = ret_record->seq == seq;
            more = ret_record->seq < seq;
        }
    }
    if (err == ERR_CORRUPT) { /* it may be what is damaged; look anew for the next one */
        journal_reader_close(&lookup->reader);
        return ERR_OK;
    }
    return err;
}

static enum err retry_one(struct lookup *lookup, int64_t id, uint64_t seq,
                          struct retry_result *result, struct error *e)
{
    struct record record;
    bool found = false;
    enum err err = find_record(lookup, seq, &record, &found, e);
    if (err == ERR_OK && !found) {
        refuse(result, id, "the journal no longer holds its message");
        return ERR_OK;
    }
    return err == ERR_OK ? append(lookup->journal, &record, id, result, e) : err;
}

enum err retry_dead_letters(struct journal *journal, struct outbox *outbox,
                            const struct outbox_letter_filter *filter,
                            struct retry_result *ret_result, struct error *e)
{
    struct letters *letters = mem_new(struct letters);
    struct retry_result result = {0};
    struct outbox_letter_filter ours = *filter;
    struct lookup lookup = {.journal = journal};
    ours.limit = RETRY_MAX;
    enum err err = outbox_each_letter_seq(outbox, &ours, take, letters, e);
    for (size_t i = 0; err == ERR_OK && i < letters->count; i++) {
        result.last_id = letters->ids[i];
        err = retry_one(&lookup, letters->ids[i], letters->seqs[i], &result, e);
    }
    journal_reader_close(&lookup.reader);
    result.found = letters->count;
    mem_free(&letters);
    if (err == ERR_OK) {
        *ret_result = result;
    }
    return err;
}
