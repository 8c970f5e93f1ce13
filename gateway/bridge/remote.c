/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the remote broker by a link of mqtt/link.h. */
#include "bridge/bridge_private.h"

static enum err open_link(void *ctx, const struct link_settings *settings,
                          const struct link_wait *wait, struct error *e)
{
    struct bridge *bridge = ctx;
    enum err err = link_open(settings, wait, NULL, NULL, &bridge->link, e);
    if (err == ERR_OK) {
        pthread_mutex_lock(&bridge->lock);
        bridge->status.version = link_version(bridge->link);
        pthread_mutex_unlock(&bridge->lock);
    }
    return err;
}

static enum err publish(void *ctx, const struct link_message *message, struct error *e)
{
    struct bridge *bridge = ctx;
    return link_publish(bridge->link, message, e);
}

static enum err wait_acked(void *ctx, const struct link_wait *wait, struct error *e)
{
    struct bridge *bridge = ctx;
    return link_wait_acked(bridge->link, wait, e);
}

static uint64_t acked(void *ctx)
{
    struct bridge *bridge = ctx;
    return link_acked(bridge->link);
}

static void close_link(void *ctx)
{
    struct bridge *bridge = ctx;
    link_close(&bridge->link);
}

struct bridge_remote remote_by_link(struct bridge *bridge)
{
    return (struct bridge_remote){.open = open_link,
                                  .publish = publish,
                                  .wait_acked = wait_acked,
                                  .acked = acked,
                                  .close = close_link,
                                  .ctx = bridge};
}
