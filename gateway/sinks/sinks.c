/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sinks, and the settings that they have in common. */
#include "sinks/sink.h"

#include "core/clock.h"

const struct sink *const sinks[] = {
#define SINK(name) &sink_##name,
#include "sinks/list.h"
#undef SINK
    NULL,
};

const struct sink *sink_find(struct bytes name)
{
    for (size_t i = 0; sinks[i]; i++) {
        if (bytes_are(name, sinks[i]->name)) {
            return sinks[i];
        }
    }
    return NULL;
}

const struct setting sink_common_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct sink_common, id),
     .help = "Names the sink; its rows in the outbox carry it.",
     .example = "registry"},
    {.key = "sink",
     .type = SETTING_TEXT,
     AT(struct sink_common, kind),
     .help = "Which one: see `emgate sinks`.",
     .example = "http"},
    {.key = "retry_min",
     .type = SETTING_DURATION,
     AT(struct sink_common, retry_min_ns),
     .initial = "1s",
     .min = 0.01 * (double)NS_PER_S,
     .max = 3600.0 * (double)NS_PER_S,
     .help = "Longest wait after the first failure; doubles with each further one."},
    {.key = "retry_max",
     .type = SETTING_DURATION,
     AT(struct sink_common, retry_max_ns),
     .initial = "5m",
     .min = 0.01 * (double)NS_PER_S,
     .max = 86400.0 * (double)NS_PER_S,
     .help = "Longest wait after many failures."},
    {.key = "timeout",
     .type = SETTING_DURATION,
     AT(struct sink_common, timeout_ns),
     .initial = "10s",
     .min = 0.1 * (double)NS_PER_S,
     .max = 600.0 * (double)NS_PER_S,
     .help = "How long one delivery may take."},
    {.key = "manifest_every",
     .type = SETTING_DURATION,
     AT(struct sink_common, manifest_ns),
     .initial = "24h",
     .min = 0,
     .max = 30 * 86400.0 * (double)NS_PER_S,
     .help =
         "How often a registry is told what it has been sent, so that it can say what "
         "it lacks; 0s: never.  Of `http` only."},
    {0},
};

bool sink_read_settings(const struct setting *own, const struct node *settings,
                        void *state, struct problems *problems)
{
    return settings_read_beside(own, sink_common_settings, settings, state, problems);
}
