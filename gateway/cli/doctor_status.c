/* SPDX-License-Identifier: Apache-2.0 */
/* What a running gateway says of itself, read as a doctor would. */
#include "cli/doctor.h"

#include "cli/remote.h"

#define DAYS_LEFT_MIN 7.0
#define BACKLOG_MIN 100000

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void check_broker(const json_t *b, struct findings *f)
{
    const char *name = remote_text(b, "name");
    if (!json_is_true(json_object_get(b, "connected"))) {
        findings_tell(f, FINDING_FAIL, "gateway", "look at the broker and its log",
                      "not connected to broker '%s': %s", name,
                      remote_text(b, "last_error"));
    } else if (!json_is_true(json_object_get(b, "subscribed"))) {
        findings_tell(f, FINDING_FAIL, "gateway", "let the broker's ACL allow the inputs",
                      "broker '%s' has refused a subscription: %s", name,
                      remote_text(b, "last_error"));
    }
    if (strcmp(remote_text(b, "cross_publish"), "taken") == 0) {
        findings_tell(f, FINDING_FAIL, "gateway",
                      "let `emgate broker-config` write the broker's access list",
                      "broker '%s' takes a device's topic from the gateway: anybody may "
                      "speak for a device",
                      name);
    }
    if (number(b, "broker_dropped") > 0) {
        findings_tell(f, FINDING_WARN, "gateway",
                      "raise max_queued_messages and max_queued_bytes at the broker",
                      "broker '%s' has dropped %lld messages; they are gaps in the data",
                      name, number(b, "broker_dropped"));
    }
}

static void check_journal(const json_t *j, struct findings *f)
{
    const json_t *days = json_object_get(j, "days_left");
    if (json_is_true(json_object_get(j, "full"))) {
        findings_tell(f, FINDING_FAIL, "gateway",
                      "free space, or raise 'journal.quota': intake goes on by itself",
                      "the journal is full since %s; the broker holds what comes",
                      remote_text(j, "full_since"));
    } else if (json_is_real(days) && json_real_value(days) < DAYS_LEFT_MIN) {
        findings_tell(f, FINDING_WARN, "gateway", "free space, or raise 'journal.quota'",
                      "the journal lasts %.1f days at the present rate",
                      json_real_value(days));
    }
    if (number(j, "quarantined") > 0) {
        findings_tell(f, FINDING_WARN, "gateway",
                      "`emgate journal verify` says where; look at the disk",
                      "%lld damaged groups were set aside", number(j, "quarantined"));
    }
    if (*remote_text(j, "problem")) {
        findings_tell(f, FINDING_FAIL, "gateway", "look at the disk", "the journal: %s",
                      remote_text(j, "problem"));
    }
}

static void check_pipeline(const json_t *p, struct findings *f)
{
    const char *reason = NULL;
    json_t *count = NULL;
    if (*remote_text(p, "problem")) {
        findings_tell(f, FINDING_FAIL, "gateway", "see the log", "the pipeline waits: %s",
                      remote_text(p, "problem"));
    }
    if (number(p, "backlog_records") > BACKLOG_MIN) {
        findings_tell(f, FINDING_WARN, "gateway", "give it time, or a faster machine",
                      "%lld records are not folded yet", number(p, "backlog_records"));
    }
    json_object_foreach(json_object_get(p, "reasons"), reason, count)
    {
        findings_tell(
            f, FINDING_WARN, "gateway", "`emgate deadletters` shows each with its bytes",
            "%lld messages set aside: %s", (long long)json_integer_value(count), reason);
    }
    if (number(p, "unmapped") > 0) {
        findings_tell(f, FINDING_WARN, "gateway",
                      "add points for them, or leave them if nobody needs them",
                      "%lld readings that no point asks for", number(p, "unmapped"));
    }
}

static void check_sink(const json_t *s, struct findings *f)
{
    if (number(s, "set_aside") > 0) {
        findings_tell(f, FINDING_FAIL, "gateway",
                      "`emgate outbox` shows why; mend and release them",
                      "sink '%s' refuses %lld summaries", remote_text(s, "id"),
                      number(s, "set_aside"));
    }
    if (number(s, "waiting") > 0 && *remote_text(s, "last_error")) {
        findings_tell(f, FINDING_WARN, "gateway", "look at the sink's address",
                      "sink '%s' waits with %lld summaries: %s", remote_text(s, "id"),
                      number(s, "waiting"), remote_text(s, "last_error"));
    }
}

void doctor_check_status(const json_t *status, struct findings *findings)
{
    const json_t *brokers = json_object_get(status, "brokers");
    const json_t *sinks = json_object_get(status, "sinks");
    size_t bad = findings->counts[FINDING_WARN] + findings->counts[FINDING_FAIL];
    for (size_t i = 0; i < json_array_size(brokers); i++) {
        check_broker(json_array_get(brokers, i), findings);
    }
    check_journal(json_object_get(status, "journal"), findings);
    check_pipeline(json_object_get(status, "pipeline"), findings);
    for (size_t i = 0; i < json_array_size(sinks); i++) {
        check_sink(json_array_get(sinks, i), findings);
    }
    if (findings->counts[FINDING_WARN] + findings->counts[FINDING_FAIL] == bad) {
        findings_tell(findings, FINDING_OK, "gateway", NULL,
                      "runs, and all goes through");
    }
}
