/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber that only counts, with Paho as it comes: what stock Paho can take.
 *
 *     bench_counter_paho PORT COUNT QOS
 *
 * Prints how many came, seconds from the first to the last, CPU seconds.
 */
#include "core/clock.h"
#include "figures.h"

#include <MQTTAsync.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct counter {
    MQTTAsync handle;
    int qos;
    _Atomic uint64_t n;
    _Atomic int64_t first_ns, last_ns;
};

static int count_message(void *context, char *topic, int topic_len,
                         MQTTAsync_message *message)
{
    struct counter *counter = context;
    (void)topic_len;
    counter->last_ns = clock_boot_ns(&clock_system);
    if (counter->n == 0) {
        counter->first_ns = counter->last_ns;
    }
    counter->n++;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void subscribe(void *context, MQTTAsync_successData *data)
{
    struct counter *counter = context;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    (void)data;
    MQTTAsync_subscribe(counter->handle, "plant/#", counter->qos, &options);
}

int main(int argc, char **argv)
{
    static struct counter counter;
    if (argc != 4) {
        fprintf(stderr, "usage: bench_counter_paho PORT COUNT QOS\n");
        return 64;
    }
    char uri[64];
    snprintf(uri, sizeof uri, "tcp://127.0.0.1:%s", argv[1]);
    uint64_t count = figures_argument(argv[2]);
    counter.qos = argv[3][0] == '1';
    MQTTAsync_create(&counter.handle, uri, "bench-paho", MQTTCLIENT_PERSISTENCE_NONE,
                     NULL);
    MQTTAsync_setCallbacks(counter.handle, &counter, NULL, count_message, NULL);
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    options.onSuccess = subscribe;
    options.context = &counter;
    MQTTAsync_connect(counter.handle, &options);
    while (counter.n < count) {
        struct timespec pause = {.tv_nsec = 5 * NS_PER_MS};
        nanosleep(&pause, NULL);
    }
    figures_print(counter.n, counter.first_ns, counter.last_ns);
    return 0;
}
