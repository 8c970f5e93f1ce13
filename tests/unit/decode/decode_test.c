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

static const struct decoding *decode_again(struct fixture *f, const char *topic,
                                           struct bytes payload)
{
    struct message message = {.topic = bytes_of(topic), .payload = payload};
    arena_reset(&f->arena);
    decoder_decode_again(f->decoder, &message, &f->arena, &f->decoding);
    return &f->decoding;
}

Test(decode, a_mapping_learns_from_a_message_that_comes_again)
{
    struct fixture f;
    open_fixture(&f);
    const struct decoding *d = decode_again(&f, "a/learn", BYTES("{\"u\":\"t/h\"}"));
    cr_assert_eq(d->outcome, OUTCOME_ACCEPTED_EMPTY);
    d = decode(&f, 0, "a/b", BYTES("{\"x\":1}"));
    cr_assert(bytes_are(d->readings[0].unit, "t/h"));
    cr_assert_eq(decode_again(&f, "a/b", BYTES("{"))->outcome, OUTCOME_REJECTED);
    cr_assert_eq(decode_again(&f, "a/b", BYTES("{\"x\":1}"))->count, 1);
    close_fixture(&f);
}

Test(decode, where_order_matters_a_message_that_comes_again_changes_nothing)
{
    struct plan_route route = {.topic = "#", .adapter = adapter_find(BYTES("sparkplug"))};
    struct fixture f = {0};
    struct error e;
    struct buf before;
    struct buf behind;
    buf_init(&before, 1U << 20);
    buf_init(&behind, 1U << 20);
    arena_init(&f.arena, 1U << 20);
    cr_assert_eq(decoder_open(&route, 1, &f.decoder, &e), ERR_OK);
    (void)decode(&f, 0, "spBv1.0/g/NBIRTH/n",
                 BYTES("\x08\x01\x12\x0c\x0a\x01t\x10\x07\x20\x09\x65\x00\x00\x80\x3f"
                       "\x18\x00"));
    (void)decode(&f, 0, "spBv1.0/g/NDATA/n",
                 BYTES("\x08\x01\x12\x07\x10\x07\x65\x00\x00\x00\x40\x18\x01"));
    decoder_save(f.decoder, &before);

    const struct decoding *d =
        decode_again(&f, "spBv1.0/g/NDATA/n",
                     BYTES("\x08\x01\x12\x07\x10\x07\x65\x00\x00\x00\x40\x18\x01"));
    cr_assert_eq(d->count, 1, "%s: %s", d->reason, d->detail);
    cr_assert(bytes_are(d->readings[0].metric, "t"));
    cr_assert_eq(d->action_count, 0);
    decoder_save(f.decoder, &behind);
    cr_assert(bytes_equal(buf_bytes(&before), buf_bytes(&behind)));
    buf_deinit(&before);
    buf_deinit(&behind);
    decoder_close(&f.decoder);
    arena_deinit(&f.arena);
}

Test(decode, a_route_may_require_the_publisher_that_the_topic_names)
{
    static const struct {
        const char *publisher;
        bool taken;
    } cases[] = {{"emgate-publisher:x", true}, {"emgate-publisher:y", false},
                 {"emgate-publisher:", false}, {"emgate-publisher:xx", false},
                 {"emgate-bridge:x", false},   {"", false}};
    struct fixture f;
    open_fixture(&f);
    f.routes[1].publisher = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message = {.topic = BYTES("a/x"),
                                  .payload = BYTES("{}"),
                                  .publisher = bytes_of(cases[i].publisher)};
        decoder_decode(f.decoder, &message, &f.arena, &f.decoding);
        bool refused = strcmp(f.decoding.reason, "publisher") == 0;
        cr_assert_eq(refused, !cases[i].taken, "%zu", i);
    }
    close_fixture(&f);
}
