/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command of the program and keeps what it printed. */
#ifndef TESTS_PRINTED_H
#define TESTS_PRINTED_H

#include "cli/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char printed_text[1 << 18];
static char printed_path[64];

/* Makes a file with this text; `printed_path` is its name until the next call. */
static inline void printed_file(const char *text)
{
    snprintf(printed_path, sizeof printed_path, "/tmp/emgate-printed-XXXXXX");
    int file = mkstemp(printed_path);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

/* Runs with one word and the first option's value, each NULL for none; gives the exit
 * code and fills `printed_text`. */
static inline int printed_run(const struct command *command, const char *word,
                              const char *option)
{
    struct arguments arguments = {
        .values = {option}, .words = {word}, .word_count = word ? 1 : 0};
    FILE *real = stdout;
    memset(printed_text, 0, sizeof printed_text);
    FILE *out = fmemopen(printed_text, sizeof printed_text - 1, "w");
    stdout = out;
    int code = command->run(command, &arguments);
    stdout = real;
    fclose(out);
    return code;
}

#endif
