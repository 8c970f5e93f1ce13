/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed with all threads it meets: one that publishes, one that counts viewers, the
 * server's own, and viewers that come, read and go in the middle of an event.  A plain
 * program, since ThreadSanitizer does not go with the test library.
 *
 * Each viewer must get whole events, none older than one before it.
 */
#include "web/feed.h"

#include "core/mem.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define VIEWERS 8
#define LIVES 12      /* of each viewer */
#define EVENTS_SEEN 6 /* in a life, and then it hangs up */
#define FILLING 40000 /* bytes of an event: more than is sent at once */

struct shared {
    struct web_feed *feed;
    int port;
    _Atomic unsigned failures;
    _Atomic unsigned viewers_left;
};

static void fail(struct shared *shared, const char *what)
{
    fprintf(stderr, "feed_threads: %s\n", what);
    atomic_fetch_add(&shared->failures, 1);
}

static void nothing(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    buf_add_text(&answer->body, "{}");
}

static const struct web_route routes[] = {
    {.path = "/events", .get = nothing, .stream = true},
    {.path = "/plain", .get = nothing},
    {0}};

static int connect_to(int port, const char *path)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {.tv_sec = 60};
    char question[128];
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int len = snprintf(question, sizeof question, "GET %s HTTP/1.0\r\n\r\n", path);
    if (file < 0 || connect(file, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        write(file, question, (size_t)len) != len) {
        perror("feed_threads: connect");
        exit(1);
    }
    return file;
}

/* Reads on until `wanted` events have begun; their numbers must rise. */
static void read_events(struct shared *shared, int file, unsigned wanted)
{
    static const char mark[] = "data: ";
    FILE *in = fdopen(file, "r");
    char *line = NULL;
    size_t room = 0;
    unsigned long newest = 0;
    while (wanted > 0 && getline(&line, &room, in) > 0) {
        char *at = strstr(line, mark);
        if (!at) {
            continue;
        }
        unsigned long number = strtoul(at + sizeof mark - 1, NULL, 10); /* NOLINT: ours */
        size_t len = strlen(at);
        if (number <= newest || at[len - 1] != '\n' || at[len - 2] != '.') {
            fail(shared, "an event is old, or cut short");
        }
        newest = number;
        wanted--;
    }
    if (wanted > 0) {
        fail(shared, "the stream ended too soon");
    }
    free(line);
    fclose(in);
}

static void *view(void *ctx)
{
    struct shared *shared = ctx;
    for (int life = 0; life < LIVES; life++) {
        read_events(shared, connect_to(shared->port, "/events"), EVENTS_SEEN);
        close(connect_to(shared->port, "/events")); /* gone before the first event */
        close(connect_to(shared->port, "/plain"));
    }
    atomic_fetch_sub(&shared->viewers_left, 1);
    return NULL;
}

static void *publish(void *ctx)
{
    struct shared *shared = ctx;
    struct buf event;
    buf_init(&event, 1 << 20);
    for (unsigned long number = 1; atomic_load(&shared->viewers_left) > 0; number++) {
        buf_clear(&event);
        buf_print(&event, "%lu ", number);
        for (int i = 0; i < FILLING / 8; i++) {
            buf_add_text(&event, "........");
        }
        feed_publish(shared->feed, buf_bytes(&event));
        sched_yield();
    }
    buf_deinit(&event);
    return NULL;
}

static void *count(void *ctx)
{
    struct shared *shared = ctx;
    while (atomic_load(&shared->viewers_left) > 0) {
        if (feed_viewers(shared->feed) > FEED_VIEWERS_MAX) {
            fail(shared, "more viewers than allowed");
        }
        sched_yield();
    }
    return NULL;
}

/* Opens the server on some free port. */
static struct web *open_server(struct shared *shared)
{
    struct web *web = NULL;
    struct error e;
    char listen[32];
    for (int tried = 0; tried < 500; tried++) {
        shared->port = 20000 + (int)((getpid() + tried * 7) % 12000);
        snprintf(listen, sizeof listen, "127.0.0.1:%d", shared->port);
        struct web_settings settings = {
            .listen = listen, .routes = routes, .feed = shared->feed};
        if (web_open(&settings, &web, &e) == ERR_OK) {
            return web;
        }
    }
    fprintf(stderr, "feed_threads: %s\n", e.text);
    exit(1);
}

static void begin(pthread_t *thread, void *(*run)(void *), struct shared *shared)
{
    if (pthread_create(thread, NULL, run, shared) != 0) {
        perror("feed_threads: thread");
        exit(1);
    }
}

int main(void)
{
    struct shared shared = {.feed = feed_new(), .viewers_left = VIEWERS};
    struct web *web = open_server(&shared);
    pthread_t threads[VIEWERS + 2];
    for (size_t i = 0; i < VIEWERS; i++) {
        begin(&threads[i], view, &shared);
    }
    begin(&threads[VIEWERS], publish, &shared);
    begin(&threads[VIEWERS + 1], count, &shared);
    for (size_t i = 0; i < VIEWERS + 2; i++) {
        pthread_join(threads[i], NULL);
    }
    /* One who is still there when the server goes. */
    int last = connect_to(shared.port, "/events");
    while (feed_viewers(shared.feed) == 0) {
        sched_yield();
    }
    web_close(&web);
    close(last);
    if (feed_viewers(shared.feed) != 0) {
        fail(&shared, "a viewer is left behind");
    }
    feed_free(&shared.feed);
    printf("feed_threads: %d viewers, %d lives each, %u failures\n", VIEWERS, LIVES,
           atomic_load(&shared.failures));
    return atomic_load(&shared.failures) ? 1 : 0;
}
