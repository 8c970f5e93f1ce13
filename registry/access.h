/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read what. */
#ifndef REGISTRY_ACCESS_H
#define REGISTRY_ACCESS_H

#include "registry/answer.h"

/* What a route asks of who reads it. */
enum access {
    ACCESS_OPEN,    /* nothing: pages, probes, posts (which have their own admission) */
    ACCESS_LISTS,   /* any role */
    ACCESS_BYTES,   /* not a plain reader: signed bytes */
    ACCESS_RECORDS, /* a verifier or the registry: refusals, checkpoints */
    ACCESS_KEEPER,  /* the registry: metrics */
};

/* True when the question may be answered; sets its reader.  False after a problem: 401
 * without a token that is known, 403 when its role does not reach.  Without any readers
 * everybody may read everything. */
bool access_allow(const struct service *service, enum access access,
                  struct question *question, struct answer *answer);

/* The operator whose things alone may be seen, or NULL: all. */
const char *access_operator(const struct question *question);

#endif
