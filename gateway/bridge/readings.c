/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of a message as native telemetry (proto/telemetry.proto): a batch for each
 * device in it, in the order in which they first come.
 *
 * The far side tells repetitions by boot and sequence, so that a device's batches are
 * numbered here, without holes; the numbers are kept with the place.  A message that the
 * local broker delivers twice makes the same batch twice, which would be two to the far
 * side: a batch whose readings are those of one of the device's last sixteen is not sent
 * again.  Times go out in whole milliseconds; a name that is longer than the format
 * allows leaves its reading out.
 */
#include "bridge/bridge_private.h"

#include "core/mem.h"
#include "model/telemetry.h"

#define BATCH_BYTES ((size_t)4 << 20)
#define BATCH_READINGS                                                                   \
    5000 /* of at most 10,000; large ones stay below a message's limit */

static int64_t whole_ms(int64_t ns)
{
    int64_t ms = ns / NS_PER_MS;
    return ns % NS_PER_MS < 0 ? ms - 1 : ms;
}

/* ---- which batch is new ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ hash >> 29;
}

static uint64_t hash_value(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NONE:
        return 0;
    case VALUE_TEXT:
        return table_hash(value->text);
    case VALUE_BOOL:
        return value->truth ? 1 : 2;
    case VALUE_DOUBLE:
    case VALUE_INT:
    case VALUE_UINT:
        return value->natural;
    }
    UNREACHABLE();
}

static uint64_t hash_reading(uint64_t hash, const struct reading *reading)
{
    hash = mix(hash, table_hash(reading->metric));
    hash = mix(hash, (uint64_t)reading->event_ns);
    hash = mix(hash, reading->identity);
    hash = mix(hash, (uint64_t)reading->value.kind);
    hash = mix(hash, hash_value(&reading->value));
    return mix(hash, (uint64_t)reading->quality);
}

/* Each rule numbers for itself. */
static struct bridge_device *
find_device(struct bridge *bridge, const struct plan_bridge_rule *rule, struct bytes name)
{
    buf_clear(&bridge->scratch);
    buf_print(&bridge->scratch, "%s %.*s", rule->to, BYTES_ARG(name));
    struct bytes id = buf_bytes(&bridge->scratch);
    struct bridge_device *device = table_find(&bridge->place.devices, id);
    if (!device && bridge->place.devices.count < DEVICES_MAX) {
        device = mem_new(struct bridge_device);
        table_put(&bridge->place.devices, id, device);
    }
    return device;
}

static bool is_repeated(const struct bridge_device *device, uint64_t hash)
{
    for (size_t i = 0; i < REMEMBERED; i++) {
        if (device->hashes[i] == hash) {
            return true;
        }
    }
    return false;
}

/* ---- batches ---- */

/* A batch being gathered. */
struct batch {
    struct bytes device; /* as it stands in the topic */
    struct telemetry_reading *readings;
    size_t count;
    int64_t base_ms;
    uint64_t hash;
};

static void send_batch(struct bridge *bridge, const struct plan_bridge_rule *rule,
                       const struct message *message, struct batch *batch,
                       const char *mark)
{
    struct bridge_device *device = find_device(bridge, rule, batch->device);
    uint64_t hash = batch->hash | 1;
    if (batch->count == 0) {
        return;
    }
    if (!device) {
        carry_set_aside(bridge, message->seq, "too many devices");
    } else if (is_repeated(device, hash)) {
        bridge_count(bridge, &bridge->status.repeated);
    } else {
        struct telemetry_head head = {.device = batch->device,
                                      .boot = bridge->place.boot,
                                      .sequence = ++device->sequence,
                                      .base_time_ms = (uint64_t)batch->base_ms};
        struct buf out;
        device->hashes[device->sequence % REMEMBERED] = hash;
        buf_init(&out, BATCH_BYTES);
        telemetry_write_batch(&out, &head, batch->readings, batch->count);
        if (out.overflow) {
            carry_set_aside(bridge, message->seq, "its readings are too long");
        } else {
            carry_add(bridge, rule, message, batch->device, buf_bytes(&out), mark);
        }
        buf_deinit(&out);
    }
    batch->count = 0;
}

static struct telemetry_reading convert(const struct reading *from, int64_t offset_ms)
{
    struct telemetry_reading to = {.name = from->metric,
                                   .offset_ms = (int32_t)offset_ms,
                                   .value = from->value,
                                   .quality = from->quality,
                                   .unit = from->unit,
                                   .detail = from->detail};
    if (to.value.kind == VALUE_TEXT && to.value.text.len > TELEMETRY_TEXT_MAX) {
        to.value = (struct value){.kind = VALUE_NONE};
        to.quality = QUALITY_BAD;
        to.detail = BYTES("text_too_long");
    }
    return to;
}

static bool fits(const struct reading *reading)
{
    return reading->metric.len > 0 && reading->metric.len <= TELEMETRY_NAME_MAX &&
           reading->unit.len <= TELEMETRY_NAME_MAX &&
           reading->detail.len <= TELEMETRY_NAME_MAX;
}

/* Adds a reading; the batch is sent before when this one does not fit into it. */
static void add(struct bridge *bridge, const struct plan_bridge_rule *rule,
                const struct message *message, struct batch *batch,
                const struct reading *reading, const char *mark)
{
    int64_t at_ms = whole_ms(reading->event_ns);
    int64_t offset_ms = at_ms - batch->base_ms;
    if (batch->count == BATCH_READINGS || offset_ms > INT32_MAX ||
        offset_ms < INT32_MIN) {
        send_batch(bridge, rule, message, batch, mark);
    }
    if (batch->count == 0) {
        batch->base_ms = at_ms;
        batch->hash = table_hash(batch->device);
        offset_ms = 0;
    }
    batch->readings[batch->count++] = convert(reading, offset_ms);
    batch->hash = hash_reading(batch->hash, reading);
}

static bool is_first_of_device(const struct decoding *decoding, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (bytes_equal(decoding->readings[i].device, decoding->readings[index].device)) {
            return false;
        }
    }
    return true;
}

/* A device's name as one level of a topic. */
static struct bytes level_name(struct bridge *bridge, struct bytes device)
{
    struct bytes name = arena_copy(&bridge->arena, device);
    uint8_t *data = (uint8_t *)(uintptr_t)name.data;
    for (size_t i = 0; i < name.len; i++) {
        bool bad = data[i] == '/' || data[i] == '+' || data[i] == '#' || data[i] == 0;
        data[i] = bad ? '_' : data[i];
    }
    return name;
}

static void carry_device(struct bridge *bridge, const struct plan_bridge_rule *rule,
                         const struct message *message, const struct decoding *decoding,
                         size_t first, struct telemetry_reading *readings,
                         const char *mark)
{
    struct bytes id = decoding->readings[first].device;
    struct batch batch = {.device = level_name(bridge, id), .readings = readings};
    if (batch.device.len == 0 || batch.device.len > TELEMETRY_NAME_MAX) {
        carry_set_aside(bridge, message->seq, "a device without a name that fits");
        return;
    }
    for (size_t i = first; i < decoding->count; i++) {
        const struct reading *reading = &decoding->readings[i];
        if (!bytes_equal(reading->device, id)) {
            continue;
        }
        if (fits(reading)) {
            add(bridge, rule, message, &batch, reading, mark);
        } else {
            carry_set_aside(bridge, message->seq, "a reading with too long a name");
        }
    }
    send_batch(bridge, rule, message, &batch, mark);
}

void carry_readings(struct bridge *bridge, const struct plan_bridge_rule *rule,
                    const struct message *message, const struct decoding *decoding,
                    const char *mark)
{
    if (decoding->count == 0) {
        return;
    }
    struct telemetry_reading *readings =
        arena_take(&bridge->decoding, BATCH_READINGS, sizeof *readings);
    if (!readings) {
        carry_set_aside(bridge, message->seq, "its readings take too much memory");
        return;
    }
    for (size_t i = 0; i < decoding->count; i++) {
        if (is_first_of_device(decoding, i)) {
            carry_device(bridge, rule, message, decoding, i, readings, mark);
        }
    }
}
