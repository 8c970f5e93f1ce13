/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of a process: each summary of a gateway names the one that the process made
 * before, so that nothing can be left out, put in or told twice in two ways.
 *
 * Summaries may come in any order.  The registry keeps one run of them, from its oldest
 * to its head; what does not touch the run waits as a link until it does.  A second
 * summary behind the same one is a fork, and a tree that is smaller than that of the
 * summary before is a rollback: both are refused as conflicts.
 */
#ifndef REGISTRY_CHAIN_H
#define REGISTRY_CHAIN_H

#include "registry/store.h"

/* Where the chains of a process are kept. */
struct chain_store {
    const struct store_driver *driver;
    struct store *store;
    int64_t process;
};

enum chain_side {
    CHAIN_NONE,   /* the sender has no key: there is no chain */
    CHAIN_START,  /* it begins here */
    CHAIN_AHEAD,  /* behind the head */
    CHAIN_BEFORE, /* in front of the oldest */
    CHAIN_APART,  /* the one that it names is not in the run */
};

struct chain_place {
    enum chain_side side;
    struct chain chain;
};

/* Finds the place of a readable arrival that is not stored, or judges it. */
enum err chain_find_place(const struct chain_store *chains, struct arrival *arrival,
                          struct chain_place *ret_place, struct error *e) MUST_CHECK;

/* Puts it there, once it is filed, and what waited for it. */
enum err chain_put(const struct chain_store *chains, const struct arrival *arrival,
                   struct chain_place *place, struct error *e) MUST_CHECK;

#endif
