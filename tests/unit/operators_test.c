/* SPDX-License-Identifier: Apache-2.0 */
#include "operators.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64];
    char file[128];
};

static struct place made(void)
{
    struct place place = {.folder = "/tmp/emgate-operators-XXXXXX"};
    cr_assert(mkdtemp(place.folder));
    snprintf(place.file, sizeof place.file, "%s/" OPERATORS_FILE, place.folder);
    return place;
}

static void clear(const struct place *place)
{
    unlink(place->file);
    rmdir(place->folder);
}

Test(operators, a_token_is_found_by_its_hash_only)
{
    struct place place = made();
    char token[OPERATOR_TOKEN_MAX];
    char other[OPERATOR_TOKEN_MAX];
    char name[OPERATOR_NAME_MAX];
    char text[4096] = "";
    struct error e;
    struct stat state;
    cr_assert_not(operators_find(place.folder, "x", name), "there is no file");
    cr_assert_eq(operators_add(place.folder, "meena", token, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(operators_add(place.folder, "omar", other, &e), ERR_OK);
    cr_assert(operators_find(place.folder, token, name));
    cr_expect_str_eq(name, "meena");
    cr_assert(operators_find(place.folder, other, name));
    cr_expect_str_eq(name, "omar");
    cr_expect_not(operators_find(place.folder, "", name));
    FILE *file = fopen(place.file, "r");
    cr_assert(file);
    cr_assert_gt(fread(text, 1, sizeof text - 1, file), 0);
    (void)fclose(file);
    cr_expect_null(strstr(text, token), "the token itself is not kept");
    cr_assert_eq(stat(place.file, &state), 0);
    cr_expect_eq(state.st_mode & 0777, 0600);
    clear(&place);
}

Test(operators, a_file_that_others_may_write_counts_for_nothing)
{
    struct place place = made();
    char token[OPERATOR_TOKEN_MAX];
    char name[OPERATOR_NAME_MAX];
    struct error e;
    cr_assert_eq(operators_add(place.folder, "meena", token, &e), ERR_OK);
    cr_assert_eq(chmod(place.file, 0666), 0);
    cr_expect_not(operators_find(place.folder, token, name));
    clear(&place);
}

Test(operators, a_name_is_one_word_and_is_given_once)
{
    struct place place = made();
    char token[OPERATOR_TOKEN_MAX];
    struct error e;
    cr_expect_eq(operators_add(place.folder, "", token, &e), ERR_CONFIG);
    cr_expect_eq(operators_add(place.folder, "two words", token, &e), ERR_CONFIG);
    cr_expect_eq(operators_add(place.folder, "meena", token, &e), ERR_OK);
    cr_expect_eq(operators_add(place.folder, "meena", token, &e), ERR_CONFIG);
    cr_expect(strstr(e.text, "is there"));
    clear(&place);
}
