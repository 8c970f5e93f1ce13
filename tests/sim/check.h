/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold, whatever happened.  Each check tells the world what does not
 * (world_complain()).
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "world.h"

/* Of the journal, while the process is up: each record that was there before is there
 * with the same bytes, in order, without a hole; each acknowledged message is there; no
 * message is there that nobody sent. */
void check_journal(struct world *world);

/* The same while it is down. */
void check_directory(struct world *world);

/* At the end, when nothing waits any more:
 *   - every message that the broker took and did not forget is in the journal;
 *   - both far sides have what the outbox has, and what a fold of the journal from its
 *     first record gives, byte for byte;
 *   - the last revision of each window says what the plant's own messages add up to, to
 *     1e-9; missing messages are told;
 *   - what could not be read is set aside, once. */
void check_end(struct world *world);

#endif
