/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calculation by hand: one case given as JSON, computed by a method, answered as one
 * line of JSON.  What `emgate compute` runs for each case, without files and exit codes.
 *
 *     {"id": 7, "function": "electricity", "inputs":
 *         {"electricity": {"value": 2, "unit": "GWh"}, "ef": {...}}}
 *     {"id": 7, "outputs": {"em_el": {"value": 754, "unit": "t CO2e"}}}
 *     {"id": 7, "error": "input 'ef' is missing"}
 *
 * Units are converted to those of the method's table and never assumed.  The answer is
 * in the table's unit; where the table leaves the unit open it is that of the input.
 * Numbers are printed with the fewest digits that read back as the same number.
 * Members of the case other than the three are left alone; of an input, refused.
 */
#ifndef COMPUTE_COMPUTE_H
#define COMPUTE_COMPUTE_H

#include "core/buf.h"
#include "core/error.h"

#include <jansson.h>

struct units;

/* Appends one line.  ERR_REJECT when it is an error line; the error says the same. */
enum err compute_case(struct units *units, const json_t *request, struct buf *out,
                      struct error *e) MUST_CHECK;

#endif
