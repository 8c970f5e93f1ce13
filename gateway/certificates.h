/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates that a configuration names: of brokers, sinks, bridges and the page.
 * Read from their files each time, so that a renewed one counts at once.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include "config/plan.h"
#include "tls/lapse.h"

/* More than this are not watched. */
#define CERTIFICATES_MAX 64

struct certificate_seen {
    const char *what; /* "broker plant", "sink registry", "page"; a view for the call */
    const char *path;
    int64_t end_s; /* seconds since 1970 */
    int days_left; /* negative: it has ended */
};
typedef void certificate_fn(void *ctx, const struct certificate_seen *seen);

/* Calls `each` for every one that can be read, in the order of the configuration. */
void certificates_each(const struct plan *plan, int64_t now_s, certificate_fn *each,
                       void *ctx);

/* All zero at first. */
struct certificate_watch {
    struct lapse lapses[CERTIFICATES_MAX];
    int64_t next_s;
    size_t at; /* of the one being judged */
};

/* Logs what has passed 30, 7 or 1 days, or its end; looks once a minute.  One thread. */
void certificates_watch(struct certificate_watch *watch, const struct plan *plan,
                        int64_t now_s);

#endif
