/* SPDX-License-Identifier: Apache-2.0 */
/* The directories that a running gateway writes to, and no others (core/confine.h). */
#ifndef CONFINEMENT_H
#define CONFINEMENT_H

#include "config/plan.h"

#define CONFINEMENT_MAX 64
#define CONFINEMENT_PATH_MAX 4096

struct confinement {
    char directories[CONFINEMENT_MAX][CONFINEMENT_PATH_MAX];
    size_t count;
};

/* Those of state, journal, outbox and sinks that write files.  False: too many. */
bool confinement_of(const struct plan *plan, struct confinement *ret_confinement);

/* Confines this process to them for good, unless `gateway.confine` is false; says so in
 * the log.  Before threads.  ERR_SYSTEM: the kernel refused. */
enum err confinement_begin(const struct plan *plan, struct error *e) MUST_CHECK;

#endif
