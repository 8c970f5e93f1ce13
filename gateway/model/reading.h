/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reading: what one device said of one metric at one time.  Adapters make them
 * in a message's arena; they hold until the arena's reset.
 */
#ifndef MODEL_READING_H
#define MODEL_READING_H

#include "core/bytes.h"
#include "core/check.h"

enum value_kind {
    VALUE_NONE,   /* no value: null, not a number, missing; quality says why */
    VALUE_DOUBLE, /* finite, always */
    VALUE_INT,    /* exact */
    VALUE_UINT,   /* exact, for what exceeds int64 */
    VALUE_BOOL,
    VALUE_TEXT,
};

struct value {
    enum value_kind kind;
    union {
        double number;
        int64_t integer;
        uint64_t natural;
        bool truth;
        struct bytes text;
    };
};

enum quality { QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD };

enum reading_flag {
    READING_BIRTH = 1,        /* Sparkplug birth value */
    READING_HISTORICAL = 2,   /* stored by the device and sent later */
    READING_TRANSIENT = 4,    /* the device asks not to store it */
    READING_RETAINED = 8,     /* from a retained message */
    READING_RECEIVE_TIME = 16 /* event_ns is the gateway's receive time */
};

struct reading {
    struct bytes device;
    struct bytes metric;
    struct bytes unit; /* as the device wrote it; empty: none given */
    struct value value;
    enum quality quality;
    struct bytes detail; /* one word why the quality is not good, or empty */
    int64_t event_ns;    /* UTC since 1970 */
    uint32_t flags;      /* of enum reading_flag */
    /* Which saying of the device this is, where the device numbers them: equal for a
     * repeated message, different for two equal readings.  0: not numbered. */
    uint64_t identity;
};

/* The value as a double, where it is a number or a bool.  False otherwise. */
static inline bool value_number(const struct value *value, double *ret_number)
{
    switch (value->kind) {
    case VALUE_DOUBLE:
        *ret_number = value->number;
        return true;
    case VALUE_INT:
        *ret_number = (double)value->integer;
        return true;
    case VALUE_UINT:
        *ret_number = (double)value->natural;
        return true;
    case VALUE_BOOL:
        *ret_number = value->truth ? 1 : 0;
        return true;
    case VALUE_NONE:
    case VALUE_TEXT:
        return false;
    }
    return false;
}

/* A number as written, plain decimal: whole ones exact where 64 bits hold them, the
 * others as doubles.  False when it is no plain number or not finite. */
MUST_CHECK bool value_parse(struct bytes text, struct value *ret_value);

#endif
