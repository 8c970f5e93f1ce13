/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that write a summary share. */
#ifndef AGGREGATE_SUMMARY_PRIVATE_H
#define AGGREGATE_SUMMARY_PRIVATE_H

#include "aggregate/summary.h"
#include "summary.pb-c.h"

/* Balances and alarms of the window (summary_controls.c). */
void summary_write_controls(struct arena *arena, const struct process_value *value,
                            Emgate__V1__DataQuality *quality);

#endif
