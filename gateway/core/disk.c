/* SPDX-License-Identifier: Apache-2.0 */
/* The real file system behind the disk seam. */
#include "core/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Turns errno into our code: what the caller can do about it. */
static enum err failed(struct error *e, const char *what, const char *path)
{
    int number = errno;
    enum err code = ERR_SYSTEM;
    if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
        code = ERR_FULL;
    } else if (number == ENOENT) {
        code = ERR_REJECT;
    }
    char text[128];
    const char *words = strerror_r(number, text, sizeof text);
    return error_set(e, code, "can't %s '%s': %s", what, path, words);
}

static enum err system_open(void *ctx, const char *path, enum disk_open how,
                            int *ret_file, struct error *e)
{
    (void)ctx;
    static const int flags[] = {
        [DISK_READ] = O_RDONLY,
        [DISK_WRITE] = O_RDWR,
        [DISK_CREATE] = O_RDWR | O_CREAT | O_EXCL,
    };
    int file = open(path, flags[how] | O_CLOEXEC, 0640);
    if (file < 0) {
        return failed(e, "open", path);
    }
    *ret_file = file;
    return ERR_OK;
}

static void system_close(void *ctx, int file)
{
    (void)ctx;
    close(file);
}

static enum err system_write(void *ctx, int file, uint64_t offset, struct bytes data,
                             struct error *e)
{
    (void)ctx;
    while (data.len > 0) {
        ssize_t n = pwrite(file, data.data, data.len, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return failed(e, "write", "file");
        }
        offset += (uint64_t)n;
        data = bytes_slice(data, (size_t)n, data.len);
    }
    return ERR_OK;
}

static enum err system_read(void *ctx, int file, uint64_t offset, uint8_t *data,
                            size_t len, size_t *ret_len, struct error *e)
{
    (void)ctx;
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(file, data + got, len - got, (off_t)(offset + got));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return failed(e, "read", "file");
        }
        if (n == 0) {
            break;
        }
        got += (size_t)n;
    }
    *ret_len = got;
    return ERR_OK;
}

static enum err system_sync(void *ctx, int file, struct error *e)
{
    (void)ctx;
    return fdatasync(file) == 0 ? ERR_OK : failed(e, "sync", "file");
}

static enum err system_size(void *ctx, int file, uint64_t *ret_size, struct error *e)
{
    (void)ctx;
    struct stat st;
    if (fstat(file, &st) != 0) {
        return failed(e, "stat", "file");
    }
    *ret_size = (uint64_t)st.st_size;
    return ERR_OK;
}

static enum err system_rename(void *ctx, const char *from, const char *to,
                              struct error *e)
{
    (void)ctx;
    return rename(from, to) == 0 ? ERR_OK : failed(e, "rename", from);
}

static enum err system_remove(void *ctx, const char *path, struct error *e)
{
    (void)ctx;
    return unlink(path) == 0 ? ERR_OK : failed(e, "remove", path);
}

static enum err system_make_dir(void *ctx, const char *path, struct error *e)
{
    (void)ctx;
    if (mkdir(path, 0750) == 0 || errno == EEXIST) {
        return ERR_OK;
    }
    return failed(e, "make directory", path);
}

static enum err system_sync_dir(void *ctx, const char *path, struct error *e)
{
    (void)ctx;
    int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) {
        return failed(e, "open directory", path);
    }
    int rc = fsync(file);
    int number = errno;
    close(file);
    errno = number;
    return rc == 0 ? ERR_OK : failed(e, "sync directory", path);
}

static enum err system_list(void *ctx, const char *path, disk_list_fn *each,
                            void *each_ctx, struct error *e)
{
    (void)ctx;
    DIR *dir = opendir(path);
    if (!dir) {
        return failed(e, "open directory", path);
    }
    /* One thread uses this stream, so readdir is safe. */
    for (struct dirent *entry = readdir(dir); entry; /* NOLINT */
         entry = readdir(dir)) {                     /* NOLINT */
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            each(each_ctx, entry->d_name);
        }
    }
    closedir(dir);
    return ERR_OK;
}

static enum err system_free_space(void *ctx, const char *path, uint64_t *ret_bytes,
                                  struct error *e)
{
    (void)ctx;
    struct statvfs st;
    if (statvfs(path, &st) != 0) {
        return failed(e, "stat file system of", path);
    }
    *ret_bytes = (uint64_t)st.f_bavail * st.f_frsize;
    return ERR_OK;
}

static enum err system_lock(void *ctx, const char *path, int *ret_file, struct error *e)
{
    (void)ctx;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0) {
        return failed(e, "open", path);
    }
    if (flock(file, LOCK_EX | LOCK_NB) == 0) {
        *ret_file = file;
        return ERR_OK;
    }
    bool held = errno == EWOULDBLOCK;
    enum err code = held
                        ? error_set(e, ERR_RETRY, "'%s' is held by another process", path)
                        : failed(e, "lock", path);
    close(file);
    return code;
}

const struct disk disk_system = {
    .open = system_open,
    .close = system_close,
    .write = system_write,
    .read = system_read,
    .sync = system_sync,
    .size = system_size,
    .rename = system_rename,
    .remove = system_remove,
    .make_dir = system_make_dir,
    .sync_dir = system_sync_dir,
    .list = system_list,
    .free_space = system_free_space,
    .lock = system_lock,
    .ctx = NULL,
};
