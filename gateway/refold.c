/* SPDX-License-Identifier: Apache-2.0 */
/* The fold again, on a database in memory. */
#include "refold.h"

#include "core/mem.h"

#define FLUSH_RECORDS 20000

struct refold {
    struct refold_settings settings;
    struct chapter chapter;
    struct outbox *memory;
    struct slice_store store;
    uint64_t unflushed;
};

static enum err each_slice(void *ctx, const char *point, int64_t from, int64_t to,
                           slice_store_fn *each, void *each_ctx, struct error *e)
{
    struct refold *r = ctx;
    return outbox_each_slice(r->memory, point, from, to, each, each_ctx, e);
}

static enum err put_slice(void *ctx, const char *point, int64_t minute,
                          struct bytes stored, struct error *e)
{
    struct refold *r = ctx;
    return outbox_put_slice(r->memory, point, minute, stored, e);
}

static enum err flush(struct refold *r, struct error *e)
{
    r->unflushed = 0;
    if (!r->chapter.fold) {
        return ERR_OK;
    }
    enum err err = outbox_begin(r->memory, e);
    if (err != ERR_OK) {
        return err;
    }
    err = fold_flush(r->chapter.fold, e);
    if (err == ERR_OK) {
        return outbox_commit(r->memory, e);
    }
    outbox_rollback(r->memory);
    return err;
}

enum err refold_open(const struct refold_settings *settings, struct refold **ret_refold,
                     struct error *e)
{
    struct refold *r = mem_new(struct refold);
    r->settings = *settings;
    r->store = (struct slice_store){.each = each_slice, .put = put_slice, .ctx = r};
    enum err err = outbox_open(":memory:", NULL, &r->memory, e);
    if (err != ERR_OK) {
        mem_free(&r);
        return err;
    }
    *ret_refold = r;
    return ERR_OK;
}

void refold_close(struct refold **refold)
{
    if (*refold) {
        chapter_close(&(*refold)->chapter);
        outbox_close(&(*refold)->memory);
        mem_free(refold);
    }
}

static enum err turn(struct refold *r, struct bytes config, struct error *e)
{
    enum err err = flush(r, e);
    if (err == ERR_OK) {
        err = chapter_turn(&r->chapter, config, &r->store, r->settings.software, e);
    }
    if (err == ERR_OK) {
        aggregate_listen(fold_get_aggregate(r->chapter.fold), r->settings.touched,
                         r->settings.ctx);
    }
    return err;
}

static enum err pass_over(void *ctx, const struct dead_letter *letter, struct error *e)
{
    (void)ctx;
    (void)letter;
    (void)e;
    return ERR_OK;
}

enum err refold_take(struct refold *r, const struct record *record, struct error *e)
{
    struct fold_out out = {
        .ctx = r->settings.ctx, .summary = r->settings.summary, .dead_letter = pass_over};
    enum err err = record->type == RECORD_CONFIG ? turn(r, record->payload, e) : ERR_OK;
    if (err == ERR_OK) {
        err = chapter_step(&r->chapter, record, &out, e);
    }
    if (err == ERR_OK && ++r->unflushed == FLUSH_RECORDS) {
        err = flush(r, e);
    }
    return err;
}
