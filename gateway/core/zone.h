/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones by IANA name, read from the system's TZif files (RFC 8536, version 2 and
 * later, with the rule at the end that holds for ever).  The process's own time zone
 * and the C library's are never touched.  A zone is const after opening: any thread.
 *
 * A local time that happens twice, when clocks are set back, is the earlier of the
 * two.  One that does not happen, when clocks are set forward, is read with the offset
 * that held before: 02:30 in the gap from 02:00 to 03:00 is 03:30 after it.
 */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "core/bytes.h"
#include "core/error.h"

#define ZONE_NAME_MAX 64

struct zone;

/* Opens "Europe/Berlin"; "UTC" needs no file.  ERR_CONFIG: there is no such zone, or
 * its file can't be read. */
enum err zone_open(struct bytes name, struct zone **ret_zone, struct error *e) MUST_CHECK;
void zone_close(struct zone **zone);

/* The same from a file's content. */
enum err zone_read(struct bytes file, struct zone **ret_zone, struct error *e) MUST_CHECK;

/* Seconds east of UTC that hold at a time. */
int32_t zone_offset_at(const struct zone *zone, int64_t utc_s);

enum zone_fit { ZONE_ONCE, ZONE_TWICE, ZONE_NEVER };

/* The UTC seconds of a local time, given as if it were UTC (time_from_civil), and how
 * often it happens. */
enum zone_fit zone_to_utc(const struct zone *zone, int64_t local_s, int64_t *ret_utc_s);

/* Reads "2026-01-01", which is its first moment in the zone, or a time as
 * time_parse_iso() does; one that names no zone is of this one, of UTC with NULL. */
MUST_CHECK bool zone_parse_time(const struct zone *zone, struct bytes text,
                                int64_t *ret_ns);

#endif
