/* SPDX-License-Identifier: Apache-2.0 */
/* What the measuring programs share: numbers from the command line, figures out. */
#ifndef LIB_FIGURES_H
#define LIB_FIGURES_H

#include "core/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The number of an argument; ends the program with 64 when it is none. */
static inline uint64_t figures_argument(const char *text)
{
    uint64_t value = 0;
    if (!number_parse_u64(bytes_of(text), &value)) {
        fprintf(stderr, "'%s' is no number\n", text);
        exit(64);
    }
    return value;
}

/* "count seconds cpu": CPU of this process so far, user and system. */
static inline void figures_print(uint64_t count, int64_t first_ns, int64_t last_ns)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%llu %.6f %.6f\n", (unsigned long long)count,
           (double)(last_ns - first_ns) / 1e9, cpu_s);
}

#endif
