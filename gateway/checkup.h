/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `emgate doctor` finds, for the page: the same program is run beside the daemon
 * when somebody asks and what is known has grown old, and killed when it takes too long.
 * Nobody asking costs nothing.
 *
 * checkup_put() may be called from any thread.
 */
#ifndef CHECKUP_H
#define CHECKUP_H

#include "core/json_writer.h"

struct checkup;

/* `words` is the command with its arguments, ends in NULL; it prints a JSON list.  Before
 * any thread, and before the process confines itself: a helper process is begun that runs
 * the command and nothing else. */
struct checkup *checkup_open(const char *const *words);
/* The same with `emgate doctor` of this very program. */
struct checkup *checkup_open_doctor(const char *config_path);
void checkup_close(struct checkup **checkup);

/* {"running", "at", "findings": [as the command prints them], "problem"}; has it run
 * again when what is known is old, or is not quite new and `again` is set. */
void checkup_put(struct checkup *checkup, bool again, struct json_writer *writer);

#endif
