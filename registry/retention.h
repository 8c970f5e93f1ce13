/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long stored summaries are kept.  The longest rule that applies holds; years are
 * calendar years in the installation's time zone, which are the reporting periods:
 *
 *     operator      so many years after the reporting period, at least 6
 *                   (2025/2547 Annex II A.2(4); 10 where the EU ETS applies)
 *     verification  4 years after the verification (2023/956 Art. 10(5)(c))
 *     declaration   to the end of the 4th year after the declaration (Art. 9(3))
 *
 * Nothing is deleted but by retention_apply(), oldest year first, never past a year that
 * is held.  What was deleted is written down for ever, and does not come in again.
 * Totals by day, month and year stay.
 */
#ifndef REGISTRY_RETENTION_H
#define REGISTRY_RETENTION_H

#include "registry/intake.h"

#define RETENTION_YEARS_MIN 6
#define RETENTION_NAME_MAX 129
#define RETENTION_WORDS_MAX 200

/* The oldest year of an installation that is kept. */
struct retention_entry {
    char installation[RETENTION_NAME_MAX];
    int year;
    int64_t end_ns; /* of the year */
    int64_t due_ns; /* it may be deleted from then on */
    const char *rule;
    bool held;
    char why[RETENTION_WORDS_MAX]; /* it is held */
    int64_t deleted;               /* summaries of it that are deleted already */
    int64_t kept_from_ns;          /* all before is deleted; INT64_MIN: nothing was */
};

typedef void retention_fn(void *ctx, const struct retention_entry *entry);

/* Calls `each` for every installation, or the one with this name. */
enum err retention_each(struct intake *intake, int64_t years, const char *installation,
                        retention_fn *each, void *ctx, struct error *e) MUST_CHECK;

/* What a year of an installation is marked by. */
enum retention_mark { RETENTION_HOLD, RETENTION_VERIFIED, RETENTION_DECLARED };
#define RETENTION_MARKS 3
extern const char *const retention_marks[RETENTION_MARKS];

struct retention_marking {
    enum retention_mark mark;
    const char *installation;
    int year;
    const char *words; /* of a hold: why */
    int64_t at_ns;     /* of the others: when */
    int64_t now_ns;
};

/* Marks a year, or takes a hold away. */
enum err retention_put(struct intake *intake, const struct retention_marking *marking,
                       struct error *e) MUST_CHECK;
enum err retention_release(struct intake *intake, const char *installation, int year,
                           struct error *e) MUST_CHECK;

/* Deletes at most `limit` summaries of one year that is due, in one transaction;
 * `*ret_entry` says of which, and `*ret_deleted` how many; 0: nothing is due. */
enum err retention_apply(struct intake *intake, int64_t years, int64_t now_ns,
                         int64_t limit, struct retention_entry *ret_entry,
                         int64_t *ret_deleted, struct error *e) MUST_CHECK;

/* Whether a window of the installation is of a time that was deleted.  For the ledger. */
enum err retention_is_past(const struct store_driver *driver, struct store *store,
                           const char *installation, int64_t start_ns, bool *ret_past,
                           struct error *e) MUST_CHECK;

#endif
