/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate config reference`: every setting, from the tables that read them. */
#include "cli/command.h"
#include "config/plan.h"

#include <stdio.h>

#define REFERENCE_MAX (4U << 20)

static int run(const struct command *command, const struct arguments *arguments)
{
    struct buf out;
    if (strcmp(arguments->words[0], "reference") != 0) {
        fprintf(stderr, "emgate %s: '%s' is not known; write 'reference'\n",
                command->name, arguments->words[0]);
        return EXIT_USAGE;
    }
    buf_init(&out, REFERENCE_MAX);
    plan_print_reference(&out);
    bool written = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    buf_deinit(&out);
    return written ? EXIT_OK : EXIT_IO;
}

const struct command command_config = {
    .name = "config",
    .summary = "the reference of every setting",
    .usage = "reference",
    .help = "Prints every setting with type, default, range and meaning as Markdown.",
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
