/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishes as fast as the broker takes it, many messages a write, over a plain socket.
 *
 *     bench_publisher PORT COUNT SIZE QOS
 *
 * At QoS 1 at most WINDOW messages are unacknowledged.  Ends when all are acknowledged.
 */
#include "figures.h"
#include "mqtt_raw.h"

#include <stdio.h>
#include <stdlib.h>

#define WINDOW 2000
#define BATCH 200
#define SIZE_MAX_BYTES 65536

/* The part of the unacknowledged that may be sent now. */
static uint64_t room(uint64_t sent, uint64_t acknowledged, uint64_t count, int qos)
{
    uint64_t n = count - sent < BATCH ? count - sent : BATCH;
    return qos == 1 && sent + n - acknowledged > WINDOW ? 0 : n;
}

static uint64_t read_pubacks(struct mqtt_raw *raw)
{
    uint64_t n = 0;
    struct mqtt_raw_packet packet;
    if (!mqtt_raw_read(raw, 30000, &packet)) {
        fprintf(stderr, "the broker is silent\n");
        exit(1);
    }
    do {
        n += packet.type == RAW_PUBACK;
    } while (mqtt_raw_next(raw, &packet));
    return n;
}

static void publish(struct mqtt_raw *raw, uint64_t count, struct bytes payload, int qos)
{
    struct buf out;
    buf_init(&out, BATCH * (payload.len + 64));
    uint64_t sent = 0;
    uint64_t acknowledged = 0;
    while (sent < count || (qos == 1 && acknowledged < count)) {
        uint64_t n = room(sent, acknowledged, count, qos);
        if (n == 0) {
            acknowledged += read_pubacks(raw);
            continue;
        }
        buf_clear(&out);
        for (uint64_t i = 0; i < n; i++) {
            int id = (int)((sent + i) % 60000) + 1;
            mqtt_raw_add_publish(&out, 5, qos, id, "plant/kiln/telemetry", payload);
        }
        if (!mqtt_raw_write(raw, buf_bytes(&out))) {
            fprintf(stderr, "the broker hung up\n");
            exit(1);
        }
        sent += n;
    }
    buf_deinit(&out);
}

int main(int argc, char **argv)
{
    static uint8_t payload[SIZE_MAX_BYTES];
    if (argc != 5) {
        fprintf(stderr, "usage: bench_publisher PORT COUNT SIZE QOS\n");
        return 64;
    }
    struct mqtt_raw *raw = mqtt_raw_connect((int)figures_argument(argv[1]), 5,
                                            "bench-publisher", true, 1000);
    size_t size = figures_argument(argv[3]);
    if (!raw || size > sizeof payload) {
        fprintf(stderr, "no broker, or payload too large\n");
        return 69;
    }
    publish(raw, figures_argument(argv[2]), (struct bytes){payload, size},
            argv[4][0] == '1');
    mqtt_raw_close(&raw);
    return 0;
}
