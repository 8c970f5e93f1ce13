/* SPDX-License-Identifier: Apache-2.0 */
#include "upstream.h"

#include "core/mem.h"
#include "envelope.pb-c.h"
#include "mqtt_raw.h"
#include "registry.pb-c.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define KEYS_MAX 4096
#define BATCH_MAX 256
#define ANSWER_MAX 65536
#define QUIET_MS 20

struct upstream {
    int version, listener;
    char uri[48];
    const struct far_step *steps;
    size_t count, step;
    unsigned times;
    pthread_t thread;
    atomic_bool stop;
    /* Of the connection: the thread's alone. */
    struct mqtt_raw *raw;
    char reply_topic[256];
    uint8_t batch[BATCH_MAX][32];
    size_t batch_count;
    bool hanging;
    /* Under the lock. */
    pthread_mutex_t lock;
    uint8_t keys[KEYS_MAX][32];
    unsigned stored, repeated, connections;
    uint8_t poison[32];
    char topic[256], reply[256];
    bool correlated;
};

static struct far_step step_now(const struct upstream *up)
{
    return up->step < up->count ? up->steps[up->step]
                                : (struct far_step){.act = FAR_STORE};
}

static void step_on(struct upstream *up)
{
    if (up->step < up->count &&
        ++up->times >= (up->steps[up->step].times ? up->steps[up->step].times : 1)) {
        up->step++;
        up->times = 0;
    }
}

/* ---- packets ---- */

static int take_u16(struct bytes *body)
{
    ASSERT(body->len >= 2);
    int value = body->data[0] << 8 | body->data[1];
    *body = bytes_slice(*body, 2, body->len);
    return value;
}

static struct bytes take_string(struct bytes *body)
{
    size_t len = (size_t)take_u16(body);
    struct bytes text = bytes_slice(*body, 0, len);
    *body = bytes_slice(*body, len, body->len);
    return text;
}

static struct bytes take_properties(struct bytes *body)
{
    struct cursor cursor = cursor_of(*body);
    struct bytes properties = cursor_string(&cursor);
    ASSERT(!cursor.failed);
    *body = cursor.rest;
    return properties;
}

static void send_packet(struct upstream *up, struct buf *out)
{
    mqtt_raw_write(up->raw, buf_bytes(out));
    buf_deinit(out);
}

static void send_puback(struct upstream *up, int id, int reason)
{
    struct buf out;
    buf_init(&out, 64);
    if (reason == 0) {
        mqtt_raw_add_puback(&out, id);
    } else {
        const uint8_t packet[] = {RAW_PUBACK << 4, 3, (uint8_t)(id >> 8), (uint8_t)id,
                                  (uint8_t)reason};
        buf_add(&out, (struct bytes){packet, sizeof packet});
    }
    send_packet(up, &out);
}

/* ---- receipts ---- */

static void put_receipt(struct buf *out, const uint8_t key[32], int verdict)
{
    char reason[] = "because";
    uint8_t packed[256];
    uint8_t copy[32];
    memcpy(copy, key, 32);
    Emgate__V1__Receipt receipt;
    emgate__v1__receipt__init(&receipt);
    receipt.key = (ProtobufCBinaryData){.data = copy, .len = 32};
    receipt.verdict = (Emgate__V1__Verdict)verdict;
    receipt.reason = reason;
    size_t len = emgate__v1__receipt__pack(&receipt, packed);
    buf_add_byte(out, 0x0a);
    buf_add_string(out, (struct bytes){.data = packed, .len = len});
}

static void send_reply(struct upstream *up, struct bytes payload)
{
    struct buf out;
    buf_init(&out, ANSWER_MAX);
    mqtt_raw_add_publish(&out, up->version, 1, 1, up->reply_topic, payload);
    send_packet(up, &out);
}

static void send_receipts(struct upstream *up, const struct far_step *step)
{
    for (size_t i = 0; i < up->batch_count; i++) {
        size_t place = step->act == FAR_REVERSED ? up->batch_count - 1 - i : i;
        struct buf receipts;
        uint8_t key[32];
        memcpy(key, up->batch[place], 32);
        key[0] ^= step->act == FAR_WRONG_KEY ? 0xff : 0;
        buf_init(&receipts, ANSWER_MAX);
        put_receipt(&receipts, key, step->act == FAR_VERDICT ? step->status : 0);
        if (step->act == FAR_TWICE) {
            send_reply(up, buf_bytes(&receipts));
        }
        send_reply(up, buf_bytes(&receipts));
        buf_deinit(&receipts);
    }
}

static void store(struct upstream *up)
{
    pthread_mutex_lock(&up->lock);
    for (size_t i = 0; i < up->batch_count; i++) {
        unsigned at = 0;
        while (at < up->stored && memcmp(up->keys[at], up->batch[i], 32) != 0) {
            at++;
        }
        ASSERT(at < KEYS_MAX);
        if (at < up->stored) {
            up->repeated++;
        } else {
            memcpy(up->keys[up->stored++], up->batch[i], 32);
        }
    }
    pthread_mutex_unlock(&up->lock);
}

/* The batch is complete; false when the connection is to be cut. */
static bool act(struct upstream *up)
{
    struct far_step step = step_now(up);
    bool keep = true;
    switch (step.act) {
    case FAR_STORE:
    case FAR_WRONG_KEY:
    case FAR_TWICE:
    case FAR_REVERSED:
        store(up);
        send_receipts(up, &step);
        break;
    case FAR_VERDICT:
        send_receipts(up, &step);
        break;
    case FAR_NO_RECEIPTS:
        store(up);
        break;
    case FAR_GARBAGE:
        send_reply(up, BYTES("<html>welcome to the plant's wifi</html>"));
        break;
    case FAR_CUT_AFTER:
    case FAR_CUT_WITHIN:
        store(up);
        keep = false;
        break;
    case FAR_CUT_BEFORE:
        keep = false;
        break;
    case FAR_HANG:
        up->hanging = true;
        break;
    case FAR_ENDLESS:
    case FAR_SIGNED:
    case FAR_STATUS:
    case FAR_ONLY:
    case FAR_POISON:
        break;
    }
    step_on(up);
    up->batch_count = 0;
    return keep;
}

/* ---- a connection ---- */

static void note_publication(struct upstream *up, struct bytes topic,
                             struct bytes properties, const uint8_t key[32])
{
    pthread_mutex_lock(&up->lock);
    snprintf(up->topic, sizeof up->topic, "%.*s", BYTES_ARG(topic));
    *up->reply = 0;
    up->correlated = false;
    const uint8_t *at = properties.len > 0 ? properties.data : key;
    const uint8_t *end = at + properties.len;
    while (at + 3 <= end) { /* all we look for are texts: id, length, bytes */
        size_t len = (size_t)(at[1] << 8 | at[2]);
        if (*at == 0x08) {
            snprintf(up->reply, sizeof up->reply, "%.*s", (int)len, (const char *)at + 3);
        } else if (*at == 0x09) {
            up->correlated = len == 32 && memcmp(at + 3, key, 32) == 0;
        }
        at += 3 + len;
    }
    pthread_mutex_unlock(&up->lock);
}

static void on_publish(struct upstream *up, struct bytes body)
{
    struct far_step step = step_now(up);
    struct bytes topic = take_string(&body);
    int id = take_u16(&body);
    struct bytes properties = {0};
    if (up->version == 5) {
        properties = take_properties(&body);
    }
    uint8_t key[32];
    Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(NULL, body.len, body.data);
    ASSERT(envelope);
    crypto_hash_sha256(key, envelope->payload.data, envelope->payload.len);
    emgate__v1__envelope__free_unpacked(envelope, NULL);
    note_publication(up, topic, properties, key);
    bool poison = step.act == FAR_POISON && memcmp(key, up->poison, 32) == 0;
    if (up->hanging) {
        return;
    }
    if (poison || step.act == FAR_ONLY) {
        send_puback(up, id, poison ? 0x99 : step.status);
        step_on(up);
        return;
    }
    ASSERT(up->batch_count < BATCH_MAX);
    memcpy(up->batch[up->batch_count++], key, 32);
    if (step.act != FAR_HANG) {
        send_puback(up, id, 0);
    }
}

static void on_subscribe(struct upstream *up, struct bytes body)
{
    struct buf out;
    int id = take_u16(&body);
    if (up->version == 5) {
        take_properties(&body);
    }
    struct bytes topic = take_string(&body);
    snprintf(up->reply_topic, sizeof up->reply_topic, "%.*s", BYTES_ARG(topic));
    buf_init(&out, 64);
    mqtt_raw_add_suback(&out, up->version, id, 1);
    send_packet(up, &out);
}

/* False: the client is refused. */
static bool on_connect(struct upstream *up, struct bytes body)
{
    struct far_step step = step_now(up);
    int code = step.act == FAR_STATUS ? step.status : 0;
    take_string(&body);
    int version = body.data[0];
    struct buf out;
    buf_init(&out, 64);
    if (up->version == 4 && version == 5) {
        mqtt_raw_add_connack(&out, 4, false, 1);
        send_packet(up, &out);
        return false;
    }
    if (code != 0) {
        step_on(up);
    }
    mqtt_raw_add_connack(&out, version, false, code);
    send_packet(up, &out);
    return code == 0;
}

static bool on_packet(struct upstream *up, const struct mqtt_raw_packet *packet)
{
    struct buf out;
    switch (packet->type) {
    case RAW_CONNECT:
        return on_connect(up, packet->body);
    case RAW_SUBSCRIBE:
        on_subscribe(up, packet->body);
        return true;
    case RAW_PUBLISH:
        on_publish(up, packet->body);
        return true;
    case RAW_PINGREQ:
        buf_init(&out, 8);
        buf_add(&out, BYTES("\xd0\x00"));
        send_packet(up, &out);
        return true;
    default:
        return packet->type != RAW_DISCONNECT;
    }
}

/* True while the client is there. */
static bool wait_bytes(const struct upstream *up, int timeout_ms, bool *ret_quiet)
{
    struct pollfd item = {.fd = up->raw->fd, .events = POLLIN};
    *ret_quiet = poll(&item, 1, timeout_ms) == 0;
    return true;
}

static void serve(struct upstream *up)
{
    bool keep = true;
    up->batch_count = 0;
    up->hanging = false;
    while (keep && !atomic_load(&up->stop)) {
        struct mqtt_raw_packet packet;
        bool quiet = false;
        if (mqtt_raw_next(up->raw, &packet)) {
            keep = on_packet(up, &packet);
            continue;
        }
        wait_bytes(up, QUIET_MS, &quiet);
        if (quiet) {
            keep = up->batch_count == 0 || act(up);
        } else {
            keep = mqtt_raw_read(up->raw, QUIET_MS, &packet) && on_packet(up, &packet);
        }
    }
}

static void *run(void *argument)
{
    struct upstream *up = argument;
    while (!atomic_load(&up->stop)) {
        struct pollfd item = {.fd = up->listener, .events = POLLIN};
        if (poll(&item, 1, QUIET_MS) != 1) {
            continue;
        }
        up->raw = mqtt_raw_accept(up->listener);
        if (!up->raw) {
            continue;
        }
        pthread_mutex_lock(&up->lock);
        up->connections++;
        pthread_mutex_unlock(&up->lock);
        serve(up);
        mqtt_raw_close(&up->raw);
    }
    return NULL;
}

struct upstream *upstream_open(int version, const struct far_step *steps, size_t count)
{
    struct upstream *up = mem_new(struct upstream);
    int port = 0;
    up->version = version;
    up->steps = steps;
    up->count = count;
    up->listener = mqtt_raw_listen(&port);
    ASSERT(up->listener >= 0);
    snprintf(up->uri, sizeof up->uri, "mqtt://127.0.0.1:%d", port);
    pthread_mutex_init(&up->lock, NULL);
    int rc = pthread_create(&up->thread, NULL, run, up);
    ASSERT(rc == 0);
    return up;
}

void upstream_close(struct upstream **upstream)
{
    struct upstream *up = *upstream;
    if (!up) {
        return;
    }
    atomic_store(&up->stop, true);
    pthread_join(up->thread, NULL);
    close(up->listener);
    pthread_mutex_destroy(&up->lock);
    mem_free(upstream);
}

const char *upstream_uri(const struct upstream *up)
{
    return up->uri;
}

void upstream_set_poison(struct upstream *up, const uint8_t key[32])
{
    memcpy(up->poison, key, 32);
}

static unsigned look(struct upstream *up, const unsigned *number)
{
    pthread_mutex_lock(&up->lock);
    unsigned value = *number;
    pthread_mutex_unlock(&up->lock);
    return value;
}

unsigned upstream_stored(struct upstream *up)
{
    return look(up, &up->stored);
}

unsigned upstream_repeated(struct upstream *up)
{
    return look(up, &up->repeated);
}

unsigned upstream_connections(struct upstream *up)
{
    return look(up, &up->connections);
}

void upstream_last(struct upstream *up, char topic[256], char reply[256],
                   bool *ret_correlated)
{
    pthread_mutex_lock(&up->lock);
    memcpy(topic, up->topic, sizeof up->topic);
    memcpy(reply, up->reply, sizeof up->reply);
    *ret_correlated = up->correlated;
    pthread_mutex_unlock(&up->lock);
}
