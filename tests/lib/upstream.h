/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An upstream broker with a registry behind it that misbehaves by script, for the mqtt
 * sink: it takes the publications of one client, a batch ends when nothing more comes
 * for a moment, and each batch does the next step of `far_side.h`; after the last it
 * behaves.  FAR_STATUS refuses the next connection with that code, FAR_ONLY refuses each
 * publication with the MQTT 5 reason `status`, FAR_POISON the one with the poison's key
 * (0x99).
 */
#ifndef LIB_UPSTREAM_H
#define LIB_UPSTREAM_H

#include "far_side.h"

#include <stdbool.h>

struct upstream;

/* `version` 4 or 5; a version 4 broker refuses clients of version 5.  `steps` outlive
 * it. */
struct upstream *upstream_open(int version, const struct far_step *steps, size_t count);
void upstream_close(struct upstream **upstream);

/* Where it listens: "mqtt://127.0.0.1:port". */
const char *upstream_uri(const struct upstream *upstream);

/* The key whose envelope FAR_POISON refuses. */
void upstream_set_poison(struct upstream *upstream, const uint8_t key[32]);

/* Distinct keys stored, stores of keys that were stored before, connections. */
unsigned upstream_stored(struct upstream *upstream);
unsigned upstream_repeated(struct upstream *upstream);
unsigned upstream_connections(struct upstream *upstream);

/* What the last publication was: its topic, the topic for the answer, and whether its
 * correlation data were the envelope's key. */
void upstream_last(struct upstream *upstream, char topic[256], char reply[256],
                   bool *ret_correlated);

#endif
