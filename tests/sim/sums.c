/* SPDX-License-Identifier: Apache-2.0 */
/* Sums by hour. */
#include "sums.h"

#include "core/mem.h"

int64_t sums_start(const struct sums *sums, size_t hour)
{
    return sums->first_ns + (int64_t)hour * NS_PER_HOUR;
}

/* Whether the fold has had it. */
static bool is_present(const struct plant_message *m)
{
    return !m->garbage && m->stored > 0;
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
        if (!is_present(m) || m->device != DEVICE_POWER) {
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

/* The first message of the device that the gateway got: what it numbered before that is
 * not missed. */
static const struct plant_message *first_heard(const struct plant *plant,
                                               enum plant_device device)
{
    const struct plant_message *first = NULL;
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (is_present(m) && m->device == device &&
            (!first || m->first_record < first->first_record)) {
            first = m;
        }
    }
    return first;
}

/* The message by which the gateway saw first that `missing` is missing; NULL: none. */
static const struct plant_message *shown_by(const struct plant *plant,
                                            const struct plant_message *missing)
{
    const struct plant_message *first = NULL;
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (is_present(m) && m->device == missing->device && m->boot == missing->boot &&
            m->sequence > missing->sequence &&
            (!first || m->first_record < first->first_record)) {
            first = m;
        }
    }
    return first;
}

static void add_lost(const struct plant *plant, struct sums *sums,
                     const struct plant_message *missing)
{
    const struct plant_message *first = first_heard(plant, missing->device);
    const struct plant_message *shown = shown_by(plant, missing);
    bool before =
        first && first->boot == missing->boot && missing->sequence < first->sequence;
    if (!shown || before) {
        return;
    }
    struct sums_window *w = window_of(sums, shown->readings[0].event_ns);
    w->lost[0]++;
    w->lost[1] += shown->device == DEVICE_COAL ? 0 : 1;
}

/* Whether the fold had it before its record was damaged is not known. */
static void note_damage(struct sums *sums, const struct plant_message *m)
{
    sums->damaged = sums->damaged || m->rotten;
    for (size_t r = 0; m->rotten && r < m->reading_count; r++) {
        window_of(sums, m->readings[r].event_ns)->unsure = true;
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
        for (size_t r = 0; is_present(m) && r < m->reading_count; r++) {
            add_reading(sums, m, &m->readings[r]);
        }
    }
    for (size_t i = 0; i < plant->count; i++) {
        note_damage(sums, plant->messages[i]);
    }
    add_meter(plant, sums);
    for (size_t i = 0; i < plant->count; i++) {
        const struct plant_message *m = plant->messages[i];
        if (!m->garbage && !is_present(m)) {
            add_lost(plant, sums, m);
        }
    }
    return sums;
}

void sums_free(struct sums **sums)
{
    if (*sums) {
        mem_free(&(*sums)->windows);
    }
    mem_free(sums);
}
