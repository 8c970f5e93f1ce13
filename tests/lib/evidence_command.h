/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the program's commands on evidence and keeps what they print. */
#ifndef LIB_EVIDENCE_COMMAND_H
#define LIB_EVIDENCE_COMMAND_H

#include "cli/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char command_printed[1 << 16];

/* Runs `emgate <line>`, split at blanks; gives the exit code. */
static inline int command_line(const char *format, const char *a, const char *b,
                               const char *c)
{
    char line[2048];
    char *argv[32] = {line};
    int argc = 1;
    const char *words[] = {a, b, c};
    size_t len = 0;
    size_t next = 0;
    for (const char *at = format; *at; at++) {
        const char *word = *at == '@' ? words[next++] : NULL;
        size_t more = word ? strlen(word) : 1;
        cr_assert_lt(len + more, sizeof line - 1);
        memcpy(line + len, word ? word : at, more);
        len += more;
    }
    line[len] = 0;
    for (char *at = line; *at; at++) {
        if (*at == ' ') {
            *at = 0;
            argv[argc++] = at + 1;
        }
    }
    FILE *real = stdout;
    memset(command_printed, 0, sizeof command_printed);
    FILE *out = fmemopen(command_printed, sizeof command_printed - 1, "w");
    stdout = out;
    int code = cli_main(argc, argv);
    stdout = real;
    fclose(out);
    return code;
}

static inline bool command_said(const char *words)
{
    return strstr(command_printed, words) != NULL;
}

/* Writes a file. */
static inline void command_file(const char *path, struct bytes data)
{
    FILE *out = fopen(path, "wbe");
    cr_assert(out);
    cr_assert_eq(fwrite(data.data, 1, data.len, out), data.len);
    fclose(out);
}

#endif
