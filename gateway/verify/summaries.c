/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries: signatures, names, and the chain of each process. */
#include "verify/verify_private.h"

#include "core/mem.h"
#include "core/table.h"
#include "core/timetext.h"
#include "evidence/checkpoint.h"

#include <sodium.h>
#include <stdio.h>

static void fail_summary(struct verify *v, const struct verify_summary *s,
                         enum verify_check check, const char *words)
{
    char start[TIME_TEXT_MAX];
    time_print_iso(s->view.start_ns, start);
    verify_fail(v, check, "summary", s->number,
                "%s (process '%.*s', window %s, revision %llu)", words,
                BYTES_ARG(s->view.process), start, (unsigned long long)s->view.revision);
}

static const struct verify_period *signer(const struct verify *v,
                                          const struct envelope_view *envelope)
{
    for (size_t i = 0; i < v->period_count; i++) {
        if (bytes_are(envelope->key_id, v->periods[i].key.id) &&
            dsse_verify(&v->periods[i].key, DSSE_SUMMARY, envelope->payload,
                        envelope->signature)) {
            return &v->periods[i];
        }
    }
    return NULL;
}

static bool names_fit(const struct verify *v, const struct summary_view *view)
{
    return bytes_are(view->gateway, v->manifest.gateway) &&
           (bytes_are(BYTES("*"), v->manifest.process) ||
            bytes_are(view->process, v->manifest.process));
}

static bool provenance_fits(const struct summary_view *view)
{
    return view->start_ns < view->end_ns && view->tree_root.len == MERKLE_HASH_LEN &&
           view->input_root.len == MERKLE_HASH_LEN && view->config_hash.len == 32 &&
           view->tree_size > 0;
}

static void take_summary(struct verify *v, struct verify_summary *s,
                         const struct pack_entry *entry)
{
    if (!envelope_read(entry->data, &s->envelope) ||
        !bytes_are(s->envelope.type, DSSE_SUMMARY)) {
        verify_fail(v, VERIFY_SUMMARY, "summary", s->number,
                    "not an envelope of a summary with one signature");
        return;
    }
    crypto_hash_sha256(s->key, s->envelope.payload.data, s->envelope.payload.len);
    const struct verify_period *period = signer(v, &s->envelope);
    if (!period) {
        verify_fail(v, VERIFY_SUMMARY, "summary", s->number,
                    "not signed by any key of the gateway");
    } else if (!summary_read(s->envelope.payload, &s->view) ||
               !provenance_fits(&s->view)) {
        verify_fail(v, VERIFY_SUMMARY, "summary", s->number,
                    "signed, but not a summary with its provenance");
    } else if (!verify_in_force(period, s->view.tree_size)) {
        fail_summary(v, s, VERIFY_SUMMARY, "signed by a key that was not in force");
    } else if (!names_fit(v, &s->view)) {
        fail_summary(v, s, VERIFY_SUMMARY,
                     "of another gateway or process than the pack's");
    } else {
        s->good = true;
    }
}

void verify_summaries(struct verify *v)
{
    struct verify_range range = verify_entries(v, PACK_SUMMARY);
    v->summaries = mem_array(range.count + 1, sizeof *v->summaries);
    v->summary_count = range.count;
    for (size_t i = 0; i < range.count; i++) {
        struct verify_summary *s = &v->summaries[i];
        s->number = i + 1;
        take_summary(v, s, &range.entries[i]);
        if (s->good) {
            struct verify_mark mark = {
                .size = s->view.tree_size, .root = s->view.tree_root, .summary = s};
            verify_add_mark(v, mark);
        }
    }
    if (range.count == 0) {
        verify_fail(v, VERIFY_SUMMARY, NULL, 0, "the pack holds no summary");
    }
    verify_held(v, VERIFY_SUMMARY, "%zu, each signed by the key in force", range.count);
}

/* ---- the chain ---- */

static struct bytes key_of(const struct verify_summary *s)
{
    return (struct bytes){s->key, sizeof s->key};
}

/* The last summary so far of each process, and of each window. */
struct chain {
    struct verify *v;
    struct table processes, windows;
};

static struct bytes window_name(const struct verify_summary *s, struct buf *name)
{
    buf_init(name, PACK_NAME_MAX + 64);
    buf_print(name, "%lld ", (long long)s->view.start_ns);
    buf_add(name, s->view.process);
    return buf_bytes(name);
}

/* Looks back from a summary to its process's one before, and to the revision it
 * replaces. */
static void check_link(struct chain *c, struct verify_summary *s)
{
    struct buf name;
    const struct verify_summary *before = table_put(&c->processes, s->view.process, s);
    const struct verify_summary *replaced =
        table_put(&c->windows, window_name(s, &name), s);
    bool first = s->view.revision == 0;
    if (before && !bytes_equal(s->view.previous, key_of(before))) {
        fail_summary(c->v, s, VERIFY_CHAIN, "the one before it is not the one it names");
    }
    if (before && s->view.tree_size < before->view.tree_size) {
        fail_summary(c->v, s, VERIFY_CHAIN, "its tree is smaller than the one before");
    }
    if (first != (s->view.supersedes.len == 0) || (replaced && first) ||
        (replaced && (s->view.revision != replaced->view.revision + 1 ||
                      !bytes_equal(s->view.supersedes, key_of(replaced))))) {
        fail_summary(c->v, s, VERIFY_CHAIN,
                     "its revision does not follow on the one before of its window");
    }
    buf_deinit(&name);
}

void verify_chain(struct verify *v)
{
    struct chain c = {.v = v};
    table_init(&c.processes);
    table_init(&c.windows);
    for (size_t i = 0; i < v->summary_count; i++) {
        if (v->summaries[i].good) {
            check_link(&c, &v->summaries[i]);
        }
    }
    table_deinit(&c.processes);
    table_deinit(&c.windows);
    verify_held(v, VERIFY_CHAIN, "each summary names the one before it");
}

/* ---- the checkpoint ---- */

static bool origin_fits(const struct verify *v, const struct checkpoint *c)
{
    static const char prefix[] = "emgate/";
    size_t len = sizeof prefix - 1;
    return strncmp(c->origin, prefix, len) == 0 &&
           strcmp(c->origin + len, v->manifest.gateway) == 0;
}

/* A note that one of the keys has signed while it was in force. */
static bool read_note(struct verify *v, struct bytes note, struct checkpoint *ret_c,
                      struct error *e)
{
    error_set(e, ERR_REJECT, "there is no key");
    for (size_t i = 0; i < v->period_count; i++) {
        if (checkpoint_get(note, &v->periods[i].key, ret_c, e) != ERR_OK) {
            continue;
        }
        if (!origin_fits(v, ret_c) || !verify_in_force(&v->periods[i], ret_c->size)) {
            error_set(e, ERR_REJECT,
                      "it is of another gateway, or its key was not in "
                      "force");
            return false;
        }
        return true;
    }
    return false;
}

static void mark_note(struct verify *v, const struct checkpoint *c, size_t number)
{
    memcpy(v->checkpoint_roots[number], c->root, sizeof c->root);
    verify_add_mark(
        v, (struct verify_mark){.size = c->size,
                                .root = {v->checkpoint_roots[number], sizeof c->root},
                                .note = number});
}

static void take_notes(struct verify *v)
{
    struct checkpoint c;
    struct error e;
    ASSERT(v->settings->note_count <= VERIFY_NOTES_MAX);
    for (size_t i = 0; i < v->settings->note_count; i++) {
        if (read_note(v, v->settings->notes[i], &c, &e)) {
            mark_note(v, &c, i + 1);
        } else {
            verify_fail(v, VERIFY_CHECKPOINT, "note", i + 1, "%s", e.text);
        }
    }
}

void verify_checkpoint(struct verify *v)
{
    struct verify_range range = verify_entries(v, PACK_CHECKPOINT);
    struct checkpoint c;
    struct error e;
    take_notes(v);
    if (range.count != 1) {
        verify_fail(v, VERIFY_CHECKPOINT, NULL, 0, "%zu checkpoints, not one",
                    range.count);
        return;
    }
    if (!read_note(v, range.entries[0].data, &c, &e)) {
        verify_fail(v, VERIFY_CHECKPOINT, "checkpoint", 1, "%s", e.text);
        return;
    }
    if (c.size != v->manifest.records) {
        verify_fail(v, VERIFY_CHECKPOINT, "checkpoint", 1,
                    "of %llu records, the manifest says %llu", (unsigned long long)c.size,
                    (unsigned long long)v->manifest.records);
    }
    mark_note(v, &c, 0);
    verify_held(v, VERIFY_CHECKPOINT, "signed over %llu records",
                (unsigned long long)c.size);
}
