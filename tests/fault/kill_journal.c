/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kills a process that writes a journal, again and again, and looks what is left.
 *
 *     kill_journal DIRECTORY SHIM [KILLS]   kills by time and at the k-th disk call
 *     kill_journal --early ...              the same on a writer that acknowledges too
 *                                           soon: exit 0 when that was caught
 *
 * The writer (this program again, --write) says on a pipe which seq is durable.  After
 * its death the journal is opened as a restart would: it must hold seq 1 to n with their
 * bytes, n at least what was acknowledged.
 */
#include "core/endian.h"
#include "core/number.h"
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS_DEFAULT 200u
#define KILLS_A_DIRECTORY 20u
#define ACK_FILE 3

static struct journal *open_journal(const char *directory, struct error *e)
{
    struct journal_settings settings = {
        .directory = directory,
        .gateway_id = "kill",
        .software = "test",
        .segment_size = 64 * 1024,
    };
    struct journal *journal = NULL;
    return journal_open(&settings, &disk_system, &clock_system, &journal, e) == ERR_OK
               ? journal
               : NULL;
}

/* ---- the writer ---- */

static bool acknowledge(uint64_t seq)
{
    uint8_t bytes[8];
    endian_put_u64(bytes, seq);
    return write(ACK_FILE, bytes, sizeof bytes) == (ssize_t)sizeof bytes;
}

/* Appends the record that seq `seq` must be. */
static enum err append(struct journal *journal, uint64_t seq, struct error *e)
{
    uint8_t payload[200] = {0};
    uint64_t got = 0;
    endian_put_u64(payload, seq);
    struct bytes bytes = {.data = payload, .len = 8 + seq % 192};
    return journal_append(journal, RECORD_MESSAGE, bytes, &got, e);
}

static int write_for_ever(const char *directory, bool early)
{
    struct error error = {0};
    struct journal *journal = open_journal(directory, &error);
    if (!journal) {
        fprintf(stderr, "kill_journal: %s\n", error.text);
        return EXIT_FAILURE;
    }
    struct journal_status status;
    journal_get_status(journal, &status);
    for (uint64_t seq = status.last_seq + 1;;) {
        for (unsigned i = 0; i < 1 + seq % 7; i++) {
            enum err code = append(journal, seq, &error);
            seq += code == ERR_OK ? 1 : 0;
            if (code != ERR_OK) {
                break; /* full: the helper is behind */
            }
        }
        if (early && !acknowledge(seq - 1)) {
            return EXIT_FAILURE;
        }
        if (early && seq % 4 != 0) {
            continue;
        }
        if (journal_commit(journal, &error) != ERR_OK ||
            !acknowledge(journal_durable(journal))) {
            return EXIT_FAILURE;
        }
    }
}

/* ---- the killer ---- */

struct kill_plan {
    const char *program, *directory, *shim;
    bool early;
    unsigned long at_call; /* 0: by time */
    int after_ms;
};

static void become_writer(const struct kill_plan *plan, int acks)
{
    char text[32];
    if (plan->at_call) {
        snprintf(text, sizeof text, "%lu", plan->at_call);
        setenv("EMGATE_KILL_AT", text, 1);
        setenv("LD_PRELOAD", plan->shim, 1);
    }
    dup2(acks, ACK_FILE);
    execl(plan->program, plan->program, plan->early ? "--write-early" : "--write",
          plan->directory, (char *)NULL);
    _exit(127);
}

static int64_t now_ms(void)
{
    return clock_boot_ns(&clock_system) / NS_PER_MS;
}

/* Reads acknowledgements until the writer is dead; gives the last. */
static uint64_t follow(const struct kill_plan *plan, pid_t writer, int acks)
{
    uint64_t last = 0;
    int64_t end_ms = now_ms() + (plan->at_call ? 5000 : plan->after_ms);
    bool killed = false;
    for (;;) {
        uint8_t bytes[8];
        int64_t left_ms = end_ms - now_ms();
        struct pollfd ready = {.fd = acks, .events = POLLIN};
        if (!killed && poll(&ready, 1, left_ms > 0 ? (int)left_ms : 0) == 0) {
            kill(writer, SIGKILL);
            killed = true;
        }
        ssize_t n = read(acks, bytes, sizeof bytes);
        if (n != (ssize_t)sizeof bytes) {
            return last;
        }
        last = endian_u64(bytes);
        if (!killed && left_ms <= 0) {
            kill(writer, SIGKILL);
            killed = true;
        }
    }
}

/* One life of a writer; the last seq it acknowledged. */
static uint64_t run_writer(const struct kill_plan *plan)
{
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        return 0;
    }
    pid_t writer = fork();
    if (writer == 0) {
        become_writer(plan, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    uint64_t last = follow(plan, writer, pipe_ends[0]);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(writer, &status, 0);
    return last;
}

/* The last seq there is, or 0 after a message: something is not as it must be. */
static bool check(const char *directory, uint64_t acknowledged, uint64_t *ret_last)
{
    struct error error = {0};
    struct journal *journal = open_journal(directory, &error);
    struct journal_reader *reader = NULL;
    uint64_t expected = 1;
    bool sound = journal && journal_reader_open(journal, 0, &reader, &error) == ERR_OK;
    for (bool found = sound; found && sound;) {
        struct record record;
        sound = journal_read_next(reader, 0, &record, &found, &error) == ERR_OK;
        if (sound && found) {
            bool right = record.type != RECORD_MESSAGE ||
                         endian_u64(record.payload.data) == record.seq;
            sound = right && record.seq == expected++;
        }
    }
    journal_reader_close(&reader);
    journal_close(&journal);
    if (!sound || expected <= acknowledged) {
        printf("acknowledged %llu, there are %llu: %s\n",
               (unsigned long long)acknowledged, (unsigned long long)expected - 1,
               error.text);
        return false;
    }
    *ret_last = expected - 1;
    return true;
}

struct tally {
    uint64_t records, at_calls;
    unsigned kills, broken;
};

/* Kills `kills` times, a new directory each KILLS_A_DIRECTORY. */
static struct tally kill_often(struct kill_plan plan, const char *parent, unsigned kills)
{
    struct tally tally = {0};
    char directory[512];
    plan.directory = directory;
    uint64_t random = 88172645463325252u;
    for (unsigned i = 0; i < kills; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        snprintf(directory, sizeof directory, "%s/%u-%d", parent, i / KILLS_A_DIRECTORY,
                 plan.early);
        plan.at_call = i % 2 ? 1 + (unsigned long)(random >> 20) % 60 : 0;
        plan.after_ms = 3 + (int)(random % 60);
        uint64_t acknowledged = run_writer(&plan);
        uint64_t last = 0;
        tally.kills++;
        tally.at_calls += plan.at_call ? 1 : 0;
        if (!check(directory, acknowledged, &last)) {
            tally.broken++;
            if (plan.early || tally.broken > 3) {
                return tally;
            }
        }
        tally.records += i % KILLS_A_DIRECTORY == KILLS_A_DIRECTORY - 1 ? last : 0;
    }
    return tally;
}

static int usage(void)
{
    fprintf(stderr, "usage: kill_journal [--early] DIRECTORY SHIM [KILLS]\n");
    return 64;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strncmp(argv[1], "--write", 7) == 0) {
        return write_for_ever(argv[2], strcmp(argv[1], "--write-early") == 0);
    }
    bool early = argc > 1 && strcmp(argv[1], "--early") == 0;
    char **words = argv + (early ? 2 : 1);
    int count = argc - (early ? 2 : 1);
    uint64_t kills = KILLS_DEFAULT;
    if (count < 2 || (count > 2 && !number_parse_u64(bytes_of(words[2]), &kills))) {
        return usage();
    }
    struct kill_plan plan = {
        .program = "/proc/self/exe", .shim = words[1], .early = early};
    struct tally tally = kill_often(plan, words[0], (unsigned)kills);
    printf("%u kills, %llu of them at a disk call, %llu records, %u broken\n",
           tally.kills, (unsigned long long)tally.at_calls,
           (unsigned long long)tally.records, tally.broken);
    return (tally.broken > 0) == early ? EXIT_SUCCESS : EXIT_FAILURE;
}
