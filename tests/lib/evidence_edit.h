/* SPDX-License-Identifier: Apache-2.0 */
/* A pack taken apart, to be changed and put together again. */
#ifndef LIB_EVIDENCE_EDIT_H
#define LIB_EVIDENCE_EDIT_H

#include "evidence/key.h"
#include "evidence/pack.h"
#include "summary.pb-c.h"

struct edit_entry {
    enum pack_kind kind;
    struct buf data;
};

struct edit {
    struct edit_entry *entries;
    size_t count, capacity;
};

/* Copies the entries of a pack, and lets go of them. */
void edit_open(struct edit *edit, struct bytes file);
void edit_close(struct edit *edit);

/* The bytes with a fitting digest; the caller frees them. */
struct buf edit_file(const struct edit *edit);

/* The index of the `number`th entry of a kind, from 1; from behind for -1, -2. */
size_t edit_find(const struct edit *edit, enum pack_kind kind, int number);
/* The same of a record of this type. */
size_t edit_find_record(const struct edit *edit, unsigned type, int number);

/* Change the entry at an index, all of them behind it moving along. */
void edit_set(struct edit *edit, size_t at, struct bytes data);
void edit_remove(struct edit *edit, size_t at);
void edit_insert(struct edit *edit, size_t at, enum pack_kind kind, struct bytes data);
void edit_swap(struct edit *edit, size_t a, size_t b);

/* Gives a record the leaf of the bytes that it has now. */
void edit_fix_leaf(struct edit *edit, size_t at);

/* Unpacks the summary in an entry, has it changed, and signs it again. */
typedef void edit_summary_fn(Emgate__V1__Summary *summary);
void edit_summary(struct edit *edit, size_t at, edit_summary_fn *change,
                  const struct key_pair *pair);

/* Writes the manifest anew with the period that the summaries cover. */
typedef void edit_manifest_fn(struct pack_manifest *manifest);
void edit_manifest(struct edit *edit, edit_manifest_fn *change);

#endif
