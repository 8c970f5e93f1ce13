/* SPDX-License-Identifier: Apache-2.0 */
/* One thread that waits to be asked, has the helper run the command and keeps what it
 * printed. */
#include "checkup.h"

#include "checkup_helper.h"
#include "core/clock.h"
#include "core/endian.h"
#include "core/mem.h"

#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define OLD_NS (5 * NS_PER_MINUTE)
#define NEW_NS (10 * NS_PER_S)
#define POLL_MS 200

struct checkup {
    pid_t helper;
    int file;             /* of the helper; -1: there is none */
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t asked;
    pthread_t thread;
    bool started, stop, wanted, running;
    bool has;
    int64_t at_ns;     /* wall clock, when it was known */
    int64_t done_ns;   /* the same by the clock since boot */
    struct buf known;  /* the list, or empty */
    char problem[256]; /* why there is none, or "" */
};

struct checkup *checkup_open(const char *const *words)
{
    struct checkup *checkup = mem_new(struct checkup);
    checkup->file = -1;
    (void)checkup_helper_begin(words, &checkup->helper,
                               &checkup->file); /* told when asked */
    pthread_mutex_init(&checkup->lock, NULL);
    pthread_cond_init(&checkup->asked, NULL);
    buf_init(&checkup->known, CHECKUP_OUTPUT_MAX);
    return checkup;
}

struct checkup *checkup_open_doctor(const char *config_path)
{
    const char *const words[] = {"/proc/self/exe", "doctor", "--json", "-c",
                                 config_path,      NULL};
    return checkup_open(words); /* the helper has a copy of them: it is a fork */
}

/* ---- the command ---- */

static bool must_stop(struct checkup *checkup)
{
    pthread_mutex_lock(&checkup->lock);
    bool stop = checkup->stop;
    pthread_mutex_unlock(&checkup->lock);
    return stop;
}

/* Receives exactly `len` bytes; false: stopped, or the helper is gone. */
static bool receive(struct checkup *checkup, uint8_t *data, size_t len)
{
    while (len > 0 && !must_stop(checkup)) {
        struct pollfd waiting = {.fd = checkup->file, .events = POLLIN};
        if (poll(&waiting, 1, POLL_MS) <= 0) {
            continue;
        }
        ssize_t got = read(checkup->file, data, len);
        if (got <= 0) {
            return false;
        }
        data += got;
        len -= (size_t)got;
    }
    return len == 0;
}

/* Why there is no list, or NULL. */
static const char *run_command(struct checkup *checkup, struct buf *out)
{
    static const uint8_t ask = 1;
    uint8_t head[4];
    if (checkup->file < 0 || send(checkup->file, &ask, 1, MSG_NOSIGNAL) != 1 ||
        !receive(checkup, head, sizeof head)) {
        return "emgate doctor can't be started";
    }
    uint32_t len = endian_u32(head);
    if (len > CHECKUP_OUTPUT_MAX) {
        return "emgate doctor can't be started, or took too long";
    }
    uint8_t *data = mem_array(len + 1, 1);
    bool whole = receive(checkup, data, len);
    buf_add(out, (struct bytes){data, whole ? len : 0});
    mem_free(&data);
    json_t *root = json_loadb((const char *)out->data, out->len, 0, NULL);
    bool list = json_is_array(root);
    json_decref(root);
    return list ? NULL : "emgate doctor could not read the configuration";
}

static void examine(struct checkup *checkup)
{
    struct buf out;
    buf_init(&out, CHECKUP_OUTPUT_MAX);
    const char *problem = run_command(checkup, &out);
    pthread_mutex_lock(&checkup->lock);
    buf_clear(&checkup->known);
    buf_add(&checkup->known, problem ? BYTES("[]") : buf_bytes(&out));
    snprintf(checkup->problem, sizeof checkup->problem, "%s", problem ? problem : "");
    checkup->has = true;
    checkup->at_ns = clock_wall_ns(&clock_system);
    checkup->done_ns = clock_boot_ns(&clock_system);
    pthread_mutex_unlock(&checkup->lock);
    buf_deinit(&out);
}

static void *wait_and_run(void *ctx)
{
    struct checkup *checkup = ctx;
    pthread_mutex_lock(&checkup->lock);
    while (!checkup->stop) {
        if (!checkup->wanted) {
            pthread_cond_wait(&checkup->asked, &checkup->lock);
            continue;
        }
        checkup->wanted = false;
        checkup->running = true;
        pthread_mutex_unlock(&checkup->lock);
        examine(checkup);
        pthread_mutex_lock(&checkup->lock);
        checkup->running = false;
    }
    pthread_mutex_unlock(&checkup->lock);
    return NULL;
}

void checkup_close(struct checkup **checkup)
{
    struct checkup *c = *checkup;
    if (!c) {
        return;
    }
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_signal(&c->asked);
    pthread_mutex_unlock(&c->lock);
    if (c->started) {
        pthread_join(c->thread, NULL);
    }
    if (c->file >= 0) {
        checkup_helper_end(c->helper, c->file);
    }
    pthread_cond_destroy(&c->asked);
    pthread_mutex_destroy(&c->lock);
    buf_deinit(&c->known);
    mem_free(checkup);
}

/* ---- asking ---- */

static void want(struct checkup *c, bool again)
{
    int64_t age_ns = clock_boot_ns(&clock_system) - c->done_ns;
    bool old = !c->has || age_ns > (again ? NEW_NS : OLD_NS);
    if (c->running || c->wanted || !old) {
        return;
    }
    if (!c->started && pthread_create(&c->thread, NULL, wait_and_run, c) != 0) {
        return; /* asked again, it is tried again */
    }
    c->started = true;
    c->wanted = true;
    pthread_cond_signal(&c->asked);
}

void checkup_put(struct checkup *c, bool again, struct json_writer *w)
{
    pthread_mutex_lock(&c->lock);
    want(c, again);
    json_open(w, '{');
    json_key(w, "running");
    json_bool(w, c->running || c->wanted);
    if (c->has) {
        json_key(w, "at");
        json_time(w, c->at_ns);
        json_pair(w, "problem", c->problem[0] ? c->problem : NULL);
        json_key(w, "findings");
        buf_add(w->out, buf_bytes(&c->known));
        w->comma = true;
    }
    json_close(w, '}');
    pthread_mutex_unlock(&c->lock);
}
