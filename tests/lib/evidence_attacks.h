/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named attacks on evidence, and what must come of each: the check that says so, and
 * where.  Some have the gateway's key.
 */
#ifndef LIB_EVIDENCE_ATTACKS_H
#define LIB_EVIDENCE_ATTACKS_H

#include "evidence_edit.h"
#include "evidence_world.h"
#include "verify/verify.h"

/* A world with its two packs. */
struct attacked {
    struct evidence_world world;
    struct buf whole, proofs; /* of all processes; of the kiln */
    struct bytes note;        /* the checkpoint in them */
};
void attacked_open(struct attacked *attacked);
void attacked_close(struct attacked *attacked);

typedef void attack_fn(struct edit *edit, const struct attacked *attacked);

struct attack {
    const char *name;
    bool on_proofs;    /* else on the whole pack */
    const char *check; /* that must fail; "malformed": it is no pack any more */
    const char *where; /* how the place begins */
    attack_fn *change; /* of the entries ... */
    void (*spoil)(struct buf *file); /* ... or of the bytes; one of the two */
};

/* One after another, from 0; NULL: there is no more. */
const struct attack *attack_at(size_t number);

#define FAILURES_MAX 4096

/* What a verifier said. */
struct verdict {
    bool malformed;
    size_t failed;
    bool as_wanted;            /* the check and place wanted were among them */
    char lines[FAILURES_MAX];  /* "check where\n", without "replay" */
    const char *check, *where; /* wanted; NULL: nothing */
};

/* Judges with the true public keys; left_out as in verify.h, and 1 << VERIFY_CHECKS
 * leaves out making the summaries again. */
void attack_judge(const struct attacked *attacked, struct bytes file, unsigned left_out,
                  struct verdict *verdict);

/* The file that an attack makes; the caller frees it. */
struct buf attack_file(const struct attacked *attacked, const struct attack *attack);

/* Every attack that this check must see is seen by it, at the right place; fails the
 * test where one is not, or where there are fewer than `least`. */
void attacks_expect(const char *check, size_t least);

#endif
