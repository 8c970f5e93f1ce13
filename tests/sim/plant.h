/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of a simulated plant and all they ever said: the truth that the gateway's
 * summaries are compared with.
 *
 * It knows nothing of how the gateway counts: it keeps each message with its readings,
 * and what became of it is noted by those who handle it.
 */
#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include "core/bytes.h"
#include "core/clock.h"
#include "core/table.h"

#define PLANT_DEVICES 3
#define PLANT_READINGS_MAX 3
#define PLANT_PAYLOAD_MAX 256

enum plant_device { DEVICE_COAL, DEVICE_CLINKER, DEVICE_POWER };

struct plant_reading {
    int64_t event_ns;
    double value; /* t, t, or kWh on a meter */
};

struct plant_message {
    size_t number; /* in order of publication */
    enum plant_device device;
    bool garbage; /* not a message of ours at all */
    uint64_t boot, sequence;
    struct plant_reading readings[PLANT_READINGS_MAX];
    size_t reading_count;
    char topic[40];
    uint8_t payload[PLANT_PAYLOAD_MAX];
    size_t payload_len;
    /* what became of it */
    bool taken;            /* by the broker, into the gateway's session */
    bool forgotten;        /* by the broker, afterwards */
    bool acked;            /* the gateway said that it has it */
    size_t stored;         /* records of the journal that hold it, at the last look */
    uint64_t first_record; /* of these */
    bool rotten;           /* a record that held it was damaged on purpose */
};

struct plant {
    struct plant_message **messages;
    size_t count, capacity;
    struct table by_payload;
    struct {
        uint64_t boot, sequence;
        int64_t last_ns; /* newest event so far */
    } devices[PLANT_DEVICES];
    int64_t begin_ns;
};

/* How a device speaks. */
struct plant_saying {
    enum plant_device device;
    int64_t now_ns;
    uint64_t random;
    bool late;    /* it had kept the readings for some hours */
    bool garbage; /* bytes that mean nothing */
};

void plant_init(struct plant *plant, int64_t begin_ns);
void plant_deinit(struct plant *plant);

/* The device says something new; lives as long as the plant. */
struct plant_message *plant_say(struct plant *plant, const struct plant_saying *saying);

/* The device loses its memory: its messages are numbered from 1 again. */
void plant_reset_device(struct plant *plant, enum plant_device device);

/* Who said this; NULL: nobody. */
struct plant_message *plant_find(const struct plant *plant, struct bytes payload);

/* What the meter of DEVICE_POWER shows at a moment, in kWh. */
double plant_meter(const struct plant *plant, int64_t at_ns);

#endif
