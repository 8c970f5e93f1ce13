/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "config_text.h"

#include <criterion/redirect.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Options by their place in the command's table. */
enum { CONFIG, NO_ENVIRONMENT, JSON };

static char path[64];

static void make_file(const char *text)
{
    snprintf(path, sizeof path, "/tmp/emgate-check-XXXXXX");
    int file = mkstemp(path);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

/* Runs the command and gives what it printed; the caller frees it. */
static char *run_check(bool json, int *ret_code)
{
    struct arguments arguments = {.values = {[CONFIG] = path, [NO_ENVIRONMENT] = ""}};
    arguments.values[JSON] = json ? "" : NULL;
    char *printed = NULL;
    size_t len = 0;
    FILE *real = stdout;
    FILE *out = open_memstream(&printed, &len);
    stdout = out;
    *ret_code = command_check.run(&command_check, &arguments);
    stdout = real;
    fclose(out);
    unlink(path);
    return printed;
}

Test(check, a_good_configuration_is_ok_and_has_a_hash)
{
    int code = 0;
    make_file(plant_text);

    char *printed = run_check(false, &code);

    cr_assert_eq(code, EXIT_OK, "%s", printed);
    cr_assert(strstr(printed, "ok    configuration: points 4, processes 1, streams 1"),
              "%s", printed);
    free(printed);
}

Test(check, every_mistake_is_a_line_and_the_exit_code_is_78)
{
    int code = 0;
    char wanted[512];
    struct buf text = plant_with("gateway: {id: test-01", "gateway: {id: 'a b'");
    buf_add_text(&text, "windows: {length: 7h}\nlog: {level: loud}\n");
    make_file((const char *)text.data);
    snprintf(wanted, sizeof wanted,
             "%s:1:15: id: 'a b' must be 1 to 64 letters, digits, '-', '_' or '.'\n"
             "%s:25:19: length: a day is not a whole number of such windows; write for "
             "example 15m, 1h or 1d\n"
             "%s:26:14: level: must be 'error', 'warn', 'info' or 'debug'\n"
             "fail  configuration: 3 problems\n",
             path, path, path);

    char *printed = run_check(false, &code);

    cr_assert_eq(code, EXIT_BAD_CONFIG);
    cr_assert_str_eq(printed, wanted);
    free(printed);
    buf_deinit(&text);
}

Test(check, json_takes_the_place_apart)
{
    int code = 0;
    struct buf text = plant_with("gateway: {id: test-01", "gateway: {id: 'a b'");
    make_file((const char *)text.data);

    char *printed = run_check(true, &code);

    json_t *root = json_loads(printed, 0, NULL);
    const json_t *problem = json_array_get(json_object_get(root, "problems"), 0);
    cr_assert_eq(code, EXIT_BAD_CONFIG);
    cr_assert(json_is_false(json_object_get(root, "ok")));
    cr_assert_str_eq(json_string_value(json_object_get(problem, "file")), path);
    cr_assert_eq(json_integer_value(json_object_get(problem, "line")), 1);
    cr_assert_eq(json_integer_value(json_object_get(problem, "column")), 15);
    json_decref(root);
    free(printed);
    buf_deinit(&text);
}

Test(check, a_file_that_is_not_there_is_a_configuration_mistake)
{
    int code = 0;
    snprintf(path, sizeof path, "/tmp/emgate-no-such-file.yaml");

    char *printed = run_check(false, &code);

    cr_assert_eq(code, EXIT_BAD_CONFIG);
    cr_assert_str_eq(printed, "can't read '/tmp/emgate-no-such-file.yaml': No such file "
                              "or directory\nfail  configuration: 1 problem\n");
    free(printed);
}
