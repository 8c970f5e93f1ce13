/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that end in every way, for tests/lib/plain_runner.c: three of seven must fail. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>

static int opened;

static void open_suite(void)
{
    opened = 1;
}

TestSuite(ways, .init = open_suite);

Test(ways, a_test_passes_in_an_opened_suite)
{
    cr_assert_eq(opened, 1);
}

Test(ways, FAILS_by_an_assert)
{
    cr_assert(opened == 2, "as it should");
    abort();
}

Test(ways, FAILS_at_its_end_by_an_expectation)
{
    cr_expect(opened == 2);
    cr_expect(opened == 1);
}

Test(ways, FAILS_by_a_signal)
{
    abort();
}

Test(ways, a_signal_may_be_expected, .signal = SIGABRT)
{
    abort();
}

Test(ways, a_code_may_be_expected, .exit_code = 3)
{
    exit(3);
}

Test(ways, one_is_skipped)
{
    cr_skip_test("as it should\n");
}
