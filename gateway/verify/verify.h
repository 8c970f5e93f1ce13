/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier: judges a pack with public keys alone, offline.
 *
 * Each check ends in a line: held or failed, what, and where ("record 17", "summary 3",
 * counted from 1 in the pack).  What each check asks is written down in
 * docs/formats/evidence.md, "What a verifier checks"; tests hold a second verifier that
 * was made from that page.  Making the summaries again from the records is not done
 * here but by `emgate verify`.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "core/error.h"
#include "evidence/key.h"

#define VERIFY_KEYS_MAX 64
#define VERIFY_NOTES_MAX 64
#define VERIFY_WHERE_MAX 64

enum verify_check {
    VERIFY_PACK,       /* its digest and manifest */
    VERIFY_KEY,        /* the keys, their changes, and who is trusted */
    VERIFY_CHECKPOINT, /* the signed note of the tree's size and root */
    VERIFY_SUMMARY,    /* envelopes, signatures, names */
    VERIFY_CHAIN,      /* each summary and the one before it */
    VERIFY_RECORD,     /* each record and its leaf */
    VERIFY_TREE,       /* roots that were signed, from the leaves */
    VERIFY_CONFIG,     /* the configuration that each summary names */
    VERIFY_INPUTS,     /* the records that each summary rests on */
    VERIFY_RECEIPT,    /* what the registry has signed */
    VERIFY_CHECKS,
};

/* "pack", "key" and so on. */
const char *verify_check_name(enum verify_check check);

enum verify_outcome { VERIFY_HELD, VERIFY_FAILED, VERIFY_NOTED };

/* One line of the report; views for the call. */
struct verify_line {
    const char *check;
    enum verify_outcome outcome;
    const char *where; /* "" where the pack as a whole is meant */
    const char *text;
};
typedef void verify_line_fn(void *ctx, const struct verify_line *line);

struct verify_settings {
    const struct key_public *keys; /* of the gateway, any of its chain; none: the pack's
                                      own, which proves less */
    size_t key_count;
    const struct key_public *registry_keys; /* none: the pack's own */
    size_t registry_key_count;
    const struct bytes *notes; /* further checkpoints of the same tree, as known from
                                  elsewhere */
    size_t note_count;
    verify_line_fn *line;
    void *ctx;
    unsigned left_out; /* 1 << check: not judged; for tests that each is needed */
};

/* Judges a pack; `*ret_failed` is the number of lines that failed.  ERR_REJECT: it is
 * no pack. */
enum err verify_pack(struct bytes file, const struct verify_settings *settings,
                     size_t *ret_failed, struct error *e) MUST_CHECK;

#endif
