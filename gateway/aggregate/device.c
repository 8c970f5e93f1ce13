/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a device's sequence numbers, whatever the order of arrival.  Each boot has its
 * own numbering, and messages of one before may come behind those of the newest.
 */
#include "aggregate/device.h"

void device_init(struct device *device, const char *name)
{
    *device =
        (struct device){.name = name, .newest_ns = INT64_MIN, .heard_ns = INT64_MIN};
}

static void note_missing(struct device *device, struct device_missing hole)
{
    if (device->missing_count == DEVICE_MISSING_MAX) {
        device->forgotten += device->missing[0].to - device->missing[0].from + 1;
        memmove(&device->missing[0], &device->missing[1],
                (DEVICE_MISSING_MAX - 1) * sizeof device->missing[0]);
        device->missing_count--;
    }
    device->missing[device->missing_count++] = hole;
}

static void remove_hole(struct device *device, size_t i)
{
    memmove(&device->missing[i], &device->missing[i + 1],
            (device->missing_count - i - 1) * sizeof device->missing[0]);
    device->missing_count--;
}

/* A message that was missing came after all: its hole shrinks, splits or closes. */
static void fill_hole(struct device *device, uint64_t boot, uint64_t sequence)
{
    for (size_t i = 0; i < device->missing_count; i++) {
        struct device_missing *hole = &device->missing[i];
        if (boot != hole->boot || sequence < hole->from || sequence > hole->to) {
            continue;
        }
        struct device_missing upper = {boot, sequence + 1, hole->to, hole->event_ns};
        bool has_upper = sequence < hole->to;
        if (sequence > hole->from) {
            hole->to = sequence - 1;
            if (has_upper) {
                note_missing(device, upper);
            }
        } else if (has_upper) {
            *hole = upper;
        } else {
            remove_hole(device, i);
        }
        return;
    }
}

static struct device_boot *find_boot(struct device *device, uint64_t boot)
{
    for (size_t i = 0; i < device->boot_count; i++) {
        if (device->boots[i].boot == boot) {
            return &device->boots[i];
        }
    }
    return NULL;
}

/* The device has restarted; the oldest boot is forgotten where there are many. */
static struct device_boot *add_boot(struct device *device, struct device_boot newest)
{
    size_t kept =
        device->boot_count < DEVICE_BOOTS_MAX ? device->boot_count : DEVICE_BOOTS_MAX - 1;
    memmove(&device->boots[1], &device->boots[0], kept * sizeof newest);
    device->boots[0] = newest;
    device->boot_count = kept + 1;
    return &device->boots[0];
}

static void follow(struct device *device, uint64_t boot, uint64_t sequence,
                   int64_t event_ns)
{
    struct device_boot *of = find_boot(device, boot);
    if (!of) {
        /* A device that we meet in the middle of its life has lost nothing. */
        uint64_t next = device->boot_count ? 1 : sequence;
        of = add_boot(device, (struct device_boot){boot, next});
    }
    if (sequence < of->next) {
        fill_hole(device, boot, sequence);
        return;
    }
    if (sequence > of->next) {
        note_missing(device,
                     (struct device_missing){boot, of->next, sequence - 1, event_ns});
    }
    of->next = sequence + 1;
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
    buf_add_varint(out, device->boot_count);
    for (size_t i = 0; i < device->boot_count; i++) {
        buf_add_u64(out, device->boots[i].boot);
        buf_add_varint(out, device->boots[i].next);
    }
    buf_add_varint(out, device->forgotten);
    buf_add_varint(out, device->missing_count);
    for (size_t i = 0; i < device->missing_count; i++) {
        buf_add_u64(out, device->missing[i].boot);
        buf_add_varint(out, device->missing[i].from);
        buf_add_varint(out, device->missing[i].to);
        buf_add_u64(out, (uint64_t)device->missing[i].event_ns);
    }
}

static void get_boots(struct device *device, struct cursor *c, bool one_boot)
{
    uint64_t count = one_boot ? 1 : cursor_varint(c);
    if (count > DEVICE_BOOTS_MAX) {
        c->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        device->boots[i].boot = cursor_u64(c);
        device->boots[i].next = cursor_varint(c);
    }
    device->boot_count = one_boot && device->boots[0].boot == 0 ? 0 : (size_t)count;
}

/* The name was read by the caller, who looked the device up by it. */
void device_get(struct device *device, struct cursor *c, bool one_boot)
{
    device->newest_ns = (int64_t)cursor_u64(c);
    device->heard_ns = (int64_t)cursor_u64(c);
    get_boots(device, c, one_boot);
    device->forgotten = cursor_varint(c);
    uint64_t count = cursor_varint(c);
    if (c->failed || count > DEVICE_MISSING_MAX) {
        c->failed = true;
        return;
    }
    device->missing_count = (size_t)count;
    for (size_t i = 0; i < device->missing_count; i++) {
        struct device_missing *hole = &device->missing[i];
        hole->boot = one_boot ? device->boots[0].boot : cursor_u64(c);
        hole->from = cursor_varint(c);
        hole->to = cursor_varint(c);
        hole->event_ns = (int64_t)cursor_u64(c);
    }
}
