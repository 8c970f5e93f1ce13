/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a command: one file in gateway/cli/ that ends in its
 * `struct command`, and one line in gateway/cli/list.h.  Help, man page and shell
 * completion follow from the table.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "core/buf.h"
#include "core/bytes.h"
#include "core/check.h"

/* Exit codes, after sysexits.h where they have one. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_CHECK_FAILED = 1, /* a check, comparison or verification said no */
    EXIT_USAGE = 64,       /* wrong command line */
    EXIT_DATA = 65,        /* bad input data */
    EXIT_UNAVAILABLE = 69, /* a service is not there */
    EXIT_INTERNAL = 70,    /* our mistake */
    EXIT_IO = 74,          /* reading or writing failed */
    EXIT_BAD_CONFIG = 78,  /* the configuration is wrong */
};

struct command_option {
    const char *name;  /* long name without dashes */
    char letter;       /* or 0 */
    const char *value; /* what it takes, such as "FILE"; NULL: a flag */
    const char *help;
};

#define COMMAND_OPTIONS_MAX 24
#define COMMAND_WORDS_MAX 64

/* A command line after parsing; texts are argv's. */
struct arguments {
    const char *values[COMMAND_OPTIONS_MAX]; /* by option index; "" for a given flag */
    const char *words[COMMAND_WORDS_MAX];    /* what is not an option */
    size_t word_count;
};

struct command {
    const char *name;
    const char *summary; /* one line */
    const char *usage;   /* after "emgate NAME ", such as "[FILE]" */
    const char *help;    /* paragraphs, or NULL */
    const struct command_option
        *options; /* ends in {0}, or NULL; --help is always there */
    size_t words_min, words_max;
    int (*run)(const struct command *command, const struct arguments *arguments);
};

/* The value of an option, or NULL when it was not given. */
const char *argument_value(const struct command *command,
                           const struct arguments *arguments, const char *name);

/* All commands, ending in NULL. */
extern const struct command *const commands[];

/* Parses argv and runs the command; returns the exit code. */
int cli_main(int argc, char **argv);

/* Declarations: `command_<name>`. */
#define COMMAND(name) extern const struct command command_##name;
#include "cli/list.h"
#undef COMMAND

/* ---- what several commands share (cli/shared.c) ---- */

/* Reads a whole file, or standard input for "-"; the caller frees with mem_free.
 * False after a message on stderr. */
MUST_CHECK bool cli_read_file(const char *path, size_t len_max, uint8_t **ret_data,
                              size_t *ret_len);

/* Writes a file, or standard output for NULL and "-".  `anew`: refuses a path where
 * something is.  False after a message on stderr, also where `data` is not whole. */
MUST_CHECK bool cli_write_file(const char *path, const struct buf *data, bool anew);

/* An option that is a time; `*ret_ns` stays where it isn't given.  False after a message
 * on stderr. */
MUST_CHECK bool cli_time_option(const struct command *command,
                                const struct arguments *arguments, const char *name,
                                int64_t *ret_ns);

#endif
