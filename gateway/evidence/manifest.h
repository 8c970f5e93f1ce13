/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both ends of a reconciliation count alike: the summaries of one gateway in one UTC
 * day, by the start of their windows (proto/manifest.proto).
 */
#ifndef EVIDENCE_MANIFEST_H
#define EVIDENCE_MANIFEST_H

#include "core/bytes.h"

#define MANIFEST_KEY_LEN 32
#define MANIFEST_DAYS_MAX 400      /* days of one manifest: a year and a month */
#define MANIFEST_ENTRIES_MAX 20000 /* summaries of the day that is stated in detail */

struct manifest_day {
    int64_t day; /* since 1970-01-01 */
    uint64_t count;
    uint8_t digest[MANIFEST_KEY_LEN]; /* exclusive or of the keys, in any order */
};

/* The day of a time, and when a day begins. */
int64_t manifest_day_of(int64_t ns);
int64_t manifest_day_ns(int64_t day);

/* Counts one more summary. */
void manifest_count(struct manifest_day *day, const uint8_t key[MANIFEST_KEY_LEN]);

/* Whether two days have the same summaries. */
bool manifest_same(const struct manifest_day *a, const struct manifest_day *b);

#endif
