/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate operator`: gives somebody a token to sign in on the gateway's page. */
#include "operators.h"

#include "cli/command.h"
#include "gateway.h"

#include <stdio.h>

static int add(const struct plan *plan, const char *name)
{
    char token[OPERATOR_TOKEN_MAX];
    struct error e;
    enum err err = operators_add(plan->state_directory, name, token, &e);
    if (err != ERR_OK) {
        (void)fprintf(stderr, "emgate operator: %s\n", e.text);
        return err == ERR_CONFIG ? EXIT_USAGE : EXIT_IO;
    }
    printf("%s\n", token);
    return EXIT_OK;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct bundle bundle = {0};
    if (!config) {
        (void)fprintf(stderr, "emgate operator: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? add(plan, arguments->words[0]) : EXIT_BAD_CONFIG;
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {0},
};

const struct command command_operator = {
    .name = "operator",
    .summary = "a token for somebody who may enter things on the page",
    .usage = "NAME -c FILE",
    .help =
        "Prints the token, once; its hash becomes a line of the file 'operators' in the\n"
        "state directory.  To take it back, take the line out.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
