/* SPDX-License-Identifier: Apache-2.0 */
/* Every test is a process of its own, which confines itself and then tries. */
#include "core/confine.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
    char inside[64], outside[64];
    struct confined confined;
};

static void confine_to(struct bench *b)
{
    struct error e = {0};
    snprintf(b->inside, sizeof b->inside, "/tmp/emgate-confine-in-XXXXXX");
    snprintf(b->outside, sizeof b->outside, "/tmp/emgate-confine-out-XXXXXX");
    cr_assert(mkdtemp(b->inside));
    cr_assert(mkdtemp(b->outside));
    rmdir(b->outside);
    const char *const directories[] = {b->inside};
    cr_assert_eq(confine(directories, 1, &b->confined, &e), ERR_OK, "%s", e.text);
}

/* errno of making a file there; 0: it was made. */
static int make_file(const char *directory, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return errno;
    }
    close(file);
    unlink(path);
    return 0;
}

Test(confine, files_change_below_the_directories_only)
{
    struct bench b = {0};
    confine_to(&b);
    if (b.confined.landlock == 0) {
        cr_skip_test("a kernel without Landlock");
    }
    cr_expect_eq(make_file(b.inside, "one"), 0);
    cr_expect_eq(make_file("/tmp", "emgate-confine-stray"), EACCES);
    cr_expect_eq(mkdir(b.outside, 0700) == 0 ? 0 : errno, EACCES);
    int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    cr_expect_geq(file, 0, "reading stays");
    close(file);
    cr_expect_eq(open("/dev/null", O_WRONLY | O_CLOEXEC), -1);
    rmdir(b.inside);
}

Test(confine, a_directory_that_is_not_there_yet_can_be_made)
{
    char path[] = "/tmp/emgate-confine-new-XXXXXX";
    char state[80];
    char deep[96];
    struct confined confined;
    struct error e = {0};
    cr_assert(mkdtemp(path));
    snprintf(state, sizeof state, "%s/a", path);
    snprintf(deep, sizeof deep, "%s/b/c", state);
    const char *const directories[] = {deep};
    cr_assert_eq(confine(directories, 1, &confined, &e), ERR_OK, "%s", e.text);
    cr_expect_eq(mkdir(state, 0700), 0);
    cr_expect_eq(rmdir(state), 0);
}

Test(confine, no_other_program_is_started)
{
    struct bench b = {0};
    confine_to(&b);
    cr_assert(b.confined.seccomp);
    pid_t child = fork();
    if (child == 0) {
        char *const words[] = {(char[]){"/bin/true"}, NULL};
        execv(words[0], words);
        _exit(errno == EPERM ? 7 : 8);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 7);
    rmdir(b.inside);
}

static int call(long number)
{
    errno = 0;
    return syscall(number, 0, 0, 0, 0, 0) < 0 ? errno : 0;
}

static void *try_in_thread(void *ctx)
{
    int *got = ctx;
    *got = call(SYS_unshare);
    return NULL;
}

Test(confine, calls_that_change_the_machine_are_refused_in_threads_too)
{
    static const long numbers[] = {SYS_mount,  SYS_reboot,   SYS_bpf,       SYS_setns,
                                   SYS_keyctl, SYS_setuid,   SYS_setgroups, SYS_chroot,
                                   SYS_acct,   SYS_vmsplice, SYS_execve};
    struct bench b = {0};
    confine_to(&b);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cr_expect_eq(call(numbers[i]), EPERM, "call %ld", numbers[i]);
    }
    int got = 0;
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, try_in_thread, &got), 0);
    pthread_join(thread, NULL);
    cr_expect_eq(got, EPERM);
    cr_expect_gt(getpid(), 1);
    rmdir(b.inside);
}

Test(confine, only_sockets_of_the_network_and_of_files_are_made)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    struct bench b = {0};
    confine_to(&b);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        int made = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);
        cr_expect(made >= 0 || errno == EAFNOSUPPORT, "family %d", families[i]);
        close(made);
    }
    cr_expect_eq(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), -1);
    cr_expect_eq(errno, EPERM);
    cr_expect_eq(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), -1);
    cr_expect_eq(errno, EPERM);
    rmdir(b.inside);
}

Test(confine, memory_is_not_written_out)
{
    struct bench b = {0};
    struct rlimit limit;
    confine_to(&b);
    cr_assert_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    cr_expect_eq(limit.rlim_max, 0);
    rmdir(b.inside);
}
