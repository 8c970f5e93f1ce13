/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/roster.h"

#include "stage.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"

static struct enrolment wish(const char *gateway, const char *key_end)
{
    char json[512];
    struct enrolment enrolment;
    const char *missing = NULL;
    snprintf(json, sizeof json,
             "{\"gateway\": \"%s\", \"operator\": \"OP-1\", \"installations\": [\"A\", "
             "\"B\"], \"public_key\": \"" HEX "%s\", \"state\": \"approved\"}",
             gateway, key_end);
    cr_assert(enrolment_read(bytes_of(json), &enrolment, &missing), "%s", missing);
    return enrolment;
}

static enum err ask(struct stage *stage, const char *gateway, const char *key_end)
{
    struct error e = {0};
    struct enrolment enrolment = wish(gateway, key_end);
    return roster_ask(stage->intake, &enrolment, &e);
}

static void decide(struct stage *stage, const char *gateway, enum enrolment_state state)
{
    struct error e = {0};
    struct enrolment enrolment;
    cr_assert_eq(
        roster_decide(stage->intake, gateway, state, ++stage->now_ns, &enrolment, &e),
        ERR_OK, "%s", e.text);
    cr_expect_eq(enrolment.state, state);
}

static const struct gateway_settings *found(struct stage *stage, struct roster *roster,
                                            const char *gateway)
{
    struct error e = {0};
    cr_assert_eq(roster_load(roster, stage->intake, &e), ERR_OK, "%s", e.text);
    return roster_find(roster, gateway);
}

Test(roster, who_asks_is_found_when_it_is_approved_and_not_before)
{
    struct stage stage;
    struct roster *roster = roster_new();
    stage_init(&stage);
    cr_assert_eq(ask(&stage, "g1", "ff"), ERR_OK);
    cr_expect_null(found(&stage, roster, "g1"));
    decide(&stage, "g1", ENROLMENT_APPROVED);
    const struct gateway_settings *g1 = found(&stage, roster, "g1");
    cr_assert_not_null(g1);
    cr_expect_str_eq(g1->operator_id, "OP-1");
    cr_expect(g1->has_public_key);
    cr_expect(gateway_speaks_for(g1, "B"));
    cr_expect_not(gateway_speaks_for(g1, "C"));
    cr_expect_eq(roster_at(roster, 0), g1);
    cr_expect_null(roster_at(roster, 1));
    decide(&stage, "g1", ENROLMENT_REJECTED);
    cr_expect_null(found(&stage, roster, "g1"));
    cr_expect_str_eq(g1->id, "g1"); /* who held it may finish */
    roster_free(&roster);
    stage_deinit(&stage);
}

Test(roster, another_key_takes_nobodys_place)
{
    struct stage stage;
    stage_init(&stage);
    cr_assert_eq(ask(&stage, "g1", "01"), ERR_OK);
    cr_expect_eq(ask(&stage, "g1", "02"), ERR_OK); /* still pending: mended */
    decide(&stage, "g1", ENROLMENT_APPROVED);
    cr_expect_eq(ask(&stage, "g1", "02"), ERR_OK); /* the same again */
    cr_expect_eq(ask(&stage, "g1", "03"), ERR_REJECT);
    stage_deinit(&stage);
}

Test(roster, what_is_no_enrolment_is_refused)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"gateway\": \"\"}",
        "{\"gateway\": \"g\", \"operator\": 1}",
        "{\"gateway\": \"g\", \"operator\": \"o\", \"installations\": []}",
        ("{\"gateway\": \"g\", \"operator\": \"o\", \"installations\": [\"a\"], "
         "\"public_key\": \"zz\"}"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct enrolment enrolment;
        const char *missing = NULL;
        cr_expect_not(enrolment_read(bytes_of(texts[i]), &enrolment, &missing));
        cr_expect_not_null(missing, "%s", texts[i]);
    }
}

Test(roster, nobody_is_approved_who_has_not_asked)
{
    struct stage stage;
    struct error e = {0};
    struct enrolment enrolment;
    stage_init(&stage);
    cr_expect_eq(
        roster_decide(stage.intake, "nobody", ENROLMENT_APPROVED, 1, &enrolment, &e),
        ERR_REJECT);
    stage_deinit(&stage);
}

Test(roster, so_many_may_be_pending_and_no_more)
{
    struct stage stage;
    char name[16];
    stage_init(&stage);
    for (int i = 0; i < ENROLMENTS_PENDING_MAX; i++) {
        snprintf(name, sizeof name, "g%d", i);
        struct enrolment enrolment = wish(name, "ff");
        struct error e = {0};
        cr_assert_eq(roster_ask(stage.intake, &enrolment, &e), ERR_OK, "%s", e.text);
    }
    cr_expect_eq(ask(&stage, "one more", "ff"), ERR_FULL);
    cr_expect_eq(ask(&stage, "g5", "ff"), ERR_OK);
    decide(&stage, "g5", ENROLMENT_REJECTED);
    cr_expect_eq(ask(&stage, "one more", "ff"), ERR_OK);
    stage_deinit(&stage);
}
