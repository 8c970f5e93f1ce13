/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking every byte of a directory, read-only: headers, groups, records, padding,
 * hashes, the chain from group to group and from segment to segment, and that no seq
 * is missing.
 */
#include "journal/journal_private.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>

struct check {
    const char *directory;
    const struct disk *disk;
    journal_finding_fn *finding;
    void *finding_ctx;
    struct journal_report report;
    uint64_t number;   /* the segment being checked */
    uint64_t previous; /* the segment before it; 0: none */
    uint64_t last_seq; /* of the last good group */
    uint64_t expected; /* the seq that must come next; 0: not known */
    bool follows;      /* the next group must carry on the chain */
};

static void find(struct check *check, uint64_t offset, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void find(struct check *check, uint64_t offset, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    char text[ERROR_TEXT_MAX];
    struct path path = folder_segment(check->directory, check->number);
    snprintf(text, sizeof text, "%s: byte %llu: %s",
             path.text + strlen(check->directory) + 1, (unsigned long long)offset, what);
    check->finding(check->finding_ctx, text);
}

static void damaged(struct check *check)
{
    check->report.damaged_groups++;
    check->follows = false;
}

static void count_missing(struct check *check, uint64_t first, uint64_t last)
{
    check->report.missing_records += last - first + 1;
}

static void check_group(void *ctx, uint64_t offset, struct bytes data,
                        const struct group *group)
{
    struct check *check = ctx;
    struct journal_report *report = &check->report;
    bool gap = check->expected != 0 && group->first_seq != check->expected;
    if (!format_check_hashes(data, group)) {
        find(check, offset, "the records are not those that were hashed");
        damaged(check);
    }
    bool chained = memcmp(report->chain, group->previous_chain, FORMAT_HASH) == 0;
    if (check->follows && !gap && !chained) {
        find(check, offset, "the chain is broken before record %llu",
             (unsigned long long)group->first_seq);
        damaged(check);
    }
    report->groups++;
    report->records += group->count;
    report->first_seq = report->first_seq ? report->first_seq : group->first_seq;
    report->last_seq = group->last_seq;
    memcpy(report->chain, group->chain, FORMAT_HASH);
    check->last_seq = group->last_seq;
    check->expected = group->last_seq + 1;
    check->follows = true;
}

/* How a header fits what came before; gives the seq that must come first. */
static uint64_t check_header(struct check *check, const struct segment_look *look)
{
    const struct segment_header *header = &look->header;
    if (look->state != HEADER_VALID) {
        find(check, 0, "the header is damaged");
        damaged(check);
        return check->last_seq ? check->last_seq + 1 : 0;
    }
    bool first = check->previous == 0;
    if (first) {
        memcpy(check->report.chain, header->previous_chain, FORMAT_HASH);
        check->follows = true;
    } else if (header->previous_number != check->previous) {
        find(check, 0, "segment %llu should stand before it and is missing",
             (unsigned long long)header->previous_number);
        damaged(check);
    }
    if (check->last_seq && header->first_seq > check->last_seq + 1) {
        find(check, 0, "records %llu to %llu are missing before it",
             (unsigned long long)check->last_seq + 1,
             (unsigned long long)header->first_seq - 1);
        count_missing(check, check->last_seq + 1, header->first_seq - 1);
        check->follows = false;
    } else if (!first && check->follows &&
               memcmp(header->previous_chain, check->report.chain, FORMAT_HASH) != 0) {
        find(check, 56, "the header names another chain hash than the last group's");
        damaged(check);
    }
    return header->first_seq;
}

static void report_hole(struct check *check, const struct hole *hole)
{
    uint64_t len = hole->end - hole->offset;
    if (hole->last_seq) {
        find(check, hole->offset,
             "%llu bytes damaged, records %llu to %llu can't be read",
             (unsigned long long)len, (unsigned long long)hole->first_seq,
             (unsigned long long)hole->last_seq);
        count_missing(check, hole->first_seq, hole->last_seq);
    } else {
        find(check, hole->offset, "%llu bytes damaged", (unsigned long long)len);
    }
    damaged(check);
}

/* What stands behind the last group. */
static void check_tail(struct check *check, const struct scan *scan, bool last)
{
    if (scan->torn_to <= scan->torn_from) {
        return;
    }
    uint64_t len = scan->torn_to - scan->torn_from;
    if (last) {
        find(check, scan->torn_from, "a torn tail of %llu bytes, never acknowledged",
             (unsigned long long)len);
        check->report.torn_tail = true;
    } else {
        find(check, scan->torn_from, "%llu bytes behind the last group are not zero",
             (unsigned long long)len);
        damaged(check);
    }
}

/* Where the next segment's header says that this one ends; 0: not known. */
static uint64_t end_of(const struct check *check, uint64_t number, uint64_t next)
{
    struct segment_look look = {.state = HEADER_BAD};
    enum err code = ERR_REJECT;
    if (next) {
        code = folder_read_header(check->disk, check->directory, next, &look, NULL);
    }
    bool known = code == ERR_OK && look.state == HEADER_VALID &&
                 look.header.previous_number == number;
    return known ? look.header.previous_end : 0;
}

static void walk(struct check *check, const struct segment_bytes *bytes,
                 const struct segment_look *look, uint64_t next)
{
    struct scan scan = {
        .data = {.data = bytes->data, .len = bytes->len},
        .number = check->number,
        .expected = check->last_seq ? check->last_seq + 1 : 0,
        .end = end_of(check, check->number, next),
        .each = check_group,
        .ctx = check,
    };
    bool begun =
        next == 0 && look->state != HEADER_VALID && !scan_is_proved(&scan, FORMAT_BLOCK);
    if (begun) {
        find(check, 0, "a segment begun and never synced, never acknowledged");
        check->report.torn_tail = true;
        return;
    }
    scan.expected = check_header(check, look);
    check->expected = scan.expected;
    scan_run(&scan);
    for (size_t i = 0; i < scan.hole_count; i++) {
        report_hole(check, &scan.holes[i]);
    }
    check_tail(check, &scan, next == 0);
    mem_free(&scan.holes);
    check->previous = check->number;
}

static enum err check_segment(struct check *check, uint64_t number, uint64_t next,
                              struct error *e)
{
    struct segment_bytes bytes = {0};
    enum err code = folder_read_segment(check->disk, check->directory, number, &bytes, e);
    if (code != ERR_OK) {
        return code;
    }
    check->report.segments++;
    check->report.bytes += bytes.len;
    check->number = number;
    if (bytes.unreadable) {
        find(check, 0, "%zu blocks can't be read", bytes.unreadable);
        damaged(check);
    }
    struct segment_look look = folder_look(&bytes, number);
    if (look.state == HEADER_NEWER) {
        code = error_set(e, ERR_CONFIG, "segment %llu is of a newer format",
                         (unsigned long long)number);
    } else if (!format_all_zero((struct bytes){.data = bytes.data, .len = bytes.len})) {
        walk(check, &bytes, &look, next);
    }
    mem_free(&bytes.data);
    return code;
}

/* The number of segments up to the last one that was written to. */
static size_t count_used(const struct check *check, const struct folder *folder)
{
    size_t count = folder->count;
    for (; count > 0; count--) {
        struct segment_bytes bytes = {0};
        enum err code = folder_read_segment(check->disk, check->directory,
                                            folder->numbers[count - 1], &bytes, NULL);
        if (code != ERR_OK) {
            break; /* told when it is checked */
        }
        bool used =
            !format_all_zero((struct bytes){.data = bytes.data, .len = bytes.len});
        mem_free(&bytes.data);
        if (used) {
            break;
        }
    }
    return count;
}

enum err journal_verify(const char *directory, const struct disk *disk,
                        journal_finding_fn *finding, void *finding_ctx,
                        struct journal_report *ret_report, struct error *e)
{
    if (strlen(directory) + 64 > PATH_LEN_MAX) {
        return error_set(e, ERR_CONFIG, "the journal's directory name is too long");
    }
    struct check check = {.directory = directory,
                          .disk = disk,
                          .finding = finding,
                          .finding_ctx = finding_ctx};
    struct folder folder = {0};
    enum err code = folder_read(disk, directory, &folder, e);
    size_t used = code == ERR_OK ? count_used(&check, &folder) : 0;
    for (size_t i = 0; i < folder.count && code == ERR_OK; i++) {
        bool has_next = i + 1 < used;
        code = check_segment(&check, folder.numbers[i],
                             has_next ? folder.numbers[i + 1] : 0, e);
    }
    folder_deinit(&folder);
    if (code != ERR_OK) {
        return error_wrap(e, "journal '%s'", directory);
    }
    *ret_report = check.report;
    return ERR_OK;
}
