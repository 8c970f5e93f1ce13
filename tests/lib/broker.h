/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mosquitto of our own for a test: our shipped configuration on a free port, in a
 * temporary directory.  It dies with the test's process.
 */
#ifndef LIB_BROKER_H
#define LIB_BROKER_H

#include <stdbool.h>
#include <sys/types.h>

struct broker {
    char directory[64]; /* certificates, data, configuration */
    int port;
    pid_t pid;
    char uri[48];
};

/* Makes directory and port; starts nothing. */
void broker_init(struct broker *broker);
/* Starts it, waits until it answers.  `more` is added to the configuration; NULL:
 * nothing. */
void broker_start(struct broker *broker, const char *more);
/* `sig` SIGTERM: it stores its state; SIGKILL: it does not.  Waits for its end. */
void broker_stop(struct broker *broker, int sig);
/* Stops it and removes the directory. */
void broker_deinit(struct broker *broker);

#endif
