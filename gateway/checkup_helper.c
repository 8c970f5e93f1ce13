/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper: a process that was begun before the daemon took from itself the right to
 * start programs.  It knows one command; for each byte it is sent it runs it and sends
 * back what it printed, a u32 length in front; UINT32_MAX: it could not be had.
 */
#include "checkup_helper.h"

#include "core/clock.h"
#include "core/endian.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_MAX_NS (45 * NS_PER_S)
#define POLL_MS 200

/* Its output goes into the pipe, its signals are as at the start of any program. */
static bool spawn(const char *const *words, const int ends[2], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    /* It does not write into the words. */
    char *const *arguments = (char *const *)(uintptr_t)words;
    int rc = posix_spawn(ret_pid, words[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc == 0;
}

/* Reads to the end; false: it takes too long, or is too much. */
static bool read_all(int file, struct buf *out)
{
    int64_t end_ns = clock_boot_ns(&clock_system) + TIME_MAX_NS;
    uint8_t block[4096];
    while (clock_boot_ns(&clock_system) < end_ns && !out->overflow) {
        struct pollfd waiting = {.fd = file, .events = POLLIN};
        if (poll(&waiting, 1, POLL_MS) <= 0) {
            continue;
        }
        ssize_t len = read(file, block, sizeof block);
        if (len <= 0) {
            return len == 0;
        }
        buf_add(out, (struct bytes){block, (size_t)len});
    }
    return false;
}

static bool run_once(const char *const *words, struct buf *out)
{
    int ends[2];
    int status = 0;
    pid_t pid = 0;
    if (pipe(ends) != 0) { /* NOLINT: the command gets one end */
        return false;
    }
    bool begun = spawn(words, ends, &pid);
    close(ends[1]);
    bool whole = begun && read_all(ends[0], out);
    close(ends[0]);
    if (begun && !whole) {
        kill(pid, SIGKILL);
    }
    while (begun && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return whole;
}

static bool send_all(int file, struct bytes data)
{
    while (data.len > 0) {
        ssize_t len = send(file, data.data, data.len, MSG_NOSIGNAL);
        if (len <= 0) {
            return false;
        }
        data = bytes_slice(data, (size_t)len, data.len);
    }
    return true;
}

static void serve(int file, const char *const *words)
{
    uint8_t asked = 0;
    struct buf out;
    buf_init(&out, CHECKUP_OUTPUT_MAX);
    while (read(file, &asked, 1) == 1) {
        uint8_t head[4];
        buf_clear(&out);
        bool whole = run_once(words, &out);
        endian_put_u32(head, whole ? (uint32_t)out.len : UINT32_MAX);
        if (!send_all(file, (struct bytes){head, sizeof head}) ||
            (whole && !send_all(file, buf_bytes(&out)))) {
            break;
        }
    }
    buf_deinit(&out);
}

/* Nothing of the daemon's stays open, and it goes when the daemon does. */
static void become_helper(int file)
{
    sigset_t none;
    sigemptyset(&none);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (file > STDERR_FILENO + 1) {
        close_range(STDERR_FILENO + 1, (unsigned)file - 1, 0);
    }
    close_range((unsigned)file + 1, ~0U, 0);
}

bool checkup_helper_begin(const char *const *words, pid_t *ret_pid, int *ret_file)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_helper(ends[1]);
        serve(ends[1], words);
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return false;
    }
    *ret_pid = pid;
    *ret_file = ends[0];
    return true;
}

void checkup_helper_end(pid_t pid, int file)
{
    int status = 0;
    close(file);
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
}
