/* SPDX-License-Identifier: Apache-2.0 */
/* Plain files by the system's calls; hashes by libsodium. */
#include "backup_files.h"

#include "core/mem.h"
#include "core/number.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536
#define HASH_HEX 64
#define DEPTH_MAX 12
#define FIRST_LINE "emgate backup v1\n"
#define ANY_FIRST_LINE "emgate backup v"

static enum err failed(const char *doing, const char *path, struct error *e)
{
    char text[128];
    enum err code = ERR_SYSTEM;
    if (errno == EEXIST) {
        code = ERR_CONFIG;
    } else if (errno == ENOSPC || errno == EDQUOT) {
        code = ERR_FULL;
    }
    return error_set(e, code, "can't %s '%s': %s", doing, path,
                     strerror_r(errno, text, sizeof text));
}

/* ---- writing ---- */

static enum err write_all(int file, struct bytes data, const char *path, struct error *e)
{
    while (data.len > 0) {
        ssize_t done = write(file, data.data, data.len);
        if (done < 0 && errno != EINTR) {
            return failed("write", path, e);
        }
        data = bytes_slice(data, done > 0 ? (size_t)done : 0, data.len);
    }
    return ERR_OK;
}

static enum err finish(int file, const char *path, enum err err, struct error *e)
{
    if (err == ERR_OK && fsync(file) != 0) {
        err = failed("sync", path, e);
    }
    if (close(file) != 0 && err == ERR_OK) {
        err = failed("close", path, e);
    }
    return err;
}

static enum err copy_bytes(int in, int out, const char *from, const char *to,
                           struct error *e)
{
    uint8_t piece[PIECE];
    for (;;) {
        ssize_t got = read(in, piece, sizeof piece);
        if (got < 0) {
            return failed("read", from, e);
        }
        if (got == 0) {
            return ERR_OK;
        }
        enum err err = write_all(out, (struct bytes){piece, (size_t)got}, to, e);
        if (err != ERR_OK) {
            return err;
        }
    }
}

enum err backup_copy_file(const char *from, const char *to, unsigned mode,
                          struct error *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0) {
        return failed("open", from, e);
    }
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    enum err err = out < 0 ? failed("make", to, e) : copy_bytes(in, out, from, to, e);
    close(in);
    return out < 0 ? err : finish(out, to, err, e);
}

enum err backup_write_file(const char *to, struct bytes data, unsigned mode,
                           struct error *e)
{
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (out < 0) {
        return failed("make", to, e);
    }
    return finish(out, to, write_all(out, data, to, e), e);
}

enum err backup_make_folders(const char *path, struct error *e)
{
    char folder[BACKUP_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *at = folder + 1; *at; at++) {
        if (*at != '/') {
            continue;
        }
        *at = 0;
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            return failed("make", folder, e);
        }
        *at = '/';
    }
    return ERR_OK;
}

/* ---- the list ---- */

enum err backup_hash_file(const char *path, uint8_t ret_hash[32], struct error *e)
{
    uint8_t piece[PIECE];
    crypto_hash_sha256_state state;
    int in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0) {
        return failed("open", path, e);
    }
    crypto_hash_sha256_init(&state);
    ssize_t got = 0;
    while ((got = read(in, piece, sizeof piece)) > 0) {
        crypto_hash_sha256_update(&state, piece, (unsigned long long)got);
    }
    enum err err = got < 0 ? failed("read", path, e) : ERR_OK;
    close(in);
    crypto_hash_sha256_final(&state, ret_hash);
    return err;
}

struct walk {
    const char *root;
    struct buf *lines;
    uint64_t count;
};

static enum err add_line(struct walk *walk, const char *path, struct error *e)
{
    char whole[2 * BACKUP_PATH_MAX];
    char hex[HASH_HEX + 1];
    uint8_t hash[32];
    snprintf(whole, sizeof whole, "%s/%s", walk->root, path);
    enum err err = backup_hash_file(whole, hash, e);
    if (err != ERR_OK) {
        return err;
    }
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    buf_add_text(walk->lines, hex);
    buf_add_text(walk->lines, "  ");
    buf_add_text(walk->lines, path);
    buf_add_byte(walk->lines, '\n');
    walk->count++;
    return ERR_OK;
}

static enum err walk_folder(struct walk *walk, const char *folder, int depth,
                            struct error *e);

static enum err walk_entry(struct walk *walk, const char *folder, const char *name,
                           int depth, struct error *e)
{
    char path[BACKUP_PATH_MAX];
    char whole[2 * BACKUP_PATH_MAX];
    struct stat found;
    int len = snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
    snprintf(whole, sizeof whole, "%s/%s", walk->root, path);
    if (len < 0 || (size_t)len >= sizeof path || strchr(name, '\n')) {
        return error_set(e, ERR_REJECT, "'%s': a name that can't be listed", whole);
    }
    if (lstat(whole, &found) != 0) {
        return failed("look at", whole, e);
    }
    if (S_ISDIR(found.st_mode)) {
        return walk_folder(walk, path, depth + 1, e);
    }
    bool is_manifest = strcmp(path, BACKUP_MANIFEST) == 0;
    return S_ISREG(found.st_mode) && !is_manifest ? add_line(walk, path, e) : ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of a directory, in order; the caller frees each and the list. */
static size_t read_names(DIR *dir, char ***ret_names)
{
    char **names = NULL;
    size_t count = 0;
    size_t capacity = 0;
    /* One thread uses this stream, so readdir is safe. */
    for (struct dirent *entry = readdir(dir); entry; /* NOLINT */
         entry = readdir(dir)) {                     /* NOLINT */
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            names = mem_grow(names, count, &capacity, sizeof *names);
            names[count++] = mem_text(bytes_of(entry->d_name));
        }
    }
    if (count > 0) {
        qsort(names, count, sizeof *names, by_name);
    }
    *ret_names = names;
    return count;
}

static enum err walk_folder(struct walk *walk, const char *folder, int depth,
                            struct error *e)
{
    char whole[2 * BACKUP_PATH_MAX];
    char **names = NULL;
    enum err err = ERR_OK;
    snprintf(whole, sizeof whole, "%s/%s", walk->root, folder);
    DIR *dir = opendir(whole);
    if (!dir) {
        return failed("list", whole, e);
    }
    size_t count = read_names(dir, &names);
    closedir(dir);
    for (size_t i = 0; i < count; i++) {
        if (err == ERR_OK && depth < DEPTH_MAX) {
            err = walk_entry(walk, folder, names[i], depth, e);
        }
        mem_free(&names[i]);
    }
    mem_free(&names);
    return err;
}

enum err backup_list_files(const char *root, struct buf *lines, uint64_t *ret_count,
                           struct error *e)
{
    struct walk walk = {.root = root, .lines = lines};
    enum err err = walk_folder(&walk, "", 0, e);
    *ret_count = walk.count;
    if (err == ERR_OK && lines->overflow) {
        err = error_set(e, ERR_REJECT, "more files than a manifest holds");
    }
    return err;
}

/* ---- reading ---- */

static bool take_line(struct bytes *text, struct bytes *ret_line)
{
    const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    if (!end) {
        return false;
    }
    size_t len = (size_t)(end - text->data);
    *ret_line = bytes_slice(*text, 0, len);
    *text = bytes_slice(*text, len + 1, text->len);
    return true;
}

/* What stands behind a word and a blank. */
static bool take_fact(struct bytes *text, const char *word, struct bytes *ret_value)
{
    struct bytes line;
    size_t len = strlen(word);
    if (!take_line(text, &line) || !bytes_start_with(line, bytes_of(word)) ||
        line.len <= len || line.data[len] != ' ') {
        return false;
    }
    *ret_value = bytes_slice(line, len + 1, line.len);
    return true;
}

static bool take_facts(struct bytes *text, struct backup_manifest *m)
{
    struct bytes records;
    return take_fact(text, "gateway", &m->gateway) &&
           take_fact(text, "software", &m->software) &&
           take_fact(text, "made", &m->made) && take_fact(text, "records", &records) &&
           number_parse_u64(records, &m->records);
}

/* The last line says how many files there are, so that none is cut off. */
static bool take_end(struct backup_manifest *m)
{
    char path[BACKUP_PATH_MAX];
    uint8_t hash[32];
    struct bytes left = m->lines;
    struct bytes count;
    uint64_t files = 0;
    while (backup_next_file(&left, path, hash)) {
        files++;
    }
    m->lines = bytes_slice(m->lines, 0, m->lines.len - left.len);
    return take_fact(&left, "end", &count) && left.len == 0 &&
           number_parse_u64(count, &m->files) && m->files == files;
}

enum err backup_read_manifest(struct bytes text, struct backup_manifest *ret_manifest,
                              struct error *e)
{
    struct backup_manifest m = {0};
    if (!bytes_start_with(text, BYTES(FIRST_LINE))) {
        return bytes_start_with(text, BYTES(ANY_FIRST_LINE))
                   ? error_set(e, ERR_CONFIG, "the backup is of a later version")
                   : error_set(e, ERR_REJECT, "it is no backup's manifest");
    }
    struct bytes rest = bytes_slice(text, sizeof FIRST_LINE - 1, text.len);
    bool whole = take_facts(&rest, &m);
    m.lines = rest;
    if (!whole || !take_end(&m)) {
        return error_set(e, ERR_REJECT, "the backup's manifest is not whole");
    }
    *ret_manifest = m;
    return ERR_OK;
}

/* Relative, and without a step up. */
static bool is_inside(struct bytes path)
{
    if (path.len == 0 || path.len >= BACKUP_PATH_MAX || path.data[0] == '/' ||
        memchr(path.data, 0, path.len)) {
        return false;
    }
    for (size_t i = 0; i < path.len; i++) {
        bool begins = i == 0 || path.data[i - 1] == '/';
        if (begins && bytes_start_with(bytes_slice(path, i, path.len), BYTES(".."))) {
            return false;
        }
    }
    return true;
}

bool backup_next_file(struct bytes *lines, char path[BACKUP_PATH_MAX],
                      uint8_t ret_hash[32])
{
    struct bytes rest = *lines;
    struct bytes line;
    size_t len = 0;
    if (!take_line(&rest, &line) || line.len < HASH_HEX + 3 ||
        sodium_hex2bin(ret_hash, 32, (const char *)line.data, HASH_HEX, NULL, &len,
                       NULL) != 0 ||
        len != 32 || line.data[HASH_HEX] != ' ' || line.data[HASH_HEX + 1] != ' ') {
        return false;
    }
    struct bytes name = bytes_slice(line, HASH_HEX + 2, line.len);
    if (!is_inside(name)) {
        return false;
    }
    memcpy(path, name.data, name.len);
    path[name.len] = 0;
    *lines = rest;
    return true;
}

enum err backup_check_files(const char *root, const struct backup_manifest *manifest,
                            struct error *e)
{
    char path[BACKUP_PATH_MAX];
    uint8_t wanted[32];
    uint8_t found[32];
    struct bytes lines = manifest->lines;
    while (backup_next_file(&lines, path, wanted)) {
        char whole[2 * BACKUP_PATH_MAX];
        snprintf(whole, sizeof whole, "%s/%s", root, path);
        enum err err = backup_hash_file(whole, found, e);
        if (err != ERR_OK) {
            return err;
        }
        if (memcmp(wanted, found, sizeof found) != 0) {
            return error_set(e, ERR_CORRUPT, "'%s' is not as it was saved", whole);
        }
    }
    return ERR_OK;
}
