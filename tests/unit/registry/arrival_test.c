/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/arrival.h"

#include "stage.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sodium.h>

static struct arrival read_facts(struct stage *stage, const struct envelope_facts *facts)
{
    uint8_t key[32];
    struct error e = {0};
    struct arrival arrival;
    struct bytes envelope = envelope_make(facts, &stage->arena, key);
    cr_assert_eq(arrival_read(envelope, &stage->sender, &stage->scratch, &stage->kept,
                              &arrival, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_arr_eq(arrival.key, key, 32);
    return arrival;
}

Test(arrival, takes_out_what_is_filed_and_added)
{
    struct stage stage;
    stage_init(&stage);
    struct envelope_facts facts = ENVELOPE_FACTS;

    struct arrival a = read_facts(&stage, &facts);

    cr_assert(a.readable);
    cr_assert_str_eq(a.process, "clinker");
    cr_assert_eq(a.start_ns, ENVELOPE_START);
    cr_assert(a.amounts.known[AMOUNT_DIRECT]);
    cr_assert_eq(a.amounts.value[AMOUNT_DIRECT], 100.5);
    cr_assert_not(a.amounts.known[AMOUNT_INDIRECT]);
    cr_assert(a.complete);
    stage_deinit(&stage);
}

Test(arrival, is_cut_anywhere_without_being_believed)
{
    struct stage stage;
    stage_init(&stage);
    uint8_t key[32];
    struct envelope_facts facts = ENVELOPE_FACTS;
    struct bytes whole = envelope_make(&facts, &stage.arena, key);
    for (size_t cut = 0; cut < whole.len; cut++) {
        struct error e = {0};
        struct arrival arrival = {0};
        enum err err = arrival_read(bytes_slice(whole, 0, cut), &stage.sender,
                                    &stage.scratch, &stage.kept, &arrival, &e);
        cr_assert(err == ERR_REJECT || !arrival.readable, "cut at %zu", cut);
    }
    stage_deinit(&stage);
}

Test(arrival, windows_that_cannot_be_are_refused)
{
    static const int64_t lengths[] = {0, -1, 26 * ENVELOPE_HOUR, INT64_MIN / 2};
    struct stage stage;
    stage_init(&stage);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.end_ns = facts.start_ns + lengths[i];
        struct arrival a = read_facts(&stage, &facts);
        cr_assert_not(a.readable);
        cr_assert_eq(a.judgement.verdict, VERDICT_REFUSED);
        cr_assert_eq(strncmp(a.judgement.reason, "window: ", 8), 0);
    }
    stage_deinit(&stage);
}

Test(arrival, a_gateway_with_a_key_must_sign_with_it)
{
    struct stage stage;
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t other_public[crypto_sign_PUBLICKEYBYTES];
    uint8_t other_secret[crypto_sign_SECRETKEYBYTES];
    stage_init(&stage);
    cr_assert_eq(sodium_init() < 0, 0);
    crypto_sign_keypair(other_public, secret);
    stage_enrol(&stage, other_public);
    crypto_sign_keypair(other_public, other_secret);
    struct envelope_facts facts = ENVELOPE_FACTS;

    cr_assert_not(read_facts(&stage, &facts).readable);
    facts.secret_key = other_secret;
    struct arrival wrong = read_facts(&stage, &facts);
    cr_assert_not(wrong.readable);
    cr_assert_str_eq(wrong.judgement.reason, "signature: none by the gateway's key");
    facts.secret_key = secret;
    cr_assert(read_facts(&stage, &facts).readable);
    stage_deinit(&stage);
}

Test(arrival, a_key_signs_only_for_its_part_of_the_journal_and_until_it_is_revoked)
{
    static const struct {
        uint64_t tree_size, above, up_to;
        int64_t revoked_ns;
        const char *reason;
    } cases[] = {
        {5, 0, UINT64_MAX, INT64_MAX, ""},      {5, 5, UINT64_MAX, INT64_MAX, "key"},
        {6, 5, UINT64_MAX, INT64_MAX, ""},      {6, 0, 5, INT64_MAX, "key"},
        {5, 0, UINT64_MAX, 100, "key_revoked"}, {5, 0, UINT64_MAX, 101, ""}};
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    cr_assert_eq(sodium_init() < 0, 0);
    crypto_sign_keypair(public_key, secret);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage stage;
        stage_init(&stage);
        stage_enrol(&stage, public_key);
        stage.sender.now_ns = 100;
        stage.sender.keys.keys[0].above = cases[i].above;
        stage.sender.keys.keys[0].up_to = cases[i].up_to;
        stage.sender.keys.keys[0].revoked_ns = cases[i].revoked_ns;
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.secret_key = secret;
        facts.tree_size = cases[i].tree_size;

        struct arrival a = read_facts(&stage, &facts);

        cr_assert_eq(a.readable, !*cases[i].reason, "case %zu", i);
        size_t len = strcspn(a.judgement.reason, ":");
        cr_assert(
            bytes_are(bytes_slice(bytes_of(a.judgement.reason), 0, len), cases[i].reason),
            "case %zu: %s", i, a.judgement.reason);
        stage_deinit(&stage);
    }
}
