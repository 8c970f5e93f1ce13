/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that speak the native telemetry. */
#include "plant.h"

#include "core/mem.h"
#include "model/telemetry.h"

#include <stdio.h>

#define METER_BEGIN_KWH 1000.0
#define METER_KWH_PER_H 600.0
#define READING_STEP_NS (2 * NS_PER_MINUTE)
#define LATE_MOST_MIN 240

static const char *const names[PLANT_DEVICES] = {"a", "b", "c"};
static const char *const metrics[PLANT_DEVICES] = {"coal", "out", "kwh"};

void plant_init(struct plant *plant, int64_t begin_ns)
{
    *plant = (struct plant){.begin_ns = begin_ns};
    table_init(&plant->by_payload);
    for (size_t i = 0; i < PLANT_DEVICES; i++) {
        plant->devices[i].boot = 1 + i;
        plant->devices[i].last_ns = begin_ns;
    }
}

void plant_deinit(struct plant *plant)
{
    for (size_t i = 0; i < plant->count; i++) {
        mem_free(&plant->messages[i]);
    }
    mem_free(&plant->messages);
    table_deinit(&plant->by_payload);
}

double plant_meter(const struct plant *plant, int64_t at_ns)
{
    double hours = (double)(at_ns - plant->begin_ns) / (double)NS_PER_HOUR;
    return METER_BEGIN_KWH + METER_KWH_PER_H * hours;
}

/* Event times are whole seconds, each once a device, none before the last one unless
 * `late`. */
static void make_readings(struct plant *plant, struct plant_message *m,
                          const struct plant_saying *saying)
{
    uint64_t random = saying->random;
    int64_t back_ns = 0;
    if (saying->late) {
        back_ns = (int64_t)(1 + random % LATE_MOST_MIN) * NS_PER_MINUTE;
    }
    int64_t second = (saying->now_ns - back_ns) / NS_PER_S;
    m->reading_count = 1 + (random >> 16) % PLANT_READINGS_MAX;
    for (size_t i = 0; i < m->reading_count; i++) {
        int64_t before = (int64_t)(m->reading_count - 1 - i) * READING_STEP_NS;
        int64_t event_ns = second * NS_PER_S - before;
        event_ns = event_ns > plant->begin_ns ? event_ns : plant->begin_ns;
        /* A value of its own for each, so that no two readings are the same one. */
        double amount = 1.0 + (double)(m->number * 4 + i) / 1024.0;
        bool is_meter = m->device == DEVICE_POWER;
        m->readings[i] = (struct plant_reading){
            event_ns, is_meter ? plant_meter(plant, event_ns) : amount};
    }
}

static void encode(struct plant_message *m)
{
    struct buf payload;
    struct telemetry_reading readings[PLANT_READINGS_MAX];
    int64_t base_ns = m->readings[0].event_ns;
    struct telemetry_head head = {.device = bytes_of(names[m->device]),
                                  .boot = m->boot,
                                  .sequence = m->sequence,
                                  .base_time_ms = (uint64_t)(base_ns / NS_PER_MS)};
    for (size_t i = 0; i < m->reading_count; i++) {
        int64_t offset_ns = m->readings[i].event_ns - base_ns;
        readings[i] = (struct telemetry_reading){
            .name = bytes_of(metrics[m->device]),
            .offset_ms = (int32_t)(offset_ns / NS_PER_MS),
            .value = {.kind = VALUE_DOUBLE, .number = m->readings[i].value}};
    }
    buf_init(&payload, PLANT_PAYLOAD_MAX);
    telemetry_write_batch(&payload, &head, readings, m->reading_count);
    ASSERT(!payload.overflow);
    memcpy(m->payload, payload.data, payload.len);
    m->payload_len = payload.len;
    buf_deinit(&payload);
}

struct plant_message *plant_say(struct plant *plant, const struct plant_saying *saying)
{
    struct plant_message *m = mem_new(struct plant_message);
    m->number = plant->count;
    m->device = saying->device;
    m->garbage = saying->garbage;
    snprintf(m->topic, sizeof m->topic, "emgate/v1/%s/telemetry", names[m->device]);
    if (m->garbage) {
        m->payload_len = (size_t)snprintf((char *)m->payload, PLANT_PAYLOAD_MAX,
                                          "%zu nobody's bytes", m->number);
    } else {
        m->boot = plant->devices[m->device].boot;
        m->sequence = ++plant->devices[m->device].sequence;
        make_readings(plant, m, saying);
        encode(m);
    }
    plant->messages = mem_grow(plant->messages, plant->count, &plant->capacity,
                               sizeof(struct plant_message *));
    plant->messages[plant->count++] = m;
    void *other =
        table_put(&plant->by_payload, (struct bytes){m->payload, m->payload_len}, m);
    ASSERT(!other);
    return m;
}

void plant_reset_device(struct plant *plant, enum plant_device device)
{
    plant->devices[device].boot += PLANT_DEVICES;
    plant->devices[device].sequence = 0;
}

struct plant_message *plant_find(const struct plant *plant, struct bytes payload)
{
    return table_find(&plant->by_payload, payload);
}
