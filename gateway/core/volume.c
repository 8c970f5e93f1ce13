/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of file system, by the numbers of linux/magic.h. */
#include "core/volume.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MAGIC_TMPFS 0x01021994UL
#define MAGIC_RAMFS 0x858458f6UL
#define MAGIC_OVERLAY 0x794c7630UL
#define MAGIC_NFS 0x6969UL

void volume_nearest(const char *path, char ret_nearest[VOLUME_PATH_SIZE])
{
    struct stat st;
    snprintf(ret_nearest, VOLUME_PATH_SIZE, "%s", path);
    while (stat(ret_nearest, &st) != 0) {
        char *slash = strrchr(ret_nearest, '/');
        if (!slash || slash == ret_nearest) {
            snprintf(ret_nearest, VOLUME_PATH_SIZE, "%s", slash ? "/" : ".");
            return;
        }
        *slash = 0;
    }
}

enum volume_kind volume_kind_of(const char *path)
{
    char at[VOLUME_PATH_SIZE];
    struct statfs st;
    volume_nearest(path, at);
    if (statfs(at, &st) != 0) {
        return VOLUME_UNKNOWN;
    }
    switch ((unsigned long)st.f_type & 0xffffffffUL) {
    case MAGIC_TMPFS:
    case MAGIC_RAMFS:
        return VOLUME_MEMORY;
    case MAGIC_OVERLAY:
        return VOLUME_CONTAINER;
    case MAGIC_NFS:
        return VOLUME_NETWORK;
    default:
        return VOLUME_DISK;
    }
}
