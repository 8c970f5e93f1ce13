/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/checkpoint.h"
#include "service_stage.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#define NONE ((struct bytes){0})

/* The root of a tree whose leaves are all the same, and its proofs by hand. */
static void roots_of(uint8_t leaf[32], uint8_t two[32], uint8_t three[32])
{
    merkle_leaf(BYTES("x"), leaf);
    merkle_node(leaf, leaf, two);
    merkle_node(two, leaf, three);
}

static void put_note(struct service_stage *s, uint64_t size, const uint8_t root[32],
                     struct buf *out)
{
    struct checkpoint checkpoint = {.size = size};
    snprintf(checkpoint.origin, sizeof checkpoint.origin, "emgate/cement-01");
    memcpy(checkpoint.root, root, 32);
    checkpoint_put(&checkpoint, s->key, out);
}

/* States a tree; `old` and `proof` go in front when `proof` is given. */
static int state(struct service_stage *s, uint64_t size, const uint8_t root[32],
                 uint64_t old, const uint8_t *proof)
{
    char text[64];
    struct buf body;
    buf_init(&body, 4096);
    if (proof) {
        sodium_bin2base64(text, sizeof text, proof, 32, sodium_base64_VARIANT_ORIGINAL);
        buf_print(&body, "old %llu\n%s\n\n", (unsigned long long)old, text);
    }
    put_note(s, size, root, &body);
    int status = service_ask(s, api_checkpoint, "", buf_bytes(&body));
    buf_deinit(&body);
    return status;
}

Test(api_checkpoint, a_tree_grows_and_never_shrinks_or_changes)
{
    struct service_stage s;
    uint8_t leaf[32];
    uint8_t two[32];
    uint8_t three[32];
    service_stage_init(&s);
    roots_of(leaf, two, three);

    cr_assert_eq(state(&s, 2, two, 0, NULL), 200);
    cr_assert_eq(state(&s, 2, two, 0, NULL), 200);
    cr_assert_eq(state(&s, 2, three, 0, NULL), 409);
    cr_assert(service_said(&s, "\"reason\":\"fork\""));
    cr_assert_eq(state(&s, 1, leaf, 0, NULL), 409);
    cr_assert(service_said(&s, "\"reason\":\"rollback\""));
    cr_assert_eq(state(&s, 3, three, 1, leaf), 409);
    cr_assert(service_said(&s, "\"reason\":\"old\""));
    cr_assert_eq(state(&s, 3, three, 2, two), 422);
    cr_assert(service_said(&s, "\"reason\":\"consistency\""));
    cr_assert_eq(state(&s, 3, three, 2, leaf), 200);
    cr_assert(service_said(&s, "\"proved\":true"));

    cr_assert_eq(service_ask(&s, api_checkpoints, "", NONE), 200);
    cr_assert(service_said(&s, "\"size\":3"));
    cr_assert_eq(service_ask(&s, api_refusals, "", NONE), 200);
    cr_assert(service_said(&s, "consistency: the proof"));
    service_stage_deinit(&s);
}

Test(api_checkpoint, a_gateway_that_may_begin_anew_states_a_smaller_tree)
{
    struct service_stage s;
    uint8_t leaf[32];
    uint8_t two[32];
    uint8_t three[32];
    service_stage_init(&s);
    roots_of(leaf, two, three);
    cr_assert_eq(state(&s, 3, three, 0, NULL), 200);
    s.stage.gateway.chain = 1;

    cr_assert_eq(state(&s, 2, two, 0, NULL), 200);

    service_stage_deinit(&s);
}

Test(api_checkpoint, one_that_is_not_signed_by_the_gateway_is_refused)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {9};
    struct service_stage s;
    service_stage_init(&s);
    key_close(&s.key);
    s.key = key_of_seed(seed);

    cr_assert_eq(state(&s, 2, seed, 0, NULL), 403);
    cr_assert(service_said(&s, "\"reason\":\"signature\""));
    cr_assert_eq(service_ask(&s, api_checkpoint, "", BYTES("old 7\nx\n\n")), 400);
    cr_assert_eq(service_ask(&s, api_checkpoint, "", BYTES("old 7\n")), 400);
    cr_assert_eq(service_ask(&s, api_checkpoint, "", BYTES("emgate/nobody\n")), 403);
    service_stage_deinit(&s);
}
