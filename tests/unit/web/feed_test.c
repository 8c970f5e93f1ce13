/* SPDX-License-Identifier: Apache-2.0 */
/* Viewers on threads of their own; what they read is looked at when they end. */
#include "web/feed.h"

#include "web_bench.h"

#include <pthread.h>
#include <sched.h>

#define VIEWERS 5

static void nothing(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    (void)ctx;
    (void)question;
    buf_add_text(&answer->body, "{}");
}

static const struct web_route routes[] = {
    {.path = "/events", .get = nothing, .stream = true},
    {.path = "/plain", .get = nothing},
    {0}};

struct follower {
    const struct web_bench *bench;
    struct web_call call;
    pthread_t thread;
};

static void *follow(void *ctx)
{
    struct follower *f = ctx;
    f->call.path = "/events";
    bench_call(f->bench, &f->call);
    return NULL;
}

static void wait_for(struct web_feed *feed, size_t viewers)
{
    while (feed_viewers(feed) != viewers) {
        sched_yield();
    }
}

static void start(struct follower *followers, size_t count, struct web_bench *bench)
{
    for (size_t i = 0; i < count; i++) {
        followers[i].bench = bench;
        cr_assert_eq(pthread_create(&followers[i].thread, NULL, follow, &followers[i]),
                     0);
    }
}

Test(feed, everybody_gets_the_last_event_and_a_stop_ends_all)
{
    struct web_feed *feed = feed_new();
    struct web_bench bench =
        bench_open((struct web_settings){.routes = routes, .feed = feed});
    struct follower followers[VIEWERS] = {0};
    start(followers, VIEWERS, &bench);
    wait_for(feed, VIEWERS);
    struct buf large;
    buf_init(&large, 1 << 20);
    for (int i = 0; i < 60000; i++) { /* beyond what is sent at once */
        buf_print(&large, "%d,", i % 10);
    }
    feed_publish(feed, buf_bytes(&large));
    bench_expect(&bench, CALL("/plain", NULL, NULL), 200, "{}");
    feed_end(feed);
    for (int i = 0; i < VIEWERS; i++) {
        cr_assert_eq(pthread_join(followers[i].thread, NULL), 0);
        cr_expect_eq(followers[i].call.status, 200);
        cr_expect(strstr((const char *)followers[i].call.head.data, "text/event-stream"));
        cr_expect_eq(followers[i].call.answer.len, large.len + strlen("data: \n\n"));
        bench_clear(&followers[i].call);
    }
    web_close(&bench.web);
    cr_expect_eq(feed_viewers(feed), 0);
    buf_deinit(&large);
    feed_free(&feed);
}

Test(feed, an_event_arrives_as_one_line_of_data)
{
    struct web_feed *feed = feed_new();
    struct web_bench bench =
        bench_open((struct web_settings){.routes = routes, .feed = feed});
    struct follower follower = {0};
    feed_publish(feed, BYTES("old")); /* nobody was there */
    start(&follower, 1, &bench);
    wait_for(feed, 1);
    feed_publish(feed, BYTES("{\"a\":1}"));
    feed_end(feed);
    cr_assert_eq(pthread_join(follower.thread, NULL), 0);
    cr_expect_str_eq((const char *)follower.call.answer.data, "data: {\"a\":1}\n\n");
    bench_clear(&follower.call);
    web_close(&bench.web);
    feed_free(&feed);
}

Test(feed, more_viewers_than_allowed_are_told_so)
{
    struct web_feed *feed = feed_new();
    struct web_bench bench =
        bench_open((struct web_settings){.routes = routes, .feed = feed});
    struct follower followers[FEED_VIEWERS_MAX] = {0};
    start(followers, FEED_VIEWERS_MAX, &bench);
    wait_for(feed, FEED_VIEWERS_MAX);
    bench_expect(&bench, CALL("/events", NULL, NULL), 503, "too many viewers");
    feed_end(feed);
    for (size_t i = 0; i < FEED_VIEWERS_MAX; i++) {
        cr_assert_eq(pthread_join(followers[i].thread, NULL), 0);
        bench_clear(&followers[i].call);
    }
    web_close(&bench.web);
    feed_free(&feed);
}
