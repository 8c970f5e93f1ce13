/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing and amending the windows of a process. */
#include "aggregate/window.h"

#include "core/mem.h"

void windows_init(struct windows *windows, int64_t length_ns)
{
    ASSERT(length_ns > 0);
    *windows = (struct windows){.length_ns = length_ns};
}

void windows_deinit(struct windows *windows)
{
    mem_free(&windows->list);
    *windows = (struct windows){.length_ns = windows->length_ns};
}

int64_t windows_start(const struct windows *windows, int64_t at_ns)
{
    int64_t length_ns = windows->length_ns;
    int64_t index = at_ns / length_ns - (at_ns % length_ns < 0 ? 1 : 0);
    return index * length_ns;
}

static size_t position(const struct windows *windows, int64_t start_ns)
{
    size_t at = windows->count;
    while (at > 0 && windows->list[at - 1].start_ns >= start_ns) {
        at--;
    }
    return at;
}

static struct window *find(struct windows *windows, int64_t start_ns)
{
    size_t at = position(windows, start_ns);
    bool there = at < windows->count && windows->list[at].start_ns == start_ns;
    return there ? &windows->list[at] : NULL;
}

static struct window *find_or_add(struct windows *windows, int64_t start_ns)
{
    struct window *there = find(windows, start_ns);
    if (there) {
        return there;
    }
    size_t at = position(windows, start_ns);
    windows->list = mem_grow(windows->list, windows->count, &windows->capacity,
                             sizeof *windows->list);
    memmove(&windows->list[at + 1], &windows->list[at],
            (windows->count - at) * sizeof *windows->list);
    windows->list[at] = (struct window){.start_ns = start_ns};
    windows->count++;
    return &windows->list[at];
}

enum window_fate windows_fate(const struct windows *windows, int64_t at_ns,
                              int64_t now_ns, int64_t amend_until_ns)
{
    int64_t start_ns = windows_start(windows, at_ns);
    if (!windows->started || start_ns >= windows->next_ns) {
        return WINDOW_OPEN;
    }
    if (start_ns < windows->first_ns) {
        int64_t back = (windows->first_ns - start_ns) / windows->length_ns;
        return back > WINDOW_CATCH_UP_MAX ? WINDOW_TOO_FAR : WINDOW_OPEN;
    }
    /* In the list and never made: an early window that waits for its turn. */
    size_t at = position(windows, start_ns);
    bool listed = at < windows->count && windows->list[at].start_ns == start_ns;
    if (listed && windows->list[at].revisions == 0) {
        return WINDOW_OPEN;
    }
    int64_t age_ns = now_ns - (start_ns + windows->length_ns);
    return !listed || age_ns > amend_until_ns ? WINDOW_FINAL : WINDOW_CLOSED;
}

/* Late data outweigh a changed substitute as the reason. */
static void make_dirty(struct window *window, int64_t now_ns, enum window_reason reason)
{
    window->reason = window->dirty && reason > window->reason ? window->reason : reason;
    if (!window->dirty) {
        window->dirty = true;
        window->dirty_since_ns = now_ns;
    }
}

void windows_make_again(struct windows *windows, int64_t from_ns, int64_t to_ns,
                        int64_t now_ns, enum window_reason reason)
{
    for (size_t i = 0; i < windows->count; i++) {
        struct window *window = &windows->list[i];
        if (window->start_ns >= from_ns && window->start_ns < to_ns &&
            window->revisions > 0) {
            make_dirty(window, now_ns, reason);
        }
    }
}

const char *window_reason_name(enum window_reason reason)
{
    switch (reason) {
    case WINDOW_LATE_DATA:
        return "late_data";
    case WINDOW_SUBSTITUTE:
        return "substitute_changed";
    case WINDOW_FACTOR:
        return "factor_entered";
    }
    UNREACHABLE();
}

/* Moves the beginning back to `start_ns`: every window in between must be made. */
static void reach_back(struct windows *windows, int64_t start_ns, int64_t now_ns)
{
    for (int64_t s = start_ns; s < windows->first_ns; s += windows->length_ns) {
        make_dirty(find_or_add(windows, s), now_ns, WINDOW_LATE_DATA);
    }
    windows->first_ns = start_ns;
}

/* A record counts once, however many of its readings touch the window. */
static void note_record(struct window *window, const struct window_touch *touch)
{
    if (window->first_record == 0) {
        window->first_record = touch->record;
    }
    if (window->last_record != touch->record && touch->leaf) {
        merkle_add(&window->inputs, touch->leaf);
        if (touch->note) {
            touch->note(touch->note_ctx, window->start_ns, touch->record);
        }
    }
    window->last_record = touch->record;
}

void windows_touch(struct windows *windows, const struct window_touch *touch)
{
    int64_t own_ns = windows_start(windows, touch->at_ns);
    if (!windows->started) {
        windows->started = true;
        windows->first_ns = own_ns;
        windows->next_ns = own_ns;
    }
    if (own_ns < windows->first_ns) {
        reach_back(windows, own_ns, touch->now_ns);
    }
    note_record(find_or_add(windows, own_ns), touch);
    int64_t from_ns =
        touch->from_ns > windows->first_ns ? touch->from_ns : windows->first_ns;
    int64_t s = windows_start(windows, from_ns);
    for (; s <= touch->to_ns; s += windows->length_ns) {
        struct window *window = s < windows->next_ns ? find(windows, s) : NULL;
        if (window) {
            note_record(window, touch);
            make_dirty(window, touch->now_ns, WINDOW_LATE_DATA);
        }
        if (s >= windows->next_ns) {
            return; /* open ones are made in their turn */
        }
    }
}

/* Passes over a stretch too long to be made window by window, up to the next one with
 * data or the last few. */
static void skip_emptiness(struct windows *windows, int64_t watermark_ns)
{
    int64_t limit_ns =
        windows_start(windows, watermark_ns) - WINDOW_CATCH_UP_MAX * windows->length_ns;
    if (windows->next_ns >= limit_ns) {
        return;
    }
    size_t at = position(windows, windows->next_ns);
    if (at < windows->count && windows->list[at].start_ns < limit_ns) {
        limit_ns = windows->list[at].start_ns;
    }
    windows->next_ns = limit_ns;
}

struct window *windows_next_due(struct windows *windows, const struct window_due *due)
{
    if (!windows->started) {
        return NULL;
    }
    for (size_t i = 0; i < windows->count; i++) {
        struct window *window = &windows->list[i];
        bool settled = window->dirty && window->start_ns < windows->next_ns &&
                       due->now_ns - window->dirty_since_ns >= due->settle_ns;
        if (settled && window->start_ns + windows->length_ns + due->lateness_ns <=
                           due->watermark_ns) {
            return window;
        }
    }
    skip_emptiness(windows, due->watermark_ns);
    if (windows->next_ns + windows->length_ns + due->lateness_ns > due->watermark_ns) {
        return NULL;
    }
    return find_or_add(windows, windows->next_ns);
}

void windows_made(struct windows *windows, struct window *window,
                  const uint8_t key[WINDOW_KEY_LEN])
{
    window->dirty = false;
    window->revisions++;
    memcpy(window->key, key, WINDOW_KEY_LEN);
    memcpy(windows->previous, key, WINDOW_KEY_LEN);
    windows->has_previous = true;
    if (window->start_ns == windows->next_ns) {
        windows->next_ns += windows->length_ns;
    }
}

void windows_prune(struct windows *windows, int64_t before_ns)
{
    size_t kept = 0;
    for (size_t i = 0; i < windows->count; i++) {
        const struct window *window = &windows->list[i];
        bool final = window->start_ns + windows->length_ns < before_ns &&
                     window->start_ns < windows->next_ns && !window->dirty;
        if (!final && kept < i) {
            windows->list[kept] = *window;
        }
        kept += final ? 0 : 1;
    }
    windows->count = kept;
}

int64_t windows_oldest(const struct windows *windows)
{
    if (!windows->started) {
        return INT64_MAX;
    }
    int64_t listed = windows->count ? windows->list[0].start_ns : INT64_MAX;
    return listed < windows->next_ns ? listed : windows->next_ns;
}

void windows_put(const struct windows *windows, struct buf *out)
{
    buf_add_byte(out, windows->started);
    buf_add_u64(out, (uint64_t)windows->length_ns);
    buf_add_u64(out, (uint64_t)windows->first_ns);
    buf_add_u64(out, (uint64_t)windows->next_ns);
    buf_add_byte(out, windows->has_previous);
    buf_add(out, (struct bytes){windows->previous, WINDOW_KEY_LEN});
    buf_add_varint(out, windows->count);
    for (size_t i = 0; i < windows->count; i++) {
        const struct window *window = &windows->list[i];
        buf_add_u64(out, (uint64_t)window->start_ns);
        buf_add_varint(out, window->first_record);
        buf_add_varint(out, window->last_record);
        buf_add_varint(out, window->revisions);
        buf_add_byte(out, window->dirty);
        buf_add_u64(out, (uint64_t)window->dirty_since_ns);
        buf_add_byte(out, (uint8_t)window->reason);
        buf_add(out, (struct bytes){window->key, WINDOW_KEY_LEN});
        merkle_put(&window->inputs, out);
    }
}

static void take_key(struct cursor *c, uint8_t key[WINDOW_KEY_LEN])
{
    struct bytes bytes = cursor_take(c, WINDOW_KEY_LEN);
    if (bytes.len == WINDOW_KEY_LEN) {
        memcpy(key, bytes.data, WINDOW_KEY_LEN);
    }
}

void windows_get(struct windows *windows, struct cursor *c)
{
    windows->started = cursor_byte(c) != 0;
    int64_t length_ns = (int64_t)cursor_u64(c);
    windows->first_ns = (int64_t)cursor_u64(c);
    windows->next_ns = (int64_t)cursor_u64(c);
    windows->has_previous = cursor_byte(c) != 0;
    take_key(c, windows->previous);
    uint64_t count = cursor_varint(c);
    windows->count = 0;
    for (uint64_t i = 0; i < count && !c->failed; i++) {
        struct window *window = find_or_add(windows, (int64_t)cursor_u64(c));
        window->first_record = cursor_varint(c);
        window->last_record = cursor_varint(c);
        window->revisions = (uint32_t)cursor_varint(c);
        window->dirty = cursor_byte(c) != 0;
        window->dirty_since_ns = (int64_t)cursor_u64(c);
        uint8_t reason = cursor_byte(c);
        window->reason =
            reason <= WINDOW_FACTOR ? (enum window_reason)reason : WINDOW_LATE_DATA;
        take_key(c, window->key);
        merkle_get(&window->inputs, c);
    }
    if (length_ns != windows->length_ns && windows->started) {
        /* Windows of another length are final: a new row of them begins where the old
         * one ended. */
        int64_t end_ns = windows->next_ns + windows->length_ns - 1;
        windows->count = 0;
        windows->next_ns = windows_start(windows, end_ns);
        windows->first_ns = windows->next_ns;
    }
}
