/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native telemetry of proto/telemetry.proto as plain structs, read with protobuf-c
 * into an arena and written by hand.
 *
 * Before protobuf-c sees the bytes they are scanned: well-formed, counts and lengths
 * within the limits, no zero byte in a text (protobuf-c's strings end there), a message
 * and not by chance something else.  Texts are views into the arena.
 */
#ifndef MODEL_TELEMETRY_H
#define MODEL_TELEMETRY_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "model/reading.h"

#define TELEMETRY_READINGS_MAX 10000
#define TELEMETRY_METRICS_MAX 4096
#define TELEMETRY_NAME_MAX 255
#define TELEMETRY_TEXT_MAX 1024

/* One value of one metric.  A double may be non-finite here. */
struct telemetry_reading {
    struct bytes name; /* or an alias: */
    uint32_t alias;    /* 0: none */
    int32_t offset_ms; /* after the batch's base time */
    struct value value;
    enum quality quality;
    struct bytes unit;
    struct bytes detail;
};

/* Everything of a batch but its readings. */
struct telemetry_head {
    struct bytes device;
    uint64_t boot;
    uint64_t sequence;
    uint64_t base_time_ms;
};

struct telemetry_batch {
    struct telemetry_head head;
    size_t count;
    const void *message; /* protobuf-c's, in the arena */
};

struct telemetry_metric {
    uint32_t alias;
    struct bytes name;
    struct bytes unit;
};

struct telemetry_announce {
    struct bytes device;
    struct telemetry_metric *metrics; /* in the arena */
    size_t count;
};

/* Reads a Batch or an Announce.  ERR_REJECT with a reason: `empty_payload`,
 * `malformed_protobuf`, `unknown_fields`, `missing_field`, `too_many_readings`,
 * `bad_text`, `too_large` (the arena is full). */
enum err telemetry_read_batch(struct arena *arena, struct bytes payload,
                              struct telemetry_batch *ret_batch,
                              struct error *e) MUST_CHECK;
enum err telemetry_read_announce(struct arena *arena, struct bytes payload,
                                 struct telemetry_announce *ret_announce,
                                 struct error *e) MUST_CHECK;

/* The batch's reading at `index`, below its count. */
struct telemetry_reading telemetry_reading_at(const struct telemetry_batch *batch,
                                              size_t index);

/* Adds the encoded message to `out`; too long for it sets its overflow mark. */
void telemetry_write_batch(struct buf *out, const struct telemetry_head *head,
                           const struct telemetry_reading *readings, size_t count);
void telemetry_write_announce(struct buf *out, struct bytes device,
                              const struct telemetry_metric *metrics, size_t count);
void telemetry_write_ack(struct buf *out, uint64_t boot, uint64_t durable_sequence);

#endif
