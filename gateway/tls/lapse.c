/* SPDX-License-Identifier: Apache-2.0 */
/* One mark a certificate is remembered; the rest follows from the days. */
#include "tls/lapse.h"

#include <limits.h>
#include <stddef.h>

/* The last mark that is passed; INT_MAX: none yet. */
static int mark_of(int days_left)
{
    static const int marks[] = {-1, 1, 7, 30};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (days_left <= marks[i]) {
            return marks[i];
        }
    }
    return INT_MAX;
}

bool lapse_passed(struct lapse *lapse, int days_left)
{
    int mark = mark_of(days_left);
    bool passed = mark != INT_MAX && mark != lapse->told;
    lapse->told = mark == INT_MAX ? 0 : mark;
    return passed;
}
