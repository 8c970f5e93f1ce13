/* SPDX-License-Identifier: Apache-2.0 */
/* A registry without its server: handlers are called with questions. */
#ifndef UNIT_REGISTRY_SERVICE_STAGE_H
#define UNIT_REGISTRY_SERVICE_STAGE_H

#include "registry/api.h"
#include "stage.h"

struct service_stage {
    struct stage stage;
    struct registry_settings settings;
    struct service service;
    struct key_pair *key; /* the gateway's, enrolled */
    const char *limit;    /* parameters of the next question */
    const char *after;
    const char *group;
    const char *country;
    const char *more[6][2]; /* any other, by name */
    const char *authorization;
    struct answer answer; /* of the last question */
};

void service_stage_init(struct service_stage *stage);
void service_stage_deinit(struct service_stage *stage);

/* Asks; gives the status.  The answer's body is in `stage->answer`. */
int service_ask(struct service_stage *stage, handle_fn *handle, const char *rest,
                struct bytes body);

/* Whether the last answer's body holds the text. */
bool service_said(const struct service_stage *stage, const char *text);

#endif
