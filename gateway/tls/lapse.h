/* SPDX-License-Identifier: Apache-2.0 */
/* When to say that a certificate ends soon: at 30, 7 and 1 days, and when it has. */
#ifndef TLS_LAPSE_H
#define TLS_LAPSE_H

#include <stdbool.h>

/* All zero at first; one a certificate. */
struct lapse {
    int told; /* the mark told last; 0: none */
};

/* Whether a mark was passed that has not been told; a certificate with more days, a
 * renewed one, begins anew.  `days_left` is negative when it has ended. */
bool lapse_passed(struct lapse *lapse, int days_left);

#endif
