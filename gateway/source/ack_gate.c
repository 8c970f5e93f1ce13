/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parking and releasing acknowledgements; the contract is in ack_gate.h.
 *
 * A client has one slot for each message id and a ring of ids in the order of
 * arrival.  A slot is complete when the message is stored and Paho has asked to
 * acknowledge it, in whichever order: with writes pending Paho asks later, and a
 * message that Paho queued or lost is asked for before it is stored, or never stored,
 * and so never acknowledged.  From the head of the ring, complete slots up to the
 * durable sequence are sent in one write.
 *
 * An id that arrives again on the same connection before it was acknowledged (brokers
 * of 3.1.1 may send again) shares its slot: acknowledging it twice could hit the
 * message that gets the id next.
 *
 * The list of clients is at file scope: the function that Paho calls has no context.
 */
#include "source/ack_gate.h"

#include "core/mem.h"
#include "core/wait.h"
#include "source/ack_write.h"

#include <MQTTAsync.h>
#include <pthread.h>

#define IDS 65536
#define TESTED_VERSION "1.3.11" /* what Debian's 1.3.12-1 says of itself */

enum { SLOT_FREE = 0, SLOT_STORED = 1, SLOT_ASKED = 2, SLOT_COMPLETE = 3 };

struct ack_gate_client {
    char *client_id;
    const struct clock *clock;
    void *net;                        /* Paho's connection, as handed to the wrap */
    int version;                      /* of MQTT, likewise */
    bool refusing;                    /* acknowledges nothing new on this connection */
    const _Atomic uint64_t *released; /* durable up to here */
    unsigned head, count;             /* of the ring */
    _Atomic size_t parked;
    _Atomic int64_t waiting_since_ns;
    uint16_t ring[IDS];
    uint8_t slots[IDS];
    uint64_t seqs[IDS];
};

static struct {
    struct ack_gate_client *clients[ACK_GATE_CLIENTS_MAX];
    _Atomic int proof; /* enum ack_gate_proof */
    unsigned unasked;  /* QoS 1 messages stored while the wrap was never called */
} gate
#ifndef EMGATE_ACK_GATE
    = {.proof = ACK_GATE_FAILED}
#endif
;

extern pthread_mutex_t *mqttasync_mutex;

#ifdef EMGATE_ACK_GATE
int __real_MQTTPacket_send_puback(int version, int message_id, void *net,
                                  const char *client_id);
int __wrap_MQTTPacket_send_puback(int version, int message_id, void *net,
                                  const char *client_id);
#define SEND_PUBACK __real_MQTTPacket_send_puback
#else
static int send_nothing(int version, int message_id, void *net, const char *client_id)
{
    (void)version, (void)message_id, (void)net, (void)client_id;
    return -1;
}
#define SEND_PUBACK send_nothing
#endif

static void lock_paho(void)
{
    pthread_mutex_lock(mqttasync_mutex);
}

static void unlock_paho(void)
{
    pthread_mutex_unlock(mqttasync_mutex);
}

static bool lock_paho_within(int64_t wait_ms)
{
    struct timespec until = wait_end(wait_ms * NS_PER_MS);
    return pthread_mutex_clocklock(mqttasync_mutex, CLOCK_MONOTONIC, &until) == 0;
}

static struct ack_gate_client *find_client(const char *client_id)
{
    for (size_t i = 0; i < ACK_GATE_CLIENTS_MAX; i++) {
        struct ack_gate_client *client = gate.clients[i];
        if (client && strcmp(client->client_id, client_id) == 0) {
            return client;
        }
    }
    return NULL;
}

static void note_parked(struct ack_gate_client *client, bool progress)
{
    atomic_store_explicit(&client->parked, client->count, memory_order_relaxed);
    if (client->count == 0) {
        client->waiting_since_ns = 0;
    } else if (progress || client->waiting_since_ns == 0) {
        client->waiting_since_ns = clock_boot_ns(client->clock);
    }
}

static void mark(struct ack_gate_client *client, uint16_t id, uint8_t what)
{
    if (client->slots[id] == SLOT_FREE) {
        ASSERT(client->count < IDS);
        client->ring[(client->head + client->count) % IDS] = id;
        client->count++;
    }
    client->slots[id] |= what;
    note_parked(client, false);
}

/* How many from the head of the ring may go, at most ACK_WRITE_MAX. */
static unsigned count_ready(const struct ack_gate_client *client)
{
    unsigned n = 0;
    uint64_t released = *client->released;
    while (n < client->count && n < ACK_WRITE_MAX) {
        uint16_t id = client->ring[(client->head + n) % IDS];
        if (client->slots[id] != SLOT_COMPLETE || client->seqs[id] > released) {
            break;
        }
        n++;
    }
    return n;
}

static void forget_first(struct ack_gate_client *client, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        client->slots[client->ring[(client->head + i) % IDS]] = SLOT_FREE;
    }
    client->head = (client->head + n) % IDS;
    client->count -= n;
    note_parked(client, true);
}

/* Sends the first n: the last by Paho, the others in front of it.  False: nothing was
 * sent. */
static bool send_first(struct ack_gate_client *client, unsigned n)
{
    uint8_t packets[ACK_WRITE_MAX][ACK_WRITE_PACKET];
    for (unsigned i = 0; i + 1 < n; i++) {
        ack_write_packet(packets[i], client->ring[(client->head + i) % IDS]);
    }
    uint16_t last = client->ring[(client->head + n - 1) % IDS];
    ack_write_begin((struct bytes){packets[0], (n - 1) * sizeof packets[0]});
    int rc = SEND_PUBACK(client->version, last, client->net, client->client_id);
    bool front_written = ack_write_end();
    if (rc == -1 && front_written) { /* the connection broke; its end will be told */
        forget_first(client, n - 1);
        return false;
    }
    if (rc == -1) {
        return false;
    }
    forget_first(client, n);
    return true;
}

static void send_ready(struct ack_gate_client *client)
{
    unsigned n = count_ready(client);
    while (n > 0 && client->net && send_first(client, n)) {
        n = count_ready(client);
    }
}

#ifdef EMGATE_ACK_GATE
int __wrap_MQTTPacket_send_puback(int version, int message_id, void *net,
                                  const char *client_id)
{
    struct ack_gate_client *client = find_client(client_id);
    if (!client) { /* another Paho client of this process */
        return __real_MQTTPacket_send_puback(version, message_id, net, client_id);
    }
    if (gate.proof == ACK_GATE_UNPROVED) {
        gate.proof = ACK_GATE_WORKS;
    }
    client->net = net;
    client->version = version;
    uint16_t id = (uint16_t)message_id;
    if (!client->refusing || client->slots[id] != SLOT_FREE) {
        mark(client, id, SLOT_ASKED);
        send_ready(client);
    }
    return 0;
}
#endif

enum err ack_gate_join(const char *client_id, const struct clock *clock,
                       const _Atomic uint64_t *released,
                       struct ack_gate_client **ret_client, struct error *e)
{
    enum err code = ERR_OK;
    lock_paho();
    size_t i = 0;
    while (i < ACK_GATE_CLIENTS_MAX && gate.clients[i]) {
        i++;
    }
    if (find_client(client_id)) {
        code = error_set(e, ERR_CONFIG,
                         "two brokers have client_id '%s': give each its own", client_id);
    } else if (i == ACK_GATE_CLIENTS_MAX) {
        code = error_set(e, ERR_CONFIG, "more than %d brokers", ACK_GATE_CLIENTS_MAX);
    } else {
        struct ack_gate_client *client = mem_new(struct ack_gate_client);
        client->client_id = mem_text(bytes_of(client_id));
        client->clock = clock;
        client->released = released;
        gate.clients[i] = client;
        *ret_client = client;
    }
    unlock_paho();
    return code;
}

void ack_gate_leave(struct ack_gate_client **client)
{
    if (!*client) {
        return;
    }
    lock_paho();
    for (size_t i = 0; i < ACK_GATE_CLIENTS_MAX; i++) {
        if (gate.clients[i] == *client) {
            gate.clients[i] = NULL;
        }
    }
    unlock_paho();
    mem_free(&(*client)->client_id);
    mem_free(client);
}

void ack_gate_restart(struct ack_gate_client *client)
{
    client->net = NULL;
    client->refusing = false;
    forget_first(client, client->count);
}

void ack_gate_stored(struct ack_gate_client *client, int message_id, uint64_t seq)
{
    if (gate.proof == ACK_GATE_UNPROVED && gate.unasked++ >= ACK_GATE_TRIES) {
        gate.proof = ACK_GATE_FAILED;
    }
    if (gate.proof == ACK_GATE_FAILED) {
        return;
    }
    client->seqs[(uint16_t)message_id] = seq;
    mark(client, (uint16_t)message_id, SLOT_STORED);
}

void ack_gate_refuse(struct ack_gate_client *client)
{
    client->refusing = true;
}

bool ack_gate_refuses(const struct ack_gate_client *client)
{
    return client->refusing;
}

void ack_gate_release_held(struct ack_gate_client *client)
{
    send_ready(client);
}

bool ack_gate_release(struct ack_gate_client *client, int64_t wait_ms)
{
    if (!lock_paho_within(wait_ms)) {
        return false;
    }
    send_ready(client);
    unlock_paho();
    return true;
}

void ack_gate_drop(struct ack_gate_client *client)
{
    lock_paho();
    ack_gate_restart(client);
    unlock_paho();
}

enum ack_gate_proof ack_gate_proved(void)
{
    return (enum ack_gate_proof)gate.proof;
}

size_t ack_gate_parked(const struct ack_gate_client *client)
{
    return atomic_load_explicit(&client->parked, memory_order_relaxed);
}

int64_t ack_gate_waiting_since_ns(const struct ack_gate_client *client)
{
    return client->waiting_since_ns;
}

const char *ack_gate_note_version(bool *ret_tested)
{
    const MQTTAsync_nameValue *item = MQTTAsync_getVersionInfo();
    while (item->name && strcmp(item->name, "Version") != 0) {
        item++;
    }
    const char *version = item->name ? item->value : "unknown";
    *ret_tested = strcmp(version, TESTED_VERSION) == 0;
    return version;
}
