/* SPDX-License-Identifier: Apache-2.0 */
/* One list of all files, in one order, so that a mark belongs to the same file. */
#include "certificates.h"

#include "core/log.h"
#include "tls/certificate.h"

#include <stdio.h>

#define LOOK_S 60
#define WHAT_MAX 128

struct looking {
    int64_t now_s;
    certificate_fn *each;
    void *ctx;
};

static void look(const struct looking *l, const char *kind, const char *name,
                 const char *path)
{
    char what[WHAT_MAX];
    struct error e = {0};
    int64_t end_s = 0;
    if (!path || certificate_file_end(path, &end_s, &e) != ERR_OK) {
        return; /* who needs it says why it can't be used */
    }
    snprintf(what, sizeof what, "%s%s%s", kind, *name ? " " : "", name);
    struct certificate_seen seen = {.what = what,
                                    .path = path,
                                    .end_s = end_s,
                                    .days_left = certificate_days(end_s, l->now_s)};
    l->each(l->ctx, &seen);
}

static void look_at_sink(const struct looking *l, const struct plan_sink *sink)
{
    static const char *const keys[] = {"ca_file", "cert_file"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct node *node = node_find(sink->settings, keys[i]);
        if (node && node->kind == NODE_SCALAR) {
            look(l, "sink", sink->id, (const char *)node->text.data);
        }
    }
}

void certificates_each(const struct plan *plan, int64_t now_s, certificate_fn *each,
                       void *ctx)
{
    struct looking l = {.now_s = now_s, .each = each, .ctx = ctx};
    for (size_t i = 0; i < plan->broker_count; i++) {
        look(&l, "broker", plan->brokers[i].name, plan->brokers[i].ca_file);
        look(&l, "broker", plan->brokers[i].name, plan->brokers[i].cert_file);
    }
    for (size_t i = 0; i < plan->sink_count; i++) {
        look_at_sink(&l, &plan->sinks[i]);
    }
    for (size_t i = 0; i < plan->bridge_count; i++) {
        look(&l, "bridge", plan->bridges[i].id, plan->bridges[i].remote.ca_file);
        look(&l, "bridge", plan->bridges[i].id, plan->bridges[i].remote.cert_file);
    }
    look(&l, "page", "", plan->web_cert_file);
    look(&l, "page", "", plan->web_client_ca_file);
}

static void judge(void *ctx, const struct certificate_seen *seen)
{
    struct certificate_watch *watch = ctx;
    if (watch->at == CERTIFICATES_MAX) {
        return;
    }
    if (lapse_passed(&watch->lapses[watch->at++], seen->days_left)) {
        log_warn("gateway.certificate", "%s: '%s' days=%d: renew it", seen->what,
                 seen->path, seen->days_left);
    }
}

void certificates_watch(struct certificate_watch *watch, const struct plan *plan,
                        int64_t now_s)
{
    if (now_s < watch->next_s && now_s > watch->next_s - 2 * (int64_t)LOOK_S) {
        return;
    }
    watch->next_s = now_s + LOOK_S;
    watch->at = 0;
    certificates_each(plan, now_s, judge, watch);
}
