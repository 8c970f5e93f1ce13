/* SPDX-License-Identifier: Apache-2.0 */
/* Native telemetry: announcements and batches in any order. */
#include "adapter_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"emgate/v1/d/announce", "emgate/v1/d/telemetry",
                                         NULL};
    fuzz_adapter(&adapter_native, NULL, topics, true,
                 (struct bytes){.data = data, .len = size});
    return 0;
}
