/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening after whatever happened.
 *
 *   1. Refuse what is not ours (another gateway, a newer format) before any change.
 *   2. Find the last segment with a good group; those behind it are spares, or were
 *      begun and never synced: their bytes are kept in quarantine/ and zeroed.
 *   3. Walk it (scan.c).  A torn tail was never acknowledged: its bytes are kept, then
 *      zeroed, and a RECOVERY record says so.  Damage before synced groups stays where
 *      it is, is copied, gets a QUARANTINE record, and writing goes on in a new
 *      segment, so that the next start does not meet it again.
 *   4. Unless the last end was orderly, put a synced copy of the segment in its place.
 *      What can be read of it may exist in the kernel's memory only, and clean by name:
 *      after a failed sync, another one of the same file proves nothing.
 *
 * A copy in quarantine/ that cannot be made does not stop the start; the record's
 * name for it is then empty.
 */
#include "journal/journal_private.h"

#include "core/endian.h"
#include "core/mem.h"

#include <sodium.h>
#include <stdio.h>

struct recovery {
    struct journal *journal;
    struct folder folder;
    size_t used;                /* how many of the folder's segments hold groups */
    struct segment_bytes bytes; /* of the segment being looked at */
    struct scan scan;
    uint64_t seqs_lost; /* behind the last good group, by what can't be read */
    bool seal;          /* write no more into the last segment */
    struct buf notes;   /* u8 type, string payload: to be appended */
    size_t kept;        /* files in quarantine/ */
};

static enum err refuse_foreign(const struct journal *journal, uint64_t number,
                               const struct segment_look *look, struct error *e)
{
    if (look->state == HEADER_NEWER) {
        return error_set(e, ERR_CONFIG,
                         "segment %llu of '%s' is of a newer format than this program's",
                         (unsigned long long)number, journal->directory);
    }
    if (look->state == HEADER_VALID &&
        strcmp(look->header.gateway_id, journal->gateway_id) != 0) {
        return error_set(e, ERR_CONFIG, "'%s' belongs to gateway '%s', not '%s'",
                         journal->directory, look->header.gateway_id,
                         journal->gateway_id);
    }
    return ERR_OK;
}

/* Checks the first and the last header that stand. */
static enum err check_owner(const struct recovery *r, struct error *e)
{
    const struct journal *journal = r->journal;
    const struct folder *folder = &r->folder;
    bool last_checked = false;
    for (size_t i = folder->count; i > 0; i--) {
        bool skip = last_checked && i > 1;
        if (skip) {
            continue;
        }
        uint64_t number = folder->numbers[i - 1];
        struct segment_look look;
        enum err code =
            folder_read_header(&journal->disk, journal->directory, number, &look, e);
        if (code == ERR_OK) {
            code = refuse_foreign(journal, number, &look, e);
        }
        if (code != ERR_OK) {
            return code;
        }
        last_checked = last_checked || look.state == HEADER_VALID;
    }
    return ERR_OK;
}

static void count_name(void *ctx, const char *name)
{
    (void)name;
    size_t *count = ctx;
    (*count)++;
}

/* Copies bytes to quarantine/; gives the name, or "" where it could not. */
static void keep_bytes(struct recovery *r, struct hole hole, const char *what,
                       char ret_name[64])
{
    const struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    struct path folder = folder_file(journal->directory, "quarantine");
    ret_name[0] = 0;
    if (r->kept >= QUARANTINE_FILES_MAX || hole.end <= hole.offset) {
        return;
    }
    char name[64];
    snprintf(name, sizeof name, "%010llu-%llu-%zu.%s", (unsigned long long)r->scan.number,
             (unsigned long long)hole.offset, r->kept, what);
    struct bytes bytes =
        bytes_slice(r->scan.data, (size_t)hole.offset, (size_t)(hole.end - hole.offset));
    if (folder_write_file(disk, folder.text, name, bytes, NULL) == ERR_OK) {
        snprintf(ret_name, 64, "%s", name);
        r->kept++;
    }
}

static void add_note(struct recovery *r, enum record_type type, const struct buf *payload)
{
    buf_add_byte(&r->notes, (uint8_t)type);
    buf_add_string(&r->notes, buf_bytes(payload));
}

static void note_damage(struct recovery *r, struct hole hole)
{
    char name[64];
    keep_bytes(r, hole, "damaged", name);
    struct buf payload;
    buf_init(&payload, 256);
    buf_add_u64(&payload, hole.first_seq);
    buf_add_u64(&payload, hole.last_seq);
    buf_add_u64(&payload, r->scan.number);
    buf_add_u64(&payload, hole.offset);
    buf_add_u64(&payload, hole.end - hole.offset);
    buf_add_text(&payload, name);
    add_note(r, RECORD_QUARANTINE, &payload);
    buf_deinit(&payload);
    r->journal->quarantined++;
    r->seal = true;
}

static enum err zero_out(struct recovery *r, struct hole hole, struct error *e)
{
    const struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    struct path path = folder_segment(journal->directory, r->scan.number);
    int file = 0;
    enum err code = disk->open(disk->ctx, path.text, DISK_WRITE, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    size_t len = (size_t)(hole.end - hole.offset);
    uint8_t *zeros = mem_array(len, 1);
    struct bytes bytes = {.data = zeros, .len = len};
    code = disk->write(disk->ctx, file, hole.offset, bytes, e);
    if (code == ERR_OK) {
        code = disk->sync(disk->ctx, file, e);
    }
    mem_free(&zeros);
    disk->close(disk->ctx, file);
    return code;
}

/* Keeps bytes that were never synced, before they are zeroed. */
static void keep_torn(struct recovery *r, struct hole hole)
{
    char name[64];
    keep_bytes(r, hole, "torn", name);
    size_t len = (size_t)(hole.end - hole.offset);
    uint8_t hash[FORMAT_HASH];
    crypto_hash_sha256(hash, r->scan.data.data + hole.offset, len);
    struct buf payload;
    buf_init(&payload, 256);
    buf_add_u64(&payload, r->scan.number);
    buf_add_u64(&payload, hole.offset);
    buf_add_u64(&payload, len);
    buf_add(&payload, (struct bytes){.data = hash, .len = sizeof hash});
    buf_add_text(&payload, name);
    add_note(r, RECORD_RECOVERY, &payload);
    buf_deinit(&payload);
}

static void drop_scan(struct recovery *r)
{
    mem_free(&r->scan.holes);
    mem_free(&r->bytes.data);
    r->bytes = (struct segment_bytes){0};
    r->scan = (struct scan){0};
}

/* The seq that must follow the segment before `index`; 0: not known. */
static uint64_t seq_after_previous(struct recovery *r, size_t index)
{
    const struct journal *journal = r->journal;
    if (index == 0) {
        return 0;
    }
    struct scan scan = {.number = r->folder.numbers[index - 1]};
    struct segment_bytes bytes = {0};
    enum err code = folder_read_segment(&journal->disk, journal->directory, scan.number,
                                        &bytes, NULL);
    if (code != ERR_OK) {
        return 0; /* then the walk takes the first seq it finds */
    }
    scan.data = (struct bytes){.data = bytes.data, .len = bytes.len};
    scan_run(&scan);
    mem_free(&scan.holes);
    mem_free(&bytes.data);
    return scan.last_seq ? scan.last_seq + 1 : 0;
}

/* Reads and walks the segment at `index`. */
static enum err scan_segment(struct recovery *r, size_t index, struct error *e)
{
    const struct journal *journal = r->journal;
    drop_scan(r);
    uint64_t number = r->folder.numbers[index];
    enum err code =
        folder_read_segment(&journal->disk, journal->directory, number, &r->bytes, e);
    if (code != ERR_OK) {
        return code;
    }
    struct segment_look look = folder_look(&r->bytes, number);
    bool whole = look.state == HEADER_VALID;
    r->scan.number = number;
    r->scan.data = (struct bytes){.data = r->bytes.data, .len = r->bytes.len};
    r->scan.expected = whole ? look.header.first_seq : seq_after_previous(r, index);
    if (!whole && !scan_is_proved(&r->scan, FORMAT_BLOCK)) {
        return ERR_OK; /* begun and never synced: no groups */
    }
    scan_run(&r->scan);
    if (!whole) {
        note_damage(r, (struct hole){.end = FORMAT_BLOCK});
    }
    return ERR_OK;
}

/* A segment behind the last good group: empty, or begun and never synced. */
static enum err take_spare(struct recovery *r, struct error *e)
{
    struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    size_t len = r->bytes.len;
    bool zero = format_all_zero(r->scan.data);
    if (r->bytes.unreadable > 0) {
        return error_set(e, ERR_SYSTEM, "segment %llu: %zu blocks can't be read",
                         (unsigned long long)r->scan.number, r->bytes.unreadable);
    }
    if (!zero) {
        struct hole all = {.end = len};
        keep_torn(r, all);
        enum err code = zero_out(r, all, e);
        if (code != ERR_OK) {
            return code;
        }
    }
    if (len != journal->settings.segment_size || journal->spare_count == SPARES_MAX) {
        struct path path = folder_segment(journal->directory, r->scan.number);
        return disk->remove(disk->ctx, path.text, e);
    }
    memmove(journal->spares + 1, journal->spares,
            journal->spare_count * sizeof *journal->spares);
    journal->spares[0] = r->scan.number;
    journal->spare_count++;
    journal->bytes += len;
    return ERR_OK;
}

/* Goes backwards over spares to the last segment with a good group. */
static enum err find_last(struct recovery *r, struct error *e)
{
    for (r->used = r->folder.count; r->used > 0; r->used--) {
        enum err code = scan_segment(r, r->used - 1, e);
        if (code == ERR_OK && r->scan.groups > 0) {
            return ERR_OK;
        }
        if (code == ERR_OK) {
            code = take_spare(r, e);
        }
        if (code != ERR_OK) {
            return code;
        }
    }
    return ERR_OK;
}

/* Puts a synced copy of the segment, without its torn tail, in its place. */
static enum err renew(struct recovery *r, struct error *e)
{
    const struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    struct path path = folder_segment(journal->directory, r->scan.number);
    struct path copy = folder_file(journal->directory, "copy.tmp");
    size_t torn = (size_t)r->scan.torn_from;
    memset(r->bytes.data + torn, 0, r->bytes.len - torn);
    enum err code =
        folder_write_file(disk, journal->directory, "copy.tmp", r->scan.data, e);
    if (code == ERR_OK) {
        code = disk->rename(disk->ctx, copy.text, path.text, e);
    }
    if (code == ERR_OK) {
        return disk->sync_dir(disk->ctx, journal->directory, e);
    }
    (void)disk->remove(disk->ctx, copy.text, NULL); /* the first error counts */
    return code;
}

/* The same; a spare gives its room where there is no other. */
static enum err renew_somehow(struct recovery *r, struct error *e)
{
    struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    enum err code = renew(r, e);
    if (code != ERR_FULL || journal->spare_count == 0) {
        return code;
    }
    struct path spare =
        folder_segment(journal->directory, journal->spares[--journal->spare_count]);
    journal->bytes -= journal->settings.segment_size;
    code = disk->remove(disk->ctx, spare.text, e);
    return code == ERR_OK ? renew(r, e) : code;
}

/* Leaves the last segment without a torn tail, and synced. */
static enum err settle_tail(struct recovery *r, struct error *e)
{
    struct hole tail = {.offset = r->scan.torn_from, .end = r->scan.torn_to};
    if (r->bytes.unreadable > 0) {
        /* Records may stand there, under seqs that must not be given again. */
        tail.end = r->bytes.len;
        r->seqs_lost = (tail.end - tail.offset) / FORMAT_RECORD_HEAD;
        note_damage(r, tail);
        return ERR_OK;
    }
    bool torn = tail.end > tail.offset;
    if (torn) {
        keep_torn(r, tail);
    }
    if (!r->folder.is_clean) {
        return renew_somehow(r, e);
    }
    return torn ? zero_out(r, tail, e) : ERR_OK;
}

/* Keeps what the walk over the last segment found and goes on behind it. */
static enum err open_last(struct recovery *r, struct error *e)
{
    struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    for (size_t i = 0; i < r->scan.hole_count; i++) {
        note_damage(r, r->scan.holes[i]);
    }
    enum err code = settle_tail(r, e);
    if (code != ERR_OK) {
        return code;
    }
    struct active *active = &journal->active;
    struct path path = folder_segment(journal->directory, r->scan.number);
    code = disk->open(disk->ctx, path.text, DISK_WRITE, &active->file, e);
    if (code != ERR_OK) {
        active->file = -1;
        return code;
    }
    active->number = r->scan.number;
    active->offset = r->scan.good_end;
    active->next_seq = r->scan.last_seq + 1;
    active->size = r->seal ? active->offset : r->bytes.len;
    journal->written_seq = r->scan.last_seq + r->seqs_lost;
    memcpy(journal->chain, r->scan.chain, sizeof journal->chain);
    return disk->sync(disk->ctx, active->file, e);
}

static uint64_t find_first_seq(const struct recovery *r)
{
    const struct journal *journal = r->journal;
    for (size_t i = 0; i < r->used; i++) {
        struct segment_look look;
        enum err code = folder_read_header(&journal->disk, journal->directory,
                                           r->folder.numbers[i], &look, NULL);
        if (code == ERR_OK && look.state == HEADER_VALID) {
            return look.header.first_seq;
        }
    }
    return 0;
}

static void set_state(struct recovery *r)
{
    struct journal *journal = r->journal;
    const struct folder *folder = &r->folder;
    for (size_t i = 0; i < r->used; i++) {
        journal->used = mem_grow(journal->used, journal->used_count,
                                 &journal->used_capacity, sizeof *journal->used);
        journal->used[journal->used_count++] = folder->numbers[i];
    }
    journal->bytes += journal->used_count * journal->settings.segment_size;
    journal->next_number = folder->count ? folder->numbers[folder->count - 1] + 1 : 1;
    journal->next_seq = journal->written_seq + 1;
    journal->first_seq = find_first_seq(r);
    journal->plan_offset = journal->active.offset;
    journal->plan_size = journal->active.size;
    journal->synced = (struct position){.segment = journal->active.number,
                                        .offset = journal->active.offset,
                                        .seq = journal->written_seq};
    atomic_store(&journal->durable, journal->written_seq);
}

/* The notes become records; for want of space they are left out. */
static enum err append_notes(struct recovery *r, struct error *e)
{
    if (r->notes.len == 0) {
        return ERR_OK;
    }
    enum err code = ERR_OK;
    struct cursor cursor = cursor_of(buf_bytes(&r->notes));
    while (cursor.rest.len > 0 && code == ERR_OK) {
        enum record_type type = (enum record_type)cursor_byte(&cursor);
        struct bytes payload = cursor_string(&cursor);
        uint64_t seq = 0;
        code = journal_append(r->journal, type, payload, &seq, e);
    }
    if (code == ERR_OK) {
        code = journal_commit(r->journal, e);
    }
    if (code == ERR_OK) {
        code = commit_sync(r->journal, e);
    }
    return code == ERR_FULL ? ERR_OK : code;
}

static enum err remove_file(const struct journal *journal, bool is_there,
                            const char *name, struct error *e)
{
    struct path path = folder_file(journal->directory, name);
    const struct disk *disk = &journal->disk;
    return is_there ? disk->remove(disk->ctx, path.text, e) : ERR_OK;
}

static enum err prepare(struct recovery *r, struct error *e)
{
    const struct journal *journal = r->journal;
    const struct disk *disk = &journal->disk;
    struct path quarantine = folder_file(journal->directory, "quarantine");
    enum err code = folder_read(disk, journal->directory, &r->folder, e);
    if (code == ERR_OK) {
        code = check_owner(r, e);
    }
    if (code == ERR_OK) {
        code = disk->make_dir(disk->ctx, quarantine.text, e);
    }
    if (code == ERR_OK) {
        code = disk->list(disk->ctx, quarantine.text, count_name, &r->kept, e);
    }
    const struct folder *found = &r->folder;
    if (code == ERR_OK) {
        code = remove_file(journal, found->has_spare_temporary, "spare.tmp", e);
    }
    if (code == ERR_OK) {
        code = remove_file(journal, found->has_copy_temporary, "copy.tmp", e);
    }
    return code == ERR_OK ? remove_file(journal, found->is_clean, "clean", e) : code;
}

enum err recover_run(struct journal *journal, struct error *e)
{
    struct recovery r = {.journal = journal};
    buf_init(&r.notes, SIZE_MAX / 2);
    enum err code = prepare(&r, e);
    if (code == ERR_OK) {
        code = find_last(&r, e);
    }
    if (code == ERR_OK && r.used > 0) {
        code = open_last(&r, e);
    }
    if (code == ERR_OK) {
        code = journal->disk.sync_dir(journal->disk.ctx, journal->directory, e);
    }
    if (code == ERR_OK) {
        set_state(&r);
        spare_fill(journal);
        code = append_notes(&r, e);
    }
    drop_scan(&r);
    folder_deinit(&r.folder);
    buf_deinit(&r.notes);
    return code;
}
