/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the verifier share. */
#ifndef VERIFY_PRIVATE_H
#define VERIFY_PRIVATE_H

#include "core/merkle.h"
#include "evidence/change.h"
#include "evidence/pack.h"
#include "verify/message.h"
#include "verify/verify.h"

/* A key of the gateway and the tree sizes that it signs. */
struct verify_period {
    struct key_public key;
    uint64_t above, up_to; /* above < size <= up_to */
};

struct verify_summary {
    size_t number; /* in the pack, from 1 */
    struct envelope_view envelope;
    struct summary_view view;
    uint8_t key[32];
    bool good; /* signed by the key in force, and read */
};

/* A size at which a signed root stands. */
struct verify_mark {
    uint64_t size;
    struct bytes root;
    const struct verify_summary *summary; /* NULL: a checkpoint's */
    size_t note;                          /* a further one's number; 0: the pack's own */
};

/* A record's leaf, as the pack gives it. */
struct verify_leaf {
    uint64_t seq;
    const uint8_t *hash;
};

struct verify {
    const struct verify_settings *settings;
    struct pack pack;
    struct pack_manifest manifest;
    struct verify_period periods[VERIFY_KEYS_MAX];
    size_t period_count;
    struct key_public registry_keys[VERIFY_KEYS_MAX];
    bool registry_key_used[VERIFY_KEYS_MAX];
    size_t registry_key_count;
    size_t registry_listed; /* of these, in the pack; the others were given */
    struct verify_summary *summaries;
    size_t summary_count;
    struct verify_mark *marks; /* by size */
    size_t mark_count, mark_capacity;
    uint8_t checkpoint_roots[1 + VERIFY_NOTES_MAX][MERKLE_HASH_LEN];
    struct verify_leaf *leaves; /* of the records, by seq */
    size_t record_count, leaf_capacity;
    uint64_t leaf_count; /* of the tree */
    size_t failed;
    bool check_failed[VERIFY_CHECKS];
};

/* The entries of one kind, which stand in a row. */
struct verify_range {
    const struct pack_entry *entries;
    size_t count;
};
struct verify_range verify_entries(const struct verify *v, enum pack_kind kind);

/* One line of the report. */
void verify_fail(struct verify *v, enum verify_check check, const char *kind,
                 uint64_t number, const char *format, ...) PRINTF_LIKE(5, 6);
void verify_note(struct verify *v, enum verify_check check, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Says that a check held, where it did. */
void verify_held(struct verify *v, enum verify_check check, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The body of a record entry: from type to payload. */
static inline struct bytes verify_body(const struct pack_entry *entry)
{
    return bytes_slice(entry->data, 32, entry->data.len);
}

/* The parts, in their order. */
void verify_keys(struct verify *v);
void verify_summaries(struct verify *v);
void verify_chain(struct verify *v);
void verify_checkpoint(struct verify *v);
void verify_tree(struct verify *v);
void verify_inputs(struct verify *v);
void verify_receipts(struct verify *v);

/* Whether this key signs at this tree size. */
bool verify_in_force(const struct verify_period *period, uint64_t size);

/* A signed root to be compared when the tree has come to its size. */
void verify_add_mark(struct verify *v, struct verify_mark mark);

#endif
