/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By the kernel's own interface: glibc of Debian 12 wraps neither.  The list says what is
 * refused rather than what is let through, since libraries (name resolution, databases)
 * change what they call; the services' list in config/systemd is the other way round.
 */
#include "core/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define TRUNCATE_RIGHT (1ULL << 14) /* of version 3, which older headers lack */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||               \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* a sanitizer looks into its own process at the end */
#endif

#ifdef EMGATE_COVERAGE
#define COVERED 1 /* what was covered is written beside the objects at the end */
#else
#define COVERED 0
#endif

static enum err failed(struct error *e, const char *what)
{
    char words[128];
    return error_set(e, ERR_SYSTEM, "%s: %s", what,
                     strerror_r(errno, words, sizeof words));
}

/* ---- files ---- */

static uint64_t rights_of(int version)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE |
                      LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                      LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                      LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                      LANDLOCK_ACCESS_FS_MAKE_SYM;
    rights |= version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
    rights |= version >= 3 ? TRUNCATE_RIGHT : 0;
    return rights;
}

/* The directory, or the nearest one above it that is there; -1. */
static int open_nearest(const char *directory)
{
    char path[PATH_SIZE];
    int len = snprintf(path, sizeof path, "%s", directory);
    if (len <= 0 || len >= (int)sizeof path) {
        return -1;
    }
    for (;;) {
        int file = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        char *slash = strrchr(path, '/');
        if (file >= 0 || errno != ENOENT) {
            return file;
        }
        if (!slash) {
            return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        slash[slash == path ? 1 : 0] = 0;
        if (slash == path && slash[1] == 0 && strcmp(path, "/") != 0) {
            return -1;
        }
    }
}

static enum err allow_below(int ruleset, const char *directory, uint64_t rights,
                            struct error *e)
{
    int file = open_nearest(directory);
    if (file < 0) {
        return failed(e, directory);
    }
    struct landlock_path_beneath_attr below = {
        .allowed_access = rights & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE,
        .parent_fd = file};
    long result =
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    close(file);
    return result == 0 ? ERR_OK : failed(e, "landlock_add_rule");
}

static enum err confine_files(const char *const *directories, size_t count,
                              int *ret_version, struct error *e)
{
    long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0 || COVERED) {
        *ret_version = 0; /* an older kernel, or switched off */
        return ERR_OK;
    }
    uint64_t rights = rights_of((int)version);
    struct landlock_ruleset_attr attributes = {.handled_access_fs = rights};
    int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) {
        return failed(e, "landlock_create_ruleset");
    }
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        err = allow_below(ruleset, directories[i], rights, e);
    }
    if (err == ERR_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        err = failed(e, "landlock_restrict_self");
    }
    close(ruleset);
    *ret_version = (int)version;
    return err;
}

/* ---- system calls ---- */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#define OTHER_CALLS 0x40000000U /* of the x32 interface */
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#define OTHER_CALLS 0x80000000U /* none there */
#endif

static const unsigned refused[] = {
    /* other programs and processes */
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    /* another user, another view of the machine */
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    SYS_capset,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_mount,
    SYS_umount2,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_open_by_handle_at,
    SYS_mknodat,
    SYS_personality,
    /* the machine itself */
    SYS_reboot,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_syslog,
    SYS_vhangup,
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
    /* ways into the kernel that have been doors */
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_fanotify_init,
    SYS_vmsplice,
};

/* Families of sockets; all others are refused. */
static const unsigned families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

#define REFUSED (sizeof refused / sizeof *refused)
#define FAMILIES (sizeof families / sizeof *families)
#define PROGRAM_MAX (REFUSED + FAMILIES + 16)

struct program {
    struct sock_filter lines[PROGRAM_MAX];
    unsigned short count;
};

static void add(struct program *p, unsigned code, size_t value, unsigned yes, unsigned no)
{
    p->lines[p->count++] = (struct sock_filter){.code = (unsigned short)code,
                                                .k = (unsigned)value,
                                                .jt = (unsigned char)yes,
                                                .jf = (unsigned char)no};
}

/* Every line that refuses is followed by its own return, so that no jump is long. */
static void add_refusal(struct program *p)
{
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

static void make_program(struct program *p)
{
    add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    add(p, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
    add(p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    add(p, BPF_JMP | BPF_JGE | BPF_K, OTHER_CALLS, 0, 1);
    add_refusal(p);
    for (size_t i = 0; i < REFUSED; i++) {
        size_t left = REFUSED - i; /* to the refusal behind the list */
        bool let = SANITIZED && refused[i] == SYS_ptrace;
        add(p, BPF_JMP | BPF_JEQ | BPF_K, refused[i], let ? 0 : (unsigned)left, 0);
    }
    add(p, BPF_JMP | BPF_JA, 1, 0, 0);
    add_refusal(p);
    add(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0);
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]), 0, 0);
    for (size_t i = 0; i < FAMILIES; i++) {
        add(p, BPF_JMP | BPF_JEQ | BPF_K, families[i], (unsigned)(FAMILIES - i), 0);
    }
    add_refusal(p);
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

_Static_assert(REFUSED < 250, "a jump in the filter reaches 255 lines");

static enum err confine_calls(bool *ret_done, struct error *e)
{
    struct program made = {.count = 0};
    make_program(&made);
    struct sock_fprog program = {.len = made.count, .filter = made.lines};
    *ret_done = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    return *ret_done || errno == EINVAL || errno == ENOSYS ? ERR_OK
                                                           : failed(e, "seccomp");
}

enum err confine(const char *const *directories, size_t count,
                 struct confined *ret_confined, struct error *e)
{
    const struct rlimit none = {0, 0};
    struct confined confined = {0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 ||
        (!SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)) {
        return failed(e, "no core dumps");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return failed(e, "no new privileges");
    }
    enum err err = confine_files(directories, count, &confined.landlock, e);
    if (err == ERR_OK) {
        err = confine_calls(&confined.seccomp, e);
    }
    if (err == ERR_OK) {
        *ret_confined = confined;
    }
    return err;
}
