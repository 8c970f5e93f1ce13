/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pattern text to steps: a recursive reader makes a tree, a second walk writes the
 * steps (a counted repetition writes its part several times).
 */
#include "core/pattern_private.h"
#include "core/utf8.h"

#define DEPTH_MAX 50
#define REPEAT_MAX 1000
#define NO_LIMIT (-1)

enum part_kind {
    PART_EMPTY,
    PART_CHAR,
    PART_ANY,
    PART_CLASS,
    PART_BOTH,   /* left, then right */
    PART_EITHER, /* left, or right */
    PART_REPEAT, /* left, min to max times */
    PART_GROUP,  /* left; number 0: not captured */
    PART_PLACE,  /* an assertion */
};

struct part {
    enum part_kind kind;
    uint32_t character;
    struct class *class;
    struct part *left, *right;
    int min, max;
    bool lazy;
    uint32_t number;
    enum step_kind place;
};

struct compiler {
    struct bytes text;
    size_t at;
    struct pool *pool;
    struct pool scratch;
    struct pattern *pattern;
    uint32_t groups;
    int depth;
    const char *problem;
};

static struct part *new_part(struct compiler *c, enum part_kind kind)
{
    struct part *part = pool_new(&c->scratch, struct part);
    part->kind = kind;
    return part;
}

static struct part *fail(struct compiler *c, const char *problem)
{
    if (!c->problem) {
        c->problem = problem;
    }
    return new_part(c, PART_EMPTY);
}

static bool more(const struct compiler *c)
{
    return c->at < c->text.len && !c->problem;
}

static bool skip(struct compiler *c, const char *wanted)
{
    struct bytes ahead = bytes_slice(c->text, c->at, strlen(wanted));
    if (!bytes_are(ahead, wanted)) {
        return false;
    }
    c->at += ahead.len;
    return true;
}

static uint32_t take_character(struct compiler *c)
{
    struct bytes rest = bytes_slice(c->text, c->at, c->text.len);
    size_t len = utf8_len(rest);
    if (len == 0) {
        fail(c, rest.len ? "not UTF-8" : "it ends too early");
        return 0;
    }
    c->at += len;
    return utf8_get(rest, len);
}

/* ---- classes ---- */

static void add_range(struct compiler *c, struct class *class, uint32_t low,
                      uint32_t high)
{
    if (class->count == class->capacity) {
        size_t bigger = class->capacity ? class->capacity * 2 : 8;
        struct range *ranges = pool_take(c->pool, bigger, sizeof *ranges);
        if (class->count) {
            memcpy(ranges, class->ranges, class->count * sizeof *ranges);
        }
        class->ranges = ranges;
        class->capacity = bigger;
    }
    class->ranges[class->count++] = (struct range){low, high};
}

struct named_class {
    const char *name;
    struct range ranges[4]; /* ends in {0, 0} */
};

static const struct named_class named_classes[] = {
    {"d", {{'0', '9'}}},
    {"w", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
    {"s", {{'\t', '\r'}, {' ', ' '}}},
    {"[:digit:]", {{'0', '9'}}},
    {"[:alpha:]", {{'A', 'Z'}, {'a', 'z'}}},
    {"[:alnum:]", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"[:upper:]", {{'A', 'Z'}}},
    {"[:lower:]", {{'a', 'z'}}},
    {"[:space:]", {{'\t', '\r'}, {' ', ' '}}},
    {"[:xdigit:]", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
    {"[:punct:]", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
};

#define CHARACTER_MAX 0x10ffffU

/* The ranges of a named class, or what lies between them. */
static void add_named(struct compiler *c, struct class *class,
                      const struct named_class *named, bool negated)
{
    uint32_t next = 0;
    for (size_t i = 0; i < 4 && named->ranges[i].high; i++) {
        struct range range = named->ranges[i];
        if (!negated) {
            add_range(c, class, range.low, range.high);
        } else {
            add_range(c, class, next, range.low - 1);
        }
        next = range.high + 1;
    }
    if (negated) {
        add_range(c, class, next, CHARACTER_MAX);
    }
}

/* \d and its kin, `c->at` behind the backslash. */
static bool take_shorthand(struct compiler *c, struct class *class)
{
    for (size_t i = 0; i < 3; i++) {
        char lower = named_classes[i].name[0];
        char upper = (char)(lower - 32);
        uint8_t here = c->at < c->text.len ? c->text.data[c->at] : 0;
        if (here == (uint8_t)lower || here == (uint8_t)upper) {
            c->at++;
            add_named(c, class, &named_classes[i], here == (uint8_t)upper);
            return true;
        }
    }
    return false;
}

static bool take_posix_class(struct compiler *c, struct class *class)
{
    for (size_t i = 3; i < sizeof named_classes / sizeof *named_classes; i++) {
        if (skip(c, named_classes[i].name)) {
            add_named(c, class, &named_classes[i], false);
            return true;
        }
    }
    return false;
}

static int hex_digit(uint32_t c)
{
    if (c >= '0' && c <= '9') {
        return (int)c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

/* A single character by escape, `c->at` behind the backslash. */
static uint32_t take_escaped(struct compiler *c)
{
    static const char names[] = "nrtfv";
    static const char values[] = "\n\r\t\f\v";
    uint32_t name = take_character(c);
    const char *found = name && name < 0x80 ? strchr(names, (int)name) : NULL;
    if (found) {
        return (uint32_t)values[found - names];
    }
    if (name == 'x') {
        int high = hex_digit(take_character(c));
        int low = hex_digit(take_character(c));
        if (high < 0 || low < 0) {
            fail(c, "two hexadecimal digits must follow \\x");
            return 0;
        }
        return (uint32_t)(high * 16 + low);
    }
    bool letter = (name | 0x20) >= 'a' && (name | 0x20) <= 'z';
    if (letter || (name >= '0' && name <= '9')) {
        fail(c, "unknown escape (there are no back-references)");
    }
    return name;
}

/* One end of a range in brackets. */
static uint32_t take_class_character(struct compiler *c)
{
    if (skip(c, "\\")) {
        return skip(c, "b") ? '\b' : take_escaped(c);
    }
    return take_character(c);
}

static void take_class_item(struct compiler *c, struct class *class)
{
    if (take_posix_class(c, class)) {
        return;
    }
    if (c->text.data[c->at] == '\\') {
        c->at++;
        if (take_shorthand(c, class)) {
            return;
        }
        c->at--;
    }
    uint32_t low = take_class_character(c);
    uint32_t high = low;
    bool range = c->at + 1 < c->text.len && c->text.data[c->at] == '-' &&
                 c->text.data[c->at + 1] != ']';
    if (range) {
        c->at++;
        high = take_class_character(c);
    }
    if (high < low) {
        fail(c, "a range in brackets is the wrong way round");
    }
    add_range(c, class, low, high);
}

static struct part *take_class(struct compiler *c)
{
    struct part *part = new_part(c, PART_CLASS);
    part->class = pool_new(c->pool, struct class);
    part->class->negated = skip(c, "^");
    bool first = true;
    while (more(c) && (first || c->text.data[c->at] != ']')) {
        take_class_item(c, part->class);
        first = false;
    }
    return skip(c, "]") ? part : fail(c, "a closing ']' is missing");
}

/* ---- the rest of the grammar ---- */

static struct part *take_either(struct compiler *c);

static struct part *place(struct compiler *c, enum step_kind kind)
{
    struct part *part = new_part(c, PART_PLACE);
    part->place = kind;
    return part;
}

static struct part *character(struct compiler *c, uint32_t value)
{
    struct part *part = new_part(c, PART_CHAR);
    part->character = value;
    return part;
}

static struct part *take_escape(struct compiler *c)
{
    if (skip(c, "b")) {
        return place(c, STEP_WORD);
    }
    if (skip(c, "B")) {
        return place(c, STEP_NOT_WORD);
    }
    if (skip(c, "A")) {
        return place(c, STEP_START);
    }
    if (skip(c, "Z") || skip(c, "z")) {
        return place(c, STEP_END);
    }
    struct class class = {0};
    if (take_shorthand(c, &class)) {
        struct part *part = new_part(c, PART_CLASS);
        part->class = pool_new(c->pool, struct class);
        *part->class = class;
        return part;
    }
    return character(c, take_escaped(c));
}

/* (?P<name> or (?<name>: the name is not used. */
static bool skip_group_name(struct compiler *c)
{
    if (!skip(c, "?P<") && !skip(c, "?<")) {
        return true;
    }
    while (more(c) && c->text.data[c->at] != '>') {
        uint8_t here = c->text.data[c->at];
        if (here == '=' || here == '!') {
            return false;
        }
        c->at++;
    }
    return skip(c, ">");
}

static struct part *take_group(struct compiler *c)
{
    struct part *part = new_part(c, PART_GROUP);
    if (++c->depth > DEPTH_MAX) {
        return fail(c, "nested too deep");
    }
    if (!skip(c, "?:")) {
        if (!skip_group_name(c) || bytes_are(bytes_slice(c->text, c->at, 1), "?")) {
            return fail(c, "only (...), (?:...) and a leading (?i) are known");
        }
        part->number = ++c->groups;
    }
    part->left = take_either(c);
    c->depth--;
    return skip(c, ")") ? part : fail(c, "a closing ')' is missing");
}

static struct part *take_atom(struct compiler *c)
{
    if (skip(c, "(")) {
        return take_group(c);
    }
    if (skip(c, "[")) {
        return take_class(c);
    }
    if (skip(c, "\\")) {
        return take_escape(c);
    }
    if (skip(c, ".")) {
        return new_part(c, PART_ANY);
    }
    if (skip(c, "^")) {
        return place(c, STEP_START);
    }
    if (skip(c, "$")) {
        return place(c, STEP_END);
    }
    if (skip(c, "*") || skip(c, "+") || skip(c, "?")) {
        return fail(c, "nothing to repeat");
    }
    return character(c, take_character(c));
}

static bool take_count(struct compiler *c, int *ret_value)
{
    size_t start = c->at;
    int value = 0;
    while (c->at < c->text.len && c->text.data[c->at] >= '0' &&
           c->text.data[c->at] <= '9' && value <= REPEAT_MAX) {
        value = value * 10 + (c->text.data[c->at++] - '0');
    }
    *ret_value = value;
    return c->at > start;
}

/* {2}, {2,} or {2,5}; a brace that begins none of these is itself. */
static bool take_braces(struct compiler *c, int *ret_min, int *ret_max)
{
    size_t start = c->at;
    if (!skip(c, "{") || !take_count(c, ret_min)) {
        c->at = start;
        return false;
    }
    *ret_max = *ret_min;
    if (skip(c, ",") && !take_count(c, ret_max)) {
        *ret_max = NO_LIMIT;
    }
    if (!skip(c, "}")) {
        c->at = start;
        return false;
    }
    if (*ret_min > REPEAT_MAX || *ret_max > REPEAT_MAX) {
        fail(c, "repeated too often");
    } else if (*ret_max != NO_LIMIT && *ret_max < *ret_min) {
        fail(c, "a repetition's limits are the wrong way round");
    }
    return true;
}

static bool take_quantifier(struct compiler *c, int *ret_min, int *ret_max)
{
    *ret_min = 0;
    *ret_max = NO_LIMIT;
    if (skip(c, "*")) {
        return true;
    }
    if (skip(c, "+")) {
        *ret_min = 1;
        return true;
    }
    if (skip(c, "?")) {
        *ret_max = 1;
        return true;
    }
    return take_braces(c, ret_min, ret_max);
}

static struct part *take_repeat(struct compiler *c)
{
    struct part *part = take_atom(c);
    int min = 0;
    int max = 0;
    bool repeated = false;
    while (more(c) && take_quantifier(c, &min, &max)) {
        if (repeated) {
            return fail(c, "a repetition of a repetition");
        }
        struct part *repeat = new_part(c, PART_REPEAT);
        repeat->left = part;
        repeat->min = min;
        repeat->max = max;
        repeat->lazy = skip(c, "?");
        part = repeat;
        repeated = true;
    }
    return part;
}

static struct part *join(struct compiler *c, enum part_kind kind, struct part *left,
                         struct part *right)
{
    struct part *part = new_part(c, kind);
    part->left = left;
    part->right = right;
    return part;
}

static struct part *take_sequence(struct compiler *c)
{
    struct part *all = new_part(c, PART_EMPTY);
    while (more(c) && c->text.data[c->at] != '|' && c->text.data[c->at] != ')') {
        all = join(c, PART_BOTH, all, take_repeat(c));
    }
    return all;
}

static struct part *take_either(struct compiler *c)
{
    struct part *all = take_sequence(c);
    while (more(c) && skip(c, "|")) {
        all = join(c, PART_EITHER, all, take_sequence(c));
    }
    return all;
}

/* ---- steps ---- */

static uint32_t add_step(struct compiler *c, enum step_kind kind, uint32_t x)
{
    if (c->pattern->count == PATTERN_SIZE_MAX) {
        fail(c, "too large once its repetitions are written out");
        return 0;
    }
    c->pattern->steps[c->pattern->count] = (struct step){.kind = kind, .x = x};
    return c->pattern->count++;
}

static void write_part(struct compiler *c, const struct part *part);

/* Sets where a split goes: first into the body, or first past it when lazy. */
static void aim_split(struct compiler *c, uint32_t split, uint32_t body, bool lazy)
{
    uint32_t behind = c->pattern->count;
    c->pattern->steps[split].x = lazy ? behind : body;
    c->pattern->steps[split].y = lazy ? body : behind;
}

static void write_repeat(struct compiler *c, const struct part *part)
{
    for (int i = 0; i < part->min && !c->problem; i++) {
        write_part(c, part->left);
    }
    if (part->max == NO_LIMIT) {
        uint32_t split = add_step(c, STEP_SPLIT, 0);
        write_part(c, part->left);
        add_step(c, STEP_JUMP, split);
        aim_split(c, split, split + 1, part->lazy);
        return;
    }
    for (int i = part->min; i < part->max && !c->problem; i++) {
        uint32_t split = add_step(c, STEP_SPLIT, 0);
        write_part(c, part->left);
        aim_split(c, split, split + 1, part->lazy);
    }
}

static void write_either(struct compiler *c, const struct part *part)
{
    uint32_t split = add_step(c, STEP_SPLIT, 0);
    write_part(c, part->left);
    uint32_t jump = add_step(c, STEP_JUMP, 0);
    aim_split(c, split, split + 1, false);
    write_part(c, part->right);
    c->pattern->steps[jump].x = c->pattern->count;
}

static void write_group(struct compiler *c, const struct part *part)
{
    bool first = part->number == 1;
    if (first) {
        add_step(c, STEP_SAVE, 2);
    }
    write_part(c, part->left);
    if (first) {
        add_step(c, STEP_SAVE, 3);
    }
}

static void write_part(struct compiler *c, const struct part *part)
{
    if (c->problem) {
        return;
    }
    switch (part->kind) {
    case PART_EMPTY:
        return;
    case PART_CHAR:
        add_step(c, STEP_CHAR, part->character);
        return;
    case PART_ANY:
        add_step(c, STEP_ANY, 0);
        return;
    case PART_CLASS:
        c->pattern->steps[add_step(c, STEP_CLASS, 0)].class = part->class;
        return;
    case PART_BOTH:
        write_part(c, part->left);
        write_part(c, part->right);
        return;
    case PART_EITHER:
        write_either(c, part);
        return;
    case PART_REPEAT:
        write_repeat(c, part);
        return;
    case PART_GROUP:
        write_group(c, part);
        return;
    case PART_PLACE:
        add_step(c, part->place, 0);
        return;
    }
}

static void write_all(struct compiler *c, const struct part *part)
{
    struct step *room = pool_take(&c->scratch, PATTERN_SIZE_MAX, sizeof *room);
    c->pattern->steps = room;
    add_step(c, STEP_SAVE, 0);
    write_part(c, part);
    add_step(c, STEP_SAVE, 1);
    add_step(c, STEP_MATCH, 0);
    c->pattern->steps = pool_take(c->pool, c->pattern->count, sizeof *room);
    memcpy(c->pattern->steps, room, c->pattern->count * sizeof *room);
}

static void take_threads(struct compiler *c, struct threads *threads)
{
    threads->items = pool_take(c->pool, c->pattern->count, sizeof *threads->items);
    threads->where = pool_take(c->pool, c->pattern->count, sizeof *threads->where);
}

enum err pattern_compile(struct bytes text, struct pool *pool,
                         struct pattern **ret_pattern, struct error *e)
{
    struct compiler c = {.text = text, .pool = pool};
    c.pattern = pool_new(pool, struct pattern);
    c.pattern->ignore_case = skip(&c, "(?i)");
    const struct part *part = take_either(&c);
    if (!c.problem && c.at < text.len) {
        c.problem = "a ')' too many";
    }
    if (!c.problem) {
        write_all(&c, part);
    }
    pool_deinit(&c.scratch);
    if (c.problem) {
        return error_set(e, ERR_CONFIG, "at character %zu: %s", c.at + 1, c.problem);
    }
    c.pattern->has_group = c.groups > 0;
    c.pattern->anchored = c.pattern->steps[1].kind == STEP_START;
    take_threads(&c, &c.pattern->now);
    take_threads(&c, &c.pattern->next);
    *ret_pattern = c.pattern;
    return ERR_OK;
}
