/* SPDX-License-Identifier: Apache-2.0 */
/* Forms are short and read as they are used. */
#include "mqtt/topic_form.h"

#include "core/number.h"
#include "core/topic.h"
#include "mqtt/link.h"

#define NAME_MAX_LEN 24

/* A piece of a form: text, or a place. */
struct piece {
    struct bytes text; /* of a place: between the braces */
    bool place;
};

/* Takes the next piece off the front; false at the end or at a brace that stands
 * alone, which is left. */
static bool next_piece(struct bytes *rest, struct piece *ret_piece)
{
    size_t open = 0;
    while (open < rest->len && rest->data[open] != '{') {
        open++;
    }
    if (open > 0 || rest->len == 0) {
        *ret_piece = (struct piece){.text = bytes_slice(*rest, 0, open)};
        *rest = bytes_slice(*rest, open, rest->len);
        return open > 0;
    }
    const uint8_t *close = memchr(rest->data, '}', rest->len);
    if (!close) {
        return false;
    }
    size_t end = (size_t)(close - rest->data);
    *ret_piece = (struct piece){.text = bytes_slice(*rest, 1, end - 1), .place = true};
    *rest = bytes_slice(*rest, end + 1, rest->len);
    return true;
}

/* "topic.2" or "topic.2+". */
static bool read_level(struct bytes name, int *ret_level, bool *ret_rest)
{
    struct bytes number = bytes_slice(name, 6, name.len);
    *ret_rest = number.len > 0 && number.data[number.len - 1] == '+';
    number.len -= *ret_rest ? 1 : 0;
    int64_t level = 0;
    bool good = bytes_start_with(name, BYTES("topic.")) &&
                number_parse_i64(number, &level) && level >= -99 && level <= 99;
    *ret_level = (int)level;
    return good;
}

static const struct bytes *find_name(struct bytes name, const struct topic_facts *facts)
{
    if (bytes_are(name, "gateway")) {
        return &facts->gateway;
    }
    if (bytes_are(name, "process")) {
        return &facts->process;
    }
    return bytes_are(name, "device") ? &facts->device : NULL;
}

static const char *place_problem(struct bytes place, const struct topic_facts *given)
{
    int level = 0;
    bool rest = false;
    const struct bytes *name = find_name(place, given);
    if (name && name->len > 0) {
        return NULL;
    }
    bool of_topic = bytes_are(place, "topic") || read_level(place, &level, &rest);
    if (of_topic && given->topic.len > 0) {
        return NULL;
    }
    return "names a place that is not known here; see `{gateway}`, `{process}`, "
           "`{device}`, `{topic}`, `{topic.N}`, `{topic.N+}`";
}

const char *topic_form_problem(const char *form, const struct topic_facts *given)
{
    struct bytes rest = bytes_of(form);
    struct piece piece;
    if (rest.len == 0 || rest.len > LINK_TOPIC_MAX) {
        return "must be 1 to 1,023 bytes";
    }
    while (next_piece(&rest, &piece)) {
        const char *problem = piece.place ? place_problem(piece.text, given) : NULL;
        if (problem) {
            return problem;
        }
        for (size_t i = 0; !piece.place && i < piece.text.len; i++) {
            uint8_t byte = piece.text.data[i];
            if (byte == '+' || byte == '#' || byte == '}' || byte == 0) {
                return "must not have '+', '#' or a '}' that closes nothing";
            }
        }
    }
    return rest.len > 0 ? "has a '{' that nothing closes" : NULL;
}

static void add_clean(struct buf *out, struct bytes text, bool levels)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        bool bad = byte == '+' || byte == '#' || byte == 0 || (byte == '/' && !levels);
        buf_add_byte(out, bad ? '_' : byte);
    }
}

static bool fill_place(struct bytes place, const struct topic_facts *facts,
                       struct buf *out)
{
    int level = 0;
    bool rest = false;
    struct bytes text = facts->topic;
    const struct bytes *name = find_name(place, facts);
    if (name) {
        add_clean(out, *name, false);
        return name->len > 0;
    }
    if (!bytes_are(place, "topic") && !(read_level(place, &level, &rest) &&
                                        topic_level(facts->topic, level, rest, &text))) {
        return false;
    }
    add_clean(out, text, true);
    return true;
}

bool topic_form_fill(const char *form, const struct topic_facts *facts, struct buf *out)
{
    struct bytes rest = bytes_of(form);
    struct piece piece;
    size_t before = out->len;
    while (next_piece(&rest, &piece)) {
        if (!piece.place) {
            buf_add(out, piece.text);
        } else if (!fill_place(piece.text, facts, out)) {
            return false;
        }
    }
    size_t len = out->len - before;
    return !out->overflow && len > 0 && len <= LINK_TOPIC_MAX;
}

struct bytes topic_form_start(const char *form)
{
    struct bytes rest = bytes_of(form);
    struct piece piece;
    bool text = next_piece(&rest, &piece) && !piece.place;
    return text ? piece.text : (struct bytes){0};
}

/* A place that may hold several levels. */
static bool is_open(struct bytes place)
{
    return bytes_are(place, "topic") ||
           (place.len > 0 && place.data[place.len - 1] == '+');
}

/* One level of a form, up to the next slash outside of braces; true when it is open. */
static bool level_of(struct bytes *rest, struct bytes *ret_text, bool *ret_place)
{
    size_t len = 0;
    bool open = false;
    *ret_place = false;
    while (len < rest->len && rest->data[len] != '/') {
        if (rest->data[len] == '{') {
            size_t start = ++len;
            while (len < rest->len && rest->data[len] != '}') {
                len++;
            }
            *ret_place = true;
            open = open || is_open(bytes_slice(*rest, start, len - start));
        }
        len += len < rest->len ? 1 : 0;
    }
    *ret_text = bytes_slice(*rest, 0, len);
    *rest = bytes_slice(*rest, len, rest->len);
    return open;
}

void topic_form_filter(const char *form, struct buf *out)
{
    struct bytes rest = bytes_of(form);
    for (;;) {
        struct bytes text;
        bool place = false;
        if (level_of(&rest, &text, &place)) {
            buf_add_text(out, "#");
            return;
        }
        if (place) {
            buf_add_text(out, "+");
        } else {
            buf_add(out, text);
        }
        if (rest.len == 0) {
            return;
        }
        buf_add_text(out, "/");
        rest = bytes_slice(rest, 1, rest.len);
    }
}

static struct bytes take_level(struct bytes *rest)
{
    const uint8_t *slash = memchr(rest->data, '/', rest->len);
    size_t len = slash ? (size_t)(slash - rest->data) : rest->len;
    struct bytes level = bytes_slice(*rest, 0, len);
    *rest = bytes_slice(*rest, len, rest->len);
    return level;
}

bool topic_filters_overlap(struct bytes a, struct bytes b)
{
    for (;;) {
        struct bytes left = take_level(&a);
        struct bytes right = take_level(&b);
        if (bytes_are(left, "#") || bytes_are(right, "#")) {
            return true;
        }
        if (!bytes_are(left, "+") && !bytes_are(right, "+") &&
            !bytes_equal(left, right)) {
            return false;
        }
        if (a.len == 0 || b.len == 0) {
            bool left_open = bytes_are(a, "/#");
            bool right_open = bytes_are(b, "/#");
            return (a.len == 0 || left_open) && (b.len == 0 || right_open);
        }
        a = bytes_slice(a, 1, a.len);
        b = bytes_slice(b, 1, b.len);
    }
}

bool topic_filter_covers(struct bytes outer, struct bytes inner)
{
    for (;;) {
        struct bytes wide = take_level(&outer);
        struct bytes narrow = take_level(&inner);
        if (bytes_are(wide, "#")) {
            return true;
        }
        if (bytes_are(narrow, "#") ||
            (!bytes_are(wide, "+") && !bytes_equal(wide, narrow))) {
            return false;
        }
        if (inner.len == 0) {
            return outer.len == 0 || bytes_are(outer, "/#");
        }
        if (outer.len == 0) {
            return false;
        }
        outer = bytes_slice(outer, 1, outer.len);
        inner = bytes_slice(inner, 1, inner.len);
    }
}
