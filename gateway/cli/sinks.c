/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate sinks`: the ways out that are built in. */
#include "cli/command.h"
#include "sinks/sink.h"

#include <stdio.h>

static int print_one(const char *name)
{
    const struct sink *sink = sink_find(bytes_of(name));
    if (!sink) {
        fprintf(stderr, "emgate sinks: no sink '%s'\n", name);
        return EXIT_USAGE;
    }
    printf("%s: %s\n", sink->name, sink->summary);
    struct buf out;
    buf_init(&out, 65536);
    settings_print_reference(sink->settings, &out);
    settings_print_reference(sink_common_settings, &out);
    printf("\n%.*s", BYTES_ARG(buf_bytes(&out)));
    buf_deinit(&out);
    return EXIT_OK;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    (void)command;
    if (arguments->word_count == 1) {
        return print_one(arguments->words[0]);
    }
    for (size_t i = 0; sinks[i]; i++) {
        printf("%-12s %s\n", sinks[i]->name, sinks[i]->summary);
    }
    return EXIT_OK;
}

const struct command command_sinks = {
    .name = "sinks",
    .summary = "the ways out that are built in",
    .usage = "[NAME]",
    .words_max = 1,
    .run = run,
};
