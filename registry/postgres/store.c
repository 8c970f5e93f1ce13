/* SPDX-License-Identifier: Apache-2.0 */
/* The PostgreSQL store: opening, transactions, and what the ledger asks and writes. */
#include "registry/postgres/store.h"

#include "core/mem.h"
#include "registry/store_postgres.h"

#define ARENA_SIZE ((size_t)64 * 1024 * 1024)
#define FORMAT_VERSION 1

/* ---- opening ---- */

static enum err make_tables(struct store *store, struct error *e)
{
    /* Several registries may start at once. */
    enum err err = pg_text(&store->pg,
                           "BEGIN; SELECT pg_advisory_xact_lock(7205759403792793601)", e);
    for (int i = 0; err == ERR_OK && pg_schema[i]; i++) {
        err = pg_text(&store->pg, pg_schema[i], e);
    }
    if (err == ERR_OK) {
        err = pg_text(&store->pg, "COMMIT", e);
    }
    pg_rollback(&store->pg);
    return err;
}

static void postgres_close(struct store **store)
{
    struct store *s = *store;
    if (!s) {
        return;
    }
    pg_store_forget(s);
    pg_close(&s->pg);
    table_deinit(&s->months);
    table_deinit(&s->by_name);
    table_deinit(&s->keys);
    table_deinit(&s->asked);
    arena_deinit(&s->arena);
    for (int i = 0; i < PG_TOTAL_ARRAYS; i++) {
        pg_array_free(&s->arrays[i]);
        pg_array_free(&s->totals[0][i]);
        pg_array_free(&s->totals[1][i]);
    }
    mem_free(&s->processes);
    mem_free(&s->rows);
    mem_free(store);
}

static enum err postgres_open(const char *where, struct store **ret_store,
                              struct error *e)
{
    struct store *store = mem_new(struct store);
    arena_init(&store->arena, ARENA_SIZE);
    table_init(&store->months);
    pg_store_forget(store);
    enum err err = pg_open(&store->pg, where, pg_statements, PG_STATEMENTS, e);
    if (err == ERR_OK) {
        err = make_tables(store, e);
    }
    if (err != ERR_OK) {
        postgres_close(&store);
        return err;
    }
    *ret_store = store;
    return ERR_OK;
}

/* ---- transactions ---- */

void pg_store_forget(struct store *store)
{
    table_deinit(&store->by_name);
    table_init(&store->by_name);
    table_deinit(&store->keys);
    table_init(&store->keys);
    table_deinit(&store->asked);
    table_init(&store->asked);
    arena_reset(&store->arena);
    store->process_count = 0;
    store->row_count = 0;
    for (int scope = 0; scope < 2; scope++) {
        for (int i = 0; i < PG_TOTAL_ARRAYS; i++) {
            pg_array_begin(&store->totals[scope][i], i == 2 ? PG_TEXT : PG_INT8);
        }
    }
}

static enum err postgres_begin(struct store *store, struct error *e)
{
    pg_store_forget(store);
    return pg_begin(&store->pg, e);
}

static enum err postgres_commit(struct store *store, struct error *e)
{
    enum err err = pg_store_flush(store, e);
    return err == ERR_OK ? pg_commit(&store->pg, e) : err;
}

static void postgres_rollback(struct store *store)
{
    pg_rollback(&store->pg);
    pg_store_forget(store);
}

/* ---- processes ---- */

static enum err rename_process(struct store *store, struct pg_process *process,
                               const struct arrival *a, struct error *e)
{
    struct pg_params installation = {0};
    struct pg_params good = {0};
    pg_add_i64(&installation, process->installation);
    pg_add_text(&installation, a->operator_id);
    pg_add_text(&installation, a->country);
    pg_add_text(&installation, a->sector);
    pg_add_i64(&good, process->id);
    pg_add_text(&good, a->gateway);
    pg_add_text(&good, a->category);
    pg_add_text(&good, a->route);
    pg_add_text(&good, a->cn);
    pg_add_text(&good, a->unit);
    enum err err = pg_run(&store->pg, PG_NAME_INSTALLATION, &installation, NULL, e);
    return err == ERR_OK ? pg_run(&store->pg, PG_NAME_PROCESS, &good, NULL, e) : err;
}

static enum err postgres_take_process(struct store *store, const struct arrival *a,
                                      struct taken_process *ret_process, struct error *e)
{
    const char *const texts[] = {a->operator_id, a->country, a->sector, a->gateway,
                                 a->category,    a->route,   a->cn,     a->unit};
    struct pg_process *process =
        table_find(&store->by_name,
                   arena_print(&store->arena, "%s%c%s", a->installation, 0, a->process));
    ASSERT(process);
    *ret_process = (struct taken_process){
        .id = process->id,
        .zone_differs = strcmp(process->time_zone, a->time_zone) != 0,
        .area = process->area};
    for (int i = 0; i < 8; i++) {
        ret_process->renamed =
            ret_process->renamed || strcmp(process->names[i], texts[i]) != 0;
    }
    if (!ret_process->renamed || ret_process->zone_differs) {
        return ERR_OK;
    }
    memcpy(process->names, texts, sizeof texts);
    return rename_process(store, process, a, e);
}

static enum err postgres_take_area(struct store *store, const struct arrival *a,
                                   int64_t *ret_area, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_text(&params, a->country);
    pg_add_text(&params, a->sector);
    pg_add_text(&params, a->category);
    pg_add_text(&params, a->unit);
    enum err err = pg_run(&store->pg, PG_TAKE_AREA, &params, &result, e);
    if (err == ERR_OK) {
        *ret_area = pg_i64(result, 0, 0);
    }
    PQclear(result);
    return err;
}

static enum err postgres_set_area(struct store *store, int64_t process, int64_t area,
                                  struct error *e)
{
    struct pg_params params = {0};
    pg_store_process(store, process)->area = area;
    pg_add_i64(&params, process);
    pg_add_i64(&params, area);
    return pg_run(&store->pg, PG_SET_AREA, &params, NULL, e);
}

/* ---- summaries ---- */

static enum err postgres_find_key(struct store *store, const uint8_t key[KEY_LEN],
                                  bool *ret_found, int64_t *ret_stored_ns,
                                  struct error *e)
{
    struct bytes name = {.data = key, .len = KEY_LEN};
    uintptr_t place = (uintptr_t)table_find(&store->keys, name);
    *ret_found = place > 0;
    if (place > 0) {
        *ret_stored_ns = store->rows[place - 1].summary.stored_ns;
        return ERR_OK;
    }
    if (table_find(&store->asked, name)) {
        return ERR_OK;
    }
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_bytes(&params, name);
    enum err err = pg_run(&store->pg, PG_FIND_KEY, &params, &result, e);
    if (err == ERR_OK && PQntuples(result) > 0) {
        *ret_found = true;
        *ret_stored_ns = pg_i64(result, 0, 0);
    }
    PQclear(result);
    return err;
}

static enum err postgres_find_revision(struct store *store, int64_t process,
                                       const struct revision_name *name, bool *ret_found,
                                       struct stored_summary *ret_summary,
                                       struct error *e)
{
    (void)e;
    *ret_found = false;
    for (size_t at = pg_store_process(store, process)->rows; at > 0;
         at = store->rows[at - 1].next) {
        const struct stored_summary *s = &store->rows[at - 1].summary;
        bool fits = s->start_ns == name->start_ns &&
                    (name->latest ? !*ret_found || s->revision > ret_summary->revision
                                  : s->revision == name->revision);
        if (fits) {
            *ret_found = true;
            *ret_summary = *s;
        }
    }
    return ERR_OK;
}

static enum err postgres_find_overlap(struct store *store, int64_t process,
                                      const struct arrival *a, bool *ret_found,
                                      struct error *e)
{
    (void)e;
    *ret_found = false;
    for (size_t at = pg_store_process(store, process)->rows; at > 0;
         at = store->rows[at - 1].next) {
        const struct stored_summary *s = &store->rows[at - 1].summary;
        *ret_found = *ret_found || (s->start_ns != a->start_ns &&
                                    s->start_ns < a->end_ns && s->end_ns > a->start_ns);
    }
    return ERR_OK;
}

static enum err postgres_put_summary(struct store *store, int64_t process,
                                     const struct arrival *a, bool latest,
                                     struct error *e)
{
    (void)e;
    struct pg_process *p = pg_store_process(store, process);
    struct stored_summary summary = {.start_ns = a->start_ns,
                                     .end_ns = a->end_ns,
                                     .stored_ns = a->judgement.stored_ns,
                                     .revision = a->revision,
                                     .latest = latest,
                                     .complete = a->complete,
                                     .amounts = a->amounts};
    memcpy(summary.key, a->key, KEY_LEN);
    memcpy(summary.supersedes, a->supersedes, KEY_LEN);
    pg_store_add_row(store, p, &summary)->arrival = a;
    p->new_summaries++;
    return ERR_OK;
}

static enum err postgres_clear_latest(struct store *store, int64_t summary,
                                      struct error *e)
{
    (void)e;
    ASSERT(summary > 0 && (size_t)summary <= store->row_count);
    struct pg_row *row = &store->rows[summary - 1];
    row->summary.latest = false;
    row->cleared = !row->arrival;
    return ERR_OK;
}

static enum err postgres_count_window(struct store *store, int64_t process,
                                      const struct arrival *a, struct error *e)
{
    (void)e;
    struct pg_process *p = pg_store_process(store, process);
    bool first = p->new_windows++ == 0;
    p->first_ns = first || a->start_ns < p->first_ns ? a->start_ns : p->first_ns;
    p->last_ns = first || a->start_ns > p->last_ns ? a->start_ns : p->last_ns;
    p->ends_ns = first || a->end_ns > p->ends_ns ? a->end_ns : p->ends_ns;
    return ERR_OK;
}

static enum err postgres_add_total(struct store *store, const struct total_name *name,
                                   const struct total *delta, struct error *e)
{
    (void)e;
    struct pg_array *arrays = store->totals[name->scope];
    pg_array_i64(&arrays[0], name->owner);
    pg_array_i64(&arrays[1], (int64_t)name->period);
    pg_array_bytes(&arrays[2], bytes_of(name->label));
    pg_array_i64(&arrays[3], delta->windows);
    pg_array_i64(&arrays[4], delta->complete);
    for (int i = 0; i < AMOUNTS; i++) {
        pg_array_i64(&arrays[5 + 3 * i], delta->sum[i].whole);
        pg_array_i64(&arrays[6 + 3 * i], delta->sum[i].part);
        pg_array_i64(&arrays[7 + 3 * i], delta->known[i]);
    }
    return ERR_OK;
}

const struct store_driver store_postgres = {
    .name = "postgres",
    .several_connections = true,
    .open = postgres_open,
    .close = postgres_close,
    .begin = postgres_begin,
    .prepare = pg_store_prepare,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .take_process = postgres_take_process,
    .find_key = postgres_find_key,
    .find_revision = postgres_find_revision,
    .find_overlap = postgres_find_overlap,
    .put_summary = postgres_put_summary,
    .clear_latest = postgres_clear_latest,
    .count_window = postgres_count_window,
    .add_total = postgres_add_total,
    .take_area = postgres_take_area,
    .set_area = postgres_set_area,
    .each_rollup = pg_each_rollup,
    .get_chain = pg_get_chain,
    .put_chain = pg_put_chain,
    .find_link = pg_find_link,
    .put_link = pg_put_link,
    .drop_links = pg_drop_links,
    .find_other_root = pg_find_other_root,
    .put_refusal = pg_put_refusal,
    .put_checkpoint = pg_put_checkpoint,
    .put_change = pg_put_change,
    .each_refusal = pg_each_refusal,
    .get_refusal = pg_get_refusal,
    .each_checkpoint = pg_each_checkpoint,
    .each_change = pg_each_change,
    .put_record = pg_put_record,
    .drop_record = pg_drop_record,
    .each_record = pg_each_record,
    .each_key = pg_each_key,
    .drop_summaries = pg_drop_summaries,
    .each_installation = pg_each_installation,
    .each_process = pg_each_process,
    .each_summary = pg_each_summary,
    .each_total = pg_each_total,
    .get_envelope = pg_get_envelope,
    .count = pg_count,
};
