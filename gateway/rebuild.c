/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twice over the journal: first for receipts and the oldest key, then the pipeline
 * itself folds it into a new file beside the old one.
 */
#include "rebuild.h"

#include "core/mem.h"
#include "gateway.h"
#include "rebuild_receipts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MAX 1000

struct rebuild {
    const struct plan *plan;
    struct rebuild_result *result;
    struct journal *journal;
    struct outbox *outbox;
    struct signer *signer;
    struct pipeline *pipeline;
    struct rebuild_receipts receipts;
    char first_key[KEY_ID_MAX]; /* before the first change; "": there was none */
    char path[REBUILD_PATH_MAX];
};

static enum err failed(const char *doing, const char *path, struct error *e)
{
    char text[128];
    return error_set(e, errno == ENOSPC ? ERR_FULL : ERR_SYSTEM, "can't %s '%s': %s",
                     doing, path, strerror_r(errno, text, sizeof text));
}

/* ---- what is gathered first ---- */

static enum err gather_record(void *ctx, const struct record *record, struct error *e)
{
    struct rebuild *r = ctx;
    struct change change;
    struct error ignored;
    (void)e;
    r->result->records++;
    if (record->type == RECORD_RECEIPT) {
        rebuild_receipts_add(&r->receipts, record->payload);
    }
    if (record->type == RECORD_KEY_CHANGE && !r->first_key[0] &&
        change_get(record->payload, &change, &ignored) == ERR_OK) {
        snprintf(r->first_key, sizeof r->first_key, "%s", change.old.id);
    }
    return ERR_OK;
}

static enum err gather(struct rebuild *r, struct error *e)
{
    struct journal_reader *reader = NULL;
    enum err err = journal_reader_open(r->journal, 0, &reader, e);
    if (err == ERR_OK) {
        err = journal_read_all(reader, gather_record, r, e); /* as the fold does */
    }
    journal_reader_close(&reader);
    return err;
}

/* ---- folding ---- */

static enum err use_sinks(void *ctx, const struct plan *plan, struct error *e)
{
    struct rebuild *r = ctx;
    const char **names = mem_array(plan->sink_count + 1, sizeof *names);
    for (size_t i = 0; i < plan->sink_count; i++) {
        names[i] = plan->sinks[i].id;
    }
    enum err err = outbox_use_sinks(r->outbox, names, e);
    mem_free(&names);
    return err;
}

static enum err fold(struct rebuild *r, struct error *e)
{
    struct pipeline_settings settings = {.journal = r->journal,
                                         .outbox = r->outbox,
                                         .software = GATEWAY_SOFTWARE,
                                         .signer = r->signer,
                                         .configured = use_sinks,
                                         .ctx = r,
                                         .clock = &clock_system};
    enum err err = pipeline_open(&settings, &r->pipeline, e);
    if (err == ERR_OK) {
        err = pipeline_drain(r->pipeline, &r->result->unsigned_count, e);
    }
    pipeline_close(&r->pipeline);
    return err;
}

static enum err count(struct rebuild *r, struct error *e)
{
    struct outbox_counts counts;
    enum err err = outbox_count(r->outbox, &counts, e);
    if (err != ERR_OK) {
        return err;
    }
    r->result->summaries = counts.summaries;
    r->result->dead_letters = counts.dead_letters;
    for (size_t i = 0; err == ERR_OK && i < r->plan->sink_count; i++) {
        struct outbox_sink_counts sink = {0};
        err = outbox_count_sink(r->outbox, r->plan->sinks[i].id, &sink, e);
        r->result->waiting += sink.waiting;
    }
    return err;
}

/* ---- files ---- */

static const char *const suffixes[] = {"-wal", "-shm", ""};

static void remove_file(const char *path)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[REBUILD_PATH_MAX + 8];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        (void)unlink(name);
    }
}

/* A name that is free, beside the old file. */
static void name_kept(struct rebuild *r)
{
    struct stat found;
    for (unsigned n = 1; n < KEPT_MAX; n++) {
        snprintf(r->result->kept, sizeof r->result->kept, "%s.before-rebuild-%u",
                 r->plan->outbox.file, n);
        if (lstat(r->result->kept, &found) != 0) {
            return;
        }
    }
}

/* The log of changes goes first: a new file must never meet it. */
static enum err put_away(struct rebuild *r, struct error *e)
{
    bool any = false;
    name_kept(r);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char from[REBUILD_PATH_MAX + 8];
        char to[REBUILD_PATH_MAX + 8];
        snprintf(from, sizeof from, "%s%s", r->plan->outbox.file, suffixes[i]);
        snprintf(to, sizeof to, "%s%s", r->result->kept, suffixes[i]);
        if (rename(from, to) == 0) {
            any = !suffixes[i][0];
        } else if (errno != ENOENT) {
            return failed("put away", from, e);
        }
    }
    if (!any) {
        r->result->kept[0] = 0;
    }
    return ERR_OK;
}

static enum err put_in_place(struct rebuild *r, struct error *e)
{
    char folder[REBUILD_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", r->plan->outbox.file);
    char *slash = strrchr(folder, '/');
    snprintf(slash ? slash : folder, 3, slash ? "/." : ".");
    enum err err = put_away(r, e);
    if (err != ERR_OK) {
        return err;
    }
    if (rename(r->path, r->plan->outbox.file) != 0) {
        return failed("rename", r->path, e);
    }
    return disk_system.sync_dir(disk_system.ctx, folder, e);
}

/* ---- all of it ---- */

static enum err make(struct rebuild *r, struct error *e)
{
    enum err err = gateway_open_journal(r->plan, &r->journal, e);
    if (err == ERR_OK) {
        err = gather(r, e);
    }
    if (err == ERR_OK) {
        err = signer_open_past(r->plan, r->first_key, &r->signer, e);
    }
    if (err == ERR_OK) {
        remove_file(r->path);
        err = outbox_open(r->path, NULL, &r->outbox, e);
    }
    if (err == ERR_OK) {
        err = fold(r, e);
    }
    if (err == ERR_OK) {
        err = use_sinks(r, r->plan, e);
    }
    if (err == ERR_OK) {
        err = rebuild_receipts_apply(&r->receipts, r->plan, r->outbox,
                                     &r->result->settled, e);
    }
    return err == ERR_OK ? count(r, e) : err;
}

enum err rebuild_run(const struct plan *plan, struct rebuild_result *ret_result,
                     struct error *e)
{
    struct rebuild_result result = {0};
    struct rebuild r = {.plan = plan, .result = &result};
    int lock = -1;
    snprintf(r.path, sizeof r.path, "%s.rebuild", plan->outbox.file);
    enum err err = gateway_lock(plan->state_directory, &lock, e);
    if (err != ERR_OK) {
        return err;
    }
    rebuild_receipts_init(&r.receipts);
    err = outbox_check_format(plan->outbox.file, e);
    if (err == ERR_OK) {
        err = make(&r, e);
    }
    outbox_close(&r.outbox);
    signer_close(&r.signer);
    journal_close(&r.journal);
    if (err == ERR_OK) {
        err = put_in_place(&r, e);
    } else {
        remove_file(r.path);
    }
    rebuild_receipts_deinit(&r.receipts);
    close(lock);
    *ret_result = result;
    return err;
}
