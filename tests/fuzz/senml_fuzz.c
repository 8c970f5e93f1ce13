/* SPDX-License-Identifier: Apache-2.0 */
/* Packs in JSON and CBOR. */
#include "adapter_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"senml/gw1", NULL};
    fuzz_adapter(&adapter_senml, NULL, topics, false,
                 (struct bytes){.data = data, .len = size});
    return 0;
}
