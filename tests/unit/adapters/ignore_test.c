/* SPDX-License-Identifier: Apache-2.0 */
/* What is ignored is neither a reading nor a fault. */
#include "probe.h"

#include <criterion/criterion.h>

Test(ignore, any_payload_is_taken_without_a_reading)
{
    struct probe *p = probe_new("ignore", NULL);
    static const char *const payloads[] = {"hello", "{}", "\x01\x02"};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(probe_feed(p, "log/kiln", bytes_of(payloads[i])),
                     OUTCOME_ACCEPTED_EMPTY);
        cr_expect_str_eq(p->out.reason, "not_decoded");
        cr_expect_eq(p->out.count, 0);
    }
    probe_free(p);
}
