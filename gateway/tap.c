/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two buffers a stage, in turn: when the newer one is full, the older one is emptied and
 * becomes the newer.  A line is stored as number, points, text; numbers begin at 1.
 */
#include "tap.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdatomic.h>

#define HALF (TAP_BYTES / 2)
/* The most that one answer carries, but for its last line. */
#define ANSWER_MAX ((size_t)1 << 20)
/* More than the numbers in front of a line take. */
#define HEAD_MAX 40

const char *const tap_stage_names[] = {[TAP_READINGS] = "readings",
                                       [TAP_SUMMARIES] = "summaries",
                                       [TAP_REJECTS] = "rejects",
                                       [TAP_STAGES] = NULL};

struct ring {
    uint64_t last;      /* number of the newest line, kept or not */
    uint64_t first;     /* of the oldest one kept; last + 1: none */
    uint64_t older_end; /* number behind the older buffer's last */
    struct buf older, newer;
};

struct tap {
    const struct clock *clock;
    _Atomic int64_t open_until_ns; /* boot clock */
    pthread_mutex_t lock;          /* guards what follows */
    struct ring rings[TAP_STAGES];
};

struct line {
    uint64_t number;
    struct bytes points, text;
};

bool tap_stage_find(const char *name, enum tap_stage *ret_stage)
{
    for (size_t i = 0; i < TAP_STAGES; i++) {
        if (strcmp(name, tap_stage_names[i]) == 0) {
            *ret_stage = (enum tap_stage)i;
            return true;
        }
    }
    return false;
}

struct tap *tap_new(const struct clock *clock)
{
    struct tap *tap = mem_new(struct tap);
    tap->clock = clock;
    tap->open_until_ns = INT64_MIN;
    pthread_mutex_init(&tap->lock, NULL);
    for (size_t i = 0; i < TAP_STAGES; i++) {
        tap->rings[i] = (struct ring){.first = 1, .older_end = 1};
        buf_init(&tap->rings[i].older, HALF);
        buf_init(&tap->rings[i].newer, HALF);
    }
    return tap;
}

void tap_free(struct tap **tap)
{
    if (!*tap) {
        return;
    }
    for (size_t i = 0; i < TAP_STAGES; i++) {
        buf_deinit(&(*tap)->rings[i].older);
        buf_deinit(&(*tap)->rings[i].newer);
    }
    pthread_mutex_destroy(&(*tap)->lock);
    mem_free(tap);
}

bool tap_is_open(struct tap *tap)
{
    return clock_boot_ns(tap->clock) < tap->open_until_ns;
}

/* ---- the pipeline's side ---- */

/* The newer buffer becomes the older; what that held is gone. */
static void turn_over(struct ring *ring)
{
    struct buf emptied = ring->older;
    ring->older = ring->newer;
    ring->newer = emptied;
    buf_clear(&ring->newer);
    ring->first = ring->older_end;
    ring->older_end = ring->last + 1;
}

/* Forgets what is kept and gives its memory back. */
static void forget(struct ring *ring)
{
    buf_deinit(&ring->older);
    buf_deinit(&ring->newer);
    buf_init(&ring->older, HALF);
    buf_init(&ring->newer, HALF);
    ring->first = ring->last + 1;
    ring->older_end = ring->first;
}

void tap_add(struct tap *tap, enum tap_stage stage, struct bytes points,
             struct bytes line)
{
    size_t len = points.len + line.len + HEAD_MAX;
    if (len > HALF) {
        tap_miss(tap, stage, 1);
        return;
    }
    pthread_mutex_lock(&tap->lock);
    struct ring *ring = &tap->rings[stage];
    if (ring->newer.len + len > HALF) {
        turn_over(ring);
    }
    ring->last++;
    buf_add_varint(&ring->newer, ring->last);
    buf_add_string(&ring->newer, points);
    buf_add_string(&ring->newer, line);
    pthread_mutex_unlock(&tap->lock);
}

void tap_miss(struct tap *tap, enum tap_stage stage, uint64_t count)
{
    pthread_mutex_lock(&tap->lock);
    struct ring *ring = &tap->rings[stage];
    ring->last += count;
    forget(ring);
    pthread_mutex_unlock(&tap->lock);
}

/* ---- the reader's side ---- */

static bool next_line(struct cursor *c, struct line *ret_line)
{
    if (c->rest.len == 0) {
        return false;
    }
    ret_line->number = cursor_varint(c);
    ret_line->points = cursor_string(c);
    ret_line->text = cursor_string(c);
    ASSERT(!c->failed);
    return true;
}

/* Whether the list, a line end behind each, has the point. */
static bool names(struct bytes points, const char *point)
{
    while (points.len > 0) {
        if (bytes_are(bytes_take_part(&points, '\n'), point)) {
            return true;
        }
    }
    return false;
}

/* Writes the lines asked for; gives the number of the last one looked at. */
static uint64_t put_lines(struct bytes held, const struct tap_question *question,
                          uint64_t after, struct buf *out)
{
    struct cursor c = cursor_of(held);
    struct line line;
    while (out->len < ANSWER_MAX && next_line(&c, &line)) {
        if (line.number <= after) {
            continue;
        }
        after = line.number;
        if (!question->point || names(line.points, question->point)) {
            buf_add(out, line.text);
            buf_add_byte(out, '\n');
        }
    }
    return after;
}

/* The number of the last line that the reader has seen; the cursor is one more, so that
 * it is never 0. */
static uint64_t seen(const struct ring *ring, uint64_t cursor)
{
    bool anew = cursor == 0 || cursor > ring->last + 1;
    return anew ? ring->last : cursor - 1;
}

void tap_ask(struct tap *tap, const struct tap_question *question, struct buf *out)
{
    struct buf lines;
    buf_init(&lines, ANSWER_MAX + HALF);
    pthread_mutex_lock(&tap->lock);
    tap->open_until_ns = clock_boot_ns(tap->clock) + TAP_OPEN_NS;
    const struct ring *ring = &tap->rings[question->stage];
    uint64_t after = seen(ring, question->after);
    uint64_t missed = after + 1 < ring->first ? ring->first - after - 1 : 0;
    after += missed;
    if (after + 1 < ring->older_end) {
        after = put_lines(buf_bytes(&ring->older), question, after, &lines);
    }
    if (after + 1 >= ring->older_end) {
        after = put_lines(buf_bytes(&ring->newer), question, after, &lines);
    }
    pthread_mutex_unlock(&tap->lock);
    unsigned long long cursor = after + 1;
    buf_print(out, "{\"cursor\":%llu,\"missed\":%llu}\n", cursor,
              (unsigned long long)missed);
    buf_add(out, buf_bytes(&lines));
    buf_deinit(&lines);
}
