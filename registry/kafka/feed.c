/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka's consumer with automatic commits off.  Messages are held until they are
 * stored; where the store fails they are tried again, and nothing behind them is asked
 * for.
 */
#include "registry/feed.h"

#include "core/log.h"
#include "core/mem.h"
#include "registry/roster.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define BATCH_MAX 100
#define WAIT_MS 200
#define SESSION_MS "10000" /* others take over from one that is gone after so long */
#define WORDS_MAX 256
#define SCRATCH_SIZE ((size_t)32 * 1024 * 1024)
#define KEPT_SIZE ((size_t)8 * 1024 * 1024)
#define RETRY_NS NS_PER_S

struct feed {
    const struct service *service;
    rd_kafka_t *consumer;
    rd_kafka_queue_t *queue;
    rd_kafka_message_t *messages[BATCH_MAX]; /* held until they are stored */
    size_t count;
    struct arrival arrivals[BATCH_MAX];
    struct arena scratch, kept;
    atomic_bool stop;
    bool started;
    pthread_t thread;
};

/* ---- one message ---- */

/* The gateway that a message says it is from, or NULL. */
static const struct gateway_settings *sender_of(const struct feed *feed,
                                                const rd_kafka_message_t *message)
{
    char name[ENROLMENT_NAME_MAX];
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t len = 0;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, "emgate-gateway", &value, &len) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        len == 0 || len >= sizeof name) {
        return NULL;
    }
    memcpy(name, value, len);
    name[len] = 0;
    const struct gateway_settings *gateway =
        registry_find_gateway(feed->service->settings, name);
    return gateway || !feed->service->roster ? gateway
                                             : roster_find(feed->service->roster, name);
}

/* Reads a message into the next arrival; false when there is nothing to store of it. */
static bool read_message(struct feed *feed, const rd_kafka_message_t *message,
                         struct arrival *ret_arrival)
{
    struct error e = {0};
    struct sender sender = {.gateway = sender_of(feed, message),
                            .now_ns = clock_wall_ns(feed->service->clock)};
    struct bytes envelope = {message->payload, message->len};
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    if (!sender.gateway || !sender.gateway->has_public_key) {
        log_warn("registry.feed",
                 "partition=%d offset=%lld is of no gateway that is enrolled and signs",
                 (int)message->partition, (long long)message->offset);
        return false;
    }
    keyring_get(feed->service->keyring, sender.gateway, &sender.keys);
    if (arrival_read(envelope, &sender, &feed->scratch, &feed->kept, ret_arrival, &e) !=
        ERR_OK) {
        log_warn("registry.feed", "partition=%d offset=%lld: %s", (int)message->partition,
                 (long long)message->offset, e.text);
        return false;
    }
    return true;
}

/* ---- a batch ---- */

static void let_go(struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++) {
        rd_kafka_message_destroy(feed->messages[i]);
    }
    feed->count = 0;
}

static void fetch(struct feed *feed, int wait_ms)
{
    ssize_t got =
        rd_kafka_consume_batch_queue(feed->queue, wait_ms, feed->messages, BATCH_MAX);
    feed->count = got > 0 ? (size_t)got : 0;
}

/* The places behind what was stored.  A failure only means that it comes again. */
static void commit(struct feed *feed)
{
    rd_kafka_topic_partition_list_t *places =
        rd_kafka_topic_partition_list_new((int)feed->count);
    for (size_t i = 0; i < feed->count; i++) {
        const rd_kafka_message_t *message = feed->messages[i];
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            continue;
        }
        const char *topic = rd_kafka_topic_name(message->rkt);
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_find(places, topic, message->partition);
        place =
            place ? place
                  : rd_kafka_topic_partition_list_add(places, topic, message->partition);
        place->offset = message->offset + 1;
    }
    if (places->cnt > 0) {
        rd_kafka_resp_err_t err = rd_kafka_commit(feed->consumer, places, 0);
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            log_info("registry.feed", "places are not committed: %s",
                     rd_kafka_err2str(err));
        }
    }
    rd_kafka_topic_partition_list_destroy(places);
}

static int count_refused(const struct feed *feed, size_t count)
{
    int refused = 0;
    for (size_t i = 0; i < count; i++) {
        const struct arrival *arrival = &feed->arrivals[i];
        if (arrival->judgement.verdict != VERDICT_STORED) {
            refused++;
            log_warn("registry.feed", "gateway=%s: %s", arrival->sender,
                     arrival->judgement.reason);
        }
    }
    return refused;
}

int feed_turn(struct feed *feed, int wait_ms, int *ret_refused)
{
    struct error e = {0};
    size_t count = 0;
    *ret_refused = 0;
    if (feed->count == 0) {
        fetch(feed, wait_ms);
    }
    arena_reset(&feed->kept);
    int messages = 0;
    for (size_t i = 0; i < feed->count; i++) {
        messages += feed->messages[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
        count += read_message(feed, feed->messages[i], &feed->arrivals[count]) ? 1 : 0;
    }
    if (count > 0 &&
        intake_put(feed->service->intake, feed->arrivals, count, &e) != ERR_OK) {
        log_warn("registry.feed", "%s; it is tried again", e.text);
        return -1;
    }
    *ret_refused = messages - (int)count + count_refused(feed, count);
    commit(feed);
    let_go(feed);
    return messages;
}

static void *run(void *argument)
{
    struct feed *feed = argument;
    const struct timespec pause = {.tv_nsec = RETRY_NS - 1};
    while (!atomic_load(&feed->stop)) {
        int refused = 0;
        if (feed_turn(feed, WAIT_MS, &refused) < 0) {
            nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

/* ---- the consumer ---- */

static void ignore_log(const rd_kafka_t *consumer, int level, const char *facility,
                       const char *text)
{
    (void)consumer;
    log_debug("registry.kafka", "level=%d %s: %s", level, facility, text);
}

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value,
                struct error *e)
{
    char words[WORDS_MAX];
    if (!value ||
        rd_kafka_conf_set(conf, key, value, words, sizeof words) == RD_KAFKA_CONF_OK) {
        return true;
    }
    error_set(e, ERR_CONFIG, "%s: %s", key, words);
    return false;
}

static enum err open_consumer(struct feed *feed, struct error *e)
{
    char words[WORDS_MAX];
    const struct registry_settings *s = feed->service->settings;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    if (!set(conf, "bootstrap.servers", s->kafka_brokers, e) ||
        !set(conf, "group.id", s->kafka_group, e) ||
        !set(conf, "client.id", "emgate-registry", e) ||
        !set(conf, "enable.auto.commit", "false", e) ||
        !set(conf, "enable.auto.offset.store", "false", e) ||
        !set(conf, "auto.offset.reset", "earliest", e) ||
        !set(conf, "session.timeout.ms", SESSION_MS, e) ||
        !set(conf, "security.protocol", s->kafka_ca_file ? "ssl" : NULL, e) ||
        !set(conf, "ssl.ca.location", s->kafka_ca_file, e)) {
        rd_kafka_conf_destroy(conf);
        return ERR_CONFIG;
    }
    feed->consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, words, sizeof words);
    if (!feed->consumer) {
        rd_kafka_conf_destroy(conf);
        return error_set(e, ERR_CONFIG, "kafka: %s", words);
    }
    rd_kafka_poll_set_consumer(feed->consumer);
    feed->queue = rd_kafka_queue_get_consumer(feed->consumer);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, s->kafka_topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t err = rd_kafka_subscribe(feed->consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return err == RD_KAFKA_RESP_ERR_NO_ERROR
               ? ERR_OK
               : error_set(e, ERR_CONFIG, "topic '%s': %s", s->kafka_topic,
                           rd_kafka_err2str(err));
}

enum err feed_open(const struct service *service, struct feed **ret_feed, struct error *e)
{
    struct feed *feed = mem_new(struct feed);
    feed->service = service;
    arena_init(&feed->scratch, SCRATCH_SIZE);
    arena_init(&feed->kept, KEPT_SIZE);
    if (open_consumer(feed, e) != ERR_OK) {
        feed_close(&feed);
        return ERR_CONFIG;
    }
    *ret_feed = feed;
    return ERR_OK;
}

enum err feed_start(struct feed *feed, struct error *e)
{
    if (pthread_create(&feed->thread, NULL, run, feed) != 0) {
        return error_set(e, ERR_SYSTEM, "can't start a thread for Kafka");
    }
    feed->started = true;
    return ERR_OK;
}

void feed_close(struct feed **feed_at)
{
    struct feed *feed = *feed_at;
    if (!feed) {
        return;
    }
    atomic_store(&feed->stop, true);
    if (feed->started) {
        pthread_join(feed->thread, NULL);
    }
    let_go(feed);
    if (feed->queue) {
        rd_kafka_queue_destroy(feed->queue);
    }
    if (feed->consumer) {
        rd_kafka_consumer_close(feed->consumer);
        rd_kafka_destroy(feed->consumer);
    }
    arena_deinit(&feed->scratch);
    arena_deinit(&feed->kept);
    mem_free(feed_at);
}
