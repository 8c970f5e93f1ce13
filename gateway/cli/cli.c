/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the command, parses its options by its table, prints help. */
#include "cli/command.h"

#include <stdio.h>

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/list.h"
#undef COMMAND
    NULL,
};

static void print_overview(FILE *out)
{
    fprintf(out, "emgate " EMGATE_VERSION ": from plant sensors over MQTT to provable "
                 "emissions per production process\n\nusage: emgate COMMAND ...\n\n");
    for (size_t i = 0; commands[i]; i++) {
        fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(out, "\n'emgate COMMAND --help' tells more.  Exit codes: 0 ok, 1 a check "
                 "failed, 64 usage,\n65 bad input data, 69 a service is unavailable, 70 "
                 "internal, 74 I/O, 78 configuration.\n");
}

static void print_help(const struct command *command)
{
    printf("usage: emgate %s%s%s\n\n%s\n", command->name, *command->usage ? " " : "",
           command->usage, command->summary);
    if (command->help) {
        printf("\n%s\n", command->help);
    }
    const struct command_option *option = command->options;
    printf("\noptions:\n");
    for (; option && option->name; option++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c %s--%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? "" : " ",
                 option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        printf("  %-28s %s\n", left, option->help);
    }
    printf("  %-28s %s\n", "    --help", "this text");
}

/* Finds the option that `word` names: "--name", "--name=value" or "-x". */
static const struct command_option *find_option(const struct command *command,
                                                const char *word, const char **ret_value)
{
    const struct command_option *option = command->options;
    for (; option && option->name; option++) {
        size_t len = strlen(option->name);
        bool is_long = strncmp(word, "--", 2) == 0 &&
                       strncmp(word + 2, option->name, len) == 0 &&
                       (word[2 + len] == 0 || word[2 + len] == '=');
        if (is_long) {
            *ret_value = word[2 + len] == '=' ? word + 3 + len : NULL;
            return option;
        }
        if (option->letter && word[0] == '-' && word[1] == option->letter && !word[2]) {
            *ret_value = NULL;
            return option;
        }
    }
    return NULL;
}

static int usage_error(const struct command *command, const char *what, const char *word)
{
    fprintf(stderr, "emgate %s: %s '%s'; see 'emgate %s --help'\n", command->name, what,
            word, command->name);
    return EXIT_USAGE;
}

static int word_too_many(const struct command *command, const char *word)
{
    const struct command_option *option = command->options;
    for (; option && option->name; option++) {
        if (strcmp(option->name, "config") == 0 && option->value) {
            fprintf(stderr,
                    "emgate %s: '%s' is one word too many; a configuration is given by "
                    "-c FILE\n",
                    command->name, word);
            return EXIT_USAGE;
        }
    }
    return usage_error(command, "too many words at", word);
}

/* Takes one option at argv[i]; gives the index of the next word, or -1. */
static int take_option(const struct command *command, int argc, char **argv, int i,
                       struct arguments *arguments)
{
    const char *value = NULL;
    const struct command_option *option = find_option(command, argv[i], &value);
    if (!option) {
        usage_error(command, "unknown option", argv[i]);
        return -1;
    }
    if (option->value && !value && i + 1 < argc) {
        value = argv[++i];
    }
    if (option->value && !value) {
        usage_error(command, "a value is missing behind", argv[i]);
        return -1;
    }
    arguments->values[option - command->options] = option->value ? value : "";
    return i + 1;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct arguments arguments = {0};
    bool only_words = false;
    for (int i = 0; i < argc;) {
        const char *word = argv[i];
        if (!only_words && strcmp(word, "--help") == 0) {
            print_help(command);
            return EXIT_OK;
        }
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
            i++;
        } else if (!only_words && word[0] == '-' && word[1]) {
            i = take_option(command, argc, argv, i, &arguments);
            if (i < 0) {
                return EXIT_USAGE;
            }
        } else if (arguments.word_count == command->words_max) {
            return word_too_many(command, word);
        } else {
            arguments.words[arguments.word_count++] = word;
            i++;
        }
    }
    if (arguments.word_count < command->words_min) {
        fprintf(stderr, "usage: emgate %s %s\n", command->name, command->usage);
        return EXIT_USAGE;
    }
    return command->run(command, &arguments);
}

const char *argument_value(const struct command *command,
                           const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; command->options && command->options[i].name; i++) {
        if (strcmp(command->options[i].name, name) == 0) {
            return arguments->values[i];
        }
    }
    UNREACHABLE();
}

int cli_main(int argc, char **argv)
{
    bool wants_help = argc < 2 || strcmp(argv[1], "--help") == 0 ||
                      strcmp(argv[1], "help") == 0 || strcmp(argv[1], "-h") == 0;
    if (wants_help) {
        print_overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("emgate " EMGATE_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, argv[1]) == 0) {
            return run_command(commands[i], argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "emgate: unknown command '%s'; 'emgate --help' lists them\n",
            argv[1]);
    return EXIT_USAGE;
}
