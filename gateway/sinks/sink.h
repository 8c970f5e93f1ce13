/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a sink: one way out, one file in gateway/sinks/ that ends in its
 * `struct sink`, and one line in gateway/sinks/list.h.
 *
 * A sink only talks its protocol.  Batching, retries with growing delay and jitter,
 * setting aside and counting are the forwarder's (sinks/forward.h), which runs one
 * thread a configured sink and may block in send() up to the deadline.
 */
#ifndef SINKS_SINK_H
#define SINKS_SINK_H

#include "config/node/settings.h"
#include "core/bytes.h"
#include "core/error.h"

#include <stdatomic.h>

#define SINK_KEY_LEN 32

/* One summary to send: the envelope's bytes, never re-serialised. */
struct sink_item {
    uint8_t key[SINK_KEY_LEN]; /* SHA-256 of the envelope's payload bytes */
    struct bytes envelope;     /* as stored: emgate.v1.Envelope */
    const char *process;       /* its process, for partition keys and ordering */
    /* Filled by send(): what became of this item. */
    enum err result;      /* OK, RETRY, UNCERTAIN or REJECT */
    struct error error;   /* when result is not OK */
    struct bytes receipt; /* the far side's receipt, or empty; valid until next send */
};

/* How one send() stands to the world around it. */
struct sink_call {
    const char *gateway;      /* our id, as enrolled on the far side */
    int64_t timeout_ms;       /* send() comes back before this has passed */
    struct bytes key_changes; /* each a varint length and an Envelope: the far side must
                                 know them before it gets what the new key signed */
    const atomic_bool *stop;  /* set by another thread: come back soon; may be NULL */
    int64_t wait_ms; /* out: how long the far side asks us to wait; else left alone */
};

struct sink {
    const char *name;
    const char *summary;
    const struct setting *settings; /* its own keys, ends in {0} */
    size_t state_size;
    unsigned batch_max; /* most items in one send() */

    /* Checks settings, connects nothing.  `settings` is the sink's whole map in the
     * configuration, the common keys among them, and outlives the state; read it by
     * sink_read_settings().  Every mistake is a problem at its node. */
    void (*init)(void *state, const struct node *settings, struct problems *problems);

    /* Connects.  Called before the first send and after every RETRY or UNCERTAIN.
     * Fails with ERR_RETRY. */
    enum err (*open)(void *state, struct error *e);

    /* Delivers the items.  Each item's result:
     *   ERR_OK         stored there (a receipt or stored hash matched)
     *   ERR_RETRY      surely not stored; try later
     *   ERR_UNCERTAIN  perhaps stored; send again with the same key
     *   ERR_REJECT     the far side will never take it; set it aside
     * Returns ERR_OK when every item has a result, else the whole batch counts as
     * the returned RETRY or UNCERTAIN. */
    enum err (*send)(void *state, struct sink_item *items, size_t count,
                     struct sink_call *call, struct error *e);

    /* Posts a signed manifest; the answer is valid until the next call.  ERR_RETRY: not
     * now; ERR_REJECT: the far side takes none.  NULL: the sink has no such way. */
    enum err (*manifest)(void *state, struct bytes envelope, struct sink_call *call,
                         struct bytes *ret_answer, struct error *e);

    /* Lets go of everything, whatever state it is in.  Cannot fail. */
    void (*close)(void *state);
};

/* The keys that every sink has.  Whoever reads the configuration takes them from here
 * by settings_read_beside(sink_common_settings, NULL, ...); the sink's own are left to
 * its init(), which also tells keys that nobody knows. */
struct sink_common {
    const char *id;
    const char *kind; /* the name of a `struct sink` */
    int64_t retry_min_ns, retry_max_ns, timeout_ns, manifest_ns;
};
extern const struct setting sink_common_settings[];

/* For init(): reads the sink's own keys into its state. */
bool sink_read_settings(const struct setting *own, const struct node *settings,
                        void *state, struct problems *problems);

/* All sinks, ending in NULL, in the order of gateway/sinks/list.h. */
extern const struct sink *const sinks[];

/* The sink of this name, or NULL. */
const struct sink *sink_find(struct bytes name);

/* Declarations of the sinks themselves: `sink_<name>`. */
#define SINK(name) extern const struct sink sink_##name;
#include "sinks/list.h"
#undef SINK

#endif
