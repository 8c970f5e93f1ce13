/* SPDX-License-Identifier: Apache-2.0 */
/* Files are written beside their names, synced, and given their names last. */
#include "registry/packs.h"

#include "core/disk.h"
#include "core/mem.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_SIZE 4352
#define KEY_TEXT (2 * PACKS_KEY_LEN + 1)
#define PACK_END ".pack"
#define ABOUT_END ".json"

static const struct disk *const disk = &disk_system;

static void path_of(const char *folder, const uint8_t key[PACKS_KEY_LEN], const char *end,
                    char ret_path[PATH_SIZE])
{
    char hex[KEY_TEXT];
    sodium_bin2hex(hex, sizeof hex, key, PACKS_KEY_LEN);
    snprintf(ret_path, PATH_SIZE, "%s/%s%s", folder, hex, end);
}

static enum err write_synced(const char *path, struct bytes data, struct error *e)
{
    int file = -1;
    enum err err = disk->open(disk->ctx, path, DISK_CREATE, &file, e);
    if (err != ERR_OK) {
        return err;
    }
    err = disk->write(disk->ctx, file, 0, data, e);
    if (err == ERR_OK) {
        err = disk->sync(disk->ctx, file, e);
    }
    disk->close(disk->ctx, file);
    return err;
}

static enum err write_file(const char *path, struct bytes data, struct error *e)
{
    char beside[PATH_SIZE + 64];
    struct error ignored;
    /* Threads of one process differ by the address of their stack. */
    snprintf(beside, sizeof beside, "%s.%ld-%p", path, (long)getpid(), (void *)&ignored);
    enum err err = write_synced(beside, data, e);
    if (err == ERR_OK) {
        err = disk->rename(disk->ctx, beside, path, e);
    }
    if (err != ERR_OK) {
        (void)!disk->remove(disk->ctx, beside, &ignored); /* it may not be there */
    }
    return err;
}

enum err packs_put(const char *folder, const uint8_t key[PACKS_KEY_LEN],
                   struct bytes pack, struct bytes about, struct error *e)
{
    char path[PATH_SIZE];
    enum err err = disk->make_dir(disk->ctx, folder, e);
    if (err == ERR_OK) {
        path_of(folder, key, PACK_END, path);
        err = write_file(path, pack, e);
    }
    if (err == ERR_OK) {
        path_of(folder, key, ABOUT_END, path);
        err = write_file(path, about, e);
    }
    return err == ERR_OK ? disk->sync_dir(disk->ctx, folder, e) : err;
}

static enum err read_file(const char *path, size_t max, struct buf *out, struct error *e)
{
    int file = -1;
    uint64_t size = 0;
    enum err err = disk->open(disk->ctx, path, DISK_READ, &file, e);
    if (err != ERR_OK) {
        return err;
    }
    err = disk->size(disk->ctx, file, &size, e);
    if (err == ERR_OK && size > max) {
        err = error_set(e, ERR_CORRUPT, "'%s' is larger than any pack", path);
    }
    if (err == ERR_OK) {
        size_t len = 0;
        uint8_t *data = mem_array((size_t)size + 1, 1);
        err = disk->read(disk->ctx, file, 0, data, (size_t)size, &len, e);
        buf_add(out, (struct bytes){data, len});
        mem_free(&data);
    }
    disk->close(disk->ctx, file);
    return err;
}

enum err packs_get(const char *folder, const uint8_t key[PACKS_KEY_LEN], struct buf *out,
                   struct error *e)
{
    char path[PATH_SIZE];
    path_of(folder, key, PACK_END, path);
    return read_file(path, PACKS_SIZE_MAX, out, e);
}

enum err packs_about(const char *folder, const uint8_t key[PACKS_KEY_LEN],
                     struct buf *out, struct error *e)
{
    char path[PATH_SIZE];
    path_of(folder, key, ABOUT_END, path);
    return read_file(path, PACKS_ABOUT_MAX, out, e);
}

/* ---- the list ---- */

struct listing {
    const char *folder;
    packs_fn *each;
    void *ctx;
    struct buf about;
};

static void take_name(void *ctx, const char *name)
{
    struct listing *listing = ctx;
    char path[PATH_SIZE];
    struct error e;
    size_t len = strlen(name);
    bool whole = len == KEY_TEXT - 1 + strlen(ABOUT_END) &&
                 strcmp(name + KEY_TEXT - 1, ABOUT_END) == 0;
    if (!whole) {
        return;
    }
    snprintf(path, sizeof path, "%s/%s", listing->folder, name);
    buf_clear(&listing->about);
    if (read_file(path, PACKS_ABOUT_MAX, &listing->about, &e) == ERR_OK) {
        listing->each(listing->ctx, buf_bytes(&listing->about));
    }
}

enum err packs_each(const char *folder, packs_fn *each, void *ctx, struct error *e)
{
    struct listing listing = {.folder = folder, .each = each, .ctx = ctx};
    if (access(folder, F_OK) != 0) {
        return ERR_OK;
    }
    buf_init(&listing.about, PACKS_ABOUT_MAX);
    enum err err = disk->list(disk->ctx, folder, take_name, &listing, e);
    buf_deinit(&listing.about);
    return err;
}
