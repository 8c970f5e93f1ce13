/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of all gateways in the order in which they were stored. */
#include "registry/keyring.h"

#include "core/mem.h"

#include <pthread.h>

struct keyring {
    pthread_mutex_t lock;
    struct change *changes;
    size_t count, capacity;
};

struct keyring *keyring_new(void)
{
    struct keyring *keyring = mem_new(struct keyring);
    pthread_mutex_init(&keyring->lock, NULL);
    return keyring;
}

void keyring_free(struct keyring **keyring)
{
    if (*keyring) {
        pthread_mutex_destroy(&(*keyring)->lock);
        mem_free(&(*keyring)->changes);
        mem_free(keyring);
    }
}

static bool keys_equal(const struct key_public *a, const struct key_public *b)
{
    return memcmp(a->bytes, b->bytes, KEY_PUBLIC_LEN) == 0;
}

/* With the lock held: what replaced the key, or NULL. */
static const struct change *find_change(const struct keyring *keyring,
                                        const char *gateway, const struct key_public *old)
{
    for (size_t i = 0; i < keyring->count; i++) {
        const struct change *change = &keyring->changes[i];
        if (strcmp(change->gateway, gateway) == 0 && keys_equal(&change->old, old)) {
            return change;
        }
    }
    return NULL;
}

void keyring_add(struct keyring *keyring, const struct change *change)
{
    pthread_mutex_lock(&keyring->lock);
    if (!find_change(keyring, change->gateway, &change->old)) {
        keyring->changes = mem_grow(keyring->changes, keyring->count, &keyring->capacity,
                                    sizeof *keyring->changes);
        keyring->changes[keyring->count++] = *change;
    }
    pthread_mutex_unlock(&keyring->lock);
}

static int64_t revoked_ns(const struct gateway_settings *gateway,
                          const struct key_public *key)
{
    for (size_t i = 0; i < gateway->revoked_count; i++) {
        if (keys_equal(&gateway->revoked[i].key, key)) {
            return gateway->revoked[i].from_ns;
        }
    }
    return INT64_MAX;
}

static struct known_key known(const struct gateway_settings *gateway,
                              const struct key_public *key, uint64_t above)
{
    return (struct known_key){.key = *key,
                              .above = above,
                              .up_to = UINT64_MAX,
                              .revoked_ns = revoked_ns(gateway, key)};
}

void keyring_get(struct keyring *keyring, const struct gateway_settings *gateway,
                 struct known_keys *ret_keys)
{
    ret_keys->count = 0;
    if (!gateway->has_public_key) {
        return;
    }
    ret_keys->keys[ret_keys->count++] = known(gateway, &gateway->public_key, 0);
    pthread_mutex_lock(&keyring->lock);
    while (ret_keys->count < KNOWN_KEYS_MAX) {
        struct known_key *last = &ret_keys->keys[ret_keys->count - 1];
        const struct change *change = find_change(keyring, gateway->id, &last->key);
        if (!change) {
            break;
        }
        last->up_to = change->size;
        ret_keys->keys[ret_keys->count++] = known(gateway, &change->new, change->size);
    }
    pthread_mutex_unlock(&keyring->lock);
}
