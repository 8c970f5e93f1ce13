/* SPDX-License-Identifier: Apache-2.0 */
/* Sums by hour. */
#include "sums.h"

#include "core/mem.h"

int64_t sums_start(const struct sums *sums, size_t hour)
{
    return sums->first_ns + (int64_t)hour * NS_PER_HOUR;
}

static struct sums_window *window_of(struct sums *sums, int64_t event_ns)
{
    size_t hour = (size_t)((event_ns - sums->first_ns) / NS_PER_HOUR);
    ASSERT(hour < sums->count);
    return &sums->windows[hour];
}

static void add_reading(struct sums *sums, const struct plant_message *m,
                        const struct plant_reading *reading)
{
    struct sums_window *w = window_of(sums, reading->event_ns);
    switch (m->device) {
    case DEVICE_COAL:
        w->coal_t += reading->value;
        w->touched[0] = true;
        break;
    case DEVICE_CLINKER:
        w->clinker_t += reading->value;
        w->touched[0] = true;
        w->touched[1] = true;
        break;
    case DEVICE_POWER:
        w->touched[0] = true;
        w->touched[1] = true;
        break;
    }
}

static void add_meter(const struct plant *plant, struct sums *sums)
{
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = INT64_MIN;
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (m->stored == 0 || m->garbage || m->device != DEVICE_POWER) {
            continue;
        }
        for (size_t r = 0; r < m->reading_count; r++) {
            int64_t at_ns = m->readings[r].event_ns;
            first_ns = at_ns < first_ns ? at_ns : first_ns;
            last_ns = at_ns > last_ns ? at_ns : last_ns;
        }
    }
    for (size_t hour = 0; hour < sums->count; hour++) {
        int64_t from_ns = sums_start(sums, hour);
        int64_t to_ns = from_ns + NS_PER_HOUR;
        sums->windows[hour].meter_known = from_ns >= first_ns && to_ns <= last_ns;
        sums->windows[hour].kwh = plant_meter(plant, to_ns) - plant_meter(plant, from_ns);
    }
}

/* The stored message of a device and boot with the lowest sequence above `sequence`. */
static const struct plant_message *
next_of(const struct plant *plant, const struct plant_message *like, uint64_t sequence)
{
    const struct plant_message *next = NULL;
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (m->stored && !m->garbage && m->device == like->device &&
            m->boot == like->boot && m->sequence > sequence &&
            (!next || m->sequence < next->sequence)) {
            next = m;
        }
    }
    return next;
}

static void add_lost(struct sums *sums, const struct plant_message *next, uint64_t lost)
{
    struct sums_window *w = window_of(sums, next->readings[0].event_ns);
    w->lost[0] += lost;
    w->lost[1] += next->device == DEVICE_COAL ? 0 : lost;
}

/* Whether the gateway met the device in this boot only. */
static bool is_first_boot(const struct plant *plant, const struct plant_message *like)
{
    for (size_t i = 0; i < like->number; i++) {
        const struct plant_message *m = plant->messages[i];
        if (m->stored && !m->garbage && m->device == like->device &&
            m->boot != like->boot) {
            return false;
        }
    }
    return true;
}

/* The holes in what a device numbered, boot by boot. */
static void add_holes(const struct plant *plant, struct sums *sums)
{
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (!m->stored || m->garbage) {
            continue;
        }
        const struct plant_message *first = next_of(plant, m, 0);
        if (first == m && m->sequence > 1 && !is_first_boot(plant, m)) {
            add_lost(sums, m, m->sequence - 1);
        }
        const struct plant_message *next = next_of(plant, m, m->sequence);
        if (next && next->sequence > m->sequence + 1) {
            add_lost(sums, next, next->sequence - m->sequence - 1);
        }
    }
}

struct sums *sums_new(const struct plant *plant, int64_t until_ns)
{
    struct sums *sums = mem_new(struct sums);
    sums->first_ns = plant->begin_ns - plant->begin_ns % NS_PER_HOUR;
    sums->count = (size_t)((until_ns - sums->first_ns) / NS_PER_HOUR) + 1;
    sums->windows = mem_array(sums->count, sizeof *sums->windows);
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        for (size_t r = 0; m->stored && !m->garbage && r < m->reading_count; r++) {
            add_reading(sums, m, &m->readings[r]);
        }
    }
    add_meter(plant, sums);
    add_holes(plant, sums);
    return sums;
}

void sums_free(struct sums **sums)
{
    if (*sums) {
        mem_free(&(*sums)->windows);
    }
    mem_free(sums);
}
