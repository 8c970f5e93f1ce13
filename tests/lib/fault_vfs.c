/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's file calls, translated. */
#include "fault_vfs.h"

#include "core/mem.h"
#include "fault_files.h"

#include <sqlite3.h>
#include <stdio.h>

#define REGIONS_MAX 64
#define SECTOR_OF_UNIX 4096

struct fault_vfs {
    sqlite3_vfs base;
    struct fault_disk *disk;
    struct disk seam;
    uint64_t random;
};

struct vfs_file {
    sqlite3_file base;
    struct fault_vfs *vfs;
    int file;
    bool delete_on_close;
    bool sync_folder; /* with the next sync */
    char path[NAME_MAX_LEN + 1];
    void *regions[REGIONS_MAX]; /* of the log's index */
    int region_size;
};

static struct vfs_file *file_of(sqlite3_file *base)
{
    return (struct vfs_file *)(void *)base;
}

static struct fault_vfs *vfs_of(sqlite3_vfs *base)
{
    return base->pAppData;
}

/* The folder that holds a path. */
static void folder_of(const char *path, char folder[NAME_MAX_LEN + 1])
{
    const char *end = strrchr(path, '/');
    int len = end && end > path ? (int)(end - path) : 1;
    snprintf(folder, NAME_MAX_LEN + 1, "%.*s", len, path);
}

static int code_of(enum err err, int other)
{
    if (err == ERR_OK) {
        return SQLITE_OK;
    }
    return err == ERR_FULL ? SQLITE_FULL : other;
}

/* ---- a file ---- */

static int vfs_close(sqlite3_file *base)
{
    struct vfs_file *f = file_of(base);
    struct error e;
    f->vfs->seam.close(f->vfs->disk, f->file);
    if (f->delete_on_close && f->vfs->seam.remove(f->vfs->disk, f->path, &e) != ERR_OK) {
        return SQLITE_IOERR_DELETE;
    }
    return SQLITE_OK;
}

static int vfs_read(sqlite3_file *base, void *data, int len, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(base);
    struct error e;
    size_t got = 0;
    enum err err = f->vfs->seam.read(f->vfs->disk, f->file, (uint64_t)offset, data,
                                     (size_t)len, &got, &e);
    if (err != ERR_OK) {
        return SQLITE_IOERR_READ;
    }
    if (got < (size_t)len) {
        memset((uint8_t *)data + got, 0, (size_t)len - got);
        return SQLITE_IOERR_SHORT_READ;
    }
    return SQLITE_OK;
}

static int vfs_write(sqlite3_file *base, const void *data, int len, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(base);
    struct error e;
    struct bytes bytes = {.data = data, .len = (size_t)len};
    return code_of(f->vfs->seam.write(f->vfs->disk, f->file, (uint64_t)offset, bytes, &e),
                   SQLITE_IOERR_WRITE);
}

static int vfs_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct vfs_file *f = file_of(base);
    struct error e;
    return code_of(fault_disk_truncate(f->vfs->disk, f->file, (uint64_t)size, &e),
                   SQLITE_IOERR_TRUNCATE);
}

/* A folder whose sync fails goes unnoticed, as in SQLite's own. */
static int vfs_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    struct vfs_file *f = file_of(base);
    struct error e;
    if (f->vfs->seam.sync(f->vfs->disk, f->file, &e) != ERR_OK) {
        return SQLITE_IOERR_FSYNC;
    }
    if (f->sync_folder) {
        char folder[NAME_MAX_LEN + 1];
        folder_of(f->path, folder);
        (void)!f->vfs->seam.sync_dir(f->vfs->disk, folder, &e);
        f->sync_folder = false;
    }
    return SQLITE_OK;
}

static int vfs_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct vfs_file *f = file_of(base);
    struct error e;
    uint64_t size = 0;
    if (f->vfs->seam.size(f->vfs->disk, f->file, &size, &e) != ERR_OK) {
        return SQLITE_IOERR_FSTAT;
    }
    *ret_size = (sqlite3_int64)size;
    return SQLITE_OK;
}

static int vfs_lock(sqlite3_file *base, int level)
{
    (void)base;
    (void)level;
    return SQLITE_OK;
}

static int vfs_is_reserved(sqlite3_file *base, int *ret_reserved)
{
    (void)base;
    *ret_reserved = 0;
    return SQLITE_OK;
}

static int vfs_control(sqlite3_file *base, int what, void *argument)
{
    (void)base;
    (void)what;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int vfs_sector(sqlite3_file *base)
{
    (void)base;
    return SECTOR_OF_UNIX;
}

static int vfs_device(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- the log's index ---- */

static int vfs_map(sqlite3_file *base, int region, int size, int extend,
                   void volatile **ret_region)
{
    struct vfs_file *f = file_of(base);
    ASSERT(region >= 0 && region < REGIONS_MAX);
    if (!f->regions[region] && extend) {
        f->regions[region] = mem_array(1, (size_t)size);
    }
    *ret_region = f->regions[region];
    return SQLITE_OK;
}

static int vfs_map_lock(sqlite3_file *base, int offset, int count, int flags)
{
    (void)base;
    (void)offset;
    (void)count;
    (void)flags;
    return SQLITE_OK;
}

static void vfs_barrier(sqlite3_file *base)
{
    (void)base;
}

static int vfs_unmap(sqlite3_file *base, int remove)
{
    (void)remove;
    struct vfs_file *f = file_of(base);
    for (int i = 0; i < REGIONS_MAX; i++) {
        mem_free(&f->regions[i]);
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_lock,
    .xCheckReservedLock = vfs_is_reserved,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_device,
    .xShmMap = vfs_map,
    .xShmLock = vfs_map_lock,
    .xShmBarrier = vfs_barrier,
    .xShmUnmap = vfs_unmap,
};

/* ---- the file system ---- */

static int vfs_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    struct fault_vfs *vfs = vfs_of(base);
    struct vfs_file *f = file_of(file);
    struct error e;
    *f = (struct vfs_file){.vfs = vfs};
    if (!path || strlen(path) > NAME_MAX_LEN) {
        return SQLITE_CANTOPEN; /* temporary files: none are needed */
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    enum err err = vfs->seam.open(vfs->disk, path, DISK_WRITE, &f->file, &e);
    if (err == ERR_REJECT && (flags & SQLITE_OPEN_CREATE)) {
        err = vfs->seam.open(vfs->disk, path, DISK_CREATE, &f->file, &e);
        f->sync_folder = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    }
    if (err != ERR_OK) {
        return err == ERR_FULL ? SQLITE_FULL : SQLITE_CANTOPEN;
    }
    fault_disk_spare_beside(vfs->disk, f->file);
    f->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    f->base.pMethods = &methods;
    if (ret_flags) {
        *ret_flags = flags;
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *base, const char *path, int sync_folder)
{
    struct fault_vfs *vfs = vfs_of(base);
    struct error e;
    enum err err = vfs->seam.remove(vfs->disk, path, &e);
    if (err == ERR_REJECT) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    if (err == ERR_OK && sync_folder) {
        char folder[NAME_MAX_LEN + 1];
        folder_of(path, folder);
        err = vfs->seam.sync_dir(vfs->disk, folder, &e);
        return err == ERR_OK ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
    }
    return err == ERR_OK ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static int vfs_access(sqlite3_vfs *base, const char *path, int flags, int *ret_yes)
{
    (void)flags;
    *ret_yes = fault_disk_has(vfs_of(base)->disk, path);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *base, const char *path, int size, char *ret_path)
{
    (void)base;
    snprintf(ret_path, (size_t)size, "%s", path);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *base, int len, char *ret_bytes)
{
    for (int i = 0; i < len; i++) {
        ret_bytes[i] = (char)(files_random(&vfs_of(base)->random) & 0x7f);
    }
    return len;
}

static int vfs_sleep(sqlite3_vfs *base, int micros)
{
    (void)base;
    return micros;
}

static int vfs_time(sqlite3_vfs *base, double *ret_day)
{
    (void)base;
    *ret_day = 2461000.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *base, int len, char *ret_text)
{
    (void)base;
    if (len > 0) {
        ret_text[0] = 0;
    }
    return 0;
}

struct fault_vfs *fault_vfs_new(struct fault_disk *disk, uint64_t seed)
{
    struct fault_vfs *vfs = mem_new(struct fault_vfs);
    vfs->disk = disk;
    vfs->seam = fault_disk_seam(disk);
    vfs->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    vfs->base = (sqlite3_vfs){.iVersion = 1,
                              .szOsFile = sizeof(struct vfs_file),
                              .mxPathname = NAME_MAX_LEN,
                              .zName = "fault",
                              .pAppData = vfs,
                              .xOpen = vfs_open,
                              .xDelete = vfs_delete,
                              .xAccess = vfs_access,
                              .xFullPathname = vfs_full_path,
                              .xRandomness = vfs_randomness,
                              .xSleep = vfs_sleep,
                              .xCurrentTime = vfs_time,
                              .xGetLastError = vfs_last_error};
    int rc = sqlite3_vfs_register(&vfs->base, 1);
    ASSERT(rc == SQLITE_OK);
    sqlite3_randomness(0, NULL); /* what it gave before is forgotten */
    return vfs;
}

void fault_vfs_free(struct fault_vfs **vfs)
{
    if (*vfs) {
        sqlite3_vfs_unregister(&(*vfs)->base);
        sqlite3_randomness(0, NULL);
    }
    mem_free(vfs);
}
