/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction has gathered, written in a few statements over arrays. */
#include "registry/postgres/store.h"

static struct bytes key_bytes(const uint8_t *key)
{
    return (struct bytes){.data = key, .len = KEY_LEN};
}

static enum err run_arrays(struct store *store, int which, struct pg_array *arrays,
                           int count, struct error *e)
{
    struct pg_params params = {0};
    for (int i = 0; i < count; i++) {
        pg_add_array(&params, &arrays[i]);
    }
    return pg_run(&store->pg, which, &params, NULL, e);
}

static void add_summary(struct pg_array *arrays, const struct pg_row *row)
{
    const struct stored_summary *s = &row->summary;
    const struct arrival *a = row->arrival;
    const int64_t numbers[] = {row->process, s->start_ns, s->revision, s->end_ns,
                               s->stored_ns};
    for (int i = 0; i < 5; i++) {
        pg_array_i64(&arrays[i], numbers[i]);
    }
    pg_array_bool(&arrays[5], s->latest);
    pg_array_bool(&arrays[6], s->complete);
    pg_array_bytes(&arrays[7], key_bytes(s->key));
    if (a->has_supersedes) {
        pg_array_bytes(&arrays[8], key_bytes(a->supersedes));
    } else {
        pg_array_null(&arrays[8]);
    }
    for (int i = 0; i < AMOUNTS; i++) {
        pg_array_f64(&arrays[9 + i], s->amounts.known[i], s->amounts.value[i]);
    }
    pg_array_bytes(&arrays[9 + AMOUNTS], a->envelope);
}

static enum err put_summaries(struct store *store, struct error *e)
{
    static const enum pg_type types[10 + AMOUNTS] = {
        PG_INT8,   PG_INT8,   PG_INT8,   PG_INT8,   PG_INT8,   PG_BOOL,
        PG_BOOL,   PG_BYTEA,  PG_BYTEA,  PG_FLOAT8, PG_FLOAT8, PG_FLOAT8,
        PG_FLOAT8, PG_FLOAT8, PG_FLOAT8, PG_BYTEA};
    for (int i = 0; i < 10 + AMOUNTS; i++) {
        pg_array_begin(&store->arrays[i], types[i]);
    }
    for (size_t i = 0; i < store->row_count; i++) {
        if (store->rows[i].arrival) {
            add_summary(store->arrays, &store->rows[i]);
        }
    }
    return store->arrays[0].count > 0
               ? run_arrays(store, PG_PUT_SUMMARIES, store->arrays, 10 + AMOUNTS, e)
               : ERR_OK;
}

static enum err clear_latest(struct store *store, struct error *e)
{
    for (int i = 0; i < 3; i++) {
        pg_array_begin(&store->arrays[i], PG_INT8);
    }
    for (size_t i = 0; i < store->row_count; i++) {
        const struct pg_row *row = &store->rows[i];
        if (row->cleared) {
            pg_array_i64(&store->arrays[0], row->process);
            pg_array_i64(&store->arrays[1], row->summary.start_ns);
            pg_array_i64(&store->arrays[2], row->summary.revision);
        }
    }
    return store->arrays[0].count > 0
               ? run_arrays(store, PG_CLEAR_LATEST, store->arrays, 3, e)
               : ERR_OK;
}

static void add_optional(struct pg_array *array, bool known, int64_t value)
{
    if (known) {
        pg_array_i64(array, value);
    } else {
        pg_array_null(array);
    }
}

static enum err count_windows(struct store *store, struct error *e)
{
    struct pg_array *arrays = store->arrays;
    for (int i = 0; i < 6; i++) {
        pg_array_begin(&arrays[i], PG_INT8);
    }
    for (size_t i = 0; i < store->process_count; i++) {
        const struct pg_process *p = store->processes[i];
        if (p->new_summaries > 0) {
            pg_array_i64(&arrays[0], p->id);
            pg_array_i64(&arrays[1], p->new_windows);
            pg_array_i64(&arrays[2], p->new_summaries);
            add_optional(&arrays[3], p->new_windows > 0, p->first_ns);
            add_optional(&arrays[4], p->new_windows > 0, p->last_ns);
            add_optional(&arrays[5], p->new_windows > 0, p->ends_ns);
        }
    }
    return arrays[0].count > 0 ? run_arrays(store, PG_COUNT_WINDOWS, arrays, 6, e)
                               : ERR_OK;
}

static void add_chain(struct pg_array *arrays, int64_t process, const struct pg_chain *c)
{
    const struct chain *chain = &c->chain;
    pg_array_i64(&arrays[0], process);
    pg_array_bytes(&arrays[1], bytes_of(c->gateway));
    pg_array_i64(&arrays[2], chain->epoch);
    pg_array_i64(&arrays[3], chain->began_ns);
    if (chain->has_first) {
        pg_array_bytes(&arrays[4], key_bytes(chain->first_names));
    } else {
        pg_array_null(&arrays[4]);
    }
    pg_array_i64(&arrays[5], (int64_t)chain->first_tree);
    pg_array_bytes(&arrays[6], key_bytes(chain->head));
    pg_array_i64(&arrays[7], (int64_t)chain->head_tree);
    pg_array_bytes(&arrays[8], key_bytes(chain->head_root));
}

static enum err put_chains(struct store *store, struct error *e)
{
    static const enum pg_type types[] = {PG_INT8, PG_TEXT,  PG_INT8, PG_INT8, PG_BYTEA,
                                         PG_INT8, PG_BYTEA, PG_INT8, PG_BYTEA};
    for (int i = 0; i < 9; i++) {
        pg_array_begin(&store->arrays[i], types[i]);
    }
    for (size_t i = 0; i < store->process_count; i++) {
        const struct pg_process *p = store->processes[i];
        for (const struct pg_chain *c = p->chains; c; c = c->next) {
            if (c->changed) {
                add_chain(store->arrays, p->id, c);
            }
        }
    }
    return store->arrays[0].count > 0
               ? run_arrays(store, PG_PUT_CHAINS, store->arrays, 9, e)
               : ERR_OK;
}

enum err pg_store_add_totals(struct store *store, enum scope scope, struct error *e)
{
    struct pg_array *arrays = store->totals[scope];
    if (arrays[0].count == 0) {
        return ERR_OK;
    }
    enum err err =
        run_arrays(store, scope == SCOPE_AREA ? PG_ADD_AREA_TOTALS : PG_ADD_TOTALS,
                   arrays, PG_TOTAL_ARRAYS, e);
    for (int i = 0; i < PG_TOTAL_ARRAYS; i++) {
        pg_array_begin(&arrays[i], i == 2 ? PG_TEXT : PG_INT8);
    }
    return err;
}

enum err pg_store_flush(struct store *store, struct error *e)
{
    enum err err = put_summaries(store, e);
    if (err == ERR_OK) {
        err = clear_latest(store, e);
    }
    if (err == ERR_OK) {
        err = count_windows(store, e);
    }
    if (err == ERR_OK) {
        err = put_chains(store, e);
    }
    if (err == ERR_OK) {
        err = pg_store_add_totals(store, SCOPE_PROCESS, e);
    }
    return err == ERR_OK ? pg_store_add_totals(store, SCOPE_AREA, e) : err;
}
