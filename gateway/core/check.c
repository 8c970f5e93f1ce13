/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the process when one of our own assumptions is broken. */
#include "core/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "<0>assertion failed: %s at %s:%d\n", expression, file, line);
    abort();
}
