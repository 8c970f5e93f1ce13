/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate config reference`, `config metrics`: pages made from the tables in use. */
#include "cli/command.h"
#include "config/plan.h"
#include "core/metrics.h"

#include <stdio.h>

#define REFERENCE_MAX (4U << 20)

static int run(const struct command *command, const struct arguments *arguments)
{
    struct buf out;
    bool metrics = strcmp(arguments->words[0], "metrics") == 0;
    if (!metrics && strcmp(arguments->words[0], "reference") != 0) {
        fprintf(stderr, "emgate %s: '%s' is not known; write 'reference' or 'metrics'\n",
                command->name, arguments->words[0]);
        return EXIT_USAGE;
    }
    buf_init(&out, REFERENCE_MAX);
    if (metrics) {
        metrics_print_reference(&out);
    } else {
        plan_print_reference(&out);
    }
    bool written = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    buf_deinit(&out);
    return written ? EXIT_OK : EXIT_IO;
}

const struct command command_config = {
    .name = "config",
    .summary = "the reference of every setting and metric",
    .usage = "reference|metrics",
    .help = "Prints every setting with type, default, range and meaning, or every metric "
            "with kind, unit and meaning, as Markdown.",
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
