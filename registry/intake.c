/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit: a queue of batches, one leader at a time. */
#include "registry/intake.h"

#include "core/mem.h"

#include <pthread.h>

#define RETRIES 3

/* A request's arrivals while they wait; on its thread's stack. */
struct batch {
    struct arrival *arrivals;
    size_t count;
    enum err result;
    struct error *error;
    bool done;
    struct batch *next;
};

struct intake {
    const struct store_driver *driver;
    struct store *store;
    struct ledger *ledger;
    const struct clock *clock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool inside; /* somebody has the store */
    struct batch *first, *last;
    struct intake_status status;
    pthread_mutex_t reading; /* of the second connection */
    struct store *reader;    /* NULL: the store has one connection */
    struct ledger *reader_ledger;
};

enum err intake_open(const struct store_driver *driver, const char *where,
                     const struct clock *clock, struct intake **ret_intake,
                     struct error *e)
{
    struct store *store = NULL;
    enum err err = driver->open(where, &store, e);
    if (err != ERR_OK) {
        return err;
    }
    struct intake *intake = mem_new(struct intake);
    intake->driver = driver;
    intake->store = store;
    intake->clock = clock;
    intake->ledger = ledger_new(driver, store);
    if (driver->several_connections) {
        err = driver->open(where, &intake->reader, e);
        if (err != ERR_OK) {
            ledger_free(&intake->ledger);
            driver->close(&store);
            mem_free(&intake);
            return err;
        }
        intake->reader_ledger = ledger_new(driver, intake->reader);
    }
    pthread_mutex_init(&intake->reading, NULL);
    pthread_mutex_init(&intake->lock, NULL);
    pthread_cond_init(&intake->changed, NULL);
    *ret_intake = intake;
    return ERR_OK;
}

void intake_close(struct intake **intake)
{
    struct intake *i = *intake;
    if (!i) {
        return;
    }
    ASSERT(!i->inside && !i->first);
    ledger_free(&i->ledger);
    ledger_free(&i->reader_ledger);
    i->driver->close(&i->store);
    if (i->reader) {
        i->driver->close(&i->reader);
    }
    pthread_mutex_destroy(&i->reading);
    pthread_cond_destroy(&i->changed);
    pthread_mutex_destroy(&i->lock);
    mem_free(intake);
}

static enum err put_batch(struct intake *intake, struct batch *batch, int64_t now_ns,
                          struct error *e)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct arrival *arrival = &batch->arrivals[i];
        enum err err = ERR_OK;
        if (arrival->readable) {
            err = ledger_put(intake->ledger, arrival, now_ns, e);
        }
        enum verdict verdict = arrival->judgement.verdict;
        if (err == ERR_OK &&
            (verdict == VERDICT_REFUSED || verdict == VERDICT_CONFLICT)) {
            err = intake->driver->put_refusal(intake->store, arrival, now_ns, e);
        }
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* Tells the store what will be asked of it. */
static enum err prepare(struct intake *intake, const struct batch *batches,
                        struct error *e)
{
    size_t count = 0;
    for (const struct batch *batch = batches; batch; batch = batch->next) {
        count += batch->count;
    }
    if (!intake->driver->prepare || count == 0) {
        return ERR_OK;
    }
    struct arrival **arrivals = mem_array(count, sizeof(void *));
    count = 0;
    for (const struct batch *batch = batches; batch; batch = batch->next) {
        for (size_t i = 0; i < batch->count; i++) {
            if (batch->arrivals[i].readable) {
                arrivals[count++] = &batch->arrivals[i];
            }
        }
    }
    enum err err = intake->driver->prepare(intake->store, arrivals, count, e);
    mem_free(&arrivals);
    return err;
}

/* All or nothing for everything that waited. */
static enum err put_all(struct intake *intake, struct batch *batches, int64_t now_ns,
                        struct error *e)
{
    enum err err = intake->driver->begin(intake->store, e);
    if (err != ERR_OK) {
        return err;
    }
    err = prepare(intake, batches, e);
    for (struct batch *batch = batches; batch && err == ERR_OK; batch = batch->next) {
        err = put_batch(intake, batch, now_ns, e);
    }
    if (err == ERR_OK) {
        err = ledger_flush(intake->ledger, e);
    }
    if (err == ERR_OK) {
        err = intake->driver->commit(intake->store, e);
    }
    if (err != ERR_OK) {
        ledger_forget(intake->ledger);
        intake->driver->rollback(intake->store);
    }
    return err;
}

static void count_arrival(struct intake_status *status, const struct arrival *arrival,
                          int64_t now_ns)
{
    switch (arrival->judgement.verdict) {
    case VERDICT_STORED:
        if (arrival->judgement.stored_ns == now_ns) {
            status->stored++;
            status->last_stored_ns = now_ns;
        } else {
            status->repeated++;
        }
        break;
    case VERDICT_CONFLICT:
        status->conflicts++;
        break;
    case VERDICT_REFUSED:
        status->refused++;
        break;
    case VERDICT_LATER:
        status->later++;
        break;
    }
}

static void count_batches(struct intake *intake, const struct batch *batches,
                          enum err result, int64_t now_ns)
{
    intake->status.commits++;
    intake->status.failures += result == ERR_OK ? 0 : 1;
    for (const struct batch *batch = batches; batch; batch = batch->next) {
        intake->status.batches++;
        for (size_t i = 0; i < batch->count && result == ERR_OK; i++) {
            count_arrival(&intake->status, &batch->arrivals[i], now_ns);
        }
    }
}

/* With the lock held and the door free: goes through with all that wait. */
static void lead(struct intake *intake)
{
    struct batch *batches = intake->first;
    intake->first = NULL;
    intake->last = NULL;
    intake->inside = true;
    pthread_mutex_unlock(&intake->lock);

    struct error e = {0};
    int64_t now_ns = clock_wall_ns(intake->clock);
    enum err result = put_all(intake, batches, now_ns, &e);
    for (int i = 0; i < RETRIES && result == ERR_RETRY; i++) {
        result = put_all(intake, batches, now_ns, &e); /* other registries, a restart */
    }

    pthread_mutex_lock(&intake->lock);
    intake->inside = false;
    count_batches(intake, batches, result, now_ns);
    for (struct batch *batch = batches; batch;) {
        struct batch *next = batch->next; /* its thread may leave once it is done */
        batch->result = result;
        if (result != ERR_OK) {
            *batch->error = e;
        }
        batch->done = true;
        batch = next;
    }
    pthread_cond_broadcast(&intake->changed);
}

enum err intake_put(struct intake *intake, struct arrival *arrivals, size_t count,
                    struct error *e)
{
    struct batch batch = {.arrivals = arrivals, .count = count, .error = e};
    pthread_mutex_lock(&intake->lock);
    if (intake->last) {
        intake->last->next = &batch;
    } else {
        intake->first = &batch;
    }
    intake->last = &batch;
    while (!batch.done) {
        if (intake->inside) {
            pthread_cond_wait(&intake->changed, &intake->lock);
        } else {
            lead(intake);
        }
    }
    pthread_mutex_unlock(&intake->lock);
    return batch.result;
}

static void enter(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    while (intake->inside) {
        pthread_cond_wait(&intake->changed, &intake->lock);
    }
    intake->inside = true;
    pthread_mutex_unlock(&intake->lock);
}

static void leave(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    intake->inside = false;
    pthread_cond_broadcast(&intake->changed);
    pthread_mutex_unlock(&intake->lock);
}

/* Beside what is being written; in a transaction, which mends a lost connection. */
static enum err ask_reader(struct intake *intake, intake_ask_fn *ask, void *ctx,
                           struct error *e)
{
    pthread_mutex_lock(&intake->reading);
    enum err err = intake->driver->begin(intake->reader, e);
    if (err == ERR_OK) {
        err = ask(ctx, intake->driver, intake->reader, intake->reader_ledger, e);
        intake->driver->rollback(intake->reader);
    }
    pthread_mutex_unlock(&intake->reading);
    return err;
}

enum err intake_ask(struct intake *intake, intake_ask_fn *ask, void *ctx, struct error *e)
{
    if (intake->reader) {
        return ask_reader(intake, ask, ctx, e);
    }
    enter(intake);
    enum err err = ask(ctx, intake->driver, intake->store, intake->ledger, e);
    leave(intake);
    return err;
}

enum err intake_change(struct intake *intake, intake_ask_fn *change, void *ctx,
                       struct error *e)
{
    enter(intake);
    enum err err = intake->driver->begin(intake->store, e);
    if (err == ERR_OK) {
        err = change(ctx, intake->driver, intake->store, intake->ledger, e);
        if (err == ERR_OK) {
            err = intake->driver->commit(intake->store, e);
        }
        if (err != ERR_OK) {
            intake->driver->rollback(intake->store);
        }
    }
    leave(intake);
    return err;
}

void intake_get_status(struct intake *intake, struct intake_status *ret_status)
{
    pthread_mutex_lock(&intake->lock);
    *ret_status = intake->status;
    pthread_mutex_unlock(&intake->lock);
}
