/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/dsse.h"

#include "envelope.pb-c.h"

#include <criterion/criterion.h>

static const uint8_t seed[KEY_PUBLIC_LEN] = {1};

Test(dsse, signs_type_and_payload_with_their_lengths)
{
    struct key_pair *pair = key_of_seed(seed);
    const struct key_public *key = key_get_public(pair);
    uint8_t bytes[KEY_SIGNATURE_LEN];
    struct bytes signature = {bytes, sizeof bytes};
    dsse_sign(pair, "a/b", BYTES("hello"), bytes);
    cr_assert(key_verify(key, BYTES("DSSEv1 3 a/b 5 hello"), signature));
    cr_assert(dsse_verify(key, "a/b", BYTES("hello"), signature));
    cr_assert_not(dsse_verify(key, "a/c", BYTES("hello"), signature));
    cr_assert_not(dsse_verify(key, "a/b", BYTES("hello!"), signature));
    key_close(&pair);
}

Test(dsse, envelope_holds_the_payload_as_it_is)
{
    struct arena arena;
    arena_init(&arena, 4096);
    struct key_pair *pair = key_of_seed(seed);
    const struct key_pair *pairs[] = {pair};
    struct bytes packed = dsse_envelope("a/b", BYTES("hello"), pairs, 1, &arena);
    Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(NULL, packed.len, packed.data);
    cr_assert(envelope);
    cr_assert_eq(envelope->n_signatures, 1);
    cr_assert_arr_eq(envelope->payload.data, "hello", 5);
    const ProtobufCBinaryData *s = &envelope->signatures[0]->signature;
    cr_assert(dsse_verify(key_get_public(pair), "a/b", BYTES("hello"),
                          (struct bytes){s->data, s->len}));
    cr_assert_str_eq(envelope->signatures[0]->key_id, key_get_public(pair)->id);
    emgate__v1__envelope__free_unpacked(envelope, NULL);
    key_close(&pair);
    arena_deinit(&arena);
}

Test(dsse, envelope_that_does_not_fit_is_empty)
{
    struct arena arena;
    arena_init(&arena, 16);
    struct bytes payload = BYTES("longer than the arena is");
    cr_assert_eq(dsse_envelope("a/b", payload, NULL, 0, &arena).len, 0);
    arena_deinit(&arena);
}
