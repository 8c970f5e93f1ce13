/* SPDX-License-Identifier: Apache-2.0 */
/* An enrolled gateway, arenas, and an intake on an empty store. */
#ifndef UNIT_REGISTRY_STAGE_H
#define UNIT_REGISTRY_STAGE_H

#include "envelopes.h"
#include "registry/intake.h"

#define WHERE_MAX 512

struct stage {
    struct gateway_settings gateway;
    struct sender sender;
    struct node installation, installations;
    struct arena arena, scratch, kept;
    struct clock clock;
    int64_t now_ns;
    struct intake *intake;
};

/* An empty store: in memory, or where EMGATE_TEST_POSTGRES says. */
const struct store_driver *stage_store(char where[WHERE_MAX]);

void stage_init(struct stage *stage);
void stage_deinit(struct stage *stage);

/* Enrols a key for all of its journal. */
void stage_enrol(struct stage *stage, const uint8_t public_key[32]);

/* Reads the envelope and puts it; gives what became of it. */
struct judgement stage_put(struct stage *stage, const struct envelope_facts *facts,
                           uint8_t ret_key[32]);

/* The newest total of the only process. */
struct total stage_total(struct stage *stage, enum period period);

#endif
