/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_rig.h"

#include "core/mem.h"
#include "envelopes.h"

#include <stdio.h>

#define TIMEOUT_NS (300 * NS_PER_MS)

static int64_t rig_now(void *ctx)
{
    const struct sink_rig *rig = ctx;
    return rig->now_ns;
}

static uint64_t rig_random(void *ctx)
{
    (void)ctx;
    return UINT64_MAX / 3;
}

void sink_rig_init(struct sink_rig *rig, const char *kind, const char *settings)
{
    struct problems problems;
    struct error e = {0};
    memset(rig, 0, sizeof *rig);
    arena_init(&rig->arena, (size_t)4 * 1024 * 1024);
    rig->now_ns = NS_PER_HOUR;
    rig->clock = (struct clock){.wall_ns = rig_now, .boot_ns = rig_now, .ctx = rig};
    rig->world = (struct forward_world){
        .clock = &rig->clock, .random = rig_random, .random_ctx = rig};
    problems_init(&problems);
    rig->document = document_parse("test.yaml", bytes_of(settings), &problems);
    ASSERT(problems.count == 0);
    problems_deinit(&problems);
    rig->plan = (struct plan_sink){.id = "under-test",
                                   .sink = sink_find(bytes_of(kind)),
                                   .settings = document_root(rig->document),
                                   .retry_min_ns = NS_PER_S,
                                   .retry_max_ns = 60 * NS_PER_S,
                                   .timeout_ns = TIMEOUT_NS};
    enum err err = forward_open(&rig->plan, "cement-01", &rig->outbox, &rig->world,
                                &rig->forward, &e);
    if (err != ERR_OK) {
        fprintf(stderr, "%s\n", e.text);
    }
    ASSERT(err == ERR_OK);
}

void sink_rig_deinit(struct sink_rig *rig)
{
    forward_close(&rig->forward);
    document_free(&rig->document);
    arena_deinit(&rig->arena);
}

void sink_rig_put(struct sink_rig *rig, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns += (int64_t)rig->outbox.count * ENVELOPE_HOUR;
        facts.end_ns += (int64_t)rig->outbox.count * ENVELOPE_HOUR;
        struct fake_row *row =
            &rig->outbox.rows[fake_outbox_put(&rig->outbox, "clinker", "")];
        row->envelope = envelope_make(&facts, &rig->arena, row->key);
    }
}

unsigned sink_rig_run(struct sink_rig *rig, unsigned turns)
{
    for (unsigned turn = 0; turn < turns; turn++) {
        int64_t wait_ns = 0;
        switch (forward_step(rig->forward, &wait_ns)) {
        case FORWARD_IDLE:
            return turn;
        case FORWARD_GO_ON:
            break;
        case FORWARD_WAIT:
            rig->now_ns += wait_ns;
            rig->waited_ns += wait_ns;
            break;
        }
    }
    return turns;
}

unsigned sink_rig_count(const struct sink_rig *rig, enum fake_state state)
{
    unsigned count = 0;
    for (size_t i = 0; i < rig->outbox.count; i++) {
        count += rig->outbox.rows[i].state == state ? 1 : 0;
    }
    return count;
}

void sink_problems(const struct sink *sink, const char *settings,
                   struct problems *ret_problems)
{
    problems_init(ret_problems);
    void *state = mem_array(1, sink->state_size);
    struct document *document =
        document_parse("test.yaml", bytes_of(settings), ret_problems);
    sink->init(state, document_root(document), ret_problems);
    sink->close(state);
    document_free(&document);
    mem_free(&state);
}
