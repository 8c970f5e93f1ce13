/* SPDX-License-Identifier: Apache-2.0 */
/* What a far side answers; an item is stored only when its key is in the answer. */
#include "fuzz.h"

#include "sinks/receipts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error e = {0};
    struct sink_item items[2] = {{.key = {1}}, {.key = {2}}};
    struct bytes response = {.data = data, .len = size};
    arena_init(&arena, 65536);
    if (receipts_apply(response, &arena, items, 2, &e) == ERR_OK) {
        for (int i = 0; i < 2; i++) {
            ASSERT(items[i].result != ERR_OK ||
                   memmem(data, size, items[i].key, SINK_KEY_LEN));
        }
    }
    arena_deinit(&arena);
    return 0;
}
