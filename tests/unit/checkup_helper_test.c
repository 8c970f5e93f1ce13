/* SPDX-License-Identifier: Apache-2.0 */
#include "checkup_helper.h"

#include "core/endian.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

/* Asks once; the length that comes back, and that many bytes into `out`. */
static uint32_t ask(int file, char out[64])
{
    uint8_t head[4] = {0};
    cr_assert_eq(write(file, "x", 1), 1);
    for (size_t at = 0; at < sizeof head;) {
        ssize_t len = read(file, head + at, sizeof head - at);
        cr_assert_gt(len, 0);
        at += (size_t)len;
    }
    uint32_t len = endian_u32(head);
    for (size_t at = 0; len < 64 && at < len;) {
        ssize_t got = read(file, out + at, len - at);
        cr_assert_gt(got, 0);
        at += (size_t)got;
    }
    return len;
}

Test(checkup_helper, runs_its_command_at_each_byte_and_goes_when_told)
{
    const char *words[] = {"/bin/sh", "-c", "printf hello", NULL};
    char out[64] = "";
    pid_t pid = 0;
    int file = -1;
    cr_assert(checkup_helper_begin(words, &pid, &file));
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(ask(file, out), 5);
        cr_expect_str_eq(out, "hello");
    }
    checkup_helper_end(pid, file);
    cr_expect_neq(kill(pid, 0), 0);
}

Test(checkup_helper, what_cannot_be_started_is_told)
{
    const char *words[] = {"/nowhere/emgate", NULL};
    char out[64] = "";
    pid_t pid = 0;
    int file = -1;
    cr_assert(checkup_helper_begin(words, &pid, &file));
    cr_expect_eq(ask(file, out), UINT32_MAX);
    checkup_helper_end(pid, file);
}
