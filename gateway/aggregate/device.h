/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each device: how far its event time has come, when it was last
 * heard, and which of its numbered messages are missing.
 */
#ifndef AGGREGATE_DEVICE_H
#define AGGREGATE_DEVICE_H

#include "core/buf.h"
#include "core/check.h"

#define DEVICE_MISSING_MAX 32
/* Boots whose messages may still come, mixed with the newest's: what a broker delivers
 * again after a broken line begins before the device's restart. */
#define DEVICE_BOOTS_MAX 4

/* A hole in a device's sequence; it may still be filled. */
struct device_missing {
    uint64_t boot;
    uint64_t from, to; /* inclusive */
    int64_t event_ns;  /* of the message behind the hole */
};

/* How far the numbering of one boot has come. */
struct device_boot {
    uint64_t boot;
    uint64_t next; /* sequence expected next */
};

struct device {
    const char *name;  /* borrowed from the plan */
    int64_t newest_ns; /* newest event time; INT64_MIN: none yet */
    int64_t heard_ns;  /* journal time of its last message; INT64_MIN: never */
    struct device_boot boots[DEVICE_BOOTS_MAX]; /* newest first */
    size_t boot_count;                          /* 0: it does not number its messages */
    uint64_t forgotten; /* missing messages that no longer fit the list */
    struct device_missing missing[DEVICE_MISSING_MAX];
    size_t missing_count;
};

/* `name` is borrowed. */
void device_init(struct device *device, const char *name);

/* A message of the device, numbered when `boot` is not 0. */
void device_hear(struct device *device, int64_t now_ns, uint64_t boot, uint64_t sequence,
                 int64_t event_ns);

/* A reading of the device was taken. */
static inline void device_advance(struct device *device, int64_t event_ns)
{
    if (event_ns > device->newest_ns) {
        device->newest_ns = event_ns;
    }
}

/* Messages missing with event times in [from_ns, to_ns). */
uint64_t device_lost(const struct device *device, int64_t from_ns, int64_t to_ns);

/* As stored bytes and back; a bad one sets the cursor's mark.  `one_boot`: as written
 * before holes had a boot. */
void device_put(const struct device *device, struct buf *out);
void device_get(struct device *device, struct cursor *c, bool one_boot);

#endif
