/* SPDX-License-Identifier: Apache-2.0 */
/* The command is a shell's; a test waits until what it printed is known. */
#include "checkup.h"

#include "core/clock.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void ask(struct checkup *checkup, bool again, struct buf *out)
{
    buf_init(out, 1 << 20);
    struct json_writer writer = json_writer_of(out);
    checkup_put(checkup, again, &writer);
}

/* Asks until it does not run any more; compares a part of the answer. */
static void expect_known(struct checkup *checkup, const char *part)
{
    struct buf out;
    ask(checkup, false, &out);
    while (strstr((const char *)out.data, "\"running\":true")) {
        buf_deinit(&out);
        sched_yield();
        ask(checkup, false, &out);
    }
    cr_expect(strstr((const char *)out.data, part), "%s", (const char *)out.data);
    buf_deinit(&out);
}

static void expect_of(const char *script, const char *part)
{
    const char *words[] = {"/bin/sh", "-c", script, NULL};
    struct checkup *checkup = checkup_open(words);
    expect_known(checkup, part);
    checkup_close(&checkup);
    cr_expect_null(checkup);
}

Test(checkup, gives_what_the_command_prints_whatever_its_exit_code)
{
    expect_of("echo '[{\"level\":\"fail\"}]'; exit 1",
              "\"findings\":[{\"level\":\"fail\"}]");
}

Test(checkup, says_when_there_is_nothing_to_show)
{
    expect_of("exit 78", "could not read the configuration");
    expect_of("echo '{}'", "could not read the configuration");
    expect_of("yes '[1]' | head -c 400000", "took too long");
    const char *words[] = {"/nowhere/emgate", NULL};
    struct checkup *checkup = checkup_open(words);
    expect_known(checkup, "can't be started");
    checkup_close(&checkup);
}

Test(checkup, runs_only_when_somebody_asks_and_not_at_each_question)
{
    char path[] = "/tmp/emgate-checkup-XXXXXX";
    char script[128];
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    snprintf(script, sizeof script, "echo x >> %s; echo '[]'", path);
    const char *words[] = {"/bin/sh", "-c", script, NULL};
    struct checkup *checkup = checkup_open(words);
    cr_expect_eq(lseek(file, 0, SEEK_END), 0);
    for (int i = 0; i < 5; i++) {
        struct buf out;
        expect_known(checkup, "\"findings\":[]");
        ask(checkup, true, &out);
        buf_deinit(&out);
    }
    cr_expect_eq(lseek(file, 0, SEEK_END), 2, "it ran more than once");
    checkup_close(&checkup);
    close(file);
    unlink(path);
}

Test(checkup, a_close_does_not_wait_for_the_command)
{
    const char *words[] = {"/bin/sh", "-c", "exec sleep 50", NULL};
    struct buf out;
    struct checkup *checkup = checkup_open(words);
    int64_t began_ns = clock_boot_ns(&clock_system);
    ask(checkup, false, &out);
    checkup_close(&checkup);
    cr_expect_lt(clock_boot_ns(&clock_system) - began_ns, 40 * NS_PER_S);
    buf_deinit(&out);
}
