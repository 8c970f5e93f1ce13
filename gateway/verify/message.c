/* SPDX-License-Identifier: Apache-2.0 */
/* Reads envelopes, receipts and what proofs need of summaries. */
#include "verify/message.h"

#include "core/buf.h"
#include "core/wire.h"

#define ENVELOPE_MAX ((size_t)16 << 20)
#define RECEIPT_MAX 4096

/* ---- writing again, to see that there was one way only ---- */

static void put_bytes(struct buf *out, unsigned number, struct bytes value)
{
    if (value.len > 0) {
        buf_add_varint(out, number << 3 | WIRE_BYTES);
        buf_add_string(out, value);
    }
}

static void put_number(struct buf *out, unsigned number, uint64_t value)
{
    if (value != 0) {
        buf_add_varint(out, number << 3 | WIRE_VARINT);
        buf_add_varint(out, value);
    }
}

static bool same_again(struct buf *out, struct bytes bytes)
{
    bool same = !out->overflow && bytes_equal(buf_bytes(out), bytes);
    buf_deinit(out);
    return same;
}

/* ---- envelopes ---- */

static void put_signature(const struct envelope_view *v, struct buf *out)
{
    struct buf inner;
    buf_init(&inner, RECEIPT_MAX);
    put_bytes(&inner, 1, v->key_id);
    put_bytes(&inner, 2, v->signature);
    buf_add_varint(out, 3 << 3 | WIRE_BYTES);
    buf_add_string(out, inner.overflow ? (struct bytes){0} : buf_bytes(&inner));
    buf_deinit(&inner);
}

static bool read_signature(struct bytes bytes, struct envelope_view *v)
{
    struct wire wire = wire_of(bytes);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.type != WIRE_BYTES || field.number < 1 || field.number > 2) {
            return false;
        }
        *(field.number == 1 ? &v->key_id : &v->signature) = field.bytes;
    }
    return !wire.failed;
}

bool envelope_read(struct bytes bytes, struct envelope_view *ret_view)
{
    struct envelope_view v = {0};
    struct wire wire = wire_of(bytes);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (field.type != WIRE_BYTES || field.number < 1 || field.number > 3) {
            return false;
        }
        if (field.number == 1) {
            v.type = field.bytes;
        } else if (field.number == 2) {
            v.payload = field.bytes;
        } else if (!read_signature(field.bytes, &v)) {
            return false;
        }
    }
    struct buf again;
    buf_init(&again, ENVELOPE_MAX);
    put_bytes(&again, 1, v.type);
    put_bytes(&again, 2, v.payload);
    put_signature(&v, &again);
    if (!same_again(&again, bytes) || wire.failed) {
        return false;
    }
    *ret_view = v;
    return true;
}

/* ---- receipts ---- */

static bool take_receipt_field(const struct wire_field *field, struct receipt_view *v)
{
    struct bytes *texts[] = {[1] = &v->key,       [3] = &v->reason, [5] = &v->registry,
                             [6] = &v->signature, [7] = &v->key_id, NULL};
    if (field->number > 7) {
        return false;
    }
    if (field->number == 2 || field->number == 4) {
        v->verdict = field->number == 2 ? field->value : v->verdict;
        v->stored_ns = field->number == 4 ? (int64_t)field->value : v->stored_ns;
        return field->type == WIRE_VARINT;
    }
    *texts[field->number] = field->bytes;
    return field->type == WIRE_BYTES;
}

static bool is_text(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20) {
            return false;
        }
    }
    return true;
}

bool receipt_read(struct bytes bytes, struct receipt_view *ret_view)
{
    struct receipt_view v = {0};
    struct wire wire = wire_of(bytes);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        if (!take_receipt_field(&field, &v)) {
            return false;
        }
    }
    struct buf again;
    buf_init(&again, RECEIPT_MAX);
    put_bytes(&again, 1, v.key);
    put_number(&again, 2, v.verdict);
    put_bytes(&again, 3, v.reason);
    put_number(&again, 4, (uint64_t)v.stored_ns);
    put_bytes(&again, 5, v.registry);
    put_bytes(&again, 6, v.signature);
    put_bytes(&again, 7, v.key_id);
    if (!same_again(&again, bytes) || wire.failed || v.key.len != 32 ||
        !is_text(v.reason) || !is_text(v.registry) || !is_text(v.key_id) ||
        v.verdict > INT32_MAX) {
        return false;
    }
    *ret_view = v;
    return true;
}

/* ---- summaries ---- */

static void take_provenance_field(const struct wire_field *f, struct summary_view *v)
{
    struct bytes *texts[] = {
        [1] = &v->config_hash, [5] = &v->software,    [8] = &v->input_root,
        [10] = &v->previous,   [11] = &v->supersedes, [14] = &v->tree_root};
    if (f->type == WIRE_BYTES && f->number <= 14 && texts[f->number]) {
        *texts[f->number] = f->bytes;
    } else if (f->type == WIRE_VARINT && f->number == 9) {
        v->input_count = f->value;
    } else if (f->type == WIRE_VARINT && f->number == 13) {
        v->tree_size = f->value;
    }
}

static bool read_provenance(struct bytes bytes, struct summary_view *v)
{
    struct wire wire = wire_of(bytes);
    struct wire_field field;
    while (wire_next(&wire, &field)) {
        take_provenance_field(&field, v);
    }
    return !wire.failed;
}

static void take_summary_number(const struct wire_field *f, struct summary_view *v)
{
    if (f->number == 8) {
        v->start_ns = (int64_t)f->value;
    } else if (f->number == 9) {
        v->end_ns = (int64_t)f->value;
    } else if (f->number == 11) {
        v->revision = f->value;
    }
}

bool summary_read(struct bytes bytes, struct summary_view *ret_view)
{
    struct summary_view v = {0};
    struct wire wire = wire_of(bytes);
    struct wire_field field;
    bool proved = false;
    while (wire_next(&wire, &field)) {
        if (field.type == WIRE_VARINT) {
            take_summary_number(&field, &v);
        } else if (field.type != WIRE_BYTES) {
            continue;
        } else if (field.number == 1) {
            v.gateway = field.bytes;
        } else if (field.number == 4) {
            v.process = field.bytes;
        } else if (field.number == 21) {
            proved = read_provenance(field.bytes, &v);
        }
    }
    if (wire.failed || !proved) {
        return false;
    }
    *ret_view = v;
    return true;
}
