/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source, journal and committer as the daemon couples them, and nothing else; for the
 * kill test and the benchmark.
 *
 *     source_subscriber PORT DIRECTORY MODE COUNT
 *
 * Modes: always, interval: the journal's sync.  none: nothing is stored.  early: the
 * negative control: acknowledged at once, stored 20 ms later.  Prints "first"
 * with the first message.  Ends after COUNT messages (0: never), printing how many came,
 * seconds from the first to the last, and CPU seconds.
 */
#include "core/mem.h"
#include "figures.h"
#include "journal/journal.h"
#include "source/source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COMMIT_DELAY_MS 5
#define EARLY_DELAY_MS 20
#define EARLY_MAX (1 << 20) /* messages kept in memory by the negative control */
#define RECORD_MAX (1 << 20)

enum mode { MODE_ALWAYS, MODE_INTERVAL, MODE_NONE, MODE_EARLY };

struct subscriber {
    enum mode mode;
    struct journal *journal;
    struct source *source;
    struct buf record;
    uint64_t count; /* to take; 0: for ever */
    _Atomic uint64_t taken;
    _Atomic int64_t first_ns, last_ns;
    struct buf *early; /* payloads waiting to be stored, a ring */
    _Atomic uint64_t early_stored;
};

static void sleep_ms(int64_t ms)
{
    struct timespec pause = {.tv_nsec = ms * NS_PER_MS};
    nanosleep(&pause, NULL);
}

static void note_taken(struct subscriber *s)
{
    int64_t now = clock_boot_ns(&clock_system);
    if (s->taken == 0) {
        s->first_ns = now;
        puts("first");
        fflush(stdout);
    }
    s->last_ns = now;
    s->taken++;
}

static enum err store(void *ctx, const struct message *message, uint64_t *ret_seq,
                      struct error *e)
{
    struct subscriber *s = ctx;
    buf_clear(&s->record);
    record_put_message(&s->record, message);
    if (s->mode == MODE_NONE) {
        *ret_seq = s->taken + 1;
    } else if (s->mode == MODE_EARLY) {
        struct buf *slot = &s->early[s->taken % EARLY_MAX];
        buf_clear(slot);
        buf_add(slot, buf_bytes(&s->record));
        *ret_seq = s->taken + 1;
    } else {
        enum err code =
            journal_append(s->journal, RECORD_MESSAGE, buf_bytes(&s->record), ret_seq, e);
        if (code != ERR_OK) {
            return code;
        }
    }
    note_taken(s);
    return ERR_OK;
}

static void commit(struct subscriber *s)
{
    struct error e;
    if (journal_commit(s->journal, &e) != ERR_OK) {
        fprintf(stderr, "commit: %s\n", e.text);
        exit(1);
    }
}

static void commit_once(struct subscriber *s)
{
    if (s->mode == MODE_NONE || s->mode == MODE_EARLY) {
        sleep_ms(COMMIT_DELAY_MS);
        source_release(s->source, s->taken);
        return;
    }
    journal_wait_appended(s->journal, 100);
    sleep_ms(COMMIT_DELAY_MS);
    commit(s);
    source_release(s->source, journal_durable(s->journal));
}

/* The negative control's storing, after the acknowledgement. */
static void *store_late(void *argument)
{
    struct subscriber *s = argument;
    for (;;) {
        uint64_t taken = s->taken;
        sleep_ms(EARLY_DELAY_MS);
        for (uint64_t i = s->early_stored; i < taken; i++) {
            uint64_t seq = 0;
            struct error e;
            if (journal_append(s->journal, RECORD_MESSAGE,
                               buf_bytes(&s->early[i % EARLY_MAX]), &seq, &e) != ERR_OK) {
                exit(1);
            }
        }
        commit(s);
        s->early_stored = taken;
    }
    return NULL;
}

static void open_journal(struct subscriber *s, const char *directory)
{
    struct journal_settings settings = {
        .directory = directory,
        .gateway_id = "test",
        .software = "source_subscriber",
        .sync = s->mode == MODE_INTERVAL ? JOURNAL_SYNC_INTERVAL : JOURNAL_SYNC_ALWAYS,
        .sync_interval_ms = 1000,
        .segment_size = 0};
    struct error e;
    if (s->mode != MODE_NONE &&
        journal_open(&settings, &disk_system, &clock_system, &s->journal, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.text);
        exit(1);
    }
}

static void open_source(struct subscriber *s, const char *port)
{
    char uri[64];
    snprintf(uri, sizeof uri, "mqtt://127.0.0.1:%s", port);
    struct source_filter filter = {.topic = "plant/#", .qos = 1};
    struct source_broker broker = {.name = "plant",
                                   .uri = uri,
                                   .client_id = "subscriber",
                                   .filters = &filter,
                                   .filter_count = 1};
    struct source_intake intake = {.ctx = s, .store = store};
    struct error e;
    if (source_open(&broker, 1, &intake, &clock_system, &s->source, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.text);
        exit(1);
    }
    while (s->count == 0 || s->taken < s->count) {
        commit_once(s);
    }
    commit_once(s);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"always", "interval", "none", "early"};
    static struct subscriber s;
    if (argc != 5) {
        fprintf(stderr, "usage: source_subscriber PORT DIRECTORY MODE COUNT\n");
        return 64;
    }
    while (s.mode < MODE_EARLY && strcmp(modes[s.mode], argv[3]) != 0) {
        s.mode++;
    }
    s.count = figures_argument(argv[4]);
    buf_init(&s.record, RECORD_MAX);
    open_journal(&s, argv[2]);
    if (s.mode == MODE_EARLY) {
        pthread_t thread;
        s.early = mem_array(EARLY_MAX, sizeof *s.early);
        for (size_t i = 0; i < EARLY_MAX; i++) {
            buf_init(&s.early[i], RECORD_MAX);
        }
        pthread_create(&thread, NULL, store_late, &s);
    }
    open_source(&s, argv[1]);
    source_close(&s.source);
    figures_print(s.taken, s.first_ns, s.last_ns);
    journal_close(&s.journal);
    return 0;
}
