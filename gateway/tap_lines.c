/* SPDX-License-Identifier: Apache-2.0 */
/* Results as lines for the tap. */
#include "tap_lines.h"

#include "api.h"
#include "model/message.h"
#include "model/proto_arena.h"
#include "model/reading_json.h"
#include "model/summary_json.h"
#include "summary.pb-c.h"

#define LINE_MAX_BYTES ((size_t)4 << 20)
#define POINTS_MAX ((size_t)1 << 20)
#define ARENA_SIZE (8U << 20)

static bool wanted(struct tap *tap, enum tap_stage stage)
{
    if (tap && !tap_is_open(tap)) {
        tap_miss(tap, stage, 1);
        return false;
    }
    return tap != NULL;
}

static void put_result(struct json_writer *w, const struct plan_point *point,
                       const struct normalised *result)
{
    bool none = !result->usable || (result->sample.flags & SAMPLE_BAD);
    json_open(w, '{');
    json_pair(w, "point", point->id);
    json_key(w, "value");
    if (none) {
        json_nothing(w);
    } else {
        json_double(w, result->sample.value);
    }
    json_pair(w, "unit", point->unit);
    json_pair(w, "reason", result->reason);
    json_close(w, '}');
}

void tap_put_reading(struct tap *tap, const struct tap_reading *seen)
{
    struct buf line;
    struct buf points;
    if (!wanted(tap, TAP_READINGS)) {
        return;
    }
    buf_init(&line, LINE_MAX_BYTES);
    buf_init(&points, POINTS_MAX);
    struct json_writer w = json_writer_of(&line);
    json_open(&w, '{');
    reading_json_put(&w, seen->reading);
    json_key(&w, "topic");
    json_text(&w, seen->message->topic);
    json_key(&w, "record");
    json_u64(&w, seen->message->seq);
    json_key(&w, "points");
    json_open(&w, '[');
    for (size_t i = 0; i < seen->count; i++) {
        const struct plan_point *point = &seen->plan->points[seen->results[i].point];
        put_result(&w, point, &seen->results[i]);
        buf_add_text(&points, point->id);
        buf_add_byte(&points, '\n');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    tap_add(tap, TAP_READINGS, buf_bytes(&points), buf_bytes(&line));
    buf_deinit(&line);
    buf_deinit(&points);
}

/* The points that a summary was made of. */
static void list_points(struct bytes summary, struct arena *arena, struct buf *points)
{
    ProtobufCAllocator allocator = proto_arena(arena);
    const Emgate__V1__Summary *s =
        emgate__v1__summary__unpack(&allocator, summary.len, summary.data);
    for (size_t i = 0; s && s->quality && i < s->quality->n_points; i++) {
        buf_add_text(points, s->quality->points[i]->point);
        buf_add_byte(points, '\n');
    }
}

void tap_put_summary(struct tap *tap, const struct aggregate_summary *summary)
{
    struct arena arena;
    struct buf line;
    struct buf points;
    struct error e;
    if (!wanted(tap, TAP_SUMMARIES)) {
        return;
    }
    arena_init(&arena, ARENA_SIZE);
    buf_init(&line, LINE_MAX_BYTES);
    buf_init(&points, POINTS_MAX);
    struct json_writer w = json_writer_of(&line);
    list_points(summary->bytes, &arena, &points);
    json_open(&w, '{');
    json_key(&w, "key");
    json_hex(&w, (struct bytes){summary->key, sizeof summary->key});
    json_key(&w, "summary");
    if (summary_json_put(summary->bytes, &arena, &w, &e) == ERR_OK) {
        json_close(&w, '}');
        tap_add(tap, TAP_SUMMARIES, buf_bytes(&points), buf_bytes(&line));
    } else {
        tap_miss(tap, TAP_SUMMARIES, 1);
    }
    buf_deinit(&line);
    buf_deinit(&points);
    arena_deinit(&arena);
}

void tap_put_reject(struct tap *tap, const struct dead_letter *letter)
{
    struct buf line;
    if (!wanted(tap, TAP_REJECTS)) {
        return;
    }
    buf_init(&line, LINE_MAX_BYTES);
    struct json_writer w = json_writer_of(&line);
    json_open(&w, '{');
    api_put_dead_letter(letter, &w);
    json_close(&w, '}');
    tap_add(tap, TAP_REJECTS, BYTES(""), buf_bytes(&line));
    buf_deinit(&line);
}
