/* SPDX-License-Identifier: Apache-2.0 */
/* A disk in memory with a cache, faults and power cuts. */
#include "fault_disk.h"

#include "core/mem.h"
#include "fault_files.h"

#include <pthread.h>
#include <stdio.h>

struct handle {
    size_t node;
    bool used, writes, is_lock;
};

struct fault_disk {
    pthread_mutex_t lock;
    struct node *nodes;
    size_t node_count, node_capacity;
    struct names now, stable;
    struct change *changes;
    size_t change_count, change_capacity;
    struct handle *handles;
    size_t handle_count, handle_capacity;
    uint64_t random, calls, fail_call, stop_call, capacity;
    enum err fail_code;
    bool fail_forever, has_failed, stopped;
};

static void change_names(struct fault_disk *disk, enum change_kind kind, const char *from,
                         const char *to, size_t node)
{
    disk->changes = mem_grow(disk->changes, disk->change_count, &disk->change_capacity,
                             sizeof *disk->changes);
    struct change *change = &disk->changes[disk->change_count++];
    *change = (struct change){.kind = kind, .node = node};
    snprintf(change->from, sizeof change->from, "%s", from);
    snprintf(change->to, sizeof change->to, "%s", to);
    names_apply(&disk->now, change);
}

static size_t new_node(struct fault_disk *disk, bool is_dir)
{
    size_t i = 0;
    while (i < disk->node_count && disk->nodes[i].used) {
        i++;
    }
    if (i == disk->node_count) {
        disk->nodes = mem_grow(disk->nodes, disk->node_count, &disk->node_capacity,
                               sizeof *disk->nodes);
        disk->node_count++;
    }
    disk->nodes[i] = (struct node){.used = true, .is_dir = is_dir};
    return i;
}

static uint64_t used_bytes(const struct fault_disk *disk)
{
    uint64_t used = 0;
    for (size_t i = 0; i < disk->now.count; i++) {
        used += disk->nodes[disk->now.items[i].node].size;
    }
    return used;
}

/* Frees what no name leads to any more; nothing is open. */
static void collect(struct fault_disk *disk)
{
    for (size_t i = 0; i < disk->node_count; i++) {
        bool named = false;
        for (size_t n = 0; n < disk->now.count && !named; n++) {
            named = disk->now.items[n].node == i;
        }
        for (size_t n = 0; n < disk->stable.count && !named; n++) {
            named = disk->stable.items[n].node == i;
        }
        for (size_t n = 0; n < disk->change_count && !named; n++) {
            named = disk->changes[n].node == i;
        }
        if (!named) {
            node_free(&disk->nodes[i]);
        }
    }
}

/* ---- the seam ---- */

/* Takes the lock, counts the call and says whether it is to fail. */
static enum err begin(struct fault_disk *disk, bool takes_space, struct error *e)
{
    pthread_mutex_lock(&disk->lock);
    disk->calls++;
    if (disk->stopped || (disk->stop_call && disk->calls > disk->stop_call)) {
        disk->stopped = true;
        return error_set(e, ERR_SYSTEM, "the disk is stopped");
    }
    if (disk->calls == disk->stop_call) {
        return error_set(e, ERR_SYSTEM, "the disk stops now");
    }
    bool due = disk->fail_call && (disk->calls == disk->fail_call ||
                                   (disk->fail_forever && disk->calls > disk->fail_call));
    if (!due || (disk->fail_code == ERR_FULL && !takes_space)) {
        return ERR_OK;
    }
    disk->has_failed = true;
    return error_set(e, disk->fail_code, "injected fault at call %llu",
                     (unsigned long long)disk->calls);
}

static enum err end(struct fault_disk *disk, enum err code)
{
    pthread_mutex_unlock(&disk->lock);
    return code;
}

static int new_handle(struct fault_disk *disk, size_t node, bool writes)
{
    size_t i = 0;
    while (i < disk->handle_count && disk->handles[i].used) {
        i++;
    }
    if (i == disk->handle_count) {
        disk->handles =
            mem_grow(disk->handles, i, &disk->handle_capacity, sizeof *disk->handles);
        disk->handle_count++;
    }
    disk->handles[i] = (struct handle){.node = node, .used = true, .writes = writes};
    return (int)i;
}

static struct node *handle_node(struct fault_disk *disk, int file)
{
    ASSERT(file >= 0 && (size_t)file < disk->handle_count);
    ASSERT(disk->handles[file].used);
    return &disk->nodes[disk->handles[file].node];
}

static enum err missing(struct error *e, const char *path)
{
    return error_set(e, ERR_REJECT, "'%s' is not there", path);
}

static enum err fault_open(void *ctx, const char *path, enum disk_open how, int *ret_file,
                           struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, how == DISK_CREATE, e);
    if (code != ERR_OK) {
        return end(disk, code);
    }
    ASSERT(strlen(path) <= NAME_MAX_LEN);
    const struct name *name = names_find(&disk->now, path);
    if (how == DISK_CREATE && name) {
        return end(disk, error_set(e, ERR_SYSTEM, "'%s' exists", path));
    }
    if (how != DISK_CREATE && !name) {
        return end(disk, missing(e, path));
    }
    size_t node = name ? name->node : new_node(disk, false);
    if (!name) {
        change_names(disk, CHANGE_ADD, "", path, node);
    }
    *ret_file = new_handle(disk, node, how != DISK_READ);
    return end(disk, ERR_OK);
}

static void fault_close(void *ctx, int file)
{
    struct fault_disk *disk = ctx;
    pthread_mutex_lock(&disk->lock);
    (void)handle_node(disk, file);
    disk->handles[file].used = false;
    pthread_mutex_unlock(&disk->lock);
}

static enum err fault_write(void *ctx, int file, uint64_t offset, struct bytes data,
                            struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    struct node *node = handle_node(disk, file);
    ASSERT(disk->handles[file].writes);
    if (code != ERR_OK) {
        bool half = !disk->stopped && files_random(&disk->random) % 2 == 0;
        if (half && offset + data.len <= node->size) {
            node_write(node, (size_t)offset, bytes_slice(data, 0, data.len / 2));
        }
        return end(disk, code);
    }
    uint64_t size = offset + data.len > node->size ? offset + data.len : node->size;
    if (used_bytes(disk) - node->size + size > disk->capacity) {
        return end(disk, error_set(e, ERR_FULL, "no space is left"));
    }
    node_write(node, (size_t)offset, data);
    return end(disk, ERR_OK);
}

static enum err fault_read(void *ctx, int file, uint64_t offset, uint8_t *data,
                           size_t len, size_t *ret_len, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, false, e);
    const struct node *node = handle_node(disk, file);
    if (code == ERR_OK) {
        size_t left = offset < node->size ? node->size - (size_t)offset : 0;
        *ret_len = len < left ? len : left;
        if (*ret_len) {
            memcpy(data, node->data + offset, *ret_len);
        }
    }
    return end(disk, code);
}

static enum err fault_sync(void *ctx, int file, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    struct node *node = handle_node(disk, file);
    if (code == ERR_OK) {
        node_sync(node);
    } else if (!disk->stopped && disk->calls != disk->stop_call) {
        node_forget(node);
    }
    return end(disk, code);
}

static enum err fault_size(void *ctx, int file, uint64_t *ret_size, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, false, e);
    if (code == ERR_OK) {
        *ret_size = handle_node(disk, file)->size;
    }
    return end(disk, code);
}

enum err fault_disk_truncate(struct fault_disk *disk, int file, uint64_t size,
                             struct error *e)
{
    enum err code = begin(disk, false, e);
    struct node *node = handle_node(disk, file);
    if (code == ERR_OK) {
        node_truncate(node, (size_t)size);
    }
    return end(disk, code);
}

static enum err fault_rename(void *ctx, const char *from, const char *to, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    const struct name *name = names_find(&disk->now, from);
    if (code == ERR_OK && !name) {
        code = missing(e, from);
    }
    if (code == ERR_OK && name) {
        change_names(disk, CHANGE_RENAME, from, to, name->node);
    }
    return end(disk, code);
}

static enum err fault_remove(void *ctx, const char *path, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, false, e);
    const struct name *name = names_find(&disk->now, path);
    if (code == ERR_OK && !name) {
        code = missing(e, path);
    }
    if (code == ERR_OK && name) {
        change_names(disk, CHANGE_REMOVE, path, "", name->node);
    }
    return end(disk, code);
}

static enum err fault_make_dir(void *ctx, const char *path, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    if (code == ERR_OK && !names_find(&disk->now, path)) {
        change_names(disk, CHANGE_ADD, "", path, new_node(disk, true));
    }
    return end(disk, code);
}

static enum err fault_sync_dir(void *ctx, const char *path, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    if (code != ERR_OK) {
        return end(disk, code);
    }
    size_t kept = 0;
    for (size_t i = 0; i < disk->change_count; i++) {
        const struct change *change = &disk->changes[i];
        if (path_is_in(change->to, path) || path_is_in(change->from, path)) {
            names_apply(&disk->stable, change);
        } else {
            disk->changes[kept++] = *change;
        }
    }
    disk->change_count = kept;
    return end(disk, ERR_OK);
}

/* Names come in the order of a sorted listing, so that runs repeat. */
static enum err fault_list(void *ctx, const char *path, disk_list_fn *each,
                           void *each_ctx, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, false, e);
    if (code == ERR_OK && !names_find(&disk->now, path)) {
        code = missing(e, path);
    }
    for (size_t i = 0; code == ERR_OK && i < disk->now.count; i++) {
        const char *name = disk->now.items[i].path;
        if (path_is_in(name, path)) {
            each(each_ctx, strrchr(name, '/') + 1);
        }
    }
    return end(disk, code);
}

static enum err fault_free_space(void *ctx, const char *path, uint64_t *ret_bytes,
                                 struct error *e)
{
    struct fault_disk *disk = ctx;
    (void)path;
    enum err code = begin(disk, false, e);
    if (code == ERR_OK) {
        uint64_t used = used_bytes(disk);
        *ret_bytes = used < disk->capacity ? disk->capacity - used : 0;
    }
    return end(disk, code);
}

static enum err fault_lock(void *ctx, const char *path, int *ret_file, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    if (code != ERR_OK) {
        return end(disk, code);
    }
    const struct name *name = names_find(&disk->now, path);
    size_t node = name ? name->node : new_node(disk, false);
    if (!name) {
        change_names(disk, CHANGE_ADD, "", path, node);
    }
    for (size_t i = 0; i < disk->handle_count; i++) {
        const struct handle *handle = &disk->handles[i];
        if (handle->used && handle->is_lock && handle->node == node) {
            return end(disk, error_set(e, ERR_RETRY, "'%s' is held", path));
        }
    }
    *ret_file = new_handle(disk, node, true);
    disk->handles[*ret_file].is_lock = true;
    return end(disk, ERR_OK);
}

/* ---- for tests ---- */

struct fault_disk *fault_disk_new(uint64_t seed)
{
    struct fault_disk *disk = mem_new(struct fault_disk);
    pthread_mutex_init(&disk->lock, NULL);
    disk->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    disk->capacity = UINT64_C(1) << 30;
    return disk;
}

void fault_disk_free(struct fault_disk **disk)
{
    struct fault_disk *d = *disk;
    if (!d) {
        return;
    }
    for (size_t i = 0; i < d->node_count; i++) {
        node_free(&d->nodes[i]);
    }
    pthread_mutex_destroy(&d->lock);
    mem_free(&d->nodes);
    mem_free(&d->now.items);
    mem_free(&d->stable.items);
    mem_free(&d->changes);
    mem_free(&d->handles);
    mem_free(disk);
}

struct disk fault_disk_seam(struct fault_disk *disk)
{
    return (struct disk){
        .open = fault_open,
        .close = fault_close,
        .write = fault_write,
        .read = fault_read,
        .sync = fault_sync,
        .size = fault_size,
        .rename = fault_rename,
        .remove = fault_remove,
        .make_dir = fault_make_dir,
        .sync_dir = fault_sync_dir,
        .list = fault_list,
        .free_space = fault_free_space,
        .lock = fault_lock,
        .ctx = disk,
    };
}

uint64_t fault_disk_calls(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    uint64_t calls = disk->calls;
    pthread_mutex_unlock(&disk->lock);
    return calls;
}

void fault_disk_fail_at(struct fault_disk *disk, uint64_t call, enum err code,
                        bool forever)
{
    pthread_mutex_lock(&disk->lock);
    disk->fail_call = call;
    disk->fail_code = code;
    disk->fail_forever = forever;
    disk->has_failed = false;
    pthread_mutex_unlock(&disk->lock);
}

bool fault_disk_has_failed(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    bool failed = disk->has_failed;
    pthread_mutex_unlock(&disk->lock);
    return failed;
}

void fault_disk_set_capacity(struct fault_disk *disk, uint64_t bytes)
{
    pthread_mutex_lock(&disk->lock);
    disk->capacity = bytes;
    pthread_mutex_unlock(&disk->lock);
}

void fault_disk_stop_at(struct fault_disk *disk, uint64_t call)
{
    pthread_mutex_lock(&disk->lock);
    disk->stop_call = call;
    pthread_mutex_unlock(&disk->lock);
}

bool fault_disk_is_stopped(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    bool stopped = disk->stopped || (disk->stop_call && disk->calls >= disk->stop_call);
    pthread_mutex_unlock(&disk->lock);
    return stopped;
}

void fault_disk_stop(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    disk->stopped = true;
    pthread_mutex_unlock(&disk->lock);
}

static void drop_handles(struct fault_disk *disk)
{
    disk->stopped = false;
    disk->stop_call = 0;
    disk->handle_count = 0;
    disk->fail_call = 0;
}

void fault_disk_kill(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    drop_handles(disk);
    pthread_mutex_unlock(&disk->lock);
}

void fault_disk_crash(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    drop_handles(disk);
    size_t kept =
        disk->change_count ? files_random(&disk->random) % (disk->change_count + 1) : 0;
    for (size_t i = 0; i < kept; i++) {
        names_apply(&disk->stable, &disk->changes[i]);
    }
    disk->change_count = 0;
    names_copy(&disk->now, &disk->stable);
    collect(disk);
    for (size_t i = 0; i < disk->node_count; i++) {
        if (disk->nodes[i].used) {
            node_crash(&disk->nodes[i], &disk->random);
        }
    }
    pthread_mutex_unlock(&disk->lock);
}

void fault_disk_spare_beside(struct fault_disk *disk, int file)
{
    pthread_mutex_lock(&disk->lock);
    node_spare_beside(handle_node(disk, file));
    pthread_mutex_unlock(&disk->lock);
}

bool fault_disk_has(struct fault_disk *disk, const char *path)
{
    pthread_mutex_lock(&disk->lock);
    bool has = names_find(&disk->now, path) != NULL;
    pthread_mutex_unlock(&disk->lock);
    return has;
}

uint8_t *fault_disk_bytes(struct fault_disk *disk, const char *path, size_t *ret_len)
{
    pthread_mutex_lock(&disk->lock);
    const struct name *name = names_find(&disk->now, path);
    uint8_t *data = name ? disk->nodes[name->node].data : NULL;
    if (name) {
        *ret_len = disk->nodes[name->node].size;
    }
    pthread_mutex_unlock(&disk->lock);
    return data;
}

void fault_disk_put(struct fault_disk *disk, const char *path, struct bytes data)
{
    pthread_mutex_lock(&disk->lock);
    size_t node = new_node(disk, false);
    node_write(&disk->nodes[node], 0, data);
    node_sync(&disk->nodes[node]);
    names_set(&disk->now, path, node);
    names_set(&disk->stable, path, node);
    pthread_mutex_unlock(&disk->lock);
}

uint64_t fault_disk_random(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    uint64_t random = files_random(&disk->random);
    pthread_mutex_unlock(&disk->lock);
    return random;
}
