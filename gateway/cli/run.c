/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate run`: the daemon. */
#include "cli/command.h"
#include "gateway.h"

#include <stdio.h>

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the configuration"},
    {0},
};

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *path = argument_value(command, arguments, "config");
    if (!path) {
        fprintf(stderr, "emgate run: want -c FILE\n");
        return EXIT_USAGE;
    }
    return gateway_run(path);
}

const struct command command_run = {
    .name = "run",
    .summary = "the daemon: from MQTT to signed summaries",
    .usage = "-c FILE",
    .help = "SIGTERM stops it, SIGHUP makes it read the configuration again.  The log "
            "goes to standard error.",
    .options = options,
    .run = run,
};
