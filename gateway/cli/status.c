/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate status`: the state of a running gateway. */
#include "cli/remote.h"

#include <stdio.h>

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void print_brokers(const json_t *status)
{
    const json_t *brokers = json_object_get(status, "brokers");
    for (size_t i = 0; i < json_array_size(brokers); i++) {
        const json_t *b = json_array_get(brokers, i);
        printf("broker    %s %s: %s, %lld messages, last %s%s%s\n",
               remote_text(b, "name"), remote_text(b, "uri"),
               json_is_true(json_object_get(b, "connected")) ? "connected"
                                                             : "NOT connected",
               number(b, "messages"), remote_text(b, "last_message"),
               *remote_text(b, "last_error") ? "; last error: " : "",
               remote_text(b, "last_error"));
    }
}

static void print_journal(const json_t *status)
{
    const json_t *j = json_object_get(status, "journal");
    const json_t *days = json_object_get(j, "days_left");
    printf("journal   record %lld (durable %lld), %.1f MiB in %lld segments",
           number(j, "last_record"), number(j, "durable_record"),
           (double)number(j, "bytes") / 1048576, number(j, "segments"));
    if (json_is_real(days)) {
        printf(", lasts %.1f days at the present rate", json_real_value(days));
    }
    if (json_is_true(json_object_get(j, "full"))) {
        printf("; FULL since %s: intake waits", remote_text(j, "full_since"));
    }
    printf("%s%s\n", *remote_text(j, "problem") ? "; " : "", remote_text(j, "problem"));
}

static void print_pipeline(const json_t *status)
{
    const json_t *p = json_object_get(status, "pipeline");
    const char *reason = NULL;
    json_t *count = NULL;
    printf("pipeline  folded to record %lld, %lld behind%s%s\n",
           number(p, "folded_record"), number(p, "backlog_records"),
           *remote_text(p, "problem") ? "; " : "", remote_text(p, "problem"));
    printf("messages  %lld: %lld accepted, %lld without readings, %lld in part, %lld "
           "rejected\n",
           number(p, "messages"), number(p, "accepted"), number(p, "accepted_empty"),
           number(p, "partial"), number(p, "rejected"));
    json_object_foreach(json_object_get(p, "reasons"), reason, count)
    {
        printf("          %lld set aside: %s\n", (long long)json_integer_value(count),
               reason);
    }
    printf("readings  %lld, %lld taken, %lld repeated, %lld that no point asks for\n",
           number(p, "readings"), number(p, "samples"), number(p, "duplicates"),
           number(p, "unmapped"));
}

static void print_processes(const json_t *status)
{
    const json_t *processes = json_object_get(status, "processes");
    for (size_t i = 0; i < json_array_size(processes); i++) {
        const json_t *p = json_array_get(processes, i);
        printf("process   %s: open window %s, event time has come to %s",
               remote_text(p, "id"), remote_text(p, "open_window"),
               remote_text(p, "watermark"));
        long long alarms = number(p, "alarms");
        if (alarms > 0) {
            printf("; %lld ALARMS in the last window: emgate explain %s latest", alarms,
                   remote_text(p, "id"));
        }
        putchar('\n');
    }
}

static void print_lapses(const json_t *status)
{
    const json_t *lapses = json_object_get(status, "lapses");
    for (size_t i = 0; i < json_array_size(lapses); i++) {
        const json_t *l = json_array_get(lapses, i);
        printf("renew     %s: %s %s on %.10s\n", remote_text(l, "what"),
               remote_text(l, "text"),
               json_is_true(json_object_get(l, "over")) ? "LAPSED" : "lapses",
               remote_text(l, "end"));
    }
}

static void print_sinks(const json_t *status)
{
    const json_t *sinks = json_object_get(status, "sinks");
    const json_t *o = json_object_get(status, "outbox");
    printf("outbox    %lld summaries, %lld dead letters\n", number(o, "summaries"),
           number(o, "dead_letters"));
    for (size_t i = 0; i < json_array_size(sinks); i++) {
        const json_t *s = json_array_get(sinks, i);
        printf("sink      %s (%s): %lld delivered, %lld waiting, %lld set aside%s%s\n",
               remote_text(s, "id"), remote_text(s, "sink"), number(s, "done"),
               number(s, "waiting"), number(s, "set_aside"),
               *remote_text(s, "last_error") ? "; last error: " : "",
               remote_text(s, "last_error"));
    }
}

static void print_bridges(const json_t *status)
{
    const json_t *bridges = json_object_get(status, "bridges");
    for (size_t i = 0; i < json_array_size(bridges); i++) {
        const json_t *s = json_array_get(bridges, i);
        printf(
            "bridge    %s to %s, %s: %lld sent, %lld records behind, %.0f s late%s%s\n",
            remote_text(s, "id"), remote_text(s, "uri"),
            json_is_true(json_object_get(s, "connected")) ? "connected" : "not connected",
            number(s, "sent"), number(s, "backlog_records"),
            json_number_value(json_object_get(s, "lag_s")),
            *remote_text(s, "last_error") ? "; last error: " : "",
            remote_text(s, "last_error"));
    }
}

static int run(const struct command *command, const struct arguments *arguments)
{
    int code = EXIT_OK;
    json_t *status = remote_get(argument_value(command, arguments, "config"),
                                "/v1/status", NULL, NULL, &code);
    if (!status) {
        return code;
    }
    if (argument_value(command, arguments, "json")) {
        remote_print_json(status);
    } else {
        printf("gateway   %s, %s, since %s\n", remote_text(status, "gateway"),
               remote_text(status, "software"), remote_text(status, "started"));
        print_brokers(status);
        print_journal(status);
        print_pipeline(status);
        print_processes(status);
        print_sinks(status);
        print_bridges(status);
        print_lapses(status);
    }
    json_decref(status);
    return EXIT_OK;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"json", 0, NULL, "as JSON, whole"},
    {0},
};

const struct command command_status = {
    .name = "status",
    .summary = "the state of a running gateway",
    .usage = "-c FILE",
    .options = options,
    .run = run,
};
