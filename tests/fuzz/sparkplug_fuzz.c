/* SPDX-License-Identifier: Apache-2.0 */
/* An edge node that may send anything in any order. */
#include "adapter_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"spBv1.0/g/NBIRTH/n",
                                         "spBv1.0/g/DBIRTH/n/d",
                                         "spBv1.0/g/NDATA/n",
                                         "spBv1.0/g/DDATA/n/d",
                                         "spBv1.0/g/DDEATH/n/d",
                                         "spBv1.0/g/NDEATH/n",
                                         "spBv1.0/g/NCMD/n",
                                         "STATE/h",
                                         NULL};
    fuzz_adapter(&adapter_sparkplug, "rebirth_interval: 1s", topics, true,
                 (struct bytes){.data = data, .len = size});
    return 0;
}
