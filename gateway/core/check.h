/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assertions: for what cannot happen unless we made a mistake.  Always compiled
 * in.  Never on input, configuration, network or disk content: those are errors.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

#define ASSERT(x)                                                                        \
    do {                                                                                 \
        if (!(x)) {                                                                      \
            check_failed(#x, __FILE__, __LINE__);                                        \
        }                                                                                \
    } while (0)

#define UNREACHABLE() check_failed("unreachable", __FILE__, __LINE__)

/* Prints the expression and its place to stderr and aborts. */
_Noreturn void check_failed(const char *expression, const char *file, int line);

#endif
