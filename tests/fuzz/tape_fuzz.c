/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON: a tape that was read is consistent, and every member and element is
 * found where it is. */
#include "fuzz.h"
#include "tape.h"

#define ARENA_SIZE ((size_t)128 << 10)
#define DEPTH_MAX 64

static void check_children(struct tape *tape, uint32_t at)
{
    uint32_t count = 0;
    bool object = tape_kind(tape, at) == TAPE_OBJECT;
    uint32_t i = at + 1;
    for (; i < tape->items[at].next; i = tape->items[i].next) {
        ASSERT(tape->items[i].parent == at);
        ASSERT(tape->items[i].next > i);
        if (object) {
            ASSERT(tape_find(tape, at, tape_key(tape, i)) == i);
        } else {
            ASSERT(tape_element(tape, at, count) == i);
        }
        count++;
    }
    ASSERT(i == tape->items[at].next);
    ASSERT(count == tape->items[at].count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct tape tape;
    struct error e = {0};
    arena_init(&arena, ARENA_SIZE);
    struct bytes text = {.data = data, .len = size};
    if (tape_parse(text, DEPTH_MAX, &arena, &tape, &e) == ERR_OK) {
        ASSERT(tape.count >= 1 && tape.items[0].next == tape.count);
        ASSERT(tape.depth <= DEPTH_MAX);
        for (uint32_t i = 0; i < tape.count; i++) {
            check_children(&tape, i);
        }
    } else {
        ASSERT(e.reason[0] && e.text[0]);
    }
    arena_deinit(&arena);
    return 0;
}
