/* SPDX-License-Identifier: Apache-2.0 */
/* C2SP signed notes with a tree's size and root. */
#include "evidence/checkpoint.h"

#include "core/number.h"

#include <sodium.h>
#include <stdio.h>

#define DASH "\xe2\x80\x94 "
#define HASH_LEN 4 /* of name and key, so that a reader finds the key to try */
#define ED25519 0x01

static void print_base64(struct bytes data, char *text, size_t size)
{
    sodium_bin2base64(text, size, data.data, data.len, sodium_base64_VARIANT_ORIGINAL);
}

/* First bytes of SHA-256(name | newline | algorithm | key). */
static void key_hash(const char *name, const struct key_public *key,
                     uint8_t ret_hash[HASH_LEN])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    static const uint8_t middle[2] = {'\n', ED25519};
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
    crypto_hash_sha256_update(&state, middle, sizeof middle);
    crypto_hash_sha256_update(&state, key->bytes, KEY_PUBLIC_LEN);
    crypto_hash_sha256_final(&state, hash);
    memcpy(ret_hash, hash, HASH_LEN);
}

void checkpoint_put(const struct checkpoint *c, const struct key_pair *pair,
                    struct buf *out)
{
    char root[64];
    char signature[128];
    uint8_t blob[HASH_LEN + KEY_SIGNATURE_LEN];
    struct buf body;
    print_base64((struct bytes){c->root, MERKLE_HASH_LEN}, root, sizeof root);
    buf_init(&body, CHECKPOINT_MAX);
    buf_print(&body, "%s\n%llu\n%s\n", c->origin, (unsigned long long)c->size, root);
    key_hash(c->origin, key_get_public(pair), blob);
    key_sign(pair, buf_bytes(&body), blob + HASH_LEN);
    print_base64((struct bytes){blob, sizeof blob}, signature, sizeof signature);
    buf_add(out, buf_bytes(&body));
    buf_print(out, "\n" DASH "%s %s\n", c->origin, signature);
    buf_deinit(&body);
}

static bool read_base64(struct bytes text, uint8_t *to, size_t size)
{
    size_t len = 0;
    const char *end = NULL;
    const char *from = (const char *)text.data;
    return sodium_base642bin(to, size, from, text.len, NULL, &len, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           len == size && end == from + text.len;
}

static enum err no_checkpoint(const char *why, struct error *e)
{
    return error_set(e, ERR_REJECT, "checkpoint: %s", why);
}

/* The three lines; `rest` goes on behind them. */
static bool read_body(struct bytes *rest, struct checkpoint *c)
{
    struct bytes origin;
    struct bytes size;
    struct bytes root;
    bool whole = bytes_take_line(rest, &origin) && bytes_take_line(rest, &size) &&
                 bytes_take_line(rest, &root) && origin.len > 0 &&
                 origin.len < CHECKPOINT_ORIGIN_MAX &&
                 !memchr(origin.data, 0, origin.len) &&
                 number_parse_u64(size, &c->size) && (size.len == 1 || *size.data != '0');
    if (whole) {
        snprintf(c->origin, sizeof c->origin, "%.*s", BYTES_ARG(origin));
    }
    return whole && read_base64(root, c->root, MERKLE_HASH_LEN);
}

enum err checkpoint_get(struct bytes note, const struct key_public *key,
                        struct checkpoint *ret_checkpoint, struct error *e)
{
    struct checkpoint c = {0};
    struct bytes rest = note;
    struct bytes empty;
    struct bytes line;
    if (note.len > CHECKPOINT_MAX || !read_body(&rest, &c)) {
        return no_checkpoint("not three lines of origin, size and root", e);
    }
    struct bytes body = bytes_slice(note, 0, note.len - rest.len);
    size_t name_len = strlen(c.origin);
    size_t prefix = sizeof DASH - 1;
    bool framed = bytes_take_line(&rest, &empty) && empty.len == 0 &&
                  bytes_take_line(&rest, &line) && rest.len == 0 &&
                  bytes_start_with(line, BYTES(DASH)) &&
                  line.len > prefix + name_len + 1 &&
                  memcmp(line.data + prefix, c.origin, name_len) == 0 &&
                  line.data[prefix + name_len] == ' ';
    uint8_t blob[HASH_LEN + KEY_SIGNATURE_LEN];
    if (!framed || !read_base64(bytes_slice(line, prefix + name_len + 1, line.len), blob,
                                sizeof blob)) {
        return no_checkpoint("no signature line of its origin", e);
    }
    uint8_t hash[HASH_LEN];
    key_hash(c.origin, key, hash);
    if (memcmp(hash, blob, HASH_LEN) != 0 ||
        !key_verify(key, body, (struct bytes){blob + HASH_LEN, KEY_SIGNATURE_LEN})) {
        return no_checkpoint("not signed by the key", e);
    }
    *ret_checkpoint = c;
    return ERR_OK;
}
