/* SPDX-License-Identifier: Apache-2.0 */
/* The process beside the daemon that runs its command, and nothing else. */
#ifndef CHECKUP_HELPER_H
#define CHECKUP_HELPER_H

#include "core/buf.h"

#include <sys/types.h>

#define CHECKUP_OUTPUT_MAX (256U << 10)

/* Begins it: `*ret_file` is the end that one byte is sent to for each run, and that its
 * output comes from, behind a u32 length (UINT32_MAX: none).  Before any thread. */
bool checkup_helper_begin(const char *const *words, pid_t *ret_pid, int *ret_file);

/* Ends it at once. */
void checkup_helper_end(pid_t pid, int file);

#endif
