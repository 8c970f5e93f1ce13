/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets stay where the system keeps them: a file, the environment, or systemd's
 * credential directory.  They are fetched when needed and wiped after.
 */
#include "config/node/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <fcntl.h>

/* Removes what editors and `echo` leave at the end. */
static size_t without_line_end(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
        len--;
    }
    return len;
}

static enum err finish(const char *place, char *text, size_t len, size_t size,
                       struct error *e)
{
    if (len >= size) {
        secret_wipe(text, size);
        return error_set(e, ERR_CONFIG, "the secret in %s is longer than %zu bytes",
                         place, size - 1);
    }
    len = without_line_end(text, len);
    text[len] = 0;
    if (len == 0) {
        return error_set(e, ERR_CONFIG, "the secret in %s is empty", place);
    }
    return ERR_OK;
}

static enum err read_file(const char *path, char *text, size_t size, struct error *e)
{
    char place[512];
    snprintf(place, sizeof place, "file '%s'", path);
    size_t len = 0;
    ssize_t got = -1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && len < size && (got = read(file, text + len, size - len)) > 0) {
        len += (size_t)got;
    }
    int number = errno;
    if (file >= 0) {
        close(file);
    }
    if (got < 0) {
        char words[128];
        secret_wipe(text, size);
        return error_set(e, ERR_CONFIG, "can't read the secret in %s: %s", place,
                         strerror_r(number, words, sizeof words));
    }
    return finish(place, text, len, size, e);
}

static enum err read_environment(const char *name, char *text, size_t size,
                                 struct error *e)
{
    const char *value = getenv(name); /* NOLINT: nothing changes the environment */
    char place[512];
    snprintf(place, sizeof place, "environment variable '%s'", name);
    if (!value) {
        return error_set(e, ERR_CONFIG, "there is no %s", place);
    }
    size_t len = strlen(value);
    memcpy(text, value, len < size ? len : size);
    return finish(place, text, len, size, e);
}

static enum err read_credential(const char *name, char *text, size_t size,
                                struct error *e)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY"); /* NOLINT */
    if (!directory) {
        return error_set(e, ERR_CONFIG,
                         "credential '%s': systemd gave none (the unit needs "
                         "LoadCredential=%s:FILE)",
                         name, name);
    }
    char path[512];
    int len = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (len < 0 || (size_t)len >= sizeof path || strchr(name, '/')) {
        return error_set(e, ERR_CONFIG, "'%s' is not a credential's name", name);
    }
    return read_file(path, text, size, e);
}

enum err secret_read(const struct secret *secret, char *ret_text, size_t size,
                     struct error *e)
{
    switch (secret->kind) {
    case SECRET_FILE:
        return read_file(secret->name, ret_text, size, e);
    case SECRET_ENVIRONMENT:
        return read_environment(secret->name, ret_text, size, e);
    case SECRET_CREDENTIAL:
        return read_credential(secret->name, ret_text, size, e);
    case SECRET_NONE:
        return error_set(e, ERR_CONFIG, "no secret is configured");
    }
    UNREACHABLE();
}

void secret_wipe(char *text, size_t size)
{
    explicit_bzero(text, size);
}
