/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <criterion/criterion.h>

#define ROUTES 4

struct fixture {
    struct problems problems;
    struct document *documents[2];
    struct plan_route routes[ROUTES];
    struct decoder *decoder;
    struct arena arena;
    struct decoding decoding;
};

static const struct node *parse(struct fixture *f, size_t i, const char *yaml)
{
    f->documents[i] = document_parse("m.yaml", bytes_of(yaml), &f->problems);
    cr_assert_eq(f->problems.count, 0);
    return document_root(f->documents[i]);
}

/* Two routes of one mapping on a broker, the same on another, and another mapping. */
static void open_fixture(struct fixture *f)
{
    const struct adapter *map = adapter_find(BYTES("map"));
    struct error e = {0};
    *f = (struct fixture){0};
    problems_init(&f->problems);
    arena_init(&f->arena, 1U << 16);
    const struct node *first =
        parse(f, 0,
              "rules: [{topic: a/learn, learn: {table: t, key: k, fields: {u: '{/u}'}}}, "
              "{topic: '#', device: d, emit: [{each: /*, lookup: {table: t, key: k}, "
              "metric: '{$1}', unit: '{meta.u}'}]}]");
    const struct node *second = parse(
        f, 1, "rules: [{topic: '#', device: two, emit: [{each: /*, metric: '{$1}'}]}]");
    f->routes[0] =
        (struct plan_route){.topic = "a/learn", .adapter = map, .settings = first};
    f->routes[1] = (struct plan_route){.topic = "a/+", .adapter = map, .settings = first};
    f->routes[2] =
        (struct plan_route){.topic = "#", .adapter = map, .settings = first, .broker = 1};
    f->routes[3] = (struct plan_route){.topic = "#", .adapter = map, .settings = second};
    cr_assert_eq(decoder_open(f->routes, ROUTES, &f->decoder, &e), ERR_OK, "%s", e.text);
}

static void close_fixture(struct fixture *f)
{
    decoder_close(&f->decoder);
    document_free(&f->documents[0]);
    document_free(&f->documents[1]);
    problems_deinit(&f->problems);
    arena_deinit(&f->arena);
}

static const struct decoding *decode(struct fixture *f, uint8_t broker, const char *topic,
                                     struct bytes payload)
{
    struct message message = {.topic = bytes_of(topic),
                              .payload = payload,
                              .broker = broker,
                              .received_ns = INT64_C(1785340800) * 1000000000};
    arena_reset(&f->arena);
    decoder_decode(f->decoder, &message, &f->arena, &f->decoding);
    return &f->decoding;
}

Test(decode, the_first_route_of_the_broker_that_matches_decodes)
{
    struct fixture f;
    open_fixture(&f);

    const struct decoding *d = decode(&f, 0, "a/x", BYTES("{\"m\":1}"));
    cr_assert_eq(d->count, 1);
    cr_expect(bytes_are(d->readings[0].device, "d"));
    d = decode(&f, 0, "b", BYTES("{\"m\":1}"));
    cr_assert_eq(d->count, 1);
    cr_expect(bytes_are(d->readings[0].device, "two"));
    d = decode(&f, 2, "b", BYTES("{\"m\":1}"));
    cr_expect_eq(d->outcome, OUTCOME_REJECTED);
    cr_expect_str_eq(d->reason, "no_route");

    close_fixture(&f);
}

Test(decode, routes_of_one_broker_share_what_they_learn)
{
    struct fixture f;
    open_fixture(&f);

    cr_expect_eq(decode(&f, 0, "a/learn", BYTES("{\"u\":\"kg\"}"))->outcome,
                 OUTCOME_ACCEPTED_EMPTY);

    const struct decoding *d = decode(&f, 0, "a/x", BYTES("{\"m\":1}"));
    cr_expect(bytes_are(d->readings[0].unit, "kg"));
    d = decode(&f, 1, "a/x", BYTES("{\"m\":1}"));
    cr_assert_eq(d->count, 1);
    cr_expect_eq(d->readings[0].unit.len, 0);

    close_fixture(&f);
}

Test(decode, what_all_adapters_share_is_settled)
{
    struct fixture f;
    open_fixture(&f);

    const struct decoding *d = decode(&f, 0, "a/x", BYTES(""));
    cr_expect_eq(d->outcome, OUTCOME_REJECTED);
    cr_expect_str_eq(d->reason, "empty_payload");
    d = decode(&f, 0, "a/x", BYTES("{}"));
    cr_expect_eq(d->outcome, OUTCOME_ACCEPTED_EMPTY);
    cr_expect_str_eq(d->reason, "no_readings");
    d = decode(&f, 0, "a/x", BYTES("{"));
    cr_expect_str_eq(d->reason, "malformed_json");
    cr_expect_str_eq(d->detail, "byte 1: a key in double quotes is missing");

    close_fixture(&f);
}

Test(decode, a_message_larger_than_the_arena_is_too_large)
{
    struct fixture f;
    struct buf text;
    open_fixture(&f);
    buf_init(&text, 1U << 20);
    for (int i = 0; i < 1000; i++) {
        buf_print(&text, "%s\"%d\":1", i ? "," : "{", i);
    }
    buf_add_text(&text, "}");

    const struct decoding *d = decode(&f, 0, "b", buf_bytes(&text));

    cr_expect_eq(d->outcome, OUTCOME_REJECTED);
    cr_expect_str_eq(d->reason, "too_large");
    cr_expect_eq(d->count, 0);
    cr_expect_eq(decode(&f, 0, "b", BYTES("{\"m\":1}"))->count, 1);
    buf_deinit(&text);
    close_fixture(&f);
}

Test(decode, states_are_saved_by_adapter_and_topic)
{
    struct fixture before;
    struct fixture after;
    struct buf saved;
    buf_init(&saved, 1U << 20);
    open_fixture(&before);
    open_fixture(&after);
    decode(&before, 0, "a/learn", BYTES("{\"u\":\"kg\"}"));
    decoder_save(before.decoder, &saved);

    cr_assert_eq(decoder_load(after.decoder, buf_bytes(&saved), NULL), ERR_OK);

    const struct decoding *d = decode(&after, 0, "a/x", BYTES("{\"m\":1}"));
    cr_expect(bytes_are(d->readings[0].unit, "kg"));
    struct error e = {0};
    cr_expect_eq(decoder_load(after.decoder, bytes_slice(buf_bytes(&saved), 0, 10), &e),
                 ERR_CORRUPT);
    buf_deinit(&saved);
    close_fixture(&before);
    close_fixture(&after);
}
