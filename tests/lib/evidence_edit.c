/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_edit.h"

#include "core/mem.h"
#include "core/merkle.h"
#include "envelope.pb-c.h"
#include "evidence/dsse.h"

#include <criterion/criterion.h>

#define ARENA_SIZE ((size_t)1 << 20)

void edit_insert(struct edit *edit, size_t at, enum pack_kind kind, struct bytes data)
{
    cr_assert_leq(at, edit->count);
    edit->entries =
        mem_grow(edit->entries, edit->count, &edit->capacity, sizeof *edit->entries);
    memmove(&edit->entries[at + 1], &edit->entries[at],
            (edit->count - at) * sizeof *edit->entries);
    edit->count++;
    edit->entries[at] = (struct edit_entry){.kind = kind};
    buf_init(&edit->entries[at].data, PACK_SIZE_MAX);
    buf_add(&edit->entries[at].data, data);
}

void edit_open(struct edit *edit, struct bytes file)
{
    struct pack pack;
    struct error e;
    *edit = (struct edit){0};
    cr_assert_eq(pack_read(file, &pack, &e), ERR_OK, "%s", e.text);
    for (size_t i = 0; i < pack.count; i++) {
        edit_insert(edit, i, pack.entries[i].kind, pack.entries[i].data);
    }
    pack_free(&pack);
}

void edit_close(struct edit *edit)
{
    for (size_t i = 0; i < edit->count; i++) {
        buf_deinit(&edit->entries[i].data);
    }
    mem_free(&edit->entries);
}

struct buf edit_file(const struct edit *edit)
{
    struct buf out;
    buf_init(&out, PACK_SIZE_MAX);
    pack_begin(&out);
    for (size_t i = 0; i < edit->count; i++) {
        pack_add(&out, edit->entries[i].kind, buf_bytes(&edit->entries[i].data));
    }
    pack_end(&out);
    return out;
}

static bool is_wanted(const struct edit *edit, size_t at, enum pack_kind kind,
                      unsigned type)
{
    const struct edit_entry *entry = &edit->entries[at];
    return entry->kind == kind && (type == 0 || entry->data.data[32] == type);
}

static size_t find(const struct edit *edit, enum pack_kind kind, unsigned type,
                   int number)
{
    int total = 0;
    int seen = 0;
    for (size_t i = 0; i < edit->count; i++) {
        total += is_wanted(edit, i, kind, type) ? 1 : 0;
    }
    int wanted = number < 0 ? total + number + 1 : number;
    for (size_t i = 0; i < edit->count; i++) {
        seen += is_wanted(edit, i, kind, type) ? 1 : 0;
        if (seen == wanted && is_wanted(edit, i, kind, type)) {
            return i;
        }
    }
    cr_assert_fail("the pack has no entry %d of kind %d, type %u", number, (int)kind,
                   type);
    return 0;
}

size_t edit_find(const struct edit *edit, enum pack_kind kind, int number)
{
    return find(edit, kind, 0, number);
}

size_t edit_find_record(const struct edit *edit, unsigned type, int number)
{
    return find(edit, PACK_RECORD, type, number);
}

void edit_set(struct edit *edit, size_t at, struct bytes data)
{
    struct buf copy;
    buf_init(&copy, PACK_SIZE_MAX);
    buf_add(&copy, data);
    buf_deinit(&edit->entries[at].data);
    edit->entries[at].data = copy;
}

void edit_remove(struct edit *edit, size_t at)
{
    buf_deinit(&edit->entries[at].data);
    edit->count--;
    memmove(&edit->entries[at], &edit->entries[at + 1],
            (edit->count - at) * sizeof *edit->entries);
}

void edit_swap(struct edit *edit, size_t a, size_t b)
{
    struct edit_entry kept = edit->entries[a];
    edit->entries[a] = edit->entries[b];
    edit->entries[b] = kept;
}

void edit_fix_leaf(struct edit *edit, size_t at)
{
    struct buf *data = &edit->entries[at].data;
    merkle_leaf(bytes_slice(buf_bytes(data), 32, data->len), data->data);
}

void edit_summary(struct edit *edit, size_t at, edit_summary_fn *change,
                  const struct key_pair *pair)
{
    struct arena arena;
    struct buf *data = &edit->entries[at].data;
    arena_init(&arena, ARENA_SIZE);
    Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(NULL, data->len, data->data);
    cr_assert(envelope);
    Emgate__V1__Summary *summary =
        emgate__v1__summary__unpack(NULL, envelope->payload.len, envelope->payload.data);
    cr_assert(summary);
    change(summary);
    size_t len = emgate__v1__summary__get_packed_size(summary);
    uint8_t *packed = arena_take(&arena, len, 1);
    cr_assert(packed);
    emgate__v1__summary__pack(summary, packed);
    edit_set(edit, at,
             dsse_envelope(DSSE_SUMMARY, (struct bytes){packed, len}, &pair, 1, &arena));
    emgate__v1__summary__free_unpacked(summary, NULL);
    emgate__v1__envelope__free_unpacked(envelope, NULL);
    arena_deinit(&arena);
}

void edit_manifest(struct edit *edit, edit_manifest_fn *change)
{
    struct pack_manifest manifest;
    struct buf text;
    cr_assert(pack_get_manifest(buf_bytes(&edit->entries[0].data), &manifest));
    change(&manifest);
    buf_init(&text, 4096);
    pack_put_manifest(&manifest, &text);
    edit_set(edit, 0, buf_bytes(&text));
    buf_deinit(&text);
}
