/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads tried without effect: `emgate decode` and the page's "try this mapping" box.
 * One decoder serves a whole trial, so a list of messages shows what a running gateway
 * would have remembered from one to the next.  One thread.
 */
#ifndef DECODE_TRIAL_H
#define DECODE_TRIAL_H

#include "decode/decode.h"

struct trial;

struct trial_settings {
    const char *adapter; /* NULL: guessed from each message */
    const char *name;    /* of `text`, as problems call it */
    struct bytes text;   /* the adapter's settings, YAML or JSON; empty: none */
};

/* ERR_CONFIG: the settings are wrong; what is wrong is in `problems`, all of it, or in
 * the error when there are none.  `adapter` outlives the trial. */
enum err trial_open(const struct trial_settings *settings, struct problems *problems,
                    struct trial **ret_trial, struct error *e) MUST_CHECK;
void trial_close(struct trial **trial);

/* Adds one line of JSON, as of decoding_put_json().  `last`: no message follows, so two
 * hours pass and what an adapter then does is among the actions.  ERR_REJECT: nobody
 * named the adapter and the payload speaks for none. */
enum err trial_decode(struct trial *trial, const struct message *message, bool last,
                      struct buf *out, struct error *e) MUST_CHECK;

#endif
