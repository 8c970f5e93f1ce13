/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A far side that stores summaries, and the sink that leads there.  It refuses, hangs,
 * loses its answer, answers twice or in another order, and claims to have stored what it
 * has not (its receipt then names another key); what it says goes through the gateway's
 * own reading of receipts.
 *
 * It checks what it is given: one summary for a process, window and revision; revisions
 * of a window without a hole; bytes that fit their key.
 */
#ifndef SIM_RECEIVER_H
#define SIM_RECEIVER_H

#include "core/arena.h"
#include "sinks/sink.h"

enum receiver_mood {
    MOOD_FINE,
    MOOD_REFUSES,       /* nothing is stored, the connection is refused */
    MOOD_HANGS,         /* nothing is stored, nothing is answered */
    MOOD_LOSES_ANSWER,  /* stored, but the answer is lost */
    MOOD_TAKES_HALF,    /* breaks off in the middle: stores and answers what came first */
    MOOD_ANSWERS_TWICE, /* each receipt twice, in reverse */
    MOOD_LIES,          /* not stored; a receipt of something else */
    MOOD_LATER,         /* not stored: "later" */
    MOOD_BABBLES,       /* stored, but the answer can't be read */
    MOOD_COUNT
};

#define RECEIVER_PROCESS_MAX 16

struct receiver_summary {
    uint8_t key[SINK_KEY_LEN];
    char process[RECEIVER_PROCESS_MAX];
    int64_t start_ns;
    uint32_t revision;
    /* What it says; a value that is not known is NAN. */
    double direct, indirect, activity;
    uint64_t lost; /* messages */
    size_t gaps;
};

struct receiver {
    enum receiver_mood mood;
    struct receiver_summary *summaries;
    size_t count, capacity;
    struct arena arena, scratch;
    struct buf answer;
    bool takes_twice; /* negative control: what it has it stores again */
    uint64_t sends;
    char broken[200]; /* what was wrong with what came; empty: nothing */
};

void receiver_init(struct receiver *receiver);
void receiver_deinit(struct receiver *receiver);

/* The last revision of a window, or NULL. */
const struct receiver_summary *receiver_latest(const struct receiver *receiver,
                                               const char *process, int64_t start_ns);

/* The sink; the first child of its settings is a struct receiver. */
extern const struct sink receiver_sink;

#endif
