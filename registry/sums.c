/* SPDX-License-Identifier: Apache-2.0 */
/* Sums by name. */
#include "registry/sums.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_LEN 64

void sums_init(struct sums *sums)
{
    *sums = (struct sums){0};
    table_init(&sums->index);
}

void sums_deinit(struct sums *sums)
{
    table_deinit(&sums->index);
    mem_free(&sums->rows);
}

void sums_clear(struct sums *sums)
{
    table_deinit(&sums->index);
    table_init(&sums->index);
    sums->count = 0;
}

static struct sum_row *take_row(struct sums *sums, const struct total_name *name)
{
    char text[NAME_MAX_LEN];
    int len = snprintf(text, sizeof text, "%d.%lld.%d.%s", (int)name->scope,
                       (long long)name->owner, (int)name->period, name->label);
    ASSERT(len > 0 && (size_t)len < sizeof text);
    uintptr_t place = (uintptr_t)table_find(&sums->index, bytes_of(text));
    if (place > 0) {
        return &sums->rows[place - 1];
    }
    sums->rows = mem_grow(sums->rows, sums->count, &sums->capacity, sizeof *sums->rows);
    struct sum_row *row = &sums->rows[sums->count++];
    *row = (struct sum_row){.name = *name};
    snprintf(row->label, sizeof row->label, "%s", name->label);
    table_put(&sums->index, bytes_of(text), (void *)(uintptr_t)sums->count);
    return row;
}

void sums_add(struct sums *sums, const struct total_name *name, const struct total *delta)
{
    struct total *total = &take_row(sums, name)->delta;
    total->windows += delta->windows;
    total->complete += delta->complete;
    for (int i = 0; i < AMOUNTS; i++) {
        total->sum[i] = exact_add(total->sum[i], delta->sum[i]);
        total->known[i] += delta->known[i];
    }
}

static int by_name(const void *left, const void *right)
{
    const struct sum_row *a = left;
    const struct sum_row *b = right;
    if (a->name.scope != b->name.scope) {
        return a->name.scope < b->name.scope ? -1 : 1;
    }
    if (a->name.owner != b->name.owner) {
        return a->name.owner < b->name.owner ? -1 : 1;
    }
    if (a->name.period != b->name.period) {
        return a->name.period < b->name.period ? -1 : 1;
    }
    return strcmp(a->label, b->label);
}

enum err sums_flush(struct sums *sums, const struct store_driver *driver,
                    struct store *store, struct error *e)
{
    if (sums->count > 0) {
        qsort(sums->rows, sums->count, sizeof *sums->rows, by_name);
    }
    enum err err = ERR_OK;
    for (size_t i = 0; i < sums->count && err == ERR_OK; i++) {
        struct sum_row *row = &sums->rows[i];
        row->name.label = row->label;
        err = driver->add_total(store, &row->name, &row->delta, e);
    }
    sums_clear(sums);
    return err;
}
