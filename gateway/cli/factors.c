/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate factors`: the values that come with the program, and checks of own files. */
#include "cli/command.h"
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

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *path = argument_value(command, arguments, "file");
    struct units *units = NULL;
    struct error e;
    if (units_open(&units, &e)) {
        fprintf(stderr, "emgate factors: %s\n", e.text);
        return EXIT_UNAVAILABLE;
    }
    struct problems problems;
    struct factor_library library;
    problems_init(&problems);
    factor_library_init(&library, units);
    int code = EXIT_IO;
    if (read_library(&library, path, &problems)) {
        code =
            print_library(&library, arguments->word_count ? arguments->words[0] : NULL);
    }
    if (problems.count > 0) {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
        code = EXIT_BAD_CONFIG;
    }
    factor_library_deinit(&library);
    problems_deinit(&problems);
    units_close(&units);
    return code;
}

static const struct command_option options[] = {
    {"file", 'f', "FILE", "a factor file of your own, in place of the built-in ones"},
    {0},
};

const struct command command_factors = {
    .name = "factors",
    .summary = "the factors that are built in, or those of a file",
    .usage = "[--file FILE] [NAME]",
    .help =
        "Without a name: every factor with its value.  With one, such as fuel.lignite:\n"
        "value, set and version, validity and source.  With --file the factors of that\n"
        "file, checked as the configuration would: exit code 78 when it has problems.",
    .options = options,
    .words_max = 1,
    .run = run,
};
