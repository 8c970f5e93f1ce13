/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define NONE ((struct bytes){0})

Test(api_evidence, what_was_refused_is_listed_and_kept)
{
    struct service_stage s;
    uint8_t key[32];
    char rest[80];
    service_stage_init(&s);
    struct envelope_facts facts = ENVELOPE_FACTS;
    facts.revision = 1;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(stage_put(&s.stage, &facts, key).verdict, VERDICT_REFUSED);
    }

    cr_assert_eq(service_ask(&s, api_refusals, "", NONE), 200);
    cr_assert(service_said(&s, "\"reason\":\"supersedes\""));
    cr_assert(service_said(&s, "\"times\":3"));
    size_t len = 0;
    for (size_t i = 0; i < sizeof key; i++) {
        len += (size_t)snprintf(rest + len, sizeof rest - len, "%02x", key[i]);
    }
    cr_assert_eq(service_ask(&s, api_refusal, rest, NONE), 404);
    snprintf(rest + len, sizeof rest - len, "/envelope");
    cr_assert_eq(service_ask(&s, api_refusal, rest, NONE), 200);
    uint8_t again[32];
    struct bytes envelope = envelope_make(&facts, &s.stage.arena, again);
    cr_assert(bytes_equal(buf_bytes(&s.answer.body), envelope));
    rest[0] = rest[0] == '0' ? '1' : '0';
    cr_assert_eq(service_ask(&s, api_refusal, rest, NONE), 404);
    service_stage_deinit(&s);
}

Test(api_evidence, the_registry_says_its_key)
{
    struct service_stage s;
    service_stage_init(&s);
    cr_assert_eq(service_ask(&s, api_registry, "", NONE), 200);
    cr_assert(service_said(&s, key_get_public(s.service.signer)->id));
    service_stage_deinit(&s);
}

static int change(struct service_stage *s, const struct key_pair *old,
                  const struct key_pair *new, uint64_t size)
{
    struct bytes bytes = change_sign("cement-01", size, old, new, &s->stage.arena);
    return service_ask(s, api_key_change, "cement-01/keys", bytes);
}

Test(api_evidence, a_key_gives_way_to_another_once)
{
    static const uint8_t second_seed[KEY_PUBLIC_LEN] = {5};
    static const uint8_t third_seed[KEY_PUBLIC_LEN] = {6};
    struct key_pair *second = key_of_seed(second_seed);
    struct key_pair *third = key_of_seed(third_seed);
    struct service_stage s;
    service_stage_init(&s);

    cr_assert_eq(change(&s, third, second, 10), 409);
    cr_assert_eq(change(&s, s.key, second, 10), 200);
    cr_assert_eq(change(&s, s.key, second, 10), 200);
    cr_assert_eq(change(&s, s.key, third, 10), 409);
    cr_assert_eq(change(&s, second, third, 9), 409);
    cr_assert_eq(change(&s, second, third, 30), 200);
    cr_assert_eq(service_ask(&s, api_key_change, "cement-01/keys", BYTES("x")), 422);
    cr_assert_eq(service_ask(&s, api_key_change, "nobody/keys", BYTES("x")), 403);
    cr_assert_eq(service_ask(&s, api_key_change, "cement-01", BYTES("x")), 404);

    struct known_keys keys;
    keyring_get(s.service.keyring, &s.stage.gateway, &keys);
    cr_assert_eq(keys.count, 3);
    cr_assert_eq(keys.keys[1].up_to, 30);
    key_close(&second);
    key_close(&third);
    service_stage_deinit(&s);
}
