/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names in a journal's directory:
 *
 *     0000000012.seg       segment 12, or a spare when it is all zero
 *     spare.tmp            a spare in the making
 *     copy.tmp             the copy of a segment in the making
 *     clean                left by an orderly end: all that can be read is synced
 *     lock                 held by the process that writes
 *     quarantine/          damaged and torn bytes, copied
 */
#include "journal/journal_private.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER_DIGITS 10

struct path folder_file(const char *directory, const char *name)
{
    struct path path;
    int len = snprintf(path.text, sizeof path.text, "%s/%s", directory, name);
    ASSERT(len > 0 && (size_t)len < sizeof path.text);
    return path;
}

struct path folder_segment(const char *directory, uint64_t number)
{
    char name[64];
    snprintf(name, sizeof name, "%0*llu.seg", NUMBER_DIGITS, (unsigned long long)number);
    return folder_file(directory, name);
}

/* The number in "<digits>.seg", or 0. */
static uint64_t number_in(const char *name)
{
    uint64_t number = 0;
    size_t digits = 0;
    for (; digits < 19 && name[digits] >= '0' && name[digits] <= '9'; digits++) {
        number = number * 10 + (uint64_t)(name[digits] - '0');
    }
    bool ours = digits >= NUMBER_DIGITS && strcmp(name + digits, ".seg") == 0;
    return ours ? number : 0;
}

static void note_name(void *ctx, const char *name)
{
    struct folder *folder = ctx;
    uint64_t segment = number_in(name);
    if (segment) {
        folder->numbers = mem_grow(folder->numbers, folder->count, &folder->capacity,
                                   sizeof *folder->numbers);
        folder->numbers[folder->count++] = segment;
    } else if (strcmp(name, "spare.tmp") == 0) {
        folder->has_spare_temporary = true;
    } else if (strcmp(name, "copy.tmp") == 0) {
        folder->has_copy_temporary = true;
    } else if (strcmp(name, "clean") == 0) {
        folder->is_clean = true;
    }
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

enum err folder_read(const struct disk *disk, const char *directory,
                     struct folder *ret_folder, struct error *e)
{
    struct folder folder = {0};
    enum err code = disk->list(disk->ctx, directory, note_name, &folder, e);
    if (code != ERR_OK) {
        folder_deinit(&folder);
        return code;
    }
    if (folder.count > 1) {
        qsort(folder.numbers, folder.count, sizeof *folder.numbers, compare_numbers);
    }
    *ret_folder = folder;
    return ERR_OK;
}

void folder_deinit(struct folder *folder)
{
    mem_free(&folder->numbers);
    *folder = (struct folder){0};
}

/* Reads block by block; those that fail each time stay zero and are counted. */
static void read_blocks(const struct disk *disk, int file, struct segment_bytes *bytes)
{
    for (size_t at = 0; at < bytes->len; at += FORMAT_BLOCK) {
        size_t len = bytes->len - at < FORMAT_BLOCK ? bytes->len - at : FORMAT_BLOCK;
        enum err code = ERR_SYSTEM;
        for (unsigned i = 0; i < READ_TRIES && code != ERR_OK; i++) {
            size_t got = 0;
            code = disk->read(disk->ctx, file, at, bytes->data + at, len, &got, NULL);
        }
        if (code != ERR_OK) {
            memset(bytes->data + at, 0, len);
            bytes->unreadable++;
        }
    }
}

enum err folder_read_segment(const struct disk *disk, const char *directory,
                             uint64_t number, struct segment_bytes *ret_bytes,
                             struct error *e)
{
    int file = 0;
    struct path path = folder_segment(directory, number);
    enum err code = disk->open(disk->ctx, path.text, DISK_READ, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    uint64_t size = 0;
    code = disk->size(disk->ctx, file, &size, e);
    if (code != ERR_OK) {
        disk->close(disk->ctx, file);
        return error_wrap(e, "'%s'", path.text);
    }
    size = size > JOURNAL_SEGMENT_MAX ? JOURNAL_SEGMENT_MAX : size;
    struct segment_bytes bytes = {.data = mem_array((size_t)size + 1, 1),
                                  .len = (size_t)size};
    size_t got = 0;
    code = disk->read(disk->ctx, file, 0, bytes.data, bytes.len, &got, e);
    if (code == ERR_OK) {
        bytes.len = got;
    } else {
        read_blocks(disk, file, &bytes);
    }
    disk->close(disk->ctx, file);
    *ret_bytes = bytes;
    return ERR_OK;
}

struct segment_look folder_look(const struct segment_bytes *bytes, uint64_t number)
{
    struct segment_look look = {.state = HEADER_BAD};
    if (bytes->len >= FORMAT_BLOCK) {
        look.state = format_get_header(bytes->data, number, &look.header);
    }
    return look;
}

enum err folder_read_header(const struct disk *disk, const char *directory,
                            uint64_t number, struct segment_look *ret_look,
                            struct error *e)
{
    int file = 0;
    struct path path = folder_segment(directory, number);
    enum err code = disk->open(disk->ctx, path.text, DISK_READ, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    uint8_t block[FORMAT_BLOCK];
    size_t len = 0;
    code = ERR_SYSTEM;
    for (unsigned i = 0; i < READ_TRIES && code != ERR_OK; i++) {
        code = disk->read(disk->ctx, file, 0, block, sizeof block, &len, e);
    }
    disk->close(disk->ctx, file);
    struct segment_bytes bytes = {.data = block, .len = code == ERR_OK ? len : 0};
    *ret_look = folder_look(&bytes, number);
    return ERR_OK;
}

enum err folder_write_file(const struct disk *disk, const char *directory,
                           const char *name, struct bytes data, struct error *e)
{
    int file = 0;
    struct path path = folder_file(directory, name);
    enum err code = disk->open(disk->ctx, path.text, DISK_CREATE, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    code = disk->write(disk->ctx, file, 0, data, e);
    if (code == ERR_OK) {
        code = disk->sync(disk->ctx, file, e);
    }
    disk->close(disk->ctx, file);
    if (code == ERR_OK) {
        code = disk->sync_dir(disk->ctx, directory, e);
    }
    return code == ERR_OK ? ERR_OK : error_wrap(e, "'%s'", path.text);
}
