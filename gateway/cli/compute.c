/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate compute`: emissions calculated by hand, case by case. */
#include "compute/compute.h"
#include "cli/command.h"
#include "core/mem.h"
#include "units/units.h"

#include <stdio.h>

#define INPUT_MAX ((size_t)256 << 20)
#define LINE_MAX_BYTES ((size_t)16 << 20)

/* Prints the answer to one case; false when it is an error. */
static bool answer(struct units *units, const json_t *request)
{
    struct buf line;
    struct error e;
    buf_init(&line, LINE_MAX_BYTES);
    enum err err = compute_case(units, request, &line, &e);
    if (line.overflow) {
        fputs("{\"id\": null, \"error\": \"the answer is too long\"}\n", stdout);
    } else {
        fwrite(line.data, 1, line.len, stdout);
    }
    bool good = err == ERR_OK && !line.overflow;
    buf_deinit(&line);
    return good;
}

static int answer_all(const json_t *root)
{
    struct units *units = NULL;
    struct error e;
    if (units_open(&units, &e)) {
        fprintf(stderr, "emgate compute: %s\n", e.text);
        return EXIT_UNAVAILABLE;
    }
    bool good = true;
    if (json_is_array(root)) {
        size_t count = json_array_size(root);
        for (size_t i = 0; i < count; i++) {
            good &= answer(units, json_array_get(root, i));
        }
    } else {
        good = answer(units, root);
    }
    units_close(&units);
    if (fflush(stdout) != 0) {
        fputs("emgate compute: can't write to standard output\n", stderr);
        return EXIT_IO;
    }
    return good ? EXIT_OK : EXIT_DATA;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    (void)command;
    const char *path = arguments->word_count == 1 ? arguments->words[0] : "-";
    const char *shown = strcmp(path, "-") == 0 ? "standard input" : path;
    uint8_t *data = NULL;
    size_t len = 0;
    if (!cli_read_file(path, INPUT_MAX, &data, &len)) {
        return EXIT_IO;
    }
    json_error_t error = {0};
    json_t *root = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES, &error);
    mem_free(&data);
    if (!root) {
        fprintf(stderr, "emgate compute: %s:%d:%d: %s\n", shown, error.line, error.column,
                error.text);
        return EXIT_DATA;
    }
    int code = answer_all(root);
    json_decref(root);
    return code;
}

const struct command command_compute = {
    .name = "compute",
    .summary = "emissions calculated by hand, from JSON",
    .usage = "[FILE]",
    .help =
        "Reads one case or an array of cases, from FILE or standard input:\n"
        "\n"
        "  {\"id\": 1, \"function\": \"combustion\", \"inputs\": {\n"
        "     \"fuel_quantity\": {\"value\": 252000, \"unit\": \"t\"},\n"
        "     \"ncv\": {\"value\": 45, \"unit\": \"GJ/t\"},\n"
        "     \"emission_factor\": {\"value\": 73, \"unit\": \"t CO2/TJ\"}}}\n"
        "\n"
        "and prints one line for each, in order:\n"
        "\n"
        "  {\"id\": 1, \"outputs\": {\"co2_fossil\": {\"value\": 827820, \"unit\": \"t "
        "CO2\"}}}\n"
        "\n"
        "Units are converted, never assumed.  A case that can't be computed gives\n"
        "{\"id\": 1, \"error\": \"why\"}; the others are computed, and the exit code is "
        "65.\n"
        "'emgate methods' lists the functions, 'emgate methods NAME' the inputs of one.",
    .words_max = 1,
    .run = run,
};
