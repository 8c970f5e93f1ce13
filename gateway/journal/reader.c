/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading records in order, beside the writer or from a directory at rest.
 *
 * Bytes are read in chunks; a group is checked whole before any of its records is
 * given, so damage costs its group and no more.  Beside the writer a reader stops at
 * the synced position, and everything before it must be good.  In a directory the
 * last segment ends where no good group follows.
 *
 * What is missing shows in the seqs: the group behind the damage begins with a later
 * one than expected.  That is told once, as ERR_CORRUPT, before the group is given.
 */
#include "journal/journal_private.h"

#include "core/mem.h"
#include "core/wait.h"

#include <stdio.h>
#include <time.h>

#define CHUNK (256u * 1024u)

struct journal_reader {
    struct journal *journal; /* NULL: a directory at rest */
    char *directory;
    struct disk disk;
    uint64_t *numbers; /* of a directory at rest */
    size_t number_count;

    int file; /* -1: none */
    uint64_t number, size;
    uint64_t end;    /* where groups end in this segment; 0: not known */
    uint64_t offset; /* of the next group */
    uint8_t *buf;
    size_t buf_capacity, buf_len;
    uint64_t buf_at;

    struct bytes rest; /* records of the current group not given yet */
    struct group group;
    bool has_group;
    uint64_t from_seq;
    uint64_t expected; /* the next seq; 0: not known */
    uint64_t bad_segment, bad_offset;
    bool bad; /* something unreadable was passed since the last good group */
    unsigned read_failures;
};

/* What the reader may see now. */
static struct position limit(const struct journal_reader *reader)
{
    struct journal *journal = reader->journal;
    if (!journal) {
        return (struct position){.segment = UINT64_MAX, .offset = UINT64_MAX};
    }
    pthread_mutex_lock(&journal->lock);
    struct position synced = journal->synced;
    pthread_mutex_unlock(&journal->lock);
    return synced;
}

static uint64_t next_number_in(const uint64_t *numbers, size_t count, uint64_t number)
{
    size_t from = 0;
    for (size_t to = count; from < to;) {
        size_t middle = from + (to - from) / 2;
        if (numbers[middle] <= number) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < count ? numbers[from] : 0;
}

/* The segment behind `number`, or 0. */
static uint64_t next_number(const struct journal_reader *reader, uint64_t number)
{
    struct journal *journal = reader->journal;
    if (!journal) {
        return next_number_in(reader->numbers, reader->number_count, number);
    }
    pthread_mutex_lock(&journal->lock);
    uint64_t next = next_number_in(journal->used, journal->used_count, number);
    next = next > journal->synced.segment ? 0 : next;
    pthread_mutex_unlock(&journal->lock);
    return next;
}

static void close_file(struct journal_reader *reader)
{
    if (reader->file >= 0) {
        reader->disk.close(reader->disk.ctx, reader->file);
        reader->file = -1;
    }
}

/* Makes `number` the current segment, at its first group. */
static enum err open_segment(struct journal_reader *reader, uint64_t number,
                             struct error *e)
{
    const struct disk *disk = &reader->disk;
    struct path path = folder_segment(reader->directory, number);
    int file = 0;
    enum err code = disk->open(disk->ctx, path.text, DISK_READ, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    uint64_t size = 0;
    code = disk->size(disk->ctx, file, &size, e);
    if (code != ERR_OK) {
        disk->close(disk->ctx, file);
        return code;
    }
    close_file(reader);
    reader->file = file;
    reader->number = number;
    reader->size = size;
    reader->end = 0;
    reader->offset = FORMAT_BLOCK;
    reader->buf_len = 0;
    return ERR_OK;
}

/* Learns from the next segment's header where this one ends. */
static void find_end(struct journal_reader *reader, uint64_t next)
{
    struct segment_look look;
    enum err code =
        folder_read_header(&reader->disk, reader->directory, next, &look, NULL);
    const struct segment_header *header = &look.header;
    bool names_this = code == ERR_OK && look.state == HEADER_VALID &&
                      header->previous_number == reader->number &&
                      header->previous_end <= reader->size;
    reader->end = names_this ? header->previous_end : 0;
}

static enum err read_at(struct journal_reader *reader, uint64_t offset, size_t len,
                        struct error *e)
{
    size_t got = 0;
    const struct disk *disk = &reader->disk;
    reader->buf_len = 0;
    reader->buf_at = offset;
    enum err code =
        disk->read(disk->ctx, reader->file, offset, reader->buf, len, &got, e);
    reader->buf_len = code == ERR_OK ? got : 0;
    return code;
}

/* Has `len` bytes at `offset` in the buffer; fewer only at the end of the file. */
static enum err fill(struct journal_reader *reader, uint64_t offset, size_t len,
                     struct bytes *ret_bytes, struct error *e)
{
    bool inside =
        offset >= reader->buf_at && offset - reader->buf_at + len <= reader->buf_len;
    if (!inside) {
        size_t want = len > CHUNK ? len : CHUNK;
        if (want > reader->buf_capacity) {
            reader->buf = mem_resize(reader->buf, reader->buf_capacity, want, 1);
            reader->buf_capacity = want;
        }
        struct position most = limit(reader);
        if (reader->journal && reader->number == most.segment &&
            offset + want > most.offset) {
            want = (size_t)(most.offset > offset ? most.offset - offset : 0);
        }
        enum err code = read_at(reader, offset, want, e);
        if (code != ERR_OK && want > len) {
            code = read_at(reader, offset, len, e); /* the fault may be further on */
        }
        if (code != ERR_OK) {
            return code;
        }
    }
    struct bytes held = {.data = reader->buf, .len = reader->buf_len};
    *ret_bytes = bytes_slice(held, (size_t)(offset - reader->buf_at), len);
    return ERR_OK;
}

/* Whether a whole good group that may follow stands at `offset`. */
static enum err load_group(struct journal_reader *reader, uint64_t offset, bool *ret_good,
                           struct error *e)
{
    struct place place = {.segment = reader->number, .offset = offset};
    struct group group;
    struct bytes data;
    *ret_good = false;
    enum err code = fill(reader, offset, FORMAT_GROUP_HEAD, &data, e);
    if (code != ERR_OK || !format_get_head(data, place, &group)) {
        return code;
    }
    if (group.first_seq < reader->expected) {
        return ERR_OK;
    }
    code = fill(reader, offset, (size_t)format_padded(group.len), &data, e);
    if (code != ERR_OK || !format_get_group(data, place, &group)) {
        return code;
    }
    reader->group = group;
    reader->rest = bytes_slice(data, FORMAT_GROUP_HEAD, group.len - FORMAT_GROUP_HEAD);
    *ret_good = true;
    return ERR_OK;
}

static void note_bad(struct journal_reader *reader)
{
    if (!reader->bad) {
        reader->bad = true;
        reader->bad_segment = reader->number;
        reader->bad_offset = reader->offset;
    }
}

/* Where groups of this segment end for now, and the segment to go on in (0: none). */
static uint64_t segment_stop(struct journal_reader *reader, uint64_t *ret_next)
{
    struct position most = limit(reader);
    *ret_next = next_number(reader, reader->number);
    if (*ret_next && !reader->end) {
        find_end(reader, *ret_next);
    }
    if (reader->number >= most.segment && most.offset < reader->size) {
        return most.offset;
    }
    return reader->end ? reader->end : reader->size;
}

/* Whether the disk gives at least the segment's first block. */
static bool disk_answers(struct journal_reader *reader)
{
    uint8_t block[FORMAT_BLOCK];
    size_t got = 0;
    const struct disk *disk = &reader->disk;
    return disk->read(disk->ctx, reader->file, 0, block, sizeof block, &got, NULL) ==
           ERR_OK;
}

/* Looks for a group at the current offset.  A read that fails is an error the first
 * times, and damage after that if the disk gives other blocks.  A directory may be
 * written to while we look, so what is not good is looked at once more with fresh bytes.
 */
static enum err try_group(struct journal_reader *reader, bool *ret_good, struct error *e)
{
    enum err code = load_group(reader, reader->offset, ret_good, e);
    if (code == ERR_OK && !*ret_good && !reader->journal && !reader->bad) {
        reader->buf_len = 0;
        code = load_group(reader, reader->offset, ret_good, e);
    }
    if (code == ERR_OK) {
        reader->read_failures = 0;
        return ERR_OK;
    }
    reader->read_failures++;
    bool again = reader->bad || reader->read_failures >= READ_TRIES;
    if (again && disk_answers(reader)) {
        return ERR_OK;
    }
    return error_wrap(e, "journal segment %llu, byte %llu",
                      (unsigned long long)reader->number,
                      (unsigned long long)reader->offset);
}

/* Goes to the next good group of this segment, at most up to `stop`. */
static enum err find_group(struct journal_reader *reader, uint64_t stop, bool *ret_good,
                           struct error *e)
{
    *ret_good = false;
    while (reader->offset < stop) {
        enum err code = try_group(reader, ret_good, e);
        if (code != ERR_OK) {
            return code;
        }
        if (*ret_good) {
            reader->offset += format_padded(reader->group.len);
            return ERR_OK;
        }
        note_bad(reader);
        reader->offset += FORMAT_BLOCK;
    }
    return ERR_OK;
}

/* Loads the next good group there is. */
static enum err next_group(struct journal_reader *reader, bool *ret_good, struct error *e)
{
    *ret_good = false;
    for (;;) {
        uint64_t next = 0;
        uint64_t stop = 0;
        if (reader->file >= 0) {
            stop = segment_stop(reader, &next);
            enum err code = find_group(reader, stop, ret_good, e);
            if (code != ERR_OK || *ret_good) {
                return code;
            }
        } else {
            next = next_number(reader, 0);
        }
        if (!next) {
            return ERR_OK;
        }
        enum err code = open_segment(reader, next, e);
        if (code != ERR_OK) {
            return code == ERR_REJECT ? ERR_SYSTEM : code;
        }
    }
}

/* Tells of records that should stand before the group that was just loaded. */
static enum err tell_missing(struct journal_reader *reader, uint64_t first, uint64_t last,
                             struct error *e)
{
    uint64_t segment = reader->bad ? reader->bad_segment : reader->number;
    uint64_t offset = reader->bad ? reader->bad_offset : reader->offset;
    reader->bad = false;
    return error_reason(e, ERR_CORRUPT, "journal_damage",
                        "segment %llu, byte %llu: records %llu to %llu can't be read",
                        (unsigned long long)segment, (unsigned long long)offset,
                        (unsigned long long)first, (unsigned long long)last);
}

/* Makes the loaded group the current one and checks how it follows the last. */
static enum err take_group(struct journal_reader *reader, const struct group *before,
                           struct error *e)
{
    const struct group *group = &reader->group;
    uint64_t expected = reader->expected;
    bool follows = reader->has_group && group->first_seq == expected;
    reader->expected = group->last_seq + 1;
    reader->has_group = true;
    if (expected && group->first_seq > expected && group->first_seq > reader->from_seq) {
        uint64_t first = expected > reader->from_seq ? expected : reader->from_seq;
        return tell_missing(reader, first, group->first_seq - 1, e);
    }
    reader->bad = false;
    if (follows && memcmp(before->chain, group->previous_chain, FORMAT_HASH) != 0) {
        return error_reason(e, ERR_CORRUPT, "journal_chain",
                            "segment %llu: the chain is broken before record %llu",
                            (unsigned long long)reader->number,
                            (unsigned long long)group->first_seq);
    }
    return ERR_OK;
}

/* Gives the next record of the current group that is wanted. */
static bool next_record(struct journal_reader *reader, struct record *ret_record)
{
    while (reader->rest.len > 0) {
        struct record record;
        size_t len = format_get_record(reader->rest, &record);
        reader->rest = bytes_slice(reader->rest, len, reader->rest.len);
        if (record.seq >= reader->from_seq) {
            *ret_record = record;
            return true;
        }
    }
    return false;
}

/* Beside the writer, damage that reaches up to the synced position. */
static enum err tell_missing_tail(struct journal_reader *reader, struct error *e)
{
    struct position most = limit(reader);
    bool all_seen = !reader->journal || !reader->bad || !reader->expected ||
                    reader->number < most.segment || reader->offset < most.offset ||
                    reader->expected > most.seq;
    if (all_seen) {
        return ERR_OK;
    }
    uint64_t first = reader->expected;
    reader->expected = most.seq + 1;
    reader->has_group = false;
    return tell_missing(reader, first, most.seq, e);
}

static enum err read_step(struct journal_reader *reader, struct record *ret_record,
                          bool *ret_found, struct error *e)
{
    for (;;) {
        if (next_record(reader, ret_record)) {
            *ret_found = true;
            return ERR_OK;
        }
        struct group before = reader->group;
        bool good = false;
        enum err code = next_group(reader, &good, e);
        if (code == ERR_OK && good) {
            code = take_group(reader, &before, e);
        } else if (code == ERR_OK) {
            *ret_found = false;
            return tell_missing_tail(reader, e);
        }
        if (code != ERR_OK) {
            return code;
        }
    }
}

/* Waits until something more is synced; false: the time is over. */
static bool wait_synced(struct journal_reader *reader, const struct timespec *until)
{
    struct journal *journal = reader->journal;
    pthread_mutex_lock(&journal->lock);
    int rc = 0;
    while (rc == 0 && !journal->failed && journal->synced.seq < reader->expected) {
        rc = pthread_cond_timedwait(&journal->changed, &journal->lock, until);
    }
    bool more = journal->synced.seq >= reader->expected && journal->synced.seq > 0;
    pthread_mutex_unlock(&journal->lock);
    return more;
}

enum err journal_read_next(struct journal_reader *reader, int64_t timeout_ms,
                           struct record *ret_record, bool *ret_found, struct error *e)
{
    enum err code = read_step(reader, ret_record, ret_found, e);
    if (code != ERR_OK || *ret_found || !reader->journal || timeout_ms <= 0) {
        return code;
    }
    struct timespec until = wait_end(timeout_ms * NS_PER_MS);
    if (!wait_synced(reader, &until)) {
        return ERR_OK;
    }
    return read_step(reader, ret_record, ret_found, e);
}

void journal_reader_chain(const struct journal_reader *reader, uint8_t ret_hash[32])
{
    memcpy(ret_hash, reader->group.chain, FORMAT_HASH);
}

static struct journal_reader *make(const char *directory, const struct disk *disk,
                                   uint64_t from_seq)
{
    struct journal_reader *reader = mem_new(struct journal_reader);
    reader->directory = mem_text(bytes_of(directory));
    reader->disk = *disk;
    reader->file = -1;
    reader->from_seq = from_seq;
    return reader;
}

/* Goes backwards to the segment that holds `from_seq`, or to the first. */
static enum err seek(struct journal_reader *reader, const uint64_t *numbers, size_t count,
                     struct error *e)
{
    for (size_t i = count; i > 0; i--) {
        struct segment_look look = {.state = HEADER_BAD};
        enum err code = folder_read_header(&reader->disk, reader->directory,
                                           numbers[i - 1], &look, e);
        if (code != ERR_OK && code != ERR_REJECT) {
            return code;
        }
        bool whole = look.state == HEADER_VALID;
        if (look.state == HEADER_NEWER) {
            return error_set(e, ERR_CONFIG, "segment %llu is of a newer format",
                             (unsigned long long)numbers[i - 1]);
        }
        if (i == 1 || (whole && look.header.first_seq <= reader->from_seq)) {
            reader->expected = whole ? look.header.first_seq : 0;
            return open_segment(reader, numbers[i - 1], e);
        }
    }
    return ERR_OK;
}

/* A copy of the numbers of segments that may be read now. */
static uint64_t *copy_used(struct journal *journal, size_t *ret_count)
{
    pthread_mutex_lock(&journal->lock);
    size_t count = journal->used_count;
    while (count > 0 && journal->used[count - 1] > journal->synced.segment) {
        count--;
    }
    uint64_t *numbers = mem_array(count, sizeof *numbers);
    if (count) {
        memcpy(numbers, journal->used, count * sizeof *numbers);
    }
    journal->readers++;
    pthread_mutex_unlock(&journal->lock);
    *ret_count = count;
    return numbers;
}

enum err journal_reader_open(struct journal *journal, uint64_t from_seq,
                             struct journal_reader **ret_reader, struct error *e)
{
    struct journal_reader *reader = make(journal->directory, &journal->disk, from_seq);
    reader->journal = journal;
    size_t count = 0;
    uint64_t *numbers = copy_used(journal, &count);
    enum err code = seek(reader, numbers, count, e);
    mem_free(&numbers);
    if (code != ERR_OK) {
        journal_reader_close(&reader);
        return code;
    }
    *ret_reader = reader;
    return ERR_OK;
}

enum err journal_reader_open_directory(const char *directory, const struct disk *disk,
                                       uint64_t from_seq,
                                       struct journal_reader **ret_reader,
                                       struct error *e)
{
    if (strlen(directory) + 64 > PATH_LEN_MAX) {
        return error_set(e, ERR_CONFIG, "the journal's directory name is too long");
    }
    struct journal_reader *reader = make(directory, disk, from_seq);
    struct folder folder = {0};
    enum err code = folder_read(disk, directory, &folder, e);
    if (code == ERR_OK) {
        reader->numbers = folder.numbers;
        reader->number_count = folder.count;
        code = seek(reader, folder.numbers, folder.count, e);
    }
    if (code != ERR_OK) {
        journal_reader_close(&reader);
        return error_wrap(e, "journal '%s'", directory);
    }
    *ret_reader = reader;
    return ERR_OK;
}

enum err journal_read_all(struct journal_reader *reader, journal_record_fn *each,
                          void *ctx, struct error *e)
{
    enum err err = ERR_OK;
    bool found = true;
    while (err == ERR_OK && found) {
        struct record record;
        err = journal_read_next(reader, 0, &record, &found, e);
        if (err == ERR_CORRUPT) {
            err = ERR_OK;
            found = true;
        } else if (err == ERR_OK && found) {
            err = each(ctx, &record, e);
        }
    }
    return err;
}

void journal_reader_close(struct journal_reader **reader)
{
    struct journal_reader *r = *reader;
    if (!r) {
        return;
    }
    if (r->journal) {
        pthread_mutex_lock(&r->journal->lock);
        r->journal->readers--;
        pthread_mutex_unlock(&r->journal->lock);
    }
    close_file(r);
    mem_free(&r->numbers);
    mem_free(&r->directory);
    mem_free(&r->buf);
    mem_free(reader);
}
