/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 keys (RFC 8032, libsodium): a pair that signs, and the public half that others
 * verify with.
 *
 * A private key is kept as 64 hex digits, the seed, in a file of mode 0400 or wherever
 * the configuration says.  A public key is 64 hex digits.  Its id is the hex of the first
 * 8 bytes of its SHA-256.  docs/formats/evidence.md.
 */
#ifndef EVIDENCE_KEY_H
#define EVIDENCE_KEY_H

#include "config/node/settings.h"
#include "core/bytes.h"
#include "core/error.h"

#define KEY_PUBLIC_LEN 32
#define KEY_SIGNATURE_LEN 64
#define KEY_ID_MAX 17
#define KEY_HEX_MAX 65

struct key_public {
    uint8_t bytes[KEY_PUBLIC_LEN];
    char id[KEY_ID_MAX];
};

/* Holds the private half, in memory that is not swapped or dumped. */
struct key_pair;

/* Reads the pair.  ERR_CONFIG: it is not there, or no key. */
enum err key_open(const struct secret *where, struct key_pair **ret_pair,
                  struct error *e) MUST_CHECK;

/* The same from `path`; makes one there first, with its public half in `path`.pub, when
 * there is no file.  ERR_SYSTEM: it can't be made. */
enum err key_open_or_make(const char *path, struct key_pair **ret_pair,
                          struct error *e) MUST_CHECK;

/* Makes a new one in a file that must not be there yet. */
enum err key_make(const char *path, struct error *e) MUST_CHECK;

/* A pair from its 32-byte seed, for tests. */
struct key_pair *key_of_seed(const uint8_t seed[KEY_PUBLIC_LEN]);
void key_close(struct key_pair **pair);

/* Views; they hold as long as the pair. */
const struct key_public *key_get_public(const struct key_pair *pair);

/* Signs bytes as they are; says whether a signature of 64 bytes is one over them. */
void key_sign(const struct key_pair *pair, struct bytes message,
              uint8_t ret_signature[KEY_SIGNATURE_LEN]);
bool key_verify(const struct key_public *key, struct bytes message,
                struct bytes signature);

/* From its 32 bytes, from its 64 hex digits, and back to these. */
struct key_public key_of_bytes(const uint8_t bytes[KEY_PUBLIC_LEN]);
bool key_parse(struct bytes text, struct key_public *ret_key);
void key_print(const struct key_public *key, char ret_text[KEY_HEX_MAX]);

#endif
