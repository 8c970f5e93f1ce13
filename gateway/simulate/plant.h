/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated plant: the devices and sensors that a configuration's points name, played
 * from its `simulation` section, in the native telemetry format.
 *
 * Devices number their batches from 1; the boot number follows from seed and start, so
 * that the same simulation run twice sends the same bytes.
 */
#ifndef SIMULATE_PLANT_H
#define SIMULATE_PLANT_H

#include "config/plan.h"
#include "simulate/faults.h"
#include "simulate/signal.h"

struct plant_sensor {
    const struct plan_point *point;
    struct signal signal;
};

struct plant_device {
    const char *name;
    const char *topic;            /* its telemetry */
    struct plant_sensor *sensors; /* of its points */
    size_t sensor_count;
    uint64_t boot;
    uint64_t sequence; /* of the last batch */
    int64_t skew_ns;   /* how far its clock is ahead */
};

struct plant;

/* Reads the plan's simulation section; points that it leaves out are not played.
 * NULL after noting what is wrong.  The plan is borrowed. */
struct plant *plant_new(const struct plan *plan, const struct faults *faults,
                        int64_t from_ns, struct problems *problems);
void plant_free(struct plant **plant);

/* Devices are numbered from 0, in the order in which points name them. */
size_t plant_device_count(const struct plant *plant);
const struct plant_device *plant_device(const struct plant *plant, size_t device);

/* Adds the device's next batch, with what its sensors sampled in [from_ns, to_ns), to
 * `payload`; false when they sampled nothing.  The span is at most plant_span_ns(). */
bool plant_batch(struct plant *plant, size_t device, int64_t from_ns, int64_t to_ns,
                 struct buf *payload);

/* The longest span that is at most a minute and gives no batch too many readings. */
int64_t plant_span_ns(const struct plant *plant);

/* The shortest interval of a sensor. */
int64_t plant_tick_ns(const struct plant *plant);

/* The signal of plan->points[point], or NULL when it is not played. */
const struct signal *plant_signal(const struct plant *plant, size_t point);

#endif
