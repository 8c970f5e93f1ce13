/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a compiled pattern: a list of threads, one at most for each step, in order of
 * preference, moves over the text character by character.
 */
#include "core/pattern_private.h"
#include "core/utf8.h"

struct run {
    struct pattern *pattern;
    struct bytes text;
    size_t at;
};

static bool is_word_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= 'a' && c <= 'z');
}

static bool at_word_edge(const struct run *run)
{
    bool before = run->at > 0 && is_word_byte(run->text.data[run->at - 1]);
    bool behind = run->at < run->text.len && is_word_byte(run->text.data[run->at]);
    return before != behind;
}

static bool in_ranges(const struct class *class, uint32_t c)
{
    for (size_t i = 0; i < class->count; i++) {
        if (c >= class->ranges[i].low && c <= class->ranges[i].high) {
            return true;
        }
    }
    return false;
}

static bool in_class(const struct pattern *pattern, const struct class *class, uint32_t c)
{
    bool in = in_ranges(class, c);
    if (!in && pattern->ignore_case) {
        uint32_t lower = fold_case(c);
        uint32_t upper = c >= 'a' && c <= 'z' ? c - 32 : c;
        in = in_ranges(class, lower) || in_ranges(class, upper);
    }
    return in != class->negated;
}

static bool step_takes(const struct pattern *pattern, const struct step *step, uint32_t c)
{
    switch (step->kind) {
    case STEP_CHAR:
        return pattern->ignore_case ? fold_case(step->x) == fold_case(c) : step->x == c;
    case STEP_ANY:
        return c != '\n';
    case STEP_CLASS:
        return in_class(pattern, step->class, c);
    case STEP_SPLIT:
    case STEP_JUMP:
    case STEP_SAVE:
    case STEP_START:
    case STEP_END:
    case STEP_WORD:
    case STEP_NOT_WORD:
    case STEP_MATCH:
        return false;
    }
    return false;
}

static bool is_listed(const struct threads *threads, uint32_t step)
{
    uint32_t i = threads->where[step];
    return i < threads->count && threads->items[i].step == step;
}

/* Adds a thread, following everything that takes no character; `slots` are as they
 * were when it returns.  Recurses as deep as there are steps, at most. */
static void follow(const struct run *run, struct threads *threads, uint32_t at,
                   uint32_t *slots)
{
    if (is_listed(threads, at)) {
        return;
    }
    const struct step *step = &run->pattern->steps[at];
    threads->where[at] = threads->count;
    struct thread *thread = &threads->items[threads->count++];
    thread->step = at;
    memcpy(thread->slots, slots, sizeof thread->slots);
    uint32_t kept = step->kind == STEP_SAVE ? slots[step->x] : 0;
    switch (step->kind) {
    case STEP_SPLIT:
        follow(run, threads, step->x, slots);
        follow(run, threads, step->y, slots);
        return;
    case STEP_JUMP:
        follow(run, threads, step->x, slots);
        return;
    case STEP_SAVE:
        slots[step->x] = (uint32_t)run->at + 1;
        follow(run, threads, at + 1, slots);
        slots[step->x] = kept;
        return;
    case STEP_START:
        if (run->at == 0) {
            follow(run, threads, at + 1, slots);
        }
        return;
    case STEP_END:
        if (run->at == run->text.len) {
            follow(run, threads, at + 1, slots);
        }
        return;
    case STEP_WORD:
    case STEP_NOT_WORD:
        if (at_word_edge(run) == (step->kind == STEP_WORD)) {
            follow(run, threads, at + 1, slots);
        }
        return;
    case STEP_CHAR:
    case STEP_ANY:
    case STEP_CLASS:
    case STEP_MATCH:
        return;
    }
}

/* One character for all threads; true when the pattern matched up to here, with the
 * match's slots. */
static bool advance(struct run *run, uint32_t c, size_t len, uint32_t *match)
{
    struct pattern *pattern = run->pattern;
    struct threads *next = &pattern->next;
    bool matched = false;
    next->count = 0;
    run->at += len;
    for (uint32_t i = 0; i < pattern->now.count && !matched; i++) {
        struct thread *thread = &pattern->now.items[i];
        const struct step *step = &pattern->steps[thread->step];
        if (step->kind == STEP_MATCH) {
            memcpy(match, thread->slots, sizeof thread->slots);
            matched = true; /* what follows is less preferred */
        } else if (len && step_takes(pattern, step, c)) {
            follow(run, next, thread->step + 1, thread->slots);
        }
    }
    struct threads swap = pattern->now;
    pattern->now = pattern->next;
    pattern->next = swap;
    return matched;
}

static struct bytes between(struct bytes text, uint32_t from, uint32_t to)
{
    if (from == 0 || to == 0) {
        return (struct bytes){0};
    }
    return bytes_slice(text, from - 1, to - from);
}

/* The next character and its length, 0 at the end. */
static size_t take_character(const struct run *run, uint32_t *ret_character)
{
    if (run->at == run->text.len) {
        return 0;
    }
    uint8_t first = run->text.data[run->at];
    if (first < 0x80) {
        *ret_character = first;
        return 1;
    }
    struct bytes rest = bytes_slice(run->text, run->at, run->text.len);
    size_t len = utf8_len(rest);
    *ret_character = len ? utf8_get(rest, len) : first;
    return len ? len : 1;
}

bool pattern_search(struct pattern *pattern, struct bytes text, struct bytes *ret_first)
{
    struct run run = {.pattern = pattern, .text = text};
    uint32_t match[SLOTS] = {0};
    uint32_t empty[SLOTS] = {0};
    bool matched = false;
    if (text.len > PATTERN_TEXT_MAX) {
        return false;
    }
    pattern->now.count = 0;
    for (bool more = true; more;) {
        if (!matched && (run.at == 0 || !pattern->anchored)) {
            follow(&run, &pattern->now, 0, empty);
        }
        uint32_t c = 0;
        size_t len = take_character(&run, &c);
        matched = advance(&run, c, len, match) || matched;
        bool done = pattern->now.count == 0 && (matched || pattern->anchored);
        more = len > 0 && !done;
    }
    if (matched && ret_first) {
        *ret_first = pattern->has_group ? between(text, match[2], match[3])
                                        : between(text, match[0], match[1]);
    }
    return matched;
}
