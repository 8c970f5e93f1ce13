/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 of a process that takes messages in, at random moments under load: what the
 * broker saw acknowledged is in the journal.  The broker is mosquitto; the journal is
 * read afterwards, and each number published must be in it.  The same against a
 * subscriber that acknowledges before it stores must lose something, or this test
 * shows nothing.
 */
#include "broker.h"
#include "core/mem.h"
#include "figures.h"
#include "journal/journal.h"
#include "mqtt_raw.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILLS 30
#define WINDOW 200 /* messages the publisher has under way */
#define LIFE_MOST_MS 150
#define PAYLOAD 200
#define DRAINS_MAX 30

struct publisher {
    int port;
    _Atomic bool stop;
    _Atomic uint64_t published; /* acknowledged by the broker, all up to this number */
};

static void sleep_ms(int64_t ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    nanosleep(&pause, NULL);
}

static void send_some(struct mqtt_raw *raw, uint64_t from, uint64_t count)
{
    struct buf out;
    buf_init(&out, WINDOW * (PAYLOAD + 64));
    for (uint64_t i = from; i < from + count; i++) {
        char payload[PAYLOAD + 1];
        snprintf(payload, sizeof payload, "%0*llu", PAYLOAD, (unsigned long long)i);
        mqtt_raw_add_publish(&out, 5, 1, (int)(i % 60000) + 1, "plant/kiln",
                             bytes_of(payload));
    }
    cr_assert(mqtt_raw_write(raw, buf_bytes(&out)));
    buf_deinit(&out);
}

static void *publish(void *argument)
{
    struct publisher *publisher = argument;
    struct mqtt_raw *raw = mqtt_raw_connect(publisher->port, 5, "publisher", true, 1000);
    cr_assert_not_null(raw);
    uint64_t sent = 0;
    while (!publisher->stop) {
        send_some(raw, sent + 1, WINDOW / 4);
        sent += WINDOW / 4;
        struct mqtt_raw_packet packet;
        while (sent - publisher->published > WINDOW * 3 / 4) {
            cr_assert(mqtt_raw_read(raw, 10000, &packet));
            publisher->published += packet.type == RAW_PUBACK;
        }
        sleep_ms(2);
    }
    struct mqtt_raw_packet packet;
    while (publisher->published < sent && mqtt_raw_read(raw, 10000, &packet)) {
        publisher->published += packet.type == RAW_PUBACK;
    }
    mqtt_raw_close(&raw);
    return NULL;
}

struct subscriber {
    pid_t pid;
    int output;
};

static struct subscriber start_subscriber(const struct broker *broker, const char *mode)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char port[16];
        char directory[128];
        snprintf(port, sizeof port, "%d", broker->port);
        snprintf(directory, sizeof directory, "%s/journal", broker->directory);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        execl(SUBSCRIBER, "source_subscriber", port, directory, mode, "0", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return (struct subscriber){.pid = pid, .output = ends[0]};
}

/* Until it has taken a message in. */
static bool wait_first(const struct subscriber *subscriber, int timeout_ms)
{
    struct pollfd item = {.fd = subscriber->output, .events = POLLIN};
    return poll(&item, 1, timeout_ms) == 1 && (item.revents & POLLIN) != 0;
}

static void kill_subscriber(struct subscriber *subscriber)
{
    kill(subscriber->pid, SIGKILL);
    waitpid(subscriber->pid, NULL, 0);
    close(subscriber->output);
}

static uint64_t number_of(const struct record *record)
{
    struct message message;
    struct error e;
    cr_assert_eq(record_get_message(record, &message, &e), ERR_OK);
    cr_assert_eq(message.payload.len, PAYLOAD);
    uint64_t number = 0;
    cr_assert(number_parse_u64(message.payload, &number));
    return number;
}

struct tally {
    uint64_t records, duplicates, missing;
};

/* Reads the journal from the beginning. */
static struct tally count_journal(const struct broker *broker, uint64_t published)
{
    char directory[128];
    snprintf(directory, sizeof directory, "%s/journal", broker->directory);
    struct tally tally = {.missing = published};
    uint8_t *seen = mem_array(published + 1, 1);
    struct journal_reader *reader = NULL;
    struct error e;
    cr_assert_eq(journal_reader_open_directory(directory, &disk_system, 0, &reader, &e),
                 ERR_OK, "%s", e.text);
    struct record record;
    bool found = true;
    while (found) {
        cr_assert_eq(journal_read_next(reader, 0, &record, &found, &e), ERR_OK, "%s",
                     e.text);
        if (!found || record.type != RECORD_MESSAGE) {
            continue;
        }
        uint64_t number = number_of(&record);
        if (number > published) {
            continue;
        }
        tally.records++;
        tally.duplicates += seen[number];
        tally.missing -= !seen[number];
        seen[number] = 1;
    }
    journal_reader_close(&reader);
    mem_free(&seen);
    return tally;
}

/* Lets the last subscribers take what the broker still has, until nothing is missing
 * or nothing more comes.  Each lives longer than the one before: the broker sends again
 * what was under way, and on a busy machine that alone can fill a second. */
static struct tally drain(const struct broker *broker, const char *mode,
                          uint64_t published)
{
    struct tally tally = {.missing = published};
    bool more = true;
    for (int i = 0; i < DRAINS_MAX && tally.missing > 0 && more; i++) {
        struct subscriber subscriber = start_subscriber(broker, mode);
        more = wait_first(&subscriber, 5000);
        sleep_ms(1000 + i * 500);
        kill_subscriber(&subscriber);
        tally = count_journal(broker, published);
    }
    return tally;
}

/* One of five dies while it starts, the others at any time after a first message. */
static void kill_many(const struct broker *broker, const char *mode)
{
    for (int i = 0; i < KILLS; i++) {
        struct subscriber subscriber = start_subscriber(broker, mode);
        if (i % 5 != 0) {
            cr_assert(wait_first(&subscriber, 20000));
        }
        sleep_ms(random() % LIFE_MOST_MS);
        kill_subscriber(&subscriber);
    }
}

static struct tally kill_under_load(const char *mode)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct publisher publisher = {.port = broker.port};
    mqtt_raw_subscribe_session(broker.port, "subscriber", "plant/#");
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, publish, &publisher), 0);
    srandom((unsigned)getpid());
    kill_many(&broker, mode);
    publisher.stop = true;
    pthread_join(thread, NULL);
    struct tally tally = drain(&broker, mode, publisher.published);
    printf("%s: %llu published, %llu stored, %llu missing, %llu twice\n", mode,
           (unsigned long long)publisher.published, (unsigned long long)tally.records,
           (unsigned long long)tally.missing, (unsigned long long)tally.duplicates);
    broker_deinit(&broker);
    return tally;
}

Test(source_kill, nothing_acknowledged_is_lost)
{
    struct tally tally = kill_under_load("always");

    cr_assert_eq(tally.missing, 0);
}

Test(source_kill, nothing_acknowledged_is_lost_with_sync_at_intervals)
{
    struct tally tally = kill_under_load("interval");

    cr_assert_eq(tally.missing, 0);
}

Test(source_kill, acknowledging_before_storing_loses_and_is_found_out)
{
    struct tally tally = kill_under_load("early");

    cr_assert_gt(tally.missing, 0);
}
