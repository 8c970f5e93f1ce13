/* SPDX-License-Identifier: Apache-2.0 */
/* Listening on a broker that is not there, or with what can't be; a real one is in
 * tests/system/connect/discover_test.py. */
#include "cli/listen.h"

#include <criterion/criterion.h>

static void ignore(void *ctx, const struct message *message)
{
    (void)ctx;
    (void)message;
}

static enum err try_to(const char *uri, const char *password_file, struct error *e)
{
    struct listen_settings settings = {
        .uri = uri, .password_file = password_file, .filter = "#", .take = ignore};
    struct listener *listener = NULL;
    enum err err = listen_open(&settings, &listener, e);
    cr_assert_null(listener);
    return err;
}

Test(listen, says_why_it_cannot)
{
    struct error e;
    cr_assert_eq(try_to("mqtt://127.0.0.1:1", NULL, &e), ERR_RETRY);
    cr_assert(strstr(e.text, "mqtt://127.0.0.1:1"), "%s", e.text);
    cr_assert_eq(try_to("udp://127.0.0.1:1", NULL, &e), ERR_CONFIG);
    cr_assert_eq(try_to("mqtt://127.0.0.1:1", "/nowhere/password", &e), ERR_CONFIG);
    cr_assert(strstr(e.text, "/nowhere/password"), "%s", e.text);
}
