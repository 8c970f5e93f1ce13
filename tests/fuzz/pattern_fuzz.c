/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern, a line end, a text: what is caught lies inside the text. */
#include "core/pattern.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {0};
    struct pattern *pattern = NULL;
    struct bytes all = {.data = data, .len = size};
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;
    struct bytes text = bytes_slice(all, len + 1, 4096);
    struct bytes caught = {0};
    if (len <= 200 &&
        pattern_compile(bytes_slice(all, 0, len), &pool, &pattern, NULL) == ERR_OK) {
        if (pattern_search(pattern, text, &caught) && caught.data) {
            ASSERT(caught.data >= text.data);
            ASSERT(caught.data + caught.len <= text.data + text.len);
        }
    }
    pool_deinit(&pool);
    return 0;
}
