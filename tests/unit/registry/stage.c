/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef EMGATE_HAVE_POSTGRES
#include "registry/store_postgres.h"

#include <libpq-fe.h>
#endif

static int64_t stage_now(void *ctx)
{
    const struct stage *stage = ctx;
    return stage->now_ns;
}

#ifdef EMGATE_HAVE_POSTGRES
/* A schema of its own in the database that tests/lib/with_postgres.py has started. */
static const struct store_driver *new_schema(const char *uri, char where[WHERE_MAX])
{
    static int number;
    char text[128];
    PGconn *conn = PQconnectdb(uri);
    number++;
    snprintf(text, sizeof text, "CREATE SCHEMA t%d_%d", (int)getpid(), number);
    PGresult *result = PQexec(conn, text);
    cr_assert_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s", PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    snprintf(where, WHERE_MAX, "%s&options=-csearch_path%%3Dt%d_%d", uri, (int)getpid(),
             number);
    return &store_postgres;
}
#endif

const struct store_driver *stage_store(char where[WHERE_MAX])
{
#ifdef EMGATE_HAVE_POSTGRES
    const char *uri = getenv("EMGATE_TEST_POSTGRES");
    if (uri) {
        return new_schema(uri, where);
    }
#endif
    snprintf(where, WHERE_MAX, ":memory:");
    return &store_sqlite;
}

void stage_init(struct stage *stage)
{
    struct error e = {0};
    memset(stage, 0, sizeof *stage);
    stage->installation = (struct node){.text = BYTES("PK-CEM-0001")};
    stage->installations =
        (struct node){.kind = NODE_LIST, .first = &stage->installation, .count = 1};
    stage->gateway = (struct gateway_settings){.id = "cement-01",
                                               .operator_id = "OP-0001",
                                               .installations = &stage->installations};
    stage->sender.gateway = &stage->gateway;
    arena_init(&stage->arena, (size_t)1024 * 1024);
    arena_init(&stage->scratch, (size_t)1024 * 1024);
    arena_init(&stage->kept, (size_t)1024 * 1024);
    stage->now_ns = 1000;
    stage->clock =
        (struct clock){.wall_ns = stage_now, .boot_ns = stage_now, .ctx = stage};
    char where[WHERE_MAX];
    const struct store_driver *driver = stage_store(where);
    cr_assert_eq(intake_open(driver, where, &stage->clock, &stage->intake, &e), ERR_OK,
                 "%s", e.text);
}

void stage_enrol(struct stage *stage, const uint8_t public_key[32])
{
    stage->sender.keys.keys[0] = (struct known_key){
        .key = key_of_bytes(public_key), .up_to = UINT64_MAX, .revoked_ns = INT64_MAX};
    stage->sender.keys.count = 1;
}

void stage_deinit(struct stage *stage)
{
    intake_close(&stage->intake);
    arena_deinit(&stage->arena);
    arena_deinit(&stage->scratch);
    arena_deinit(&stage->kept);
}

struct judgement stage_put(struct stage *stage, const struct envelope_facts *facts,
                           uint8_t ret_key[32])
{
    struct error e = {0};
    struct arrival arrival;
    struct bytes envelope = envelope_make(facts, &stage->arena, ret_key);
    cr_assert_eq(arrival_read(envelope, &stage->sender, &stage->scratch, &stage->kept,
                              &arrival, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_eq(intake_put(stage->intake, &arrival, 1, &e), ERR_OK, "%s", e.text);
    return arrival.judgement;
}

struct total_question {
    enum period period;
    struct total total;
};

static void take_total(void *ctx, const struct total *total)
{
    struct total_question *asked = ctx;
    asked->total = *total;
    asked->total.label = NULL; /* a view that ends with the call */
}

static enum err ask_total(void *ctx, const struct store_driver *driver,
                          struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct total_question *asked = ctx;
    struct total_query query = {.process = 1, .period = asked->period, .limit = 1};
    return driver->each_total(store, &query, take_total, asked, e);
}

struct total stage_total(struct stage *stage, enum period period)
{
    struct error e = {0};
    struct total_question asked = {.period = period};
    cr_assert_eq(intake_ask(stage->intake, ask_total, &asked, &e), ERR_OK);
    return asked.total;
}
