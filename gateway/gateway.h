/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon: `emgate run`.  Opens the stages in order, joins them at their two
 * hand-overs (journal and outbox), waits for signals, closes them in reverse.
 *
 *     source --intake--> journal --pipeline--> outbox --forwarders--> sinks
 *
 * SIGTERM, SIGINT: stop.  SIGHUP: read the configuration again; a bad one leaves the
 * old one running.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "bridges.h"
#include "checkup.h"
#include "intake.h"
#include "pipeline.h"
#include "sinks/forward.h"

#define GATEWAY_SOFTWARE "emgate " EMGATE_VERSION

/* Runs until a signal; the exit code of the process (cli/command.h). */
int gateway_run(const char *config_path);

/* Takes the state directory's lock: one process at a time.  ERR_RETRY: another holds
 * it.  Closing the file lets go of it. */
enum err gateway_lock(const char *state_directory, int *ret_file,
                      struct error *e) MUST_CHECK;

/* Opens the journal as the plan has it. */
enum err gateway_open_journal(const struct plan *plan, struct journal **ret_journal,
                              struct error *e) MUST_CHECK;

/* Reads and checks a configuration; prints every problem to stderr and gives NULL when
 * there was one.  The caller frees both. */
struct plan *gateway_read_config(const char *config_path, struct bundle *ret_bundle);

/* What a running gateway lends to its pages; see api.h. */
struct gateway_view {
    const struct plan *plan;
    struct checkup *checkup;
    const char *software;
    int64_t started_ns;
    struct journal *journal;
    struct outbox *outbox;
    struct pipeline *pipeline;
    struct tap *tap;
    struct intake *intake;
    struct forward *const *forwards;
    size_t forward_count;
    struct bridges bridges;
};

#endif
