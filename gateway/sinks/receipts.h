/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry's receipts mean for the items that were sent.  An item is stored
 * only when a receipt names its very key and says STORED; one without a receipt may
 * be stored and is sent again.
 */
#ifndef SINKS_RECEIPTS_H
#define SINKS_RECEIPTS_H

#include "core/arena.h"
#include "sinks/sink.h"

/* Gives each item its result from a serialised emgate.v1.SubmitResponse, whatever the
 * order of its receipts and however often one is there.  item->receipt becomes a view
 * into `response`.  `arena` is scratch space.
 * ERR_UNCERTAIN: the bytes are no SubmitResponse; the items are as before. */
enum err receipts_apply(struct bytes response, struct arena *arena,
                        struct sink_item *items, size_t count,
                        struct error *e) MUST_CHECK;

#endif
