/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages that a verifier reads, as views into their bytes.  Envelopes and receipts
 * must be written in the shortest way, fields by rising number, so that they say nothing
 * else; a summary is read as far as proofs need it, after its signature was checked.
 */
#ifndef VERIFY_MESSAGE_H
#define VERIFY_MESSAGE_H

#include "core/bytes.h"
#include "core/check.h"

struct envelope_view {
    struct bytes type, payload, key_id, signature; /* of its one signature */
};

/* False: no envelope with exactly one signature. */
MUST_CHECK bool envelope_read(struct bytes bytes, struct envelope_view *ret_view);

struct receipt_view {
    struct bytes key, reason, registry, signature, key_id;
    uint64_t verdict;
    int64_t stored_ns;
};

/* False: no receipt, or a text in it has control characters. */
MUST_CHECK bool receipt_read(struct bytes bytes, struct receipt_view *ret_view);

struct summary_view {
    struct bytes gateway, process;
    int64_t start_ns, end_ns;
    uint64_t revision;
    struct bytes config_hash, software, input_root, previous, supersedes, tree_root;
    uint64_t input_count, tree_size;
};

/* False: no summary with a provenance. */
MUST_CHECK bool summary_read(struct bytes bytes, struct summary_view *ret_view);

#endif
