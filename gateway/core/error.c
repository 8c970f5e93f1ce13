/* SPDX-License-Identifier: Apache-2.0 */
/* Raising and wrapping errors. */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct error *e, enum err code, const char *reason, const char *file,
                 int line)
{
    e->code = code;
    e->file = file;
    e->line = line;
    snprintf(e->reason, sizeof e->reason, "%s", reason);
}

enum err error_set_at(struct error *e, enum err code, const char *file, int line,
                      const char *format, ...)
{
    ASSERT(code != ERR_OK);
    if (e) {
        va_list args;
        va_start(args, format);
        fill(e, code, "", file, line);
        vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
    }
    return code;
}

enum err error_reason_at(struct error *e, enum err code, const char *reason,
                         const char *file, int line, const char *format, ...)
{
    ASSERT(code != ERR_OK);
    if (e) {
        va_list args;
        va_start(args, format);
        fill(e, code, reason, file, line);
        vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
    }
    return code;
}

enum err error_wrap(struct error *e, const char *format, ...)
{
    if (!e) {
        return ERR_SYSTEM;
    }
    char inner[ERROR_TEXT_MAX];
    memcpy(inner, e->text, sizeof inner);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof e->text) {
        int room = (int)sizeof e->text - n;
        snprintf(e->text + n, (size_t)room, ": %.*s", room, inner);
    }
    return e->code;
}

const char *err_name(enum err code)
{
    switch (code) {
    case ERR_OK:
        return "OK";
    case ERR_RETRY:
        return "RETRY";
    case ERR_UNCERTAIN:
        return "UNCERTAIN";
    case ERR_REJECT:
        return "REJECT";
    case ERR_FULL:
        return "FULL";
    case ERR_CORRUPT:
        return "CORRUPT";
    case ERR_CONFIG:
        return "CONFIG";
    case ERR_SYSTEM:
        return "SYSTEM";
    }
    UNREACHABLE();
}
