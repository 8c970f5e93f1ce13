/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizer against jansson, on documents made at random and then damaged at
 * random: both accept or both refuse, and what they read is the same.
 *
 * EMGATE_DOCUMENTS says how many (default 20,000), EMGATE_SEED where to begin; a
 * failure prints the document.  Left out is where jansson isn't right by RFC 8259 or
 * has a limit of its own: integers beyond 64 bits and doubles beyond their range make it
 * refuse the document; it refuses "\u0000" in keys and lone surrogate escapes, which
 * the grammar allows.
 */
#include "core/buf.h"
#include "core/number.h"
#include "tape.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define DOCUMENT_MAX 2048
#define DEPTH_MAX 6

struct maker {
    uint64_t state;
    struct buf text;
};

/* splitmix64 */
static uint64_t next(struct maker *m)
{
    uint64_t z = (m->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(struct maker *m, size_t limit)
{
    return (size_t)(next(m) % limit);
}

static void add_blank(struct maker *m)
{
    static const char *const blanks[] = {"", "", "", " ", "\n\t", "\r\n "};
    buf_add_text(&m->text, blanks[below(m, 6)]);
}

static void add_string(struct maker *m)
{
    static const char *const parts[] = {"a",
                                        "key",
                                        "\xc2\xb0",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\\/",
                                        "\\u00e9",
                                        "\\uD83D\\uDE00",
                                        "\\u20ac",
                                        "\\t",
                                        " ",
                                        "\x7f",
                                        "/",
                                        "{",
                                        "\\b\\f\\r",
                                        "[,]",
                                        "\\u0001"};
    buf_add_text(&m->text, "\"");
    for (size_t i = below(m, 6); i > 0; i--) {
        buf_add_text(&m->text, parts[below(m, sizeof parts / sizeof *parts)]);
    }
    buf_add_text(&m->text, "\"");
}

static void add_number(struct maker *m)
{
    static const char *const tails[] = {"", "", ".5", ".000", "e2", "E-3", ".25e+1"};
    buf_print(&m->text, "%s%zu%s", below(m, 3) ? "" : "-", below(m, 100000),
              tails[below(m, 7)]);
}

static void add_value(struct maker *m, int depth)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t kind = below(m, depth < DEPTH_MAX ? 8 : 5);
    add_blank(m);
    if (kind < 2) {
        add_number(m);
    } else if (kind < 4) {
        add_string(m);
    } else if (kind == 4) {
        buf_add_text(&m->text, words[below(m, 3)]);
    } else {
        bool object = kind < 7;
        size_t count = below(m, 40) ? below(m, 5) : below(m, 30);
        buf_add_text(&m->text, object ? "{" : "[");
        for (size_t i = 0; i < count; i++) {
            buf_add_text(&m->text, i ? "," : "");
            add_blank(m);
            if (object) {
                add_string(m);
                add_blank(m);
                buf_add_text(&m->text, ":");
            }
            add_value(m, depth + 1);
        }
        add_blank(m);
        buf_add_text(&m->text, object ? "}" : "]");
    }
    add_blank(m);
}

/* Changes, drops or doubles a few bytes of every second document. */
static void damage(struct maker *m)
{
    static const uint8_t bytes[] = "{}[],:\"\\0123eE+-.tfnu \x80\xc2\xed\xa0\xf4\xff\x01";
    size_t times = below(m, 2) ? 0 : 1 + below(m, 3);
    for (size_t i = 0; i < times && m->text.len > 0; i++) {
        size_t at = below(m, m->text.len);
        uint8_t *here = m->text.data + at;
        switch (below(m, 3)) {
        case 0:
            *here = bytes[below(m, sizeof bytes - 1)];
            break;
        case 1:
            memmove(here, here + 1, m->text.len - at);
            m->text.len--;
            break;
        default:
            m->text.len = at;
            break;
        }
    }
}

/* ---- comparing ---- */

static bool same_number(struct bytes text, const json_t *value)
{
    int64_t integer = 0;
    double number = 0;
    if (json_is_integer(value)) {
        return number_parse_i64(text, &integer) && integer == json_integer_value(value);
    }
    return number_parse(text, &number) && number == json_real_value(value);
}

static bool same_text(struct bytes text, const char *data, size_t len)
{
    return bytes_equal(text, (struct bytes){.data = (const uint8_t *)data, .len = len});
}

static bool same(struct tape *tape, uint32_t at, const json_t *value);

static bool same_members(struct tape *tape, uint32_t at, const json_t *object)
{
    uint32_t count = 0;
    for (uint32_t i = at + 1; i < tape->items[at].next; i = tape->items[i].next) {
        struct bytes key = tape_key(tape, i);
        char terminated[DOCUMENT_MAX + 1];
        memcpy(terminated, key.data ? key.data : (const uint8_t *)"", key.len);
        terminated[key.len] = 0;
        const json_t *member = json_object_get(object, terminated);
        if (!member || tape_find(tape, at, key) != i || !same(tape, i, member)) {
            return false;
        }
        count++;
    }
    return count == tape->items[at].count && count == json_object_size(object);
}

static bool same_elements(struct tape *tape, uint32_t at, const json_t *array)
{
    uint32_t count = 0;
    for (uint32_t i = at + 1; i < tape->items[at].next; i = tape->items[i].next) {
        if (tape_element(tape, at, count) != i ||
            !same(tape, i, json_array_get(array, count))) {
            return false;
        }
        count++;
    }
    return count == tape->items[at].count && count == json_array_size(array);
}

static bool same(struct tape *tape, uint32_t at, const json_t *value)
{
    switch (tape_kind(tape, at)) {
    case TAPE_NULL:
        return json_is_null(value);
    case TAPE_TRUE:
        return json_is_true(value);
    case TAPE_FALSE:
        return json_is_false(value);
    case TAPE_NUMBER:
        return json_is_number(value) && same_number(tape_text(tape, at), value);
    case TAPE_STRING:
        return json_is_string(value) &&
               same_text(tape_text(tape, at), json_string_value(value),
                         json_string_length(value));
    case TAPE_ARRAY:
        return json_is_array(value) && same_elements(tape, at, value);
    case TAPE_OBJECT:
        return json_is_object(value) && same_members(tape, at, value);
    case TAPE_BYTES:
        return false;
    }
    return false;
}

/* Whether jansson refuses for a reason of its own. */
static bool is_its_limit(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           code == json_error_null_character ||
           strstr(error->text, "invalid Unicode") != NULL;
}

struct tally {
    uint64_t accepted, refused; /* by both */
    uint64_t left_out;          /* taken, and refused by jansson for its own reason */
};

static bool agree(struct arena *arena, struct bytes text, struct tally *tally)
{
    struct tape tape;
    struct error e = {0};
    json_error_t error = {0};
    arena_reset(arena);
    bool accepted = tape_parse(text, TAPE_DEPTH_MAX, arena, &tape, &e) == ERR_OK;
    json_t *value =
        json_loadb((const char *)text.data, text.len,
                   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    bool good = accepted ? value && same(&tape, 0, value) : !value;
    if (accepted && !value) {
        good = is_its_limit(&error);
    }
    tally->accepted += accepted && value ? 1 : 0;
    tally->refused += !accepted && !value ? 1 : 0;
    tally->left_out += accepted && !value ? 1 : 0;
    json_decref(value);
    return good;
}

static uint64_t setting(const char *name, uint64_t initial)
{
    uint64_t value = 0;
    const char *text = getenv(name);
    return text && number_parse_u64(bytes_of(text), &value) ? value : initial;
}

Test(tape_jansson, both_read_the_same)
{
    struct maker m = {.state = setting("EMGATE_SEED", 1)};
    uint64_t count = setting("EMGATE_DOCUMENTS", 20000);
    struct arena arena;
    struct tally tally = {0};
    arena_init(&arena, 1U << 20);
    buf_init(&m.text, DOCUMENT_MAX);
    for (uint64_t i = 0; i < count; i++) {
        buf_clear(&m.text);
        add_value(&m, 0);
        damage(&m);
        cr_assert(agree(&arena, buf_bytes(&m.text), &tally), "document %llu: %.*s",
                  (unsigned long long)i, BYTES_ARG(buf_bytes(&m.text)));
    }
    printf("%llu documents: both accept %llu and read the same, both refuse %llu, "
           "jansson alone refuses %llu by a limit of its own\n",
           (unsigned long long)count, (unsigned long long)tally.accepted,
           (unsigned long long)tally.refused, (unsigned long long)tally.left_out);
    buf_deinit(&m.text);
    arena_deinit(&arena);
}
