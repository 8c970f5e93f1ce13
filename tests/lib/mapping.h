/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mappings made of text, for tests: what a payload becomes, as one line of text.
 *
 *     outcome[ reason]: device metric value [unit] quality[/detail] time; ...
 *
 * The outcome is left out when the message is accepted.  Text values stand in quotes,
 * a value that is none is "-", and the receive time is "recv".
 */
#ifndef TESTS_MAPPING_H
#define TESTS_MAPPING_H

#include "decode/decode.h"

struct mapping {
    struct problems problems;
    struct document *document;
    struct plan_route route;
    struct decoder *decoder; /* NULL when there are problems */
    struct arena arena;
    struct buf line;
};

/* Loads; fails the test when there are problems. */
void mapping_open(struct mapping *mapping, const char *yaml);
void mapping_close(struct mapping *mapping);

/* What a message becomes; holds until the next call. */
const char *mapping_decode(struct mapping *mapping, const char *topic,
                           struct bytes payload);
const char *mapping_decode_retained(struct mapping *mapping, const char *topic,
                                    struct bytes payload);

/* Opens, decodes one message on topic "a/b/c", compares. */
void expect_mapped(const char *yaml, const char *payload, const char *wanted);

/* The same for one emit of device "d" and metric "m" whose `value` is given. */
void expect_value(const char *value, const char *payload, const char *wanted);

/* The problems of a mapping, one a line; the caller frees with mem_free. */
char *mapping_problems(const char *yaml);

#endif
