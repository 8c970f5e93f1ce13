/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One error type, passed as the last parameter and filled on failure only.
 * The code says what the caller does next; the text says what we were doing,
 * what went wrong and where, read from outside in.
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include "core/check.h"

enum err {
    ERR_OK = 0,    /* it worked */
    ERR_RETRY,     /* not now: the same call may succeed later */
    ERR_UNCERTAIN, /* it may have happened: send again with the same key */
    ERR_REJECT,    /* never: this item is bad, set it aside and go on */
    ERR_FULL,      /* a limit was reached: stop taking in until drained */
    ERR_CORRUPT,   /* stored bytes do not check: stop, a person must look */
    ERR_CONFIG,    /* the configuration is wrong: refuse to start */
    ERR_SYSTEM,    /* the operating system refused: stop */
};

#define ERROR_TEXT_MAX 1024

struct error {
    enum err code;
    const char *file; /* where in our source it was raised */
    int line;
    char reason[32]; /* a stable word for counters and dead letters, or "" */
    char text[ERROR_TEXT_MAX];
};

/* Fills `e` (which may be NULL) and returns `code`. */
#define error_set(e, code, ...) error_set_at((e), (code), __FILE__, __LINE__, __VA_ARGS__)

/* The same with a stable reason word, as counters and dead letters carry it. */
#define error_reason(e, code, reason, ...)                                               \
    error_reason_at((e), (code), (reason), __FILE__, __LINE__, __VA_ARGS__)

/* What the macros call. */
enum err error_set_at(struct error *e, enum err code, const char *file, int line,
                      const char *format, ...) PRINTF_LIKE(5, 6);
enum err error_reason_at(struct error *e, enum err code, const char *reason,
                         const char *file, int line, const char *format, ...)
    PRINTF_LIKE(6, 7);

/* Puts what we were doing in front: "doing: text".  Returns e's code. */
enum err error_wrap(struct error *e, const char *format, ...) PRINTF_LIKE(2, 3);

/* The code's name as logs print it: "RETRY", "CORRUPT". */
const char *err_name(enum err code);

#endif
