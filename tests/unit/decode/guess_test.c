/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guess.h"

#include <criterion/criterion.h>

static void expect_guess(const char *topic, struct bytes payload, const char *wanted)
{
    const char *name = guess_adapter(bytes_of(topic), payload);
    cr_expect_str_eq(name ? name : "none", wanted, "'%s' '%.*s'", topic,
                     BYTES_ARG(payload));
}

Test(guess, names_formats_by_their_marks)
{
    expect_guess("spBv1.0/g/NDATA/n", BYTES("\x08\x01"), "sparkplug");
    expect_guess("emgate/v1/d/telemetry", BYTES(""), "native");
    expect_guess("a", BYTES("##0101QN=2026;ST=31"), "hj212");
    expect_guess("a", BYTES(" [ {\"bn\":\"urn:dev:1\",\"v\":1}]"), "senml");
    expect_guess("a", BYTES("\x81\xa2\x21\x61"), "senml");
    expect_guess("a", BYTES("\x98\x20\xbf\x21"), "senml");
    expect_guess("a", BYTES("cpu,host=a value=1.5 1785340800000000000"), "influx");
    expect_guess("a", BYTES("my\\ name value=1"), "influx");
}

Test(guess, is_silent_about_what_it_does_not_know)
{
    expect_guess("a", BYTES(""), "none");
    expect_guess("a", BYTES("21.5"), "none");
    expect_guess("a", BYTES("{\"a\": 1}"), "none");
    expect_guess("a", BYTES("[1,2]"), "none");
    expect_guess("a", BYTES("on time x=1"), "none");
    expect_guess("a", BYTES("spare words"), "none");
    expect_guess("a", BYTES("\x80"), "none");
}
