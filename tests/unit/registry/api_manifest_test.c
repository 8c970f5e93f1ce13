/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include "evidence/dsse.h"
#include "evidence/manifest.h"
#include "manifest.pb-c.h"
#include "model/proto_arena.h"

#include <criterion/criterion.h>

#define HOURS 3
#define DAY (ENVELOPE_START / (24 * ENVELOPE_HOUR))

/* A registry that holds the first `stored` of three hours, and their keys. */
struct world {
    struct service_stage s;
    uint8_t keys[HOURS][KEY_LEN];
    struct manifest_day day; /* of all three */
};

static void world_init(struct world *w, int stored)
{
    struct arena arena;
    service_stage_init(&w->s);
    stage_enrol(&w->s.stage, key_get_public(w->s.key)->bytes);
    arena_init(&arena, (size_t)1024 * 1024);
    w->day = (struct manifest_day){.day = DAY};
    for (int i = 0; i < HOURS; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns += i * ENVELOPE_HOUR;
        facts.end_ns += i * ENVELOPE_HOUR;
        envelope_make(&facts, &arena, w->keys[i]);
        manifest_count(&w->day, w->keys[i]);
        if (i < stored) {
            w->s.stage.sender.keys.count = 0; /* signatures are another test's */
            cr_assert_eq(stage_put(&w->s.stage, &facts, w->keys[i]).verdict,
                         VERDICT_STORED);
        }
    }
    arena_deinit(&arena);
}

static int post(struct world *w, Emgate__V1__Manifest *m, const struct key_pair *key)
{
    static char gateway[] = "cement-01";
    struct arena arena;
    uint8_t packed[4096];
    arena_init(&arena, 65536);
    m->gateway = gateway;
    size_t len = emgate__v1__manifest__pack(m, packed);
    const struct key_pair *pairs[] = {key};
    struct bytes envelope = dsse_envelope(DSSE_MANIFEST, (struct bytes){packed, len},
                                          pairs, key ? 1 : 0, &arena);
    int status = service_ask(&w->s, api_manifest, "", envelope);
    arena_deinit(&arena);
    return status;
}

static Emgate__V1__ManifestAnswer *answer_of(struct world *w)
{
    Emgate__V1__ManifestAnswer *answer = emgate__v1__manifest_answer__unpack(
        NULL, w->s.answer.body.len, w->s.answer.body.data);
    cr_assert_not_null(answer);
    return answer;
}

static int post_day(struct world *w, struct manifest_day *day, const struct key_pair *key)
{
    Emgate__V1__Manifest m;
    Emgate__V1__ManifestDay stated;
    Emgate__V1__ManifestDay *days[] = {&stated};
    emgate__v1__manifest__init(&m);
    emgate__v1__manifest_day__init(&stated);
    stated.day = day->day;
    stated.count = day->count;
    stated.digest = (ProtobufCBinaryData){KEY_LEN, day->digest};
    m.days = days;
    m.n_days = 1;
    return post(w, &m, key);
}

static int post_entries(struct world *w, int count)
{
    Emgate__V1__Manifest m;
    Emgate__V1__ManifestEntry entries[HOURS];
    Emgate__V1__ManifestEntry *list[HOURS];
    emgate__v1__manifest__init(&m);
    for (int i = 0; i < count; i++) {
        emgate__v1__manifest_entry__init(&entries[i]);
        entries[i].key = (ProtobufCBinaryData){KEY_LEN, w->keys[i]};
        list[i] = &entries[i];
    }
    m.entries = list;
    m.n_entries = (size_t)count;
    m.detail_day = DAY;
    return post(w, &m, w->s.key);
}

static void expect_days(struct world *w, size_t count)
{
    Emgate__V1__ManifestAnswer *answer = answer_of(w);
    cr_expect_eq(answer->n_days, count, "%zu", answer->n_days);
    emgate__v1__manifest_answer__free_unpacked(answer, NULL);
}

Test(api_manifest, a_day_that_is_whole_differs_in_nothing)
{
    struct world w;
    world_init(&w, HOURS);
    cr_assert_eq(post_day(&w, &w.day, w.s.key), 200);
    expect_days(&w, 0);
    service_stage_deinit(&w.s);
}

Test(api_manifest, what_is_lacking_is_named)
{
    struct world w;
    world_init(&w, 1);
    cr_assert_eq(post_day(&w, &w.day, w.s.key), 200);
    expect_days(&w, 1);
    cr_assert_eq(post_entries(&w, HOURS), 200);
    Emgate__V1__ManifestAnswer *answer = answer_of(&w);
    cr_assert_eq(answer->n_lacks, 2);
    cr_expect_arr_eq(answer->lacks[0].data, w.keys[1], KEY_LEN);
    cr_expect_arr_eq(answer->lacks[1].data, w.keys[2], KEY_LEN);
    cr_expect_eq(answer->unknown, 0);
    emgate__v1__manifest_answer__free_unpacked(answer, NULL);
    cr_assert_eq(service_ask(&w.s, api_gateways, "", (struct bytes){0}), 200);
    cr_expect(service_said(&w.s, "\"stated\":3,\"differing_days\":1,\"lacking\":2,"));
    service_stage_deinit(&w.s);
}

Test(api_manifest, what_the_gateway_does_not_name_is_counted)
{
    struct world w;
    world_init(&w, HOURS);
    cr_assert_eq(post_entries(&w, 2), 200);
    Emgate__V1__ManifestAnswer *answer = answer_of(&w);
    cr_expect_eq(answer->n_lacks, 0);
    cr_expect_eq(answer->unknown, 1);
    emgate__v1__manifest_answer__free_unpacked(answer, NULL);
    service_stage_deinit(&w.s);
}

Test(api_manifest, only_the_gateways_key_may_state)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {77};
    struct world w;
    struct key_pair *other = key_of_seed(seed);
    world_init(&w, HOURS);
    cr_expect_eq(post_day(&w, &w.day, NULL), 403);
    cr_expect_eq(post_day(&w, &w.day, other), 403);
    cr_expect_eq(service_ask(&w.s, api_manifest, "", BYTES("rubbish")), 400);
    cr_expect_eq(service_ask(&w.s, api_manifest, "", (struct bytes){0}), 400);
    w.day.count = 1;
    Emgate__V1__Manifest m;
    Emgate__V1__ManifestDay day;
    Emgate__V1__ManifestDay *twice[] = {&day, &day};
    emgate__v1__manifest__init(&m);
    emgate__v1__manifest_day__init(&day);
    day.digest = (ProtobufCBinaryData){KEY_LEN, w.day.digest};
    m.days = twice;
    m.n_days = 2;
    cr_expect_eq(post(&w, &m, w.s.key), 400);
    key_close(&other);
    service_stage_deinit(&w.s);
}
