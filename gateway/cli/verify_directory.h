/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that lies in a directory: a journal, or a gateway's state with one. */
#ifndef CLI_VERIFY_DIRECTORY_H
#define CLI_VERIFY_DIRECTORY_H

#include "core/buf.h"
#include "verify/verify.h"

/* Checks every byte of the journal, and its tree against the notes; of a state directory
 * makes a whole pack, which is left to be judged (empty: there is no outbox).
 * ERR_REJECT: neither is there. */
enum err verify_directory(const char *path, const struct verify_settings *settings,
                          struct buf *pack, struct error *e) MUST_CHECK;

#endif
