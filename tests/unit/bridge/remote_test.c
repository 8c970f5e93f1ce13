/* SPDX-License-Identifier: Apache-2.0 */
/* A bridge over a real link: to a mosquitto, which goes and comes back. */
#include "bridge_rig.h"

#include "broker.h"
#include "mqtt/link.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct heard {
    struct link *link;
    atomic_uint last;
};

static void on_arrived(void *ctx, struct bytes topic, struct bytes payload)
{
    struct heard *heard = ctx;
    (void)topic;
    char text[16];
    snprintf(text, sizeof text, "%.*s", BYTES_ARG(payload));
    atomic_store(&heard->last, (unsigned)strtoul(text, NULL, 10));
    link_wake(heard->link);
}

/* Runs the bridge until its messages are acknowledged; it waits by itself for a time. */
static void run(struct bridge_rig *rig, unsigned sent)
{
    struct bridge_status status = {0};
    for (int i = 0; i < 2000 && status.sent < sent; i++) {
        bridge_rig_run(rig, 1);
        bridge_get_status(rig->bridge, &status);
    }
    cr_assert_geq(status.sent, sent, "%s", status.last_error);
}

static void wait_heard(struct heard *heard, unsigned last, const struct link_wait *wait)
{
    struct error e;
    while (atomic_load(&heard->last) != last) {
        cr_assert_eq(link_wait_woken(heard->link, wait, &e), ERR_OK, "%s", e.text);
    }
}

Test(remote, messages_arrive_and_a_broker_that_restarts_is_found_again)
{
    struct bridge_rig *rig = calloc(1, sizeof *rig);
    struct broker broker;
    struct heard heard = {0};
    struct error e;
    struct link_wait wait = {.until_ns =
                                 clock_boot_ns(&clock_system) + INT64_C(30) * NS_PER_S};
    cr_assert(rig);
    broker_init(&broker);
    broker_start(&broker, NULL);
    bridge_rig_init(rig);
    rig->plan.remote = (struct link_settings){
        .uri = broker.uri, .client_id = "bridge", .keepalive_ns = 30 * NS_PER_S};
    rig->plan.timeout_ns = INT64_C(10) * NS_PER_S;
    rig->without_far = true;
    bridge_rig_open(rig);
    struct link_settings listen = {.uri = broker.uri, .keepalive_ns = 30 * NS_PER_S};
    for (unsigned round = 1; round <= 2; round++) {
        cr_assert_eq(link_open(&listen, &wait, on_arrived, &heard, &heard.link, &e),
                     ERR_OK, "%s", e.text);
        cr_assert_eq(link_subscribe(heard.link, "up/#", &wait, &e), ERR_OK);
        for (int i = 0; i < 150; i++) {
            bridge_rig_put(rig, "plant/kiln");
        }
        run(rig, round * 150);
        wait_heard(&heard, round * 150, &wait);
        link_close(&heard.link);
        broker_stop(&broker, SIGTERM);
        broker_start(&broker, NULL);
    }
    bridge_rig_deinit(rig);
    broker_deinit(&broker);
    free(rig);
}
