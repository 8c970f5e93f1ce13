/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the summaries of a whole pack again from its records and compares bytes: the
 * proof that nothing was left out and that nothing was calculated otherwise.
 */
#ifndef CLI_VERIFY_REPLAY_H
#define CLI_VERIFY_REPLAY_H

#include "verify/verify.h"

/* Adds lines of the check "replay"; gives how many failed.  `everything`: every summary
 * that comes out must be in the pack, not only those of its period.  ERR_REJECT: it is
 * no pack. */
enum err verify_replay(struct bytes file, bool everything, verify_line_fn *line,
                       void *ctx, size_t *ret_failed, struct error *e) MUST_CHECK;

#endif
