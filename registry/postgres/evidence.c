/* SPDX-License-Identifier: Apache-2.0 */
/* Chains from memory, links, refusals, checkpoints and changes of keys. */
#include "registry/postgres/store.h"

static struct bytes key_bytes(const uint8_t *key)
{
    return (struct bytes){.data = key, .len = KEY_LEN};
}

/* ---- chains ---- */

static struct pg_chain *find_chain(struct store *store, const struct chain_name *name)
{
    struct pg_chain *chain = pg_store_process(store, name->process)->chains;
    while (chain && strcmp(chain->gateway, name->gateway) != 0) {
        chain = chain->next;
    }
    return chain;
}

enum err pg_get_chain(struct store *store, const struct chain_name *name,
                      struct chain *ret_chain, struct error *e)
{
    (void)e;
    const struct pg_chain *chain = find_chain(store, name);
    *ret_chain = chain ? chain->chain : (struct chain){0};
    return ERR_OK;
}

enum err pg_put_chain(struct store *store, const struct chain_name *name,
                      const struct chain *chain, struct error *e)
{
    struct pg_chain *known = find_chain(store, name);
    if (!known) {
        struct pg_process *process = pg_store_process(store, name->process);
        known = arena_new(&store->arena, struct pg_chain);
        if (!known) {
            return error_set(e, ERR_RETRY, "postgres: too much in one transaction");
        }
        *known = (struct pg_chain){.gateway = name->gateway, .next = process->chains};
        process->chains = known;
    }
    known->chain = *chain;
    known->changed = true;
    return ERR_OK;
}

static void name_params(struct pg_params *params, const struct chain_name *name)
{
    pg_add_i64(params, name->process);
    pg_add_text(params, name->gateway);
}

enum err pg_find_link(struct store *store, const struct chain_name *name, enum link_by by,
                      const uint8_t hash[KEY_LEN], bool *ret_found, struct link *ret_link,
                      struct error *e)
{
    const struct pg_chain *chain = find_chain(store, name);
    struct pg_params params = {0};
    PGresult *result = NULL;
    *ret_found = false;
    if (!chain || chain->links == 0) {
        return ERR_OK;
    }
    name_params(&params, name);
    pg_add_bytes(&params, key_bytes(hash));
    enum err err =
        pg_run(&store->pg, by == LINK_BY_KEY ? PG_LINK_BY_KEY : PG_LINK_BY_PREVIOUS,
               &params, &result, e);
    if (err == ERR_OK && PQntuples(result) > 0) {
        *ret_found = true;
        pg_read_key(result, 0, 0, ret_link->key);
        pg_read_key(result, 0, 1, ret_link->previous);
        ret_link->tree_size = (uint64_t)pg_i64(result, 0, 2);
        pg_read_key(result, 0, 3, ret_link->tree_root);
    }
    PQclear(result);
    return err;
}

enum err pg_put_link(struct store *store, const struct chain_name *name,
                     const struct link *link, struct error *e)
{
    struct pg_chain *chain = find_chain(store, name);
    struct pg_params params = {0};
    ASSERT(chain); /* what is apart is apart from a chain */
    chain->links++;
    name_params(&params, name);
    pg_add_bytes(&params, key_bytes(link->key));
    pg_add_bytes(&params, key_bytes(link->previous));
    pg_add_i64(&params, (int64_t)link->tree_size);
    pg_add_bytes(&params, key_bytes(link->tree_root));
    return pg_run(&store->pg, PG_PUT_LINK, &params, NULL, e);
}

enum err pg_drop_links(struct store *store, const struct chain_name *name,
                       const uint8_t *key, struct error *e)
{
    struct pg_chain *chain = find_chain(store, name);
    struct pg_params params = {0};
    if (!chain || chain->links == 0) {
        return ERR_OK;
    }
    chain->links = key ? chain->links - 1 : 0;
    name_params(&params, name);
    if (key) {
        pg_add_bytes(&params, key_bytes(key));
    } else {
        pg_add_null(&params);
    }
    return pg_run(&store->pg, PG_DROP_LINKS, &params, NULL, e);
}

enum err pg_find_other_root(struct store *store,
                            const struct stored_checkpoint *checkpoint, bool *ret_found,
                            struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, checkpoint->gateway);
    pg_add_i64(&params, checkpoint->epoch);
    pg_add_i64(&params, (int64_t)checkpoint->size);
    pg_add_bytes(&params, key_bytes(checkpoint->root));
    enum err err = pg_run(&store->pg, PG_OTHER_ROOT, &params, &result, e);
    *ret_found = err == ERR_OK && PQntuples(result) > 0;
    PQclear(result);
    return err;
}

/* ---- refusals ---- */

static enum err trim(struct store *store, int which, const char *gateway, int64_t most,
                     struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, gateway);
    pg_add_i64(&params, most);
    return pg_run(&store->pg, which, &params, NULL, e);
}

/* Reasons may be cut inside a character, so they are kept as bytes. */
enum err pg_put_refusal(struct store *store, const struct arrival *a, int64_t now_ns,
                        struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, a->sender);
    pg_add_bytes(&params, key_bytes(a->key));
    pg_add_i64(&params, a->judgement.verdict == VERDICT_CONFLICT ? 1 : 0);
    pg_add_bytes(&params, bytes_of(a->judgement.reason));
    pg_add_i64(&params, now_ns);
    pg_add_bytes(&params, a->envelope);
    enum err err = pg_run(&store->pg, PG_PUT_REFUSAL, &params, NULL, e);
    return err == ERR_OK ? trim(store, PG_TRIM_REFUSALS, a->sender, REFUSALS_MAX, e)
                         : err;
}

static enum err ask_gateway(struct store *store, int which,
                            const struct gateway_query *query, PGresult **ret_result,
                            struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, query->gateway);
    pg_add_i64(&params, query->after);
    pg_add_i64(&params, query->limit);
    return pg_run(&store->pg, which, &params, ret_result, e);
}

enum err pg_each_refusal(struct store *store, const struct gateway_query *query,
                         refusal_fn *each, void *ctx, struct error *e)
{
    PGresult *result = NULL;
    enum err err = ask_gateway(store, PG_EACH_REFUSAL, query, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_refusal refusal = {.id = pg_i64(result, row, 0),
                                         .gateway = pg_words(result, row, 1),
                                         .conflict = pg_bool(result, row, 3),
                                         .reason = pg_words(result, row, 4),
                                         .first_ns = pg_i64(result, row, 5),
                                         .last_ns = pg_i64(result, row, 6),
                                         .times = pg_i64(result, row, 7)};
        pg_read_key(result, row, 2, refusal.key);
        each(ctx, &refusal);
    }
    PQclear(result);
    return err;
}

static enum err get_bytes(struct store *store, int which, const uint8_t *key,
                          bool *ret_found, struct buf *out, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_bytes(&params, key_bytes(key));
    enum err err = pg_run(&store->pg, which, &params, &result, e);
    *ret_found = err == ERR_OK && PQntuples(result) > 0;
    if (*ret_found) {
        buf_add(out, pg_bytes(result, 0, 0));
    }
    PQclear(result);
    return err;
}

enum err pg_get_refusal(struct store *store, const uint8_t key[KEY_LEN], bool *ret_found,
                        struct buf *out, struct error *e)
{
    return get_bytes(store, PG_GET_REFUSAL, key, ret_found, out, e);
}

enum err pg_get_envelope(struct store *store, const uint8_t key[KEY_LEN], bool *ret_found,
                         struct buf *out, struct error *e)
{
    return get_bytes(store, PG_GET_ENVELOPE, key, ret_found, out, e);
}

/* ---- checkpoints and keys ---- */

enum err pg_put_checkpoint(struct store *store, const struct stored_checkpoint *c,
                           struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, c->gateway);
    pg_add_i64(&params, c->epoch);
    pg_add_i64(&params, (int64_t)c->size);
    pg_add_bytes(&params, key_bytes(c->root));
    pg_add_bytes(&params, c->note);
    pg_add_i64(&params, c->stored_ns);
    pg_add_i64(&params, c->proved ? 1 : 0);
    enum err err = pg_run(&store->pg, PG_PUT_CHECKPOINT, &params, NULL, e);
    return err == ERR_OK
               ? trim(store, PG_TRIM_CHECKPOINTS, c->gateway, CHECKPOINTS_MAX, e)
               : err;
}

enum err pg_each_checkpoint(struct store *store, const struct gateway_query *query,
                            checkpoint_fn *each, void *ctx, struct error *e)
{
    PGresult *result = NULL;
    enum err err = ask_gateway(store, PG_EACH_CHECKPOINT, query, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_checkpoint checkpoint = {.id = pg_i64(result, row, 0),
                                               .gateway = pg_words(result, row, 1),
                                               .epoch = pg_i64(result, row, 2),
                                               .size = (uint64_t)pg_i64(result, row, 3),
                                               .note = pg_bytes(result, row, 5),
                                               .stored_ns = pg_i64(result, row, 6),
                                               .proved = pg_bool(result, row, 7)};
        pg_read_key(result, row, 4, checkpoint.root);
        each(ctx, &checkpoint);
    }
    PQclear(result);
    return err;
}

enum err pg_put_change(struct store *store, const struct stored_change *change,
                       struct error *e)
{
    struct pg_params params = {0};
    pg_add_text(&params, change->gateway);
    pg_add_bytes(&params, change->envelope);
    pg_add_i64(&params, change->stored_ns);
    return pg_run(&store->pg, PG_PUT_CHANGE, &params, NULL, e);
}

enum err pg_each_change(struct store *store, change_fn *each, void *ctx, struct error *e)
{
    struct pg_params none = {0};
    PGresult *result = NULL;
    enum err err = pg_run(&store->pg, PG_EACH_CHANGE, &none, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_change change = {.gateway = pg_words(result, row, 0),
                                       .envelope = pg_bytes(result, row, 1),
                                       .stored_ns = pg_i64(result, row, 2)};
        each(ctx, &change);
    }
    PQclear(result);
    return err;
}
