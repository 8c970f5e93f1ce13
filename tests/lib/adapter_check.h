/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every adapter owes, whatever it was fed: for the contract test and for fuzzing.
 * A broken promise aborts.
 */
#ifndef TESTS_ADAPTER_CHECK_H
#define TESTS_ADAPTER_CHECK_H

#include "core/utf8.h"
#include "decode/adapter.h"

#include <math.h>

#define CHECK_STATE_MAX (32U << 20) /* as much as the gateway stores */

/* Text that a C string can hold. */
static inline bool is_clean(struct bytes text)
{
    return utf8_valid(text) && (text.len == 0 || !memchr(text.data, 0, text.len));
}

static inline void check_reading(const struct reading *reading)
{
    ASSERT(reading->device.len > 0);
    ASSERT(reading->metric.len > 0);
    ASSERT(is_clean(reading->device));
    ASSERT(is_clean(reading->metric));
    ASSERT(is_clean(reading->unit));
    ASSERT(time_plausible(reading->event_ns));
    if (reading->value.kind == VALUE_DOUBLE) {
        ASSERT(isfinite(reading->value.number));
    }
    if (reading->value.kind == VALUE_TEXT) {
        ASSERT(utf8_valid(reading->value.text));
    }
    if (reading->value.kind == VALUE_NONE) {
        ASSERT(reading->quality == QUALITY_BAD);
    }
    if (reading->quality != QUALITY_GOOD) {
        ASSERT(reading->detail.len > 0);
    }
}

/* Of one decode() that came back. */
static inline void check_decoding(const struct decoding *d, enum err result,
                                  const struct error *e)
{
    ASSERT(result == ERR_OK || result == ERR_REJECT);
    if (result == ERR_REJECT) {
        ASSERT(e->reason[0]);
        return;
    }
    if (d->outcome == OUTCOME_REJECTED || d->outcome == OUTCOME_PARTIAL) {
        ASSERT(d->reason[0]);
    }
    if (d->outcome == OUTCOME_REJECTED) {
        ASSERT(d->count == 0);
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        check_reading(&d->readings[i]);
    }
    for (size_t i = 0; i < d->action_count; i++) {
        ASSERT(d->actions[i].kind.len && d->actions[i].topic.len);
    }
}

static inline void save_state(const struct adapter *adapter, const void *state,
                              struct buf *out)
{
    buf_init(out, CHECK_STATE_MAX);
    if (adapter->save) {
        adapter->save(state, out);
    }
    ASSERT(!out->overflow);
}

/* Saved, loaded into `fresh` (as init() made it) and saved again, it is the same. */
static inline void check_state(const struct adapter *adapter, const void *state,
                               void *fresh)
{
    if (!adapter->save) {
        return;
    }
    struct buf first;
    struct buf second;
    save_state(adapter, state, &first);
    enum err result = adapter->load(fresh, buf_bytes(&first), NULL);
    ASSERT(result == ERR_OK);
    save_state(adapter, fresh, &second);
    ASSERT(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
    buf_deinit(&first);
    buf_deinit(&second);
}

#endif
