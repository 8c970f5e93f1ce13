/* SPDX-License-Identifier: Apache-2.0 */
/* Packs, whole: whatever the bytes say, the verifier comes to an end. */
#include "fuzz.h"

#include "verify/verify.h"

static void count_line(void *ctx, const struct verify_line *line)
{
    size_t *count = ctx;
    *count += line->outcome == VERIFY_FAILED ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e;
    size_t failed = 0;
    size_t told = 0;
    struct verify_settings settings = {.line = count_line, .ctx = &told};
    if (verify_pack((struct bytes){data, size}, &settings, &failed, &e) == ERR_OK) {
        ASSERT(failed == told);
    }
    return 0;
}
