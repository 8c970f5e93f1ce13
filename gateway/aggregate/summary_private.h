/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that write a summary share. */
#ifndef AGGREGATE_SUMMARY_PRIVATE_H
#define AGGREGATE_SUMMARY_PRIVATE_H

#include "aggregate/summary.h"
#include "summary.pb-c.h"

struct writer {
    struct arena *arena;
    const struct process_value *value;
    const struct summary_facts *facts;
};

/* NULL, hence not written, where there is nothing to say. */
Emgate__V1__Quantity *summary_known(struct writer *w, struct maybe value,
                                    const char *unit);

/* A value with where it is from; NULL when the arena is full. */
Emgate__V1__NamedQuantity *summary_input(struct writer *w, const char *name,
                                         const struct input_value *input);

/* Parts of the activity level and goods, where there is something to say
 * (summary_goods.c). */
void summary_write_goods(struct writer *w, Emgate__V1__Summary *summary);

/* Balances and alarms of the window (summary_controls.c). */
void summary_write_controls(struct arena *arena, const struct process_value *value,
                            Emgate__V1__DataQuality *quality);

#endif
