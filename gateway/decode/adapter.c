/* SPDX-License-Identifier: Apache-2.0 */
/* The table of adapters and what they all share. */
#include "decode/adapter.h"

#include "core/clock.h"

#include <stdarg.h>
#include <stdio.h>

/* Policy: adapters.md section 7.2. 2000-01-01 and 2100-01-01, UTC. */
#define PLAUSIBLE_FROM_NS (INT64_C(946684800) * NS_PER_S)
#define PLAUSIBLE_TO_NS (INT64_C(4102444800) * NS_PER_S)
#define FIRST_CAPACITY 16

const struct adapter *const adapters[] = {
#define ADAPTER(name) &adapter_##name,
#include "list.h"
#undef ADAPTER
    NULL,
};

const struct adapter *adapter_find(struct bytes name)
{
    for (size_t i = 0; adapters[i]; i++) {
        if (bytes_are(name, adapters[i]->name)) {
            return adapters[i];
        }
    }
    return NULL;
}

/* Doubles an arena array; the old one stays behind until the reset. */
static void *grown(struct arena *arena, const void *items, size_t count, size_t *capacity,
                   size_t size)
{
    size_t bigger = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    void *memory = arena_take(arena, bigger, size);
    if (memory && count) {
        memcpy(memory, items, count * size);
    }
    if (memory) {
        *capacity = bigger;
    }
    return memory;
}

struct reading *decoding_add(struct decoding *d)
{
    if (d->count == d->capacity) {
        void *memory =
            grown(d->arena, d->readings, d->count, &d->capacity, sizeof *d->readings);
        if (!memory) {
            return NULL;
        }
        d->readings = memory;
    }
    struct reading *reading = &d->readings[d->count++];
    *reading = (struct reading){0};
    return reading;
}

void decoding_act(struct decoding *d, struct action action)
{
    if (d->action_count == d->action_capacity) {
        void *memory = grown(d->arena, d->actions, d->action_count, &d->action_capacity,
                             sizeof *d->actions);
        if (!memory) {
            return;
        }
        d->actions = memory;
    }
    d->actions[d->action_count++] = action;
}

void decoding_part_bad(struct decoding *d, const char *reason, const char *format, ...)
{
    if (d->outcome == OUTCOME_PARTIAL) {
        return;
    }
    d->outcome = OUTCOME_PARTIAL;
    snprintf(d->reason, sizeof d->reason, "%s", reason);
    va_list args;
    va_start(args, format);
    vsnprintf(d->detail, sizeof d->detail, format, args);
    va_end(args);
}

void reading_set_time(struct reading *reading, int64_t event_ns,
                      const struct message *message)
{
    if (event_ns < PLAUSIBLE_FROM_NS || event_ns >= PLAUSIBLE_TO_NS) {
        reading_set_receive_time(reading, message, "implausible_timestamp");
        return;
    }
    reading->event_ns = event_ns;
}

void reading_set_receive_time(struct reading *reading, const struct message *message,
                              const char *why)
{
    reading->event_ns = message->received_ns;
    reading->flags |= READING_RECEIVE_TIME;
    if (why && reading->quality == QUALITY_GOOD) {
        reading->quality = QUALITY_UNCERTAIN;
        reading->detail = bytes_of(why);
    }
}
