/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A summary as JSON, with the names of summary.proto.
 *
 * What is absent there is absent here: an undetermined quantity has no "value", an
 * empty text or hash no key.  Lists are always there.  A time `x_ns` is written twice,
 * as `x_ns` (whole nanoseconds) and `x` (ISO 8601, UTC).  Bytes are hex.
 */
#ifndef MODEL_SUMMARY_JSON_H
#define MODEL_SUMMARY_JSON_H

#include "core/arena.h"
#include "core/error.h"
#include "core/json_writer.h"

/* Writes the object for a serialised emgate.v1.Summary.  `arena` is scratch space.
 * ERR_REJECT: the bytes are no Summary; nothing was written. */
enum err summary_json_put(struct bytes summary, struct arena *arena,
                          struct json_writer *writer, struct error *e) MUST_CHECK;

#endif
