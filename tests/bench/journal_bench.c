/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the journal takes and gives records on this machine's disk.
 *
 *     journal_bench DIRECTORY [RECORDS]
 *
 * Appends messages of 200 bytes from one thread while another commits, in both modes
 * of sync, against one commit a message; then reads all back.  Prints rates and their
 * ratio, since rates alone say more of the disk than of the program.
 */
#include "core/number.h"
#include "journal/journal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAYLOAD_LEN 200u
#define SINGLES 500u

struct run {
    struct journal *journal;
    _Atomic bool done;
    _Atomic uint64_t waits;
    struct error error;
};

static double seconds(int64_t since_ns)
{
    return (double)(clock_boot_ns(&clock_system) - since_ns) / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void must(enum err code, const struct error *error)
{
    if (code != ERR_OK) {
        fprintf(stderr, "journal_bench: %s\n", error->text);
        _exit(1);
    }
}

static struct journal *open_journal(const char *directory, enum journal_sync sync)
{
    struct journal_settings settings = {
        .directory = directory,
        .gateway_id = "bench",
        .software = "bench",
        .sync = sync,
        .sync_interval_ms = 1000,
    };
    struct journal *journal = NULL;
    struct error error = {0};
    must(journal_open(&settings, &disk_system, &clock_system, &journal, &error), &error);
    return journal;
}

static void *commit_all(void *argument)
{
    struct run *run = argument;
    while (!atomic_load(&run->done)) {
        journal_wait_appended(run->journal, 100);
        must(journal_commit(run->journal, &run->error), &run->error);
    }
    must(journal_commit(run->journal, &run->error), &run->error);
    return NULL;
}

/* Appends until it is taken: waits for the committer where the buffer is full. */
static void append(struct run *run, struct bytes payload)
{
    struct error error = {0};
    uint64_t seq = 0;
    enum err code = journal_append(run->journal, RECORD_MESSAGE, payload, &seq, &error);
    while (code == ERR_FULL) {
        atomic_fetch_add(&run->waits, 1);
        usleep(1000);
        code = journal_append(run->journal, RECORD_MESSAGE, payload, &seq, &error);
    }
    must(code, &error);
}

static double grouped(const char *directory, enum journal_sync sync, uint64_t records)
{
    uint8_t payload[PAYLOAD_LEN] = {1, 2, 3};
    struct run run = {.journal = open_journal(directory, sync)};
    pthread_t committer;
    int64_t start_ns = clock_boot_ns(&clock_system);
    double cpu = cpu_seconds();
    pthread_create(&committer, NULL, commit_all, &run);
    for (uint64_t i = 0; i < records; i++) {
        memcpy(payload, &i, sizeof i);
        append(&run, (struct bytes){.data = payload, .len = sizeof payload});
    }
    atomic_store(&run.done, true);
    pthread_join(committer, NULL);
    double passed = seconds(start_ns);
    struct journal_status status;
    journal_get_status(run.journal, &status);
    printf("%-8s %9.0f records/s, %llu commits, %llu syncs, %.2f us cpu a record, "
           "%llu waits\n",
           sync == JOURNAL_SYNC_ALWAYS ? "always" : "interval", (double)records / passed,
           (unsigned long long)status.commits, (unsigned long long)status.syncs,
           (cpu_seconds() - cpu) * 1e6 / (double)records,
           (unsigned long long)atomic_load(&run.waits));
    journal_close(&run.journal);
    return (double)records / passed;
}

static double single(const char *directory)
{
    uint8_t payload[PAYLOAD_LEN] = {1};
    struct run run = {.journal = open_journal(directory, JOURNAL_SYNC_ALWAYS)};
    int64_t start_ns = clock_boot_ns(&clock_system);
    for (unsigned i = 0; i < SINGLES; i++) {
        append(&run, (struct bytes){.data = payload, .len = sizeof payload});
        must(journal_commit(run.journal, &run.error), &run.error);
    }
    double passed = seconds(start_ns);
    printf("single   %9.0f records/s, one commit and sync each\n", SINGLES / passed);
    journal_close(&run.journal);
    return SINGLES / passed;
}

static void read_back(const char *directory)
{
    struct error error = {0};
    struct journal_reader *reader = NULL;
    must(journal_reader_open_directory(directory, &disk_system, 0, &reader, &error),
         &error);
    int64_t start_ns = clock_boot_ns(&clock_system);
    uint64_t count = 0;
    bool found = true;
    while (found) {
        struct record record;
        must(journal_read_next(reader, 0, &record, &found, &error), &error);
        count += found ? 1 : 0;
    }
    printf("read     %9.0f records/s of %llu\n", (double)count / seconds(start_ns),
           (unsigned long long)count);
    journal_reader_close(&reader);
}

static void tell(void *ctx, const char *text)
{
    (void)ctx;
    printf("finding: %s\n", text);
}

static void verify(const char *directory)
{
    struct journal_report report;
    struct error error = {0};
    int64_t start_ns = clock_boot_ns(&clock_system);
    must(journal_verify(directory, &disk_system, tell, NULL, &report, &error), &error);
    double passed = seconds(start_ns);
    printf("verify   %9.0f records/s, %.0f MB/s, %llu damaged\n",
           (double)report.records / passed, (double)report.bytes / passed / 1e6,
           (unsigned long long)report.damaged_groups);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: journal_bench DIRECTORY [RECORDS]\n");
        return 64;
    }
    uint64_t records = 1000000;
    if (argc > 2 && !number_parse_u64(bytes_of(argv[2]), &records)) {
        return 64;
    }
    double one = single(argv[1]);
    double always = grouped(argv[1], JOURNAL_SYNC_ALWAYS, records);
    double interval = grouped(argv[1], JOURNAL_SYNC_INTERVAL, records);
    read_back(argv[1]);
    verify(argv[1]);
    printf("always is %.1f times single; interval is %.2f times always\n", always / one,
           interval / always);
    return 0;
}
