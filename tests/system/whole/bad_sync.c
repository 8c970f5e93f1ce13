/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway whose sync number EMGATE_FAIL_SYNC_AT fails, as a disk's does that could not
 * write: linked with --wrap=fdatasync, which leaves the library of the database alone.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);

int __wrap_fdatasync(int file)
{
    static atomic_ulong calls;
    const char *at = getenv("EMGATE_FAIL_SYNC_AT");
    if (at && atomic_fetch_add(&calls, 1) + 1 == strtoul(at, NULL, 10)) {
        errno = EIO;
        return -1;
    }
    return __real_fdatasync(file);
}
