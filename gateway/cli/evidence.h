/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about evidence share: where keys are. */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "cli/command.h"
#include "config/plan.h"
#include "evidence/key.h"

/* The path of the file that holds the signing key, or NULL when it is no file. */
const char *evidence_key_path(const struct plan *plan, char path[4096]);

/* The public half of the gateway's key: from the `.pub` beside the key's file, or from
 * the key itself.  ERR_CONFIG: there is none. */
enum err evidence_public_key(const struct plan *plan, struct key_public *ret_key,
                             struct error *e) MUST_CHECK;

/* A public key from 64 hex digits, or from the file that holds them. */
bool evidence_read_key(const char *text, struct key_public *ret_key);

/* The registries' keys that the http sinks pin, and `more` where it is not NULL; gives
 * how many. */
size_t evidence_registry_keys(const struct plan *plan, const char *more,
                              struct key_public *keys);

#endif
