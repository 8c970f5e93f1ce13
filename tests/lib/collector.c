/* SPDX-License-Identifier: Apache-2.0 */
/* An intake in memory. */
#include "collector.h"

#include "core/mem.h"

#include <stdio.h>
#include <time.h>

#define PATIENCE_MS 10000
#define COMMIT_MS 2

static struct timespec monotonic_in(int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms * NS_PER_MS;
    until.tv_sec += (time_t)(ns / NS_PER_S);
    until.tv_nsec = (long)(ns % NS_PER_S);
    return until;
}

static enum err collect(void *ctx, const struct message *message, uint64_t *ret_seq,
                        struct error *e)
{
    struct collector *collector = ctx;
    pthread_mutex_lock(&collector->lock);
    enum err answer = collector->answer;
    if (answer == ERR_OK && collector->stored < COLLECTOR_MAX) {
        snprintf(collector->payloads[collector->stored], sizeof collector->payloads[0],
                 "%.*s", BYTES_ARG(message->payload));
        *ret_seq = ++collector->stored;
        collector->duplicates += message->duplicate;
        collector->retained += message->retained;
    } else {
        collector->refused++;
        error_set(e, answer, "test says so");
    }
    pthread_cond_broadcast(&collector->changed);
    pthread_mutex_unlock(&collector->lock);
    return answer;
}

static void note_gap(void *ctx, size_t broker, const char *text)
{
    struct collector *collector = ctx;
    (void)broker;
    pthread_mutex_lock(&collector->lock);
    collector->gaps++;
    snprintf(collector->gap, sizeof collector->gap, "%s", text);
    pthread_cond_broadcast(&collector->changed);
    pthread_mutex_unlock(&collector->lock);
}

static void *commit(void *argument)
{
    struct collector *collector = argument;
    uint64_t released = 0;
    pthread_mutex_lock(&collector->lock);
    while (!collector->stop) {
        uint64_t stored = collector->stored;
        if (stored > released) {
            pthread_mutex_unlock(&collector->lock);
            source_release(collector->source, stored);
            pthread_mutex_lock(&collector->lock);
            released = stored;
        }
        struct timespec until = monotonic_in(COMMIT_MS);
        pthread_cond_clockwait(&collector->changed, &collector->lock, CLOCK_MONOTONIC,
                               &until);
    }
    pthread_mutex_unlock(&collector->lock);
    return NULL;
}

struct collector *collector_new(bool auto_release)
{
    struct collector *collector = mem_new(struct collector);
    collector->auto_release = auto_release;
    pthread_mutex_init(&collector->lock, NULL);
    pthread_cond_init(&collector->changed, NULL);
    return collector;
}

void collector_open(struct collector *collector, const struct source_broker *brokers,
                    size_t count)
{
    struct source_intake intake = {.ctx = collector, .store = collect, .gap = note_gap};
    struct error e;
    enum err code =
        source_open(brokers, count, &intake, &clock_system, &collector->source, &e);
    ASSERT(code == ERR_OK);
    if (collector->auto_release) {
        ASSERT(pthread_create(&collector->committer, NULL, commit, collector) == 0);
    }
}

void collector_free(struct collector **collector)
{
    struct collector *c = *collector;
    source_pause(c->source);
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    if (c->auto_release) {
        pthread_join(c->committer, NULL);
        source_release(c->source, c->stored);
    }
    source_close(&c->source);
    mem_free(collector);
}

void collector_set_answer(struct collector *collector, enum err answer)
{
    pthread_mutex_lock(&collector->lock);
    collector->answer = answer;
    pthread_mutex_unlock(&collector->lock);
}

bool collector_wait(struct collector *collector, const uint64_t *counter, uint64_t least)
{
    struct timespec until = monotonic_in(PATIENCE_MS);
    int rc = 0;
    pthread_mutex_lock(&collector->lock);
    while (*counter < least && rc == 0) {
        rc = pthread_cond_clockwait(&collector->changed, &collector->lock,
                                    CLOCK_MONOTONIC, &until);
    }
    bool there = *counter >= least;
    pthread_mutex_unlock(&collector->lock);
    return there;
}

uint64_t collector_get(struct collector *collector, const uint64_t *counter)
{
    pthread_mutex_lock(&collector->lock);
    uint64_t value = *counter;
    pthread_mutex_unlock(&collector->lock);
    return value;
}

bool collector_wait_status(struct collector *collector, collector_fit_fn *fits)
{
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        struct source_status status;
        source_get_status(collector->source, 0, &status);
        if (fits(&status)) {
            return true;
        }
        struct timespec pause = {.tv_nsec = 10 * NS_PER_MS};
        nanosleep(&pause, NULL);
    }
    return false;
}
