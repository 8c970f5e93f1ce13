/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ignore: no format at all.  Messages of its topics are journaled and may be bridged;
 * they have no readings and are no dead letters.
 *
 *     any payload    accepted_empty, not_decoded
 */
#include "decode/adapter.h"

#include <stdio.h>

static void init(void *state, const struct node *settings, struct problems *problems)
{
    (void)state;
    static const char *const none[] = {NULL};
    node_check_keys(settings, none, problems);
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    (void)state;
    (void)message;
    (void)e;
    out->outcome = OUTCOME_ACCEPTED_EMPTY;
    snprintf(out->reason, sizeof out->reason, "not_decoded");
    return ERR_OK;
}

const struct adapter adapter_ignore = {
    .name = "ignore",
    .summary = "journals messages and bridges them, decodes nothing",
    .state_size = 1,
    .init = init,
    .decode = decode,
};
