/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake under many threads, over a store whose transactions are counted and can be
 * made to fail; a program of its own, so that the thread sanitizer can watch it.
 */
#include "registry/intake.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdio.h>

#define THREADS 8
#define ROUNDS 500

/* ---- a store that only counts ---- */

struct store {
    int inside;
    uint64_t begun, committed, rolled_back, summaries;
    uint64_t fail_every; /* this many commits, one fails; 0: none */
};

static enum err count_open(const char *where, struct store **ret_store, struct error *e)
{
    (void)where;
    (void)e;
    *ret_store = mem_new(struct store);
    return ERR_OK;
}

static void count_close(struct store **store)
{
    mem_free(store);
}

static enum err count_begin(struct store *store, struct error *e)
{
    (void)e;
    ASSERT(store->inside == 0);
    store->inside = 1;
    store->begun++;
    return ERR_OK;
}

static enum err count_commit(struct store *store, struct error *e)
{
    ASSERT(store->inside == 1);
    if (store->fail_every && store->begun % store->fail_every == 0) {
        return error_set(e, ERR_FULL, "no room");
    }
    store->inside = 0;
    store->committed++;
    return ERR_OK;
}

static void count_rollback(struct store *store)
{
    store->inside = 0;
    store->rolled_back++;
}

/* Says that every key is stored already, so that the ledger asks nothing more. */
static enum err count_find_key(struct store *store, const uint8_t key[KEY_LEN],
                               bool *ret_found, int64_t *ret_stored_ns, struct error *e)
{
    (void)key;
    (void)e;
    store->summaries++;
    *ret_found = true;
    *ret_stored_ns = 1;
    return ERR_OK;
}

static const struct store_driver counting = {.name = "counting",
                                             .open = count_open,
                                             .close = count_close,
                                             .begin = count_begin,
                                             .commit = count_commit,
                                             .rollback = count_rollback,
                                             .find_key = count_find_key};

/* ---- threads ---- */

struct worker {
    struct intake *intake;
    uint64_t stored, failed;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < ROUNDS; i++) {
        struct error e = {0};
        struct arrival arrivals[3] = {
            {.readable = true}, {.readable = false}, {.readable = true}};
        if (intake_put(worker->intake, arrivals, 3, &e) == ERR_OK) {
            ASSERT(arrivals[0].judgement.stored_ns == 1);
            worker->stored++;
        } else {
            ASSERT(e.code == ERR_FULL);
            worker->failed++;
        }
    }
    return NULL;
}

static enum err look(void *ctx, const struct store_driver *driver, struct store *store,
                     struct ledger *ledger, struct error *e)
{
    (void)driver;
    (void)ledger;
    (void)e;
    struct store *seen = ctx;
    ASSERT(store->inside == 0);
    *seen = *store;
    return ERR_OK;
}

static enum err set_failing(void *ctx, const struct store_driver *driver,
                            struct store *store, struct ledger *ledger, struct error *e)
{
    (void)driver;
    (void)ledger;
    (void)e;
    store->fail_every = *(const uint64_t *)ctx;
    return ERR_OK;
}

static void run(uint64_t fail_every)
{
    struct intake *intake = NULL;
    struct error e = {0};
    struct worker workers[THREADS] = {0};
    pthread_t threads[THREADS];
    ASSERT(intake_open(&counting, "", &clock_system, &intake, &e) == ERR_OK);
    ASSERT(intake_ask(intake, set_failing, &fail_every, &e) == ERR_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i].intake = intake;
        ASSERT(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
    }
    struct store seen = {0};
    uint64_t stored = 0;
    uint64_t failed = 0;
    for (int i = 0; i < THREADS; i++) {
        ASSERT(intake_ask(intake, look, &seen, &e) == ERR_OK);
        pthread_join(threads[i], NULL);
        stored += workers[i].stored;
        failed += workers[i].failed;
    }
    ASSERT(intake_ask(intake, look, &seen, &e) == ERR_OK);
    ASSERT(stored + failed == (uint64_t)THREADS * ROUNDS);
    ASSERT(seen.begun == seen.committed + seen.rolled_back);
    ASSERT(seen.committed <= stored);
    ASSERT(seen.summaries == 2 * (stored + failed));
    ASSERT((failed > 0) == (fail_every > 0));
    printf("%llu requests in %llu transactions\n", (unsigned long long)(stored + failed),
           (unsigned long long)seen.begun);
    intake_close(&intake);
}

int main(void)
{
    run(0);
    run(7);
    return 0;
}
