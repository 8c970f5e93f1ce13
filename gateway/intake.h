/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake: joins source and journal.  A message is stored before it is acknowledged:
 * the source's thread appends it, the committer's thread makes it durable and then
 * lets the acknowledgement go.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include "config/plan.h"
#include "crossing.h"
#include "journal/journal.h"
#include "source/source.h"

struct intake;

/* Opens the source.  Borrowed: journal, plan.  `session_expected`: an earlier run left
 * sessions at the brokers. */
enum err intake_open(struct journal *journal, const struct plan *plan,
                     bool session_expected, struct intake **ret_intake,
                     struct error *e) MUST_CHECK;

/* Starts the committer's thread. */
enum err intake_start(struct intake *intake, struct error *e) MUST_CHECK;

enum intake_turn {
    INTAKE_GO_ON, /* what was appended is durable, its acknowledgements may go */
    INTAKE_WAIT,  /* the store is full: wait a while before the next turn */
    INTAKE_END,   /* nothing more can be stored until a restart */
};

/* One commit; never waits.  The committer does nothing else; tests call it instead of
 * intake_start(). */
enum intake_turn intake_step(struct intake *intake);

/* Stops taking in, commits and releases the rest, ends the threads. */
void intake_close(struct intake **intake);

/* A view, for publishing and status; holds as long as the intake. */
struct source *intake_source(const struct intake *intake);

/* What came of the self-test of a broker (crossing.h). */
enum crossing_result intake_crossing(const struct intake *intake, size_t broker);

/* Why nothing more can be stored until a restart, or NULL. */
const char *intake_problem(struct intake *intake);

#endif
