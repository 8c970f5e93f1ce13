/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparkplug B payloads on the wire (proto/sparkplug_b.proto), read without allocating.
 * sparkplug_payload_read() checks all of it, nested parts included, against the limits
 * here; what it passed can then be walked metric by metric without a failure.  All
 * views are into the payload's bytes.
 */
#ifndef SPARKPLUG_PAYLOAD_H
#define SPARKPLUG_PAYLOAD_H

#include "core/error.h"
#include "core/wire.h"

#define SPARKPLUG_READINGS_MAX 10000 /* metrics, members and table cells of a payload */
#define SPARKPLUG_DEPTH_MAX 8 /* templates in templates, properties in properties */
#define SPARKPLUG_NAME_MAX 512
#define SPARKPLUG_COLUMNS_MAX 64

enum sparkplug_type {
    SPARKPLUG_INT8 = 1,
    SPARKPLUG_INT16,
    SPARKPLUG_INT32,
    SPARKPLUG_INT64,
    SPARKPLUG_UINT8,
    SPARKPLUG_UINT16,
    SPARKPLUG_UINT32,
    SPARKPLUG_UINT64,
    SPARKPLUG_FLOAT,
    SPARKPLUG_DOUBLE,
    SPARKPLUG_BOOLEAN,
    SPARKPLUG_STRING,
    SPARKPLUG_DATE_TIME,
    SPARKPLUG_TEXT,
    SPARKPLUG_UUID,
    SPARKPLUG_DATA_SET,
    SPARKPLUG_BYTES,
    SPARKPLUG_FILE,
    SPARKPLUG_TEMPLATE,
    SPARKPLUG_LAST = 34, /* property sets and arrays between */
};

/* Which field of the value's oneof was there. */
enum sparkplug_member {
    MEMBER_NONE,
    MEMBER_INT,
    MEMBER_LONG,
    MEMBER_FLOAT,
    MEMBER_DOUBLE,
    MEMBER_BOOL,
    MEMBER_STRING,
    MEMBER_BYTES,
    MEMBER_DATA_SET,
    MEMBER_TEMPLATE,
};

struct sparkplug_value {
    enum sparkplug_member member;
    uint64_t number;    /* of the numeric members, as stored */
    struct bytes bytes; /* of the others */
};

struct sparkplug_metric {
    struct bytes name;
    uint64_t alias;
    uint64_t timestamp_ms;
    uint32_t datatype; /* 0: not given */
    bool has_alias;
    bool has_timestamp;
    bool historical;
    bool transient;
    bool null;
    bool has_unit;
    bool has_quality;
    struct bytes unit; /* property engUnit */
    int64_t quality;   /* property Quality */
    struct sparkplug_value value;
};

struct sparkplug_payload {
    struct bytes raw;
    uint64_t timestamp_ms;
    uint64_t seq;
    bool has_timestamp;
    bool has_seq;
    struct bytes uuid;
    struct bytes body;
    size_t metric_count;  /* at the top */
    size_t reading_count; /* at most so many readings come of it */
};

struct sparkplug_template {
    struct wire metrics;
    bool definition;
};

struct sparkplug_data_set {
    struct bytes columns[SPARKPLUG_COLUMNS_MAX];
    uint32_t types[SPARKPLUG_COLUMNS_MAX];
    size_t column_count;
    size_t type_count;
    size_t row_count;
    struct wire rows;
};

/* ERR_REJECT with a reason: `malformed_protobuf`, `too_deep`, `too_many_readings`,
 * `bad_text`. */
enum err sparkplug_payload_read(struct bytes raw, struct sparkplug_payload *ret_payload,
                                struct error *e) MUST_CHECK;

/* The next metric of a payload's or template's fields; false at the end. */
bool sparkplug_metric_next(struct wire *wire, struct sparkplug_metric *ret_metric);

/* A template's or table's insides. */
void sparkplug_template_read(struct bytes raw, struct sparkplug_template *ret_template);
void sparkplug_data_set_read(struct bytes raw, struct sparkplug_data_set *ret_set);

/* The next row of a table: its elements, and how many there are (those beyond
 * SPARKPLUG_COLUMNS_MAX are counted, not kept); false at the end. */
bool sparkplug_row_next(struct sparkplug_data_set *set,
                        struct sparkplug_value elements[SPARKPLUG_COLUMNS_MAX],
                        size_t *ret_count);

#endif
