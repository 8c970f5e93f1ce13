/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a device's sequence numbers, whatever the order of arrival. */
#include "aggregate/device.h"

void device_init(struct device *device, const char *name)
{
    *device =
        (struct device){.name = name, .newest_ns = INT64_MIN, .heard_ns = INT64_MIN};
}

static void note_missing(struct device *device, uint64_t from, uint64_t to,
                         int64_t event_ns)
{
    if (device->missing_count == DEVICE_MISSING_MAX) {
        device->forgotten += device->missing[0].to - device->missing[0].from + 1;
        memmove(&device->missing[0], &device->missing[1],
                (DEVICE_MISSING_MAX - 1) * sizeof device->missing[0]);
        device->missing_count--;
    }
    device->missing[device->missing_count++] =
        (struct device_missing){from, to, event_ns};
}

static void remove_hole(struct device *device, size_t i)
{
    memmove(&device->missing[i], &device->missing[i + 1],
            (device->missing_count - i - 1) * sizeof device->missing[0]);
    device->missing_count--;
}

/* A message that was missing came after all: its hole shrinks, splits or closes. */
static void fill_hole(struct device *device, uint64_t sequence)
{
    for (size_t i = 0; i < device->missing_count; i++) {
        struct device_missing *hole = &device->missing[i];
        if (sequence < hole->from || sequence > hole->to) {
            continue;
        }
        struct device_missing upper = {sequence + 1, hole->to, hole->event_ns};
        bool has_upper = sequence < hole->to;
        if (sequence > hole->from) {
            hole->to = sequence - 1;
            if (has_upper) {
                note_missing(device, upper.from, upper.to, upper.event_ns);
            }
        } else if (has_upper) {
            *hole = upper;
        } else {
            remove_hole(device, i);
        }
        return;
    }
}

static void follow(struct device *device, uint64_t boot, uint64_t sequence,
                   int64_t event_ns)
{
    if (boot != device->boot) {
        bool known = device->boot != 0;
        device->missing_count = known ? device->missing_count : 0;
        device->boot = boot;
        /* A device that we meet in the middle of its life has lost nothing. */
        device->next = known ? 1 : sequence;
    }
    if (sequence < device->next) {
        fill_hole(device, sequence);
        return;
    }
    if (sequence > device->next) {
        note_missing(device, device->next, sequence - 1, event_ns);
    }
    device->next = sequence + 1;
}

void device_hear(struct device *device, int64_t now_ns, uint64_t boot, uint64_t sequence,
                 int64_t event_ns)
{
    if (now_ns > device->heard_ns) {
        device->heard_ns = now_ns;
    }
    if (boot != 0) {
        follow(device, boot, sequence, event_ns);
    }
}

uint64_t device_lost(const struct device *device, int64_t from_ns, int64_t to_ns)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < device->missing_count; i++) {
        const struct device_missing *hole = &device->missing[i];
        if (hole->event_ns >= from_ns && hole->event_ns < to_ns) {
            lost += hole->to - hole->from + 1;
        }
    }
    return lost;
}

void device_put(const struct device *device, struct buf *out)
{
    buf_add_string(out, bytes_of(device->name));
    buf_add_u64(out, (uint64_t)device->newest_ns);
    buf_add_u64(out, (uint64_t)device->heard_ns);
    buf_add_u64(out, device->boot);
    buf_add_varint(out, device->next);
    buf_add_varint(out, device->forgotten);
    buf_add_varint(out, device->missing_count);
    for (size_t i = 0; i < device->missing_count; i++) {
        buf_add_varint(out, device->missing[i].from);
        buf_add_varint(out, device->missing[i].to);
        buf_add_u64(out, (uint64_t)device->missing[i].event_ns);
    }
}

/* The name was read by the caller, who looked the device up by it. */
void device_get(struct device *device, struct cursor *c)
{
    device->newest_ns = (int64_t)cursor_u64(c);
    device->heard_ns = (int64_t)cursor_u64(c);
    device->boot = cursor_u64(c);
    device->next = cursor_varint(c);
    device->forgotten = cursor_varint(c);
    uint64_t count = cursor_varint(c);
    if (count > DEVICE_MISSING_MAX) {
        c->failed = true;
        return;
    }
    device->missing_count = (size_t)count;
    for (size_t i = 0; i < device->missing_count; i++) {
        device->missing[i].from = cursor_varint(c);
        device->missing[i].to = cursor_varint(c);
        device->missing[i].event_ns = (int64_t)cursor_u64(c);
    }
}
