/* SPDX-License-Identifier: Apache-2.0 */
/* The PostgreSQL store's answers to questions. */
#include "registry/postgres/store.h"

void pg_read_key(const PGresult *result, int row, int column, uint8_t ret_key[KEY_LEN])
{
    struct bytes key = pg_bytes(result, row, column);
    if (key.len == KEY_LEN) {
        memcpy(ret_key, key.data, KEY_LEN);
    }
}

void pg_read_summary(const PGresult *result, int row, struct stored_summary *ret_summary)
{
    struct stored_summary *s = ret_summary;
    *s = (struct stored_summary){.start_ns = pg_i64(result, row, 3),
                                 .end_ns = pg_i64(result, row, 4),
                                 .revision = (uint32_t)pg_i64(result, row, 5),
                                 .latest = pg_bool(result, row, 6),
                                 .complete = pg_bool(result, row, 7),
                                 .stored_ns = pg_i64(result, row, 8)};
    pg_read_key(result, row, 1, s->key);
    pg_read_key(result, row, 2, s->supersedes);
    for (int i = 0; i < AMOUNTS; i++) {
        s->amounts.known[i] = PQgetisnull(result, row, 9 + i) == 0;
        s->amounts.value[i] = pg_f64(result, row, 9 + i);
    }
}

static void read_total(const PGresult *result, int row, struct total *ret_total)
{
    *ret_total = (struct total){.label = pg_words(result, row, 0),
                                .windows = pg_i64(result, row, 1),
                                .complete = pg_i64(result, row, 2)};
    for (int i = 0; i < AMOUNTS; i++) {
        ret_total->sum[i].whole = pg_i64(result, row, 3 + 3 * i);
        ret_total->sum[i].part = pg_i64(result, row, 4 + 3 * i);
        ret_total->known[i] = pg_i64(result, row, 5 + 3 * i);
    }
}

enum err pg_each_installation(struct store *store, const struct process_query *query,
                              installation_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_i64(&params, query->after);
    pg_add_i64(&params, query->limit);
    pg_add_text(&params, query->operator_id);
    enum err err = pg_run(&store->pg, PG_EACH_INSTALLATION, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_installation installation = {
            .id = pg_i64(result, row, 0),
            .installation = pg_words(result, row, 1),
            .operator_id = pg_words(result, row, 2),
            .country = pg_words(result, row, 3),
            .sector = pg_words(result, row, 4),
            .processes = pg_i64(result, row, 5),
            .windows = pg_i64(result, row, 6),
            .last_end_ns = pg_i64(result, row, 7),
        };
        each(ctx, &installation);
    }
    PQclear(result);
    return err;
}

enum err pg_each_process(struct store *store, const struct process_query *query,
                         process_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, query->installation);
    pg_add_text(&params, query->process);
    pg_add_i64(&params, query->after);
    pg_add_i64(&params, query->limit);
    pg_add_text(&params, query->operator_id);
    enum err err = pg_run(&store->pg, PG_EACH_PROCESS, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_process process = {
            .id = pg_i64(result, row, 0),
            .installation = pg_words(result, row, 1),
            .process = pg_words(result, row, 2),
            .gateway = pg_words(result, row, 3),
            .operator_id = pg_words(result, row, 4),
            .country = pg_words(result, row, 5),
            .sector = pg_words(result, row, 6),
            .time_zone = pg_words(result, row, 7),
            .category = pg_words(result, row, 8),
            .route = pg_words(result, row, 9),
            .cn = pg_words(result, row, 10),
            .unit = pg_words(result, row, 11),
            .first_start_ns = pg_i64(result, row, 12),
            .last_start_ns = pg_i64(result, row, 13),
            .last_end_ns = pg_i64(result, row, 14),
            .windows = pg_i64(result, row, 15),
            .chained = pg_bool(result, row, 16),
            .chain_whole = pg_bool(result, row, 17),
            .chain_waiting = pg_i64(result, row, 18),
        };
        each(ctx, &process);
    }
    PQclear(result);
    return err;
}

enum err pg_each_summary(struct store *store, const struct summary_query *query,
                         summary_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    const int64_t numbers[] = {query->process,        query->from_ns,
                               query->to_ns,          query->all_revisions ? 1 : 0,
                               query->after_start_ns, query->after_revision,
                               query->limit};
    for (int i = 0; i < 7; i++) {
        pg_add_i64(&params, numbers[i]);
    }
    enum err err = pg_run(&store->pg, PG_EACH_SUMMARY, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_summary summary;
        pg_read_summary(result, row, &summary);
        summary.installation = pg_words(result, row, 15);
        summary.process = pg_words(result, row, 16);
        summary.unit = pg_words(result, row, 17);
        each(ctx, &summary);
    }
    PQclear(result);
    return err;
}

enum err pg_each_total(struct store *store, const struct total_query *query,
                       total_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    enum err err = pg_store_add_totals(store, SCOPE_PROCESS, e);
    if (err != ERR_OK) {
        return err;
    }
    pg_add_i64(&params, query->process);
    pg_add_i64(&params, (int64_t)query->period);
    pg_add_text(&params, query->label_from);
    pg_add_text(&params, query->label_to);
    pg_add_i64(&params, query->limit);
    err = pg_run(&store->pg, PG_EACH_TOTAL, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct total total;
        read_total(result, row, &total);
        total.installation = pg_words(result, row, 21);
        total.process = pg_words(result, row, 22);
        total.unit = pg_words(result, row, 23);
        each(ctx, &total);
    }
    PQclear(result);
    return err;
}

enum err pg_each_rollup(struct store *store, const struct rollup_query *query,
                        rollup_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    bool areas =
        query->group <= GROUP_CATEGORY && !query->operator_id && !query->installation;
    const char *const texts[] = {query->label_from,  query->label_to, query->country,
                                 query->sector,      query->category, query->operator_id,
                                 query->installation};
    pg_add_i64(&params, (int64_t)query->group);
    pg_add_i64(&params, (int64_t)query->period);
    for (int i = 0; i < (areas ? 5 : 7); i++) {
        pg_add_text(&params, texts[i]);
    }
    enum err err = pg_run(&store->pg, areas ? PG_ROLLUP_AREA : PG_ROLLUP_PROCESS, &params,
                          &result, e);
    bool more = true;
    for (int row = 0; err == ERR_OK && more && row < PQntuples(result); row++) {
        struct total total;
        read_total(result, row, &total);
        total.unit = pg_words(result, row, 22);
        more = each(ctx, pg_words(result, row, 21), &total);
    }
    PQclear(result);
    return err;
}

enum err pg_count(struct store *store, struct store_counts *ret_counts, struct error *e)
{
    struct pg_params none = {0};
    PGresult *result = NULL;
    enum err err = pg_run(&store->pg, PG_COUNT, &none, &result, e);
    if (err == ERR_OK) {
        *ret_counts = (struct store_counts){.installations = pg_i64(result, 0, 0),
                                            .processes = pg_i64(result, 0, 1),
                                            .summaries = pg_i64(result, 0, 2)};
    }
    PQclear(result);
    return err;
}
