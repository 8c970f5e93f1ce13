/* SPDX-License-Identifier: Apache-2.0 */
/* One case on its way from JSON to JSON. */
#ifndef COMPUTE_COMPUTE_PRIVATE_H
#define COMPUTE_COMPUTE_PRIVATE_H

#include "compute/compute.h"
#include "methods/method.h"
#include "units/units.h"

#define GROUP_MAX 4

/* A unit that the table leaves open ("?c"), set by the first input of its group. */
struct open_unit {
    char letter;
    struct bytes text; /* without remark */
    struct unit unit;
};

struct hand {
    struct units *units;
    const struct method *method;
    struct quantity inputs[METHOD_INPUTS_MAX];
    struct quantity *series[METHOD_INPUTS_MAX]; /* NULL: not given */
    size_t count;
    struct quantity outputs[METHOD_INPUTS_MAX];
    struct quantity *out_series[METHOD_INPUTS_MAX];
    struct open_unit groups[GROUP_MAX];
    size_t group_count;
    char currency[4]; /* for "XXX" in the table, or "" */
};

/* Fills inputs and series from the JSON members.  ERR_REJECT. */
enum err hand_read(struct hand *hand, const json_t *inputs, struct error *e) MUST_CHECK;

/* The open unit of this letter, or NULL. */
const struct open_unit *hand_group(const struct hand *hand, char letter);

/* Appends the outputs as a JSON object. */
void hand_write(const struct hand *hand, struct buf *out);

#endif
