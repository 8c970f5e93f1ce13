/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules want told of a good beside its emissions: 2025/2547 Annex IV.1 item 35,
 * by category; `steel_mill_number` is of the communication template.  Contents are shares
 * of mass.
 */
#ifndef CONFIG_SECTOR_PARAMETERS_H
#define CONFIG_SECTOR_PARAMETERS_H

#include "methods/method.h"

struct sector_parameter {
    struct method_input input;
    const char *categories;   /* those that have it, separated by blanks */
    const char *const *words; /* of a text, or NULL: any */
};

/* Ends with an entry without a name. */
extern const struct sector_parameter sector_parameters[];

/* What `content` of an activity level is: C_k or N_i of eq. 64 and 65. */
extern const struct method_input activity_content;

/* The parameter of this name that goods of the category have; -1: there is none. */
int sector_parameter_find(const char *category, struct bytes name);

#endif
