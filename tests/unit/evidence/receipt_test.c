/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/receipt.h"

#include <criterion/criterion.h>

static const uint8_t seed[KEY_PUBLIC_LEN] = {1};

Test(receipt, holds_only_as_it_was_signed)
{
    uint8_t key[32] = {5};
    uint8_t signature[KEY_SIGNATURE_LEN];
    char registry[] = "national";
    Emgate__V1__Receipt r;
    emgate__v1__receipt__init(&r);
    r.key = (ProtobufCBinaryData){.data = key, .len = sizeof key};
    r.registry = registry;
    r.stored_ns = 99;
    struct key_pair *pair = key_of_seed(seed);
    const struct key_public *open = key_get_public(pair);
    receipt_sign(&r, pair, signature);
    uint8_t packed[512];
    size_t len = emgate__v1__receipt__pack(&r, packed);
    cr_assert(receipt_bytes_hold((struct bytes){packed, len}, open));
    r.stored_ns = 98;
    cr_assert_not(receipt_holds(&r, open));
    r.stored_ns = 99;
    r.verdict = EMGATE__V1__VERDICT__VERDICT_REFUSED;
    cr_assert_not(receipt_holds(&r, open));
    r.verdict = EMGATE__V1__VERDICT__VERDICT_STORED;
    key[0]++;
    cr_assert_not(receipt_holds(&r, open));
    key[0]--;
    cr_assert(receipt_holds(&r, open));
    key_close(&pair);
}
