/* SPDX-License-Identifier: Apache-2.0 */
/* The page: its files, its live feed, and what it may send. */
#include "api_private.h"

#include "core/clock.h"
#include "core/mem.h"
#include "decode/trial.h"
#include "web/feed.h"
#include "web/files.h"

#include <jansson.h>
#include <stdio.h>

#define LIVE_MAX (4U << 20)
#define TRIED_MAX (4U << 20)
/* What each process emits now is worked out again after so many seconds. */
#define NOW_EVERY_S 5

/* ---- files ---- */

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return "application/octet-stream";
}

static void put_file(const char *name, struct web_answer *answer)
{
    for (const struct web_file *file = web_files; file->name; file++) {
        if (strcmp(file->name, name) == 0) {
            answer->type = type_of(name);
            answer->file = file->content;
            answer->etag = file->etag;
            return;
        }
    }
    web_refuse(answer, 404, "no such page");
}

void page_index(void *ctx, const struct web_question *question, struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    put_file("index.html", answer);
}

void page_file(void *ctx, const struct web_question *question, struct web_answer *answer)
{
    (void)ctx;
    put_file(question->rest, answer);
}

/* ---- live ---- */

/* The newest state as one object; a GET and the feed give the same. */
static void put_live(struct api *api, struct buf *out)
{
    struct json_writer w = json_writer_of(out);
    struct buf now;
    buf_init(&now, LIVE_MAX);
    pthread_mutex_lock(&api->now_lock);
    int64_t boot_ns = clock_boot_ns(&clock_system);
    if (api->now.len == 0 || boot_ns - api->now_ns >= NOW_EVERY_S * NS_PER_S) {
        struct json_writer made = json_writer_of(&api->now);
        buf_clear(&api->now);
        struct pipeline_view p;
        pipeline_lock(api->view.pipeline, &p);
        api_put_now(p.fold, p.plan, &made);
        pipeline_unlock(api->view.pipeline);
        api->now_ns = boot_ns;
    }
    buf_add(&now, buf_bytes(&api->now));
    pthread_mutex_unlock(&api->now_lock);
    api_put_live(&api->view, buf_bytes(&now), &w);
    buf_deinit(&now);
}

void page_live(void *ctx, const struct web_question *question, struct web_answer *answer)
{
    (void)question;
    put_live(ctx, &answer->body);
}

void api_tick(struct api *api)
{
    if (feed_viewers(api->feed) == 0) {
        return;
    }
    struct buf event;
    buf_init(&event, LIVE_MAX);
    put_live(api, &event);
    if (!event.overflow) {
        feed_publish(api->feed, buf_bytes(&event));
    }
    buf_deinit(&event);
}

/* ---- trying a payload ---- */

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text && *text ? text : NULL;
}

static void put_wrong(struct web_answer *answer, const struct problems *problems,
                      const struct error *e)
{
    struct json_writer w = json_writer_of(&answer->body);
    answer->status = 422;
    answer->type = "application/problem+json";
    json_open(&w, '{');
    json_key(&w, "status");
    json_i64(&w, 422);
    json_pair(&w, "title", e->text);
    json_key(&w, "problems");
    json_text(&w, buf_bytes(&problems->text));
    json_close(&w, '}');
}

/* 16: it is no hex digit. */
static unsigned digit_of(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (unsigned)(at - digits) % 16 : 16;
}

/* Adds the bytes that pairs of hex digits stand for; false: they are none. */
static bool from_hex(const char *hex, struct buf *out)
{
    for (; *hex; hex += 2) {
        unsigned high = digit_of(hex[0]);
        unsigned low = digit_of(hex[1]);
        if (high > 15 || low > 15) {
            return false;
        }
        buf_add_byte(out, (uint8_t)(high * 16 + low));
    }
    return true;
}

static void try_payload(const json_t *root, struct bytes payload,
                        struct web_answer *answer)
{
    const char *mapping = text_of(root, "mapping");
    struct trial_settings settings = {.adapter =
                                          mapping ? "map" : text_of(root, "adapter"),
                                      .name = "mapping",
                                      .text = bytes_of(mapping ? mapping : "")};
    struct message message = {.topic = bytes_of(text_of(root, "topic")),
                              .payload = payload,
                              .received_ns = clock_wall_ns(&clock_system)};
    struct trial *trial = NULL;
    struct problems problems;
    struct error e = {0};
    problems_init(&problems);
    enum err err = trial_open(&settings, &problems, &trial, &e);
    if (err == ERR_OK) {
        err = trial_decode(trial, &message, false, &answer->body, &e);
    }
    if (err != ERR_OK) {
        put_wrong(answer, &problems, &e);
    }
    problems_deinit(&problems);
    trial_close(&trial);
}

/* {"topic", "payload" or "payload_hex", "adapter" or "mapping"}: what `emgate decode`
 * would print; 422 with every problem when the mapping is wrong. */
void page_decode(void *ctx, const struct web_question *question,
                 struct web_answer *answer)
{
    json_error_t ignored;
    struct buf payload;
    (void)ctx;
    json_t *root = json_loadb((const char *)question->body.data, question->body.len,
                              JSON_REJECT_DUPLICATES, &ignored);
    const char *hex = text_of(root, "payload_hex");
    const char *text = json_string_value(json_object_get(root, "payload"));
    buf_init(&payload, TRIED_MAX);
    if (!text_of(root, "topic") || (!hex && !text)) {
        web_refuse(answer, 400, "want topic and payload");
    } else if (hex && !from_hex(hex, &payload)) {
        web_refuse(answer, 400, "payload_hex is not pairs of hex digits");
    } else {
        buf_add_text(&payload, hex ? "" : text);
        try_payload(root, buf_bytes(&payload), answer);
    }
    buf_deinit(&payload);
    json_decref(root);
}
