/* SPDX-License-Identifier: Apache-2.0 */
/* Key changes, to bytes and back. */
#include "evidence/change.h"

#include "core/buf.h"
#include "core/number.h"
#include "envelope.pb-c.h"
#include "model/proto_arena.h"

#include <stdio.h>

#define TEXT_MAX 1024
#define ARENA_SIZE (16U << 10)

struct bytes change_sign(const char *gateway, uint64_t size, const struct key_pair *old,
                         const struct key_pair *new, struct arena *arena)
{
    char from[KEY_HEX_MAX];
    char to[KEY_HEX_MAX];
    key_print(key_get_public(old), from);
    key_print(key_get_public(new), to);
    struct bytes text = arena_print(
        arena, "emgate key change v1\ngateway %s\nold %s\nnew %s\nsize %llu\n", gateway,
        from, to, (unsigned long long)size);
    const struct key_pair *pairs[] = {old, new};
    return dsse_envelope(DSSE_KEY_CHANGE, text, pairs, 2, arena);
}

static bool read_text(struct bytes text, struct change *c)
{
    struct bytes value;
    bool named = bytes_take_field(&text, "emgate key change v1", &value) &&
                 value.len == 0 && bytes_take_field(&text, "gateway ", &value) &&
                 value.len < CHANGE_NAME_MAX;
    if (named) {
        snprintf(c->gateway, sizeof c->gateway, "%.*s", BYTES_ARG(value));
    }
    return named && bytes_take_field(&text, "old ", &value) &&
           key_parse(value, &c->old) && bytes_take_field(&text, "new ", &value) &&
           key_parse(value, &c->new) && bytes_take_field(&text, "size ", &value) &&
           number_parse_u64(value, &c->size) && text.len == 0;
}

static bool signed_by(const Emgate__V1__Envelope *envelope, const struct key_public *key)
{
    struct bytes payload = {envelope->payload.data, envelope->payload.len};
    for (size_t i = 0; i < envelope->n_signatures; i++) {
        const ProtobufCBinaryData *s = &envelope->signatures[i]->signature;
        if (dsse_verify(key, DSSE_KEY_CHANGE, payload, (struct bytes){s->data, s->len})) {
            return true;
        }
    }
    return false;
}

static enum err judge(const Emgate__V1__Envelope *envelope, struct change *c,
                      struct error *e)
{
    if (!envelope || strcmp(envelope->payload_type, DSSE_KEY_CHANGE) != 0) {
        return error_set(e, ERR_REJECT, "key change: not an envelope of one");
    }
    if (envelope->payload.len > TEXT_MAX || envelope->n_signatures != 2 ||
        !read_text((struct bytes){envelope->payload.data, envelope->payload.len}, c)) {
        return error_set(e, ERR_REJECT, "key change: its text can't be read");
    }
    if (!signed_by(envelope, &c->old)) {
        return error_set(e, ERR_REJECT, "key change: not signed by the old key %s",
                         c->old.id);
    }
    if (!signed_by(envelope, &c->new)) {
        return error_set(e, ERR_REJECT, "key change: not signed by the new key %s",
                         c->new.id);
    }
    return ERR_OK;
}

enum err change_get(struct bytes bytes, struct change *ret_change, struct error *e)
{
    struct arena arena;
    struct change c = {0};
    arena_init(&arena, ARENA_SIZE);
    ProtobufCAllocator allocator = proto_arena(&arena);
    enum err err =
        judge(emgate__v1__envelope__unpack(&allocator, bytes.len, bytes.data), &c, e);
    arena_deinit(&arena);
    if (err == ERR_OK) {
        *ret_change = c;
    }
    return err;
}
