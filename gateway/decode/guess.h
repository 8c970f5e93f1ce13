/* SPDX-License-Identifier: Apache-2.0 */
/* Which adapter a message of unknown make is for, from its topic and first bytes. */
#ifndef DECODE_GUESS_H
#define DECODE_GUESS_H

#include "core/bytes.h"

/* The adapter's name, or NULL when nothing speaks for one.  A guess: names what the
 * message looks like, not that it will decode. */
const char *guess_adapter(struct bytes topic, struct bytes payload);

#endif
