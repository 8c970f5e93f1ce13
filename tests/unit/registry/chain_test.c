/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/chain.h"

#include "stage.h"

#include <criterion/criterion.h>
#include <sodium.h>

#define LENGTH 6
#define ORDERED 4

/* A signed chain of hours: each names the one before. */
struct tale {
    struct stage stage;
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct envelope_facts facts[LENGTH];
    uint8_t keys[LENGTH][KEY_LEN];
};

static void tale_init(struct tale *tale)
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    memset(tale, 0, sizeof *tale);
    cr_assert_eq(sodium_init() < 0, 0);
    stage_init(&tale->stage);
    crypto_sign_keypair(public_key, tale->secret);
    stage_enrol(&tale->stage, public_key);
    for (int i = 0; i < LENGTH; i++) {
        struct envelope_facts *facts = &tale->facts[i];
        *facts = ENVELOPE_FACTS;
        facts->start_ns += i * ENVELOPE_HOUR;
        facts->end_ns += i * ENVELOPE_HOUR;
        facts->secret_key = tale->secret;
        facts->previous = i > 0 ? tale->keys[i - 1] : NULL;
        facts->tree_size = 10 + 10 * (uint64_t)i;
        facts->tree_mark = (uint8_t)i;
        envelope_make(facts, &tale->stage.arena, tale->keys[i]);
    }
}

static struct judgement put(struct tale *tale, int i)
{
    uint8_t key[KEY_LEN];
    return stage_put(&tale->stage, &tale->facts[i], key);
}

struct chain_state {
    bool chained, whole;
    int64_t waiting;
};

static void take_state(void *ctx, const struct stored_process *process)
{
    *(struct chain_state *)ctx = (struct chain_state){
        process->chained, process->chain_whole, process->chain_waiting};
}

static enum err ask_state(void *ctx, const struct store_driver *driver,
                          struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct process_query query = {.limit = 1};
    return driver->each_process(store, &query, take_state, ctx, e);
}

static struct chain_state state_of(struct tale *tale)
{
    struct error e = {0};
    struct chain_state state = {0};
    cr_assert_eq(intake_ask(tale->stage.intake, ask_state, &state, &e), ERR_OK);
    return state;
}

/* Every order of four: 24 registries. */
static void try_orders(int *order, int at)
{
    if (at == ORDERED) {
        struct tale tale;
        tale_init(&tale);
        for (int i = 0; i < ORDERED; i++) {
            struct judgement judged = put(&tale, order[i]);
            cr_assert_eq(judged.verdict, VERDICT_STORED, "%s", judged.reason);
        }
        struct chain_state state = state_of(&tale);
        cr_assert(state.chained && state.whole && state.waiting == 0);
        stage_deinit(&tale.stage);
        return;
    }
    for (int i = at; i < ORDERED; i++) {
        int swapped = order[at];
        order[at] = order[i];
        order[i] = swapped;
        try_orders(order, at + 1);
        order[i] = order[at];
        order[at] = swapped;
    }
}

Test(chain, comes_together_whatever_the_order)
{
    int order[ORDERED] = {0, 1, 2, 3};
    try_orders(order, 0);
}

Test(chain, a_gap_is_seen_until_it_is_filled)
{
    struct tale tale;
    tale_init(&tale);
    put(&tale, 0);
    put(&tale, 2);
    put(&tale, 3);
    cr_assert_eq(state_of(&tale).waiting, 2);
    put(&tale, 1);
    cr_assert_eq(state_of(&tale).waiting, 0);
    stage_deinit(&tale.stage);
}

static void expect_conflict(struct judgement judged, const char *reason)
{
    cr_assert_eq(judged.verdict, VERDICT_CONFLICT, "%s", judged.reason);
    cr_assert_eq(strncmp(judged.reason, reason, strlen(reason)), 0, "%s", judged.reason);
}

/* A second summary behind an inner one, the head's predecessor, one that waits and the
 * beginning. */
Test(chain, forks_are_refused)
{
    static const int behind[] = {0, 1, 3, -1};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        struct tale tale;
        uint8_t key[KEY_LEN];
        tale_init(&tale);
        put(&tale, 0);
        put(&tale, 1);
        put(&tale, 2);
        put(&tale, 4); /* waits for 3 */
        struct envelope_facts facts = tale.facts[5];
        facts.previous = behind[i] >= 0 ? tale.keys[behind[i]] : NULL;

        expect_conflict(stage_put(&tale.stage, &facts, key), "fork: ");

        cr_assert_eq(put(&tale, 3).verdict, VERDICT_STORED);
        cr_assert_eq(put(&tale, 5).verdict, VERDICT_STORED);
        cr_assert_eq(state_of(&tale).waiting, 0);
        stage_deinit(&tale.stage);
    }
}

Test(chain, a_tree_never_shrinks_or_changes)
{
    static const struct {
        uint64_t size;
        uint8_t mark;
        const char *reason;
    } cases[] = {{19, 1, "rollback: "}, {20, 9, "fork: "}, {20, 1, NULL}, {21, 9, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tale tale;
        uint8_t key[KEY_LEN];
        tale_init(&tale);
        put(&tale, 0);
        put(&tale, 1);
        struct envelope_facts facts = tale.facts[2];
        facts.tree_size = cases[i].size;
        facts.tree_mark = cases[i].mark;

        struct judgement judged = stage_put(&tale.stage, &facts, key);

        if (cases[i].reason) {
            expect_conflict(judged, cases[i].reason);
        } else {
            cr_assert_eq(judged.verdict, VERDICT_STORED);
        }
        stage_deinit(&tale.stage);
    }
}

Test(chain, begins_anew_when_it_may)
{
    struct tale tale;
    uint8_t key[KEY_LEN];
    tale_init(&tale);
    put(&tale, 0);
    put(&tale, 1);
    put(&tale, 2);
    struct envelope_facts facts = tale.facts[3];
    facts.previous = tale.keys[0]; /* an old image was restored */
    facts.tree_size = 12;
    expect_conflict(stage_put(&tale.stage, &facts, key), "fork: ");
    tale.stage.gateway.chain = 1;
    tale.stage.now_ns++;

    cr_assert_eq(stage_put(&tale.stage, &facts, key).verdict, VERDICT_STORED);

    struct envelope_facts next = tale.facts[4];
    next.previous = key;
    next.tree_size = 13;
    uint8_t next_key[KEY_LEN];
    cr_assert_eq(stage_put(&tale.stage, &next, next_key).verdict, VERDICT_STORED);
    next = tale.facts[5];
    next.previous = key;
    expect_conflict(stage_put(&tale.stage, &next, next_key), "fork: ");
    stage_deinit(&tale.stage);
}

Test(chain, is_nothing_to_a_gateway_without_a_key)
{
    struct tale tale;
    tale_init(&tale);
    tale.stage.sender.keys.count = 0;
    put(&tale, 1);
    struct envelope_facts facts = tale.facts[2];
    uint8_t key[KEY_LEN];
    facts.previous = NULL;
    cr_assert_eq(stage_put(&tale.stage, &facts, key).verdict, VERDICT_STORED);
    cr_assert_not(state_of(&tale).chained);
    stage_deinit(&tale.stage);
}
