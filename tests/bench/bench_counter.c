/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber that only counts, over a plain socket: it acknowledges everything that
 * one read brought in one write.  What a broker can deliver to one subscriber.
 *
 *     bench_counter PORT COUNT QOS [FILTER]
 *
 * Prints how many came, seconds from the first to the last, CPU seconds.
 */
#include "core/clock.h"
#include "figures.h"
#include "mqtt_raw.h"

#include <stdio.h>
#include <stdlib.h>

static void subscribe(struct mqtt_raw *raw, const char *filter, int qos)
{
    struct buf out;
    struct mqtt_raw_packet packet;
    buf_init(&out, 4096);
    mqtt_raw_add_subscribe(&out, 5, 1, filter, qos);
    (void)!mqtt_raw_write(raw, buf_bytes(&out));
    while (mqtt_raw_read(raw, 30000, &packet) && packet.type != RAW_SUBACK) {
    }
    buf_deinit(&out);
}

/* Counts what is buffered; acknowledgements go to `out`. */
static uint64_t take(struct mqtt_raw *raw, struct mqtt_raw_packet packet, struct buf *out)
{
    uint64_t n = 0;
    buf_clear(out);
    do {
        if (packet.type != RAW_PUBLISH) {
            continue;
        }
        n++;
        if (packet.flags & 2) {
            size_t topic_len = (size_t)packet.body.data[0] << 8 | packet.body.data[1];
            const uint8_t *id = packet.body.data + 2 + topic_len;
            mqtt_raw_add_puback(out, id[0] << 8 | id[1]);
        }
    } while (mqtt_raw_next(raw, &packet));
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: bench_counter PORT COUNT QOS [FILTER]\n");
        return 64;
    }
    uint64_t count = figures_argument(argv[2]);
    struct mqtt_raw *raw =
        mqtt_raw_connect((int)figures_argument(argv[1]), 5, "bench-counter", true, 1000);
    if (!raw) {
        return 69;
    }
    subscribe(raw, argc == 5 ? argv[4] : "plant/#", argv[3][0] == '1');
    struct buf out;
    buf_init(&out, MQTT_RAW_BUFFER);
    uint64_t n = 0;
    int64_t first_ns = 0;
    struct mqtt_raw_packet packet;
    while (n < count && mqtt_raw_read(raw, 60000, &packet)) {
        first_ns = n == 0 ? clock_boot_ns(&clock_system) : first_ns;
        n += take(raw, packet, &out);
        (void)!mqtt_raw_write(raw, buf_bytes(&out));
    }
    figures_print(n, first_ns, clock_boot_ns(&clock_system));
    mqtt_raw_close(&raw);
    return 0;
}
