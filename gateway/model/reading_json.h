/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reading as JSON, as `emgate decode` and `emgate tap` print it:
 *
 *     "device": ..., "metric": ..., "value": ..., "unit": ..., "quality": "good",
 *     "ts": ...  and, where they say something, "detail", "ts_source", "birth",
 *     "historical", "transient", "retained"
 *
 * Integers beyond 2^53 are texts, so that no reader's doubles round them.
 */
#ifndef MODEL_READING_JSON_H
#define MODEL_READING_JSON_H

#include "core/json_writer.h"
#include "model/reading.h"

/* Writes the members into an object that is open. */
void reading_json_put(struct json_writer *writer, const struct reading *reading);

#endif
