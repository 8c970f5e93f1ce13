/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the aggregation share. */
#ifndef AGGREGATE_AGGREGATE_PRIVATE_H
#define AGGREGATE_AGGREGATE_PRIVATE_H

#include "aggregate/aggregate.h"
#include "aggregate/device.h"
#include "aggregate/history.h"
#include "aggregate/summary.h"
#include "aggregate/window.h"
#include "core/table.h"
#include "core/zone.h"

#define AGGREGATE_GAPS_MAX 64

struct process_state {
    const struct plan_process *process;
    struct windows windows;
    bool *uses;      /* per point: a part of it takes the point, or one judged by it */
    size_t *devices; /* indices of the devices whose points it uses */
    size_t device_count;
    size_t alarms; /* of the window made last; not kept over a restart */
};

struct aggregate {
    const struct plan *plan;
    const struct slice_store *store;
    const char *software;
    struct series *series;                 /* one per point */
    struct aggregate_point_status *points; /* one per point */
    struct history *histories;             /* one per point; used with a rule only */
    size_t *point_device;                  /* per point: index into devices */
    struct device *devices;
    size_t device_count;
    struct table device_names; /* name -> device */
    struct process_state *processes;
    int64_t *after_ns;    /* per point: how much later its readings tell in others, or in
                             itself, beyond what integration needs */
    int64_t lead_most_ns; /* of all points */
    int64_t begin_ns;     /* journal time of the first record folded */
    struct summary_gap gaps[AGGREGATE_GAPS_MAX];
    size_t gap_count;
    struct laboratory laboratory;  /* results that were entered */
    struct zone *zone;             /* of the installation */
    const struct merkle *log;      /* the journal's tree, or NULL */
    aggregate_touched_fn *touched; /* or NULL */
    void *touched_ctx;
    bool has_leaf;
    uint8_t leaf[MERKLE_HASH_LEN]; /* of the record at hand */
    struct sample_list list;
    struct sample_list said; /* of a point that another is judged by */
    struct arena arena;      /* of one summary */
    struct buf scratch;
};

/* The process's watermark: how far event time has come on every device that is heard. */
int64_t aggregate_watermark(const struct aggregate *aggregate,
                            const struct process_state *state, int64_t now_ns);

#endif
