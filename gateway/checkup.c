/* SPDX-License-Identifier: Apache-2.0 */
/* One thread that waits to be asked, runs the command and keeps what it printed. */
#include "checkup.h"

#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD_NS (5 * NS_PER_MINUTE)
#define NEW_NS (10 * NS_PER_S)
#define OUTPUT_MAX (256U << 10)
#define TIME_MAX_NS (60 * NS_PER_S)
#define POLL_MS 200

struct checkup {
    const char *const *words;
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
    checkup->words = words;
    pthread_mutex_init(&checkup->lock, NULL);
    pthread_cond_init(&checkup->asked, NULL);
    buf_init(&checkup->known, OUTPUT_MAX);
    return checkup;
}

/* ---- the command ---- */

/* Its output goes into the pipe, its signals are as at the start of any program. */
static int spawn(const char *const *words, const int ends[2], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    /* It does not write into the words. */
    char *const *arguments = (char *const *)(uintptr_t)words;
    int rc = posix_spawn(ret_pid, words[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static bool must_stop(struct checkup *checkup)
{
    pthread_mutex_lock(&checkup->lock);
    bool stop = checkup->stop;
    pthread_mutex_unlock(&checkup->lock);
    return stop;
}

/* Reads to the end; false: stopped, or too long, or too much. */
static bool read_all(struct checkup *checkup, int file, struct buf *out)
{
    int64_t end_ns = clock_boot_ns(&clock_system) + TIME_MAX_NS;
    uint8_t block[4096];
    while (clock_boot_ns(&clock_system) < end_ns && !must_stop(checkup)) {
        struct pollfd waiting = {.fd = file, .events = POLLIN};
        if (poll(&waiting, 1, POLL_MS) <= 0) {
            continue;
        }
        ssize_t len = read(file, block, sizeof block);
        if (len <= 0) {
            return len == 0;
        }
        buf_add(out, (struct bytes){block, (size_t)len});
        if (out->overflow) {
            return false;
        }
    }
    return false;
}

/* Why there is no list, or NULL. */
static const char *run_command(struct checkup *checkup, struct buf *out)
{
    int ends[2];
    pid_t pid = 0;
    int status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return "no pipe can be had";
    }
    int rc = spawn(checkup->words, ends, &pid);
    close(ends[1]);
    if (rc != 0) {
        close(ends[0]);
        return "emgate doctor can't be started";
    }
    bool whole = read_all(checkup, ends[0], out);
    close(ends[0]);
    if (!whole) {
        kill(pid, SIGKILL);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!whole) {
        return "emgate doctor took too long and was ended";
    }
    json_t *root = json_loadb((const char *)out->data, out->len, 0, NULL);
    bool list = json_is_array(root);
    json_decref(root);
    return list ? NULL : "emgate doctor could not read the configuration";
}

static void examine(struct checkup *checkup)
{
    struct buf out;
    buf_init(&out, OUTPUT_MAX);
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
