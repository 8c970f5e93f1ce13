/* SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Test(notify, the_manager_hears_what_is_sent)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char heard[64] = {0};
    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/emgate-notify-%d",
             (int)getpid());
    int file = socket(AF_UNIX, SOCK_DGRAM, 0);
    cr_assert_eq(bind(file, (struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    notify_send("READY=1");
    cr_assert_eq(recv(file, heard, sizeof heard - 1, MSG_DONTWAIT), 7);
    cr_assert_str_eq(heard, "READY=1");
    close(file);
    unlink(address.sun_path);
    notify_send("STOPPING=1"); /* nobody there: nothing happens */
}

Test(notify, only_the_process_that_is_watched_feeds)
{
    char pid[32];
    unsetenv("WATCHDOG_USEC");
    cr_assert_eq(notify_watchdog_ns(), 0);
    setenv("WATCHDOG_USEC", "60000000", 1);
    cr_assert_eq(notify_watchdog_ns(), 60000000000);
    setenv("WATCHDOG_PID", "1", 1);
    cr_assert_eq(notify_watchdog_ns(), 0);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_assert_eq(notify_watchdog_ns(), 60000000000);
    setenv("WATCHDOG_USEC", "soon", 1);
    cr_assert_eq(notify_watchdog_ns(), 0);
}

Test(notify, a_fold_that_stands_still_is_not_fed_unless_it_knows_why)
{
    struct notify_watch watch = {.period_ns = 40};
    cr_assert(notify_due(&watch, 100, 5, false));
    cr_assert(!notify_due(&watch, 105, 6, false), "too early to feed again");
    cr_assert(notify_due(&watch, 110, 6, false));
    cr_assert(!notify_due(&watch, 200, 6, false), "no progress");
    cr_assert(notify_due(&watch, 200, 6, true));
    struct notify_watch nobody = {0};
    cr_assert(!notify_due(&nobody, 100, 1, true));
}
