/* SPDX-License-Identifier: Apache-2.0 */
/* Damage to what was synced: one bit of a commit group of the journal turns over. */
#ifndef SIM_ROT_H
#define SIM_ROT_H

#include "world.h"

/* Damages a group that a later one tells of, while the process is down, and notes which
 * records are lost by it.  Nothing happens where there is none. */
void rot_group(struct world *world, uint64_t random);

#endif
