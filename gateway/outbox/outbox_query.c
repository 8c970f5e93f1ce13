/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the outbox: counts, summaries, dead letters, rows, stored slices. */
#include "outbox/outbox_private.h"

static enum err finish(struct outbox *outbox, sqlite3_stmt *statement, int rc,
                       const char *doing, struct error *e)
{
    enum err err =
        rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_OK : outbox_failed(outbox, doing, e);
    sqlite3_reset(statement);
    return err;
}

static enum err each_slice(struct outbox *outbox, const char *point, int64_t from,
                           int64_t to, outbox_slice_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_SLICE);
    outbox_bind_text(statement, 1, point);
    sqlite3_bind_int64(statement, 2, from);
    sqlite3_bind_int64(statement, 3, to);
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;
    while (err == ERR_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        err =
            each(ctx, sqlite3_column_int64(statement, 0), outbox_column(statement, 1), e);
    }
    enum err end = finish(outbox, statement, rc, "read slices", err ? NULL : e);
    return err != ERR_OK ? err : end;
}

/* No lock of its own inside the pipeline's transaction, which already holds it; the
 * pipeline is also the only thread that writes slices, so reading needs none. */
enum err outbox_each_slice(struct outbox *outbox, const char *point, int64_t from,
                           int64_t to, outbox_slice_fn *each, void *ctx, struct error *e)
{
    bool locked = sqlite3_get_autocommit(outbox->db) != 0;
    if (locked) {
        pthread_mutex_lock(&outbox->lock);
    }
    enum err err = each_slice(outbox, point, from, to, each, ctx, e);
    if (locked) {
        pthread_mutex_unlock(&outbox->lock);
    }
    return err;
}

enum err outbox_read_slices(struct outbox *outbox, const char *point, int64_t from,
                            int64_t to, outbox_slice_fn *each, void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    enum err err = each_slice(outbox, point, from, to, each, ctx, e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_count(struct outbox *outbox, struct outbox_counts *ret_counts,
                      struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_COUNT);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        ret_counts->summaries = (uint64_t)sqlite3_column_int64(statement, 0);
        ret_counts->dead_letters = (uint64_t)sqlite3_column_int64(statement, 1);
        ret_counts->newest_words = (uint64_t)sqlite3_column_int64(statement, 2);
    }
    enum err err = finish(outbox, statement, rc, "count", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_count_sink(struct outbox *outbox, const char *sink,
                           struct outbox_sink_counts *ret_counts, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_COUNT_SINK);
    outbox_bind_text(statement, 1, sink);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        ret_counts->waiting = (uint64_t)sqlite3_column_int64(statement, 0);
        ret_counts->done = (uint64_t)sqlite3_column_int64(statement, 1);
        ret_counts->set_aside = (uint64_t)sqlite3_column_int64(statement, 2);
        ret_counts->oldest_window_ns = sqlite3_column_int64(statement, 3);
    }
    enum err err = finish(outbox, statement, rc, "count rows", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

static const char *text_column(sqlite3_stmt *statement, int index)
{
    const unsigned char *text = sqlite3_column_text(statement, index);
    return text ? (const char *)text : "";
}

static int64_t limit_or_all(uint64_t limit)
{
    return limit ? (int64_t)limit : -1;
}

/* Takes the columns key, process, start, end, revision from `first` on. */
static struct outbox_summary summary_at(sqlite3_stmt *statement, int first)
{
    struct outbox_summary summary = {
        .process = text_column(statement, first + 1),
        .window_start_ns = sqlite3_column_int64(statement, first + 2),
        .window_end_ns = sqlite3_column_int64(statement, first + 3),
        .revision = (uint32_t)sqlite3_column_int64(statement, first + 4),
    };
    struct bytes key = outbox_column(statement, first);
    ASSERT(key.len == OUTBOX_KEY_LEN);
    memcpy(summary.key, key.data, key.len);
    return summary;
}

enum err outbox_each_summary(struct outbox *outbox, const struct outbox_filter *filter,
                             outbox_summary_fn *each, void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_SUMMARY);
    outbox_bind_text(statement, 1, filter->process);
    sqlite3_bind_int64(statement, 2, filter->from_ns);
    sqlite3_bind_int64(statement, 3, filter->to_ns);
    sqlite3_bind_int64(statement, 4, filter->latest);
    sqlite3_bind_int64(statement, 5, limit_or_all(filter->limit));
    int rc = SQLITE_DONE;
    bool more = true;
    while (more && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct outbox_summary summary = summary_at(statement, 0);
        summary.summary = outbox_column(statement, 5);
        summary.envelope = outbox_column(statement, 6);
        more = each(ctx, &summary);
    }
    enum err err = finish(outbox, statement, rc, "read summaries", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_each_dead_letter(struct outbox *outbox, uint64_t limit,
                                 outbox_dead_letter_fn *each, void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_DEAD_LETTER);
    sqlite3_bind_int64(statement, 1, limit_or_all(limit));
    int rc = SQLITE_DONE;
    bool more = true;
    while (more && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct dead_letter letter = {
            .seq = (uint64_t)sqlite3_column_int64(statement, 1),
            .received_ns = sqlite3_column_int64(statement, 2),
            .topic = outbox_column(statement, 3),
            .payload = outbox_column(statement, 4),
            .adapter = text_column(statement, 5),
            .reason = text_column(statement, 6),
            .detail = text_column(statement, 7),
            .partial = sqlite3_column_int64(statement, 8) != 0,
            .retry_seq = (uint64_t)sqlite3_column_int64(statement, 9),
            .retry_outcome = text_column(statement, 10),
        };
        more = each(ctx, sqlite3_column_int64(statement, 0), &letter);
    }
    enum err err = finish(outbox, statement, rc, "read dead letters", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_each_letter_seq(struct outbox *outbox,
                                const struct outbox_letter_filter *filter,
                                outbox_letter_seq_fn *each, void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_LETTER_SEQ);
    int64_t until = filter->until ? filter->until : INT64_MAX;
    sqlite3_bind_int64(statement, 1, filter->id ? filter->id : filter->after + 1);
    sqlite3_bind_int64(statement, 2, filter->id ? filter->id : until);
    sqlite3_bind_int64(statement, 3, filter->id != 0);
    sqlite3_bind_int64(statement, 4, limit_or_all(filter->limit));
    int rc = SQLITE_DONE;
    bool more = true;
    while (more && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        more = each(ctx, sqlite3_column_int64(statement, 0),
                    (uint64_t)sqlite3_column_int64(statement, 1));
    }
    enum err err = finish(outbox, statement, rc, "read dead letters", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_each_words(struct outbox *outbox, uint64_t limit, outbox_words_fn *each,
                           void *ctx, struct error *e)
{
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_WORDS);
    sqlite3_bind_int64(statement, 1, limit_or_all(limit));
    int rc = SQLITE_DONE;
    bool more = true;
    while (more && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct entered_words words = {.seq = (uint64_t)sqlite3_column_int64(statement, 0),
                                      .at_ns = sqlite3_column_int64(statement, 1),
                                      .who = outbox_column(statement, 2),
                                      .words = outbox_column(statement, 3)};
        more = each(ctx, &words);
    }
    enum err err = finish(outbox, statement, rc, "read operators' words", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}

enum err outbox_each_row(struct outbox *outbox, const char *sink, uint64_t limit,
                         outbox_row_fn *each, void *ctx, struct error *e)
{
    static const char *const names[] = {"waiting", "done", "set aside"};
    pthread_mutex_lock(&outbox->lock);
    sqlite3_stmt *statement = outbox_statement(outbox, SQL_EACH_ROW);
    outbox_bind_text(statement, 1, sink);
    sqlite3_bind_int64(statement, 2, limit_or_all(limit));
    int rc = SQLITE_DONE;
    bool more = true;
    while (more && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        struct outbox_summary summary = summary_at(statement, 4);
        int64_t status = sqlite3_column_int64(statement, 1);
        ASSERT(status >= ROW_WAITING && status <= ROW_SET_ASIDE);
        more =
            each(ctx, text_column(statement, 0), &summary, names[status],
                 (uint32_t)sqlite3_column_int64(statement, 2), text_column(statement, 3));
    }
    enum err err = finish(outbox, statement, rc, "read rows", e);
    pthread_mutex_unlock(&outbox->lock);
    return err;
}
