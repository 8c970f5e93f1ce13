/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a monitoring plan that is in the configuration (2025/2547 Annex II A.5):
 * where each instrument is, the method of each source stream, each factor with its
 * source, the rules for missing data.
 */
#ifndef CLI_PLAN_EXTRACT_H
#define CLI_PLAN_EXTRACT_H

#include "config/plan.h"
#include "core/json_writer.h"

/* As one JSON object. */
void plan_extract_put(const struct plan *plan, struct json_writer *writer);

/* A JSON object or list as indented lines for people. */
void plan_extract_put_text(struct bytes json, struct buf *out);

#endif
