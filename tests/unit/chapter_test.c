/* SPDX-License-Identifier: Apache-2.0 */
#include "chapter.h"

#include "fold_rig.h"

static struct buf stored_bundle(const char *text)
{
    struct bundle bundle = bundle_of(text, NULL, NULL);
    struct buf stored;
    buf_init(&stored, 1 << 20);
    bundle_put(&bundle, &stored);
    bundle_deinit(&bundle);
    return stored;
}

/* Folds through a chapter as the rig does through its fold. */
static void run(struct fold_rig *rig, struct chapter *chapter,
                const struct rig_records *records, size_t from, size_t to)
{
    struct fold *kept = rig->fold;
    rig->fold = chapter->fold;
    fold_rig_run(rig, records, from, to);
    rig->fold = kept;
}

Test(chapter, a_turned_page_keeps_what_was_folded)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct chapter chapter = {0};
    struct buf first = stored_bundle(rig_text);
    struct buf text = text_with(rig_text, "value: 94.6 t", "value: 100 t");
    struct buf second = stored_bundle((const char *)text.data);
    struct error e;
    fold_rig_init(rig);

    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&first), &rig->store, "test", &e),
                 ERR_OK);
    run(rig, &chapter, records, 0, 60); /* two and a half minutes */
    cr_assert_eq(fold_flush(chapter.fold, &e), ERR_OK);
    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&second), &rig->store, "test", &e),
                 ERR_OK);
    cr_assert_eq(fold_cursor(chapter.fold), 60);
    run(rig, &chapter, records, 60, records->count);

    const struct rig_summary *old = rig_latest(rig, "kiln", 1);
    const struct rig_summary *new = rig_latest(rig, "kiln", 2);
    cr_assert(old && new);
    cr_assert_float_eq(old->direct, 13.0 / 60 * 25.8 / 1000 * 94.6, 1e-12);
    cr_assert_float_eq(new->direct, 13.0 / 60 * 25.8 / 1000 * 100, 1e-12, "%.17g",
                       new->direct);
    cr_assert(new->complete); /* readings of before the page are in it */
    cr_assert_eq(new->revision, 0);
    chapter_close(&chapter);
    buf_deinit(&first);
    buf_deinit(&second);
    buf_deinit(&text);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(chapter, what_the_new_configuration_no_longer_has_is_forgotten)
{
    struct rig_records *records = rig_course(30);
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct chapter chapter = {0};
    struct buf first = stored_bundle(rig_text);
    struct buf text = text_with(rig_text, "  - id: mill\n", "  - id: other\n");
    struct buf second = stored_bundle((const char *)text.data);
    struct error e;
    fold_rig_init(rig);
    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&first), &rig->store, "test", &e),
                 ERR_OK);
    run(rig, &chapter, records, 0, 60);
    cr_assert_eq(fold_flush(chapter.fold, &e), ERR_OK);
    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&second), &rig->store, "test", &e),
                 ERR_OK);
    run(rig, &chapter, records, 60, records->count);

    cr_assert(!rig_latest(rig, "mill", 2) && rig_latest(rig, "other", 2));
    chapter_close(&chapter);
    buf_deinit(&first);
    buf_deinit(&second);
    buf_deinit(&text);
    fold_rig_deinit(rig);
    mem_free(&rig);
    rig_free(records);
}

Test(chapter, bytes_that_are_no_configuration_open_nothing)
{
    struct slice_memory memory = {0};
    struct slice_store store = slice_memory_store(&memory);
    struct chapter chapter;
    struct error e;
    struct buf wrong = stored_bundle("gateway: {id: g}\n");

    cr_assert_eq(chapter_open(&chapter, BYTES("rubbish"), BYTES(""), &store, "test", &e),
                 ERR_CORRUPT);
    cr_assert_null(chapter.fold);
    cr_assert_eq(chapter_open(&chapter, buf_bytes(&wrong), BYTES(""), &store, "test", &e),
                 ERR_CONFIG);
    cr_assert_null(chapter.fold);
    buf_deinit(&wrong);
}

static void take_start(struct chapter *chapter, uint64_t seq, const char *software)
{
    struct fold_out out = {0};
    struct record start = {
        .type = RECORD_START, .seq = seq, .payload = bytes_of(software)};
    struct error e;
    cr_assert_eq(chapter_step(chapter, &start, &out, &e), ERR_OK);
}

/* The software that the fold's saved state ends in. */
static void assert_software(const struct chapter *chapter, const char *software)
{
    struct buf saved;
    buf_init(&saved, 1 << 20);
    fold_save(chapter->fold, &saved);
    size_t len = strlen(software);
    cr_assert(saved.len > len);
    cr_assert_eq(memcmp(saved.data + saved.len - len, software, len), 0);
    cr_assert_eq(saved.data[saved.len - len - 1], len);
    buf_deinit(&saved);
}

Test(chapter, summaries_name_the_software_that_the_journal_names)
{
    struct fold_rig *rig = mem_new(struct fold_rig);
    struct chapter chapter = {0};
    struct buf bundle = stored_bundle(rig_text);
    struct error e;
    fold_rig_init(rig);
    take_start(&chapter, 1, "emgate 7");
    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&bundle), &rig->store, "emgate 9", &e),
                 ERR_OK);
    assert_software(&chapter, "emgate 7");
    take_start(&chapter, 2, "emgate 8");
    cr_assert_eq(chapter_turn(&chapter, buf_bytes(&bundle), &rig->store, "emgate 9", &e),
                 ERR_OK);
    assert_software(&chapter, "emgate 8");
    chapter_close(&chapter);
    buf_deinit(&bundle);
    fold_rig_deinit(rig);
    mem_free(&rig);
}
