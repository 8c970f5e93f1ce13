/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events by suspended connections: a viewer who has read everything is
 * suspended and costs nothing; the next event resumes all of them.
 *
 * One lock.  A connection is suspended in its own callback under the lock, so that no
 * event can pass between the look and the suspension.
 */
#include "web/feed.h"

#include "core/buf.h"
#include "core/mem.h"
#include "web/exchange.h"

#include <pthread.h>

#define BLOCK_SIZE 16384U

struct event {
    size_t users; /* the feed and the viewers who are reading it */
    struct buf text;
};

struct viewer {
    struct web_feed *feed;
    struct MHD_Connection *connection;
    struct event *event; /* being read, or NULL */
    uint64_t seen;       /* number of the last event taken */
    bool suspended;
    struct viewer *next;
};

struct web_feed {
    pthread_mutex_t lock;
    struct viewer *viewers;
    size_t count;
    struct event *newest;
    uint64_t number; /* of the newest; from 1 */
    bool ended;
};

struct web_feed *feed_new(void)
{
    struct web_feed *feed = mem_new(struct web_feed);
    pthread_mutex_init(&feed->lock, NULL);
    return feed;
}

static void let_go(struct event **event)
{
    if (*event && --(*event)->users == 0) {
        buf_deinit(&(*event)->text);
        mem_free(event);
    }
    *event = NULL;
}

void feed_free(struct web_feed **feed)
{
    if (!*feed) {
        return;
    }
    let_go(&(*feed)->newest);
    pthread_mutex_destroy(&(*feed)->lock);
    mem_free(feed);
}

static void resume_all(struct web_feed *feed)
{
    for (struct viewer *v = feed->viewers; v; v = v->next) {
        if (v->suspended) {
            v->suspended = false;
            MHD_resume_connection(v->connection);
        }
    }
}

void feed_publish(struct web_feed *feed, struct bytes event)
{
    static const char before[] = "data: ";
    struct event *made = mem_new(struct event);
    buf_init(&made->text, WEB_ANSWER_MAX);
    buf_add_text(&made->text, before);
    buf_add(&made->text, event);
    buf_add_text(&made->text, "\n\n");
    made->users = 1;
    pthread_mutex_lock(&feed->lock);
    let_go(&feed->newest);
    feed->newest = made;
    feed->number++;
    resume_all(feed);
    pthread_mutex_unlock(&feed->lock);
}

size_t feed_viewers(struct web_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    size_t count = feed->count;
    pthread_mutex_unlock(&feed->lock);
    return count;
}

void feed_end(struct web_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->ended = true;
    resume_all(feed);
    pthread_mutex_unlock(&feed->lock);
}

/* ---- a viewer ---- */

/* What is left of the event at `position`, or of the next one; 0: nothing to say now. */
static size_t take(struct viewer *v, uint64_t *position, char *out, size_t max)
{
    struct web_feed *feed = v->feed;
    if (!v->event && v->seen < feed->number) {
        v->event = feed->newest;
        v->event->users++;
        v->seen = feed->number;
        *position = 0;
    }
    if (!v->event) {
        return 0;
    }
    struct bytes rest = bytes_slice(buf_bytes(&v->event->text), *position, max);
    memcpy(out, rest.data, rest.len);
    *position += rest.len;
    if (*position == v->event->text.len) {
        let_go(&v->event);
    }
    return rest.len;
}

struct reading_place {
    struct viewer viewer;
    uint64_t position; /* in the event */
};

static ssize_t read_feed(void *cls, uint64_t total, char *out, size_t max)
{
    struct reading_place *place = cls;
    struct viewer *v = &place->viewer;
    struct web_feed *feed = v->feed;
    (void)total;
    pthread_mutex_lock(&feed->lock);
    ssize_t result = (ssize_t)take(v, &place->position, out, max);
    if (result == 0 && feed->ended) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (result == 0) {
        v->suspended = true;
        MHD_suspend_connection(v->connection);
    }
    pthread_mutex_unlock(&feed->lock);
    return result;
}

static void leave(void *cls)
{
    struct reading_place *place = cls;
    struct viewer *v = &place->viewer;
    struct web_feed *feed = v->feed;
    pthread_mutex_lock(&feed->lock);
    for (struct viewer **at = &feed->viewers; *at; at = &(*at)->next) {
        if (*at == v) {
            *at = v->next;
            feed->count--;
            break;
        }
    }
    let_go(&v->event);
    pthread_mutex_unlock(&feed->lock);
    mem_free(&place);
}

static bool join(struct web_feed *feed, struct viewer *v)
{
    pthread_mutex_lock(&feed->lock);
    bool room = !feed->ended && feed->count < FEED_VIEWERS_MAX;
    if (room) {
        v->next = feed->viewers;
        feed->viewers = v;
        feed->count++;
        v->seen = feed->number; /* what was published before is old by now */
    }
    pthread_mutex_unlock(&feed->lock);
    return room;
}

static enum MHD_Result refuse(struct MHD_Connection *connection)
{
    char words[] = "{\"status\":503,\"title\":\"too many viewers\"}\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof words - 1, words, MHD_RESPMEM_MUST_COPY);
    exchange_add_headers(response, "application/problem+json");
    enum MHD_Result result = MHD_queue_response(connection, 503, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result feed_follow(struct web_feed *feed, struct MHD_Connection *connection)
{
    struct reading_place *place = mem_new(struct reading_place);
    place->viewer = (struct viewer){.feed = feed, .connection = connection};
    if (!join(feed, &place->viewer)) {
        mem_free(&place);
        return refuse(connection);
    }
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_feed, place, leave);
    if (!response) {
        leave(place);
        return MHD_NO;
    }
    exchange_add_headers(response, "text/event-stream");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}
