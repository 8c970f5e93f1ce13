/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan needs of the machine it runs on: directories, a disk that keeps what
 * is synced, a clock that is right, brokers and registries that answer, certificates
 * that last.  Nothing is changed but a probe file, which is removed.  `emgate check`
 * and `emgate run` tell the same findings.
 */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "config/plan.h"

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_FAIL };

/* "ok", "warn", "fail". */
extern const char *const finding_level_names[];

struct finding {
    enum finding_level level;
    const char *what;  /* "broker plant" */
    const char *words; /* what was found */
    const char *fix;   /* what to do, or NULL */
};

typedef void finding_fn(void *ctx, const struct finding *finding);

/* Where findings go, and how many of each level there were. */
struct findings {
    finding_fn *tell;
    void *ctx;
    size_t counts[3];
};

/* Looks at everything; takes some seconds when something does not answer. */
void environment_check(const struct plan *plan, struct findings *findings);

/* ---- parts, for each other ---- */

/* Tells one finding; `fix` may be NULL. */
void findings_tell(struct findings *findings, enum finding_level level, const char *what,
                   const char *fix, const char *format, ...) PRINTF_LIKE(5, 6);

/* Directory, volume, sync, space; writes and removes a probe file of 64 KiB. */
void environment_check_storage(const struct plan *plan, struct findings *findings);

/* Whether the system's clock is synchronised. */
void environment_check_clock(struct findings *findings);

/* Brokers, sinks with an address, certificates, secrets; waits up to five seconds for
 * each that does not answer. */
void environment_check_network(const struct plan *plan, struct findings *findings);

/* Calibrations and factors that lapse within 30 days of `now_ns`, or have. */
void environment_check_lapses(const struct plan *plan, int64_t now_ns,
                              struct findings *findings);

#endif
