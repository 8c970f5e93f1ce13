/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

Test(compute, each_case_gives_a_line_in_order)
{
    printed_file("[{\"id\": 1, \"function\": \"electricity\", \"inputs\": {"
                 "\"electricity\": {\"value\": 2, \"unit\": \"GWh\"},"
                 "\"ef\": {\"value\": 0.377, \"unit\": \"t CO2/MWh\"}}},"
                 "{\"id\": 2, \"function\": \"attr\", \"inputs\": {"
                 "\"dir_em\": {\"value\": 5, \"unit\": \"t\"}}}]");

    int code = printed_run(&command_compute, printed_path, NULL);

    cr_assert_eq(code, EXIT_OK);
    cr_assert_str_eq(
        printed_text,
        "{\"id\": 1, \"outputs\": {\"em_el\": {\"value\": 754, \"unit\": \"t "
        "CO2e\"}}}\n"
        "{\"id\": 2, \"outputs\": {\"attr_dir\": {\"value\": 5, \"unit\": \"t "
        "CO2e\"}}}\n");
}

Test(compute, a_bad_case_leaves_the_others_and_gives_exit_code_65)
{
    printed_file("[{\"id\": 1, \"function\": \"nothing\", \"inputs\": {}},"
                 "{\"id\": 2, \"function\": \"attr\", \"inputs\": {"
                 "\"dir_em\": {\"value\": 5, \"unit\": \"t\"}}}]");

    int code = printed_run(&command_compute, printed_path, NULL);

    cr_assert_eq(code, EXIT_DATA);
    cr_assert(
        strstr(printed_text, "{\"id\": 1, \"error\": \"unknown function 'nothing'"));
    cr_assert(strstr(printed_text, "{\"id\": 2, \"outputs\": "));
}

Test(compute, one_case_needs_no_array)
{
    printed_file("{\"function\": \"attr\", \"inputs\": {"
                 "\"dir_em\": {\"value\": 5, \"unit\": \"t\"}}}");

    cr_assert_eq(printed_run(&command_compute, printed_path, NULL), EXIT_OK);
    cr_assert(strstr(printed_text, "{\"id\": null, \"outputs\": "));
}

Test(compute, text_that_is_no_json_gives_exit_code_65)
{
    printed_file("[{\"id\": 1, \"id\": 2}]");
    cr_assert_eq(printed_run(&command_compute, printed_path, NULL), EXIT_DATA);
    cr_assert_str_eq(printed_text, "");

    printed_file("");
    cr_assert_eq(printed_run(&command_compute, printed_path, NULL), EXIT_DATA);
}

Test(compute, a_file_that_is_not_there_gives_exit_code_74)
{
    cr_assert_eq(printed_run(&command_compute, "/nowhere/at/all", NULL), EXIT_IO);
}
