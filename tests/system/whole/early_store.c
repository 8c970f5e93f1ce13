/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The negative control of the kill test: the gateway, but acknowledging before it
 * stores.  The linker puts this in the place of the intake's journal_append(): a message
 * is said to be durable at once, and a thread appends it a moment later.
 */
#include "core/mem.h"
#include "journal/journal.h"

#include <pthread.h>
#include <time.h>

#define LATE_NS (200 * NS_PER_MS)
#define WAITING_MAX (1 << 20)

enum err __real_journal_append(struct journal *journal, enum record_type type,
                               struct bytes payload, uint64_t *ret_seq, struct error *e);
enum err __wrap_journal_append(struct journal *journal, enum record_type type,
                               struct bytes payload, uint64_t *ret_seq, struct error *e);

struct waiting {
    struct journal *journal;
    struct bytes payload;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct waiting *waiting;
static size_t count, capacity;

static void store_all(struct waiting *items, size_t item_count)
{
    for (size_t i = 0; i < item_count; i++) {
        struct error e;
        uint64_t seq = 0;
        enum err err = __real_journal_append(items[i].journal, RECORD_MESSAGE,
                                             items[i].payload, &seq, &e);
        ASSERT(err == ERR_OK);
        uint8_t *bytes = (uint8_t *)(uintptr_t)items[i].payload.data;
        mem_free(&bytes);
    }
}

static void *store_late(void *argument)
{
    (void)argument;
    for (;;) {
        struct timespec pause = {.tv_nsec = LATE_NS};
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&lock);
        struct waiting *items = waiting;
        size_t item_count = count;
        waiting = NULL;
        count = 0;
        capacity = 0;
        pthread_mutex_unlock(&lock);
        store_all(items, item_count);
        mem_free(&items);
    }
    return NULL;
}

static void start(void)
{
    pthread_t thread;
    ASSERT(pthread_create(&thread, NULL, store_late, NULL) == 0);
}

enum err __wrap_journal_append(struct journal *journal, enum record_type type,
                               struct bytes payload, uint64_t *ret_seq, struct error *e)
{
    if (type != RECORD_MESSAGE) {
        return __real_journal_append(journal, type, payload, ret_seq, e);
    }
    pthread_once(&once, start);
    uint8_t *copy = mem_array(payload.len + 1, 1);
    memcpy(copy, payload.data, payload.len);
    pthread_mutex_lock(&lock);
    ASSERT(count < WAITING_MAX);
    waiting = mem_grow(waiting, count, &capacity, sizeof *waiting);
    waiting[count++] = (struct waiting){journal, {copy, payload.len}};
    pthread_mutex_unlock(&lock);
    *ret_seq = journal_durable(journal); /* not true: that is the point */
    return ERR_OK;
}
