/* SPDX-License-Identifier: Apache-2.0 */
/* The aggregation's state as bytes and back. */
#include "fold_rig.h"

static struct buf saved_state(struct aggregate *aggregate)
{
    struct buf saved;
    buf_init(&saved, RIG_STATE_MAX);
    aggregate_save(aggregate, &saved);
    return saved;
}

Test(state, goes_through_bytes_unchanged)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct error e;
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    aggregate_gap(fold_get_aggregate(rig->fold), RIG_START_NS, "session_lost");
    struct buf saved = saved_state(fold_get_aggregate(rig->fold));
    struct aggregate *other = aggregate_new(rig->plan, &rig->store, "test");

    cr_assert_eq(aggregate_load(other, buf_bytes(&saved), &e), ERR_OK);

    struct buf again = saved_state(other);
    cr_assert(bytes_equal(buf_bytes(&saved), buf_bytes(&again)));
    cr_assert_eq(aggregate_oldest_minute(other),
                 aggregate_oldest_minute(fold_get_aggregate(rig->fold)));
    aggregate_free(&other);
    buf_deinit(&saved);
    buf_deinit(&again);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(state, cut_anywhere_is_corrupt_and_never_read_beyond)
{
    struct rig_records *records = rig_course(20);
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    struct buf saved = saved_state(fold_get_aggregate(rig->fold));

    for (size_t len = 0; len < saved.len; len++) {
        struct error e;
        struct aggregate *other = aggregate_new(rig->plan, &rig->store, "test");
        uint8_t *exact = mem_array(len + 1, 1); /* so that a checker sees one byte more */
        memcpy(exact, saved.data, len);
        cr_assert_eq(aggregate_load(other, (struct bytes){exact, len}, &e), ERR_CORRUPT,
                     "%zu bytes", len);
        mem_free(&exact);
        aggregate_free(&other);
    }
    buf_deinit(&saved);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}
