/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Submissions as JSON, for senders without protobuf (gateway/sinks/http_json.h shows both
 * bodies).  Only the envelopes count; what else stands beside them is not looked at.
 */
#ifndef REGISTRY_SUBMIT_JSON_H
#define REGISTRY_SUBMIT_JSON_H

#include "core/buf.h"
#include "core/error.h"

/* Adds the body as the SubmitRequest that it is.  ERR_REJECT: it is none; ERR_FULL: it is
 * too long. */
enum err submit_json_read(struct bytes json, struct buf *out, struct error *e) MUST_CHECK;

/* Adds the receipts of a SubmitResponse as JSON. */
void submit_json_put(struct bytes response, struct buf *out);

#endif
