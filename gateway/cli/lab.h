/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laboratory results to a factor file, for `emgate factors import`:
 *
 *     name: coal-lab
 *     version: "2026-1"                     # default: from the file's hash
 *     laboratory: Example Lab, ISO/IEC 17025 no. 123
 *     results:
 *       - id: coal.ncv
 *         unit: GJ/t
 *         material: coal                    # row of the table of frequencies
 *         analyses:
 *           - {from: 2026-01-01, value: 25.7, quantity: 5200 t, report: R-1}
 *           - {from: 2026-01-01, value: 25.9, quantity: 4800 t, report: R-2}
 *           - {from: 2026-02-01, value: 25.4, quantity: 5000 t, report: R-3}
 *
 * Every analysis is used: those of one batch or period (the same `from` and `to`) make
 * one value, their mean weighted by quantity, or the plain mean where none has a
 * quantity.  It holds for that period only: to the next `from`, or `to`.
 */
#ifndef CLI_LAB_H
#define CLI_LAB_H

#include "config/node/node.h"
#include "core/buf.h"
#include "units/units.h"

/* Writes the factor file made of `text`, which problems call `name`.  False when there
 * were problems; the text is then to be thrown away. */
MUST_CHECK bool lab_import(struct units *units, const char *name, struct bytes text,
                           struct buf *out, struct problems *problems);

#endif
