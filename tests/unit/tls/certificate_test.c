/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/certificate.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char folder[] = "/tmp/emgate-certificate-XXXXXX";

Test(certificate, of_a_file_its_end_is_known)
{
    char made[sizeof folder];
    char text[256];
    struct error e = {0};
    int64_t end_s = 0;
    memcpy(made, folder, sizeof folder);
    cr_assert(mkdtemp(made));
    snprintf(text, sizeof text, "sh '" TEST_DATA "/lib/certificates.sh' '%s'", made);
    cr_assert_eq(system(text), 0); /* NOLINT: our own words */
    snprintf(text, sizeof text, "%s/server.crt", made);
    cr_assert_eq(certificate_file_end(text, &end_s, &e), ERR_OK, "%s", e.text);
    int64_t now_s = time(NULL);
    cr_assert(end_s > now_s && end_s <= now_s + DAY_S);
    snprintf(text, sizeof text, "%s/server.key", made);
    cr_assert_eq(certificate_file_end(text, &end_s, &e), ERR_CONFIG);
    snprintf(text, sizeof text, "%s/none", made);
    cr_assert_eq(certificate_file_end(text, &end_s, &e), ERR_CONFIG);
    cr_assert(strstr(e.text, "none"));
    snprintf(text, sizeof text, "rm -r '%s'", made);
    cr_assert_eq(system(text), 0); /* NOLINT: our own words */
}

Test(certificate, days_are_whole_ones)
{
    cr_assert_eq(certificate_days(100, 101), -1);
    cr_assert_eq(certificate_days(100, 100), 0);
    cr_assert_eq(certificate_days(DAY_S - 1, 0), 0);
    cr_assert_eq(certificate_days(30 * DAY_S, 0), 30);
}
