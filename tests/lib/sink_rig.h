/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink under its forwarder, with an outbox in memory and a clock that jumps over
 * waits: what a test of a sink needs around it.
 */
#ifndef LIB_SINK_RIG_H
#define LIB_SINK_RIG_H

#include "fake_outbox.h"

#include "core/arena.h"
#include "core/clock.h"
#include "sinks/forward.h"
#include "sinks/sink.h"

struct sink_rig {
    struct outbox outbox;
    struct arena arena; /* envelopes */
    int64_t now_ns;
    int64_t waited_ns; /* in all */
    struct clock clock;
    struct forward_world world;
    struct plan_sink plan;
    struct document *document;
    struct forward *forward;
};

/* Makes the sink of this kind with settings as YAML, such as "url: http://...". */
void sink_rig_init(struct sink_rig *rig, const char *kind, const char *settings);
void sink_rig_deinit(struct sink_rig *rig);

/* Puts `count` summaries of different hours into the outbox. */
void sink_rig_put(struct sink_rig *rig, size_t count);

/* Steps until nothing waits or `turns` are over; gives the turns it took. */
unsigned sink_rig_run(struct sink_rig *rig, unsigned turns);

/* How many rows are in this state. */
unsigned sink_rig_count(const struct sink_rig *rig, enum fake_state state);

/* The problems that init() finds in these settings; the caller frees with
 * problems_deinit(). */
void sink_problems(const struct sink *sink, const char *settings,
                   struct problems *ret_problems);

#endif
