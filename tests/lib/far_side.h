/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry that misbehaves by script: an HTTP server on a free loopback port, in a
 * thread of its own.  Each request does the next step; after the last it behaves.
 */
#ifndef LIB_FAR_SIDE_H
#define LIB_FAR_SIDE_H

#include <stddef.h>
#include <stdint.h>

enum far_act {
    FAR_STORE,       /* stores and acknowledges */
    FAR_SIGNED,      /* the same, receipts signed by the key of the seed FAR_SEED */
    FAR_STATUS,      /* answers `status` without storing */
    FAR_HANG,        /* reads and says nothing until the other side gives up */
    FAR_CUT_BEFORE,  /* drops the connection without storing */
    FAR_CUT_AFTER,   /* stores, then drops the connection */
    FAR_CUT_WITHIN,  /* stores, sends half of the answer, drops the connection */
    FAR_WRONG_KEY,   /* stores, acknowledges keys that nobody sent */
    FAR_TWICE,       /* stores, each receipt twice */
    FAR_REVERSED,    /* stores, receipts in the other order */
    FAR_NO_RECEIPTS, /* stores, 200 without a word */
    FAR_GARBAGE,     /* 200 with bytes that are no answer */
    FAR_ENDLESS,     /* 200 with more bytes than anybody wants */
    FAR_VERDICT,     /* gives `status` as verdict to each, without storing */
    FAR_ONLY,        /* 413 for more than `status` envelopes, else stores */
    FAR_POISON,      /* 400 where an envelope is the poison, else stores */
};

/* The first byte of the seed of FAR_SIGNED's key; the others are 0. */
#define FAR_SEED 9

struct far_step {
    enum far_act act;
    int status;
    int retry_after_s; /* 0: none */
    unsigned times;    /* 0: once */
};

struct far_side;

#define FAR_URL_MAX 64

/* `steps` outlive it.  Ends the test where it can't listen. */
struct far_side *far_side_open(const struct far_step *steps, size_t count);
void far_side_close(struct far_side **far_side);

/* Where summaries are posted. */
void far_side_url(const struct far_side *far_side, char url[FAR_URL_MAX]);

/* The key whose envelope FAR_POISON can't take. */
void far_side_set_poison(struct far_side *far_side, const uint8_t key[32]);

/* The first so many requests are not looked into: they may be packed. */
void far_side_set_raw(struct far_side *far_side, unsigned count);

/* How it answers changes of key, which it takes by itself (200), and how many came.  With
 * 409 it refuses summaries for their signature where FAR_VERDICT refuses them. */
void far_side_answer_keys(struct far_side *far_side, int status);
unsigned far_side_key_changes(struct far_side *far_side);

/* How it answers manifests. */
void far_side_answer_manifests(struct far_side *far_side, int status, const char *text);

/* Requests so far, distinct keys stored, and stores of keys that were stored before. */
unsigned far_side_requests(struct far_side *far_side);
unsigned far_side_stored(struct far_side *far_side);
unsigned far_side_repeated(struct far_side *far_side);

/* The header lines of the last request. */
void far_side_headers(struct far_side *far_side, char *headers, size_t size);

#endif
