/* SPDX-License-Identifier: Apache-2.0 */
/* The bridges between configuration and journal. */
#include "bridges.h"

#include "core/mem.h"

#include <sys/random.h>

enum err bridges_open(const struct plan *plan, struct journal *journal,
                      struct bridges *bridges, struct error *e)
{
    struct bridge_world world = {.gateway = plan->gateway_id,
                                 .state_directory = plan->state_directory,
                                 .journal = journal,
                                 .routes = plan->routes,
                                 .route_count = plan->route_count,
                                 .disk = &disk_system,
                                 .clock = &clock_system};
    /* Where there is none, only the jitter is lost. */
    (void)!getrandom(&world.random, sizeof world.random, 0);
    bridges->list = mem_array(plan->bridge_count, sizeof(struct bridge *));
    for (size_t i = 0; i < plan->bridge_count; i++) {
        enum err err = bridge_open(&plan->bridges[i], &world, &bridges->list[i], e);
        if (err != ERR_OK) {
            return error_wrap(e, "bridge '%s'", plan->bridges[i].id);
        }
        bridges->count++;
    }
    return ERR_OK;
}

uint64_t bridges_seen(const struct bridges *bridges)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < bridges->count; i++) {
        uint64_t place = bridge_place(bridges->list[i]);
        seen = place > seen ? place : seen;
    }
    return seen;
}

enum err bridges_start(const struct bridges *bridges, struct error *e)
{
    for (size_t i = 0; i < bridges->count; i++) {
        enum err err = bridge_start(bridges->list[i], e);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

void bridges_close(struct bridges *bridges)
{
    for (size_t i = 0; i < bridges->count; i++) {
        bridge_close(&bridges->list[i]);
    }
    bridges->count = 0;
    mem_free(&bridges->list);
}
