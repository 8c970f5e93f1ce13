/* SPDX-License-Identifier: Apache-2.0 */
/* Names and contents, each as it is now and as a power cut would leave it. */
#include "fault_files.h"

#include "core/mem.h"

#include <stdio.h>

#define NODE_BYTES (32U << 10) /* taken at first */

/* xorshift64*: small and good enough for schedules. */
uint64_t files_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

struct name *names_find(const struct names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].path, path) == 0) {
            return &names->items[i];
        }
    }
    return NULL;
}

void names_remove(struct names *names, const char *path)
{
    struct name *name = names_find(names, path);
    if (name) {
        *name = names->items[--names->count];
    }
}

void names_set(struct names *names, const char *path, size_t node)
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

void names_apply(struct names *names, const struct change *change)
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

bool path_is_in(const char *path, const char *folder)
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

static void node_reserve(struct node *node, size_t size)
{
    if (size <= node->capacity) {
        return;
    }
    size_t bigger = node->capacity ? node->capacity : NODE_BYTES;
    while (bigger < size) {
        bigger *= 2;
    }
    node->data = mem_resize(node->data, node->capacity, bigger, 1);
    node->stable = mem_resize(node->stable, node->capacity, bigger, 1);
    node->dirty =
        mem_resize(node->dirty, node->capacity / SECTOR, bigger / SECTOR + 1, 1);
    if (node->spares_beside) {
        node->written = mem_resize(node->written, node->capacity, bigger, 1);
    }
    node->capacity = bigger;
}

void node_write(struct node *node, size_t offset, struct bytes data)
{
    node_reserve(node, offset + data.len);
    if (data.len == 0) {
        return;
    }
    memcpy(node->data + offset, data.data, data.len);
    if (node->spares_beside) {
        memset(node->written + offset, 1, data.len);
    }
    for (size_t i = offset / SECTOR; i <= (offset + data.len - 1) / SECTOR; i++) {
        node->dirty[i] = 1;
    }
    if (offset + data.len > node->size) {
        node->size = offset + data.len;
    }
}

void node_truncate(struct node *node, size_t size)
{
    if (size < node->size) {
        size_t end = node->size;
        memset(node->data + size, 0, end - size);
        for (size_t i = size / SECTOR; i * SECTOR < end; i++) {
            node->dirty[i] = 1;
        }
        if (node->spares_beside) {
            memset(node->written + size, 1, end - size);
        }
    } else {
        node_reserve(node, size);
    }
    node->size = size;
}

void node_spare_beside(struct node *node)
{
    if (!node->spares_beside) {
        node->spares_beside = true;
        node->written = node->capacity ? mem_array(node->capacity, 1) : NULL;
    }
}

void node_sync(struct node *node)
{
    for (size_t i = 0; i * SECTOR < node->capacity; i++) {
        if (node->dirty[i]) {
            memcpy(node->stable + i * SECTOR, node->data + i * SECTOR, SECTOR);
            node->dirty[i] = 0;
            if (node->spares_beside) {
                memset(node->written + i * SECTOR, 0, SECTOR);
            }
        }
    }
    node->stable_size = node->size;
}

void node_forget(struct node *node)
{
    if (node->capacity) {
        memset(node->dirty, 0, node->capacity / SECTOR);
    }
    if (node->spares_beside && node->capacity) {
        memset(node->written, 0, node->capacity);
    }
}

/* One sector that was not synced becomes garbage. */
static void spoil(struct node *node, size_t at, uint64_t *random_state)
{
    for (size_t b = at; b < at + SECTOR; b++) {
        uint8_t garbage = (uint8_t)files_random(random_state);
        if (!node->spares_beside || node->written[b]) {
            node->data[b] = garbage;
        }
    }
}

void node_crash(struct node *node, uint64_t *random_state)
{
    bool new_size =
        node->size == node->stable_size || files_random(random_state) % 2 == 0;
    node->size = new_size ? node->size : node->stable_size;
    for (size_t i = 0; i * SECTOR < node->capacity; i++) {
        uint8_t *data = node->data + i * SECTOR;
        uint8_t *stable = node->stable + i * SECTOR;
        uint64_t random = node->dirty[i] ? files_random(random_state) : 0;
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
            spoil(node, i * SECTOR, random_state);
            break;
        default:
            break; /* new */
        }
        memcpy(stable, data, SECTOR);
        node->dirty[i] = 0;
    }
    if (node->spares_beside && node->capacity) {
        memset(node->written, 0, node->capacity);
    }
    node->stable_size = node->size;
    if (node->size < node->capacity) {
        memset(node->data + node->size, 0, node->capacity - node->size);
        memset(node->stable + node->size, 0, node->capacity - node->size);
    }
}

void node_free(struct node *node)
{
    mem_free(&node->data);
    mem_free(&node->stable);
    mem_free(&node->dirty);
    mem_free(&node->written);
    *node = (struct node){0};
}

void names_copy(struct names *to, const struct names *from)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++) {
        names_set(to, from->items[i].path, from->items[i].node);
    }
}
