/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of any kind. */
#include "adapter_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"telegraf/gw1", NULL};
    fuzz_adapter(&adapter_influx, "tags: [cpu]", topics, false,
                 (struct bytes){.data = data, .len = size});
    return 0;
}
