/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: {"items": [...], "next": "..."}; with a "next", `?after=` it gives the rest. */
#ifndef REGISTRY_API_LIST_H
#define REGISTRY_API_LIST_H

#include "registry/answer.h"

#define AFTER_MAX 80

/* A list that is being written. */
struct list {
    const struct store_driver *driver;
    struct store *store;
    struct ledger *ledger;
    struct json_writer writer;
    const char *installation, *process, *operator_id; /* what is asked for, or NULL */
    int64_t limit;
    int64_t count;
    char after[AFTER_MAX]; /* where the next page begins */
};

/* Reads what all lists are asked by and opens it.  False after a problem. */
bool list_begin(const struct question *question, struct list *list,
                struct answer *answer);

/* Asks (`list` is what `ask` is given), closes the list and makes it the answer. */
void list_finish(const struct service *service, intake_ask_fn *ask, struct list *list,
                 struct answer *answer);

/* The next page begins behind this row. */
void list_count(struct list *list, int64_t id);

#endif
