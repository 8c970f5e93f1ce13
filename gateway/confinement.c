/* SPDX-License-Identifier: Apache-2.0 */
/* Reading stays as it is: certificates and secrets may lie anywhere and are renewed. */
#include "confinement.h"

#include "core/confine.h"
#include "core/log.h"
#include "core/mem.h"
#include "sinks/sink.h"

#include <stdio.h>
#include <stdlib.h>

static bool add(struct confinement *c, const char *path, size_t len)
{
    if (c->count == CONFINEMENT_MAX || len >= CONFINEMENT_PATH_MAX) {
        return false;
    }
    memcpy(c->directories[c->count], path, len);
    c->directories[c->count++][len] = 0;
    return true;
}

static bool add_home_of(struct confinement *c, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (!slash) {
        return add(c, ".", 1);
    }
    return add(c, file, slash == file ? 1 : (size_t)(slash - file));
}

bool confinement_of(const struct plan *plan, struct confinement *ret_confinement)
{
    struct confinement *c = ret_confinement;
    c->count = 0;
    bool fits = add(c, plan->state_directory, strlen(plan->state_directory)) &&
                add(c, plan->journal.directory, strlen(plan->journal.directory)) &&
                add_home_of(c, plan->outbox.file);
    for (size_t i = 0; fits && i < plan->sink_count; i++) {
        const struct node *path = node_find(plan->sinks[i].settings, "path");
        bool writes = path && path->kind == NODE_SCALAR &&
                      strcmp(plan->sinks[i].sink->name, "file") == 0;
        fits = !writes || add_home_of(c, (const char *)path->text.data);
    }
    return fits;
}

static enum err begin(const struct plan *plan, struct error *e)
{
    const char *directories[CONFINEMENT_MAX];
    struct confined confined = {0};
    struct confinement *c = mem_new(struct confinement);
    bool fits = confinement_of(plan, c);
    for (size_t i = 0; i < c->count; i++) {
        directories[i] = c->directories[i];
    }
    /* Else SQLite would look for a place in /tmp. */
    setenv("SQLITE_TMPDIR", plan->state_directory, 1); /* NOLINT: before threads */
    enum err err = fits ? confine(directories, c->count, &confined, e)
                        : error_set(e, ERR_SYSTEM, "too many directories to write to");
    mem_free(&c);
    if (err == ERR_OK) {
        log_info("gateway.confined", "landlock=%d seccomp=%d", confined.landlock,
                 confined.seccomp ? 1 : 0);
    }
    return err;
}

enum err confinement_begin(const struct plan *plan, struct error *e)
{
    if (!plan->confine) {
        log_warn("gateway.confined", "not at all: 'gateway.confine' is false");
        return ERR_OK;
    }
    enum err err = begin(plan, e);
    return err == ERR_OK ? err : error_wrap(e, "confine (see 'gateway.confine')");
}
