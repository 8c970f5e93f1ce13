/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files a configuration consists of, as they were read, and as bytes:
 *
 *     byte 1        format, 1
 *     varint        number of files
 *     per file      name, text: each a varint length and its bytes
 *
 * The main file is parsed only to find which files it names; what is wrong in it is
 * told when the plan is made.
 */
#include "config/plan.h"

#include "config/bundle_private.h"
#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FORMAT 1
#define FILE_SIZE_MAX (4U << 20)
#define FILES_MAX 256

static void add_file(struct reader *r, const char *name, struct bytes text)
{
    struct bundle *bundle = r->bundle;
    bundle->files =
        mem_grow(bundle->files, bundle->count, &r->capacity, sizeof *bundle->files);
    uint8_t *copy = mem_array(text.len + 1, 1);
    if (text.len) {
        memcpy(copy, text.data, text.len);
    }
    bundle->files[bundle->count++] =
        (struct bundle_file){.name = mem_text(bytes_of(name)),
                             .text = (struct bytes){.data = copy, .len = text.len}};
}

static bool read_stream(FILE *in, struct buf *out)
{
    uint8_t piece[8192];
    size_t got = 0;
    while ((got = fread(piece, 1, sizeof piece, in)) > 0) {
        buf_add(out, (struct bytes){.data = piece, .len = got});
    }
    return !ferror(in);
}

void reader_add(struct reader *r, const char *path, const char *name,
                const struct node *node)
{
    if (bundle_find(r->bundle, name)) {
        return;
    }
    if (r->bundle->count >= FILES_MAX) {
        problem_at(r->problems, node, "more than %d configuration files", FILES_MAX);
        return;
    }
    struct buf text;
    buf_init(&text, FILE_SIZE_MAX);
    FILE *in = fopen(path, "rbe");
    bool read = in && read_stream(in, &text);
    if (!read) {
        char words[128];
        problem_at(r->problems, node, "can't read '%s': %s", path,
                   strerror_r(errno, words, sizeof words));
    } else if (text.overflow) {
        problem_at(r->problems, node, "'%s' is larger than %u bytes", path,
                   FILE_SIZE_MAX);
    } else {
        add_file(r, name, buf_bytes(&text));
    }
    if (in) {
        fclose(in);
    }
    buf_deinit(&text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_in_yaml(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

void reader_add_directory(struct reader *r, const char *directory, const char *prefix)
{
    char **names = NULL;
    size_t count = 0;
    size_t capacity = 0;
    DIR *dir = opendir(directory);
    if (!dir) {
        return;
    }
    /* One thread reads the configuration, so readdir is safe. */
    for (struct dirent *entry = readdir(dir); entry; /* NOLINT */
         entry = readdir(dir)) {                     /* NOLINT */
        if (ends_in_yaml(entry->d_name)) {
            names = mem_grow(names, count, &capacity, sizeof *names);
            names[count++] = mem_text(bytes_of(entry->d_name));
        }
    }
    closedir(dir);
    if (count > 0) {
        qsort(names, count, sizeof *names, by_name);
    }
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        char name[4096];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        snprintf(name, sizeof name, "%s%s", prefix, names[i]);
        reader_add(r, path, name, NULL);
        mem_free(&names[i]);
    }
    mem_free(&names);
}

char *bundle_name_beside(const char *from, struct bytes path)
{
    const char *slash = strrchr(from, '/');
    struct buf name;
    buf_init(&name, 8192);
    bool absolute = path.len > 0 && path.data[0] == '/';
    if (slash && !absolute) {
        buf_add(&name, (struct bytes){.data = (const uint8_t *)from,
                                      .len = (size_t)(slash - from) + 1});
    }
    buf_add(&name, path);
    char *text = mem_text(buf_bytes(&name));
    buf_deinit(&name);
    return text;
}

const char *bundle_data_directory(void)
{
    const char *given = getenv("EMGATE_DATA_DIR"); /* NOLINT: nobody changes it */
    if (given && *given) {
        return given;
    }
#ifdef EMGATE_SOURCE_DIR
    if (access(EMGATE_DATA_DIR "/config", F_OK) != 0) {
        return EMGATE_SOURCE_DIR;
    }
#endif
    return EMGATE_DATA_DIR;
}

static void add_data_environment(struct reader *r)
{
    if (r->environment.len > 0) {
        add_file(r, BUNDLE_ENVIRONMENT, buf_bytes(&r->environment));
    }
}

static void hash_bundle(struct bundle *bundle)
{
    struct buf stored;
    buf_init(&stored, BUNDLE_SIZE_MAX);
    bundle_put(bundle, &stored);
    crypto_hash_sha256(bundle->hash, stored.data, stored.len);
    buf_deinit(&stored);
}

/* The whole must fit its stored form. */
static void check_size(const struct reader *r)
{
    size_t size = 0;
    for (size_t i = 0; i < r->bundle->count; i++) {
        size += r->bundle->files[i].text.len + strlen(r->bundle->files[i].name) + 20;
    }
    if (size > BUNDLE_SIZE_MAX) {
        problem_at(r->problems, NULL, "the configuration is larger than %u bytes",
                   BUNDLE_SIZE_MAX);
    }
}

void bundle_read(const char *path, struct bundle *ret_bundle, struct problems *problems)
{
    *ret_bundle = (struct bundle){0};
    struct reader r = {.bundle = ret_bundle, .problems = problems};
    buf_init(&r.environment, FILE_SIZE_MAX);
    table_init(&r.variables);
    reader_add(&r, path, path, NULL);
    char *directory = bundle_name_beside(path, BYTES("conf.d"));
    char *prefix = bundle_name_beside(path, BYTES("conf.d/"));
    if (ret_bundle->count == 1) {
        reader_add_directory(&r, directory, prefix);
        reader_add_named(&r);
        add_data_environment(&r);
    }
    check_size(&r);
    hash_bundle(ret_bundle);
    mem_free(&directory);
    mem_free(&prefix);
    table_deinit(&r.variables);
    buf_deinit(&r.environment);
}

void bundle_read_factors(struct bundle *ret_bundle, struct problems *problems)
{
    *ret_bundle = (struct bundle){0};
    struct reader r = {.bundle = ret_bundle, .problems = problems};
    char directory[4096];
    snprintf(directory, sizeof directory, "%s/config/factors", bundle_data_directory());
    reader_add_directory(&r, directory, BUNDLE_FACTORS);
}

void bundle_put(const struct bundle *bundle, struct buf *out)
{
    buf_add_byte(out, FORMAT);
    buf_add_varint(out, bundle->count);
    for (size_t i = 0; i < bundle->count; i++) {
        buf_add_string(out, bytes_of(bundle->files[i].name));
        buf_add_string(out, bundle->files[i].text);
    }
}

static bool is_name(struct bytes name)
{
    return name.len > 0 && !memchr(name.data, 0, name.len);
}

enum err bundle_get(struct bytes stored, struct bundle *ret_bundle, struct error *e)
{
    struct cursor c = cursor_of(stored);
    uint8_t format = cursor_byte(&c);
    uint64_t count = cursor_varint(&c);
    if (c.failed || format != FORMAT || count > FILES_MAX) {
        return error_set(e, ERR_CORRUPT, "not a stored configuration (format %d)",
                         format);
    }
    struct bundle bundle = {0};
    struct reader r = {.bundle = &bundle};
    for (uint64_t i = 0; i < count && !c.failed; i++) {
        struct bytes name = cursor_string(&c);
        struct bytes text = cursor_string(&c);
        if (c.failed || !is_name(name)) {
            break;
        }
        char *copy = mem_text(name);
        add_file(&r, copy, text);
        mem_free(&copy);
    }
    if (c.failed || bundle.count != count || c.rest.len > 0) {
        bundle_deinit(&bundle);
        return error_set(e, ERR_CORRUPT, "a stored configuration is cut short");
    }
    crypto_hash_sha256(bundle.hash, stored.data, stored.len);
    *ret_bundle = bundle;
    return ERR_OK;
}

void bundle_deinit(struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++) {
        mem_free(&bundle->files[i].name);
        void *text = (void *)(uintptr_t)bundle->files[i].text.data; /* ours */
        mem_free(&text);
    }
    mem_free(&bundle->files);
    *bundle = (struct bundle){0};
}

const struct bundle_file *bundle_find(const struct bundle *bundle, const char *name)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if (strcmp(bundle->files[i].name, name) == 0) {
            return &bundle->files[i];
        }
    }
    return NULL;
}
