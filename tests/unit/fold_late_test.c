/* SPDX-License-Identifier: Apache-2.0 */
/* How far a reading that comes late reaches: docs/decisions/0005. */
#include "fold.h"

#include "fold_rig.h"

static const struct rig_summary *revision_of(const struct fold_rig *rig,
                                             const char *process, int minute,
                                             uint32_t revision)
{
    for (size_t i = 0; i < rig->summary_count; i++) {
        const struct rig_summary *s = &rig->summaries[i];
        if (strcmp(s->process, process) == 0 && s->revision == revision &&
            s->start_ns == RIG_START_NS + minute * NS_PER_MINUTE) {
            return s;
        }
    }
    return NULL;
}

static void add_coal(struct rig_records *records, int64_t wall_ns, int i, double coal)
{
    struct telemetry_reading readings[2] = {rig_number("coal", coal),
                                            rig_number("run", 1)};
    rig_add_batch(records, wall_ns, "a", RIG_START_NS + (int64_t)i * 10 * NS_PER_S,
                  readings, 2);
}

/* The coal stands still from 20 to 80 s, but for a reading at 40 s that comes two minutes
 * late, with one of the meter b. */
static struct rig_records *course_with_late_step(void)
{
    struct rig_records *records = mem_new(struct rig_records);
    for (int i = 0; i < 30; i++) {
        int64_t now_ns = RIG_START_NS + (int64_t)i * 10 * NS_PER_S;
        if (i != 4) {
            add_coal(records, now_ns + NS_PER_MS, i, i < 2 || i > 8 ? 13 + i % 3 : 12);
            rig_add_device(records, now_ns + NS_PER_MS, 'b', i);
        }
        if (i == 16) {
            add_coal(records, now_ns + 2 * NS_PER_MS, 4, 14);
            rig_add_device(records, now_ns + 2 * NS_PER_MS, 'b', 4);
        }
        rig_add_device(records, now_ns + NS_PER_MS, 'c', i);
        rig_add(records, RECORD_TICK, now_ns + 5 * NS_PER_S);
    }
    return records;
}

/* At 40 s it moved, so what stood still behind it did not for as long: the next minute's
 * readings are judged otherwise.  A meter that nothing is judged by keeps to its minute.
 */
Test(fold_late, a_late_reading_is_told_of_in_every_window_that_it_has_a_say_in)
{
    struct rig_records *records = course_with_late_step();
    struct fold_rig *rig = mem_new(struct fold_rig);
    fold_rig_init(rig);
    fold_rig_run(rig, records, 0, records->count);
    const struct rig_summary *before = revision_of(rig, "kiln", 1, 0);
    const struct rig_summary *after = revision_of(rig, "kiln", 1, 1);
    cr_assert(before && after && revision_of(rig, "kiln", 0, 1));
    cr_assert_str_eq(before->cause, "frozen");
    cr_assert_lt(after->cause_count, before->cause_count);
    cr_assert_neq(after->direct, before->direct);
    cr_assert_null(revision_of(rig, "kiln", 2, 1));
    cr_assert(revision_of(rig, "mill", 0, 1) && revision_of(rig, "mill", 1, 0));
    cr_assert_null(revision_of(rig, "mill", 1, 1));
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}
