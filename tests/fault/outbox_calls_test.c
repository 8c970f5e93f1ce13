/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox on a disk whose n-th call fails, for every n: once, from then on, for want
 * of space, or because the process dies there; then the power is cut.  What must hold at
 * the next start: cursor, summary and rows have moved together, nothing committed is
 * gone, and it goes on.
 */
#include "core/buf.h"
#include "fault_vfs.h"
#include "outbox/outbox_private.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FILE_NAME "/state/outbox.db"
#define COMMITS 6
#define WAL_PAGES 12 /* so that the log is taken over within so few commits */

enum way { FAIL_ONCE, FAIL_ON, FULL_ON, DIE, WAYS };

struct bench {
    struct fault_disk *disk;
    struct fault_vfs *vfs;
    struct outbox *outbox;
    uint64_t committed; /* the highest cursor that a commit said is stored */
    uint64_t tried;     /* the highest that one was asked for */
};

static void set_up(struct bench *bench)
{
    struct error e;
    *bench = (struct bench){.disk = fault_disk_new(1)};
    struct disk seam = fault_disk_seam(bench->disk);
    cr_assert_eq(seam.make_dir(seam.ctx, "/state", &e), ERR_OK);
    cr_assert_eq(seam.sync_dir(seam.ctx, "/", &e), ERR_OK);
    bench->vfs = fault_vfs_new(bench->disk, 1);
}

static void clean_up(struct bench *bench)
{
    fault_disk_stop(bench->disk);
    outbox_close(&bench->outbox);
    fault_disk_kill(bench->disk);
    fault_vfs_free(&bench->vfs);
    fault_disk_free(&bench->disk);
}

static enum err open_outbox(struct bench *bench)
{
    static const char *const sinks[] = {"a", "b", NULL};
    struct error e;
    enum err err = outbox_open(FILE_NAME, sinks, &bench->outbox, &e);
    if (err == ERR_OK) {
        sqlite3_wal_autocheckpoint(bench->outbox->db, WAL_PAGES);
    }
    return err;
}

static enum err put_all(struct bench *bench, uint64_t cursor, struct error *e)
{
    struct buf state;
    struct outbox_summary summary = {.process = "kiln",
                                     .window_start_ns = (int64_t)cursor,
                                     .window_end_ns = (int64_t)cursor + 1,
                                     .summary = BYTES("summary"),
                                     .envelope = BYTES("envelope")};
    memset(summary.key, (int)cursor, sizeof summary.key);
    buf_init(&state, 1 << 16);
    buf_add_u64(&state, cursor);
    enum err err = outbox_put_state(bench->outbox, "fold", buf_bytes(&state), e);
    buf_deinit(&state);
    if (err == ERR_OK) {
        err = outbox_put_slice(bench->outbox, "p", (int64_t)cursor, BYTES("slice"), e);
    }
    return err == ERR_OK ? outbox_put_summary(bench->outbox, &summary, e) : err;
}

static enum err commit(struct bench *bench, uint64_t cursor)
{
    struct error e;
    enum err err = outbox_begin(bench->outbox, &e);
    if (err != ERR_OK) {
        return err;
    }
    bench->tried = cursor;
    err = put_all(bench, cursor, &e);
    err = err == ERR_OK ? outbox_commit(bench->outbox, &e) : err;
    if (err != ERR_OK) {
        outbox_rollback(bench->outbox);
        return err;
    }
    bench->committed = cursor;
    return ERR_OK;
}

/* Commits until something fails; a row is marked done on the way. */
static void live(struct bench *bench)
{
    struct error e;
    if (open_outbox(bench) != ERR_OK) {
        return;
    }
    for (uint64_t cursor = 1; cursor <= COMMITS; cursor++) {
        if (commit(bench, cursor) != ERR_OK ||
            outbox_mark_done(bench->outbox, (int64_t)cursor, BYTES("r"), &e) != ERR_OK) {
            return;
        }
    }
    outbox_close(&bench->outbox);
}

static uint64_t stored_cursor(struct bench *bench)
{
    struct arena arena;
    struct bytes value = {0};
    struct error e;
    arena_init(&arena, 1 << 16);
    cr_assert_eq(outbox_get_state(bench->outbox, "fold", &arena, &value, &e), ERR_OK);
    struct cursor c = cursor_of(value);
    uint64_t cursor = value.len ? cursor_u64(&c) : 0;
    arena_deinit(&arena);
    return cursor;
}

static void check(struct bench *bench, uint64_t call, enum way way)
{
    struct outbox_counts counts = {0};
    struct outbox_sink_counts sink = {0};
    struct error e;
    cr_assert_eq(open_outbox(bench), ERR_OK, "call %llu, way %d",
                 (unsigned long long)call, (int)way);
    uint64_t cursor = stored_cursor(bench);
    cr_assert_eq(outbox_count(bench->outbox, &counts, &e), ERR_OK);
    cr_assert_eq(outbox_count_sink(bench->outbox, "b", &sink, &e), ERR_OK);
    cr_assert(cursor >= bench->committed && cursor <= bench->tried,
              "call %llu, way %d: the cursor is %llu, committed was %llu",
              (unsigned long long)call, (int)way, (unsigned long long)cursor,
              (unsigned long long)bench->committed);
    cr_assert_eq(counts.summaries, cursor);
    cr_assert_eq(sink.waiting + sink.done, cursor);
    cr_assert_eq(commit(bench, cursor + 1), ERR_OK);
}

static void try_call(uint64_t call, enum way way, uint64_t *ret_calls)
{
    struct bench bench;
    set_up(&bench);
    uint64_t at = fault_disk_calls(bench.disk) + call;
    if (way == DIE) {
        fault_disk_stop_at(bench.disk, call ? at : 0);
    } else {
        fault_disk_fail_at(bench.disk, call ? at : 0,
                           way == FULL_ON ? ERR_FULL : ERR_SYSTEM, way != FAIL_ONCE);
    }
    live(&bench);
    *ret_calls = fault_disk_calls(bench.disk);
    fault_disk_stop(bench.disk);
    outbox_close(&bench.outbox);
    fault_disk_crash(bench.disk);
    check(&bench, call, way);
    clean_up(&bench);
}

Test(outbox_calls, whatever_call_fails_cursor_summaries_and_rows_move_together)
{
    for (int way = 0; way < WAYS; way++) {
        uint64_t calls = 0;
        try_call(0, (enum way)way, &calls);
        uint64_t most = calls;
        for (uint64_t call = 1; call <= most; call++) {
            try_call(call, (enum way)way, &calls);
        }
        cr_assert_gt(most, 100);
    }
}
