/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Sparkplug host remembers: nodes by "group/node", each with its devices, each
 * with its tags (metrics of the last birth: name, alias, datatype, unit, last value),
 * and per node whether it is online, its bdSeq and where its sequence stands.
 *
 * Bounded by the limits here, in heap of process lifetime; saved and loaded whole, to
 * the byte the same.  One thread.
 */
#ifndef SPARKPLUG_STATE_H
#define SPARKPLUG_STATE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/table.h"
#include "model/reading.h"

#define SPARKPLUG_NODES_MAX 1000
#define SPARKPLUG_DEVICES_MAX 1000 /* of a node */
#define SPARKPLUG_TAGS_MAX 20000   /* of a node, so that its death fits a message */
#define SPARKPLUG_TAGS_ALL_MAX 200000
#define SPARKPLUG_BYTES_MAX (24U << 20) /* of all, as saved, roughly */
#define SPARKPLUG_KEPT_TEXT_MAX 255     /* a longer last text is not kept */
#define SPARKPLUG_ID_MAX 255            /* of a group, node or device */
#define SPARKPLUG_SEQ_COUNT 256

struct sparkplug_tag {
    struct bytes name; /* the table's key */
    uint64_t alias;
    bool has_alias;
    uint32_t datatype;
    char *unit;        /* or NULL */
    struct value last; /* a text is in `text` */
    char *text;
    bool seen; /* `last` was set, be it to none */
    int64_t last_ns;
};

struct sparkplug_device {
    struct table tags;               /* name -> struct sparkplug_tag */
    struct sparkplug_tag **by_alias; /* in order */
    size_t alias_count;
    bool born;  /* its data can be read */
    bool fresh; /* its last values have not been declared stale */
};

struct sparkplug_node {
    struct sparkplug_device own;
    struct table devices; /* id -> struct sparkplug_device */
    size_t tag_count;     /* of all of them */
    bool online;
    bool has_bd_seq;
    uint64_t bd_seq;
    bool has_seq;
    uint8_t seq;                              /* of the newest message */
    uint8_t missing[SPARKPLUG_SEQ_COUNT / 8]; /* numbers that were jumped over */
    size_t missing_count;
    int64_t gap_since_ns;
    bool asked; /* for a rebirth, at: */
    int64_t asked_ns;
};

struct sparkplug_nodes {
    struct table table; /* "group/node" -> struct sparkplug_node */
    size_t tag_count;
    size_t bytes;
};

void sparkplug_nodes_deinit(struct sparkplug_nodes *nodes);

/* NULL when there is none. */
struct sparkplug_node *sparkplug_node_find(const struct sparkplug_nodes *nodes,
                                           struct bytes key);
struct sparkplug_device *sparkplug_device_find(struct sparkplug_node *node,
                                               struct bytes id);

/* The one that is there or a new one; NULL when the limit is reached.  The device with
 * an empty id is the node's own. */
struct sparkplug_node *sparkplug_node_add(struct sparkplug_nodes *nodes,
                                          struct bytes key);
struct sparkplug_device *sparkplug_device_add(struct sparkplug_nodes *nodes,
                                              struct sparkplug_node *node,
                                              struct bytes id);

/* Whether a birth of this device with `count` tags fits the limits. */
bool sparkplug_birth_fits(const struct sparkplug_nodes *nodes,
                          const struct sparkplug_node *node,
                          const struct sparkplug_device *device, size_t count);

/* Forgets the device's tags; whoever adds tags calls sparkplug_device_index() after. */
void sparkplug_device_clear(struct sparkplug_nodes *nodes, struct sparkplug_node *node,
                            struct sparkplug_device *device);

/* The tag of this name, made when there is none; NULL when the limit is reached. */
struct sparkplug_tag *sparkplug_tag_add(struct sparkplug_nodes *nodes,
                                        struct sparkplug_node *node,
                                        struct sparkplug_device *device,
                                        struct bytes name);

/* Makes aliases findable.  An alias given to two tags names neither; returns how many
 * lost theirs. */
size_t sparkplug_device_index(struct sparkplug_device *device);
struct sparkplug_tag *sparkplug_tag_by_alias(const struct sparkplug_device *device,
                                             uint64_t alias);

/* What does not fit the limits is not kept: no unit, no value. */
void sparkplug_tag_set_unit(struct sparkplug_nodes *nodes, struct sparkplug_tag *tag,
                            struct bytes unit);
void sparkplug_tag_set_last(struct sparkplug_nodes *nodes, struct sparkplug_tag *tag,
                            const struct value *value, int64_t event_ns);

/* Sequence: starts at a birth, steps at each later message.  A number that was jumped
 * over is missing until it comes. */
void sparkplug_seq_start(struct sparkplug_node *node, bool has_seq, uint64_t seq);
void sparkplug_seq_step(struct sparkplug_node *node, uint64_t seq, int64_t now_ns);

/* Adds all that is known of every node, to go on from after a restart. */
void sparkplug_nodes_save(const struct sparkplug_nodes *nodes, struct buf *out);

/* Into empty nodes.  ERR_CORRUPT leaves them empty. */
enum err sparkplug_nodes_load(struct sparkplug_nodes *nodes, struct bytes saved,
                              struct error *e) MUST_CHECK;

#endif
