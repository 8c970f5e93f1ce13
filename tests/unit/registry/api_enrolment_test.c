/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include "registry/admit.h"
#include "registry/roster.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#define NONE ((struct bytes){0})

struct world {
    struct service_stage s;
    struct reader_settings readers[2];
    char wish[512];
};

static void world_init(struct world *w)
{
    static const char *const names[] = {"verifier", "keeper"};
    char key[KEY_HEX_MAX];
    service_stage_init(&w->s);
    for (int i = 0; i < 2; i++) {
        w->readers[i] =
            (struct reader_settings){.name = names[i],
                                     .hash_text = names[i],
                                     .role = i == 0 ? ROLE_VERIFIER : ROLE_REGISTRY};
        crypto_hash_sha256(w->readers[i].token_hash, (const uint8_t *)names[i],
                           strlen(names[i]));
    }
    w->s.settings.readers = w->readers;
    w->s.settings.reader_count = 2;
    w->s.service.roster = roster_new();
    key_print(key_get_public(w->s.key), key);
    snprintf(w->wish, sizeof w->wish,
             "{\"gateway\": \"steel-07\", \"operator\": \"OP-7\", \"installations\": "
             "[\"PK-STL-7\"], \"public_key\": \"%s\"}",
             key);
}

static void world_deinit(struct world *w)
{
    roster_free(&w->s.service.roster);
    service_stage_deinit(&w->s);
}

static int decide(struct world *w, const char *authorization, const char *gateway,
                  const char *body)
{
    w->s.authorization = authorization;
    int status = service_ask(&w->s, api_decide, gateway, bytes_of(body));
    w->s.authorization = NULL;
    return status;
}

static bool is_let_in(struct world *w)
{
    struct question question = {0};
    struct sender sender = {0};
    buf_clear(&w->s.answer.body);
    bool in = admit(&w->s.service, &question, "steel-07", &sender, &w->s.answer);
    cr_expect(!in ||
              (sender.keys.count == 1 && gateway_speaks_for(sender.gateway, "PK-STL-7")));
    return in;
}

#define APPROVED "{\"state\": \"approved\"}"

Test(api_enrolment, a_key_is_pending_until_the_keeper_approves_it)
{
    struct world w;
    world_init(&w);
    cr_expect_eq(service_ask(&w.s, api_enrol, "", bytes_of(w.wish)), 202);
    cr_expect(service_said(&w.s, "\"state\":\"pending\""));
    cr_expect(service_said(&w.s, key_get_public(w.s.key)->id));
    cr_expect_not(is_let_in(&w));
    cr_expect_eq(decide(&w, NULL, "steel-07", APPROVED), 401);
    cr_expect_eq(decide(&w, "Bearer verifier", "steel-07", APPROVED), 403);
    cr_expect_not(is_let_in(&w));
    cr_expect_eq(decide(&w, "Bearer keeper", "steel-07", APPROVED), 200);
    cr_expect(is_let_in(&w));
    cr_expect_eq(service_ask(&w.s, api_enrol, "", bytes_of(w.wish)), 200);
    cr_expect_eq(service_ask(&w.s, api_gateways, "", NONE), 200);
    cr_expect(service_said(&w.s, "\"gateway\":\"steel-07\",\"operator\":\"OP-7\""));
    cr_expect_eq(decide(&w, "Bearer keeper", "steel-07", "{\"state\": \"rejected\"}"),
                 200);
    cr_expect_not(is_let_in(&w));
    cr_expect_eq(service_ask(&w.s, api_enrolments, "", NONE), 200);
    cr_expect(service_said(&w.s, "\"state\":\"rejected\""));
    world_deinit(&w);
}

Test(api_enrolment, says_what_it_does_not_take)
{
    struct world w;
    world_init(&w);
    cr_expect_eq(service_ask(&w.s, api_enrol, "", BYTES("rubbish")), 400);
    cr_expect_eq(service_ask(&w.s, api_enrol, "",
                             BYTES("{\"gateway\": \"cement-01\", \"operator\": \"O\", "
                                   "\"installations\": [\"I\"], \"public_key\": "
                                   "\"001122334455667788990011223344556677889900112233"
                                   "44556677889900ff\"}")),
                 409);
    cr_expect_eq(decide(&w, "Bearer keeper", "steel-07", APPROVED), 404);
    cr_expect_eq(decide(&w, "Bearer keeper", "steel-07", "{\"state\": \"pending\"}"),
                 400);
    w.s.settings.reader_count = 0; /* without readers nobody may decide */
    cr_expect_eq(decide(&w, "Bearer keeper", "steel-07", APPROVED), 403);
    world_deinit(&w);
}
