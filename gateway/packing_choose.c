/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folds the journal again for the order of summaries and for the records that each
 * rests on, then chooses those of the period.  What lies between the first and the last
 * of a process goes with them, whatever its window: its chain has no hole.
 */
#include "packing_private.h"

#include "core/mem.h"
#include "evidence/change.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_MAX 320

static struct bytes name_of(char text[LABEL_MAX], const char *process, int64_t start_ns)
{
    snprintf(text, LABEL_MAX, "%lld %s", (long long)start_ns, process);
    return bytes_of(text);
}

static struct bytes name_with_revision(char text[LABEL_MAX], const char *process,
                                       int64_t start_ns, uint32_t revision)
{
    snprintf(text, LABEL_MAX, "%lld %u %s", (long long)start_ns, revision, process);
    return bytes_of(text);
}

static void take_touch(void *ctx, const char *process, int64_t start_ns, uint64_t record)
{
    struct packing_work *work = ctx;
    char text[LABEL_MAX];
    struct bytes name = name_of(text, process, start_ns);
    struct packing_seqs *seqs = table_find(&work->touched, name);
    if (!seqs) {
        seqs = mem_new(struct packing_seqs);
        table_put(&work->touched, name, seqs);
    }
    packing_add_seq(seqs, record);
}

static enum err take_made(void *ctx, const struct aggregate_summary *summary,
                          struct error *e)
{
    struct packing_work *work = ctx;
    char text[LABEL_MAX];
    (void)e;
    struct packing_summary *stored = table_find(
        &work->by_name, name_with_revision(text, summary->process->id, summary->from_ns,
                                           summary->revision));
    if (!stored || stored->tree_size > 0) {
        return ERR_OK;
    }
    work->counts.different +=
        memcmp(stored->key, summary->key, sizeof stored->key) == 0 ? 0 : 1;
    const struct packing_seqs *seqs =
        table_find(&work->touched, name_of(text, summary->process->id, summary->from_ns));
    for (size_t i = 0; seqs && i < seqs->count; i++) {
        packing_add_seq(&stored->inputs, seqs->list[i]);
    }
    stored->tree_size = work->at;
    work->made =
        mem_grow(work->made, work->made_count, &work->made_capacity, sizeof *work->made);
    work->made[work->made_count++].summary = stored;
    return ERR_OK;
}

static void take_change(struct packing_work *work, const struct record *record)
{
    struct change change;
    struct error e;
    if (change_get(record->payload, &change, &e) != ERR_OK) {
        return; /* verifiers say so */
    }
    if (!work->key_changed) {
        work->first_key = change.old;
        work->key_changed = true;
    }
    work->keys =
        mem_grow(work->keys, work->key_count, &work->key_capacity, sizeof *work->keys);
    work->keys[work->key_count++] = change.new;
}

/* ---- choosing ---- */

struct period {
    int64_t from_ns, to_ns;
};

static bool is_in(const struct period *period, const struct packing_summary *s)
{
    return s->start_ns >= period->from_ns && s->start_ns < period->to_ns;
}

/* From the first in the period, `made[at]`, to the last of its process. */
static void choose_from(struct packing_work *work, const struct period *period, size_t at)
{
    const char *process = work->made[at].summary->process;
    size_t last = at;
    for (size_t i = at; i < work->made_count; i++) {
        bool same = strcmp(work->made[i].summary->process, process) == 0;
        last = same && is_in(period, work->made[i].summary) ? i : last;
    }
    for (size_t i = at; i <= last; i++) {
        struct packing_summary *s = work->made[i].summary;
        s->chosen = s->chosen || strcmp(s->process, process) == 0;
    }
}

static void choose_period(struct packing_work *work, const struct period *period)
{
    struct table begun;
    table_init(&begun);
    for (size_t i = 0; i < work->made_count; i++) {
        struct bytes process = bytes_of(work->made[i].summary->process);
        if (is_in(period, work->made[i].summary) && !table_find(&begun, process)) {
            table_put(&begun, process, work->made[i].summary);
            choose_from(work, period, i);
        }
    }
    table_deinit(&begun);
}

static struct period covered(const struct packing_work *work)
{
    struct period p = {.from_ns = INT64_MAX, .to_ns = INT64_MIN};
    for (size_t i = 0; i < work->made_count; i++) {
        const struct packing_summary *s = work->made[i].summary;
        if (s->chosen) {
            p.from_ns = s->start_ns < p.from_ns ? s->start_ns : p.from_ns;
            p.to_ns = s->end_ns > p.to_ns ? s->end_ns : p.to_ns;
        }
    }
    return p;
}

/* What was chosen in between may cover more, of which every revision belongs to it. */
static void choose_all(struct packing_work *work)
{
    struct period period = {work->packing->from_ns, work->packing->to_ns};
    struct period more = period;
    do {
        period = more;
        choose_period(work, &period);
        more = covered(work);
    } while (more.from_ns < more.to_ns &&
             (more.from_ns != period.from_ns || more.to_ns != period.to_ns));
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static void choose(struct packing_work *work)
{
    choose_all(work);
    for (size_t i = 0; i < work->made_count; i++) {
        struct packing_summary *s = work->made[i].summary;
        for (size_t n = 0; s->chosen && n < s->inputs.count; n++) {
            packing_add_seq(&work->needed, s->inputs.list[n]);
        }
        if (s->chosen) {
            table_put(&work->chosen, (struct bytes){s->key, sizeof s->key}, s);
            work->counts.summaries++;
        }
    }
    if (work->needed.count > 0) {
        qsort(work->needed.list, work->needed.count, sizeof *work->needed.list, by_value);
    }
}

/* ---- folding ---- */

struct folding {
    struct packing_work *work;
    struct refold *refold;
};

static enum err fold_record(void *ctx, const struct record *record, struct error *e)
{
    struct folding *f = ctx;
    if (record->seq > f->work->size) {
        return ERR_OK;
    }
    f->work->at = record->seq;
    if (record->type == RECORD_KEY_CHANGE) {
        take_change(f->work, record);
    }
    return refold_take(f->refold, record, e);
}

enum err packing_choose(struct packing_work *work, struct error *e)
{
    struct refold_settings settings = {.software = work->packing->software,
                                       .summary = take_made,
                                       .touched = take_touch,
                                       .ctx = work};
    struct folding folding = {.work = work};
    char text[LABEL_MAX];
    for (size_t i = 0; i < work->stored_count; i++) {
        struct packing_summary *s = &work->stored[i];
        table_put(&work->by_name,
                  name_with_revision(text, s->process, s->start_ns, s->revision), s);
    }
    work->first_key = *work->packing->key;
    enum err err = refold_open(&settings, &folding.refold, e);
    if (err == ERR_OK) {
        err = packing_each_record(work, fold_record, &folding, e);
    }
    refold_close(&folding.refold);
    if (err != ERR_OK) {
        return err;
    }
    choose(work);
    return work->counts.summaries > 0
               ? ERR_OK
               : error_set(e, ERR_REJECT,
                           "no summary of that process and period is under the "
                           "checkpoint");
}
