/* SPDX-License-Identifier: Apache-2.0 */
/* Every bridge of the configuration, opened and closed together. */
#ifndef BRIDGES_H
#define BRIDGES_H

#include "bridge/bridge.h"

struct bridges {
    struct bridge **list;
    size_t count;
};

/* Opens them in order; each reads its place, none is started.  `plan` and `journal`
 * outlive them.  Errors as bridge_open(); close what is open then, too. */
enum err bridges_open(const struct plan *plan, struct journal *journal,
                      struct bridges *bridges, struct error *e) MUST_CHECK;

/* The last record that any of them has done. */
uint64_t bridges_seen(const struct bridges *bridges);

/* Starts their threads.  Errors as bridge_start(). */
enum err bridges_start(const struct bridges *bridges, struct error *e) MUST_CHECK;
void bridges_close(struct bridges *bridges);

#endif
