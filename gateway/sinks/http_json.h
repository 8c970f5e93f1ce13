/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts as JSON, for far sides that take no protobuf:
 *
 *     {"gateway": "cement-01",
 *      "summaries": [{"key": "<hex>", "envelope": "<base64>", "summary": {...}}, ...]}
 *
 * `envelope` is what counts, an emgate.v1.Envelope as it is stored; `summary` is the same
 * for people and programs that only read, with the names of summary.proto.  The answer:
 *
 *     {"receipts": [{"key": "<hex>", "verdict": "stored", "reason": "", "stored_ns": 1,
 *                    "registry": "id", "signature": "<base64>", "key_id": "<hex>"}, ...]}
 *
 * Verdicts are stored, conflict, refused and later.
 */
#ifndef SINKS_HTTP_JSON_H
#define SINKS_HTTP_JSON_H

#include "core/arena.h"
#include "core/buf.h"
#include "sinks/sink.h"

/* Adds the body of a post.  An envelope that can't be read goes without its `summary`.
 * `arena` is scratch space, reset for each item. */
void http_json_put(const char *gateway, const struct sink_item *items, size_t count,
                   struct arena *arena, struct buf *out);

/* Adds an answer as the SubmitResponse that it is.  ERR_UNCERTAIN: it is none. */
enum err http_json_read(struct bytes json, struct buf *out, struct error *e) MUST_CHECK;

#endif
