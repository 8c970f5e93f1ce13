/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that is one thing alone: a checkpoint's note, or a summary in its envelope, as
 * a registry hands it out.  Only its signature can be judged.
 */
#ifndef CLI_VERIFY_SINGLE_H
#define CLI_VERIFY_SINGLE_H

#include "verify/verify.h"

/* Adds its line.  ERR_REJECT: it is neither. */
enum err verify_single(struct bytes file, const struct verify_settings *settings,
                       struct error *e) MUST_CHECK;

#endif
