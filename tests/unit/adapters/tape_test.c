/* SPDX-License-Identifier: Apache-2.0 */
#include "tape.h"

#include "core/buf.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ARENA_SIZE (16 * 1024 * 1024)

struct fixture {
    struct arena arena;
    struct tape tape;
    struct error e;
};

static enum err parse(struct fixture *f, struct bytes text)
{
    arena_init(&f->arena, ARENA_SIZE);
    return tape_parse(text, TAPE_DEPTH_DEFAULT, &f->arena, &f->tape, &f->e);
}

static void expect_reason(struct bytes text, const char *reason)
{
    struct fixture f = {0};
    cr_expect_eq(parse(&f, text), ERR_REJECT, "'%.*s' passed", BYTES_ARG(text));
    cr_expect_str_eq(f.e.reason, reason, "'%.*s': %s", BYTES_ARG(text), f.e.text);
    arena_deinit(&f.arena);
}

static void expect_good(struct bytes text)
{
    struct fixture f = {0};
    cr_expect_eq(parse(&f, text), ERR_OK, "'%.*s': %s", BYTES_ARG(text), f.e.text);
    arena_deinit(&f.arena);
}

Test(tape, keeps_order_structure_and_numbers_as_text)
{
    struct fixture f = {0};
    struct bytes text = BYTES("{\"a\":[1,-2.50,18446744073709551615],\"b\":{\"c\":null},"
                              "\"d\":\"x\",\"e\":true}");

    cr_assert_eq(parse(&f, text), ERR_OK);

    uint32_t a = tape_find(&f.tape, 0, BYTES("a"));
    cr_assert_eq(tape_kind(&f.tape, a), TAPE_ARRAY);
    cr_assert_eq(f.tape.items[a].count, 3);
    cr_assert(bytes_are(tape_text(&f.tape, tape_element(&f.tape, a, 1)), "-2.50"));
    cr_assert(bytes_are(tape_text(&f.tape, tape_element(&f.tape, a, 2)),
                        "18446744073709551615"));
    cr_assert(bytes_are(tape_text(&f.tape, tape_element(&f.tape, a, 0)), "1"));
    cr_assert_eq(tape_element(&f.tape, a, 3), TAPE_NONE);
    uint32_t b = tape_find(&f.tape, 0, BYTES("b"));
    cr_assert_eq(f.tape.items[a].next, b);
    cr_assert_eq(tape_kind(&f.tape, tape_find(&f.tape, b, BYTES("c"))), TAPE_NULL);
    cr_assert_eq(tape_kind(&f.tape, tape_find(&f.tape, 0, BYTES("e"))), TAPE_TRUE);
    cr_assert_eq(tape_find(&f.tape, 0, BYTES("z")), TAPE_NONE);
    cr_assert_eq(f.tape.depth, 2);
    arena_deinit(&f.arena);
}

Test(tape, undoes_escapes)
{
    struct fixture f = {0};
    struct bytes text =
        BYTES("[\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\",\"\\u00e9\\u20AC\",\"\\ud83d\\ude00\"]");

    cr_assert_eq(parse(&f, text), ERR_OK, "%s", f.e.text);

    cr_expect(bytes_are(tape_text(&f.tape, 1), "a\"\\/\b\f\n\r\tz"));
    cr_expect(bytes_are(tape_text(&f.tape, 2), "\xc3\xa9\xe2\x82\xac"));
    cr_expect(bytes_are(tape_text(&f.tape, 3), "\xf0\x9f\x98\x80"));
    cr_expect_not(f.tape.items[3].text_unfit);
    arena_deinit(&f.arena);
}

Test(tape, marks_nul_and_lone_surrogates_as_unfit)
{
    struct fixture f = {0};
    struct bytes text =
        BYTES("{\"a\\u0000b\":\"x\\ud800\",\"c\\udc00\\ud800\\u0041\":1}");

    cr_assert_eq(parse(&f, text), ERR_OK, "%s", f.e.text);

    cr_expect(f.tape.items[1].key_unfit);
    cr_expect_eq(tape_key(&f.tape, 1).len, 3);
    cr_expect(f.tape.items[1].text_unfit);
    cr_expect(f.tape.items[2].key_unfit);
    cr_expect(bytes_are(tape_key(&f.tape, 2), "c\xef\xbf\xbd\xef\xbf\xbd"
                                              "A"));
    arena_deinit(&f.arena);
}

Test(tape, accepts_all_of_the_grammar)
{
    expect_good(BYTES("0"));
    expect_good(BYTES(" -0.0e+10 "));
    expect_good(BYTES("\"\""));
    expect_good(BYTES("[]"));
    expect_good(BYTES("{}"));
    expect_good(BYTES("\xef\xbb\xbf{\"\":[[],{}, null ]}\r\n\t"));
    expect_good(BYTES("[1E400,\"\x7f\"]"));
}

Test(tape, refuses_what_is_not_json)
{
    static const char *const texts[] = {
        "",         " ",     "{",       "[1,]",        "{\"a\":1,}", "{,}",   "[,1]",
        "{'a':1}",  "01",    "-",       "1.",          ".5",         "+1",    "1e",
        "1e+",      "0x1F",  "NaN",     "Infinity",    "-Infinity",  "[1 2]", "{\"a\" 1}",
        "{\"a\":}", "{1:2}", "tru",     "nulll",       "{} {}",      "1 2",   "[1]x",
        "\"a",      "\"a\\", "\"\\x\"", "\"\\u12g4\"", "\"\t\"",     "[1}",   "{\"a\":1]",
        "]",        "/**/1", "\"\\u12",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_reason(bytes_of(texts[i]), "malformed_json");
    }
    expect_reason(BYTES("1\0"), "malformed_json");
}

Test(tape, refuses_bad_utf8)
{
    expect_reason(BYTES("\"\xc0\x80\""), "invalid_utf8");
    expect_reason(BYTES("\"\xe0\x80\xaf\""), "invalid_utf8");
    expect_reason(BYTES("\"\xed\xa0\x80\""), "invalid_utf8");
    expect_reason(BYTES("\"\xf4\x90\x80\x80\""), "invalid_utf8");
    expect_reason(BYTES("\"\xff\""), "invalid_utf8");
    expect_reason(BYTES("\"a\\n\xe2\x82"), "invalid_utf8");
    expect_good(BYTES("\"\xf4\x8f\xbf\xbf\xee\x80\x80\""));
}

Test(tape, refuses_duplicate_keys_also_when_escaped)
{
    expect_reason(BYTES("{\"a\":1,\"a\":2}"), "duplicate_key");
    expect_reason(BYTES("{\"x\":{\"a\":1,\"b\":[],\"\\u0061\":2}}"), "duplicate_key");
    expect_good(BYTES("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"));
}

Test(tape, bounds_the_depth)
{
    struct buf text;
    buf_init(&text, 1000);
    for (int i = 0; i < TAPE_DEPTH_DEFAULT; i++) {
        buf_add_text(&text, "[");
    }
    struct fixture f = {0};
    for (int i = 0; i < TAPE_DEPTH_DEFAULT; i++) {
        buf_add_text(&text, "]");
    }
    cr_assert_eq(parse(&f, buf_bytes(&text)), ERR_OK);
    cr_assert_eq(f.tape.depth, TAPE_DEPTH_DEFAULT);
    arena_deinit(&f.arena);
    buf_deinit(&text);
    expect_reason(
        BYTES("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
        "too_deep");
}

/* Keys all hashing to one slot must not make the check quadratic; they are searched
 * for so that the budget of probes is used up and the members are sorted. */
static void members(struct buf *text, unsigned count, bool collide)
{
    buf_add_text(text, "{");
    unsigned tried = 0;
    for (unsigned i = 0; i < count; i++) {
        char key[16];
        for (;; tried++) {
            uint32_t hash = 2166136261U;
            snprintf(key, sizeof key, "%u", tried);
            for (const char *c = key; *c; c++) {
                hash = (hash ^ (uint8_t)*c) * 16777619U;
            }
            if (!collide || ((hash ^ hash >> 15) & 1023) == 7) {
                break;
            }
        }
        tried++;
        buf_print(text, "%s\"%s\":%u", i ? "," : "", key, i);
    }
    buf_add_text(text, "}");
}

Test(tape, finds_every_key_of_a_large_object)
{
    for (int collide = 0; collide < 2; collide++) {
        struct buf text;
        struct fixture f = {0};
        buf_init(&text, 10000000);
        members(&text, collide ? 1000 : 100000, collide);

        cr_assert_eq(parse(&f, buf_bytes(&text)), ERR_OK, "%s", f.e.text);

        cr_assert_eq(f.tape.items[0].sorted, collide);
        for (uint32_t i = 1; i < f.tape.count; i++) {
            cr_assert_eq(tape_find(&f.tape, 0, tape_key(&f.tape, i)), i);
        }
        cr_assert_eq(tape_find(&f.tape, 0, BYTES("no such key")), TAPE_NONE);
        arena_deinit(&f.arena);
        buf_deinit(&text);
    }
}

Test(tape, finds_a_duplicate_in_a_large_object)
{
    for (int collide = 0; collide < 2; collide++) {
        struct buf text;
        buf_init(&text, 1000000);
        members(&text, 500, collide);
        struct bytes all = buf_bytes(&text);
        struct fixture f = {0};
        cr_assert_eq(parse(&f, all), ERR_OK);
        struct bytes last = tape_key(&f.tape, f.tape.count - 1);
        struct buf twice;
        buf_init(&twice, 1000000);
        buf_add(&twice, bytes_slice(all, 0, all.len - 1));
        buf_print(&twice, ",\"%.*s\":0}", BYTES_ARG(last));
        expect_reason(buf_bytes(&twice), "duplicate_key");
        arena_deinit(&f.arena);
        buf_deinit(&twice);
        buf_deinit(&text);
    }
}

Test(tape, a_full_arena_is_too_large)
{
    struct arena arena;
    struct tape tape;
    struct error e = {0};
    arena_init(&arena, 256);
    cr_assert_eq(tape_parse(BYTES("[1,2,3,4,5,6,7,8,9,10]"), 32, &arena, &tape, &e),
                 ERR_REJECT);
    cr_assert_str_eq(e.reason, "too_large");
    arena_deinit(&arena);
}

Test(tape, the_error_tells_the_byte)
{
    struct fixture f = {0};
    cr_assert_eq(parse(&f, BYTES("{\"a\":1,}")), ERR_REJECT);
    cr_assert_str_eq(f.e.text, "byte 7: a key in double quotes is missing");
    arena_deinit(&f.arena);
}
