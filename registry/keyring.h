/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys a gateway has had, and for which part of its journal: the enrolled one, then
 * those that signed changes of key have put in its place.
 *
 * Any thread.
 */
#ifndef REGISTRY_KEYRING_H
#define REGISTRY_KEYRING_H

#include "evidence/change.h"
#include "registry/settings.h"

#define KNOWN_KEYS_MAX 16

/* A key that signs summaries whose tree has more than `above` records, at most `up_to`.
 */
struct known_key {
    struct key_public key;
    uint64_t above, up_to;
    int64_t revoked_ns; /* INT64_MAX: it is not */
};

/* None: the gateway was enrolled without a key. */
struct known_keys {
    struct known_key keys[KNOWN_KEYS_MAX];
    size_t count;
};

struct keyring;

/* An empty one. */
struct keyring *keyring_new(void);
void keyring_free(struct keyring **keyring);

/* Adds a change that is stored; the same again changes nothing. */
void keyring_add(struct keyring *keyring, const struct change *change);

/* The gateway's keys, oldest first. */
void keyring_get(struct keyring *keyring, const struct gateway_settings *gateway,
                 struct known_keys *ret_keys);

#endif
