/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an adapter: one payload format, one file in adapters/ that ends
 * in its `struct adapter`, and one line in adapters/list.h.
 *
 * An adapter is a pure function of its state and the message: no clock, no network,
 * no locale.  What it must remember from message to message (Sparkplug's aliases, a
 * mapping's learned names) is its state, which is part of the gateway's fold: saved
 * with the cursor, so a replay learns the same at the same place.
 */
#ifndef DECODE_ADAPTER_H
#define DECODE_ADAPTER_H

#include "config/node/node.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "model/message.h"
#include "model/reading.h"

struct setting;

/* Something the adapter asks the gateway to do, such as a Sparkplug rebirth. */
struct action {
    struct bytes kind; /* "rebirth" */
    struct bytes topic;
    struct bytes payload;
};

/* What became of a message. */
enum outcome {
    OUTCOME_ACCEPTED,       /* readings, and nothing bad */
    OUTCOME_ACCEPTED_EMPTY, /* handled; there were no readings in it; counted */
    OUTCOME_PARTIAL,        /* readings, and a bad part that is dead-lettered */
    OUTCOME_REJECTED,       /* no reading; dead-lettered with its reason */
};

/* The result of decoding one message, in its arena. */
struct decoding {
    struct arena *arena;
    struct reading *readings;
    size_t count;
    size_t capacity;
    struct action *actions;
    size_t action_count;
    size_t action_capacity;
    enum outcome outcome; /* set by decode(); ACCEPTED with no reading becomes EMPTY */
    char reason[32];      /* stable word, always for REJECTED and PARTIAL, or "" */
    char detail[256];     /* words for people: what, where (byte, line, path) */
    const char *rule;     /* which rule of a mapping fired, or NULL */
    /* Where the device numbers what it sends; all 0 and empty otherwise. */
    struct bytes device;
    uint64_t device_boot;
    uint64_t device_sequence;
};

/* Room for `count` readings at once, so that adding them cannot fail; false when the
 * arena is full. */
MUST_CHECK bool decoding_reserve(struct decoding *d, size_t count);

/* Room for one more reading, zeroed, or NULL when the arena is full (its mark is
 * set then and the whole message will be rejected). */
struct reading *decoding_add(struct decoding *d);

/* Notes an action; bytes must be in the arena or live as long. */
void decoding_act(struct decoding *d, struct action action);

/* Marks a bad part beside good readings: the outcome becomes PARTIAL.  The first
 * reason stays. */
void decoding_part_bad(struct decoding *d, const char *reason, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The message is set aside but the state has moved on or there are actions: gives
 * ERR_OK with the outcome REJECTED and no readings. */
enum err decoding_reject(struct decoding *d, const char *reason, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* At the end of a decode(): a PARTIAL outcome without a reading becomes REJECTED. */
void decoding_settle(struct decoding *d);

/* Whether a time lies in 2000-01-01..2100-01-01, UTC. */
bool time_plausible(int64_t event_ns);

/* Applies the time policy to a reading: outside 2000..2100 the receive time is taken,
 * quality uncertain, detail `implausible_timestamp`. */
void reading_set_time(struct reading *reading, int64_t event_ns,
                      const struct message *message);

/* The reading gets the receive time; `why` (may be NULL) makes it uncertain.  So does
 * a retained message, whose age nobody knows: `retained_no_timestamp`. */
void reading_set_receive_time(struct reading *reading, const struct message *message,
                              const char *why);

/* Takes one line of an explanation: a rule, whether it fired, and why or what for. */
typedef void adapter_tell_fn(void *ctx, const char *rule, bool fired, const char *why);

struct adapter {
    const char *name;    /* as written in the configuration */
    const char *summary; /* one line, for `emgate adapters` and the docs */
    const char *help;    /* more words for `emgate adapters NAME`; NULL: none */
    const struct setting *settings; /* the keys init() takes, ends in {0}; NULL: none */
    size_t state_size;              /* zeroed state the caller provides */
    /* Its messages mean something in their order only: one that is decoded again later
     * is read by a copy of the state and changes nothing. */
    bool ordered;

    /* Checks the input's settings and fills the state; every mistake is a problem
     * at its node.  `settings` is NULL when none were given. */
    void (*init)(void *state, const struct node *settings, struct problems *problems);

    /* Releases what the state holds; NULL: nothing to do. */
    void (*deinit)(void *state);

    /* Turns one payload into readings.  Borrows `message`; results live in
     * out->arena.  Returns ERR_OK (the outcome is in `out`, REJECTED among them: see
     * decoding_reject) or ERR_REJECT with a reason: then nothing of `out` counts and
     * the state is as before. */
    enum err (*decode)(void *state, const struct message *message, struct decoding *out,
                       struct error *e);

    /* Tells which rules a message meets and why they do or don't fire, without effect;
     * for people who make a mapping.  Texts hold during a call of `tell`.  NULL: the
     * adapter has no rules. */
    void (*explain)(void *state, const struct message *message, struct arena *arena,
                    adapter_tell_fn *tell, void *ctx);

    /* Time has passed (a journal tick): timeouts may make readings or actions.
     * NULL: time does not matter. */
    void (*tick)(void *state, int64_t now_ns, struct decoding *out);

    /* The state as bytes and back, for restarts; NULL: stateless.  load() is called
     * after init(), on bytes that save() of this or an older version wrote; it
     * fails with ERR_CORRUPT and leaves the state as init() made it. */
    void (*save)(const void *state, struct buf *out);
    enum err (*load)(void *state, struct bytes saved, struct error *e);
};

/* All adapters, ending in NULL, in the order of adapters/list.h. */
extern const struct adapter *const adapters[];

/* The adapter of this name, or NULL. */
const struct adapter *adapter_find(struct bytes name);

/* Declarations of the adapters themselves: `adapter_<name>`. */
#define ADAPTER(name) extern const struct adapter adapter_##name;
#include "list.h"
#undef ADAPTER

#endif
