/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries, dead letters and outbox rows as JSON. */
#include "api.h"

#include "model/summary_json.h"

#define ARENA_SIZE (8U << 20)
/* Raw bytes of a dead letter shown in a list; all of them are in the journal. */
#define PAYLOAD_SHOWN 4096

struct listing {
    struct json_writer *writer;
    struct arena arena;
    enum err err;
    struct error *e;
};

static bool put_summary(void *ctx, const struct outbox_summary *summary)
{
    struct listing *l = ctx;
    arena_reset(&l->arena);
    json_open(l->writer, '{');
    json_key(l->writer, "key");
    json_hex(l->writer, (struct bytes){summary->key, OUTBOX_KEY_LEN});
    json_key(l->writer, "summary");
    l->err = summary_json_put(summary->summary, &l->arena, l->writer, l->e);
    json_close(l->writer, '}');
    return l->err == ERR_OK;
}

enum err api_put_summaries(struct outbox *outbox, const struct outbox_filter *filter,
                           struct json_writer *writer, struct error *e)
{
    struct listing l = {.writer = writer, .e = e};
    arena_init(&l.arena, ARENA_SIZE);
    json_open(writer, '[');
    enum err err = outbox_each_summary(outbox, filter, put_summary, &l, e);
    json_close(writer, ']');
    arena_deinit(&l.arena);
    return err == ERR_OK ? l.err : err;
}

/* As text where it is text, and as hex always. */
static void put_payload(struct json_writer *w, struct bytes payload)
{
    struct bytes shown = bytes_slice(payload, 0, PAYLOAD_SHOWN);
    bool printable = true;
    for (size_t i = 0; i < shown.len && printable; i++) {
        printable = shown.data[i] >= 0x20 || shown.data[i] == '\n' ||
                    shown.data[i] == '\t' || shown.data[i] == '\r';
    }
    if (printable) {
        json_key(w, "payload");
        json_text(w, shown);
    }
    json_key(w, "payload_hex");
    json_hex(w, shown);
    json_key(w, "payload_len");
    json_u64(w, payload.len);
}

void api_put_dead_letter(const struct dead_letter *letter, struct json_writer *w)
{
    json_key(w, "record");
    json_u64(w, letter->seq);
    json_key(w, "received");
    json_time(w, letter->received_ns);
    json_key(w, "topic");
    json_text(w, letter->topic);
    json_pair(w, "adapter", letter->adapter);
    json_pair(w, "reason", letter->reason);
    json_pair(w, "detail", letter->detail);
    json_key(w, "partial");
    json_bool(w, letter->partial);
    if (letter->retry_seq) {
        json_key(w, "retried");
        json_open(w, '{');
        json_key(w, "record");
        json_u64(w, letter->retry_seq);
        json_pair(w, "outcome", letter->retry_outcome);
        json_close(w, '}');
    }
    put_payload(w, letter->payload);
}

static bool put_dead_letter(void *ctx, int64_t id, const struct dead_letter *letter)
{
    struct listing *l = ctx;
    json_open(l->writer, '{');
    json_key(l->writer, "id");
    json_i64(l->writer, id);
    api_put_dead_letter(letter, l->writer);
    json_close(l->writer, '}');
    return true;
}

enum err api_put_dead_letters(struct outbox *outbox, uint64_t limit,
                              struct json_writer *writer, struct error *e)
{
    struct listing l = {.writer = writer};
    json_open(writer, '[');
    enum err err = outbox_each_dead_letter(outbox, limit, put_dead_letter, &l, e);
    json_close(writer, ']');
    return err;
}

void api_put_retry(const struct retry_result *result, struct json_writer *writer)
{
    json_open(writer, '{');
    json_pair_u64(writer, "found", result->found);
    json_key(writer, "more");
    json_bool(writer, result->found == RETRY_MAX);
    json_pair_u64(writer, "appended", result->appended);
    json_pair_u64(writer, "last_id", (uint64_t)result->last_id);
    json_pair_u64(writer, "last_record", result->last_seq);
    json_pair_u64(writer, "refused", result->refused);
    json_pair(writer, "why", result->why);
    json_close(writer, '}');
}

static bool put_row(void *ctx, const char *sink, const struct outbox_summary *summary,
                    const char *status, uint32_t attempts, const char *error)
{
    struct listing *l = ctx;
    struct json_writer *w = l->writer;
    json_open(w, '{');
    json_pair(w, "sink", sink);
    json_pair(w, "status", status);
    json_key(w, "attempts");
    json_u64(w, attempts);
    json_pair(w, "error", error);
    json_pair(w, "process", summary->process);
    json_key(w, "window_start");
    json_time(w, summary->window_start_ns);
    json_key(w, "revision");
    json_u64(w, summary->revision);
    json_key(w, "key");
    json_hex(w, (struct bytes){summary->key, OUTBOX_KEY_LEN});
    json_close(w, '}');
    return true;
}

enum err api_put_rows(struct outbox *outbox, const char *sink, uint64_t limit,
                      struct json_writer *writer, struct error *e)
{
    struct listing l = {.writer = writer};
    json_open(writer, '[');
    enum err err = outbox_each_row(outbox, sink, limit, put_row, &l, e);
    json_close(writer, ']');
    return err;
}
