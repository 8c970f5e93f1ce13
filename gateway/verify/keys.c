/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of the gateway's keys: the first stands in the pack, each next one in a
 * record that the one before and itself have signed.
 */
#include "verify/verify_private.h"

#include "journal/journal.h"

static bool is_key(const struct key_public *a, const struct key_public *b)
{
    return memcmp(a->bytes, b->bytes, KEY_PUBLIC_LEN) == 0;
}

bool verify_in_force(const struct verify_period *period, uint64_t size)
{
    return size > period->above && size <= period->up_to;
}

static void take_change(struct verify *v, const struct pack_entry *entry)
{
    struct change change;
    struct error e;
    struct cursor head = cursor_of(bytes_slice(verify_body(entry), 4, 8));
    uint64_t seq = cursor_u64(&head);
    struct bytes payload =
        bytes_slice(verify_body(entry), PACK_RECORD_HEAD, entry->data.len);
    struct verify_period *last = &v->periods[v->period_count - 1];
    if (change_get(payload, &change, &e) != ERR_OK) {
        verify_fail(v, VERIFY_KEY, "record", seq, "%s", e.text);
        return;
    }
    if (strcmp(change.gateway, v->manifest.gateway) != 0 || change.size != seq - 1 ||
        !is_key(&change.old, &last->key) || v->period_count == VERIFY_KEYS_MAX) {
        verify_fail(v, VERIFY_KEY, "record", seq,
                    "the change of key does not follow on the key before it");
        return;
    }
    last->up_to = change.size;
    v->periods[v->period_count++] = (struct verify_period){
        .key = change.new, .above = change.size, .up_to = UINT64_MAX};
}

/* The keys in the pack are those of the chain. */
static void compare_keys(struct verify *v, struct verify_range given)
{
    for (size_t i = 0; i < given.count; i++) {
        if (i >= v->period_count ||
            memcmp(given.entries[i].data.data, v->periods[i].key.bytes, KEY_PUBLIC_LEN) !=
                0) {
            verify_fail(v, VERIFY_KEY, "key", i + 1,
                        "it is not one that the changes of key lead to");
        }
    }
    if (given.count < v->period_count) {
        verify_fail(v, VERIFY_KEY, NULL, 0, "%zu changes of key, but %zu keys",
                    v->period_count - 1, given.count);
    }
}

/* Whoever changes a key signs with both, so one known key vouches for the chain. */
static void check_trust(struct verify *v)
{
    const struct verify_settings *s = v->settings;
    for (size_t i = 0; i < s->key_count; i++) {
        bool found = false;
        for (size_t n = 0; n < v->period_count; n++) {
            found = found || is_key(&s->keys[i], &v->periods[n].key);
        }
        if (!found) {
            verify_fail(v, VERIFY_KEY, NULL, 0,
                        "the given key %s is none of this gateway's", s->keys[i].id);
        }
    }
    if (s->key_count == 0) {
        verify_note(v, VERIFY_KEY,
                    "no key was given: the pack's own is believed, which proves that "
                    "one signer made all of it, not who");
    }
}

/* Receipts are looked at with every key that is known. */
static void add_given_registry_keys(struct verify *v)
{
    const struct verify_settings *s = v->settings;
    for (size_t i = 0; i < s->registry_key_count; i++) {
        bool listed = v->registry_key_count == VERIFY_KEYS_MAX;
        for (size_t n = 0; n < v->registry_key_count; n++) {
            listed = listed || is_key(&s->registry_keys[i], &v->registry_keys[n]);
        }
        if (!listed) {
            v->registry_keys[v->registry_key_count++] = s->registry_keys[i];
        }
    }
}

static void take_registry_keys(struct verify *v)
{
    const struct verify_settings *s = v->settings;
    struct verify_range given = verify_entries(v, PACK_REGISTRY_KEY);
    for (size_t i = 0; i < given.count; i++) {
        struct key_public key = key_of_bytes(given.entries[i].data.data);
        bool known = s->registry_key_count == 0;
        for (size_t n = 0; n < s->registry_key_count; n++) {
            known = known || is_key(&key, &s->registry_keys[n]);
        }
        if (!known || v->registry_key_count == VERIFY_KEYS_MAX) {
            verify_fail(v, VERIFY_KEY, "registry key", i + 1,
                        "%s is none of the registry keys that were given", key.id);
            continue;
        }
        v->registry_keys[v->registry_key_count++] = key;
    }
    v->registry_listed = v->registry_key_count;
    add_given_registry_keys(v);
}

void verify_keys(struct verify *v)
{
    struct verify_range given = verify_entries(v, PACK_KEY);
    if (given.count == 0) {
        verify_fail(v, VERIFY_KEY, NULL, 0, "the pack holds no key");
    } else {
        v->periods[v->period_count++] = (struct verify_period){
            .key = key_of_bytes(given.entries[0].data.data), .up_to = UINT64_MAX};
    }
    for (size_t i = 0; given.count && i < v->pack.count; i++) {
        const struct pack_entry *entry = &v->pack.entries[i];
        if (entry->kind == PACK_RECORD && entry->data.data[32] == RECORD_KEY_CHANGE) {
            take_change(v, entry);
        }
    }
    compare_keys(v, given);
    check_trust(v);
    take_registry_keys(v);
    if (v->period_count > 0) {
        verify_held(v, VERIFY_KEY, "%zu in the chain, the last is %s", v->period_count,
                    v->periods[v->period_count - 1].key.id);
    }
}
