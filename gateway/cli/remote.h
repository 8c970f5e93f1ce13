/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a command looks into the stores: it asks the running daemon through the socket in
 * its state directory; when none is running it opens the files itself.
 */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "api.h"
#include "cli/command.h"

#include <jansson.h>

/* An answer that the outbox alone can give. */
typedef enum err remote_local_fn(struct outbox *outbox, void *ctx,
                                 struct json_writer *writer, struct error *e);

/* Asks the daemon that holds this state directory; its answer's body is added to
 * `answer`.  Gives the HTTP status, or 0 when nobody answers.  `method` is "GET" or
 * "POST". */
long remote_call(const char *state_directory, const char *method, const char *path,
                 struct buf *answer);

/* What `path` ("/v1/summaries?limit=5") answers, as parsed JSON that the caller frees;
 * `local` makes it when no daemon is running (NULL: then it is an error).  On failure
 * prints why and gives NULL and the exit code. */
json_t *remote_get(const char *config_path, const char *path, remote_local_fn *local,
                   void *ctx, int *ret_code);

/* What the daemon of a state directory answers, or NULL when none does (`*ret_code` is
 * set only when it answered something that is not JSON). */
json_t *remote_ask(const char *state_directory, const char *path, int *ret_code);

/* Asks a running daemon to do something; what it answers.  On failure prints why and
 * gives NULL and the exit code. */
json_t *remote_post(const char *state_directory, const char *path, int *ret_code);

/* Prints a JSON value as the commands do with --json. */
void remote_print_json(const json_t *value);

/* Text of a member, or "". */
const char *remote_text(const json_t *object, const char *key);

#endif
