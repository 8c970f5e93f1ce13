/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the PostgreSQL store, the keys of a gateway's summaries, and deletion. */
#include "registry/postgres/store.h"

enum err pg_put_record(struct store *store, const struct stored_record *record,
                       struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, record->kind);
    pg_add_text(&params, record->id);
    pg_add_bytes(&params, record->value);
    pg_add_i64(&params, record->stored_ns);
    return pg_run(&store->pg, PG_PUT_RECORD, &params, NULL, e);
}

enum err pg_drop_record(struct store *store, const char *kind, const char *id,
                        struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, kind);
    pg_add_text(&params, id);
    return pg_run(&store->pg, PG_DROP_RECORD, &params, NULL, e);
}

enum err pg_each_record(struct store *store, const char *kind, const char *id,
                        record_fn *each, void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, kind);
    pg_add_text(&params, id);
    enum err err = pg_run(&store->pg, PG_EACH_RECORD, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_record record = {.kind = pg_words(result, row, 0),
                                       .id = pg_words(result, row, 1),
                                       .value = pg_bytes(result, row, 2),
                                       .stored_ns = pg_i64(result, row, 3)};
        each(ctx, &record);
    }
    PQclear(result);
    return err;
}

enum err pg_each_key(struct store *store, const struct key_query *query, key_fn *each,
                     void *ctx, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, query->gateway);
    pg_add_i64(&params, query->from_ns);
    pg_add_i64(&params, query->to_ns);
    enum err err = pg_run(&store->pg, PG_EACH_KEY, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        uint8_t key[KEY_LEN] = {0};
        pg_read_key(result, row, 1, key);
        each(ctx, pg_i64(result, row, 0), key);
    }
    PQclear(result);
    return err;
}

enum err pg_drop_summaries(struct store *store, const struct drop_query *query,
                           int64_t *ret_dropped, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, query->installation);
    pg_add_i64(&params, query->before_ns);
    pg_add_i64(&params, query->limit);
    enum err err = pg_run(&store->pg, PG_DROP_SUMMARIES, &params, &result, e);
    *ret_dropped = err == ERR_OK ? PQntuples(result) : 0;
    PQclear(result);
    return err;
}
