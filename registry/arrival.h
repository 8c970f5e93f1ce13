/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A summary that has arrived: its bytes, its key, and what the registry takes out of it
 * to file it and to add it up.
 */
#ifndef REGISTRY_ARRIVAL_H
#define REGISTRY_ARRIVAL_H

#include "core/arena.h"
#include "core/error.h"
#include "registry/keyring.h"

#define KEY_LEN 32

/* Who sends, and by which keys it may sign at this time. */
struct sender {
    const struct gateway_settings *gateway;
    struct known_keys keys;
    int64_t now_ns;
};

/* What is added up, each over the windows in which it is known. */
enum amount {
    AMOUNT_DIRECT,      /* t CO2e, attributed direct emissions */
    AMOUNT_INDIRECT,    /* t CO2e, attributed indirect emissions */
    AMOUNT_ACTIVITY,    /* in the functional unit */
    AMOUNT_ELECTRICITY, /* MWh */
    AMOUNT_FUEL,        /* TJ */
    AMOUNT_COVERAGE,    /* 0..1 */
    AMOUNTS,
};

/* Names as in answers and as columns. */
extern const char *const amount_names[AMOUNTS];

struct amounts {
    bool known[AMOUNTS];
    double value[AMOUNTS]; /* 0 where not known */
};

enum verdict { VERDICT_STORED, VERDICT_CONFLICT, VERDICT_REFUSED, VERDICT_LATER };

#define REASON_MAX 160

/* What became of it. */
struct judgement {
    enum verdict verdict;
    char reason[REASON_MAX]; /* a stable word, a colon, words; empty when stored */
    int64_t stored_ns;       /* when it was first stored */
};

struct arrival {
    const char *sender;    /* the gateway that brought it, as enrolled */
    struct bytes envelope; /* verbatim, a view into the request */
    uint8_t key[KEY_LEN];  /* SHA-256 of the payload */
    const char *gateway, *operator_id, *installation, *process;
    const char *category, *route, *cn, *unit;
    const char *country, *sector, *time_zone;
    int64_t start_ns, end_ns;
    uint32_t year, revision;
    int64_t epoch;      /* of the sender's chain, as enrolled */
    uint64_t tree_size; /* 0: it names no tree */
    uint8_t tree_root[KEY_LEN];
    uint8_t supersedes[KEY_LEN];
    uint8_t previous[KEY_LEN];
    struct amounts amounts;
    struct judgement judgement;
    bool readable; /* what stands above is filled, texts in an arena */
    bool complete;
    bool has_supersedes, has_previous;
    bool chained; /* signed by an enrolled key: the chain's rules hold */
};

/* Reads one envelope.  `scratch` is reset; texts are copied into `kept`.  An envelope
 * that holds no believable summary of this sender is judged here already; else
 * `readable` is set and the ledger judges.
 * ERR_REJECT: the bytes are no envelope, so there is no key to answer with. */
enum err arrival_read(struct bytes envelope, const struct sender *sender,
                      struct arena *scratch, struct arena *kept,
                      struct arrival *ret_arrival, struct error *e) MUST_CHECK;

/* Judges it: a stable word and what it is about. */
void arrival_judge(struct arrival *arrival, enum verdict verdict, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
