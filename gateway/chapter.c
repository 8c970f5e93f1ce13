/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the fold of a configuration and hands the state on to the next. */
#include "chapter.h"

#include <stdio.h>

static enum err open_plan(struct chapter *chapter, struct error *e)
{
    struct problems problems;
    problems_init(&problems);
    chapter->plan = plan_new(&chapter->bundle, &problems);
    enum err err = ERR_OK;
    if (!chapter->plan) {
        err = error_set(e, ERR_CONFIG, "the configuration in the journal: %.*s",
                        BYTES_ARG(buf_bytes(&problems.text)));
    }
    problems_deinit(&problems);
    return err;
}

enum err chapter_open(struct chapter *chapter, struct bytes config, struct bytes saved,
                      const struct slice_store *store, const char *software,
                      struct error *e)
{
    *chapter = (struct chapter){0};
    enum err err = bundle_get(config, &chapter->bundle, e);
    if (err == ERR_OK) {
        err = open_plan(chapter, e);
    }
    if (err == ERR_OK) {
        err = fold_open(chapter->plan, store, software, &chapter->fold, e);
    }
    if (err == ERR_OK && saved.len > 0) {
        err = fold_load(chapter->fold, saved, e);
    }
    if (err != ERR_OK) {
        chapter_close(chapter);
    }
    return err;
}

enum err chapter_turn(struct chapter *chapter, struct bytes config,
                      const struct slice_store *store, const char *software,
                      struct error *e)
{
    struct buf saved;
    buf_init(&saved, CHAPTER_STATE_MAX);
    if (chapter->fold) {
        fold_save(chapter->fold, &saved);
    }
    struct merkle before = chapter->before;
    char started[FOLD_SOFTWARE_MAX];
    memcpy(started, chapter->software, sizeof started);
    chapter_close(chapter);
    enum err err = chapter_open(chapter, config, buf_bytes(&saved), store,
                                started[0] ? started : software, e);
    if (err == ERR_OK && saved.len == 0) {
        fold_begin_log(chapter->fold, &before);
    }
    buf_deinit(&saved);
    return err;
}

enum err chapter_step(struct chapter *chapter, const struct record *record,
                      const struct fold_out *out, struct error *e)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    if (chapter->fold) {
        return fold_step(chapter->fold, record, out, e);
    }
    fold_log_record(&chapter->before, record, leaf);
    if (record->type == RECORD_START) {
        snprintf(chapter->software, sizeof chapter->software, "%.*s",
                 BYTES_ARG(record->payload));
    }
    return ERR_OK;
}

void chapter_close(struct chapter *chapter)
{
    fold_close(&chapter->fold);
    plan_free(&chapter->plan);
    bundle_deinit(&chapter->bundle);
    merkle_init(&chapter->before);
    chapter->software[0] = 0;
}
