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

/* A larger arena array; the old one stays behind until the reset. */
static void *grown(struct arena *arena, const void *items, size_t count, size_t *capacity,
                   size_t size)
{
    size_t bigger = count < FIRST_CAPACITY ? FIRST_CAPACITY : count * 2;
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

bool decoding_reserve(struct decoding *d, size_t count)
{
    if (count <= d->capacity - d->count) {
        return true;
    }
    struct reading *items = arena_take(d->arena, d->count + count, sizeof *items);
    if (!items) {
        return false;
    }
    if (d->count) {
        memcpy(items, d->readings, d->count * sizeof *items);
    }
    d->readings = items;
    d->capacity = d->count + count;
    return true;
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

enum err decoding_reject(struct decoding *d, const char *reason, const char *format, ...)
{
    d->outcome = OUTCOME_REJECTED;
    d->count = 0;
    snprintf(d->reason, sizeof d->reason, "%s", reason);
    va_list args;
    va_start(args, format);
    vsnprintf(d->detail, sizeof d->detail, format, args);
    va_end(args);
    return ERR_OK;
}

void decoding_settle(struct decoding *d)
{
    if (d->outcome == OUTCOME_PARTIAL && d->count == 0) {
        d->outcome = OUTCOME_REJECTED;
    }
}

bool time_plausible(int64_t event_ns)
{
    return event_ns >= PLAUSIBLE_FROM_NS && event_ns < PLAUSIBLE_TO_NS;
}

/* Said of every reading, with or without a time of its own. */
static void mark_retained(struct reading *reading, const struct message *message)
{
    if (message->retained) {
        reading->flags |= READING_RETAINED;
    }
}

void reading_set_time(struct reading *reading, int64_t event_ns,
                      const struct message *message)
{
    if (!time_plausible(event_ns)) {
        reading_set_receive_time(reading, message, "implausible_timestamp");
        return;
    }
    mark_retained(reading, message);
    reading->event_ns = event_ns;
}

void reading_set_receive_time(struct reading *reading, const struct message *message,
                              const char *why)
{
    if (!why && message->retained) {
        why = "retained_no_timestamp";
    }
    mark_retained(reading, message);
    reading->event_ns = message->received_ns;
    reading->flags |= READING_RECEIVE_TIME;
    if (why && reading->quality == QUALITY_GOOD) {
        reading->quality = QUALITY_UNCERTAIN;
        reading->detail = bytes_of(why);
    }
}
