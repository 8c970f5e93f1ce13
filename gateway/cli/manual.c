/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate manual`: the man page and the shell's completion, from the commands' tables. */
#include "cli/command.h"

#include <stdio.h>

/* ---- man page ---- */

/* Text of roff: a backslash is doubled, a dot or quote at the start of a line hidden, a
 * dash is a real one. */
static void put_text(const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            fputs("\\&", stdout);
        }
        if (*text == '-' || *text == '\\') {
            fputs(*text == '-' ? "\\-" : "\\e", stdout);
        } else {
            putchar(*text);
        }
        line_start = *text == '\n';
    }
}

static void put_option(const struct command_option *option)
{
    fputs(".TP\n", stdout);
    if (option->letter) {
        printf("\\fB\\-%c\\fR, ", option->letter);
    }
    fputs("\\fB\\-\\-", stdout);
    put_text(option->name);
    fputs("\\fR", stdout);
    if (option->value) {
        printf(" \\fI%s\\fR", option->value);
    }
    putchar('\n');
    put_text(option->help);
    putchar('\n');
}

static void put_command(const struct command *command)
{
    printf(".SS emgate %s ", command->name);
    put_text(command->usage);
    putchar('\n');
    put_text(command->summary);
    putchar('\n');
    if (command->help) {
        fputs(".PP\n", stdout);
        put_text(command->help);
        putchar('\n');
    }
    const struct command_option *option = command->options;
    for (; option && option->name; option++) {
        put_option(option);
    }
}

static int print_man(void)
{
    fputs(".TH EMGATE 1 \"\" \"emgate " EMGATE_VERSION "\"\n.SH NAME\nemgate \\- "
          "from plant sensors over MQTT to provable emissions per production process\n"
          ".SH SYNOPSIS\n\\fBemgate\\fR \\fICOMMAND\\fR ...\n.SH COMMANDS\n",
          stdout);
    for (size_t i = 0; commands[i]; i++) {
        put_command(commands[i]);
    }
    fputs(".SH EXIT STATUS\n0 ok, 1 a check failed, 64 usage, 65 bad input data, 69 a "
          "service is unavailable, 70 internal, 74 I/O, 78 configuration.\n"
          ".SH FILES\n.TP\n/etc/emgate/plant.yaml\nthe gateway's configuration\n"
          ".TP\n/var/lib/emgate\njournal, outbox and signing key\n"
          ".SH SEE ALSO\n\\fBemgate\\-registry\\fR(1), \\fBmosquitto\\fR(8)\n",
          stdout);
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_IO;
}

/* ---- completion ---- */

static int print_completion(void)
{
    fputs("# bash completion for emgate; made by: emgate manual bash\n_emgate() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words=\"",
          stdout);
    for (size_t i = 0; commands[i]; i++) {
        printf("%s%s", i ? " " : "", commands[i]->name);
    }
    fputs("\"\n    else\n        case ${COMP_WORDS[1]} in\n", stdout);
    for (size_t i = 0; commands[i]; i++) {
        printf("        %s) words=\"--help", commands[i]->name);
        const struct command_option *option = commands[i]->options;
        for (; option && option->name; option++) {
            printf(" --%s", option->name);
        }
        fputs("\" ;;\n", stdout);
    }
    fputs("        esac\n        [[ $word == -* ]] || words=\n    fi\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
          "complete -o default -F _emgate emgate\n",
          stdout);
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_IO;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *what = arguments->word_count > 0 ? arguments->words[0] : "man";
    if (strcmp(what, "man") == 0) {
        return print_man();
    }
    if (strcmp(what, "bash") == 0) {
        return print_completion();
    }
    fprintf(stderr, "emgate %s: '%s' is not known; write 'man' or 'bash'\n",
            command->name, what);
    return EXIT_USAGE;
}

const struct command command_manual = {
    .name = "manual",
    .summary = "the man page, or the shell's completion",
    .usage = "[man|bash]",
    .help = "emgate manual > emgate.1; emgate manual bash > "
            "/usr/share/bash-completion/completions/emgate",
    .words_max = 1,
    .run = run,
};
