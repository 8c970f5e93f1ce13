/* SPDX-License-Identifier: Apache-2.0 */
/* The notification protocol is a datagram on a Unix socket; no library is needed. */
#include "notify.h"

#include "core/clock.h"
#include "core/number.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET"); /* NOLINT: nobody changes it */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    if (len < 2 || len >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, path, len);
    if (path[0] == '@') {
        address.sun_path[0] = 0; /* in the abstract name space */
    }
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0) {
        return;
    }
    (void)sendto(file, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(file);
}

int64_t notify_watchdog_ns(void)
{
    const char *period = getenv("WATCHDOG_USEC"); /* NOLINT: nobody changes it */
    const char *process = getenv("WATCHDOG_PID"); /* NOLINT */
    int64_t us = 0;
    int64_t pid = 0;
    if (!period || !number_parse_i64(bytes_of(period), &us) || us <= 0 ||
        us > INT64_MAX / 1000) {
        return 0;
    }
    bool other = process &&
                 (!number_parse_i64(bytes_of(process), &pid) || pid != (int64_t)getpid());
    return other ? 0 : us * 1000;
}

bool notify_due(struct notify_watch *watch, int64_t now_ns, uint64_t cursor, bool excused)
{
    bool moved = cursor != watch->cursor;
    if (watch->period_ns == 0 || now_ns - watch->fed_ns < watch->period_ns / 4 ||
        (!moved && !excused)) {
        return false;
    }
    watch->cursor = cursor;
    watch->fed_ns = now_ns;
    return true;
}
