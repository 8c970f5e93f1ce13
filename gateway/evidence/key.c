/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: made once, read at start, kept in locked memory. */
#include "evidence/key.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LEN_MAX 4096

struct key_pair {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct key_public open;
};

_Static_assert(KEY_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(KEY_SIGNATURE_LEN == crypto_sign_BYTES, "Ed25519");

struct key_public key_of_bytes(const uint8_t bytes[KEY_PUBLIC_LEN])
{
    struct key_public key;
    uint8_t hash[crypto_hash_sha256_BYTES];
    memcpy(key.bytes, bytes, KEY_PUBLIC_LEN);
    crypto_hash_sha256(hash, bytes, KEY_PUBLIC_LEN);
    sodium_bin2hex(key.id, sizeof key.id, hash, 8);
    return key;
}

static bool parse_hex(struct bytes text, uint8_t ret_bytes[KEY_PUBLIC_LEN])
{
    size_t len = 0;
    const char *end = NULL;
    const char *from = (const char *)text.data;
    return text.len == KEY_HEX_MAX - 1 &&
           sodium_hex2bin(ret_bytes, KEY_PUBLIC_LEN, from, text.len, NULL, &len, &end) ==
               0 &&
           len == KEY_PUBLIC_LEN && end == from + text.len;
}

bool key_parse(struct bytes text, struct key_public *ret_key)
{
    uint8_t bytes[KEY_PUBLIC_LEN];
    if (!parse_hex(text, bytes)) {
        return false;
    }
    *ret_key = key_of_bytes(bytes);
    return true;
}

void key_print(const struct key_public *key, char ret_text[KEY_HEX_MAX])
{
    sodium_bin2hex(ret_text, KEY_HEX_MAX, key->bytes, KEY_PUBLIC_LEN);
}

struct key_pair *key_of_seed(const uint8_t seed[KEY_PUBLIC_LEN])
{
    int ready = sodium_init(); /* again and from any thread: no effect */
    ASSERT(ready >= 0);
    struct key_pair *pair = mem_new(struct key_pair);
    uint8_t open[KEY_PUBLIC_LEN];
    (void)sodium_mlock(pair, sizeof *pair); /* without the right to lock it works too */
    crypto_sign_seed_keypair(open, pair->secret, seed);
    pair->open = key_of_bytes(open);
    return pair;
}

void key_close(struct key_pair **pair)
{
    if (*pair) {
        sodium_munlock(*pair, sizeof **pair); /* wipes it */
        mem_free(pair);
    }
}

enum err key_open(const struct secret *where, struct key_pair **ret_pair, struct error *e)
{
    char text[SECRET_TEXT_MAX];
    uint8_t seed[KEY_PUBLIC_LEN];
    enum err err = secret_read(where, text, sizeof text, e);
    if (err != ERR_OK) {
        return error_wrap(e, "signing key");
    }
    bool fits = parse_hex(bytes_of(text), seed);
    secret_wipe(text, sizeof text);
    if (!fits) {
        return error_set(e, ERR_CONFIG, "signing key: want 64 hex digits");
    }
    *ret_pair = key_of_seed(seed);
    sodium_memzero(seed, sizeof seed);
    return ERR_OK;
}

static enum err system_error(const char *what, const char *path, struct error *e)
{
    char words[128];
    return error_set(e, ERR_SYSTEM, "can't %s '%s': %s", what, path,
                     strerror_r(errno, words, sizeof words));
}

/* A new file with one line, on disk when this returns. */
static enum err write_line(const char *path, mode_t mode, const char *line,
                           struct error *e)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) {
        return system_error("make", path, e);
    }
    size_t len = strlen(line);
    bool written = write(file, line, len) == (ssize_t)len && fsync(file) == 0;
    enum err err = written ? ERR_OK : system_error("write", path, e);
    close(file);
    return err;
}

static void sync_folder(const char *path)
{
    char folder[PATH_LEN_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
    int file = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
}

enum err key_make(const char *path, struct error *e)
{
    uint8_t seed[KEY_PUBLIC_LEN];
    char line[KEY_HEX_MAX + 1];
    char place[PATH_LEN_MAX];
    int ready = sodium_init();
    ASSERT(ready >= 0);
    randombytes_buf(seed, sizeof seed);
    struct key_pair *pair = key_of_seed(seed);
    sodium_bin2hex(line, KEY_HEX_MAX, seed, sizeof seed);
    line[KEY_HEX_MAX - 1] = '\n';
    line[KEY_HEX_MAX] = 0;
    enum err err = write_line(path, 0400, line, e);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(line, sizeof line);
    if (err == ERR_OK) {
        key_print(&pair->open, line);
        line[KEY_HEX_MAX - 1] = '\n';
        snprintf(place, sizeof place, "%s.pub", path);
        (void)unlink(place); /* of a key that is gone */
        err = write_line(place, 0444, line, e);
    }
    key_close(&pair);
    sync_folder(path);
    return err;
}

enum err key_open_or_make(const char *path, struct key_pair **ret_pair, struct error *e)
{
    struct secret where = {.kind = SECRET_FILE, .name = path};
    struct stat found;
    if (stat(path, &found) != 0 && errno == ENOENT) {
        enum err err = key_make(path, e);
        if (err != ERR_OK) {
            return err;
        }
    }
    return key_open(&where, ret_pair, e);
}

const struct key_public *key_get_public(const struct key_pair *pair)
{
    return &pair->open;
}

void key_sign(const struct key_pair *pair, struct bytes message,
              uint8_t ret_signature[KEY_SIGNATURE_LEN])
{
    crypto_sign_detached(ret_signature, NULL, message.data, message.len, pair->secret);
}

bool key_verify(const struct key_public *key, struct bytes message,
                struct bytes signature)
{
    return signature.len == KEY_SIGNATURE_LEN &&
           crypto_sign_verify_detached(signature.data, message.data, message.len,
                                       key->bytes) == 0;
}
