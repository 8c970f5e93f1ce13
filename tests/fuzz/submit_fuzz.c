/* SPDX-License-Identifier: Apache-2.0 */
/* What a gateway posts to the registry, as far as receipts; nothing is stored. */
#include "fuzz.h"

#include "core/mem.h"
#include "registry/submit.h"

struct stage {
    struct submit_request request;
    struct arrival arrivals[SUBMIT_ENVELOPES_MAX];
    struct arena scratch, kept;
};

static void read_all(struct stage *stage, struct bytes body)
{
    struct error e = {0};
    struct node installation = {.text = BYTES("PK-CEM-0001")};
    struct node list = {.kind = NODE_LIST, .first = &installation, .count = 1};
    struct gateway_settings gateway = {
        .id = "cement-01", .operator_id = "OP-0001", .installations = &list};
    struct sender sender = {.gateway = &gateway};
    struct receipt_giver giver = {.registry = "fuzz"};
    if (submit_parse(body, &stage->request, &e) != ERR_OK ||
        submit_read(&stage->request, &sender, &stage->scratch, &stage->kept,
                    stage->arrivals, &e) != ERR_OK) {
        return;
    }
    struct buf out;
    buf_init(&out, (size_t)4 * 1024 * 1024);
    submit_put_receipts(stage->arrivals, stage->request.count, &giver, &out);
    ASSERT(!out.overflow);
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stage *stage = mem_new(struct stage);
    arena_init(&stage->scratch, (size_t)64 * 1024);
    arena_init(&stage->kept, (size_t)16 * 1024);
    read_all(stage, (struct bytes){.data = data, .len = size});
    arena_deinit(&stage->scratch);
    arena_deinit(&stage->kept);
    mem_free(&stage);
    return 0;
}
