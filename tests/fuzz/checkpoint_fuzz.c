/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: what is believed was signed, so nothing that is made up is. */
#include "fuzz.h"

#include "evidence/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {1};
    struct key_pair *pair = key_of_seed(seed);
    struct checkpoint c;
    struct error e;
    if (checkpoint_get((struct bytes){data, size}, key_get_public(pair), &c, &e) ==
        ERR_OK) {
        struct buf again;
        buf_init(&again, CHECKPOINT_MAX);
        checkpoint_put(&c, pair, &again);
        ASSERT(bytes_equal(buf_bytes(&again), (struct bytes){data, size}));
        buf_deinit(&again);
    }
    key_close(&pair);
    return 0;
}
