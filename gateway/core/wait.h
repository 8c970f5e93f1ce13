/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a condition for a while.  It goes by the monotonic clock, so that setting
 * the wall clock neither shortens nor prolongs it.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A condition for pthread_cond_timedwait() until a wait_end(). */
void wait_init(pthread_cond_t *condition);

/* `first` doubled so many times, at most `most`: how long to wait before trying again. */
int64_t wait_doubled(int64_t first, int64_t most, uint32_t times);

/* The end of a wait of `ns` that begins now; now, where that is negative. */
struct timespec wait_end(int64_t ns);

#endif
