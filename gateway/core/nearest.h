/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known name that is nearest to one that is not known. */
#ifndef CORE_NEAREST_H
#define CORE_NEAREST_H

#include "core/bytes.h"

/* The name nearest to `wanted` by edit distance, or NULL when none is near.
 * `names` ends in NULL. */
const char *nearest_name(const char *const *names, struct bytes wanted);

#endif
