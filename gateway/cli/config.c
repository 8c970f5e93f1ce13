/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate config reference`, `config metrics`: pages made from the tables in use;
 * `config migrate`: a file of an earlier version as this one wants it. */
#include "cli/command.h"
#include "config/migrate.h"
#include "config/plan.h"
#include "core/mem.h"
#include "core/metrics.h"

#include <stdio.h>

#define REFERENCE_MAX (4U << 20)
#define FILE_MAX ((size_t)4 << 20)

static int migrate(const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct buf out;
    struct problems problems;
    if (!cli_read_file(path, FILE_MAX, &data, &len)) {
        return EXIT_IO;
    }
    buf_init(&out, 2 * FILE_MAX);
    problems_init(&problems);
    size_t renamed = config_migrate(path, (struct bytes){data, len}, config_moves,
                                    CONFIG_VERSION, &out, &problems);
    int code = problems.count > 0 ? EXIT_BAD_CONFIG : EXIT_OK;
    if (code == EXIT_OK) {
        bool written = fwrite(out.data, 1, out.len, stdout) == out.len;
        code = written && fflush(stdout) == 0 ? EXIT_OK : EXIT_IO;
        fprintf(stderr, "version %d; %zu keys renamed\n", CONFIG_VERSION, renamed);
    } else {
        fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
    }
    problems_deinit(&problems);
    buf_deinit(&out);
    mem_free(&data);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    struct buf out;
    bool metrics = strcmp(arguments->words[0], "metrics") == 0;
    bool migrates = strcmp(arguments->words[0], "migrate") == 0;
    if (!metrics && !migrates && strcmp(arguments->words[0], "reference") != 0) {
        fprintf(
            stderr,
            "emgate %s: '%s' is not known; write 'reference', 'metrics' or 'migrate'\n",
            command->name, arguments->words[0]);
        return EXIT_USAGE;
    }
    if (migrates != (arguments->word_count == 2)) {
        fprintf(stderr, "emgate config: want 'migrate FILE', or one word\n");
        return EXIT_USAGE;
    }
    if (migrates) {
        return migrate(arguments->words[1]);
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
    .summary = "the reference of every setting and metric; earlier files made new",
    .usage = "reference|metrics|migrate FILE",
    .help =
        "Prints every setting with type, default, range and meaning, or every metric "
        "with kind, unit and meaning, as Markdown.\nmigrate prints a file of an earlier "
        "version as this program wants it, comments kept;\nwhat it can't change by "
        "itself it names with line and column (exit 78).",
    .words_min = 1,
    .words_max = 2,
    .run = run,
};
