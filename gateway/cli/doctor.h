/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of `emgate doctor` that tests use alone. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/environment.h"

#include <jansson.h>

/* Reads a mosquitto configuration (and what it includes) and tells each setting that
 * loses data, with the line that mends it. */
void doctor_check_mosquitto(const char *path, struct findings *findings);

/* What the answer of /v1/status tells of a running gateway: problems, stores that fill,
 * messages set aside, sinks that do not deliver. */
void doctor_check_status(const json_t *status, struct findings *findings);

#endif
