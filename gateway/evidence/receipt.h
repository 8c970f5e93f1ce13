/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry signs when it gives a receipt: a text, so that the receipt's protobuf
 * need not be serialised again to check it.
 *
 *     emgate receipt v1
 *     registry <id>
 *     key <64 hex digits>
 *     verdict <number>
 *     stored <nanoseconds>
 *     reason <words>
 */
#ifndef EVIDENCE_RECEIPT_H
#define EVIDENCE_RECEIPT_H

#include "core/arena.h"
#include "evidence/dsse.h"
#include "registry.pb-c.h"

/* Sets signature and key id; the signature's bytes are the caller's. */
void receipt_sign(Emgate__V1__Receipt *receipt, const struct key_pair *pair,
                  uint8_t signature[KEY_SIGNATURE_LEN]);

/* Whether the registry's key has signed it. */
bool receipt_holds(const Emgate__V1__Receipt *receipt, const struct key_public *key);

/* The same of a serialised one. */
bool receipt_bytes_hold(struct bytes receipt, const struct key_public *key);

#endif
