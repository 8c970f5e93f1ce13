/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of the first records of a directory that may be written meanwhile.  Segments
 * that were left are copied as they are, damage and all; the one that holds the last
 * record wanted is cut behind it, so that nothing half written comes along.
 */
#include "journal/journal_private.h"

#include "core/mem.h"

#include <stdio.h>

#define KEPT_SIZE_MAX ((uint64_t)JOURNAL_SEGMENT_MAX)

struct copying {
    const struct disk *disk;
    const char *from, *to;
    uint64_t until_seq;
    struct folder folder;
    size_t used;  /* segments up to and with the last one wanted */
    uint64_t end; /* byte behind the last group wanted of that one */
    uint64_t last_seq;
    enum err err; /* of a file in quarantine/ */
    struct error *e;
};

static void take_group(void *ctx, uint64_t offset, struct bytes data,
                       const struct group *group)
{
    struct copying *c = ctx;
    (void)data;
    if (group->last_seq <= c->until_seq) {
        c->end = offset + format_padded(group->len);
        c->last_seq = group->last_seq;
    }
}

/* Zeros what stands behind the last group wanted. */
static void cut(struct copying *c, uint64_t number, const struct segment_bytes *bytes)
{
    struct segment_look look = folder_look(bytes, number);
    struct scan scan = {.number = number,
                        .data = {.data = bytes->data, .len = bytes->len},
                        .expected = look.header.first_seq,
                        .each = take_group,
                        .ctx = c};
    c->end = FORMAT_BLOCK;
    scan_run(&scan);
    mem_free(&scan.holes);
    memset(bytes->data + c->end, 0, bytes->len - (size_t)c->end);
}

static enum err copy_segment(struct copying *c, size_t index, struct error *e)
{
    struct segment_bytes bytes = {0};
    uint64_t number = c->folder.numbers[index];
    struct path path = folder_segment(c->from, number);
    enum err err = folder_read_segment(c->disk, c->from, number, &bytes, e);
    if (err != ERR_OK) {
        return err;
    }
    if (index + 1 == c->used) {
        cut(c, number, &bytes);
    }
    err = folder_write_file(c->disk, c->to, path.text + strlen(c->from) + 1,
                            (struct bytes){bytes.data, bytes.len}, e);
    mem_free(&bytes.data);
    return err;
}

/* Which segments are wanted: up to the last that begins at or before the last record. */
static enum err choose(struct copying *c, struct error *e)
{
    for (size_t i = 0; i < c->folder.count; i++) {
        struct segment_look look;
        enum err err =
            folder_read_header(c->disk, c->from, c->folder.numbers[i], &look, e);
        if (err != ERR_OK) {
            return err;
        }
        if (look.state == HEADER_VALID && look.header.first_seq <= c->until_seq) {
            c->used = i + 1;
        }
    }
    return ERR_OK;
}

static void copy_kept(void *ctx, const char *name)
{
    struct copying *c = ctx;
    struct path from = folder_file(c->from, "quarantine");
    struct path to = folder_file(c->to, "quarantine");
    struct path path = folder_file(from.text, name);
    uint64_t size = 0;
    size_t got = 0;
    int file = 0;
    if (c->err == ERR_OK) {
        c->err = c->disk->open(c->disk->ctx, path.text, DISK_READ, &file, c->e);
    }
    if (c->err != ERR_OK) {
        return;
    }
    c->err = c->disk->size(c->disk->ctx, file, &size, c->e);
    if (size > KEPT_SIZE_MAX) {
        size = KEPT_SIZE_MAX;
    }
    uint8_t *data = mem_array((size_t)size + 1, 1);
    if (c->err == ERR_OK) {
        c->err = c->disk->read(c->disk->ctx, file, 0, data, (size_t)size, &got, c->e);
    }
    if (c->err == ERR_OK) {
        c->err =
            folder_write_file(c->disk, to.text, name, (struct bytes){data, got}, c->e);
    }
    mem_free(&data);
    c->disk->close(c->disk->ctx, file);
}

static enum err copy_quarantine(struct copying *c, struct error *e)
{
    struct path from = folder_file(c->from, "quarantine");
    struct path to = folder_file(c->to, "quarantine");
    enum err err = c->disk->make_dir(c->disk->ctx, to.text, e);
    if (err != ERR_OK ||
        c->disk->list(c->disk->ctx, from.text, copy_kept, c, NULL) != ERR_OK) {
        return err; /* there may be none */
    }
    return c->err;
}

enum err journal_copy(const char *from, const char *to, const struct disk *disk,
                      uint64_t until_seq, uint64_t *ret_last_seq, struct error *e)
{
    struct copying c = {
        .disk = disk, .from = from, .to = to, .until_seq = until_seq, .e = e};
    if (strlen(from) + 96 > PATH_LEN_MAX || strlen(to) + 96 > PATH_LEN_MAX) {
        return error_set(e, ERR_CONFIG, "the journal's directory name is too long");
    }
    enum err err = disk->make_dir(disk->ctx, to, e);
    if (err == ERR_OK) {
        err = folder_read(disk, from, &c.folder, e);
    }
    if (err == ERR_OK) {
        err = choose(&c, e);
    }
    for (size_t i = 0; err == ERR_OK && i < c.used; i++) {
        err = copy_segment(&c, i, e);
    }
    if (err == ERR_OK) {
        err = copy_quarantine(&c, e);
    }
    if (err == ERR_OK) {
        err = disk->sync_dir(disk->ctx, to, e);
    }
    folder_deinit(&c.folder);
    *ret_last_seq = c.last_seq;
    return err == ERR_OK ? ERR_OK : error_wrap(e, "copy of journal '%s'", from);
}
