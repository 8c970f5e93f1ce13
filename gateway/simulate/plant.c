/* SPDX-License-Identifier: Apache-2.0 */
/* From points to devices, and from samples to telemetry batches. */
#include "simulate/plant.h"

#include "core/check.h"
#include "core/mem.h"
#include "core/pool.h"
#include "core/table.h"
#include "model/telemetry.h"

#include <math.h>

/* Kinds of strike, beside those of the way (faults.c). */
#define KIND_NAN 100

struct plant {
    const struct plan *plan;
    struct faults faults;
    struct pool pool;
    struct plant_device *devices;
    size_t device_count;
    const struct signal **signals; /* by point index */
    struct telemetry_reading *readings;
};

struct sensor_settings {
    double base, swing, noise;
};

static const struct setting sensor_table[] = {
    {.key = "base",
     .type = SETTING_NUMBER,
     AT(struct sensor_settings, base),
     .max = 1e9,
     .help = "Value, or growth per hour of a counter."},
    {.key = "swing",
     .type = SETTING_NUMBER,
     AT(struct sensor_settings, swing),
     .initial = "0",
     .max = 1e9,
     .help = "How far the value moves over the day."},
    {.key = "noise",
     .type = SETTING_NUMBER,
     AT(struct sensor_settings, noise),
     .initial = "0",
     .max = 1e9,
     .help = "How far each sample may be off."},
    {0},
};

static bool read_sensor(const struct plan_point *point, const struct node *node,
                        struct sensor_settings *ret_settings, struct problems *problems)
{
    if (!settings_read(sensor_table, node, ret_settings, problems)) {
        return false;
    }
    bool falls = ret_settings->base < ret_settings->swing + ret_settings->noise;
    if (point->kind == POINT_COUNTER && falls) {
        problem_at(problems, node,
                   "counter '%s' would fall: base must be at least swing and noise",
                   point->id);
        return false;
    }
    return true;
}

static struct signal make_signal(const struct plan_point *point,
                                 const struct sensor_settings *settings,
                                 const struct faults *faults)
{
    return (struct signal){
        .kind = point->kind,
        .interval_ns = point->interval_ns,
        .wrap_milli = llround(point->counter_wrap * SIGNAL_MILLI),
        .reset_every_ns = point->kind == POINT_COUNTER ? faults->reset_ns : 0,
        .base = settings->base,
        .swing = settings->swing,
        .noise = settings->noise,
        .seed = signal_hash(faults->seed, table_hash(bytes_of(point->id))),
    };
}

static struct plant_device *find_device(struct plant *plant, const char *name)
{
    for (size_t i = 0; i < plant->device_count; i++) {
        if (strcmp(plant->devices[i].name, name) == 0) {
            return &plant->devices[i];
        }
    }
    return NULL;
}

static void add_device(struct plant *plant, const char *name, int64_t from_ns)
{
    size_t index = plant->device_count++;
    struct plant_device *device = &plant->devices[index];
    size_t room = 0;
    for (size_t i = 0; i < plant->plan->point_count; i++) {
        room += strcmp(plant->plan->points[i].device, name) == 0;
    }
    device->name = name;
    device->topic = pool_print(&plant->pool, "emgate/v1/%s/telemetry", name);
    device->sensors = pool_take(&plant->pool, room, sizeof *device->sensors);
    /* Never 0, which means "not numbered". */
    device->boot =
        signal_hash(plant->faults.seed ^ table_hash(bytes_of(name)), (uint64_t)from_ns) |
        1;
    device->skew_ns = index % 2 == 1 ? plant->faults.skew_ns : 0;
}

static void add_sensor(struct plant *plant, size_t point_index,
                       const struct sensor_settings *settings, int64_t from_ns)
{
    const struct plan_point *point = &plant->plan->points[point_index];
    if (!find_device(plant, point->device)) {
        add_device(plant, point->device, from_ns);
    }
    struct plant_device *device = find_device(plant, point->device);
    ASSERT(device);
    struct plant_sensor *sensor = &device->sensors[device->sensor_count++];
    sensor->point = point;
    sensor->signal = make_signal(point, settings, &plant->faults);
    plant->signals[point_index] = &sensor->signal;
}

/* Every key of the section must be a point. */
static void check_names(const struct plan *plan, struct problems *problems)
{
    const char **names = mem_array(plan->point_count + 1, sizeof *names);
    for (size_t i = 0; i < plan->point_count; i++) {
        names[i] = plan->points[i].id;
    }
    node_check_keys(plan->simulation, names, problems);
    mem_free(&names);
}

struct plant *plant_new(const struct plan *plan, const struct faults *faults,
                        int64_t from_ns, struct problems *problems)
{
    size_t before = problems->count;
    struct plant *plant = mem_new(struct plant);
    size_t count = plan->point_count;
    plant->plan = plan;
    plant->faults = *faults;
    plant->devices = pool_take(&plant->pool, count, sizeof *plant->devices);
    plant->signals = pool_take(&plant->pool, count, sizeof(const struct signal *));
    plant->readings =
        pool_take(&plant->pool, TELEMETRY_READINGS_MAX, sizeof(struct telemetry_reading));
    check_names(plan, problems);
    for (size_t i = 0; i < count; i++) {
        struct sensor_settings settings = {0};
        const struct node *node = node_find(plan->simulation, plan->points[i].id);
        if (node && read_sensor(&plan->points[i], node, &settings, problems)) {
            add_sensor(plant, i, &settings, from_ns);
        }
    }
    if (problems->count == before && plant->device_count == 0) {
        problem_at(problems, plan->simulation,
                   "the section 'simulation' plays no point: say 'POINT: {base: 10}'");
    }
    if (problems->count > before) {
        plant_free(&plant);
    }
    return plant;
}

void plant_free(struct plant **plant)
{
    if (*plant) {
        pool_deinit(&(*plant)->pool);
        mem_free(plant);
    }
}

size_t plant_device_count(const struct plant *plant)
{
    return plant->device_count;
}

const struct plant_device *plant_device(const struct plant *plant, size_t device)
{
    ASSERT(device < plant->device_count);
    return &plant->devices[device];
}

const struct signal *plant_signal(const struct plant *plant, size_t point)
{
    ASSERT(point < plant->plan->point_count);
    return plant->signals[point];
}

static struct value value_of(const struct signal *signal, int64_t at_ns)
{
    int64_t milli = signal_shown(signal, at_ns);
    if (signal->kind == POINT_STATE) {
        return (struct value){.kind = VALUE_BOOL, .truth = milli != 0};
    }
    return (struct value){.kind = VALUE_DOUBLE, .number = (double)milli / SIGNAL_MILLI};
}

static size_t sample(const struct plant *plant, const struct plant_sensor *sensor,
                     int64_t from_ns, int64_t to_ns, struct telemetry_reading *readings,
                     size_t room)
{
    const struct signal *signal = &sensor->signal;
    size_t count = 0;
    int64_t at_ns = signal_first(signal, from_ns);
    for (; at_ns < to_ns && count < room; at_ns += signal->interval_ns) {
        struct telemetry_reading *reading = &readings[count++];
        *reading = (struct telemetry_reading){
            .name = bytes_of(sensor->point->metric),
            .offset_ms = (int32_t)((at_ns - from_ns) / NS_PER_MS),
            .value = value_of(signal, at_ns),
        };
        uint64_t number = signal->seed ^ (uint64_t)at_ns;
        if (faults_strike(&plant->faults, plant->faults.nan, KIND_NAN, number)) {
            reading->value = (struct value){.kind = VALUE_DOUBLE, .number = (double)NAN};
        }
    }
    return count;
}

bool plant_batch(struct plant *plant, size_t device_index, int64_t from_ns, int64_t to_ns,
                 struct buf *payload)
{
    ASSERT(device_index < plant->device_count && to_ns - from_ns <= NS_PER_MINUTE);
    struct plant_device *device = &plant->devices[device_index];
    size_t count = 0;
    for (size_t i = 0; i < device->sensor_count; i++) {
        count += sample(plant, &device->sensors[i], from_ns, to_ns,
                        plant->readings + count, TELEMETRY_READINGS_MAX - count);
    }
    if (count == 0) {
        return false;
    }
    struct telemetry_head head = {
        .device = bytes_of(device->name),
        .boot = device->boot,
        .sequence = ++device->sequence,
        .base_time_ms = (uint64_t)((from_ns + device->skew_ns) / NS_PER_MS),
    };
    telemetry_write_batch(payload, &head, plant->readings, count);
    return true;
}

static size_t readings_in(const struct plant_device *device, int64_t span_ns)
{
    size_t count = 0;
    for (size_t i = 0; i < device->sensor_count; i++) {
        count += (size_t)(span_ns / device->sensors[i].signal.interval_ns) + 1;
    }
    return count;
}

int64_t plant_span_ns(const struct plant *plant)
{
    int64_t span_ns = NS_PER_MINUTE;
    for (size_t i = 0; i < plant->device_count; i++) {
        while (readings_in(&plant->devices[i], span_ns) > TELEMETRY_READINGS_MAX &&
               span_ns > NS_PER_S) {
            span_ns /= 2;
        }
    }
    return span_ns;
}

int64_t plant_tick_ns(const struct plant *plant)
{
    int64_t tick_ns = NS_PER_MINUTE;
    for (size_t i = 0; i < plant->plan->point_count; i++) {
        const struct signal *signal = plant->signals[i];
        if (signal && signal->interval_ns < tick_ns) {
            tick_ns = signal->interval_ns;
        }
    }
    return tick_ns;
}
