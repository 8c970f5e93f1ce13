/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate adapters`: the payload formats that are built in. */
#include "cli/command.h"
#include "config/node/settings.h"
#include "decode/adapter.h"

#include <stdio.h>

#define SETTINGS_TEXT_MAX 16384

static int print_one(const char *name)
{
    const struct adapter *adapter = adapter_find(bytes_of(name));
    if (!adapter) {
        fprintf(stderr, "emgate adapters: no adapter '%s'\n", name);
        return EXIT_USAGE;
    }
    printf("%s: %s\n", adapter->name, adapter->summary);
    if (adapter->help) {
        printf("\n%s\n", adapter->help);
    }
    if (!adapter->settings) {
        printf("\nsettings: none\n");
        return EXIT_OK;
    }
    struct buf table;
    buf_init(&table, SETTINGS_TEXT_MAX);
    settings_print_reference(adapter->settings, &table);
    printf("\n%.*s", BYTES_ARG(buf_bytes(&table)));
    buf_deinit(&table);
    return EXIT_OK;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    (void)command;
    if (arguments->word_count == 1) {
        return print_one(arguments->words[0]);
    }
    for (size_t i = 0; adapters[i]; i++) {
        printf("%-12s %s\n", adapters[i]->name, adapters[i]->summary);
    }
    return EXIT_OK;
}

const struct command command_adapters = {
    .name = "adapters",
    .summary = "the payload formats that are built in",
    .usage = "[NAME]",
    .words_max = 1,
    .run = run,
};
