/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a process that is to die in the middle of its work: counts the calls
 * that change the disk and kills the process at number EMGATE_KILL_AT.  A pwrite is
 * killed half done.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ulong calls;

/* Whether this call is the one to die at. */
static int is_last(void)
{
    const char *at = getenv("EMGATE_KILL_AT");
    return at && atomic_fetch_add(&calls, 1) + 1 == strtoul(at, NULL, 10);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

typedef ssize_t pwrite_fn(int, const void *, size_t, off_t);
typedef int file_fn(int);
typedef int rename_fn(const char *, const char *);

/* The function of that name behind ours, into the function pointer at `ret_function`:
 * ISO C has no conversion from an object pointer. */
static void next(const char *name, void *ret_function)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &found, sizeof found);
}

static ssize_t half_pwrite(int file, const void *data, size_t len, off_t offset)
{
    pwrite_fn *real = NULL;
    next("pwrite", (void *)&real);
    if (is_last()) {
        (void)!real(file, data, len / 2, offset);
        die();
    }
    return real(file, data, len, offset);
}

ssize_t pwrite(int file, const void *data, size_t len, off_t offset)
{
    return half_pwrite(file, data, len, offset);
}

ssize_t pwrite64(int file, const void *data, size_t len, off64_t offset)
{
    return half_pwrite(file, data, len, offset);
}

static int on_file(const char *name, int file)
{
    if (is_last()) {
        die();
    }
    file_fn *real = NULL;
    next(name, (void *)&real);
    return real(file);
}

int fdatasync(int file)
{
    return on_file("fdatasync", file);
}

int fsync(int file)
{
    return on_file("fsync", file);
}

int rename(const char *from, const char *to)
{
    if (is_last()) {
        die();
    }
    rename_fn *real = NULL;
    next("rename", (void *)&real);
    return real(from, to);
}
