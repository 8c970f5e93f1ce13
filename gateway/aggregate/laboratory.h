/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laboratory results that a person entered: values of a stream's input, each from a time
 * on.  Of these and the factors of the configuration the one counts whose validity began
 * last; of two that begin together, the one entered later.
 *
 * A place is written process/stream/input, with the item's number behind the name of a
 * series ("clinker/raw_meal/carbonate1").  Results of places that the configuration
 * does not have, or has in another unit, are kept and do not count.
 */
#ifndef AGGREGATE_LABORATORY_H
#define AGGREGATE_LABORATORY_H

#include "config/plan.h"
#include "core/buf.h"
#include "core/pool.h"
#include "methods/method.h"

#define LABORATORY_RESULTS_MAX 20000U
#define LABORATORY_PLACE_MAX 512U

struct laboratory_result {
    const char *place, *unit; /* the unit is one of the input's alternatives */
    double value;
    int64_t from_ns;
    const char *source;             /* the report, and who entered it */
    uint64_t record;                /* that it was entered by */
    const struct plan_input *input; /* set by laboratory_add(); NULL: does not count */
    uint8_t which;                  /* of the unit's alternatives */
};

struct laboratory {
    struct laboratory_result *results;
    size_t count, capacity;
    struct pool pool; /* of their texts */
};

/* Nothing is in it. */
void laboratory_init(struct laboratory *laboratory);
void laboratory_deinit(struct laboratory *laboratory);

/* The place of an input. */
struct laboratory_input {
    const struct plan_process *process;
    const struct plan_stream *stream;
    const struct plan_input *input;
};
void laboratory_place(const struct laboratory_input *input,
                      char ret_place[LABORATORY_PLACE_MAX]);

/* Whether a result can be entered there: it is a number in a fixed unit, and no point
 * gives it. */
bool laboratory_takes(const struct laboratory_input *input);

/* The input of a place; false: there is none that takes a result. */
bool laboratory_find(const struct plan *plan, struct bytes place,
                     struct laboratory_input *ret_input);

/* Which of the input's alternatives the unit is; false: none. */
bool laboratory_unit(const struct method_input *spec, struct bytes unit,
                     uint8_t *ret_which);

/* Keeps a copy.  Gives the process whose windows from `from_ns` on come out otherwise
 * now, or NULL: it does not count, or the list is full. */
const struct plan_process *laboratory_add(struct laboratory *laboratory,
                                          const struct plan *plan,
                                          const struct laboratory_result *result);

/* The result that counts for the input at this time; NULL: there is none, or a factor of
 * the configuration that began later. */
const struct laboratory_result *laboratory_at(const struct laboratory *laboratory,
                                              const struct plan_input *input,
                                              int64_t at_ns);

/* As stored bytes and back, to the places of `plan`; bad ones set the cursor's mark. */
void laboratory_put(const struct laboratory *laboratory, struct buf *out);
void laboratory_get(struct laboratory *laboratory, const struct plan *plan,
                    struct cursor *c);

#endif
