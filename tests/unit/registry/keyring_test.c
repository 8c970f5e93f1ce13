/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/keyring.h"

#include <criterion/criterion.h>

static struct key_public key_number(uint8_t number)
{
    uint8_t bytes[KEY_PUBLIC_LEN] = {number};
    return key_of_bytes(bytes);
}

static struct change change_of(uint8_t old, uint8_t new, uint64_t size)
{
    return (struct change){
        .gateway = "gw-1", .old = key_number(old), .new = key_number(new), .size = size};
}

Test(keyring, each_key_has_its_part_of_the_journal)
{
    struct gateway_settings gateway = {
        .id = "gw-1", .has_public_key = true, .public_key = key_number(1)};
    gateway.revoked[gateway.revoked_count++] = (struct revoked_key){key_number(2), 77};
    struct keyring *keyring = keyring_new();
    struct change changes[] = {change_of(1, 2, 10), change_of(2, 3, 20),
                               change_of(1, 9, 5), change_of(1, 2, 10)};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        keyring_add(keyring, &changes[i]);
    }

    struct known_keys keys;
    keyring_get(keyring, &gateway, &keys);

    cr_assert_eq(keys.count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(keys.keys[i].above, 10 * i);
        cr_assert_eq(keys.keys[i].up_to, i < 2 ? 10 * (i + 1) : UINT64_MAX);
        cr_assert_eq(keys.keys[i].revoked_ns, i == 1 ? 77 : INT64_MAX);
    }
    keyring_free(&keyring);
}

Test(keyring, a_gateway_without_a_key_has_none)
{
    struct gateway_settings gateway = {.id = "gw-1"};
    struct keyring *keyring = keyring_new();
    struct known_keys keys;
    keyring_get(keyring, &gateway, &keys);
    cr_assert_eq(keys.count, 0);
    keyring_free(&keyring);
}
