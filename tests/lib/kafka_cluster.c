/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_cluster.h"

#include "core/mem.h"

#include <stdbool.h>
#include <string.h>

#define KEYS_MAX 512
#define KEY_LEN 32
#define READ_MS 5000

static void ignore_log(const rd_kafka_t *client, int level, const char *facility,
                       const char *text)
{
    (void)client;
    (void)level;
    (void)facility;
    (void)text;
}

void kafka_cluster_init(struct kafka_cluster *cluster)
{
    char words[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    cluster->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words, sizeof words);
    ASSERT(cluster->client);
    cluster->mock = rd_kafka_mock_cluster_new(cluster->client, 3);
    ASSERT(cluster->mock);
    rd_kafka_resp_err_t err =
        rd_kafka_mock_topic_create(cluster->mock, KAFKA_TOPIC, 1, 3);
    ASSERT(err == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void kafka_cluster_deinit(struct kafka_cluster *cluster)
{
    if (cluster->client) {
        rd_kafka_mock_cluster_destroy(cluster->mock);
        rd_kafka_destroy(cluster->client);
        cluster->client = NULL;
    }
}

const char *kafka_cluster_brokers(const struct kafka_cluster *cluster)
{
    return rd_kafka_mock_cluster_bootstraps(cluster->mock);
}

static rd_kafka_t *open_consumer(const struct kafka_cluster *cluster)
{
    char words[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    const char *const pairs[][2] = {{"bootstrap.servers", kafka_cluster_brokers(cluster)},
                                    {"group.id", "reader"},
                                    {"enable.partition.eof", "true"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        rd_kafka_conf_res_t res =
            rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], words, sizeof words);
        ASSERT(res == RD_KAFKA_CONF_OK);
    }
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, words, sizeof words);
    ASSERT(consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, KAFKA_TOPIC, 0)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return consumer;
}

/* True when the key is new. */
static bool note_key(uint8_t keys[KEYS_MAX][KEY_LEN], unsigned count,
                     const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    const void *key = NULL;
    size_t len = 0;
    rd_kafka_message_headers(message, &headers);
    ASSERT(headers);
    rd_kafka_resp_err_t err = rd_kafka_header_get_last(headers, "emgate-key", &key, &len);
    ASSERT(err == RD_KAFKA_RESP_ERR_NO_ERROR && len == KEY_LEN && count < KEYS_MAX);
    for (unsigned i = 0; i < count; i++) {
        if (memcmp(keys[i], key, KEY_LEN) == 0) {
            return false;
        }
    }
    memcpy(keys[count], key, KEY_LEN);
    return true;
}

void kafka_cluster_read(const struct kafka_cluster *cluster, unsigned *ret_messages,
                        unsigned *ret_distinct)
{
    uint8_t(*keys)[KEY_LEN] = mem_array(KEYS_MAX, sizeof *keys);
    rd_kafka_t *consumer = open_consumer(cluster);
    bool more = true;
    *ret_messages = *ret_distinct = 0;
    while (more) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, READ_MS);
        more = message && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (more && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ++*ret_messages;
            *ret_distinct += note_key(keys, *ret_distinct, message) ? 1 : 0;
        }
        if (message) {
            rd_kafka_message_destroy(message);
        }
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    mem_free(&keys);
}
