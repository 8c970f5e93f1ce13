/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction reads before the ledger judges: the processes of its arrivals, held
 * in order of their ids so that no two registries wait for each other; the summaries
 * around each window; the chains.
 */
#include "registry/postgres/store.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_YEAR 2000
#define LAST_YEAR 2099

static int64_t month_start_ns(int year, int month)
{
    return time_from_civil(&(struct civil){.year = year, .month = month, .day = 1});
}

/* Makes the partition of a month, outside of the transaction, which has done nothing
 * yet: it would hold up everybody's reading until the commit. */
static enum err make_month(struct store *store, const char *name, int year, int month,
                           struct error *e)
{
    char text[512];
    snprintf(text, sizeof text,
             "BEGIN; SELECT pg_advisory_xact_lock(7205759403792793600);"
             " CREATE TABLE IF NOT EXISTS summary_%s PARTITION OF summary FOR VALUES"
             " FROM (%lld) TO (%lld); COMMIT",
             name, (long long)month_start_ns(year, month),
             (long long)month_start_ns(year + month / 12, month % 12 + 1));
    enum err err = pg_text(&store->pg, "COMMIT", e);
    if (err == ERR_OK) {
        err = pg_text(&store->pg, text, e);
    }
    if (err == ERR_OK) {
        err = pg_text(&store->pg, "BEGIN", e);
    }
    if (err == ERR_OK) {
        table_put(&store->months, bytes_of(name), store);
    }
    return err;
}

static enum err make_months(struct store *store, struct arrival *const *arrivals,
                            size_t count, struct error *e)
{
    char name[16];
    for (size_t i = 0; i < count; i++) {
        struct civil civil = time_to_civil(arrivals[i]->start_ns);
        if (civil.year < FIRST_YEAR || civil.year > LAST_YEAR) {
            continue;
        }
        snprintf(name, sizeof name, "%04d_%02d", civil.year, civil.month);
        if (!table_find(&store->months, bytes_of(name)) &&
            make_month(store, name, civil.year, civil.month, e) != ERR_OK) {
            return e ? e->code : ERR_SYSTEM;
        }
    }
    return ERR_OK;
}

/* ---- processes ---- */

static struct bytes name_of(struct store *store, const char *installation,
                            const char *process)
{
    return arena_print(&store->arena, "%s%c%s", installation, 0, process);
}

static const char *keep(struct store *store, const char *text)
{
    return (const char *)arena_copy(&store->arena, bytes_of(text)).data;
}

static void take_process(struct store *store, const PGresult *result, int row)
{
    struct pg_process *p = arena_new(&store->arena, struct pg_process);
    if (!p) {
        return; /* the arena's mark is seen at the end */
    }
    *p = (struct pg_process){.id = pg_i64(result, row, 0),
                             .time_zone = keep(store, pg_words(result, row, 3)),
                             .area = pg_i64(result, row, 4),
                             .last_end_ns = pg_i64(result, row, 13),
                             .installation = pg_i64(result, row, 14)};
    for (int i = 0; i < 8; i++) {
        p->names[i] = keep(store, pg_words(result, row, 5 + i));
    }
    store->processes = mem_grow(store->processes, store->process_count,
                                &store->process_capacity, sizeof(struct pg_process *));
    store->processes[store->process_count++] = p;
    table_put(&store->by_name,
              name_of(store, pg_words(result, row, 1), pg_words(result, row, 2)), p);
}

static enum err lock_processes(struct store *store, struct arrival *const *arrivals,
                               size_t count, struct error *e)
{
    struct pg_array *arrays = store->arrays;
    struct table seen;
    table_init(&seen);
    pg_array_begin(&arrays[0], PG_TEXT);
    pg_array_begin(&arrays[1], PG_TEXT);
    for (size_t i = 0; i < count; i++) {
        const struct arrival *a = arrivals[i];
        struct bytes name = name_of(store, a->installation, a->process);
        if (!table_find(&seen, name) && !table_find(&store->by_name, name)) {
            table_put(&seen, name, store);
            pg_array_bytes(&arrays[0], bytes_of(a->installation));
            pg_array_bytes(&arrays[1], bytes_of(a->process));
        }
    }
    table_deinit(&seen);
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_add_array(&params, &arrays[0]);
    pg_add_array(&params, &arrays[1]);
    enum err err = pg_run(&store->pg, PG_LOCK_PROCESSES, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        take_process(store, result, row);
    }
    PQclear(result);
    return err;
}

/* Makes the processes that are not there; true when there were some. */
static enum err make_processes(struct store *store, struct arrival *const *arrivals,
                               size_t count, bool *ret_made, struct error *e)
{
    struct pg_array *arrays = store->arrays;
    for (int i = 0; i < 7; i++) {
        pg_array_begin(&arrays[i], PG_TEXT);
    }
    for (size_t i = 0; i < count; i++) {
        const struct arrival *a = arrivals[i];
        const char *const texts[] = {a->installation, a->operator_id,  a->country,
                                     a->sector,       a->installation, a->process,
                                     a->time_zone};
        if (table_find(&store->by_name, name_of(store, a->installation, a->process))) {
            continue;
        }
        for (int k = 0; k < 7; k++) {
            pg_array_bytes(&arrays[k], bytes_of(texts[k]));
        }
    }
    *ret_made = arrays[0].count > 0;
    if (!*ret_made) {
        return ERR_OK;
    }
    struct pg_params installations = {0};
    struct pg_params processes = {0};
    for (int i = 0; i < 7; i++) {
        pg_add_array(i < 4 ? &installations : &processes, &arrays[i]);
    }
    enum err err = pg_run(&store->pg, PG_ADD_INSTALLATIONS, &installations, NULL, e);
    return err == ERR_OK ? pg_run(&store->pg, PG_ADD_PROCESSES, &processes, NULL, e)
                         : err;
}

struct pg_process *pg_store_process(struct store *store, int64_t id)
{
    size_t from = 0;
    size_t to = store->process_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (store->processes[middle]->id < id) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    ASSERT(from < store->process_count && store->processes[from]->id == id);
    return store->processes[from];
}

/* ---- summaries ---- */

static bool is_known(const struct store *store, const struct pg_process *process,
                     const struct stored_summary *summary)
{
    for (size_t at = process->rows; at > 0; at = store->rows[at - 1].next) {
        const struct stored_summary *known = &store->rows[at - 1].summary;
        if (known->start_ns == summary->start_ns &&
            known->revision == summary->revision) {
            return true;
        }
    }
    return false;
}

struct pg_row *pg_store_add_row(struct store *store, struct pg_process *process,
                                const struct stored_summary *summary)
{
    store->rows = mem_grow(store->rows, store->row_count, &store->row_capacity,
                           sizeof *store->rows);
    struct pg_row *row = &store->rows[store->row_count++];
    *row = (struct pg_row){
        .summary = *summary, .process = process->id, .next = process->rows};
    row->summary.id = (int64_t)store->row_count;
    process->rows = store->row_count;
    table_put(&store->keys, (struct bytes){.data = summary->key, .len = KEY_LEN},
              (void *)(uintptr_t)store->row_count);
    return row;
}

static enum err read_surroundings(struct store *store, struct error *e)
{
    struct pg_params params = {0};
    PGresult *result = NULL;
    for (int i = 0; i < 3; i++) {
        pg_add_array(&params, &store->arrays[i]);
    }
    enum err err = pg_run(&store->pg, PG_SURROUNDINGS, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        struct stored_summary summary;
        struct pg_process *process = pg_store_process(store, pg_i64(result, row, 0));
        pg_read_summary(result, row, &summary);
        if (!is_known(store, process, &summary)) {
            pg_store_add_row(store, process, &summary);
        }
    }
    PQclear(result);
    return err;
}

/* Windows behind the last one of their process have nothing around them. */
static enum err find_surroundings(struct store *store, struct arrival *const *arrivals,
                                  size_t count, struct error *e)
{
    struct pg_array *arrays = store->arrays;
    for (int i = 0; i < 3; i++) {
        pg_array_begin(&arrays[i], PG_INT8);
    }
    for (size_t i = 0; i < count; i++) {
        const struct arrival *a = arrivals[i];
        const struct pg_process *process =
            table_find(&store->by_name, name_of(store, a->installation, a->process));
        if (!process) {
            return error_set(e, ERR_RETRY, "postgres: a process is gone");
        }
        table_put(&store->asked, (struct bytes){.data = a->key, .len = KEY_LEN}, store);
        if (a->start_ns < process->last_end_ns) {
            pg_array_i64(&arrays[0], process->id);
            pg_array_i64(&arrays[1], a->start_ns);
            pg_array_i64(&arrays[2], a->end_ns);
        }
    }
    return arrays[0].count > 0 ? read_surroundings(store, e) : ERR_OK;
}

/* ---- chains ---- */

static void take_chain(struct store *store, const PGresult *result, int row)
{
    struct pg_process *process = pg_store_process(store, pg_i64(result, row, 0));
    struct pg_chain *chain = arena_new(&store->arena, struct pg_chain);
    if (!chain) {
        return;
    }
    *chain = (struct pg_chain){.gateway = keep(store, pg_words(result, row, 1)),
                               .links = pg_i64(result, row, 9),
                               .next = process->chains};
    chain->chain = (struct chain){.found = true,
                                  .epoch = pg_i64(result, row, 2),
                                  .began_ns = pg_i64(result, row, 3),
                                  .has_first = PQgetisnull(result, row, 4) == 0,
                                  .first_tree = (uint64_t)pg_i64(result, row, 5),
                                  .head_tree = (uint64_t)pg_i64(result, row, 7)};
    pg_read_key(result, row, 4, chain->chain.first_names);
    pg_read_key(result, row, 6, chain->chain.head);
    pg_read_key(result, row, 8, chain->chain.head_root);
    process->chains = chain;
}

static enum err read_chains(struct store *store, struct arrival *const *arrivals,
                            size_t count, struct error *e)
{
    bool chained = false;
    for (size_t i = 0; i < count; i++) {
        chained = chained || arrivals[i]->chained;
    }
    if (!chained) {
        return ERR_OK;
    }
    struct pg_array *ids = &store->arrays[0];
    struct pg_params params = {0};
    PGresult *result = NULL;
    pg_array_begin(ids, PG_INT8);
    for (size_t i = 0; i < store->process_count; i++) {
        pg_array_i64(ids, store->processes[i]->id);
    }
    pg_add_array(&params, ids);
    enum err err = pg_run(&store->pg, PG_CHAINS, &params, &result, e);
    for (int row = 0; err == ERR_OK && row < PQntuples(result); row++) {
        take_chain(store, result, row);
    }
    PQclear(result);
    return err;
}

static int by_id(const void *left, const void *right)
{
    int64_t a = (*(struct pg_process *const *)left)->id;
    int64_t b = (*(struct pg_process *const *)right)->id;
    return a < b ? -1 : a > b;
}

enum err pg_store_prepare(struct store *store, struct arrival *const *arrivals,
                          size_t count, struct error *e)
{
    bool made = false;
    enum err err = make_months(store, arrivals, count, e);
    if (err == ERR_OK) {
        err = lock_processes(store, arrivals, count, e);
    }
    if (err == ERR_OK) {
        err = make_processes(store, arrivals, count, &made, e);
    }
    if (err == ERR_OK && made) {
        err = lock_processes(store, arrivals, count, e);
        qsort(store->processes, store->process_count, sizeof(struct pg_process *), by_id);
    }
    if (err == ERR_OK) {
        err = find_surroundings(store, arrivals, count, e);
    }
    if (err == ERR_OK) {
        err = read_chains(store, arrivals, count, e);
    }
    return err == ERR_OK && store->arena.overflow
               ? error_set(e, ERR_RETRY, "postgres: too much in one transaction")
               : err;
}
