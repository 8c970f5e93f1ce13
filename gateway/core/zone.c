/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TZif, version 2 and later (RFC 8536), big-endian:
 *
 *     0   4  "TZif"
 *     4   1  version, '2' or more
 *     20  24 six counts of 4 bytes: UT marks, standard marks, leap seconds,
 *            transitions, types, bytes of names
 *
 * then a first block with 4-byte times, which is skipped; a second header; and a block
 * with 8-byte times:
 *
 *     transitions x 8  times, ascending
 *     transitions x 1  type that begins there
 *     types x 6        offset (4), summer (1), name (1)
 *     names, leap seconds x 12, marks
 *
 * and a line with a POSIX TZ rule for times behind the last transition.
 */
#include "core/zone.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"
#include "core/zone_private.h"

#include <errno.h>
#include <stdio.h>

#define FOLDER "/usr/share/zoneinfo/"
#define FILE_LEN_MAX 131072
#define HEADER_LEN 44
#define TRANSITIONS_MAX 10000
#define DAY_S 86400
#define DAY_TEXT_LEN 10 /* of 2026-01-01 */
#define OFFSET_MAX_S (26 * 3600)

struct zone {
    int64_t *times;
    int32_t *offsets; /* from times[i] on */
    size_t count;
    int32_t first_offset; /* before the first transition */
    bool has_rule;
    struct zone_rule rule; /* behind the last */
};

struct header {
    uint8_t version;
    size_t ut_marks, standard_marks, leaps, transitions, types, name_bytes;
};

static uint64_t big_endian(const uint8_t *data, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

static bool read_header(struct bytes file, size_t at, struct header *ret_header)
{
    struct bytes head = bytes_slice(file, at, HEADER_LEN);
    if (head.len < HEADER_LEN || !bytes_start_with(head, BYTES("TZif"))) {
        return false;
    }
    const uint8_t *counts = head.data + 20;
    *ret_header = (struct header){
        .version = head.data[4],
        .ut_marks = (size_t)big_endian(counts, 4),
        .standard_marks = (size_t)big_endian(counts + 4, 4),
        .leaps = (size_t)big_endian(counts + 8, 4),
        .transitions = (size_t)big_endian(counts + 12, 4),
        .types = (size_t)big_endian(counts + 16, 4),
        .name_bytes = (size_t)big_endian(counts + 20, 4),
    };
    return ret_header->transitions <= TRANSITIONS_MAX && ret_header->types >= 1 &&
           ret_header->types <= 256 && ret_header->name_bytes <= FILE_LEN_MAX &&
           ret_header->leaps <= FILE_LEN_MAX && ret_header->ut_marks <= 256 &&
           ret_header->standard_marks <= 256;
}

static size_t block_len(const struct header *h, size_t time_len)
{
    return h->transitions * (time_len + 1) + h->types * 6 + h->name_bytes +
           h->leaps * (time_len + 4) + h->standard_marks + h->ut_marks;
}

static bool read_offset(const uint8_t *types, const struct header *h, size_t type,
                        int32_t *ret_offset)
{
    if (type >= h->types) {
        return false;
    }
    *ret_offset = (int32_t)(uint32_t)big_endian(types + type * 6, 4);
    return *ret_offset >= -OFFSET_MAX_S && *ret_offset <= OFFSET_MAX_S;
}

static bool read_block(struct zone *zone, const uint8_t *block, const struct header *h)
{
    const uint8_t *indexes = block + h->transitions * 8;
    const uint8_t *types = indexes + h->transitions;
    zone->times = mem_array(h->transitions, sizeof *zone->times);
    zone->offsets = mem_array(h->transitions, sizeof *zone->offsets);
    for (size_t i = 0; i < h->transitions; i++) {
        zone->times[i] = (int64_t)big_endian(block + i * 8, 8);
        if ((i && zone->times[i] <= zone->times[i - 1]) ||
            !read_offset(types, h, indexes[i], &zone->offsets[i])) {
            return false;
        }
    }
    zone->count = h->transitions;
    return read_offset(types, h, 0, &zone->first_offset);
}

/* The line behind the second block; an empty one means no rule. */
static bool read_footer(struct zone *zone, struct bytes footer)
{
    if (footer.len < 2 || footer.data[0] != '\n') {
        return false;
    }
    const uint8_t *end = memchr(footer.data + 1, '\n', footer.len - 1);
    if (!end) {
        return false;
    }
    struct bytes rule = bytes_slice(footer, 1, (size_t)(end - footer.data) - 1);
    zone->has_rule = rule.len > 0;
    return !zone->has_rule || zone_rule_parse(rule, &zone->rule);
}

static bool read_file(struct bytes file, struct zone *zone)
{
    struct header first = {0};
    struct header second = {0};
    if (!read_header(file, 0, &first) || first.version < '2') {
        return false;
    }
    size_t at = HEADER_LEN + block_len(&first, 4);
    if (!read_header(file, at, &second)) {
        return false;
    }
    at += HEADER_LEN;
    size_t len = block_len(&second, 8);
    return at <= file.len && len <= file.len - at &&
           read_block(zone, file.data + at, &second) &&
           read_footer(zone, bytes_slice(file, at + len, file.len));
}

enum err zone_read(struct bytes file, struct zone **ret_zone, struct error *e)
{
    struct zone *zone = mem_new(struct zone);
    if (!read_file(file, zone)) {
        zone_close(&zone);
        return error_set(e, ERR_CONFIG, "not a TZif file of version 2 or later");
    }
    *ret_zone = zone;
    return ERR_OK;
}

void zone_close(struct zone **zone)
{
    if (*zone) {
        mem_free(&(*zone)->times);
        mem_free(&(*zone)->offsets);
        mem_free(zone);
    }
}

/* Letters, digits and "_+-/", no dots: nothing that leaves the folder. */
static bool name_is_plain(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && !(c && strchr("_+-/", c))) {
            return false;
        }
    }
    return name.len > 0 && name.len <= ZONE_NAME_MAX && name.data[0] != '/';
}

enum err zone_open(struct bytes name, struct zone **ret_zone, struct error *e)
{
    char path[sizeof FOLDER + ZONE_NAME_MAX];
    if (bytes_are(name, "UTC")) {
        *ret_zone = mem_new(struct zone);
        return ERR_OK;
    }
    if (!name_is_plain(name)) {
        return error_set(e, ERR_CONFIG, "no time zone '%.*s'", BYTES_ARG(name));
    }
    snprintf(path, sizeof path, FOLDER "%.*s", BYTES_ARG(name));
    FILE *in = fopen(path, "rbe");
    if (!in) {
        return errno == ENOENT
                   ? error_set(e, ERR_CONFIG,
                               "no time zone '%.*s'; names are like 'Europe/Berlin'",
                               BYTES_ARG(name))
                   : error_set(e, ERR_CONFIG, "can't read '%s'", path);
    }
    uint8_t *data = mem_array(FILE_LEN_MAX, 1);
    size_t len = fread(data, 1, FILE_LEN_MAX, in);
    fclose(in);
    enum err err = zone_read((struct bytes){.data = data, .len = len}, ret_zone, e);
    mem_free(&data);
    return err ? error_wrap(e, "time zone '%.*s'", BYTES_ARG(name)) : ERR_OK;
}

int32_t zone_offset_at(const struct zone *zone, int64_t utc_s)
{
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= utc_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == zone->count && zone->has_rule) {
        return zone_rule_offset(&zone->rule, utc_s);
    }
    return low ? zone->offsets[low - 1] : zone->first_offset;
}

enum zone_fit zone_to_utc(const struct zone *zone, int64_t local_s, int64_t *ret_utc_s)
{
    int32_t before = zone_offset_at(zone, local_s - DAY_S);
    int32_t after = zone_offset_at(zone, local_s + DAY_S);
    bool by_before = zone_offset_at(zone, local_s - before) == before;
    bool by_after = zone_offset_at(zone, local_s - after) == after;
    *ret_utc_s = local_s - (by_before || !by_after ? before : after);
    if (before != after && by_before && by_after) {
        return ZONE_TWICE;
    }
    return by_before || by_after ? ZONE_ONCE : ZONE_NEVER;
}

bool zone_parse_time(const struct zone *zone, struct bytes text, int64_t *ret_ns)
{
    char day[TIME_TEXT_MAX];
    bool zoned = false;
    int64_t utc_s = 0;
    if (text.len == DAY_TEXT_LEN) {
        snprintf(day, sizeof day, "%.*sT00:00", BYTES_ARG(text));
        text = bytes_of(day);
    }
    if (!time_parse_iso(text, ret_ns, &zoned)) {
        return false;
    }
    if (!zoned && zone) {
        int64_t part_ns = *ret_ns % NS_PER_S;
        (void)zone_to_utc(zone, *ret_ns / NS_PER_S, &utc_s);
        *ret_ns = utc_s * NS_PER_S + part_ns;
    }
    return true;
}
