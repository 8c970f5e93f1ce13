/* SPDX-License-Identifier: Apache-2.0 */
/* How stored things look as JSON, and how parameters are read; what handlers share. */
#ifndef REGISTRY_API_PUT_H
#define REGISTRY_API_PUT_H

#include "registry/answer.h"

/* The keys of a summary's row: names, window, revision, amounts. */
void put_summary(struct json_writer *writer, const struct stored_summary *summary);
/* The keys of a total: label, windows, sums and what they rest on. */
void put_total(struct json_writer *writer, const struct total *total);
/* "x" as ISO text and "x_ns". */
void put_time(struct json_writer *writer, const char *key, const char *key_ns,
              int64_t ns);

/* Windows that lie between a process's first and last and are not there. */
int64_t missing_windows(const struct stored_process *process);

/* Reads a time: whole nanoseconds or ISO 8601 with a zone.  A missing parameter keeps
 * `*time_ns`.  False after a problem. */
bool read_time(const struct question *question, const char *name, int64_t *time_ns,
               struct answer *answer);
/* Reads `limit`, 1 to `max`. */
bool read_limit(const struct question *question, int64_t initial, int64_t max,
                int64_t *ret_limit, struct answer *answer);
/* Reads whole numbers between dots into `ret_numbers`; a missing parameter keeps them. */
bool read_after(const struct question *question, size_t count, int64_t *numbers,
                struct answer *answer);

/* Reads "<64 hex digits>" or the same with "/envelope" behind it. */
bool read_key(const char *rest, uint8_t ret_key[KEY_LEN], bool *ret_envelope);

/* Reads `by`: hour, day, month or year. */
bool read_period(const struct question *question, enum period *ret_period,
                 struct answer *answer);

#endif
