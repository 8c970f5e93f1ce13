/* SPDX-License-Identifier: Apache-2.0 */
/* What a directory holds, for people: its segments, and the names of record types. */
#include "journal/journal_private.h"

static struct journal_segment describe(uint64_t number, const struct segment_look *look)
{
    const struct segment_header *header = &look->header;
    struct journal_segment segment = {.number = number, .state = SEGMENT_DAMAGED};
    switch (look->state) {
    case HEADER_ZERO:
        segment.state = SEGMENT_SPARE;
        break;
    case HEADER_VALID:
        segment.state = SEGMENT_USED;
        segment.size = header->size;
        segment.first_seq = header->first_seq;
        segment.begun_ns = header->wall_ns;
        segment.gateway_id = header->gateway_id;
        segment.software = header->software;
        break;
    case HEADER_BAD:
    case HEADER_NEWER:
        break;
    }
    return segment;
}

enum err journal_list_segments(const char *directory, const struct disk *disk,
                               journal_segment_fn *each, void *each_ctx, struct error *e)
{
    if (strlen(directory) + 64 > PATH_LEN_MAX) {
        return error_set(e, ERR_CONFIG, "the journal's directory name is too long");
    }
    struct folder folder = {0};
    enum err code = folder_read(disk, directory, &folder, e);
    for (size_t i = 0; i < folder.count && code == ERR_OK; i++) {
        struct segment_look look;
        code = folder_read_header(disk, directory, folder.numbers[i], &look, e);
        if (code == ERR_OK) {
            struct journal_segment segment = describe(folder.numbers[i], &look);
            each(each_ctx, &segment);
        }
    }
    folder_deinit(&folder);
    return code == ERR_OK ? ERR_OK : error_wrap(e, "journal '%s'", directory);
}

const char *record_type_name(enum record_type type)
{
    static const char *const names[] = {
        [RECORD_MESSAGE] = "message",
        [RECORD_TICK] = "tick",
        [RECORD_CLOCK_STEP] = "clock_step",
        [RECORD_CONFIG] = "config",
        [RECORD_WINDOW_CLOSE] = "window_close",
        [RECORD_GAP] = "gap",
        [RECORD_QUARANTINE] = "quarantine",
        [RECORD_KEY_CHANGE] = "key_change",
        [RECORD_START] = "start",
        [RECORD_STOP] = "stop",
        [RECORD_RECEIPT] = "receipt",
        [RECORD_RETENTION] = "retention",
        [RECORD_RECOVERY] = "recovery",
        [RECORD_ENTRY] = "entry",
        [RECORD_RETRY] = "retry",
    };
    size_t index = (size_t)type;
    bool known = index < sizeof names / sizeof *names && names[index];
    return known ? names[index] : "unknown";
}
