/* SPDX-License-Identifier: Apache-2.0 */
/* A disk in memory with a cache, faults and power cuts. */
#include "fault_disk.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdio.h>

#define SECTOR 512u
#define NAME_MAX_LEN 255u

/* A file's content: what reads give, and what a power cut leaves for sure. */
struct node {
    uint8_t *data, *stable;
    uint8_t *dirty; /* one byte a sector */
    size_t size, stable_size, capacity;
    bool used, is_dir;
};

struct name {
    char path[NAME_MAX_LEN + 1];
    size_t node;
};

struct names {
    struct name *items;
    size_t count, capacity;
};

enum change_kind { CHANGE_ADD, CHANGE_RENAME, CHANGE_REMOVE };

/* A change of names that is not durable yet. */
struct change {
    enum change_kind kind;
    char from[NAME_MAX_LEN + 1], to[NAME_MAX_LEN + 1];
    size_t node;
};

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
    uint64_t random, calls, fail_call, capacity;
    enum err fail_code;
    bool fail_forever, has_failed, stopped;
};

/* xorshift64*: small and good enough for schedules. */
static uint64_t next_random(struct fault_disk *disk)
{
    disk->random ^= disk->random >> 12;
    disk->random ^= disk->random << 25;
    disk->random ^= disk->random >> 27;
    return disk->random * UINT64_C(2685821657736338717);
}

/* ---- names ---- */

static struct name *names_find(const struct names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].path, path) == 0) {
            return &names->items[i];
        }
    }
    return NULL;
}

static void names_remove(struct names *names, const char *path)
{
    struct name *name = names_find(names, path);
    if (name) {
        *name = names->items[--names->count];
    }
}

static void names_set(struct names *names, const char *path, size_t node)
{
    struct name *name = names_find(names, path);
    if (!name) {
        names->items =
            mem_grow(names->items, names->count, &names->capacity, sizeof *names->items);
        name = &names->items[names->count++];
        snprintf(name->path, sizeof name->path, "%s", path);
    }
    name->node = node;
}

static void apply(struct names *names, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_ADD:
        names_set(names, change->to, change->node);
        break;
    case CHANGE_RENAME:
        names_remove(names, change->from);
        names_set(names, change->to, change->node);
        break;
    case CHANGE_REMOVE:
        names_remove(names, change->from);
        break;
    }
}

static void change_names(struct fault_disk *disk, enum change_kind kind, const char *from,
                         const char *to, size_t node)
{
    disk->changes = mem_grow(disk->changes, disk->change_count, &disk->change_capacity,
                             sizeof *disk->changes);
    struct change *change = &disk->changes[disk->change_count++];
    *change = (struct change){.kind = kind, .node = node};
    snprintf(change->from, sizeof change->from, "%s", from);
    snprintf(change->to, sizeof change->to, "%s", to);
    apply(&disk->now, change);
}

/* Whether `path` stands directly in `folder`. */
static bool is_in(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/') {
        len--;
    }
    const char *rest = path + len;
    bool below = strncmp(path, folder, len) == 0 && (*rest == '/' || len == 1);
    rest += *rest == '/' ? 1 : 0;
    return below && *rest && !strchr(rest, '/');
}

/* ---- content ---- */

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

static void node_reserve(struct node *node, size_t size)
{
    if (size <= node->capacity) {
        return;
    }
    size_t bigger = node->capacity ? node->capacity : 4096;
    while (bigger < size) {
        bigger *= 2;
    }
    node->data = mem_resize(node->data, node->capacity, bigger, 1);
    node->stable = mem_resize(node->stable, node->capacity, bigger, 1);
    node->dirty =
        mem_resize(node->dirty, node->capacity / SECTOR, bigger / SECTOR + 1, 1);
    node->capacity = bigger;
}

static void node_write(struct node *node, size_t offset, struct bytes data)
{
    node_reserve(node, offset + data.len);
    if (data.len == 0) {
        return;
    }
    memcpy(node->data + offset, data.data, data.len);
    for (size_t i = offset / SECTOR; i <= (offset + data.len - 1) / SECTOR; i++) {
        node->dirty[i] = 1;
    }
    if (offset + data.len > node->size) {
        node->size = offset + data.len;
    }
}

static void node_sync(struct node *node)
{
    for (size_t i = 0; i * SECTOR < node->capacity; i++) {
        if (node->dirty[i]) {
            memcpy(node->stable + i * SECTOR, node->data + i * SECTOR, SECTOR);
            node->dirty[i] = 0;
        }
    }
    node->stable_size = node->size;
}

/* What Linux does after a failed sync: the pages count as clean. */
static void node_forget(struct node *node)
{
    if (node->capacity) {
        memset(node->dirty, 0, node->capacity / SECTOR);
    }
}

static void node_crash(struct fault_disk *disk, struct node *node)
{
    bool new_size = node->size == node->stable_size || next_random(disk) % 2 == 0;
    node->size = new_size ? node->size : node->stable_size;
    for (size_t i = 0; i * SECTOR < node->capacity; i++) {
        uint8_t *data = node->data + i * SECTOR;
        uint8_t *stable = node->stable + i * SECTOR;
        uint64_t random = node->dirty[i] ? next_random(disk) : 0;
        size_t split = (size_t)(random >> 32) % SECTOR;
        switch (random % 8) {
        case 0:
        case 1:
        case 2:
            memcpy(data, stable, SECTOR); /* old; also what was forgotten */
            break;
        case 6:
            memcpy(data + split, stable + split, SECTOR - split); /* torn */
            break;
        case 7:
            for (size_t b = 0; b < SECTOR; b++) {
                data[b] = (uint8_t)next_random(disk); /* garbage */
            }
            break;
        default:
            break; /* new */
        }
        memcpy(stable, data, SECTOR);
        node->dirty[i] = 0;
    }
    node->stable_size = node->size;
    if (node->size < node->capacity) {
        memset(node->data + node->size, 0, node->capacity - node->size);
        memset(node->stable + node->size, 0, node->capacity - node->size);
    }
}

static uint64_t used_bytes(const struct fault_disk *disk)
{
    uint64_t used = 0;
    for (size_t i = 0; i < disk->now.count; i++) {
        used += disk->nodes[disk->now.items[i].node].size;
    }
    return used;
}

static void free_node(struct node *node)
{
    mem_free(&node->data);
    mem_free(&node->stable);
    mem_free(&node->dirty);
    *node = (struct node){0};
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
            free_node(&disk->nodes[i]);
        }
    }
}

/* ---- the seam ---- */

/* Takes the lock, counts the call and says whether it is to fail. */
static enum err begin(struct fault_disk *disk, bool takes_space, struct error *e)
{
    pthread_mutex_lock(&disk->lock);
    disk->calls++;
    if (disk->stopped) {
        return error_set(e, ERR_SYSTEM, "the disk is stopped");
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
        bool half = !disk->stopped && next_random(disk) % 2 == 0;
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
    } else if (!disk->stopped) {
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

static enum err fault_rename(void *ctx, const char *from, const char *to, struct error *e)
{
    struct fault_disk *disk = ctx;
    enum err code = begin(disk, true, e);
    const struct name *name = names_find(&disk->now, from);
    if (code == ERR_OK && !name) {
        code = missing(e, from);
    }
    if (code == ERR_OK) {
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
    if (code == ERR_OK) {
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
        if (is_in(change->to, path) || is_in(change->from, path)) {
            apply(&disk->stable, change);
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
        if (is_in(name, path)) {
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
        free_node(&d->nodes[i]);
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

void fault_disk_stop(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    disk->stopped = true;
    pthread_mutex_unlock(&disk->lock);
}

static void drop_handles(struct fault_disk *disk)
{
    disk->stopped = false;
    disk->handle_count = 0;
    disk->fail_call = 0;
}

void fault_disk_kill(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    drop_handles(disk);
    pthread_mutex_unlock(&disk->lock);
}

static void copy_names(struct names *to, const struct names *from)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++) {
        names_set(to, from->items[i].path, from->items[i].node);
    }
}

void fault_disk_crash(struct fault_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    drop_handles(disk);
    size_t kept = disk->change_count ? next_random(disk) % (disk->change_count + 1) : 0;
    for (size_t i = 0; i < kept; i++) {
        apply(&disk->stable, &disk->changes[i]);
    }
    disk->change_count = 0;
    copy_names(&disk->now, &disk->stable);
    collect(disk);
    for (size_t i = 0; i < disk->node_count; i++) {
        if (disk->nodes[i].used) {
            node_crash(disk, &disk->nodes[i]);
        }
    }
    pthread_mutex_unlock(&disk->lock);
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
    uint64_t random = next_random(disk);
    pthread_mutex_unlock(&disk->lock);
    return random;
}
