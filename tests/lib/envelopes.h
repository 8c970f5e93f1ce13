/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries in their envelopes, for tests of what carries and keeps them. */
#ifndef LIB_ENVELOPES_H
#define LIB_ENVELOPES_H

#include "core/arena.h"

#include <stdint.h>

/* What a test may want otherwise; start from ENVELOPE_FACTS. */
struct envelope_facts {
    const char *gateway, *operator_id, *installation, *process, *time_zone;
    const char *country, *sector, *category; /* NULL: none */
    int64_t start_ns, end_ns;
    uint32_t revision;
    const uint8_t *supersedes; /* 32 bytes, or NULL */
    const uint8_t *previous;   /* the same, of the summary before */
    uint64_t tree_size;        /* 0: no tree */
    uint8_t tree_mark;         /* the first byte of its root */
    double direct;
    const uint8_t *secret_key; /* 64 bytes of Ed25519: signed with it; NULL: not signed */
};

#define ENVELOPE_HOUR INT64_C(3600000000000)
#define ENVELOPE_START (INT64_C(495592) * ENVELOPE_HOUR) /* 2026-07-15T16:00:00Z */
#define ENVELOPE_FACTS                                                                   \
    ((struct envelope_facts){.gateway = "cement-01",                                     \
                             .operator_id = "OP-0001",                                   \
                             .installation = "PK-CEM-0001",                              \
                             .process = "clinker",                                       \
                             .time_zone = "Asia/Karachi",                                \
                             .start_ns = ENVELOPE_START,                                 \
                             .end_ns = ENVELOPE_START + ENVELOPE_HOUR,                   \
                             .direct = 100.5})

/* The bytes of an Envelope, in `arena`; the key of its payload. */
struct bytes envelope_make(const struct envelope_facts *facts, struct arena *arena,
                           uint8_t ret_key[32]);

#endif
