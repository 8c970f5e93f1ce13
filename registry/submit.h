/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SubmitRequest's way from bytes to receipts.  The request is cut into envelopes by
 * hand, so that their bytes are kept exactly as they came.
 */
#ifndef REGISTRY_SUBMIT_H
#define REGISTRY_SUBMIT_H

#include "core/arena.h"
#include "core/buf.h"
#include "registry/arrival.h"

#define SUBMIT_ENVELOPES_MAX 1000

struct submit_request {
    char gateway[129];
    struct bytes envelopes[SUBMIT_ENVELOPES_MAX]; /* views into the request */
    size_t count;
};

/* ERR_REJECT: the bytes are no SubmitRequest; ERR_FULL: too many envelopes. */
enum err submit_parse(struct bytes body, struct submit_request *ret_request,
                      struct error *e) MUST_CHECK;

/* Reads every envelope; see arrival_read().  ERR_REJECT: one has no key to answer with,
 * so the whole request is refused. */
enum err submit_read(const struct submit_request *request, const struct sender *sender,
                     struct arena *scratch, struct arena *kept,
                     struct arrival *ret_arrivals, struct error *e) MUST_CHECK;

/* Who gives receipts: its id, and the key that signs them, or NULL. */
struct receipt_giver {
    const char *registry;
    const struct key_pair *signer;
};

/* Adds a SubmitResponse with one receipt an arrival. */
void submit_put_receipts(const struct arrival *arrivals, size_t count,
                         const struct receipt_giver *giver, struct buf *out);

#endif
