/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a bridge is in the journal, on disk: <state>/bridge-<id>.place.
 *
 *     0    8       "EMGBRDG1"
 *     8    8       last record done, little-endian
 *     16   8       boot of the batches of readings
 *     24   varint  number of devices, then each:
 *                      string id, varint sequence, 16 times 8 bytes hash
 *     ..   string  states of the adapters (decode/decode.h); empty: none
 *     end  32      SHA-256 of all before
 *
 * It is written whole under another name, synced, and renamed, so that a crash leaves
 * the old one or the new one.
 */
#include "bridge/bridge_private.h"

#include "core/mem.h"

#include <sodium.h>
#include <stdio.h>

#define MAGIC BYTES("EMGBRDG1")
#define FILE_MAX ((size_t)256 << 20)
#define HASH_LEN 32
#define PATH_LEN 4096

static void name_file(const struct bridge *bridge, const char *ending,
                      char path[PATH_LEN])
{
    snprintf(path, PATH_LEN, "%s/bridge-%s.place%s", bridge->world.state_directory,
             bridge->plan->id, ending);
}

void place_deinit(struct place *place)
{
    for (size_t i = 0; i < place->devices.count; i++) {
        struct bridge_device *device = place->devices.entries[i].value;
        mem_free(&device);
    }
    table_deinit(&place->devices);
}

/* ---- writing ---- */

static void put(const struct bridge *bridge, struct buf *out)
{
    const struct place *place = &bridge->place;
    struct buf states;
    buf_init(&states, FILE_MAX);
    buf_add(out, MAGIC);
    buf_add_u64(out, place->seq);
    buf_add_u64(out, place->boot);
    buf_add_varint(out, place->devices.count);
    for (size_t i = 0; i < place->devices.count; i++) {
        const struct bridge_device *device = place->devices.entries[i].value;
        buf_add_string(out, place->devices.entries[i].key);
        buf_add_varint(out, device->sequence);
        for (size_t k = 0; k < REMEMBERED; k++) {
            buf_add_u64(out, device->hashes[k]);
        }
    }
    if (bridge->decoder) {
        decoder_save(bridge->decoder, &states);
    }
    buf_add_string(out, buf_bytes(&states));
    buf_deinit(&states);
    uint8_t hash[HASH_LEN];
    crypto_hash_sha256(hash, out->data, out->len);
    buf_add(out, (struct bytes){.data = hash, .len = sizeof hash});
}

static enum err write_file(const struct disk *disk, const char *path, struct bytes data,
                           struct error *e)
{
    int file = -1;
    struct error ignored;
    (void)disk->remove(disk->ctx, path, &ignored); /* of a crash; or there is none */
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

enum err place_write(struct bridge *bridge, struct error *e)
{
    const struct disk *disk = bridge->world.disk;
    char path[PATH_LEN];
    char next[PATH_LEN];
    struct buf out;
    name_file(bridge, "", path);
    name_file(bridge, ".new", next);
    buf_init(&out, FILE_MAX);
    put(bridge, &out);
    enum err err = out.overflow ? error_set(e, ERR_FULL, "the state is too large")
                                : write_file(disk, next, buf_bytes(&out), e);
    buf_deinit(&out);
    if (err == ERR_OK) {
        err = disk->rename(disk->ctx, next, path, e);
    }
    if (err == ERR_OK) {
        err = disk->sync_dir(disk->ctx, bridge->world.state_directory, e);
    }
    return err == ERR_OK ? ERR_OK : error_wrap(e, "bridge '%s'", bridge->plan->id);
}

/* ---- reading ---- */

static enum err read_file(const struct disk *disk, const char *path, struct buf *out,
                          struct error *e)
{
    int file = -1;
    uint8_t part[65536];
    size_t len = sizeof part;
    enum err err = disk->open(disk->ctx, path, DISK_READ, &file, e);
    if (err != ERR_OK) {
        return err;
    }
    for (uint64_t at = 0; err == ERR_OK && len == sizeof part; at += len) {
        err = disk->read(disk->ctx, file, at, part, sizeof part, &len, e);
        buf_add(out, (struct bytes){.data = part, .len = err == ERR_OK ? len : 0});
    }
    disk->close(disk->ctx, file);
    return err;
}

static bool take_devices(struct cursor *in, struct place *place)
{
    uint64_t count = cursor_varint(in);
    for (uint64_t i = 0; i < count && i < DEVICES_MAX && !in->failed; i++) {
        struct bytes id = cursor_string(in);
        struct bridge_device *device = mem_new(struct bridge_device);
        device->sequence = cursor_varint(in);
        for (size_t k = 0; k < REMEMBERED; k++) {
            device->hashes[k] = cursor_u64(in);
        }
        struct bridge_device *old = table_put(&place->devices, id, device);
        mem_free(&old);
    }
    return !in->failed && count <= DEVICES_MAX;
}

static enum err take(struct bridge *bridge, struct bytes stored, struct error *e)
{
    uint8_t hash[HASH_LEN];
    size_t len = stored.len > HASH_LEN ? stored.len - HASH_LEN : 0;
    crypto_hash_sha256(hash, stored.data, len);
    if (!bytes_start_with(stored, MAGIC) ||
        memcmp(hash, stored.data + len, HASH_LEN) != 0) {
        return error_set(e, ERR_CORRUPT, "its place on disk is damaged");
    }
    struct cursor in = cursor_of(bytes_slice(stored, MAGIC.len, len));
    bridge->place.seq = cursor_u64(&in);
    bridge->place.boot = cursor_u64(&in);
    bool whole = take_devices(&in, &bridge->place);
    struct bytes states = cursor_string(&in);
    if (!whole || in.failed) {
        return error_set(e, ERR_CORRUPT, "its place on disk is not whole");
    }
    if (bridge->decoder && states.len > 0) {
        return decoder_load(bridge->decoder, states, e);
    }
    return ERR_OK;
}

enum err place_read(struct bridge *bridge, struct error *e)
{
    char path[PATH_LEN];
    struct buf stored;
    name_file(bridge, "", path);
    buf_init(&stored, FILE_MAX);
    enum err err = read_file(bridge->world.disk, path, &stored, e);
    if (err == ERR_OK) {
        err = take(bridge, buf_bytes(&stored), e);
    }
    buf_deinit(&stored);
    return err;
}
