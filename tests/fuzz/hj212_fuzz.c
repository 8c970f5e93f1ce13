/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: the input as it stands, and once more as the data segment of a frame whose
 * length and checksum are right, or none would ever be read.
 */
#include "adapter_fuzz.h"

static const char *const topics[] = {"cems/stack1", NULL};

static unsigned crc_of(struct bytes data)
{
    unsigned crc = 0xffff;
    for (size_t i = 0; i < data.len; i++) {
        crc = (crc >> 8) ^ data.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? 0xa001U : 0U);
        }
    }
    return crc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {.data = data, .len = size};
    fuzz_adapter(&adapter_hj212, NULL, topics, false, input);
    if (size > 9999) {
        return 0;
    }
    struct buf frame;
    buf_init(&frame, 16384);
    buf_print(&frame, "##%04zu", size);
    buf_add(&frame, input);
    buf_print(&frame, "%04X\r\n", crc_of(input));
    fuzz_adapter(&adapter_hj212, NULL, topics, false, buf_bytes(&frame));
    buf_deinit(&frame);
    return 0;
}
