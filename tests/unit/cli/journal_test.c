/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXAMPLE TEST_DATA "/vectors/journal/example"

/* Runs `emgate journal <line>`, split at blanks, and gives what it printed; the caller
 * frees it. */
static char *run_journal(const char *words, int *ret_code)
{
    char line[512];
    char *argv[16] = {line};
    int argc = 1;
    int len = snprintf(line, sizeof line, "emgate journal %s", words);
    cr_assert(len > 0 && len < (int)sizeof line);
    for (char *at = line; *at; at++) {
        if (*at == ' ') {
            *at = 0;
            argv[argc++] = at + 1;
        }
    }
    char *printed = NULL;
    size_t size = 0;
    FILE *real = stdout;
    FILE *out = open_memstream(&printed, &size);
    stdout = out;
    *ret_code = cli_main(argc, argv);
    stdout = real;
    fclose(out);
    return printed;
}

Test(journal_command, ls_prints_segments_and_records)
{
    int code = 0;

    char *printed = run_journal("ls " EXAMPLE, &code);

    cr_assert_eq(code, EXIT_OK);
    cr_assert(strstr(printed, "segment          1  used"), "%s", printed);
    cr_assert(strstr(printed, "2026-01-01T00:00:00Z"), "%s", printed);
    cr_assert(strstr(printed, "message          10  kiln/1  {\"t\":1450}\n"), "%s",
              printed);
    free(printed);
}

Test(journal_command, export_prints_messages_as_json_lines)
{
    int code = 0;

    char *printed = run_journal("export " EXAMPLE, &code);

    cr_assert_eq(code, EXIT_OK);
    cr_assert_str_eq(
        printed, "{\"seq\":2,\"type\":\"message\",\"received\":\"2026-01-01T00:00:00Z\","
                 "\"topic\":\"kiln/1\",\"broker\":0,\"qos\":1,\"retained\":false,"
                 "\"duplicate\":false,\"payload_base64\":\"eyJ0IjoxNDUwfQ==\"}\n");
    free(printed);
}

Test(journal_command, ls_takes_type_range_and_limit)
{
    int code = 0;
    char *by_type = run_journal("ls " EXAMPLE " --json --type tick", &code);
    char *by_range = run_journal("ls " EXAMPLE " --json --from 2 --to 2", &code);
    char *by_limit = run_journal("ls " EXAMPLE " --json --limit 1 --hex", &code);

    cr_assert_eq(strncmp(by_type, "{\"seq\":3,", 9), 0, "%s", by_type);
    cr_assert_eq(strncmp(by_range, "{\"seq\":2,", 9), 0, "%s", by_range);
    cr_assert_not_null(strchr(by_range, '\n'));
    cr_assert_eq(strchr(by_range, '\n')[1], 0);
    cr_assert(strstr(by_limit, "\"payload_hex\":\"656d67617465206578616d706c65\"}\n"),
              "%s", by_limit);
    free(by_type);
    free(by_range);
    free(by_limit);
}

Test(journal_command, verify_prints_figures_and_the_chain)
{
    int code = 0;
    char *text = run_journal("verify " EXAMPLE, &code);
    char *json = run_journal("verify " EXAMPLE " --json", &code);

    cr_assert_eq(code, EXIT_OK);
    cr_assert(strstr(text, "3 records (1 to 3) in 2 groups, 1 segments, 16384 bytes"),
              "%s", text);
    cr_assert(strstr(json, "\"chain\":\"e8c8a006e275e00d"), "%s", json);
    free(text);
    free(json);
}

/* A copy of the example with one byte changed, in a new directory. */
static void make_damaged(char *directory, size_t at)
{
    char path[128];
    uint8_t *data = NULL;
    size_t len = 0;
    cr_assert_not_null(mkdtemp(directory));
    cr_assert(cli_read_file(EXAMPLE "/0000000001.seg", 1 << 20, &data, &len));
    data[at] ^= 1;
    snprintf(path, sizeof path, "%s/0000000001.seg", directory);
    FILE *out = fopen(path, "wbe");
    cr_assert_not_null(out);
    cr_assert_eq(fwrite(data, 1, len, out), len);
    fclose(out);
    free(data);
}

static void remove_damaged(const char *directory)
{
    char path[128];
    snprintf(path, sizeof path, "%s/0000000001.seg", directory);
    unlink(path);
    rmdir(directory);
}

static char *run_on(const char *what, const char *directory, int *ret_code)
{
    char words[128];
    snprintf(words, sizeof words, "%s %s", what, directory);
    return run_journal(words, ret_code);
}

Test(journal_command, verify_names_the_place_of_damage_and_exits_1)
{
    int code = 0;
    char directory[] = "/tmp/emgate-journal-XXXXXX";
    make_damaged(directory, 4300);

    char *printed = run_on("verify", directory, &code);

    remove_damaged(directory);
    cr_assert_eq(code, EXIT_CHECK_FAILED);
    cr_assert(strstr(printed,
                     "0000000001.seg: byte 4096: 4096 bytes damaged, records 1 to "
                     "2 can't be read\n"),
              "%s", printed);
    cr_assert(strstr(printed, "1 damaged places, 2 records missing\n"), "%s", printed);
    free(printed);
}

Test(journal_command, what_cannot_be_read_or_understood_has_its_exit_code)
{
    int code = 0;
    free(run_journal("verify /nowhere", &code));
    cr_assert_eq(code, EXIT_IO);
    free(run_journal("ls", &code));
    cr_assert_eq(code, EXIT_USAGE);
    free(run_journal("dump " EXAMPLE, &code));
    cr_assert_eq(code, EXIT_USAGE);
    free(run_journal("ls " EXAMPLE " --from x", &code));
    cr_assert_eq(code, EXIT_USAGE);
}
