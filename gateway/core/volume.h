/* SPDX-License-Identifier: Apache-2.0 */
/* What a directory is kept on: a disk, or something that goes away. */
#ifndef CORE_VOLUME_H
#define CORE_VOLUME_H

enum volume_kind {
    VOLUME_UNKNOWN, /* the system would not say */
    VOLUME_DISK,
    VOLUME_MEMORY,    /* tmpfs, ramfs: gone at a restart */
    VOLUME_CONTAINER, /* overlay: a container's own layer, gone with it */
    VOLUME_NETWORK,   /* NFS */
};

#define VOLUME_PATH_SIZE 4096

/* `path`, or the nearest directory above it that exists. */
void volume_nearest(const char *path, char ret_nearest[VOLUME_PATH_SIZE]);

/* Of the nearest directory above `path` that exists. */
enum volume_kind volume_kind_of(const char *path);

#endif
