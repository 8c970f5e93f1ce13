/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service manager is told (sd_notify(3)): that the daemon is ready, that it
 * stops, that it still gets on.  Without NOTIFY_SOCKET in the environment nothing
 * happens.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "core/bytes.h"

/* Sends such as "READY=1" to $NOTIFY_SOCKET.  A failure is nobody's business: the
 * manager's own time limit is the answer to it. */
void notify_send(const char *state);

/* The watchdog's period in nanoseconds when the manager wants to be fed by this
 * process ($WATCHDOG_USEC, $WATCHDOG_PID), else 0. */
int64_t notify_watchdog_ns(void);

/* Progress since the last look: fed while the fold's cursor moves on, or while the
 * daemon knows why it does not (a full disk is not mended by a restart). */
struct notify_watch {
    int64_t period_ns; /* 0: nobody watches */
    int64_t fed_ns;
    uint64_t cursor;
};

/* True when the watchdog is to be fed now, which the caller then does.  Twice a period at
 * most. */
bool notify_due(struct notify_watch *watch, int64_t now_ns, uint64_t cursor,
                bool excused);

#endif
