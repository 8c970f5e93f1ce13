/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed bytes, after DSSE: the signature is over
 *
 *     "DSSEv1" SP len(type) SP type SP len(payload) SP payload
 *
 * so that nothing is serialised again to verify it, and bytes of one type never pass
 * for another's.
 */
#ifndef EVIDENCE_DSSE_H
#define EVIDENCE_DSSE_H

#include "core/arena.h"
#include "evidence/key.h"

#define DSSE_SUMMARY "application/vnd.emgate.summary.v1+protobuf"
#define DSSE_RECEIPT "application/vnd.emgate.receipt.v1"
#define DSSE_MANIFEST "application/vnd.emgate.manifest.v1+protobuf"
#define DSSE_KEY_CHANGE "application/vnd.emgate.key-change.v1"

/* Signs a payload of this type, or checks such a signature. */
void dsse_sign(const struct key_pair *pair, const char *type, struct bytes payload,
               uint8_t ret_signature[KEY_SIGNATURE_LEN]);
bool dsse_verify(const struct key_public *key, const char *type, struct bytes payload,
                 struct bytes signature);

/* An emgate.v1.Envelope around the payload, signed by each of `pairs`; none: unsigned.
 * Its bytes are in `arena`; empty: they do not fit. */
struct bytes dsse_envelope(const char *type, struct bytes payload,
                           const struct key_pair *const *pairs, size_t pair_count,
                           struct arena *arena);

#endif
