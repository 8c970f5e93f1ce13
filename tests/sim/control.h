/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Negative controls: what is broken on purpose, to see that the checks notice.  Two of
 * them lie within the gateway: functions stand in front of its own (linker option
 * --wrap).
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

/* What is left out on purpose, to see that it is noticed. */
enum control {
    CONTROL_NONE,
    CONTROL_NO_SYNC,   /* sync and sync_dir do nothing */
    CONTROL_NO_UNIQUE, /* the far side stores the same key again */
    CONTROL_EARLY_ACK, /* acknowledged when taken, not when durable */
    CONTROL_CURSOR,    /* the fold's state is committed before its results */
    CONTROL_TORN,      /* damage in the middle is taken for a torn tail */
    CONTROL_COUNT
};

/* What the functions in front of the gateway's own spoil from now on. */
void control_set(enum control control);

#endif
