/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: appends summaries to a file of JSON lines.
 *
 *     {"key": hex, "process": text, "envelope": base64, "summary": {...}}
 *
 * The envelope is what a registry would get, byte for byte; the summary is the same in
 * words.  An item counts as stored once the file is synced.  A line that a crash cut
 * short was never synced, so it is cut off when the file is opened again and its item
 * comes again; an item may stand there twice, with equal keys.  After a failed write or
 * sync the file is left as it is and a new one is begun.
 */
#include "core/arena.h"
#include "core/clock.h"
#include "core/timetext.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"
#include "model/summary_json.h"
#include "sinks/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_MAX 100
#define LINE_MAX_LEN ((size_t)32 * 1024 * 1024)
#define ARENA_SIZE ((size_t)32 * 1024 * 1024)
#define NAME_MAX_LEN 4096
#define ROTATIONS_MAX 1000
#define DAY_NS (24 * NS_PER_HOUR)

struct file_state {
    const char *path;
    int64_t rotate_size;
    int rotate; /* index into rotate_words */

    bool opened;
    bool damaged; /* a write or sync failed: leave the file alone */
    int fd;
    int64_t size;
    int64_t day; /* of the file's last line, since 1970 UTC */
    struct arena arena;
    struct buf line;
};

enum { ROTATE_BY_DAY, ROTATE_BY_SIZE };
static const char *const rotate_words[] = {"day", "size", NULL};

static const struct setting file_settings[] = {
    {.key = "path",
     .type = SETTING_PATH,
     AT(struct file_state, path),
     .help = "The file; full ones lie beside it with a time behind the name.",
     .example = "/var/lib/emgate/summaries.jsonl"},
    {.key = "rotate",
     .type = SETTING_WORD,
     AT(struct file_state, rotate),
     .initial = "day",
     .help = "When a new file is begun: each UTC day, or by size alone.",
     .words = rotate_words},
    {.key = "rotate_size",
     .type = SETTING_SIZE,
     AT(struct file_state, rotate_size),
     .initial = "64MiB",
     .min = 4096,
     .max = 1024.0 * 1024 * 1024 * 1024,
     .help = "A file of this size is full, whatever the day."},
    {0},
};

static void file_init(void *state, const struct node *settings, struct problems *problems)
{
    struct file_state *file = state;
    sink_read_settings(file_settings, settings, file, problems);
}

static enum err failed(const struct file_state *file, const char *what, struct error *e)
{
    char text[128];
    return error_set(e, ERR_RETRY, "can't %s '%s': %s", what, file->path,
                     strerror_r(errno, text, sizeof text));
}

static int64_t today(void)
{
    return clock_wall_ns(&clock_system) / DAY_NS;
}

static void file_close(void *state)
{
    struct file_state *file = state;
    if (file->opened) {
        close(file->fd);
    }
    file->opened = false;
    buf_deinit(&file->line);
    arena_deinit(&file->arena);
}

/* Makes the file's name durable. */
static bool sync_directory(const char *path)
{
    char directory[NAME_MAX_LEN];
    const char *slash = strrchr(path, '/');
    int len = slash == path ? 1 : slash ? (int)(slash - path) : 1;
    snprintf(directory, sizeof directory, "%.*s", len, slash ? path : ".");
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

/* The length up to and with the last line end. */
static bool whole_lines(int fd, int64_t size, int64_t *ret_size)
{
    char part[4096];
    while (size > 0) {
        int64_t start = size > (int64_t)sizeof part ? size - (int64_t)sizeof part : 0;
        ssize_t len = pread(fd, part, (size_t)(size - start), start);
        if (len != size - start) {
            return false;
        }
        const char *end = memrchr(part, '\n', (size_t)len);
        if (end) {
            *ret_size = start + (end - part) + 1;
            return true;
        }
        size = start;
    }
    *ret_size = 0;
    return true;
}

static enum err open_file(struct file_state *file, struct error *e)
{
    file->fd = open(file->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file->fd < 0) {
        return failed(file, "open", e);
    }
    file->opened = true;
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
        return failed(file, "lock", e);
    }
    struct stat st;
    if (fstat(file->fd, &st) != 0 || !whole_lines(file->fd, st.st_size, &file->size)) {
        return failed(file, "read", e);
    }
    if (file->size < st.st_size && ftruncate(file->fd, file->size) != 0) {
        return failed(file, "cut a torn line off", e);
    }
    file->day = file->size > 0 ? st.st_mtim.tv_sec / (DAY_NS / NS_PER_S) : today();
    return sync_directory(file->path) ? ERR_OK : failed(file, "sync the directory of", e);
}

/* "<path>.20260715T173710Z", or with a number where that is taken. */
static bool free_name(const char *path, char *ret_name)
{
    struct civil c = time_to_civil(clock_wall_ns(&clock_system));
    for (int i = 0; i < ROTATIONS_MAX; i++) {
        char number[16] = "";
        if (i > 0) {
            snprintf(number, sizeof number, "-%d", i);
        }
        int len =
            snprintf(ret_name, NAME_MAX_LEN, "%s.%04d%02d%02dT%02d%02d%02dZ%s", path,
                     c.year, c.month, c.day, c.hour, c.minute, c.second, number);
        if (len < NAME_MAX_LEN && access(ret_name, F_OK) != 0 && errno == ENOENT) {
            return true;
        }
    }
    return false;
}

static enum err rotate(struct file_state *file, struct error *e)
{
    char name[NAME_MAX_LEN];
    if (!free_name(file->path, name) || rename(file->path, name) != 0) {
        return failed(file, "rename", e);
    }
    close(file->fd);
    file->opened = false;
    file->damaged = false;
    return open_file(file, e);
}

static enum err file_open(void *state, struct error *e)
{
    struct file_state *file = state;
    file_close(file);
    buf_init(&file->line, LINE_MAX_LEN);
    arena_init(&file->arena, ARENA_SIZE);
    if (open_file(file, e) != ERR_OK) {
        return ERR_RETRY;
    }
    return file->damaged ? rotate(file, e) : ERR_OK;
}

/* ---- a line ---- */

static enum err put_envelope(struct file_state *file, const struct sink_item *item,
                             struct json_writer *writer, struct error *e)
{
    size_t size =
        sodium_base64_encoded_len(item->envelope.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_take(&file->arena, size, 1);
    ProtobufCAllocator allocator = proto_arena(&file->arena);
    const Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(&allocator, item->envelope.len, item->envelope.data);
    if (!text || !envelope) {
        return error_set(e, ERR_REJECT, "the envelope can't be read");
    }
    sodium_bin2base64(text, size, item->envelope.data, item->envelope.len,
                      sodium_base64_VARIANT_ORIGINAL);
    json_pair(writer, "envelope", text);
    json_key(writer, "summary");
    struct bytes payload = {.data = envelope->payload.data, .len = envelope->payload.len};
    return summary_json_put(payload, &file->arena, writer, e);
}

static enum err put_line(struct file_state *file, const struct sink_item *item,
                         struct error *e)
{
    arena_reset(&file->arena);
    buf_clear(&file->line);
    struct json_writer writer = json_writer_of(&file->line);
    json_open(&writer, '{');
    json_key(&writer, "key");
    json_hex(&writer, (struct bytes){.data = item->key, .len = SINK_KEY_LEN});
    json_pair(&writer, "process", item->process);
    if (put_envelope(file, item, &writer, e) != ERR_OK) {
        return ERR_REJECT;
    }
    json_close(&writer, '}');
    buf_add_byte(&file->line, '\n');
    if (file->line.overflow) {
        return error_set(e, ERR_REJECT, "a line of more than %zu bytes", LINE_MAX_LEN);
    }
    return ERR_OK;
}

static bool write_all(int fd, struct bytes data)
{
    while (data.len > 0) {
        ssize_t len = write(fd, data.data, data.len);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len <= 0) {
            return false;
        }
        data = bytes_slice(data, (size_t)len, data.len);
    }
    return true;
}

static enum err write_line(struct file_state *file, struct error *e)
{
    if (!write_all(file->fd, buf_bytes(&file->line))) {
        file->damaged = errno != ENOSPC && errno != EDQUOT;
        return failed(file, "write", e);
    }
    file->size += (int64_t)file->line.len;
    return ERR_OK;
}

static enum err file_send(void *state, struct sink_item *items, size_t count,
                          struct sink_call *call, struct error *e)
{
    (void)call;
    struct file_state *file = state;
    bool other_day = file->rotate == ROTATE_BY_DAY && file->day != today();
    if (file->size > 0 && (other_day || file->size >= file->rotate_size)) {
        if (rotate(file, e) != ERR_OK) {
            return ERR_RETRY;
        }
    }
    for (size_t i = 0; i < count; i++) {
        items[i].receipt = (struct bytes){0};
        items[i].result = put_line(file, &items[i], &items[i].error);
        if (items[i].result == ERR_OK && write_line(file, e) != ERR_OK) {
            return ERR_RETRY;
        }
    }
    if (fdatasync(file->fd) != 0) {
        file->damaged = true;
        failed(file, "sync", e);
        return ERR_UNCERTAIN;
    }
    file->day = today();
    return ERR_OK;
}

const struct sink sink_file = {
    .name = "file",
    .summary = "appends summaries to a file, JSON lines",
    .settings = file_settings,
    .state_size = sizeof(struct file_state),
    .batch_max = BATCH_MAX,
    .init = file_init,
    .open = file_open,
    .send = file_send,
    .close = file_close,
};
