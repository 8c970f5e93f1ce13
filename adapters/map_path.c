/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths, selections and templates at work on one message.  Text is passed as a view
 * wherever it can be: into the payload, the topic, or the mapping itself.
 */
#include "map_private.h"

#include "core/topic.h"

/* ---- scalars as text ---- */

bool map_item_text(const struct tape *tape, uint32_t item, struct map_text *ret_text)
{
    switch (tape_kind(tape, item)) {
    case TAPE_STRING:
    case TAPE_NUMBER:
        *ret_text =
            (struct map_text){tape_text(tape, item), tape->items[item].text_unfit};
        return true;
    case TAPE_TRUE:
        *ret_text = (struct map_text){.text = BYTES("true")};
        return true;
    case TAPE_FALSE:
        *ret_text = (struct map_text){.text = BYTES("false")};
        return true;
    case TAPE_NULL:
    case TAPE_ARRAY:
    case TAPE_OBJECT:
    case TAPE_BYTES:
        return false;
    }
    return false;
}

static struct bytes position_text(struct arena *arena, uint32_t position)
{
    uint8_t digits[10];
    size_t len = 0;
    do {
        digits[sizeof digits - ++len] = (uint8_t)('0' + position % 10);
        position /= 10;
    } while (position);
    return arena_copy(arena, (struct bytes){digits + sizeof digits - len, len});
}

static struct map_text capture_text(struct map_run *run,
                                    const struct map_capture *capture)
{
    if (capture->text.data) {
        return (struct map_text){capture->text, capture->unfit};
    }
    if (capture->item != TAPE_NONE) {
        return (struct map_text){tape_key(&run->tape, capture->item),
                                 run->tape.items[capture->item].key_unfit};
    }
    return (struct map_text){.text = position_text(run->arena, capture->position)};
}

/* ---- references and templates ---- */

static const struct map_variable *find_variable(const struct map_run *run,
                                                struct bytes name)
{
    for (size_t i = 0; run->emit && i < run->emit->variable_count; i++) {
        if (bytes_equal(run->emit->variables[i].name, name)) {
            return &run->emit->variables[i];
        }
    }
    return NULL;
}

static bool variable_text(struct map_run *run, struct bytes name,
                          struct map_text *ret_text)
{
    const struct map_variable *variable = find_variable(run, name);
    struct map_text of = {0};
    if (!variable || !variable->of || !map_template_text(run, variable->of, &of)) {
        return false;
    }
    if (variable->pattern) {
        struct bytes caught = {0};
        if (!pattern_search(variable->pattern, of.text, &caught) || !caught.data) {
            return false;
        }
        of.text = caught;
    }
    *ret_text = of;
    return true;
}

static bool path_text(struct map_run *run, const struct map_path *path,
                      struct map_text *ret_text)
{
    uint32_t item = map_path_find(run, path);
    return item != TAPE_NONE && map_item_text(&run->tape, item, ret_text);
}

static bool meta_text(struct map_run *run, struct bytes name, struct map_text *ret_text)
{
    const char *field = map_meta_field(run, name);
    if (!field) {
        return false;
    }
    *ret_text = (struct map_text){.text = bytes_of(field)};
    return true;
}

static bool term_text(struct map_run *run, const struct map_term *term,
                      struct map_text *ret_text)
{
    *ret_text = (struct map_text){0};
    switch (term->source) {
    case SOURCE_PATH:
        return path_text(run, &term->path, ret_text);
    case SOURCE_TOPIC:
        return topic_level(run->message->topic, term->level, term->rest, &ret_text->text);
    case SOURCE_KEY:
        if (run->has_key) {
            *ret_text = capture_text(run, &run->key);
        }
        return run->has_key;
    case SOURCE_CAPTURE:
        if (term->number < run->capture_count) {
            *ret_text = capture_text(run, &run->captures[term->number]);
        }
        return term->number < run->capture_count;
    case SOURCE_VAR:
        return variable_text(run, term->text, ret_text);
    case SOURCE_META:
        return meta_text(run, term->text, ret_text);
    case SOURCE_TEXT:
        ret_text->text = term->text;
        return true;
    }
    return false;
}

bool map_reference_text(struct map_run *run, const struct map_reference *reference,
                        struct map_text *ret_text)
{
    for (size_t i = 0; i < reference->count; i++) {
        if (term_text(run, &reference->terms[i], ret_text)) {
            return true;
        }
    }
    return false;
}

bool map_reference_item(struct map_run *run, const struct map_reference *reference,
                        uint32_t *ret_item, struct map_text *ret_text)
{
    for (size_t i = 0; i < reference->count; i++) {
        const struct map_term *term = &reference->terms[i];
        if (term->source != SOURCE_PATH) {
            *ret_item = TAPE_NONE;
            if (term_text(run, term, ret_text)) {
                return true;
            }
            continue;
        }
        *ret_item = map_path_find(run, &term->path);
        if (*ret_item != TAPE_NONE && tape_kind(&run->tape, *ret_item) != TAPE_NULL) {
            return true;
        }
    }
    return false;
}

static bool piece_text(struct map_run *run, const struct map_piece *piece,
                       struct map_text *ret_text)
{
    if (piece->reference) {
        return map_reference_text(run, piece->reference, ret_text);
    }
    *ret_text = (struct map_text){.text = piece->text};
    return true;
}

/* Joins the texts in the arena. */
static struct bytes join(struct arena *arena, const struct map_text *texts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += texts[i].text.len;
    }
    uint8_t *joined = arena_take(arena, len + 1, 1);
    uint8_t *at = joined;
    for (size_t i = 0; joined && i < count; i++) {
        if (texts[i].text.len) {
            memcpy(at, texts[i].text.data, texts[i].text.len);
        }
        at += texts[i].text.len;
    }
    return (struct bytes){.data = joined, .len = joined ? len : 0};
}

bool map_template_text(struct map_run *run, const struct map_template *form,
                       struct map_text *ret_text)
{
    if (form->count == 1) {
        return piece_text(run, &form->pieces[0], ret_text);
    }
    struct map_text *texts = arena_take(run->arena, form->count + 1, sizeof *texts);
    bool unfit = false;
    if (!texts) {
        return false;
    }
    for (size_t i = 0; i < form->count; i++) {
        if (!piece_text(run, &form->pieces[i], &texts[i])) {
            return false;
        }
        unfit = unfit || texts[i].unfit;
    }
    *ret_text = (struct map_text){join(run->arena, texts, form->count), unfit};
    return true;
}

/* ---- paths ---- */

/* The child a segment names, or TAPE_NONE. */
static uint32_t step(struct map_run *run, uint32_t at, const struct map_segment *segment)
{
    struct bytes key = segment->key;
    uint32_t position = segment->position;
    if (segment->formed) {
        struct map_text text = {0};
        if (!map_template_text(run, segment->formed, &text)) {
            return TAPE_NONE;
        }
        key = text.text;
    }
    if (tape_kind(&run->tape, at) == TAPE_OBJECT) {
        return tape_find(&run->tape, at, key);
    }
    if (segment->formed) {
        position = tape_position(key);
    }
    return position == TAPE_NONE ? TAPE_NONE : tape_element(&run->tape, at, position);
}

uint32_t map_path_find(struct map_run *run, const struct map_path *path)
{
    uint32_t at = 0;
    switch (path->origin) {
    case FROM_ROOT:
        break;
    case FROM_ITEM:
        at = run->item;
        break;
    case FROM_PARENT:
        at = run->tape.items[run->item].parent;
        break;
    }
    for (size_t i = 0; i < path->count && at != TAPE_NONE; i++) {
        at = step(run, at, &path->segments[i]);
    }
    return at;
}

/* ---- selections ---- */

struct selection {
    const struct map_path *each;
    map_visit_fn *visit;
    void *ctx;
};

static bool going(const struct map_run *run)
{
    return run->err == ERR_OK && !run->arena->overflow;
}

static void visit(struct map_run *run, const struct selection *s, uint32_t item)
{
    run->item = item;
    s->visit(run, s->ctx);
}

/* The capture for a child of `at`. */
static struct map_capture child_capture(const struct map_run *run, uint32_t at,
                                        uint32_t child, uint32_t position)
{
    bool member = tape_kind(&run->tape, at) == TAPE_OBJECT;
    return (struct map_capture){.item = member ? child : TAPE_NONE, .position = position};
}

static bool is_container(const struct map_run *run, uint32_t at)
{
    enum tape_kind kind = tape_kind(&run->tape, at);
    return kind == TAPE_OBJECT || kind == TAPE_ARRAY;
}

/* Every scalar below `at`; `path` is what leads to `at` from the selection's start. */
static void select_leaves(struct map_run *run, const struct selection *s, uint32_t at,
                          struct map_text path)
{
    uint32_t position = 0;
    const struct tape_item *container = &run->tape.items[at];
    for (uint32_t i = at + 1; i < container->next && going(run);
         i = run->tape.items[i].next) {
        struct map_capture own = child_capture(run, at, i, position++);
        struct map_text texts[3] = {path, {.text = BYTES("/")}, capture_text(run, &own)};
        struct map_text whole = texts[2];
        if (path.text.len) {
            whole.text = join(run->arena, texts, 3);
            whole.unfit = whole.unfit || path.unfit;
        }
        if (is_container(run, i)) {
            select_leaves(run, s, i, whole);
            continue;
        }
        run->captures[run->capture_count++] =
            (struct map_capture){.text = whole.text, .unfit = whole.unfit};
        run->key = own;
        run->has_key = true;
        visit(run, s, i);
        run->capture_count--;
    }
}

static void select_from(struct map_run *run, const struct selection *s, uint32_t at,
                        size_t segment);

static void select_any(struct map_run *run, const struct selection *s, uint32_t at,
                       size_t segment)
{
    uint32_t position = 0;
    if (!is_container(run, at)) {
        return;
    }
    for (uint32_t i = at + 1; i < run->tape.items[at].next && going(run);
         i = run->tape.items[i].next) {
        struct map_capture capture = child_capture(run, at, i, position++);
        run->captures[run->capture_count++] = capture;
        run->key = capture;
        run->has_key = true;
        select_from(run, s, i, segment + 1);
        run->capture_count--;
    }
}

static void select_key(struct map_run *run, const struct selection *s, uint32_t at,
                       size_t segment)
{
    const struct map_segment *part = &s->each->segments[segment];
    uint32_t child = step(run, at, part);
    if (child == TAPE_NONE) {
        return;
    }
    run->key = child_capture(run, at, child, part->position);
    run->has_key = true;
    select_from(run, s, child, segment + 1);
}

static void select_from(struct map_run *run, const struct selection *s, uint32_t at,
                        size_t segment)
{
    if (segment == s->each->count) {
        visit(run, s, at);
        return;
    }
    switch (s->each->segments[segment].kind) {
    case SEGMENT_KEY:
        select_key(run, s, at, segment);
        return;
    case SEGMENT_ANY:
        select_any(run, s, at, segment);
        return;
    case SEGMENT_DEEP:
        if (is_container(run, at)) {
            select_leaves(run, s, at, (struct map_text){0});
        }
        return;
    }
}

void map_select(struct map_run *run, const struct map_path *each, map_visit_fn *visitor,
                void *ctx)
{
    struct selection s = {.each = each, .visit = visitor, .ctx = ctx};
    run->capture_count = 0;
    run->has_key = false;
    run->item = 0;
    select_from(run, &s, 0, 0);
}
