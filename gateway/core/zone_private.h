/* SPDX-License-Identifier: Apache-2.0 */
/* What the zone reader and its rule share. */
#ifndef CORE_ZONE_PRIVATE_H
#define CORE_ZONE_PRIVATE_H

#include "core/bytes.h"
#include "core/check.h"

enum rule_kind {
    RULE_MONTH,      /* Mm.w.d */
    RULE_JULIAN,     /* Jn: 1..365, 29 February never counted */
    RULE_DAY_OF_YEAR /* n: 0..365 */
};

struct rule_day {
    enum rule_kind kind;
    int month, week, weekday;
    int day;
    int32_t time_s; /* after local midnight; may be negative or beyond a day */
};

/* The POSIX TZ text at the end of a TZif file. */
struct zone_rule {
    int32_t standard_s; /* seconds east of UTC */
    bool has_summer;
    int32_t summer_s;
    struct rule_day from, to; /* summer time, in local time before each change */
};

/* False when the text is not such a rule. */
MUST_CHECK bool zone_rule_parse(struct bytes text, struct zone_rule *ret_rule);

/* Seconds east of UTC at this time. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t utc_s);

#endif
