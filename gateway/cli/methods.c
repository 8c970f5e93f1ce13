/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate methods`: the calculations that are built in. */
#include "cli/command.h"
#include "core/buf.h"
#include "core/nearest.h"
#include "core/number.h"
#include "methods/method.h"

#include <math.h>
#include <stdio.h>

#define SHOWN_MAX 200
#define REFERENCE_MAX (4 << 20)

static void print_limits(const struct method_input *input)
{
    char text[NUMBER_TEXT_MAX];
    if (input->flags & INPUT_POSITIVE) {
        printf(", above 0");
    }
    if (input->flags & INPUT_LIMITED) {
        number_print(input->min, text);
        printf(", at least %s", text);
        if (!isinf(input->max)) {
            number_print(input->max, text);
            printf(", at most %s", text);
        }
    }
}

static const char *unit_words(const char *unit)
{
    return !unit ? "a word" : unit[0] == '?' ? "any unit" : unit;
}

static void print_input(const struct method_input *input)
{
    bool series = (input->flags & INPUT_SERIES) != 0;
    printf("  %s%s [%s]", input->name, series ? "1, 2, ..." : "",
           unit_words(input->unit));
    if (input->initial) {
        printf(", default %s", input->initial);
    } else if (input->flags & INPUT_OPTIONAL) {
        printf(", may be absent");
    }
    if (input->stream_initial) {
        printf(" (in a stream %s)", input->stream_initial);
    }
    print_limits(input);
    printf("\n      %s\n", input->help);
}

static void print_method(const struct method *method)
{
    printf("%s: %s\n\n", method->name, method->summary);
    printf("formula:\n  %s\n\nsource:\n  %s\n\nversion: %s\n", method->formula,
           method->source, method->version);
    if (method->stream) {
        printf("in a stream: yes, term '%s'\n", attribution_term_names[method->term]);
    } else {
        printf("in a stream: no, only 'emgate compute'\n");
    }
    printf("\ninputs:\n");
    for (const struct method_input *input = method->inputs; input->name; input++) {
        print_input(input);
    }
    printf("\noutputs:\n");
    for (const struct method_output *output = method->outputs; output->name; output++) {
        printf("  %s%s [%s]\n      %s\n", output->name, output->series ? "1, 2, ..." : "",
               output->unit[0] == '?' ? "unit of the input" : output->unit, output->help);
    }
}

static int print_one(const char *name)
{
    const struct method *method = method_find(bytes_of(name));
    if (method) {
        print_method(method);
        return EXIT_OK;
    }
    const char *names[SHOWN_MAX + 1] = {0};
    for (size_t i = 0; methods[i] && i < SHOWN_MAX; i++) {
        names[i] = methods[i]->name;
    }
    const char *near = nearest_name(names, bytes_of(name));
    fprintf(stderr, "emgate methods: no method '%s'%s%s%s\n", name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return EXIT_USAGE;
}

static int print_reference(void)
{
    struct buf out;
    buf_init(&out, REFERENCE_MAX);
    methods_print_reference(&out);
    fwrite(out.data, 1, out.len, stdout);
    bool whole = !out.overflow;
    buf_deinit(&out);
    return whole ? EXIT_OK : EXIT_INTERNAL;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    if (argument_value(command, arguments, "reference")) {
        return print_reference();
    }
    if (arguments->word_count == 1) {
        return print_one(arguments->words[0]);
    }
    for (size_t i = 0; methods[i]; i++) {
        printf("%-20s %s\n", methods[i]->name, methods[i]->summary);
    }
    return EXIT_OK;
}

static const struct command_option options[] = {
    {"reference", 0, NULL, "every method's tables as Markdown"},
    {0},
};

const struct command command_methods = {
    .name = "methods",
    .summary = "the calculations that are built in",
    .usage = "[--reference] [NAME]",
    .help =
        "Without a name: every method, one line each.  With one: its formula, source,\n"
        "inputs with units, defaults and limits, and outputs.",
    .options = options,
    .words_max = 1,
    .run = run,
};
