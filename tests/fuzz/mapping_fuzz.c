/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a mapping: it loads or has problems, and a loaded one decodes. */
#include "core/mem.h"
#include "decode/decode.h"
#include "fuzz.h"

#define ARENA_SIZE ((size_t)64 << 10)

static void decode(const struct adapter *map, void *state, struct bytes payload)
{
    struct arena arena;
    struct error e = {0};
    arena_init(&arena, ARENA_SIZE);
    struct message message = {
        .topic = BYTES("a/b/c"), .payload = payload, .received_ns = 1};
    struct decoding decoding = {.arena = &arena};
    if (map->decode(state, &message, &decoding, &e)) {
        ASSERT(e.reason[0]);
    }
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct adapter *map = adapter_find(BYTES("map"));
    struct problems problems;
    problems_init(&problems);
    struct document *document =
        document_parse("fuzz", (struct bytes){.data = data, .len = size}, &problems);
    void *state = mem_array(1, map->state_size);
    map->init(state, document_root(document), &problems);
    if (problems.count == 0) {
        decode(map, state,
               BYTES("{\"a\":[{\"b\":\"1,5\",\"t\":\"20260724101800\"}],"
                     "\"c\":{\"d\":\"FF9C\",\"e\":null},\"v\":1785340800}"));
        decode(map, state, BYTES("21.5"));
    }
    map->deinit(state);
    mem_free(&state);
    document_free(&document);
    problems_deinit(&problems);
    return 0;
}
