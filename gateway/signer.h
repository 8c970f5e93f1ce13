/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's signing key and the one that comes after it.
 *
 * The next key is made beside the first (`signing.key.next`, by `emgate key rotate`) and
 * taken at SIGHUP or start.  Its use begins with a record of the journal that both have
 * signed (evidence/change.h): summaries made from that record on are the new key's. Which
 * one is in use stands in the outbox, in the transaction with the cursor; so after any
 * crash the same summaries are signed by the same key.
 *
 * Any thread.
 */
#ifndef SIGNER_H
#define SIGNER_H

#include "config/plan.h"
#include "core/arena.h"
#include "evidence/change.h"

struct signer;

/* Opens the key, which is made when there is none, and the next one where it is.
 * ERR_CONFIG, ERR_SYSTEM. */
enum err signer_open(const struct plan *plan, struct signer **ret_signer,
                     struct error *e) MUST_CHECK;
void signer_close(struct signer **signer);

/* For making again what was signed in the past: begins with the key of the id `first`
 * ("": the one in use) and follows changes of key by the private halves that are kept
 * beside it.  Moves no files.  While the key is not there signer_pair() is NULL. */
enum err signer_open_past(const struct plan *plan, const char *first,
                          struct signer **ret_signer, struct error *e) MUST_CHECK;

/* The pair in use; see signer_open_past() for NULL.  It holds until signer_settle(),
 * which the same thread calls. */
const struct key_pair *signer_pair(struct signer *signer);

/* An Envelope around the payload, signed by the pair in use of the struct signer, in
 * `arena`; empty: it does not fit.  What struct forward_world signs with. */
struct bytes signer_envelope(void *signer, const char *type, struct bytes payload,
                             struct arena *arena);

/* The key of this id is in use, says the outbox; "": the first one.  ERR_CONFIG: neither
 * of the two is that. */
enum err signer_use(struct signer *signer, struct bytes id, struct error *e) MUST_CHECK;

/* Looks for a next key that has come since. */
void signer_look(struct signer *signer);

/* Whether there is a next one that no change has led to. */
bool signer_has_next(struct signer *signer);

/* The change to the next one as the payload of record `seq`, in `arena`; empty: there is
 * no next one. */
struct bytes signer_change(struct signer *signer, uint64_t seq, struct arena *arena);

/* A change of key was folded: uses the next key if it is that one. */
void signer_turn(struct signer *signer, struct bytes envelope);

/* The use of the next key is on disk: its file takes the place of the first, which is
 * kept as `signing.key.<id>`. */
void signer_settle(struct signer *signer);

#endif
