/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of a bench's window. */
#ifndef TESTS_SUMMARY_BENCH_H
#define TESTS_SUMMARY_BENCH_H

#include "aggregate/summary_private.h"
#include "process_bench.h"

/* Unpacked as a reader has it; the caller frees it. */
static inline Emgate__V1__Summary *bench_summary(struct bench *bench)
{
    struct summary_facts facts = {.plan = bench->plan,
                                  .from_ns = MINUTE_FROM,
                                  .to_ns = MINUTE_TO,
                                  .software = "test",
                                  .clock = "synchronised",
                                  .reason = ""};
    struct bytes bytes = {0};
    struct error e = {0};
    cr_assert_eq(summary_write(&bench->value, &facts, &bench->arena, &bytes, &e), ERR_OK,
                 "%s", e.text);
    Emgate__V1__Summary *summary =
        emgate__v1__summary__unpack(NULL, bytes.len, bytes.data);
    cr_assert(summary);
    return summary;
}

#endif
