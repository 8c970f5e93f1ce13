/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a computed window as the bytes of a Summary (proto/summary.proto).  Made once;
 * hashed, signed, stored and sent as they are.
 */
#ifndef AGGREGATE_SUMMARY_H
#define AGGREGATE_SUMMARY_H

#include "aggregate/process.h"

#define SUMMARY_HASH_LEN 32

struct summary_gap {
    int64_t from_ns, to_ns;
    const char *point; /* or "" for a whole source */
    const char *reason;
    uint64_t count;
};

/* What a summary says beside the numbers. */
struct summary_facts {
    const struct plan *plan;
    int64_t from_ns, to_ns;
    int year; /* in the installation's time zone */
    uint32_t revision;
    const uint8_t *previous;   /* SUMMARY_HASH_LEN bytes, or NULL: the first */
    const uint8_t *supersedes; /* or NULL: revision 0 */
    const char *reason;        /* of a revision, or "" */
    const char *software;
    const char *clock;
    uint64_t first_record, last_record;
    uint64_t lost;                  /* messages known to be lost */
    const struct summary_gap *gaps; /* beside those of the points */
    size_t gap_count;
    const uint8_t *input_root; /* over the records that touched the window, or NULL */
    uint64_t input_count;
    const uint8_t *tree_root; /* of the journal's tree now, or NULL */
    uint64_t tree_size;
};

/* The bytes, in `arena`.  ERR_REJECT: they do not fit. */
enum err summary_write(const struct process_value *value,
                       const struct summary_facts *facts, struct arena *arena,
                       struct bytes *ret_bytes, struct error *e) MUST_CHECK;

#endif
