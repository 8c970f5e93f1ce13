/* SPDX-License-Identifier: Apache-2.0 */
/* Deletion in pieces, so that nobody waits behind a year. */
#include "registry/retain.h"

#include "core/log.h"
#include "core/timetext.h"
#include "registry/retention.h"

#include <stdio.h>

#define PIECE 1000
#define PAUSE_NS NS_PER_HOUR /* when nothing is due */

static enum err delete_piece(const struct service *service,
                             struct retention_entry *ret_entry, int64_t *ret_deleted,
                             struct error *e)
{
    enum err err =
        retention_apply(service->intake, service->settings->retention_years,
                        clock_wall_ns(service->clock), PIECE, ret_entry, ret_deleted, e);
    if (err == ERR_OK && *ret_deleted > 0) {
        log_info("registry.retention", "installation=%s year=%d deleted=%lld rule=%s",
                 ret_entry->installation, ret_entry->year, (long long)*ret_deleted,
                 ret_entry->rule);
    }
    return err;
}

void retain_tend(struct retain *retain, const struct service *service)
{
    struct error e = {0};
    struct retention_entry entry;
    int64_t deleted = 0;
    int64_t now_ns = clock_boot_ns(service->clock);
    if (!service->settings->retention_delete || now_ns < retain->next_boot_ns) {
        return;
    }
    if (delete_piece(service, &entry, &deleted, &e) != ERR_OK) {
        log_error("registry.retention", "%s", e.text);
    }
    retain->next_boot_ns = deleted > 0 ? now_ns : now_ns + PAUSE_NS;
}

static void print_entry(void *ctx, const struct retention_entry *entry)
{
    char until[TIME_TEXT_MAX];
    const int64_t *now_ns = ctx;
    until[time_print_iso(entry->due_ns, until)] = 0;
    printf("%-24s %d  kept until %s (%s)%s%s%s\n", entry->installation, entry->year,
           until, entry->rule, entry->due_ns <= *now_ns ? "; due" : "",
           entry->held ? "; held: " : "", entry->why);
}

enum err retain_print(const struct service *service, struct error *e)
{
    int64_t now_ns = clock_wall_ns(service->clock);
    return retention_each(service->intake, service->settings->retention_years, NULL,
                          print_entry, &now_ns, e);
}

enum err retain_delete(const struct service *service, struct error *e)
{
    struct retention_entry entry;
    int64_t deleted = 0;
    enum err err = ERR_OK;
    do {
        err = delete_piece(service, &entry, &deleted, e);
        if (err == ERR_OK && deleted > 0) {
            printf("%s %d: %lld summaries deleted\n", entry.installation, entry.year,
                   (long long)deleted);
        }
    } while (err == ERR_OK && deleted > 0);
    return err;
}
