/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Options by their place in the command's table. */
enum { ADAPTER_NAME, MAPPING, SETTINGS, TOPIC, LIST, RETAINED, RECEIVED };

#define NOW "2026-07-29T16:00:00Z"

struct files {
    char folder[32];
    char paths[4][64];
    size_t count;
};

static const char *add_file(struct files *files, const char *name, const char *text)
{
    if (files->count == 0) {
        snprintf(files->folder, sizeof files->folder, "/tmp/emgate-decode-XXXXXX");
        cr_assert_not_null(mkdtemp(files->folder));
    }
    char made[64];
    char *path = files->paths[files->count++];
    snprintf(made, sizeof made, "%.31s/%.30s", files->folder, name);
    memcpy(path, made, sizeof made);
    FILE *out = fopen(path, "we");
    cr_assert_not_null(out);
    fputs(text, out);
    fclose(out);
    return path;
}

static void remove_files(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        unlink(files->paths[i]);
    }
    if (files->count) {
        rmdir(files->folder);
    }
}

/* Runs the command and gives what it printed on stdout and, behind it, on stderr. */
static char *run_decode(struct arguments *arguments, int wanted_code)
{
    char *printed = NULL;
    size_t len = 0;
    FILE *out = stdout;
    FILE *errors = stderr;
    FILE *both = open_memstream(&printed, &len);
    stdout = both;
    stderr = both;
    int code = command_decode.run(&command_decode, arguments);
    stdout = out;
    stderr = errors;
    fclose(both);
    cr_expect_eq(code, wanted_code, "%d: %s", code, printed);
    return printed;
}

static void expect_in(const char *printed, const char *wanted)
{
    cr_expect_not_null(strstr(printed, wanted), "'%s' is not in\n%s", wanted, printed);
}

static const char mapping[] =
    "rules:\n"
    "- {topic: x/learn, learn: {table: t, key: k, fields: {u: '{/u}'}}}\n"
    "- {topic: x/#, device: '{topic.1}', emit: [{each: /*, lookup: {table: t, key: k}, "
    "metric: '{$1}', unit: '{meta.u}'}]}\n";

Test(decode, prints_a_message_as_one_line_of_json)
{
    struct files files = {0};
    struct arguments arguments = {0};
    arguments.values[MAPPING] = add_file(&files, "m.yaml", mapping);
    arguments.values[TOPIC] = "x/dev";
    arguments.values[RECEIVED] = NOW;
    arguments.words[arguments.word_count++] =
        add_file(&files, "p",
                 "{\"a\":9007199254740993,\"b\":1.5,\"c\":null,\"d\":\"\xc2\xb0\\\"\"}");

    char *printed = run_decode(&arguments, EXIT_OK);

    expect_in(printed, "\"outcome\":\"accepted\"");
    expect_in(printed, "\"reason\":null");
    expect_in(printed, "m.yaml:3\"");
    expect_in(printed,
              "{\"device\":\"dev\",\"metric\":\"a\",\"value\":\"9007199254740993\","
              "\"unit\":null,\"quality\":\"good\",\"ts\":\"" NOW
              "\",\"ts_source\":\"receive\"}");
    expect_in(printed, "\"value\":1.5");
    expect_in(printed, "\"value\":null,\"unit\":null,\"quality\":\"bad\",\"ts\":\"" NOW
                       "\",\"detail\":\"null\"");
    expect_in(printed, "\"value\":\"\xc2\xb0\\\"\"");
    cr_expect_eq(strchr(printed, '\n'), printed + strlen(printed) - 1);
    free(printed);
    remove_files(&files);
}

Test(decode, a_list_remembers_and_goes_on_after_a_rejected_message)
{
    struct files files = {0};
    struct arguments arguments = {0};
    arguments.values[MAPPING] = add_file(&files, "m.yaml", mapping);
    add_file(&files, "u", "{\"u\":\"kg\"}");
    add_file(&files, "bad", "{");
    arguments.values[LIST] = add_file(&files, "topic.txt",
                                      "# file and topic\n"
                                      "bad\tx/dev\tqos=1\tretain=0\r\n"
                                      "u\tx/learn\tqos=1\tretain=1\n"
                                      "\n"
                                      "u\tx/dev\tqos=0\tretain=1\treceived=" NOW "\n");

    char *printed = run_decode(&arguments, EXIT_OK);

    expect_in(printed, "\"reason\":\"malformed_json\"");
    expect_in(printed, "\"reason\":\"learned\"");
    expect_in(printed,
              "\"value\":\"kg\",\"unit\":\"kg\",\"quality\":\"uncertain\",\"ts\":"
              "\"" NOW "\",\"detail\":\"retained_no_timestamp\",\"ts_source\":"
              "\"receive\",\"retained\":true}");
    free(printed);
    remove_files(&files);
}

Test(decode, a_file_that_is_not_there_is_65)
{
    struct arguments arguments = {0};
    arguments.values[ADAPTER_NAME] = "influx";
    arguments.values[TOPIC] = "x";
    arguments.words[arguments.word_count++] = "/nowhere/at/all";
    free(run_decode(&arguments, EXIT_DATA));

    struct arguments list = {0};
    list.values[ADAPTER_NAME] = "influx";
    list.values[LIST] = "/nowhere/at/all";
    free(run_decode(&list, EXIT_DATA));
}

Test(decode, every_mistake_of_a_mapping_is_printed)
{
    struct files files = {0};
    struct arguments arguments = {0};
    arguments.values[MAPPING] =
        add_file(&files, "m.yaml", "rules:\n- {topic: a#, ignore: true}\n- {topik: b}\n");
    arguments.values[TOPIC] = "x";

    char *printed = run_decode(&arguments, EXIT_BAD_CONFIG);

    expect_in(printed, "m.yaml:2:11: topic filter 'a#'");
    expect_in(printed, "m.yaml:3:4: unknown key 'topik'; did you mean 'topic'?");
    free(printed);
    remove_files(&files);
}

Test(decode, wrong_command_lines_are_64)
{
    struct files files = {0};
    struct arguments arguments = {0};
    free(run_decode(&arguments, EXIT_USAGE));
    arguments.values[TOPIC] = "x";
    arguments.values[ADAPTER_NAME] = "nosuch";
    char *printed = run_decode(&arguments, EXIT_USAGE);
    expect_in(printed, "no adapter 'nosuch'; there are: ");
    free(printed);
    arguments.values[ADAPTER_NAME] = NULL;
    arguments.words[arguments.word_count++] = add_file(&files, "p", "{\"a\":1}");
    printed = run_decode(&arguments, EXIT_USAGE);
    expect_in(printed, "can't tell what this payload is");
    free(printed);
    arguments.values[ADAPTER_NAME] = "influx";
    arguments.values[RECEIVED] = "yesterday";
    free(run_decode(&arguments, EXIT_USAGE));
    remove_files(&files);
}

Test(decode, a_known_format_need_not_be_named)
{
    struct files files = {0};
    struct arguments arguments = {0};
    arguments.values[TOPIC] = "x";
    arguments.words[arguments.word_count++] =
        add_file(&files, "p", "cpu,host=a value=1.5 1785340800000000000\n");

    char *printed = run_decode(&arguments, EXIT_OK);

    expect_in(printed, "\"adapter\":\"influx\"");
    expect_in(printed, "\"value\":1.5");
    free(printed);
    remove_files(&files);
}
