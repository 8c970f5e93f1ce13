/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of file system, by the numbers of linux/magic.h. */
#include "core/volume.h"

#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#define PATH_SIZE 4096
#define MAGIC_TMPFS 0x01021994UL
#define MAGIC_RAMFS 0x858458f6UL
#define MAGIC_OVERLAY 0x794c7630UL
#define MAGIC_NFS 0x6969UL

enum volume_kind volume_kind_of(const char *path)
{
    char at[PATH_SIZE];
    struct statfs st;
    snprintf(at, sizeof at, "%s", path);
    while (statfs(at, &st) != 0) {
        char *slash = strrchr(at, '/');
        if (!slash || slash == at) {
            snprintf(at, sizeof at, "%s", slash ? "/" : ".");
            if (statfs(at, &st) != 0) {
                return VOLUME_UNKNOWN;
            }
            break;
        }
        *slash = 0;
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
