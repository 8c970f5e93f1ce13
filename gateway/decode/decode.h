/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: a message finds its route by topic, the route's adapter makes readings of
 * it, and the outcome is settled by rules that all adapters share:
 *
 *   no route                      rejected, no_route
 *   an empty payload              rejected, empty_payload
 *   more than DECODE_PAYLOAD_MAX  rejected, too_large
 *   the arena ran out             rejected, too_large
 *   accepted without a reading    accepted_empty, no_readings (or what the adapter says)
 *   a retained message            its readings carry READING_RETAINED
 *
 * Routes of one broker with the same adapter and settings share one state, so that what
 * a device announces on one topic is known on the other.  One thread.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "config/plan.h"
#include "decode/adapter.h"

#define DECODE_PAYLOAD_MAX ((size_t)16 << 20)

/* Memory for one message's readings: taken by whoever holds the arena.  A part that is
 * not touched costs nothing. */
#define DECODE_ARENA_SIZE ((size_t)64 << 20)

struct decoder;

/* `routes` outlive the decoder.  ERR_CONFIG: settings that an adapter refuses; the text
 * has the first problem. */
enum err decoder_open(const struct plan_route *routes, size_t count,
                      struct decoder **ret_decoder, struct error *e) MUST_CHECK;
void decoder_close(struct decoder **decoder);

/* Decodes one message into `ret_decoding`, whose memory is the arena's.  Never fails:
 * what is wrong is the outcome. */
void decoder_decode(struct decoder *decoder, const struct message *message,
                    struct arena *arena, struct decoding *ret_decoding);

/* Tells which rules of its adapter a message meets; see struct adapter.  No effect. */
void decoder_explain(struct decoder *decoder, const struct message *message,
                     struct arena *arena, adapter_tell_fn *tell, void *ctx);

/* Decodes a message that came long ago, for a second time.  Adapters whose messages are
 * `ordered` read it by a copy of their state and their actions do not count; others
 * learn from it as from any message.  Results hold until the next call. */
void decoder_decode_again(struct decoder *decoder, const struct message *message,
                          struct arena *arena, struct decoding *ret_decoding);

/* Tells every adapter that it is `now_ns`; the readings and actions of timeouts come in
 * `ret_decoding`. */
void decoder_tick(struct decoder *decoder, int64_t now_ns, struct arena *arena,
                  struct decoding *ret_decoding);

/* The adapter that a message goes to, or "none". */
const char *decoder_adapter_name(const struct decoder *decoder,
                                 const struct message *message);

/* The states of all adapters.  load() comes right after open(); a state whose route is
 * no longer there is forgotten.  ERR_CORRUPT. */
void decoder_save(const struct decoder *decoder, struct buf *out);
enum err decoder_load(struct decoder *decoder, struct bytes saved,
                      struct error *e) MUST_CHECK;

#endif
