/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include <criterion/criterion.h>
#include <sodium.h>

#define NONE ((struct bytes){0})

/* Readers with the tokens "verifier" and "keeper". */
static void enrol_readers(struct service_stage *s, struct reader_settings readers[2])
{
    static const char *const names[] = {"verifier", "keeper"};
    for (int i = 0; i < 2; i++) {
        readers[i] =
            (struct reader_settings){.name = names[i],
                                     .hash_text = names[i],
                                     .role = i == 0 ? ROLE_VERIFIER : ROLE_REGISTRY};
        crypto_hash_sha256(readers[i].token_hash, (const uint8_t *)names[i],
                           strlen(names[i]));
    }
    s->settings.readers = readers;
    s->settings.reader_count = 2;
    s->settings.retention_years = 6;
}

static int mark(struct service_stage *s, const char *authorization, const char *body)
{
    s->authorization = authorization;
    int status = service_ask(s, api_retention_mark, "", bytes_of(body));
    s->authorization = NULL;
    return status;
}

#define PLACE "{\"installation\": \"PK-CEM-0001\", \"year\": 2026, \"mark\": "
#define HOLD PLACE "\"hold\", \"words\": \"under verification\"}"

Test(api_retention, marks_ask_for_a_role)
{
    struct service_stage s;
    struct reader_settings readers[2];
    struct envelope_facts facts = ENVELOPE_FACTS;
    uint8_t key[32];
    service_stage_init(&s);
    cr_assert_eq(stage_put(&s.stage, &facts, key).verdict, VERDICT_STORED);
    cr_expect_eq(mark(&s, NULL, HOLD), 403); /* without readers nobody may */
    enrol_readers(&s, readers);
    cr_expect_eq(mark(&s, NULL, HOLD), 401);
    cr_expect_eq(mark(&s, "Bearer verifier", HOLD), 200);
    cr_expect(service_said(&s, "\"hold\":\"under verification\""));
    cr_expect_eq(mark(&s, "Bearer verifier", PLACE "\"release\"}"), 403);
    cr_expect_eq(mark(&s, "Bearer verifier", PLACE "\"declared\"}"), 403);
    cr_expect_eq(mark(&s, "Bearer keeper", PLACE "\"release\"}"), 200);
    cr_expect_not(service_said(&s, "\"hold\""));
    cr_expect_eq(mark(&s, "Bearer keeper",
                      PLACE "\"declared\", \"at\": \"2030-05-01T00:00:00Z\"}"),
                 200);
    cr_expect(service_said(&s, "\"kept_until\":\"2035-01-01T00:00:00Z\""));
    cr_expect(service_said(&s, "\"rule\":\"declaration\""));
    cr_expect_eq(service_ask(&s, api_retention, "", NONE), 200);
    cr_expect(service_said(&s, "\"year\":2026"));
    service_stage_deinit(&s);
}

Test(api_retention, says_what_it_wants)
{
    static const char *const bodies[] = {
        "rubbish",
        "[]",
        "{}",
        "{\"installation\": \"x\", \"year\": 2026}",
        "{\"installation\": \"x\", \"year\": \"2026\", \"mark\": \"verified\"}",
        PLACE "\"hold\"}",
        PLACE "\"keep\"}",
        PLACE "\"verified\", \"at\": \"tomorrow\"}",
    };
    struct service_stage s;
    struct reader_settings readers[2];
    service_stage_init(&s);
    enrol_readers(&s, readers);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        cr_expect_eq(mark(&s, "Bearer keeper", bodies[i]), 400, "%s", bodies[i]);
    }
    service_stage_deinit(&s);
}
