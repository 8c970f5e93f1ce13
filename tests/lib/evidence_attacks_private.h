/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of attacks share. */
#ifndef LIB_EVIDENCE_ATTACKS_PRIVATE_H
#define LIB_EVIDENCE_ATTACKS_PRIVATE_H

#include "evidence_attacks.h"

#include "journal/journal.h"

#define BODY 32 /* where a record's body begins in its entry */
#define ATTACK_ARENA ((size_t)1 << 20)

/* A row of a table: the attack is named as its function, or by words of its own. */
#define ON(name, check, where, change)                                                   \
    {                                                                                    \
#name, false, check, where, change, NULL                                         \
    }
#define ON_PROOFS(name, check, where, change)                                            \
    {                                                                                    \
#name, true, check, where, change, NULL                                          \
    }
#define BYTES_OF(name, check, spoil)                                                     \
    {                                                                                    \
#name, false, check, "", NULL, spoil                                             \
    }

/* The tables, each ending in {0}. */
extern const struct attack attacks_on_records[], attacks_on_summaries[],
    attacks_on_frame[];

static inline struct buf *data_at(struct edit *edit, size_t at)
{
    return &edit->entries[at].data;
}

static inline size_t message(const struct edit *edit, int number)
{
    return edit_find_record(edit, RECORD_MESSAGE, number);
}

static inline size_t summary(const struct edit *edit, int number)
{
    return edit_find(edit, PACK_SUMMARY, number);
}

static inline void flip_last(struct edit *edit, size_t at)
{
    struct buf *data = data_at(edit, at);
    data->data[data->len - 1] ^= 1;
}

static inline uint64_t seq_at(const struct edit *edit, size_t at)
{
    struct cursor c =
        cursor_of(bytes_slice(buf_bytes(&edit->entries[at].data), BODY + 4, 8));
    return cursor_u64(&c);
}

/* A key that nobody knows. */
static inline struct key_pair *stranger(void)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {66};
    return key_of_seed(seed);
}

#endif
