/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct seen {
    size_t count;
    char what[8][64];
    int days_left;
};

static void take(void *ctx, const struct certificate_seen *seen)
{
    struct seen *s = ctx;
    snprintf(s->what[s->count++], sizeof s->what[0], "%s", seen->what);
    s->days_left = seen->days_left;
}

Test(certificates, those_that_can_be_read_are_seen_in_order)
{
    char folder[] = "/tmp/emgate-certificates-XXXXXX";
    char command[256];
    char ca[64];
    char server[64];
    cr_assert(mkdtemp(folder));
    snprintf(command, sizeof command, "sh '" TEST_DATA "/lib/certificates.sh' '%s'",
             folder);
    cr_assert_eq(system(command), 0); /* NOLINT: our own words */
    snprintf(ca, sizeof ca, "%s/ca.crt", folder);
    snprintf(server, sizeof server, "%s/server.crt", folder);
    struct plan_broker broker = {
        .name = "plant", .ca_file = ca, .cert_file = "/nothing/there"};
    struct plan plan = {.brokers = &broker, .broker_count = 1, .web_cert_file = server};
    struct seen seen = {0};
    int64_t soon_s = time(NULL) + 60; /* they last a day from now */
    certificates_each(&plan, soon_s, take, &seen);
    cr_assert_eq(seen.count, 2);
    cr_assert_str_eq(seen.what[0], "broker plant");
    cr_assert_str_eq(seen.what[1], "page");
    cr_assert_eq(seen.days_left, 0);
    struct certificate_watch watch = {0};
    certificates_watch(&watch, &plan, soon_s);
    cr_assert_eq(watch.lapses[0].told, 1);
    cr_assert_eq(watch.lapses[1].told, 1);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    cr_assert_eq(system(command), 0); /* NOLINT: our own words */
}
