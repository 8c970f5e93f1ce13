/* SPDX-License-Identifier: Apache-2.0 */
/* Packs, to bytes and back. */
#include "evidence/pack.h"

#include "core/mem.h"
#include "core/number.h"

#include <sodium.h>
#include <stdio.h>

#define MAGIC "EMPACK1\n"
#define DIGEST_LEN crypto_hash_sha256_BYTES

void pack_begin(struct buf *out)
{
    buf_add(out, BYTES(MAGIC));
}

void pack_add(struct buf *out, enum pack_kind kind, struct bytes data)
{
    buf_add_byte(out, (uint8_t)kind);
    buf_add_u32(out, (uint32_t)data.len);
    buf_add(out, data);
}

void pack_end(struct buf *out)
{
    uint8_t digest[DIGEST_LEN];
    crypto_hash_sha256(digest, out->data, out->len);
    pack_add(out, PACK_END, (struct bytes){digest, sizeof digest});
}

bool pack_is_one(struct bytes file)
{
    return bytes_start_with(file, BYTES(MAGIC));
}

/* ---- reading ---- */

struct reading {
    struct bytes file;
    struct cursor cursor;
    struct pack pack;
    size_t capacity;
    bool ended;
};

static enum err no_pack(const struct reading *r, const char *why, struct error *e)
{
    size_t at = r->file.len - r->cursor.rest.len;
    return error_set(e, ERR_REJECT, "byte %zu: %s", at, why);
}

static bool digest_holds(const struct reading *r, size_t end_offset, struct bytes data)
{
    uint8_t digest[DIGEST_LEN];
    crypto_hash_sha256(digest, r->file.data, end_offset);
    return bytes_equal(data, (struct bytes){digest, sizeof digest});
}

static bool is_kind(uint8_t kind)
{
    return (kind >= PACK_MANIFEST && kind <= PACK_SKIPPED) || kind == PACK_END;
}

/* The tree's two kinds come mixed, in order of seq. */
static unsigned rank(enum pack_kind kind)
{
    return kind == PACK_SKIPPED ? PACK_RECORD : (unsigned)kind;
}

static bool fits(enum pack_kind kind, size_t len)
{
    switch (kind) {
    case PACK_KEY:
    case PACK_REGISTRY_KEY:
    case PACK_END:
        return len == 32;
    case PACK_SKIPPED:
        return len == 33;
    case PACK_RECORD:
        return len >= 32 + PACK_RECORD_HEAD;
    case PACK_INPUTS:
        return len % 8 == 0;
    case PACK_MANIFEST:
    case PACK_CHECKPOINT:
    case PACK_SUMMARY:
    case PACK_RECEIPT:
        return true;
    }
    return false;
}

static enum err take_entry(struct reading *r, struct error *e)
{
    struct cursor *c = &r->cursor;
    size_t offset = r->file.len - c->rest.len;
    uint8_t kind = cursor_byte(c);
    uint32_t len = cursor_u32(c);
    struct pack_entry entry = {.offset = offset, .data = cursor_take(c, len)};
    if (c->failed) {
        return no_pack(r, "cut short", e);
    }
    if (!is_kind(kind)) {
        return no_pack(r, "an entry of an unknown kind", e);
    }
    entry.kind = (enum pack_kind)kind;
    unsigned before = r->pack.count ? rank(r->pack.entries[r->pack.count - 1].kind) : 0;
    bool first = r->pack.count == 0;
    if (rank(entry.kind) < before || first != (entry.kind == PACK_MANIFEST)) {
        return no_pack(r, "an entry out of order", e);
    }
    if (!fits(entry.kind, entry.data.len) || r->pack.count >= PACK_ENTRIES_MAX) {
        return no_pack(r, "an entry of a length that its kind can't have", e);
    }
    if (entry.kind == PACK_END) {
        r->ended = true;
        r->pack.digest_holds = digest_holds(r, offset, entry.data);
        return ERR_OK;
    }
    r->pack.entries =
        mem_grow(r->pack.entries, r->pack.count, &r->capacity, sizeof *r->pack.entries);
    r->pack.entries[r->pack.count++] = entry;
    return ERR_OK;
}

enum err pack_read(struct bytes file, struct pack *ret_pack, struct error *e)
{
    struct reading r = {.file = file, .cursor = cursor_of(file)};
    enum err err = ERR_OK;
    struct bytes magic = cursor_take(&r.cursor, sizeof MAGIC - 1);
    if (r.cursor.failed || !bytes_are(magic, MAGIC)) {
        return no_pack(&r, "not a pack", e);
    }
    while (err == ERR_OK && !r.ended) {
        err = take_entry(&r, e);
    }
    if (err == ERR_OK && r.cursor.rest.len > 0) {
        err = no_pack(&r, "bytes behind the end", e);
    }
    if (err != ERR_OK) {
        pack_free(&r.pack);
        return err;
    }
    *ret_pack = r.pack;
    return ERR_OK;
}

void pack_free(struct pack *pack)
{
    mem_free(&pack->entries);
    pack->count = 0;
}

/* ---- the manifest ---- */

void pack_put_manifest(const struct pack_manifest *m, struct buf *out)
{
    buf_print(out,
              "emgate pack v1\ngateway %s\nprocess %s\nfrom %lld\nto %lld\n"
              "records %llu\nform %s\n",
              m->gateway, m->process, (long long)m->from_ns, (long long)m->to_ns,
              (unsigned long long)m->records, m->whole ? "whole" : "proofs");
}

static bool take_name(struct bytes *rest, const char *word, char name[PACK_NAME_MAX])
{
    struct bytes value;
    if (!bytes_take_field(rest, word, &value) || value.len == 0 ||
        value.len >= PACK_NAME_MAX || memchr(value.data, 0, value.len)) {
        return false;
    }
    snprintf(name, PACK_NAME_MAX, "%.*s", BYTES_ARG(value));
    return true;
}

bool pack_get_manifest(struct bytes text, struct pack_manifest *ret_manifest)
{
    struct pack_manifest m = {0};
    struct bytes form;
    struct bytes from;
    struct bytes to;
    struct bytes records;
    struct bytes rest = text;
    struct bytes none;
    bool read = bytes_take_field(&rest, "emgate pack v1", &none) && none.len == 0 &&
                take_name(&rest, "gateway ", m.gateway) &&
                take_name(&rest, "process ", m.process) &&
                bytes_take_field(&rest, "from ", &from) &&
                bytes_take_field(&rest, "to ", &to) &&
                bytes_take_field(&rest, "records ", &records) &&
                bytes_take_field(&rest, "form ", &form) && rest.len == 0 &&
                number_parse_i64(from, &m.from_ns) && number_parse_i64(to, &m.to_ns) &&
                number_parse_u64(records, &m.records) &&
                (bytes_are(form, "whole") || bytes_are(form, "proofs"));
    m.whole = read && bytes_are(form, "whole");
    struct buf again;
    buf_init(&again, 2048);
    pack_put_manifest(&m, &again); /* each number is written in one way only */
    read = read && bytes_equal(buf_bytes(&again), text);
    buf_deinit(&again);
    if (read) {
        *ret_manifest = m;
    }
    return read;
}
