/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite store's chains, refusals, checkpoints and changes of keys. */
#include "registry/store_sqlite.h"

static void bind_key(sqlite3_stmt *statement, int index, const uint8_t *key)
{
    sql_bind_blob(statement, index, (struct bytes){.data = key, .len = KEY_LEN});
}

static sqlite3_stmt *of_chain(struct store *store, int which,
                              const struct chain_name *name)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, which);
    sqlite3_bind_int64(statement, 1, name->process);
    sql_bind_text(statement, 2, name->gateway);
    return statement;
}

/* ---- chains ---- */

enum err store_get_chain(struct store *store, const struct chain_name *name,
                         struct chain *ret_chain, struct error *e)
{
    sqlite3_stmt *statement = of_chain(store, SQL_GET_CHAIN, name);
    *ret_chain = (struct chain){0};
    enum err err = sql_step(&store->sql, statement, &ret_chain->found, e);
    if (err == ERR_OK && ret_chain->found) {
        ret_chain->epoch = sqlite3_column_int64(statement, 0);
        ret_chain->began_ns = sqlite3_column_int64(statement, 1);
        ret_chain->has_first = sqlite3_column_type(statement, 2) != SQLITE_NULL;
        store_copy_key(statement, 2, ret_chain->first_names);
        ret_chain->first_tree = (uint64_t)sqlite3_column_int64(statement, 3);
        store_copy_key(statement, 4, ret_chain->head);
        ret_chain->head_tree = (uint64_t)sqlite3_column_int64(statement, 5);
        store_copy_key(statement, 6, ret_chain->head_root);
        sqlite3_reset(statement);
    }
    return err;
}

enum err store_put_chain(struct store *store, const struct chain_name *name,
                         const struct chain *chain, struct error *e)
{
    sqlite3_stmt *statement = of_chain(store, SQL_PUT_CHAIN, name);
    sqlite3_bind_int64(statement, 3, chain->epoch);
    sqlite3_bind_int64(statement, 4, chain->began_ns);
    if (chain->has_first) {
        bind_key(statement, 5, chain->first_names);
    }
    sqlite3_bind_int64(statement, 6, (int64_t)chain->first_tree);
    bind_key(statement, 7, chain->head);
    sqlite3_bind_int64(statement, 8, (int64_t)chain->head_tree);
    bind_key(statement, 9, chain->head_root);
    return sql_run(&store->sql, statement, e);
}

enum err store_find_link(struct store *store, const struct chain_name *name,
                         enum link_by by, const uint8_t hash[KEY_LEN], bool *ret_found,
                         struct link *ret_link, struct error *e)
{
    sqlite3_stmt *statement =
        of_chain(store, by == LINK_BY_KEY ? SQL_LINK_BY_KEY : SQL_LINK_BY_PREVIOUS, name);
    bind_key(statement, 3, hash);
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    if (err == ERR_OK && *ret_found) {
        store_copy_key(statement, 0, ret_link->key);
        store_copy_key(statement, 1, ret_link->previous);
        ret_link->tree_size = (uint64_t)sqlite3_column_int64(statement, 2);
        store_copy_key(statement, 3, ret_link->tree_root);
        sqlite3_reset(statement);
    }
    return err;
}

enum err store_put_link(struct store *store, const struct chain_name *name,
                        const struct link *link, struct error *e)
{
    sqlite3_stmt *statement = of_chain(store, SQL_PUT_LINK, name);
    bind_key(statement, 3, link->key);
    bind_key(statement, 4, link->previous);
    sqlite3_bind_int64(statement, 5, (int64_t)link->tree_size);
    bind_key(statement, 6, link->tree_root);
    return sql_run(&store->sql, statement, e);
}

enum err store_drop_links(struct store *store, const struct chain_name *name,
                          const uint8_t *key, struct error *e)
{
    sqlite3_stmt *statement = of_chain(store, SQL_DROP_LINKS, name);
    if (key) {
        bind_key(statement, 3, key);
    }
    return sql_run(&store->sql, statement, e);
}

enum err store_find_other_root(struct store *store,
                               const struct stored_checkpoint *checkpoint,
                               bool *ret_found, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_OTHER_ROOT);
    sql_bind_text(statement, 1, checkpoint->gateway);
    sqlite3_bind_int64(statement, 2, checkpoint->epoch);
    sqlite3_bind_int64(statement, 3, (int64_t)checkpoint->size);
    bind_key(statement, 4, checkpoint->root);
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    sqlite3_reset(statement);
    return err;
}

/* ---- refusals ---- */

static enum err trim(struct store *store, int which, const char *gateway, int most,
                     struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, which);
    sql_bind_text(statement, 1, gateway);
    sqlite3_bind_int(statement, 2, most);
    return sql_run(&store->sql, statement, e);
}

enum err store_put_refusal(struct store *store, const struct arrival *a, int64_t now_ns,
                           struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_REFUSAL);
    sql_bind_text(statement, 1, a->sender);
    bind_key(statement, 2, a->key);
    sqlite3_bind_int(statement, 3, a->judgement.verdict == VERDICT_CONFLICT);
    sql_bind_text(statement, 4, a->judgement.reason);
    sqlite3_bind_int64(statement, 5, now_ns);
    sql_bind_blob(statement, 6, a->envelope);
    enum err err = sql_run(&store->sql, statement, e);
    return err == ERR_OK ? trim(store, SQL_TRIM_REFUSALS, a->sender, REFUSALS_MAX, e)
                         : err;
}

enum err store_each_refusal(struct store *store, const struct gateway_query *query,
                            refusal_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_REFUSAL);
    sql_bind_text(statement, 1, query->gateway);
    sqlite3_bind_int64(statement, 2, query->after);
    sqlite3_bind_int64(statement, 3, query->limit);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_refusal refusal = {
            .id = sqlite3_column_int64(statement, 0),
            .gateway = sql_text(statement, 1),
            .conflict = sqlite3_column_int(statement, 3) != 0,
            .reason = sql_text(statement, 4),
            .first_ns = sqlite3_column_int64(statement, 5),
            .last_ns = sqlite3_column_int64(statement, 6),
            .times = sqlite3_column_int64(statement, 7),
        };
        store_copy_key(statement, 2, refusal.key);
        each(ctx, &refusal);
    }
    return err;
}

enum err store_get_refusal(struct store *store, const uint8_t key[KEY_LEN],
                           bool *ret_found, struct buf *out, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_GET_REFUSAL);
    bind_key(statement, 1, key);
    enum err err = sql_step(&store->sql, statement, ret_found, e);
    if (err == ERR_OK && *ret_found) {
        buf_add(out, sql_blob(statement, 0));
        sqlite3_reset(statement);
    }
    return err;
}

/* ---- checkpoints ---- */

enum err store_put_checkpoint(struct store *store, const struct stored_checkpoint *c,
                              struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_CHECKPOINT);
    sql_bind_text(statement, 1, c->gateway);
    sqlite3_bind_int64(statement, 2, c->epoch);
    sqlite3_bind_int64(statement, 3, (int64_t)c->size);
    bind_key(statement, 4, c->root);
    sql_bind_blob(statement, 5, c->note);
    sqlite3_bind_int64(statement, 6, c->stored_ns);
    sqlite3_bind_int(statement, 7, c->proved);
    enum err err = sql_run(&store->sql, statement, e);
    return err == ERR_OK
               ? trim(store, SQL_TRIM_CHECKPOINTS, c->gateway, CHECKPOINTS_MAX, e)
               : err;
}

enum err store_each_checkpoint(struct store *store, const struct gateway_query *query,
                               checkpoint_fn *each, void *ctx, struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_CHECKPOINT);
    sql_bind_text(statement, 1, query->gateway);
    sqlite3_bind_int64(statement, 2, query->after);
    sqlite3_bind_int64(statement, 3, query->limit);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_checkpoint checkpoint = {
            .id = sqlite3_column_int64(statement, 0),
            .gateway = sql_text(statement, 1),
            .epoch = sqlite3_column_int64(statement, 2),
            .size = (uint64_t)sqlite3_column_int64(statement, 3),
            .note = sql_blob(statement, 5),
            .stored_ns = sqlite3_column_int64(statement, 6),
            .proved = sqlite3_column_int(statement, 7) != 0,
        };
        store_copy_key(statement, 4, checkpoint.root);
        each(ctx, &checkpoint);
    }
    return err;
}

/* ---- keys ---- */

enum err store_put_change(struct store *store, const struct stored_change *change,
                          struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_PUT_CHANGE);
    sql_bind_text(statement, 1, change->gateway);
    sql_bind_blob(statement, 2, change->envelope);
    sqlite3_bind_int64(statement, 3, change->stored_ns);
    return sql_run(&store->sql, statement, e);
}

enum err store_each_change(struct store *store, change_fn *each, void *ctx,
                           struct error *e)
{
    sqlite3_stmt *statement = sql_statement(&store->sql, SQL_EACH_CHANGE);
    bool row = false;
    enum err err = ERR_OK;
    while ((err = sql_step(&store->sql, statement, &row, e)) == ERR_OK && row) {
        struct stored_change change = {.gateway = sql_text(statement, 0),
                                       .envelope = sql_blob(statement, 1),
                                       .stored_ns = sqlite3_column_int64(statement, 2)};
        each(ctx, &change);
    }
    return err;
}
