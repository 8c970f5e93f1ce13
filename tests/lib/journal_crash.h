/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random life of a journal: appends, commits, faults, deaths of the process and
 * power cuts, with a check after each restart.
 *
 * What must hold: every acknowledged record is there, and every record that was ever
 * shown to a reader; each once, in order, under its seq, with its bytes; and nothing
 * that was not appended.  With sync by interval a power cut may take acknowledged
 * records that were not shown yet.
 */
#ifndef JOURNAL_CRASH_H
#define JOURNAL_CRASH_H

#include "core/bytes.h"

struct crash_life {
    uint64_t seed;
    bool interval; /* sync by interval */
    bool faults;   /* calls fail now and then, once or for a while */
};

struct crash_result {
    uint64_t restarts, power_cuts, acknowledged, recovered;
    char broken[256]; /* what did not hold; empty: all did */
};

/* Lives from an empty disk through some restarts; the same seed, the same life. */
struct crash_result crash_live(struct crash_life life);

#endif
