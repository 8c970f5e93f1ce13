/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question as a handler sees it and the answer it makes; HTTP itself is the server's.
 * Errors are application/problem+json (RFC 9457).
 */
#ifndef REGISTRY_ANSWER_H
#define REGISTRY_ANSWER_H

#include "core/json_writer.h"
#include "registry/intake.h"

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

/* What every handler works with; const while the server runs. */
struct service {
    const struct registry_settings *settings;
    struct intake *intake;
    const struct clock *clock;
    struct keyring *keyring;
    struct roster *roster;   /* NULL: only the configuration enrols */
    struct key_pair *signer; /* of receipts */
    const char *packs;       /* folder of evidence packs; NULL: none are taken */
    int64_t started_ns;
};

struct question {
    const char *rest;          /* of the path, behind the route's */
    const char *authorization; /* the header, or NULL */
    const char *certificate;   /* name in the client's, which is valid; or NULL */
    struct bytes body;
    bool json;                            /* the body is JSON where it may be either */
    const struct reader_settings *reader; /* NULL: anybody may read anything */
    /* A query parameter, or NULL. */
    const char *(*parameter)(void *ctx, const char *name);
    void *ctx;
};

struct answer {
    int status;
    const char *type; /* a literal */
    struct buf body;
    struct bytes fixed; /* instead of body: bytes that live for ever */
    int retry_after_s;  /* 0: none */
    const char *allow;  /* for 405, a literal */
};

typedef void handle_fn(const struct service *service, const struct question *question,
                       struct answer *answer);

/* Makes it a problem: the status, its title, and words about the case. */
void answer_problem(struct answer *answer, int status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same with a stable word, `reason`, for programs. */
void answer_refusal(struct answer *answer, int status, const char *reason,
                    const char *format, ...) PRINTF_LIKE(4, 5);

/* Makes it the problem that an error of the store is: 503 where trying again helps. */
void answer_error(struct answer *answer, const struct error *e);

#endif
