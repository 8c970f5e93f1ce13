/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's readers on arbitrary bytes: verify, read, recover, append, read again.
 *
 * The input is one or two segments.  Byte 0 says how: bit 0 two segments, bit 1 the
 * checksums are made to fit first, so that what stands behind them is reached.  Nothing
 * may crash, hang or grow; a directory that opens must take records and give them back.
 */
#include "journal/format.h"

#include "core/endian.h"
#include "core/mem.h"
#include "fuzz.h"
#include "journal_rig.h"

#define SEGMENT (16u * 1024u)
#define INPUT_MAX (3u * SEGMENT)

/* Lengths that a group or record claims must lie inside before we walk over them. */
static bool walkable(const uint8_t *data, size_t len)
{
    uint32_t group_len = endian_u32(data + 8);
    if (group_len > len || group_len < FORMAT_GROUP_HEAD) {
        return false;
    }
    size_t at = FORMAT_GROUP_HEAD;
    while (at + FORMAT_RECORD_HEAD <= group_len) {
        size_t payload = endian_u32(data + at + 4);
        if (payload > group_len - at - FORMAT_RECORD_HEAD) {
            return false;
        }
        at += FORMAT_RECORD_HEAD + payload;
    }
    return at == group_len;
}

static void fit_checksums(uint8_t *data, size_t len, uint64_t number)
{
    if (len >= FORMAT_BLOCK) {
        format_renew_header(data, number);
    }
    for (size_t at = FORMAT_BLOCK; at + FORMAT_GROUP_HEAD <= len; at += FORMAT_BLOCK) {
        if (walkable(data + at, len - at)) {
            format_move_group(data + at, (struct place){number, at});
        }
    }
}

static void put_segment(struct rig *rig, uint64_t number, struct bytes data, bool fit)
{
    uint8_t *copy = mem_array(data.len + 1, 1);
    if (data.len) {
        memcpy(copy, data.data, data.len);
    }
    if (fit) {
        fit_checksums(copy, data.len, number);
    }
    fault_disk_put(rig->faults, number == 1 ? "/j/0000000001.seg" : "/j/0000000002.seg",
                   (struct bytes){.data = copy, .len = data.len});
    mem_free(&copy);
}

static void ignore(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

/* Reads to the end; gives the number of records. */
static uint64_t read_all(struct rig *rig)
{
    struct journal_reader *reader = NULL;
    uint64_t count = 0;
    if (journal_reader_open_directory(RIG_DIRECTORY, &rig->disk, 0, &reader,
                                      &rig->error) != ERR_OK) {
        return 0;
    }
    for (bool found = true; found;) {
        struct record record;
        struct message message;
        enum err code = journal_read_next(reader, 0, &record, &found, &rig->error);
        found = found || code == ERR_CORRUPT;
        if (code == ERR_OK && found) {
            count++;
            if (record.type == RECORD_MESSAGE &&
                record_get_message(&record, &message, NULL) == ERR_OK) {
                ASSERT(message.topic.len + message.payload.len <= record.payload.len);
            }
        }
    }
    journal_reader_close(&reader);
    return count;
}

static void use(struct rig *rig)
{
    uint64_t seq = 0;
    uint64_t before = read_all(rig);
    if (rig_open(rig) != ERR_OK) {
        ASSERT(rig->error.code == ERR_CONFIG);
        return;
    }
    if (rig_append(rig, 1, 100, &seq) == ERR_OK) {
        ASSERT(journal_commit(rig->journal, &rig->error) == ERR_OK);
        ASSERT(journal_durable(rig->journal) == seq);
        struct journal_reader *reader = NULL;
        struct record record;
        bool found = false;
        ASSERT(journal_reader_open(rig->journal, seq, &reader, &rig->error) == ERR_OK);
        ASSERT(journal_read_next(reader, 0, &record, &found, &rig->error) == ERR_OK);
        ASSERT(found && record.seq == seq);
        journal_reader_close(&reader);
        ASSERT(read_all(rig) > 0);
    }
    (void)before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 1 || len > INPUT_MAX) {
        return 0;
    }
    struct rig rig;
    struct journal_report report;
    struct bytes input = {.data = data + 1, .len = len - 1};
    bool two = (data[0] & 1) != 0;
    size_t cut = two && input.len > SEGMENT ? SEGMENT : input.len;
    rig_init(&rig, 1);
    rig.settings.segment_size = SEGMENT;
    ASSERT(rig.disk.make_dir(rig.disk.ctx, RIG_DIRECTORY, &rig.error) == ERR_OK);
    put_segment(&rig, 1, bytes_slice(input, 0, cut), (data[0] & 2) != 0);
    if (two) {
        put_segment(&rig, 2, bytes_slice(input, cut, input.len), (data[0] & 2) != 0);
    }
    enum err code =
        journal_verify(RIG_DIRECTORY, &rig.disk, ignore, NULL, &report, &rig.error);
    (void)code;
    use(&rig);
    rig_deinit(&rig);
    return 0;
}
