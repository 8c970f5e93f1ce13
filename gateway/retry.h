/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead letters for a second time: each becomes a record in the journal that holds its
 * message again, so that a replay decodes it at the same place by the same
 * configuration.  The letter stays and is marked when the record was folded.
 */
#ifndef RETRY_H
#define RETRY_H

#include "journal/journal.h"
#include "outbox/outbox.h"

/* Letters of one call at most. */
#define RETRY_MAX 200

struct retry_result {
    size_t found;    /* letters asked for; RETRY_MAX: there may be more */
    size_t appended; /* records */
    int64_t last_id; /* of the letters found; where the next call goes on */
    uint64_t last_seq;
    size_t refused;
    char why[256]; /* the first refusal, in words */
};

/* Appends a record for the letter `filter->id`, or for those behind `filter->after` that
 * had no retry yet; its `limit` is ours.  A message that the journal no longer holds
 * whole is refused.  Waits a second at most when much waits for a commit.  Errors are
 * those of outbox and journal: what was appended stands.  Any thread. */
enum err retry_dead_letters(struct journal *journal, struct outbox *outbox,
                            const struct outbox_letter_filter *filter,
                            struct retry_result *ret_result, struct error *e) MUST_CHECK;

#endif
