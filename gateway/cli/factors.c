/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate factors`: the values that come with the program, and checks of own files. */
#include "cli/command.h"
#include "cli/lab.h"
#include "config/factor_library.h"
#include "config/plan.h"
#include "core/mem.h"

#include <stdio.h>

#define FILE_MAX ((size_t)16 << 20)

static void print_factor(const struct factor *factor)
{
    printf("%.*s = %.*s\n    %s", BYTES_ARG(factor->id), BYTES_ARG(factor->text),
           factor->set);
    if (factor->from.len > 0) {
        printf(", from %.*s", BYTES_ARG(factor->from));
    }
    if (factor->to.len > 0) {
        printf(", to %.*s", BYTES_ARG(factor->to));
    }
    printf("\n    %.*s\n", BYTES_ARG(factor->source));
}

/* "fuel", "fuel.lignite" and "fuel.lignite.ef" all name fuel.lignite.ef. */
static bool is_named(const struct factor *factor, struct bytes name)
{
    return bytes_start_with(factor->id, name) &&
           (factor->id.len == name.len || factor->id.data[name.len] == '.');
}

static int print_library(const struct factor_library *library, const char *name)
{
    size_t shown = 0;
    for (const struct factor *f = library->first; f; f = f->next) {
        if (!name) {
            printf("%-44.*s %.*s\n", BYTES_ARG(f->id), BYTES_ARG(f->text));
        } else if (is_named(f, bytes_of(name))) {
            print_factor(f);
            shown++;
        }
    }
    if (name && shown == 0) {
        fprintf(stderr, "emgate factors: no factor '%s'; 'emgate factors' lists them\n",
                name);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* Fills the library from the file, or from what comes with the program. */
static bool read_library(struct factor_library *library, const char *path,
                         struct problems *problems)
{
    if (path) {
        uint8_t *data = NULL;
        size_t len = 0;
        if (!cli_read_file(path, FILE_MAX, &data, &len)) {
            return false;
        }
        factor_library_read(library, path, (struct bytes){.data = data, .len = len},
                            problems);
        mem_free(&data);
        return true;
    }
    struct bundle bundle;
    bundle_read_factors(&bundle, problems);
    for (size_t i = 0; i < bundle.count; i++) {
        factor_library_read(library, bundle.files[i].name, bundle.files[i].text,
                            problems);
    }
    bundle_deinit(&bundle);
    return true;
}

/* ---- import ---- */

static int import(struct units *units, const char *path, const char *output)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct problems problems;
    struct buf made;
    if (!cli_read_file(path, FILE_MAX, &data, &len)) {
        return EXIT_IO;
    }
    problems_init(&problems);
    buf_init(&made, FILE_MAX);
    int code = EXIT_BAD_CONFIG;
    if (lab_import(units, path, (struct bytes){.data = data, .len = len}, &made,
                   &problems)) {
        code = cli_write_file(output, &made, true) ? EXIT_OK : EXIT_IO;
    } else {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
    }
    buf_deinit(&made);
    problems_deinit(&problems);
    mem_free(&data);
    return code;
}

/* ---- the command ---- */

static int show(struct units *units, const char *path, const char *name)
{
    struct problems problems;
    struct factor_library library;
    problems_init(&problems);
    factor_library_init(&library, units);
    int code = EXIT_IO;
    if (read_library(&library, path, &problems)) {
        code = print_library(&library, name);
    }
    if (problems.count > 0) {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
        code = EXIT_BAD_CONFIG;
    }
    factor_library_deinit(&library);
    problems_deinit(&problems);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *name = arguments->word_count > 0 ? arguments->words[0] : NULL;
    bool imports = name && strcmp(name, "import") == 0;
    const char *path = argument_value(command, arguments, "file");
    struct units *units = NULL;
    struct error e;
    if (imports != (arguments->word_count == 2)) {
        fprintf(stderr, "emgate factors: want one NAME, or import FILE\n");
        return EXIT_USAGE;
    }
    if (units_open(&units, &e)) {
        fprintf(stderr, "emgate factors: %s\n", e.text);
        return EXIT_UNAVAILABLE;
    }
    int code = imports ? import(units, arguments->words[1],
                                argument_value(command, arguments, "output"))
                       : show(units, path, name);
    units_close(&units);
    return code;
}

static const struct command_option options[] = {
    {"file", 'f', "FILE", "a factor file of your own, in place of the built-in ones"},
    {"output", 'o', "FILE", "of import: the factor file to make (standard output)"},
    {0},
};

const struct command command_factors = {
    .name = "factors",
    .summary = "the factors that are built in, or those of a file",
    .usage = "[--file FILE] [NAME] | import FILE [--output FILE]",
    .help =
        "Without a name: every factor with its value.  With one, such as fuel.lignite:\n"
        "value, set and version, validity and source.  With --file the factors of that\n"
        "file, checked as the configuration would: exit code 78 when it has problems.\n"
        "import makes a factor file from a laboratory's results "
        "(docs/configuration.md):\n"
        "every analysis is used, each value holds from its day and names laboratory,\n"
        "reports and the hash of the results; nothing is made without a source.",
    .options = options,
    .words_max = 2,
    .run = run,
};
