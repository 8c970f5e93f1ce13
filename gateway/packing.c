/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the stores, has the parts made, puts them together. */
#include "packing_private.h"

#include "core/mem.h"
#include "core/number.h"

#include <stdio.h>

#define NOTE_ARENA 65536

void packing_add_seq(struct packing_seqs *seqs, uint64_t seq)
{
    seqs->list = mem_grow(seqs->list, seqs->count, &seqs->capacity, sizeof *seqs->list);
    seqs->list[seqs->count++] = seq;
}

enum err packing_each_record(const struct packing_work *work, journal_record_fn *each,
                             void *ctx, struct error *e)
{
    struct journal_reader *reader = NULL;
    enum err err = journal_reader_open_directory(work->packing->journal_directory,
                                                 &disk_system, 0, &reader, e);
    if (err == ERR_OK) {
        err = journal_read_all(reader, each, ctx, e);
    }
    journal_reader_close(&reader);
    return err;
}

/* ---- what is stored ---- */

static bool take_stored(void *ctx, const struct outbox_summary *summary)
{
    struct packing_work *work = ctx;
    work->stored = mem_grow(work->stored, work->stored_count, &work->stored_capacity,
                            sizeof *work->stored);
    struct packing_summary *kept = &work->stored[work->stored_count++];
    uint8_t *envelope = mem_array(summary->envelope.len + 1, 1);
    memcpy(envelope, summary->envelope.data, summary->envelope.len);
    *kept = (struct packing_summary){.process = mem_text(bytes_of(summary->process)),
                                     .start_ns = summary->window_start_ns,
                                     .end_ns = summary->window_end_ns,
                                     .revision = summary->revision,
                                     .envelope = {envelope, summary->envelope.len}};
    memcpy(kept->key, summary->key, sizeof kept->key);
    return true;
}

/* The second line of a note. */
static bool read_size(struct bytes note, uint64_t *ret_size)
{
    struct bytes line;
    return bytes_take_line(&note, &line) && bytes_take_line(&note, &line) &&
           number_parse_u64(line, ret_size);
}

static enum err read_stored(struct packing_work *work, struct error *e)
{
    struct outbox_filter filter = {.process = work->packing->process};
    enum err err = outbox_get_state(work->packing->outbox, "checkpoint", &work->arena,
                                    &work->note, e);
    if (err == ERR_OK && !read_size(work->note, &work->size)) {
        err = error_set(e, ERR_REJECT, "the gateway has signed no checkpoint yet");
    }
    if (err == ERR_OK) {
        err = outbox_each_summary(work->packing->outbox, &filter, take_stored, work, e);
    }
    return err;
}

/* ---- putting it together ---- */

static void put_keys(struct packing_work *work, struct buf *out)
{
    pack_add(out, PACK_KEY, (struct bytes){work->first_key.bytes, KEY_PUBLIC_LEN});
    for (size_t i = 0; i < work->key_count; i++) {
        pack_add(out, PACK_KEY, (struct bytes){work->keys[i].bytes, KEY_PUBLIC_LEN});
    }
    for (size_t i = 0; i < work->packing->registry_key_count; i++) {
        if (work->registry_key_used[i]) {
            pack_add(
                out, PACK_REGISTRY_KEY,
                (struct bytes){work->packing->registry_keys[i].bytes, KEY_PUBLIC_LEN});
        }
    }
}

static void put_summaries(struct packing_work *work, struct buf *out)
{
    for (size_t i = 0; i < work->made_count; i++) {
        if (work->made[i].summary->chosen) {
            pack_add(out, PACK_SUMMARY, work->made[i].summary->envelope);
        }
    }
    struct buf seqs;
    buf_init(&seqs, PACK_SIZE_MAX);
    for (size_t i = 0; i < work->made_count; i++) {
        const struct packing_summary *s = work->made[i].summary;
        buf_clear(&seqs);
        for (size_t n = 0; s->chosen && n < s->inputs.count; n++) {
            buf_add_u64(&seqs, s->inputs.list[n]);
        }
        if (s->chosen) {
            pack_add(out, PACK_INPUTS, buf_bytes(&seqs));
        }
    }
    buf_deinit(&seqs);
}

static void put_manifest(struct packing_work *work, const char *gateway, struct buf *out)
{
    struct pack_manifest m = {.from_ns = INT64_MAX,
                              .to_ns = INT64_MIN,
                              .records = work->size,
                              .whole = work->packing->whole};
    for (size_t i = 0; i < work->made_count; i++) {
        const struct packing_summary *s = work->made[i].summary;
        if (s->chosen) {
            m.from_ns = s->start_ns < m.from_ns ? s->start_ns : m.from_ns;
            m.to_ns = s->end_ns > m.to_ns ? s->end_ns : m.to_ns;
        }
    }
    const char *process = work->packing->process ? work->packing->process : "*";
    struct buf text;
    buf_init(&text, (size_t)4 * PACK_NAME_MAX);
    snprintf(m.gateway, sizeof m.gateway, "%s", gateway);
    snprintf(m.process, sizeof m.process, "%s", process);
    pack_put_manifest(&m, &text);
    pack_add(out, PACK_MANIFEST, buf_bytes(&text));
    buf_deinit(&text);
}

static enum err put_all(struct packing_work *work, struct buf *out, struct error *e)
{
    char gateway[PACK_NAME_MAX];
    struct bytes rest = work->note;
    struct bytes name = {0};
    (void)bytes_take_field(&rest, "emgate/", &name);
    snprintf(gateway, sizeof gateway, "%.*s", BYTES_ARG(name));
    pack_begin(out);
    put_manifest(work, gateway, out);
    put_keys(work, out);
    pack_add(out, PACK_CHECKPOINT, work->note);
    put_summaries(work, out);
    buf_add(out, buf_bytes(&work->receipts));
    buf_add(out, buf_bytes(&work->tree));
    pack_end(out);
    bool fits = !out->overflow && !work->receipts.overflow && !work->tree.overflow;
    return fits ? ERR_OK
                : error_set(e, ERR_REJECT, "the pack is larger than %zu bytes",
                            PACK_SIZE_MAX);
}

static void let_go(struct packing_work *work)
{
    for (size_t i = 0; i < work->stored_count; i++) {
        void *envelope = (void *)(uintptr_t)work->stored[i].envelope.data; /* ours */
        mem_free(&envelope);
        mem_free(&work->stored[i].process);
        mem_free(&work->stored[i].inputs.list);
    }
    for (size_t i = 0; i < work->touched.count; i++) {
        struct packing_seqs *seqs = work->touched.entries[i].value;
        mem_free(&seqs->list);
        mem_free(&seqs);
    }
    table_deinit(&work->touched);
    table_deinit(&work->by_name);
    table_deinit(&work->chosen);
    mem_free(&work->stored);
    mem_free(&work->made);
    mem_free(&work->needed.list);
    mem_free(&work->keys);
    buf_deinit(&work->tree);
    buf_deinit(&work->receipts);
    arena_deinit(&work->arena);
}

enum err packing_make(const struct packing *packing, struct buf *out,
                      struct packing_counts *ret_counts, struct error *e)
{
    struct packing_work work = {.packing = packing};
    ASSERT(packing->registry_key_count <= PACKING_REGISTRY_KEYS_MAX);
    arena_init(&work.arena, NOTE_ARENA);
    buf_init(&work.tree, PACK_SIZE_MAX);
    buf_init(&work.receipts, PACK_SIZE_MAX);
    table_init(&work.by_name);
    table_init(&work.touched);
    table_init(&work.chosen);
    enum err err = read_stored(&work, e);
    if (err == ERR_OK) {
        err = packing_choose(&work, e);
    }
    if (err == ERR_OK) {
        err = packing_write_tree(&work, e);
    }
    if (err == ERR_OK) {
        err = put_all(&work, out, e);
    }
    if (err == ERR_OK) {
        *ret_counts = work.counts;
    }
    let_go(&work);
    return err;
}
