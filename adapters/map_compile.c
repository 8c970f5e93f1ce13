/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths, references and templates from their text.
 *
 *     template   text{reference}text...
 *     reference  term | term | ...
 *     term       path, topic.N, topic.N+, key, $N, var.NAME, meta.NAME, 'text'
 *     path       /a/b, ., ./a, ^, ^/a; a segment may be a template: /a/{$1}/b
 */
#include "map_private.h"

#include "core/number.h"

#define TERMS_MAX 16
#define SEGMENTS_MAX 64
#define PIECES_MAX 64
#define NESTED_MAX 4

struct compile {
    struct map_loader *l;
    const struct node *node; /* for problems */
    int nested;
};

static const struct map_template *compile_template(struct compile *c, struct bytes text);

static struct bytes trim(struct bytes text)
{
    while (text.len && text.data[0] == ' ') {
        text = bytes_slice(text, 1, text.len);
    }
    while (text.len && text.data[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* Where the braces that open before `at` close, or where a '|' at this level stands
 * when `bar`; the text's length when there is none.  A quote opens a constant only at
 * the start of a term. */
static size_t find_end(struct bytes text, size_t at, bool bar)
{
    size_t depth = 0;
    bool term_starts = true;
    for (; at < text.len; at++) {
        uint8_t c = text.data[at];
        if (c == '\'' && term_starts) {
            const uint8_t *end = memchr(text.data + at + 1, '\'', text.len - at - 1);
            if (!end) {
                return text.len;
            }
            at = (size_t)(end - text.data);
        } else if (c == '{') {
            depth++;
        } else if (depth == 0 && (bar ? c == '|' : c == '}')) {
            return at;
        } else if (c == '}' && depth > 0) {
            depth--;
        }
        term_starts = c == '|' || (term_starts && c == ' ');
    }
    return text.len;
}

/* ---- paths ---- */

/* Undoes ~0 and ~1. */
static struct bytes unescape(struct compile *c, struct bytes text)
{
    uint8_t *key = pool_take(&c->l->map->pool, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == '~') {
            uint8_t next = i + 1 < text.len ? text.data[++i] : 0;
            if (next != '0' && next != '1') {
                problem_at(c->l->problems, c->node,
                           "'~' in a path must be followed by 0 or 1");
            }
            byte = next == '1' ? '/' : '~';
        }
        key[len++] = byte;
    }
    return (struct bytes){.data = key, .len = len};
}

static void compile_segment(struct compile *c, struct bytes text,
                            struct map_segment *segment)
{
    bool formed = memchr(text.data, '{', text.len) != NULL;
    *segment = (struct map_segment){.position = TAPE_NONE};
    if (!formed) {
        segment->key = unescape(c, text);
        segment->position = tape_position(segment->key);
        return;
    }
    segment->formed = compile_template(c, text);
}

/* The length of the segment that begins at `at`: up to a slash outside braces. */
static size_t segment_len(struct bytes text, size_t at)
{
    size_t depth = 0;
    size_t start = at;
    for (; at < text.len; at++) {
        if (text.data[at] == '{') {
            depth++;
        } else if (text.data[at] == '}' && depth > 0) {
            depth--;
        } else if (text.data[at] == '/' && depth == 0) {
            break;
        }
    }
    return at - start;
}

/* What stands behind the origin: "" or "/a/b". */
static void compile_segments(struct compile *c, struct bytes text, struct map_path *path)
{
    struct map_segment segments[SEGMENTS_MAX];
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        if (count == SEGMENTS_MAX) {
            problem_at(c->l->problems, c->node, "a path of more than %d parts",
                       SEGMENTS_MAX);
            return;
        }
        size_t len = segment_len(text, ++at);
        compile_segment(c, bytes_slice(text, at, len), &segments[count]);
        const struct map_template *formed = segments[count].formed;
        path->per_item = path->per_item || (formed && formed->per_item);
        count++;
        at += len;
    }
    path->segments = pool_take(&c->l->map->pool, count ? count : 1, sizeof *segments);
    if (count) {
        memcpy(path->segments, segments, count * sizeof *segments);
    }
    path->count = count;
}

static bool is_path(struct bytes text)
{
    uint8_t first = text.len ? text.data[0] : 0;
    uint8_t second = text.len > 1 ? text.data[1] : '/';
    return first == '/' || ((first == '.' || first == '^') && second == '/');
}

static void compile_path(struct compile *c, struct bytes text, struct map_path *path)
{
    *path = (struct map_path){.origin = FROM_ROOT};
    if (text.len && !is_path(text)) {
        problem_at(c->l->problems, c->node,
                   "'%.*s' is not a path: it must begin with '/' (from the root), './' "
                   "(from the item) or '^/' (from its parent)",
                   BYTES_ARG(text));
        return;
    }
    if (text.len && text.data[0] != '/') {
        path->origin = text.data[0] == '.' ? FROM_ITEM : FROM_PARENT;
        path->per_item = true;
        text = bytes_slice(text, 1, text.len);
    }
    compile_segments(c, text, path);
}

/* ---- references ---- */

static void compile_topic(struct compile *c, struct bytes text, struct map_term *term)
{
    struct bytes number = bytes_slice(text, strlen("topic."), text.len);
    int64_t level = 0;
    term->source = SOURCE_TOPIC;
    term->rest = number.len && number.data[number.len - 1] == '+';
    if (term->rest) {
        number.len--;
    }
    if (!number_parse_i64(number, &level) || level < -1000 || level > 1000) {
        problem_at(c->l->problems, c->node,
                   "'%.*s': a number must follow 'topic.', such as topic.0, topic.-1 or "
                   "topic.2+",
                   BYTES_ARG(text));
    }
    term->level = (int)level;
}

static void compile_capture(struct compile *c, struct bytes text, struct map_term *term)
{
    uint64_t number = 0;
    size_t captures = c->l->scope.captures;
    term->source = SOURCE_CAPTURE;
    bool read = number_parse_u64(bytes_slice(text, 1, text.len), &number);
    if (!read || number == 0 || number > captures) {
        problem_at(c->l->problems, c->node,
                   captures ? "'%.*s': 'each' has %zu wildcard%s, so there are $1 to $%zu"
                            : "'%.*s': 'each' has no wildcard that it could stand for",
                   BYTES_ARG(text), captures, captures == 1 ? "" : "s", captures);
        return;
    }
    term->number = (size_t)number - 1;
}

static void compile_variable(struct compile *c, struct bytes text, struct map_term *term)
{
    const struct map_scope *scope = &c->l->scope;
    term->source = SOURCE_VAR;
    term->text = pool_copy(&c->l->map->pool, bytes_slice(text, strlen("var."), text.len));
    for (size_t i = 0; i < scope->variables_count; i++) {
        if (node_find(scope->variables[i], (const char *)term->text.data)) {
            return;
        }
    }
    problem_at(c->l->problems, c->node, "'%.*s': 'vars' does not define it",
               BYTES_ARG(text));
}

static bool table_has_field(const struct map_table_plan *table, struct bytes name)
{
    for (size_t i = 0; i < table->field_count; i++) {
        if (bytes_equal(table->fields[i], name)) {
            return true;
        }
    }
    return !table->learned; /* said elsewhere */
}

static void compile_meta(struct compile *c, struct bytes text, struct map_term *term)
{
    const struct map_scope *scope = &c->l->scope;
    term->source = SOURCE_META;
    term->text =
        pool_copy(&c->l->map->pool, bytes_slice(text, strlen("meta."), text.len));
    if (!scope->has_lookup) {
        problem_at(c->l->problems, c->node, "'%.*s': there is no 'lookup'",
                   BYTES_ARG(text));
    } else if (scope->table < c->l->map->table_count &&
               !table_has_field(&c->l->map->tables[scope->table], term->text)) {
        problem_at(c->l->problems, c->node,
                   "'%.*s': no 'learn' gives table '%.*s' such a "
                   "field",
                   BYTES_ARG(text), BYTES_ARG(c->l->map->tables[scope->table].name));
    }
}

static void unknown_term(struct compile *c, struct bytes text)
{
    problem_at(c->l->problems, c->node,
               "'%.*s' is not known here: write a path (/a, ./a, ^/a), topic.N, key, $N, "
               "var.NAME, meta.NAME or 'text'",
               BYTES_ARG(text));
}

static void compile_quoted(struct compile *c, struct bytes text, struct map_term *term)
{
    term->source = SOURCE_TEXT;
    if (text.len < 2 || text.data[text.len - 1] != '\'') {
        problem_at(c->l->problems, c->node, "a closing quote is missing in %.*s",
                   BYTES_ARG(text));
        return;
    }
    term->text = pool_copy(&c->l->map->pool, bytes_slice(text, 1, text.len - 2));
}

static void compile_term(struct compile *c, struct bytes text, struct map_term *term)
{
    *term = (struct map_term){0};
    if (text.len && text.data[0] == '\'') {
        compile_quoted(c, text, term);
    } else if (is_path(text)) {
        term->source = SOURCE_PATH;
        compile_path(c, text, &term->path);
    } else if (bytes_are(text, "key")) {
        term->source = SOURCE_KEY;
    } else if (bytes_are(text, "topic")) {
        term->source = SOURCE_TOPIC;
        term->rest = true;
    } else if (bytes_start_with(text, BYTES("topic."))) {
        compile_topic(c, text, term);
    } else if (bytes_start_with(text, BYTES("$"))) {
        compile_capture(c, text, term);
    } else if (bytes_start_with(text, BYTES("var."))) {
        compile_variable(c, text, term);
    } else if (bytes_start_with(text, BYTES("meta."))) {
        compile_meta(c, text, term);
    } else {
        unknown_term(c, text);
    }
}

static bool term_is_per_item(const struct map_term *term)
{
    switch (term->source) {
    case SOURCE_PATH:
        return term->path.per_item;
    case SOURCE_KEY:
    case SOURCE_CAPTURE:
    case SOURCE_VAR:
    case SOURCE_META:
        return true;
    case SOURCE_TOPIC:
    case SOURCE_TEXT:
        return false;
    }
    return true;
}

static const struct map_reference *compile_reference(struct compile *c, struct bytes text)
{
    struct map_term terms[TERMS_MAX];
    struct map_reference *reference = pool_new(&c->l->map->pool, struct map_reference);
    for (size_t at = 0; at <= text.len;) {
        size_t end = find_end(text, at, true);
        if (reference->count == TERMS_MAX) {
            problem_at(c->l->problems, c->node, "more than %d alternatives", TERMS_MAX);
            break;
        }
        struct map_term *term = &terms[reference->count++];
        compile_term(c, trim(bytes_slice(text, at, end - at)), term);
        reference->per_item = reference->per_item || term_is_per_item(term);
        reference->uses_meta = reference->uses_meta || term->source == SOURCE_META;
        at = end + 1;
    }
    reference->terms =
        pool_take(&c->l->map->pool, reference->count, sizeof *reference->terms);
    memcpy(reference->terms, terms, reference->count * sizeof *terms);
    return reference;
}

/* ---- templates ---- */

/* The piece that begins at `*at`; moves behind it. */
static struct map_piece compile_piece(struct compile *c, struct bytes text, size_t *at)
{
    struct map_piece piece = {0};
    if (text.data[*at] != '{') {
        const uint8_t *brace = memchr(text.data + *at, '{', text.len - *at);
        size_t end = brace ? (size_t)(brace - text.data) : text.len;
        piece.text = pool_copy(&c->l->map->pool, bytes_slice(text, *at, end - *at));
        *at = end;
        return piece;
    }
    size_t start = *at + 1;
    size_t end = find_end(text, start, false);
    if (end == text.len) {
        problem_at(c->l->problems, c->node, "a closing '}' is missing in '%.*s'",
                   BYTES_ARG(text));
        *at = end;
        return piece;
    }
    piece.reference = compile_reference(c, bytes_slice(text, start, end - start));
    *at = end + 1;
    return piece;
}

static const struct map_template *compile_template(struct compile *c, struct bytes text)
{
    struct map_piece pieces[PIECES_MAX];
    struct map_template *form = pool_new(&c->l->map->pool, struct map_template);
    if (c->nested == NESTED_MAX) {
        problem_at(c->l->problems, c->node, "braces nested too deep");
        return form;
    }
    c->nested++;
    for (size_t at = 0; at < text.len;) {
        if (form->count == PIECES_MAX) {
            problem_at(c->l->problems, c->node, "more than %d parts", PIECES_MAX);
            break;
        }
        struct map_piece *piece = &pieces[form->count++];
        *piece = compile_piece(c, text, &at);
        const struct map_reference *reference = piece->reference;
        form->per_item = form->per_item || (reference && reference->per_item);
        form->uses_meta = form->uses_meta || (reference && reference->uses_meta);
    }
    c->nested--;
    form->pieces = pool_take(&c->l->map->pool, form->count + 1, sizeof *pieces);
    if (form->count) {
        memcpy(form->pieces, pieces, form->count * sizeof *pieces);
    }
    return form;
}

/* ---- from nodes ---- */

void map_load_path(struct map_loader *l, const struct node *node,
                   struct map_path *ret_path)
{
    struct compile c = {.l = l, .node = node};
    *ret_path = (struct map_path){0};
    if (map_scalar(l, node)) {
        compile_path(&c, node->text, ret_path);
    }
}

void map_load_selection(struct map_loader *l, const struct node *node,
                        struct map_path *ret_path)
{
    size_t captures = 0;
    map_load_path(l, node, ret_path);
    if (ret_path->origin != FROM_ROOT) {
        problem_at(l->problems, node,
                   "'each' selects from the root: it must begin with "
                   "'/'");
    }
    for (size_t i = 0; i < ret_path->count; i++) {
        struct map_segment *segment = &ret_path->segments[i];
        bool any = bytes_are(segment->key, "*");
        bool deep = bytes_are(segment->key, "**");
        if (deep && i + 1 < ret_path->count) {
            problem_at(l->problems, node, "'**' can only stand at the end");
        }
        segment->kind = any ? SEGMENT_ANY : deep ? SEGMENT_DEEP : SEGMENT_KEY;
        captures += any || deep ? 1 : 0;
    }
    if (captures > MAP_CAPTURES_MAX) {
        problem_at(l->problems, node, "more than %d wildcards", MAP_CAPTURES_MAX);
        captures = MAP_CAPTURES_MAX;
    }
    l->scope.captures = captures;
}

const struct map_template *map_load_template(struct map_loader *l,
                                             const struct node *node)
{
    struct compile c = {.l = l, .node = node};
    if (!map_scalar(l, node)) {
        return NULL;
    }
    return compile_template(&c, node->text);
}

const struct map_reference *map_load_reference(struct map_loader *l,
                                               const struct node *node)
{
    struct compile c = {.l = l, .node = node};
    if (!map_scalar(l, node)) {
        return NULL;
    }
    return compile_reference(&c, node->text);
}
