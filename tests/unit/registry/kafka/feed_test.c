/* SPDX-License-Identifier: Apache-2.0 */
/* On librdkafka's mock cluster. */
#include "registry/feed.h"

#include "kafka_cluster.h"
#include "service_stage.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#define HOURS 30
#define TURNS 600 /* of 100 ms: joining a group takes some seconds */

struct world {
    struct service_stage s;
    struct kafka_cluster cluster;
    rd_kafka_t *producer;
    uint8_t secret[64];
    uint8_t keys[2 * HOURS][KEY_LEN];
};

static void world_init(struct world *w)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {1}; /* as service_stage has it */
    uint8_t public[KEY_PUBLIC_LEN];
    char words[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    service_stage_init(&w->s);
    crypto_sign_seed_keypair(public, w->secret, seed);
    kafka_cluster_init(&w->cluster);
    w->s.settings.kafka_brokers = kafka_cluster_brokers(&w->cluster);
    w->s.settings.kafka_topic = KAFKA_TOPIC;
    w->s.settings.kafka_group = "registry";
    cr_assert_eq(rd_kafka_conf_set(conf, "bootstrap.servers", w->s.settings.kafka_brokers,
                                   words, sizeof words),
                 RD_KAFKA_CONF_OK);
    w->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words, sizeof words);
    cr_assert_not_null(w->producer);
}

static void world_deinit(struct world *w)
{
    rd_kafka_destroy(w->producer);
    kafka_cluster_deinit(&w->cluster);
    service_stage_deinit(&w->s);
}

static void produce(struct world *w, const char *gateway, struct bytes value)
{
    rd_kafka_vu_t parts[4] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = KAFKA_TOPIC},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)(uintptr_t)value.data, .size = value.len}},
        {.vtype = RD_KAFKA_VTYPE_HEADER}};
    parts[3].u.header.name = "emgate-gateway";
    parts[3].u.header.val = gateway;
    parts[3].u.header.size = (ssize_t)strlen(gateway);
    cr_assert_null(rd_kafka_produceva(w->producer, parts, 4));
}

static void produce_hours(struct world *w, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct envelope_facts facts = ENVELOPE_FACTS;
        facts.start_ns += i * ENVELOPE_HOUR;
        facts.end_ns += i * ENVELOPE_HOUR;
        facts.secret_key = w->secret;
        facts.previous = i > 0 ? w->keys[i - 1] : NULL;
        facts.tree_size = (uint64_t)i + 1;
        arena_reset(&w->s.stage.arena);
        produce(w, "cement-01", envelope_make(&facts, &w->s.stage.arena, w->keys[i]));
    }
    cr_assert_eq(rd_kafka_flush(w->producer, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static struct feed *open_feed(struct world *w)
{
    struct feed *feed = NULL;
    struct error e = {0};
    cr_assert_eq(feed_open(&w->s.service, &feed, &e), ERR_OK, "%s", e.text);
    return feed;
}

/* Turns until so many messages have come; how many of them were passed over. */
static int take(struct feed *feed, int wanted)
{
    int taken = 0;
    int passed = 0;
    for (int i = 0; i < TURNS && taken < wanted; i++) {
        int refused = 0;
        int got = feed_turn(feed, 100, &refused);
        taken += got > 0 ? got : 0;
        passed += refused;
    }
    cr_assert_eq(taken, wanted);
    return passed;
}

static int64_t stored(struct world *w)
{
    return stage_total(&w->s.stage, PERIOD_YEAR).windows;
}

Test(feed, what_comes_twice_counts_once_and_rubbish_is_passed_over)
{
    struct world w;
    world_init(&w);
    produce_hours(&w, 0, HOURS);
    produce(&w, "cement-01", BYTES("rubbish"));
    produce(&w, "nobody", BYTES("rubbish"));
    produce_hours(&w, HOURS / 2, HOURS);
    struct feed *feed = open_feed(&w);
    cr_expect_eq(take(feed, HOURS + 2 + HOURS / 2), 2);
    cr_expect_eq(stored(&w), HOURS);
    feed_close(&feed);
    world_deinit(&w);
}

static enum err no_commit(struct store *store, struct error *e)
{
    (void)store;
    return error_set(e, ERR_SYSTEM, "the disk is gone");
}

/* Where the group goes on, as the cluster has it. */
static int64_t committed(struct world *w)
{
    char words[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", w->s.settings.kafka_brokers, words,
                      sizeof words);
    rd_kafka_conf_set(conf, "group.id", w->s.settings.kafka_group, words, sizeof words);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, words, sizeof words);
    cr_assert_not_null(client);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, KAFKA_TOPIC, 0);
    cr_assert_eq(rd_kafka_committed(client, list, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(client);
    return offset;
}

Test(feed, its_place_is_behind_what_is_stored_and_not_before)
{
    struct world w;
    int refused = 0;
    world_init(&w);
    produce_hours(&w, 0, HOURS);
    struct feed *feed = open_feed(&w);
    cr_expect_eq(take(feed, HOURS), 0);
    cr_expect_eq(committed(&w), HOURS);
    struct intake *intake = w.s.service.intake;
    struct intake *broken = NULL;
    struct error e = {0};
    struct store_driver driver = store_sqlite;
    driver.commit = no_commit;
    cr_assert_eq(intake_open(&driver, ":memory:", &w.s.stage.clock, &broken, &e), ERR_OK);
    w.s.service.intake = broken; /* a store that does not answer */
    produce_hours(&w, HOURS, HOURS + 5);
    int got = 0;
    for (int i = 0; i < TURNS && got == 0; i++) {
        got = feed_turn(feed, 100, &refused);
    }
    cr_expect_eq(got, -1);
    cr_expect_eq(feed_turn(feed, 100, &refused), -1);
    cr_expect_eq(committed(&w), HOURS);
    w.s.service.intake = intake; /* and is there again */
    cr_expect_eq(take(feed, 5), 0);
    cr_expect_eq(committed(&w), HOURS + 5);
    cr_expect_eq(stored(&w), HOURS + 5);
    feed_close(&feed);
    intake_close(&broken);
    world_deinit(&w);
}

Test(feed, another_group_reads_all_again_without_effect)
{
    struct world w;
    world_init(&w);
    produce_hours(&w, 0, HOURS);
    for (int i = 0; i < 2; i++) {
        w.s.settings.kafka_group = i == 0 ? "first" : "second";
        struct feed *feed = open_feed(&w);
        cr_expect_eq(take(feed, HOURS), 0);
        cr_expect_eq(stored(&w), HOURS);
        feed_close(&feed);
    }
    world_deinit(&w);
}

Test(feed, a_gateway_that_does_not_sign_is_not_heard)
{
    struct world w;
    world_init(&w);
    w.s.stage.gateway.has_public_key = false;
    produce_hours(&w, 0, 3);
    struct feed *feed = open_feed(&w);
    cr_expect_eq(take(feed, 3), 3);
    feed_close(&feed);
    world_deinit(&w);
}
