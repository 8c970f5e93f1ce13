/* SPDX-License-Identifier: Apache-2.0 */
/* Retention by command and by schedule (registry/retention.h has the rules). */
#ifndef REGISTRY_RETAIN_H
#define REGISTRY_RETAIN_H

#include "registry/answer.h"

/* What the schedule remembers; zeros to begin with. */
struct retain {
    int64_t next_boot_ns;
};

/* Called once a second or so: deletes a piece of what is due, where the configuration
 * says so, and logs it. */
void retain_tend(struct retain *retain, const struct service *service);

/* Prints the oldest year of each installation that is kept and until when. */
enum err retain_print(const struct service *service, struct error *e) MUST_CHECK;

/* Deletes all that is due, and prints it. */
enum err retain_delete(const struct service *service, struct error *e) MUST_CHECK;

#endif
