/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_crash.h"

#include "core/mem.h"
#include "journal_rig.h"

#include <stdio.h>

#define RECORDS_MAX 4096u
#define RESTARTS 8u
#define STEPS 60u

struct life {
    struct rig rig;
    struct crash_life how;
    uint64_t value;                 /* the last one appended */
    uint64_t at[RECORDS_MAX];       /* by seq: the value that must stand there; 0: free */
    uint64_t appended[RECORDS_MAX]; /* by seq: the value appended in this run */
    uint64_t last_kept;             /* highest seq that must be there */
    struct crash_result result;
};

static uint64_t pick(struct life *life, uint64_t below)
{
    return fault_disk_random(life->rig.faults) % below;
}

static void broken(struct life *life, const char *what, uint64_t seq)
{
    if (!life->result.broken[0]) {
        snprintf(life->result.broken, sizeof life->result.broken,
                 "seed %llu, restart %llu: record %llu: %s (%.80s)",
                 (unsigned long long)life->how.seed,
                 (unsigned long long)life->result.restarts, (unsigned long long)seq, what,
                 life->rig.error.text);
    }
}

/* From now on the records up to `seq` must stay. */
static void keep_to(struct life *life, uint64_t seq)
{
    for (uint64_t i = life->last_kept + 1; i <= seq && i < RECORDS_MAX; i++) {
        life->at[i] = life->appended[i];
        life->last_kept = i;
    }
}

/* Reads on with a reader; what it shows must stay. */
static void look(struct life *life, struct journal_reader *reader)
{
    for (;;) {
        struct record record;
        bool found = false;
        enum err code = journal_read_next(reader, 0, &record, &found, &life->rig.error);
        if (code == ERR_CORRUPT) {
            broken(life, "reported as damaged", life->last_kept);
            return;
        }
        if (code != ERR_OK || !found) {
            return;
        }
        if (record.seq > life->last_kept) {
            keep_to(life, record.seq);
        }
        uint64_t value = 0;
        bool ours = record.type != RECORD_MESSAGE || rig_value(record.payload, &value);
        if (!ours || value != life->at[record.seq]) {
            broken(life, "not what was appended", record.seq);
        }
    }
}

/* Notes of the recovery that are appended and not shown yet stand from `seq` on. */
static void forget_notes(struct life *life, uint64_t seq)
{
    struct journal_status status;
    journal_get_status(life->rig.journal, &status);
    for (; seq <= status.last_seq && seq < RECORDS_MAX; seq++) {
        life->appended[seq] = 0;
    }
}

/* Checks all that is there after a restart, and takes it as what must stay. */
static void check_restart(struct life *life)
{
    struct journal_reader *reader = NULL;
    struct rig *rig = &life->rig;
    if (journal_reader_open(rig->journal, 0, &reader, &rig->error) != ERR_OK) {
        broken(life, "no reader", 0);
        return;
    }
    uint64_t expected = 1;
    for (bool found = true; found;) {
        struct record record;
        if (journal_read_next(reader, 0, &record, &found, &rig->error) != ERR_OK) {
            broken(life, "reported as damaged", expected);
            break;
        }
        if (!found) {
            break;
        }
        uint64_t value = 0;
        bool ours = record.type != RECORD_MESSAGE || rig_value(record.payload, &value);
        bool kept = record.seq <= life->last_kept;
        uint64_t wanted = kept ? life->at[record.seq] : life->appended[record.seq];
        bool is_note = record.type == RECORD_RECOVERY && record.seq > life->last_kept;
        if (!ours || record.seq != expected || (!is_note && value != wanted)) {
            broken(life, "not what was appended", record.seq);
        }
        life->appended[record.seq] = value;
        expected = record.seq + 1;
        life->result.recovered++;
    }
    if (expected <= life->last_kept) {
        broken(life, "lost", expected);
    }
    keep_to(life, expected - 1);
    journal_reader_close(&reader);
    forget_notes(life, expected);
}

static void append_some(struct life *life)
{
    for (uint64_t n = pick(life, 12) + 1; n > 0; n--) {
        uint64_t seq = 0;
        size_t len = 8 + pick(life, pick(life, 4) == 0 ? 4000 : 200);
        if (rig_append(&life->rig, life->value + 1, len, &seq) != ERR_OK) {
            return;
        }
        life->value++;
        ASSERT(seq < RECORDS_MAX);
        life->appended[seq] = life->value;
    }
}

static void commit(struct life *life)
{
    struct rig *rig = &life->rig;
    rig->now_ns += (int64_t)pick(life, 400) * NS_PER_MS;
    if (journal_commit(rig->journal, &rig->error) == ERR_OK && !life->how.interval) {
        keep_to(life, journal_durable(rig->journal));
    }
    life->result.acknowledged = journal_durable(rig->journal);
}

static void plan_faults(struct life *life)
{
    uint64_t soon = fault_disk_calls(life->rig.faults) + 1 + pick(life, 60);
    uint64_t kind = pick(life, 4);
    if (life->how.faults && kind > 0) {
        fault_disk_fail_at(life->rig.faults, soon, kind == 1 ? ERR_FULL : ERR_SYSTEM,
                           kind == 3);
    }
    if (pick(life, 2) == 0) {
        fault_disk_stop_at(life->rig.faults, soon + pick(life, 60));
    }
}

/* One run of the process, from its start to its death. */
static void run(struct life *life)
{
    struct rig *rig = &life->rig;
    struct journal_reader *reader = NULL;
    if (journal_reader_open(rig->journal, life->last_kept, &reader, &rig->error) !=
        ERR_OK) {
        return;
    }
    for (unsigned i = 0; i < STEPS && !fault_disk_is_stopped(rig->faults); i++) {
        if (pick(life, 3) == 0) {
            commit(life);
        } else if (pick(life, 4) == 0) {
            look(life, reader);
        } else {
            append_some(life);
        }
    }
    journal_reader_close(&reader);
}

/* Opens as a supervisor does: again when it failed; faults end after a while. */
static bool start(struct life *life)
{
    struct rig *rig = &life->rig;
    for (unsigned i = 0; i < 3; i++) {
        if (rig_open(rig) == ERR_OK && !fault_disk_is_stopped(rig->faults)) {
            return true;
        }
        bool power = !life->how.interval && pick(life, 2) == 0;
        if (i > 0 || !life->how.faults) {
            fault_disk_fail_at(rig->faults, 0, ERR_SYSTEM, false);
        }
        rig_die(rig, power);
    }
    broken(life, "does not start", 0);
    return false;
}

struct crash_result crash_live(struct crash_life how)
{
    struct life *life = mem_new(struct life);
    life->how = how;
    rig_init(&life->rig, how.seed);
    life->rig.settings.segment_size = 32 * 1024;
    life->rig.settings.sync = how.interval ? JOURNAL_SYNC_INTERVAL : JOURNAL_SYNC_ALWAYS;
    life->rig.settings.sync_interval_ms = 1000;
    for (unsigned i = 0; i < RESTARTS && !life->result.broken[0]; i++) {
        if (!start(life)) {
            break;
        }
        fault_disk_fail_at(life->rig.faults, 0, ERR_SYSTEM, false);
        fault_disk_stop_at(life->rig.faults, 0);
        check_restart(life);
        plan_faults(life);
        run(life);
        bool power = pick(life, 2) == 0;
        if (how.interval && !power) {
            keep_to(life, journal_durable(life->rig.journal));
        }
        if (pick(life, 6) == 0 && !fault_disk_is_stopped(life->rig.faults)) {
            rig_close(&life->rig);
        }
        rig_die(&life->rig, power);
        life->result.restarts++;
        life->result.power_cuts += power ? 1 : 0;
        if (life->how.faults && pick(life, 3) == 0) {
            plan_faults(life); /* for the next start */
        }
    }
    struct crash_result result = life->result;
    rig_deinit(&life->rig);
    mem_free(&life);
    return result;
}
