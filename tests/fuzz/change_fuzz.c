/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of key. */
#include "fuzz.h"

#include "evidence/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct change change;
    struct error e;
    if (change_get((struct bytes){data, size}, &change, &e) == ERR_OK) {
        ASSERT(change.gateway[0] != 0);
        ASSERT(change.old.id[0] != 0 && change.new.id[0] != 0);
    }
    return 0;
}
