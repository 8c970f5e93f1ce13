/* SPDX-License-Identifier: Apache-2.0 */
/* What several commands share. */
#include "cli/command.h"

#include "core/mem.h"
#include "core/timetext.h"

#include <errno.h>
#include <stdio.h>

static bool io_failed(const char *what, const char *path)
{
    char text[128];
    fprintf(stderr, "emgate: can't %s '%s': %s\n", what, path,
            strerror_r(errno, text, sizeof text));
    return false;
}

static bool read_all(FILE *in, const char *path, size_t len_max, uint8_t **ret_data,
                     size_t *ret_len)
{
    uint8_t *data = NULL;
    size_t len = 0;
    size_t capacity = 0;
    for (;;) {
        if (len == capacity) {
            size_t bigger = capacity ? capacity * 2 : 65536;
            data = mem_resize(data, capacity, bigger, 1);
            capacity = bigger;
        }
        size_t got = fread(data + len, 1, capacity - len, in);
        len += got;
        if (len > len_max) {
            fprintf(stderr, "emgate: '%s' is longer than %zu bytes\n", path, len_max);
            mem_free(&data);
            return false;
        }
        if (got == 0) {
            break;
        }
    }
    if (ferror(in)) {
        mem_free(&data);
        return io_failed("read", path);
    }
    *ret_data = data;
    *ret_len = len;
    return true;
}

bool cli_read_file(const char *path, size_t len_max, uint8_t **ret_data, size_t *ret_len)
{
    if (strcmp(path, "-") == 0) {
        return read_all(stdin, "standard input", len_max, ret_data, ret_len);
    }
    FILE *in = fopen(path, "rbe");
    if (!in) {
        return io_failed("read", path);
    }
    bool read = read_all(in, path, len_max, ret_data, ret_len);
    fclose(in);
    return read;
}

bool cli_write_file(const char *path, const struct buf *data, bool anew)
{
    bool to_file = path && strcmp(path, "-") != 0;
    FILE *out = to_file ? fopen(path, anew ? "wxbe" : "wbe") : stdout;
    if (data->overflow) {
        errno = EFBIG;
    }
    bool written = out && !data->overflow &&
                   fwrite(data->data, 1, data->len, out) == data->len && fflush(out) == 0;
    if (!written) {
        (void)io_failed("write", to_file ? path : "standard output");
    }
    if (to_file && out && fclose(out) != 0 && written) {
        written = io_failed("write", path);
    }
    return written;
}

bool cli_time_option(const struct command *command, const struct arguments *arguments,
                     const char *name, int64_t *ret_ns)
{
    const char *text = argument_value(command, arguments, name);
    bool zoned = false;
    if (text && !time_parse_iso(bytes_of(text), ret_ns, &zoned)) {
        fprintf(stderr, "emgate %s: --%s '%s': want 2026-01-31T00:00:00Z\n",
                command->name, name, text);
        return false;
    }
    return true;
}
