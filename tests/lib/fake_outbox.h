/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox in memory, linked in place of the real one: the test puts rows, the
 * forwarder works on them, the test looks at what became of them.
 */
#ifndef LIB_FAKE_OUTBOX_H
#define LIB_FAKE_OUTBOX_H

#include "outbox/outbox.h"

#define FAKE_ROWS_MAX 256

enum fake_state { FAKE_NEW, FAKE_DONE, FAKE_SET_ASIDE };

struct fake_row {
    uint8_t key[OUTBOX_KEY_LEN];
    struct bytes envelope; /* the test's */
    const char *process;
    enum fake_state state;
    unsigned tried;
    char why[256];
    size_t receipt_len;
    int64_t window_start_ns; /* for manifests */
};

struct outbox {
    struct fake_row rows[FAKE_ROWS_MAX];
    size_t count;
    int fail_next; /* so many calls of outbox_next() fail */
    int fail_mark; /* so many calls of outbox_mark_*() fail */
};

/* Adds a row whose envelope is `text`; gives its index. */
size_t fake_outbox_put(struct outbox *outbox, const char *process, const char *text);

#endif
