/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction adds to totals, gathered so that each total is written once and in
 * one order, which keeps several registries on one database from waiting in a circle.
 */
#ifndef REGISTRY_SUMS_H
#define REGISTRY_SUMS_H

#include "core/table.h"
#include "registry/store.h"

struct sum_row {
    struct total_name name; /* its label is in `label` */
    char label[PERIOD_LABEL_MAX];
    struct total delta;
};

struct sums {
    struct table index; /* by name; the values are places in `rows`, one-based */
    struct sum_row *rows;
    size_t count, capacity;
};

/* Empty sums. */
void sums_init(struct sums *sums);
void sums_deinit(struct sums *sums);
void sums_clear(struct sums *sums);

/* Adds to what is gathered. */
void sums_add(struct sums *sums, const struct total_name *name,
              const struct total *delta);

/* Gives everything to the store, in order of name, and clears it. */
enum err sums_flush(struct sums *sums, const struct store_driver *driver,
                    struct store *store, struct error *e) MUST_CHECK;

#endif
