/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts and envelopes as a verifier reads them, and receipts' signatures. */
#include "fuzz.h"

#include "evidence/receipt.h"
#include "verify/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {9};
    struct bytes bytes = {data, size};
    struct receipt_view receipt;
    struct envelope_view envelope;
    struct summary_view summary;
    struct key_pair *pair = key_of_seed(seed);
    bool read = receipt_read(bytes, &receipt);
    ASSERT(!read || receipt.key.len == 32);
    (void)receipt_bytes_hold(bytes, key_get_public(pair));
    if (envelope_read(bytes, &envelope)) {
        read = summary_read(envelope.payload, &summary) || read;
    }
    read = summary_read(bytes, &summary) || read;
    ASSERT(!read || size > 0);
    key_close(&pair);
    return 0;
}
