/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node/settings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Test(secret, a_secret_is_read_from_the_environment_and_its_absence_is_told)
{
    setenv("EMGATE_TEST_SECRET", "hunter2", 1);
    struct secret secret = {.kind = SECRET_ENVIRONMENT, .name = "EMGATE_TEST_SECRET"};
    char text[64];
    struct error e = {0};

    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_OK);
    cr_assert_str_eq(text, "hunter2");
    cr_assert_eq(secret_read(&secret, text, 4, &e), ERR_CONFIG);
    cr_assert_null(strstr(e.text, "hunt"));
    secret.name = "EMGATE_NOT_THERE";
    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_CONFIG);
    cr_assert_str_eq(e.text, "there is no environment variable 'EMGATE_NOT_THERE'");
}

Test(secret, a_secret_file_loses_its_line_end)
{
    char path[] = "/tmp/emgate-secret-XXXXXX";
    int file = mkstemp(path);
    cr_assert_eq(write(file, "hunter2\n", 8), 8);
    close(file);
    struct secret secret = {.kind = SECRET_FILE, .name = path};
    char text[64];
    struct error e = {0};

    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_OK);

    cr_assert_str_eq(text, "hunter2");
    unlink(path);
}

Test(secret, a_credential_is_a_file_of_the_directory_systemd_gives)
{
    char directory[] = "/tmp/emgate-credentials-XXXXXX";
    char path[64];
    char text[64];
    struct error e = {0};
    struct secret secret = {.kind = SECRET_CREDENTIAL, .name = "token"};
    cr_assert_not_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/token", directory);
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    fputs("hunter2", out);
    fclose(out);

    unsetenv("CREDENTIALS_DIRECTORY");
    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_CONFIG);
    setenv("CREDENTIALS_DIRECTORY", directory, 1);
    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_OK);
    secret.name = "../token";
    cr_assert_eq(secret_read(&secret, path, sizeof path, &e), ERR_CONFIG);

    cr_assert_str_eq(text, "hunter2");
}

Test(secret, an_empty_file_is_no_secret)
{
    char path[] = "/tmp/emgate-secret-XXXXXX";
    char text[64];
    struct error e = {0};
    struct secret secret = {.kind = SECRET_FILE, .name = path};
    close(mkstemp(path));

    cr_assert_eq(secret_read(&secret, text, sizeof text, &e), ERR_CONFIG);

    cr_assert(strstr(e.text, "is empty"), "%s", e.text);
    unlink(path);
}

Test(secret, wiping_leaves_nothing)
{
    char text[] = "hunter2";

    secret_wipe(text, sizeof text);

    for (size_t i = 0; i < sizeof text; i++) {
        cr_assert_eq(text[i], 0);
    }
}
