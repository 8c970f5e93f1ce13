/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intake for tests of the source: keeps payloads in memory under sequences 1, 2, 3,
 * can be full or failing, and notes gaps.  A test waits for what it expects with
 * collector_wait(), which gives up after ten seconds.
 */
#ifndef LIB_COLLECTOR_H
#define LIB_COLLECTOR_H

#include "source/source.h"

#include <pthread.h>

#define COLLECTOR_MAX 100000

struct collector {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum err answer;   /* of store */
    bool auto_release; /* by the collector's own thread, as a committer would */
    struct source *source;
    pthread_t committer;
    bool stop;
    uint64_t stored, refused, duplicates, retained;
    uint64_t gaps;
    char gap[256]; /* the last */
    char payloads[COLLECTOR_MAX][16];
};

/* Stores everything; with `auto_release` a thread releases what is stored. */
struct collector *collector_new(bool auto_release);
/* Opens a source on it. */
void collector_open(struct collector *collector, const struct source_broker *brokers,
                    size_t count);
/* Closes the source, frees. */
void collector_free(struct collector **collector);

/* What store() answers from now on. */
void collector_set_answer(struct collector *collector, enum err answer);

/* True as soon as the counter, one of the struct's, is at least `least`. */
bool collector_wait(struct collector *collector, const uint64_t *counter, uint64_t least);
uint64_t collector_get(struct collector *collector, const uint64_t *counter);

/* Waits until the status of broker 0 fits, ten seconds at most. */
typedef bool collector_fit_fn(const struct source_status *status);
bool collector_wait_status(struct collector *collector, collector_fit_fn *fits);

#endif
