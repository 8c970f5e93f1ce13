/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_rig.h"

#include "core/endian.h"
#include "core/mem.h"

#include <stdio.h>

#define PAYLOAD_MAX 4096u

static int64_t rig_now(void *ctx)
{
    struct rig *rig = ctx;
    return __atomic_add_fetch(&rig->now_ns, 1000, __ATOMIC_RELAXED);
}

void rig_init(struct rig *rig, uint64_t seed)
{
    *rig = (struct rig){.faults = fault_disk_new(seed), .now_ns = NS_PER_S};
    rig->disk = fault_disk_seam(rig->faults);
    rig->clock = (struct clock){.wall_ns = rig_now, .boot_ns = rig_now, .ctx = rig};
    rig->settings = (struct journal_settings){
        .directory = RIG_DIRECTORY,
        .gateway_id = "gw-test",
        .software = "test 1",
        .segment_size = RIG_SEGMENT,
        .no_helper = true,
    };
}

void rig_deinit(struct rig *rig)
{
    rig_close(rig);
    fault_disk_free(&rig->faults);
}

enum err rig_open(struct rig *rig)
{
    ASSERT(!rig->journal);
    return journal_open(&rig->settings, &rig->disk, &rig->clock, &rig->journal,
                        &rig->error);
}

void rig_close(struct rig *rig)
{
    journal_close(&rig->journal);
}

void rig_die(struct rig *rig, bool power)
{
    fault_disk_stop(rig->faults);
    journal_close(&rig->journal);
    if (power) {
        fault_disk_crash(rig->faults);
    } else {
        fault_disk_kill(rig->faults);
    }
}

static void make_payload(uint64_t value, size_t len, uint8_t *payload)
{
    endian_put_u64(payload, value);
    for (size_t i = 8; i < len; i++) {
        payload[i] = (uint8_t)(value * 31 + i);
    }
}

enum err rig_append(struct rig *rig, uint64_t value, size_t len, uint64_t *ret_seq)
{
    uint8_t payload[PAYLOAD_MAX];
    ASSERT(len >= 8 && len <= sizeof payload);
    make_payload(value, len, payload);
    struct bytes bytes = {.data = payload, .len = len};
    return journal_append(rig->journal, RECORD_MESSAGE, bytes, ret_seq, &rig->error);
}

bool rig_value(struct bytes payload, uint64_t *ret_value)
{
    *ret_value = 0;
    if (payload.len < 8 || payload.len > PAYLOAD_MAX) {
        return false;
    }
    uint8_t expected[PAYLOAD_MAX];
    uint64_t value = endian_u64(payload.data);
    make_payload(value, payload.len, expected);
    if (memcmp(expected, payload.data, payload.len) != 0) {
        return false;
    }
    *ret_value = value;
    return true;
}

size_t rig_read(struct rig *rig, uint64_t *values, size_t max, size_t *ret_damage)
{
    struct journal_reader *reader = NULL;
    size_t count = 0;
    *ret_damage = 0;
    enum err code =
        journal_reader_open_directory(RIG_DIRECTORY, &rig->disk, 0, &reader, &rig->error);
    ASSERT(code == ERR_OK);
    bool found = true;
    while (found) {
        struct record record;
        code = journal_read_next(reader, 0, &record, &found, &rig->error);
        if (code != ERR_OK) {
            ASSERT(code == ERR_CORRUPT);
            (*ret_damage)++;
            found = true;
            continue;
        }
        if (found && record.type == RECORD_MESSAGE) {
            ASSERT(count < max);
            bool whole = rig_value(record.payload, &values[count]);
            ASSERT(whole);
            count++;
        }
    }
    journal_reader_close(&reader);
    return count;
}

static void count_finding(void *ctx, const char *text)
{
    (void)text;
    size_t *count = ctx;
    (*count)++;
}

struct journal_report rig_verify(struct rig *rig, size_t *ret_findings)
{
    struct journal_report report = {0};
    *ret_findings = 0;
    enum err code = journal_verify(RIG_DIRECTORY, &rig->disk, count_finding, ret_findings,
                                   &report, &rig->error);
    ASSERT(code == ERR_OK);
    return report;
}

uint8_t *rig_segment(struct rig *rig, uint64_t number, size_t *ret_len)
{
    char path[64];
    snprintf(path, sizeof path, RIG_DIRECTORY "/%010llu.seg", (unsigned long long)number);
    return fault_disk_bytes(rig->faults, path, ret_len);
}
