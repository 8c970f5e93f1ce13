/* SPDX-License-Identifier: Apache-2.0 */
/* librdkafka's mock cluster with one topic, and what stands in it. */
#ifndef LIB_KAFKA_CLUSTER_H
#define LIB_KAFKA_CLUSTER_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

struct kafka_cluster {
    rd_kafka_t *client; /* owns the cluster's thread */
    rd_kafka_mock_cluster_t *mock;
};

#define KAFKA_TOPIC "emgate.summaries"

void kafka_cluster_init(struct kafka_cluster *cluster);
void kafka_cluster_deinit(struct kafka_cluster *cluster);

/* Where it listens. */
const char *kafka_cluster_brokers(const struct kafka_cluster *cluster);

/* Reads the topic from its beginning: messages, and those whose header `emgate-key` did
 * not come before. */
void kafka_cluster_read(const struct kafka_cluster *cluster, unsigned *ret_messages,
                        unsigned *ret_distinct);

#endif
