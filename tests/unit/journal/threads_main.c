/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers that follow writers, on the real disk, with all threads the gateway has: two
 * that append, one that commits, the helper that makes spares, two that read.  A plain
 * program, since ThreadSanitizer does not go with the test library.
 *
 *     threads_main DIRECTORY
 *
 * Each reader must see every record once, in order, and nothing before it is durable.
 */
#include "core/endian.h"
#include "journal/journal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define WRITERS 2u
#define RECORDS_EACH 15000u
#define RECORDS_ALL (UINT64_C(1) * WRITERS * RECORDS_EACH)

struct shared {
    struct journal *journal;
    _Atomic uint64_t appended;
    _Atomic unsigned failures;
};

static void fail(struct shared *shared, const char *what, const struct error *error)
{
    fprintf(stderr, "threads_main: %s: %s\n", what, error->text);
    atomic_fetch_add(&shared->failures, 1);
}

static void *write_records(void *argument)
{
    struct shared *shared = argument;
    struct error error = {0};
    for (uint64_t i = 0; i < RECORDS_EACH;) {
        uint8_t payload[120] = {0};
        uint64_t seq = 0;
        endian_put_u64(payload, i);
        struct bytes bytes = {.data = payload, .len = 8 + i % 112};
        enum err code =
            journal_append(shared->journal, RECORD_MESSAGE, bytes, &seq, &error);
        if (code == ERR_OK) {
            i++;
            atomic_fetch_add(&shared->appended, 1);
        } else if (code == ERR_FULL) {
            journal_wait_appended(shared->journal, 1);
        } else {
            fail(shared, "append", &error);
            return NULL;
        }
    }
    return NULL;
}

static void *commit_records(void *argument)
{
    struct shared *shared = argument;
    struct error error = {0};
    while (journal_durable(shared->journal) < RECORDS_ALL) {
        journal_wait_appended(shared->journal, 10);
        if (journal_commit(shared->journal, &error) != ERR_OK) {
            fail(shared, "commit", &error);
            return NULL;
        }
    }
    return NULL;
}

static void *read_records(void *argument)
{
    struct shared *shared = argument;
    struct error error = {0};
    struct journal_reader *reader = NULL;
    if (journal_reader_open(shared->journal, 0, &reader, &error) != ERR_OK) {
        fail(shared, "open a reader", &error);
        return NULL;
    }
    for (uint64_t wanted = 1; wanted <= RECORDS_ALL;) {
        struct record record;
        bool found = false;
        if (journal_read_next(reader, 1000, &record, &found, &error) != ERR_OK) {
            fail(shared, "read", &error);
            break;
        }
        if (found && record.seq != wanted) {
            fail(shared, "out of order", &error);
            break;
        }
        if (found && record.seq > atomic_load(&shared->appended)) {
            fail(shared, "seen before it was appended", &error);
            break;
        }
        wanted += found ? 1 : 0;
        if (atomic_load(&shared->failures)) {
            break;
        }
    }
    journal_reader_close(&reader);
    return NULL;
}

static bool open_journal(struct shared *shared, const char *directory)
{
    struct error error = {0};
    struct journal_settings settings = {
        .directory = directory,
        .gateway_id = "threads",
        .software = "test",
        .segment_size = 256 * 1024,
    };
    enum err code =
        journal_open(&settings, &disk_system, &clock_system, &shared->journal, &error);
    if (code != ERR_OK) {
        fail(shared, "open", &error);
    }
    return code == ERR_OK;
}

int main(int argc, char **argv)
{
    struct shared shared = {0};
    if (argc != 2 || !open_journal(&shared, argv[1])) {
        return EXIT_FAILURE;
    }
    void *(*const work[])(void *) = {write_records, write_records, commit_records,
                                     read_records, read_records};
    pthread_t threads[sizeof work / sizeof *work];
    for (size_t i = 0; i < sizeof work / sizeof *work; i++) {
        if (pthread_create(&threads[i], NULL, work[i], &shared) != 0) {
            return EXIT_FAILURE;
        }
    }
    for (size_t i = 0; i < sizeof work / sizeof *work; i++) {
        pthread_join(threads[i], NULL);
    }
    struct journal_status status;
    journal_get_status(shared.journal, &status);
    printf("%llu records, %llu commits, %llu segments, %u failures\n",
           (unsigned long long)status.last_seq, (unsigned long long)status.commits,
           (unsigned long long)status.segments, atomic_load(&shared.failures));
    journal_close(&shared.journal);
    return atomic_load(&shared.failures) ? EXIT_FAILURE : EXIT_SUCCESS;
}
