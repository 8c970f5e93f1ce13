/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message as a record's payload:
 *
 *     0   u8      broker
 *     1   u8      qos in bits 0 and 1, retained in bit 2, duplicate in bit 3,
 *                     cut in bit 4
 *     2   string  topic      (varint length, then the bytes)
 *         string  publisher
 *         rest    payload, exactly as received; of a cut message its beginning
 *
 * The time of receipt is the record's wall clock.  A retry has in front
 *
 *     0   u64     the record that the dead letter names
 *     8   i64     when the message was received
 */
#include "journal/journal.h"

#include "core/merkle.h"
#include "journal/format.h"

#define QOS_BITS 3u
#define RETAINED_BIT 4u
#define DUPLICATE_BIT 8u
#define CUT_BIT 16u

void record_put_message(struct buf *out, const struct message *message)
{
    unsigned flags = (message->qos & QOS_BITS) | (message->retained ? RETAINED_BIT : 0) |
                     (message->duplicate ? DUPLICATE_BIT : 0) |
                     (message->cut ? CUT_BIT : 0);
    buf_add_byte(out, message->broker);
    buf_add_byte(out, (uint8_t)flags);
    buf_add_string(out, message->topic);
    buf_add_string(out, message->publisher);
    buf_add(out, message->payload);
}

static enum err get_message(const struct record *record, struct cursor *cursor,
                            int64_t received_ns, struct message *ret_message,
                            struct error *e)
{
    uint8_t broker = cursor_byte(cursor);
    uint8_t flags = cursor_byte(cursor);
    struct bytes topic = cursor_string(cursor);
    struct bytes publisher = cursor_string(cursor);
    if (cursor->failed) {
        return error_set(e, ERR_CORRUPT, "record %llu: a message cut short",
                         (unsigned long long)record->seq);
    }
    *ret_message = (struct message){
        .topic = topic,
        .payload = cursor->rest,
        .publisher = publisher,
        .seq = record->seq,
        .received_ns = received_ns,
        .broker = broker,
        .qos = flags & QOS_BITS,
        .retained = (flags & RETAINED_BIT) != 0,
        .duplicate = (flags & DUPLICATE_BIT) != 0,
        .cut = (flags & CUT_BIT) != 0,
    };
    return ERR_OK;
}

enum err record_get_message(const struct record *record, struct message *ret_message,
                            struct error *e)
{
    ASSERT(record->type == RECORD_MESSAGE);
    struct cursor cursor = cursor_of(record->payload);
    return get_message(record, &cursor, record->wall_ns, ret_message, e);
}

void record_put_retry(struct buf *out, const struct retry *retry)
{
    buf_add_u64(out, retry->letter_seq);
    buf_add_u64(out, (uint64_t)retry->message.received_ns);
    record_put_message(out, &retry->message);
}

enum err record_get_retry(const struct record *record, struct retry *ret_retry,
                          struct error *e)
{
    ASSERT(record->type == RECORD_RETRY);
    struct cursor cursor = cursor_of(record->payload);
    struct message message;
    uint64_t letter_seq = cursor_u64(&cursor);
    int64_t received_ns = (int64_t)cursor_u64(&cursor);
    enum err err = get_message(record, &cursor, received_ns, &message, e);
    if (err == ERR_OK) {
        *ret_retry = (struct retry){.message = message, .letter_seq = letter_seq};
    }
    return err;
}

void record_put_entry(struct buf *out, const struct entry *entry)
{
    buf_add_string(out, entry->who);
    buf_add_string(out, entry->device);
    buf_add_string(out, entry->metric);
    buf_add_string(out, entry->unit);
    buf_add_string(out, entry->words);
    buf_add_u64(out, (uint64_t)entry->event_ns);
    buf_add_f64(out, entry->value);
}

enum err record_get_entry(const struct record *record, struct entry *ret_entry,
                          struct error *e)
{
    ASSERT(record->type == RECORD_ENTRY);
    struct cursor cursor = cursor_of(record->payload);
    struct entry entry = {.who = cursor_string(&cursor)};
    entry.device = cursor_string(&cursor);
    entry.metric = cursor_string(&cursor);
    entry.unit = cursor_string(&cursor);
    entry.words = cursor_string(&cursor);
    entry.event_ns = (int64_t)cursor_u64(&cursor);
    entry.value = cursor_f64(&cursor);
    if (cursor.failed) {
        return error_set(e, ERR_CORRUPT, "record %llu: an entry cut short",
                         (unsigned long long)record->seq);
    }
    *ret_entry = entry;
    return ERR_OK;
}

void record_leaf(const struct record *record, uint8_t ret_hash[32])
{
    if (record->body.len > 0) {
        merkle_leaf(record->body, ret_hash);
        return;
    }
    struct buf whole;
    uint8_t head[FORMAT_RECORD_HEAD];
    struct record bare = *record;
    bare.payload = (struct bytes){0};
    format_put_record(head, &bare);
    buf_init(&whole, FORMAT_RECORD_HEAD + JOURNAL_PAYLOAD_MAX);
    buf_add(&whole, (struct bytes){.data = head + 8, .len = sizeof head - 8});
    buf_add(&whole, record->payload);
    merkle_leaf(buf_bytes(&whole), ret_hash);
    buf_deinit(&whole);
}
