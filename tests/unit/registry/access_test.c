/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/access.h"

#include "service_stage.h"

#include <criterion/criterion.h>
#include <sodium.h>

#define TOKEN "a-token"

/* The status of a question to which the reader of this role may come; 0: it may. */
static int ask_as(struct service_stage *s, enum role role, enum access access,
                  const char *authorization)
{
    struct reader_settings reader = {
        .name = "somebody", .role = (int)role, .hash_text = "known"};
    struct question question = {.authorization = authorization};
    crypto_hash_sha256(reader.token_hash, (const uint8_t *)TOKEN, strlen(TOKEN));
    s->settings.readers = &reader;
    s->settings.reader_count = 1;
    bool allowed = access_allow(&s->service, access, &question, &s->answer);
    cr_assert_eq(allowed && access != ACCESS_OPEN, question.reader != NULL && allowed);
    return allowed ? 0 : s->answer.status;
}

Test(access, each_role_reaches_so_far)
{
    static const int statuses[4][5] = {
        {0, 0, 403, 403, 403}, {0, 0, 0, 403, 403}, {0, 0, 0, 0, 403}, {0, 0, 0, 0, 0}};
    struct service_stage s;
    service_stage_init(&s);
    for (int role = 0; role < 4; role++) {
        for (int access = 0; access < 5; access++) {
            cr_assert_eq(
                ask_as(&s, (enum role)role, (enum access)access, "Bearer " TOKEN),
                statuses[role][access], "role %d access %d", role, access);
        }
    }
    service_stage_deinit(&s);
}

Test(access, without_a_known_token_only_what_is_open_is_read)
{
    static const char *const wrong[] = {NULL, "", TOKEN, "Bearer", "Bearer a-toke"};
    struct service_stage s;
    service_stage_init(&s);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(ask_as(&s, ROLE_REGISTRY, ACCESS_OPEN, wrong[i]), 0);
        cr_assert_eq(ask_as(&s, ROLE_REGISTRY, ACCESS_LISTS, wrong[i]), 401, "%zu", i);
    }
    service_stage_deinit(&s);
}

Test(access, a_plant_sees_its_operator)
{
    struct reader_settings reader = {.role = ROLE_PLANT, .operator_id = "OP-1"};
    struct question question = {.reader = &reader};
    cr_assert_str_eq(access_operator(&question), "OP-1");
    question.reader = NULL;
    cr_assert_null(access_operator(&question));
}

Test(access, a_certificate_stands_for_a_reader_that_names_it)
{
    struct service_stage s;
    service_stage_init(&s);
    struct reader_settings readers[] = {
        {.name = "by token", .hash_text = "known"},
        {.name = "auditor", .role = ROLE_VERIFIER, .certificate = "auditor"}};
    s.settings.readers = readers;
    s.settings.reader_count = 2;
    struct question question = {.certificate = "auditor"};
    cr_assert(access_allow(&s.service, ACCESS_RECORDS, &question, &s.answer));
    cr_assert_eq(question.reader, &readers[1]);
    question = (struct question){.certificate = "somebody"};
    cr_assert(!access_allow(&s.service, ACCESS_LISTS, &question, &s.answer));
    cr_assert_eq(s.answer.status, 401);
    service_stage_deinit(&s);
}
