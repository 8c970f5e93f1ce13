/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_outbox.h"

#include <sodium.h>
#include <stdio.h>

size_t fake_outbox_put(struct outbox *outbox, const char *process, const char *text)
{
    ASSERT(outbox->count < FAKE_ROWS_MAX);
    struct fake_row *row = &outbox->rows[outbox->count];
    *row = (struct fake_row){.envelope = bytes_of(text), .process = process};
    crypto_hash_sha256(row->key, row->envelope.data, row->envelope.len);
    return outbox->count++;
}

enum err outbox_next(struct outbox *outbox, const char *sink, struct arena *arena,
                     struct outbox_row *rows, size_t max, size_t *ret_count,
                     struct error *e)
{
    (void)sink;
    (void)arena;
    if (outbox->fail_next > 0) {
        outbox->fail_next--;
        return error_set(e, ERR_SYSTEM, "can't read the outbox");
    }
    size_t count = 0;
    for (size_t i = 0; i < outbox->count && count < max; i++) {
        const struct fake_row *row = &outbox->rows[i];
        if (row->state != FAKE_NEW) {
            continue;
        }
        rows[count] = (struct outbox_row){.id = (int64_t)i,
                                          .envelope = row->envelope,
                                          .process = row->process,
                                          .attempts = row->tried};
        memcpy(rows[count].key, row->key, OUTBOX_KEY_LEN);
        count++;
    }
    *ret_count = count;
    return ERR_OK;
}

static struct fake_row *mark(struct outbox *outbox, int64_t id, struct error *e)
{
    if (outbox->fail_mark > 0) {
        outbox->fail_mark--;
        error_set(e, ERR_SYSTEM, "can't write the outbox");
        return NULL;
    }
    ASSERT(id >= 0 && (size_t)id < outbox->count);
    return &outbox->rows[id];
}

enum err outbox_mark_done(struct outbox *outbox, int64_t id, struct bytes receipt,
                          struct error *e)
{
    struct fake_row *row = mark(outbox, id, e);
    if (!row) {
        return ERR_SYSTEM;
    }
    row->state = FAKE_DONE;
    row->receipt_len = receipt.len;
    return ERR_OK;
}

enum err outbox_mark_tried(struct outbox *outbox, int64_t id, const char *why,
                           struct error *e)
{
    struct fake_row *row = mark(outbox, id, e);
    if (!row) {
        return ERR_SYSTEM;
    }
    row->tried++;
    snprintf(row->why, sizeof row->why, "%s", why);
    return ERR_OK;
}

enum err outbox_mark_set_aside(struct outbox *outbox, int64_t id, const char *why,
                               struct error *e)
{
    struct fake_row *row = mark(outbox, id, e);
    if (!row) {
        return ERR_SYSTEM;
    }
    row->state = FAKE_SET_ASIDE;
    snprintf(row->why, sizeof row->why, "%s", why);
    return ERR_OK;
}

void outbox_wait(struct outbox *outbox, int64_t timeout_ms)
{
    (void)outbox;
    (void)timeout_ms;
}

void outbox_wake(struct outbox *outbox)
{
    (void)outbox;
}

enum err outbox_each_sent(struct outbox *outbox, const char *sink, int64_t from_ns,
                          int64_t to_ns, outbox_sent_fn *each, void *ctx, struct error *e)
{
    (void)sink;
    (void)e;
    for (size_t i = 0; i < outbox->count; i++) {
        const struct fake_row *row = &outbox->rows[i];
        struct outbox_sent sent = {.process = row->process,
                                   .window_start_ns = row->window_start_ns};
        memcpy(sent.key, row->key, OUTBOX_KEY_LEN);
        if (row->state == FAKE_DONE && row->window_start_ns >= from_ns &&
            row->window_start_ns < to_ns) {
            each(ctx, &sent);
        }
    }
    return ERR_OK;
}

enum err outbox_send_again(struct outbox *outbox, const char *sink,
                           const uint8_t *const *keys, size_t count, struct error *e)
{
    (void)sink;
    (void)e;
    for (size_t i = 0; i < outbox->count; i++) {
        struct fake_row *row = &outbox->rows[i];
        for (size_t j = 0; j < count && row->state == FAKE_DONE; j++) {
            if (memcmp(row->key, keys[j], OUTBOX_KEY_LEN) == 0) {
                row->state = FAKE_NEW;
            }
        }
    }
    return ERR_OK;
}
