/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' file, read at each sign-in, so that a line taken out counts at once. */
#include "operators.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536
#define HEX_LEN (crypto_hash_sha256_BYTES * 2)
#define TOKEN_BYTES 32

static void hash_hex(const char *token, char ret_hex[HEX_LEN + 1])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const uint8_t *)token, strlen(token));
    sodium_bin2hex(ret_hex, HEX_LEN + 1, hash, sizeof hash);
}

/* The whole file; empty when there is none, or others may write it. */
static struct bytes read_file(const char *path, uint8_t room[FILE_MAX])
{
    struct stat state;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return BYTES("");
    }
    ssize_t len = -1;
    if (fstat(file, &state) == 0 && S_ISREG(state.st_mode) &&
        (state.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
        len = read(file, room, FILE_MAX);
    }
    close(file);
    return (struct bytes){.data = room, .len = len > 0 ? (size_t)len : 0};
}

/* The next line's name and hash; false at the end.  Lines of another form are skipped. */
static bool next_line(struct bytes *rest, struct bytes *ret_name, struct bytes *ret_hash)
{
    while (rest->len > 0) {
        struct bytes hash = bytes_take_part(rest, '\n');
        struct bytes name = bytes_take_part(&hash, ' ');
        if (name.len > 0 && name.len < OPERATOR_NAME_MAX && hash.len == HEX_LEN) {
            *ret_name = name;
            *ret_hash = hash;
            return true;
        }
    }
    return false;
}

bool operators_find(const char *state_directory, const char *token,
                    char ret_name[OPERATOR_NAME_MAX])
{
    uint8_t room[FILE_MAX];
    char path[4200];
    char hex[HEX_LEN + 1];
    struct bytes name;
    struct bytes hash;
    bool found = false;
    snprintf(path, sizeof path, "%s/" OPERATORS_FILE, state_directory);
    struct bytes rest = read_file(path, room);
    hash_hex(token, hex);
    while (next_line(&rest, &name, &hash)) {
        if (sodium_memcmp(hash.data, hex, HEX_LEN) == 0) {
            memcpy(ret_name, name.data, name.len);
            ret_name[name.len] = 0;
            found = true;
        }
    }
    return found;
}

static enum err check_name(const char *path, const char *name, struct error *e)
{
    uint8_t room[FILE_MAX];
    struct bytes known;
    struct bytes hash;
    size_t len = strlen(name);
    if (len == 0 || len >= OPERATOR_NAME_MAX || strpbrk(name, " \t\r\n")) {
        return error_set(e, ERR_CONFIG, "'%s' is no name: want one word", name);
    }
    struct bytes rest = read_file(path, room);
    while (next_line(&rest, &known, &hash)) {
        if (bytes_are(known, name)) {
            return error_set(e, ERR_CONFIG, "'%s' is there; take its line out first",
                             name);
        }
    }
    return ERR_OK;
}

enum err operators_add(const char *state_directory, const char *name,
                       char ret_token[OPERATOR_TOKEN_MAX], struct error *e)
{
    char path[4200];
    char hex[HEX_LEN + 1];
    char token[OPERATOR_TOKEN_MAX];
    uint8_t bytes[TOKEN_BYTES];
    snprintf(path, sizeof path, "%s/" OPERATORS_FILE, state_directory);
    enum err err = check_name(path, name, e);
    if (err != ERR_OK) {
        return err;
    }
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(token, sizeof token, bytes, sizeof bytes);
    hash_hex(token, hex);
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return error_set(e, ERR_SYSTEM, "can't write '%s'", path);
    }
    int written = dprintf(file, "%s %s\n", name, hex);
    if (close(file) != 0 || written < 0) {
        return error_set(e, ERR_SYSTEM, "can't write '%s'", path);
    }
    memcpy(ret_token, token, sizeof token);
    return ERR_OK;
}
