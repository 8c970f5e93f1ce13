/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The postgres sink under its forwarder; EMGATE_TEST_POSTGRES names the server
 * (tests/lib/with_postgres.py).  Each test has a table of its own.
 */
#include "sinks/sink.h"

#include "envelopes.h"
#include "sink_rig.h"

#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

struct stage {
    struct sink_rig rig;
    PGconn *conn; /* of the test */
    char table[64];
};

static void run(struct stage *stage, const char *front, const char *back)
{
    char sql[512];
    snprintf(sql, sizeof sql, "%s %s %s", front, stage->table, back);
    PGresult *result = PQexec(stage->conn, sql);
    cr_assert(PQresultStatus(result) == PGRES_COMMAND_OK, "%s",
              PQerrorMessage(stage->conn));
    PQclear(result);
}

static int number(struct stage *stage, const char *front, const char *back)
{
    char sql[512];
    snprintf(sql, sizeof sql, "%s %s %s", front, stage->table, back);
    PGresult *result = PQexec(stage->conn, sql);
    cr_assert(PQresultStatus(result) == PGRES_TUPLES_OK, "%s",
              PQerrorMessage(stage->conn));
    int value = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return value;
}

static void stage_init(struct stage *stage, const char *table, const char *more)
{
    char settings[512];
    const char *uri = getenv("EMGATE_TEST_POSTGRES");
    cr_assert_not_null(uri, "EMGATE_TEST_POSTGRES names no server");
    snprintf(stage->table, sizeof stage->table, "%s", table);
    stage->conn = PQconnectdb(uri);
    cr_assert(PQstatus(stage->conn) == CONNECTION_OK);
    run(stage, "SET client_min_messages TO error; DROP TABLE IF EXISTS", "");
    snprintf(settings, sizeof settings, "uri: '%s'\ntable: %s\n%s", uri, table, more);
    sink_rig_init(&stage->rig, "postgres", settings);
    stage->rig.plan.timeout_ns = INT64_C(10) * NS_PER_S;
}

static void stage_deinit(struct stage *stage)
{
    sink_rig_deinit(&stage->rig);
    run(stage, "SET client_min_messages TO error; DROP TABLE IF EXISTS", "");
    PQfinish(stage->conn);
}

Test(postgres, summaries_are_stored_once_however_often_they_are_sent)
{
    struct stage stage;
    stage_init(&stage, "once", "batch: 7");
    sink_rig_put(&stage.rig, 20);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++) {
            stage.rig.outbox.rows[i].state = FAKE_NEW;
        }
        sink_rig_run(&stage.rig, 10);
        cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 20);
    }
    cr_expect_eq(number(&stage, "SELECT count(*) FROM", ""), 20);
    cr_expect_eq(number(&stage, "SELECT count(*) FROM",
                        "WHERE process = 'clinker' AND summary->>'process' = 'clinker'"),
                 20);
    stage_deinit(&stage);
}

Test(postgres, other_bytes_under_the_key_are_a_conflict_with_an_alarm)
{
    struct stage stage;
    stage_init(&stage, "bytes", "");
    sink_rig_put(&stage.rig, 3);
    sink_rig_run(&stage.rig, 10);
    run(&stage, "UPDATE", "SET envelope = envelope || '\\x00' WHERE revision = 0");
    stage.rig.outbox.rows[1].state = FAKE_NEW;

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(stage.rig.outbox.rows[1].state, FAKE_SET_ASIDE);
    cr_expect_not_null(strstr(stage.rig.outbox.rows[1].why, "ALARM"));
    stage_deinit(&stage);
}

Test(postgres, another_summary_of_the_same_window_is_a_conflict_and_holds_up_nobody)
{
    struct stage stage;
    struct envelope_facts facts = ENVELOPE_FACTS;
    stage_init(&stage, "windows", "");
    sink_rig_put(&stage.rig, 3);
    facts.direct = 7;
    struct fake_row *row =
        &stage.rig.outbox.rows[fake_outbox_put(&stage.rig.outbox, "clinker", "")];
    row->envelope = envelope_make(&facts, &stage.rig.arena, row->key);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 3);
    cr_expect_eq(row->state, FAKE_SET_ASIDE);
    cr_expect_not_null(strstr(row->why, "another summary"), "%s", row->why);
    stage_deinit(&stage);
}

Test(postgres, what_is_no_envelope_is_set_aside_and_the_others_go_through)
{
    struct stage stage;
    stage_init(&stage, "poison", "");
    sink_rig_put(&stage.rig, 2);
    fake_outbox_put(&stage.rig.outbox, "clinker", "\xff\xff rubbish");
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 4);
    cr_expect_eq(stage.rig.outbox.rows[2].state, FAKE_SET_ASIDE);
    stage_deinit(&stage);
}

Test(postgres, a_table_that_is_missing_or_locked_is_waited_for)
{
    struct stage stage;
    struct forward_status status;
    stage_init(&stage, "missing", "create: false");
    stage.rig.plan.timeout_ns = 300 * NS_PER_MS;
    sink_rig_put(&stage.rig, 2);

    cr_expect_eq(sink_rig_run(&stage.rig, 3), 3);

    forward_get_status(stage.rig.forward, &status);
    cr_expect_not_null(strstr(status.last_error, "does not exist"), "%s",
                       status.last_error);
    cr_expect_eq(status.retried, 6);
    stage_deinit(&stage);
}

Test(postgres, a_server_that_hangs_is_left_in_time_and_nothing_is_lost)
{
    struct stage stage;
    stage_init(&stage, "hanging", "");
    sink_rig_put(&stage.rig, 1);
    sink_rig_run(&stage.rig, 5);
    stage.rig.plan.timeout_ns = 300 * NS_PER_MS;
    sink_rig_put(&stage.rig, 1);
    run(&stage, "BEGIN; LOCK TABLE", "IN ACCESS EXCLUSIVE MODE");

    cr_expect_eq(sink_rig_run(&stage.rig, 2), 2);
    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_NEW), 1);
    PQclear(PQexec(stage.conn, "COMMIT"));
    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 2);
    cr_expect_eq(number(&stage, "SELECT count(*) FROM", ""), 2);
    stage_deinit(&stage);
}

Test(postgres, a_connection_that_is_ended_is_made_anew)
{
    struct stage stage;
    stage_init(&stage, "ended", "");
    sink_rig_put(&stage.rig, 2);
    sink_rig_run(&stage.rig, 5);
    PQclear(PQexec(stage.conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                               " WHERE pid <> pg_backend_pid() AND application_name ="
                               " 'emgate'"));
    sink_rig_put(&stage.rig, 2);

    sink_rig_run(&stage.rig, 10);

    cr_expect_eq(sink_rig_count(&stage.rig, FAKE_DONE), 4);
    cr_expect_eq(number(&stage, "SELECT count(*) FROM", ""), 4);
    stage_deinit(&stage);
}

Test(postgres, nobody_there_is_surely_not_stored)
{
    struct sink_rig rig;
    struct forward_status status;
    sink_rig_init(&rig, "postgres", "uri: 'host=/nowhere dbname=x'");
    sink_rig_put(&rig, 1);

    cr_expect_eq(sink_rig_run(&rig, 3), 3);

    forward_get_status(rig.forward, &status);
    cr_expect_eq(status.retried, 3);
    cr_expect_not_null(strstr(status.last_error, "/nowhere"), "%s", status.last_error);
    sink_rig_deinit(&rig);
}

static void expect_problem(const char *settings, const char *words)
{
    struct problems problems;
    sink_problems(sink_find(BYTES("postgres")), settings, &problems);
    cr_expect_eq(problems.count, 1, "%s", settings);
    cr_expect_not_null(strstr((const char *)problems.text.data, words), "%s",
                       (const char *)problems.text.data);
    problems_deinit(&problems);
}

Test(postgres, wrong_settings_are_told)
{
    expect_problem("uri: 'postgresql://a:b@c/d'", "password");
    expect_problem("uri: 'nonsense=1'", "uri:");
    expect_problem("uri: 'host=x'\ntable: 'a;b'", "table:");
    expect_problem("uri: 'host=x'\ntable: a.b.c", "table:");
    expect_problem("uri: 'host=x'\ntable: 1a", "table:");
}
