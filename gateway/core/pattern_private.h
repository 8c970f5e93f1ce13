/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled form of a pattern, between its compiler and its matcher. */
#ifndef CORE_PATTERN_PRIVATE_H
#define CORE_PATTERN_PRIVATE_H

#include "core/pattern.h"

enum step_kind {
    STEP_CHAR,     /* one character */
    STEP_ANY,      /* any but a line end */
    STEP_CLASS,    /* one of a class */
    STEP_SPLIT,    /* goes on at x, and with less preference at y */
    STEP_JUMP,     /* goes on at x */
    STEP_SAVE,     /* notes the position in slot x */
    STEP_START,    /* ^ */
    STEP_END,      /* $ */
    STEP_WORD,     /* \b */
    STEP_NOT_WORD, /* \B */
    STEP_MATCH,
};

struct range {
    uint32_t low, high;
};

struct class
{
    struct range *ranges;
    size_t count;
    size_t capacity;
    bool negated;
};

struct step {
    enum step_kind kind;
    uint32_t x, y; /* x is the character of STEP_CHAR */
    const struct class *class;
};

#define SLOTS 4 /* start and end of the match, of the first group */

struct thread {
    uint32_t step;
    uint32_t slots[SLOTS]; /* position + 1; 0: not passed */
};

struct threads {
    struct thread *items; /* in order of preference */
    uint32_t *where;      /* by step: index into items, when items there agree */
    uint32_t count;
};

struct pattern {
    struct step *steps;
    uint32_t count;
    bool ignore_case;
    bool has_group;
    bool anchored; /* begins with ^: no use in trying further on */
    struct threads now, next;
};

static inline uint32_t fold_case(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

#endif
