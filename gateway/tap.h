/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tap: a look at what flows through the pipeline, for people who watch.
 *
 * The pipeline's thread adds lines of JSON, any other thread reads them by a cursor.
 * Lines are made and kept only while somebody reads: a question opens the tap,
 * TAP_OPEN_NS without one closes it.  Each stage holds its newest lines within TAP_BYTES
 * and numbers all of them, kept or not, so a reader that was too slow is told how many
 * it missed.  Nothing waits for a reader.
 */
#ifndef TAP_H
#define TAP_H

#include "core/buf.h"
#include "core/check.h"
#include "core/clock.h"

#define TAP_BYTES ((size_t)4 << 20) /* of one stage */
#define TAP_OPEN_NS (10 * NS_PER_S)

enum tap_stage { TAP_READINGS, TAP_SUMMARIES, TAP_REJECTS };
#define TAP_STAGES 3

/* Their names, ending in NULL. */
extern const char *const tap_stage_names[];

/* The stage of this name; false when there is none. */
MUST_CHECK bool tap_stage_find(const char *name, enum tap_stage *ret_stage);

struct tap;

/* A closed tap; `clock` outlives it.  tap_free() frees it and sets NULL. */
struct tap *tap_new(const struct clock *clock);
void tap_free(struct tap **tap);

/* Whether anybody reads: else nothing needs to be made.  Any thread. */
bool tap_is_open(struct tap *tap);

/* Adds a line, an object of JSON without a line end.  `points` are those it is about,
 * each with a line end behind it; or empty.  Any thread. */
void tap_add(struct tap *tap, enum tap_stage stage, struct bytes points,
             struct bytes line);

/* Counts lines that were not made because the tap is closed.  Any thread. */
void tap_miss(struct tap *tap, enum tap_stage stage, uint64_t count);

struct tap_question {
    uint64_t after; /* the cursor of the last answer; 0: from now on */
    enum tap_stage stage;
    const char *point; /* only this point's; NULL: all */
};

/* Opens the tap and writes an answer of lines: {"cursor": N, "missed": N}, then those
 * asked for behind the cursor, about a megabyte at most; the next question goes on from
 * there.  `missed` counts lines of the stage, whatever their point.  Any thread. */
void tap_ask(struct tap *tap, const struct tap_question *question, struct buf *out);

#endif
