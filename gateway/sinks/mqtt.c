/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mqtt: publishes summaries to an upstream broker and waits for receipts on a topic.
 *
 *     PUBLISH <topic>        QoS 1, the Envelope's bytes as they are stored
 *       MQTT 5: response topic <reply_topic>, correlation data = the key,
 *               content type application/vnd.emgate.envelope.v1+protobuf
 *     SUBSCRIBE <reply_topic>   QoS 1
 *       each message: SubmitResponse: (0x0a length Receipt)*
 *
 * A PUBACK only says that the broker has the summary; the item is stored when a receipt
 * names its key.  With 3.1.1 nothing says where receipts go, so that the far side must
 * have the reply topic by agreement.  What an outcome means:
 *
 *     receipt                 as everywhere: stored, conflict, refused, later
 *     no connection           surely not stored
 *     no receipt in time      perhaps stored: again, the key makes it harmless
 *     PUBACK refuses          surely not stored; for its size or topic it is set aside
 *     bytes that are no list of receipts   ignored
 *
 * The connection is kept from batch to batch, so that receipts that come late, while the
 * forwarder waits, count too: what they name is not published again.
 */
#include "core/arena.h"
#include "core/buf.h"
#include "evidence/receipt.h"
#include "mqtt/link.h"
#include "mqtt/topic_form.h"
#include "sinks/receipts.h"
#include "sinks/sink.h"

#include <pthread.h>

#define BATCH_MAX 100
#define INBOX_MAX ((size_t)1024 * 1024)
#define SCRATCH_SIZE ((size_t)64 * 1024)
#define KEPT_SIZE ((size_t)256 * 1024)
#define TAG_RECEIPT 0x0a
#define CONTENT_TYPE "application/vnd.emgate.envelope.v1+protobuf"

/* Receipts as they came, one behind the other, which is a SubmitResponse again. */
struct inbox {
    pthread_mutex_t lock;
    struct buf receipts;
    _Atomic(struct link *) link; /* to wake; NULL: not yet there */
};

struct mqtt_state {
    struct link_settings link_settings;
    const char *topic, *reply_topic, *registry_key;
    int64_t batch;
    struct key_public pinned; /* when there is a registry_key */

    bool ready; /* the rest is set up */
    struct link *link;
    struct inbox inbox;
    struct buf text; /* a topic */
    struct buf seen; /* the inbox's receipts during a send */
    struct arena scratch, kept;
    size_t order[BATCH_MAX]; /* the items published, by place in the batch */
    size_t published;
};

static const struct setting mqtt_settings[] = {
    LINK_SETTINGS(offsetof(struct mqtt_state, link_settings)),
    {.key = "topic",
     .type = SETTING_TEXT,
     AT(struct mqtt_state, topic),
     .initial = "emgate/v1/summaries/{gateway}/{process}",
     .help = "Where summaries are published; `{gateway}` and `{process}` are filled in."},
    {.key = "reply_topic",
     .type = SETTING_TEXT,
     AT(struct mqtt_state, reply_topic),
     .initial = "emgate/v1/receipts/{gateway}",
     .help = "Where receipts are expected; `{gateway}` is filled in."},
    {.key = "registry_key",
     .type = SETTING_TEXT,
     AT(struct mqtt_state, registry_key),
     .initial = SETTING_UNSET,
     .help = "The registry's public key, 64 hex digits: only receipts that it has signed "
             "count."},
    {.key = "batch",
     .type = SETTING_WHOLE,
     AT(struct mqtt_state, batch),
     .initial = "100",
     .min = 1,
     .max = BATCH_MAX,
     .help = "Most summaries published before their receipts are waited for."},
    {0},
};

static void check_form(const struct node *settings, const char *key, const char *form,
                       const struct topic_facts *given, struct problems *problems)
{
    const char *problem = topic_form_problem(form, given);
    if (problem) {
        problem_at(problems, node_find(settings, key), "'%s' %s", key, problem);
    }
}

static void mqtt_init(void *state, const struct node *settings, struct problems *problems)
{
    struct mqtt_state *mqtt = state;
    if (!sink_read_settings(mqtt_settings, settings, mqtt, problems)) {
        return;
    }
    struct topic_facts given = {.gateway = BYTES("g"), .process = BYTES("p")};
    link_check(&mqtt->link_settings, settings, problems);
    check_form(settings, "topic", mqtt->topic, &given, problems);
    given.process = (struct bytes){0};
    check_form(settings, "reply_topic", mqtt->reply_topic, &given, problems);
    if (mqtt->registry_key && !key_parse(bytes_of(mqtt->registry_key), &mqtt->pinned)) {
        problem_at(problems, node_find(settings, "registry_key"),
                   "'registry_key': want the 64 hex digits of a public key");
    }
}

static void mqtt_close(void *state)
{
    struct mqtt_state *mqtt = state;
    link_close(&mqtt->link);
    if (!mqtt->ready) {
        return;
    }
    mqtt->ready = false;
    buf_deinit(&mqtt->inbox.receipts);
    buf_deinit(&mqtt->seen);
    buf_deinit(&mqtt->text);
    arena_deinit(&mqtt->scratch);
    arena_deinit(&mqtt->kept);
    pthread_mutex_destroy(&mqtt->inbox.lock);
}

/* Connects with the first send(), which has a deadline. */
static enum err mqtt_open(void *state, struct error *e)
{
    struct mqtt_state *mqtt = state;
    (void)e;
    if (mqtt->ready) {
        return ERR_OK;
    }
    mqtt->ready = true;
    pthread_mutex_init(&mqtt->inbox.lock, NULL);
    buf_init(&mqtt->inbox.receipts, INBOX_MAX);
    buf_init(&mqtt->seen, INBOX_MAX);
    buf_init(&mqtt->text, LINK_TOPIC_MAX + 1);
    arena_init(&mqtt->scratch, SCRATCH_SIZE);
    arena_init(&mqtt->kept, KEPT_SIZE);
    return ERR_OK;
}

/* ---- receipts ---- */

static bool is_list_of_receipts(struct bytes payload)
{
    struct cursor cursor = cursor_of(payload);
    while (cursor.rest.len > 0 && !cursor.failed) {
        if (cursor_byte(&cursor) != TAG_RECEIPT) {
            return false;
        }
        cursor_string(&cursor);
    }
    return !cursor.failed && payload.len > 0;
}

/* On the client library's thread. */
static void on_arrived(void *ctx, struct bytes topic, struct bytes payload)
{
    struct inbox *inbox = ctx;
    (void)topic;
    if (!is_list_of_receipts(payload)) {
        return;
    }
    pthread_mutex_lock(&inbox->lock);
    if (inbox->receipts.len + payload.len <= INBOX_MAX) { /* else it is asked again */
        buf_add(&inbox->receipts, payload);
    }
    pthread_mutex_unlock(&inbox->lock);
    struct link *link = atomic_load(&inbox->link);
    if (link) {
        link_wake(link);
    }
}

static void empty_inbox(struct mqtt_state *mqtt)
{
    pthread_mutex_lock(&mqtt->inbox.lock);
    buf_add(&mqtt->seen, buf_bytes(&mqtt->inbox.receipts));
    buf_clear(&mqtt->inbox.receipts);
    pthread_mutex_unlock(&mqtt->inbox.lock);
}

/* A receipt that counts; with a pinned key, one that it has signed. */
static bool has_receipt(const struct mqtt_state *mqtt, const struct sink_item *item)
{
    return item->receipt.len > 0 &&
           (!mqtt->registry_key || receipt_bytes_hold(item->receipt, &mqtt->pinned));
}

/* Gives results by the receipts that are there; the number of items that lack one. */
static size_t settle(struct mqtt_state *mqtt, struct sink_item *items, size_t count)
{
    struct error e = {0};
    size_t missing = 0;
    empty_inbox(mqtt);
    enum err err =
        receipts_apply(buf_bytes(&mqtt->seen), &mqtt->scratch, items, count, &e);
    for (size_t i = 0; i < count; i++) {
        if (err == ERR_OK && has_receipt(mqtt, &items[i])) {
            continue;
        }
        items[i].receipt = (struct bytes){0};
        items[i].result =
            error_set(&items[i].error, ERR_UNCERTAIN, "'%s': no receipt for it in time",
                      mqtt->link_settings.uri);
        missing++;
    }
    return missing;
}

/* ---- a batch ---- */

static enum err connect_now(struct mqtt_state *mqtt, const char *gateway,
                            const struct link_wait *wait, struct error *e)
{
    if (mqtt->link && link_is_up(mqtt->link)) {
        return ERR_OK;
    }
    struct topic_facts facts = {.gateway = bytes_of(gateway)};
    atomic_store(&mqtt->inbox.link, NULL);
    link_close(&mqtt->link);
    enum err err =
        link_open(&mqtt->link_settings, wait, on_arrived, &mqtt->inbox, &mqtt->link, e);
    if (err != ERR_OK) {
        return ERR_RETRY;
    }
    atomic_store(&mqtt->inbox.link, mqtt->link);
    buf_clear(&mqtt->text);
    if (!topic_form_fill(mqtt->reply_topic, &facts, &mqtt->text)) {
        return error_set(e, ERR_RETRY, "'reply_topic' makes no topic");
    }
    err = link_subscribe(mqtt->link, (const char *)mqtt->text.data, wait, e);
    if (err != ERR_OK) {
        atomic_store(&mqtt->inbox.link, NULL);
        link_close(&mqtt->link);
    }
    return err;
}

static enum err publish(struct mqtt_state *mqtt, const char *gateway, const char *reply,
                        const struct sink_item *item, struct error *e)
{
    struct topic_facts facts = {.gateway = bytes_of(gateway),
                                .process = bytes_of(item->process)};
    buf_clear(&mqtt->text);
    if (!topic_form_fill(mqtt->topic, &facts, &mqtt->text)) {
        return error_set(e, ERR_REJECT, "'topic' makes no topic for process '%s'",
                         item->process);
    }
    struct link_message message = {.topic = (const char *)mqtt->text.data,
                                   .payload = item->envelope,
                                   .response_topic = reply,
                                   .correlation = {item->key, SINK_KEY_LEN},
                                   .content_type = CONTENT_TYPE};
    return link_publish(mqtt->link, &message, e);
}

/* Publishes what has no receipt yet.  After ERR_REJECT the last of `order` is to blame.
 */
static enum err publish_all(struct mqtt_state *mqtt, struct sink_item *items,
                            size_t count, const char *gateway, struct error *e)
{
    struct topic_facts facts = {.gateway = bytes_of(gateway)};
    struct buf reply;
    buf_init(&reply, LINK_TOPIC_MAX + 1);
    enum err err = ERR_OK;
    if (!topic_form_fill(mqtt->reply_topic, &facts, &reply)) {
        err = error_set(e, ERR_RETRY, "'reply_topic' makes no topic");
    }
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        if (items[i].receipt.len == 0) {
            mqtt->order[mqtt->published++] = i;
            err = publish(mqtt, gateway, (const char *)reply.data, &items[i], e);
        }
    }
    buf_deinit(&reply);
    return err;
}

/* Receipts are views into what was seen, which moves when more comes; hence the copies.
 */
static void keep_receipts(struct mqtt_state *mqtt, struct sink_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items[i].receipt = arena_copy(&mqtt->kept, items[i].receipt);
    }
}

/* Waits until every item has its receipt. */
static enum err wait_receipts(struct mqtt_state *mqtt, struct sink_item *items,
                              size_t count, const struct link_wait *wait, struct error *e)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && settle(mqtt, items, count) > 0) {
        err = link_wait_woken(mqtt->link, wait, e);
    }
    settle(mqtt, items, count);
    return err;
}

/* What has no receipt takes the connection's trouble as its own. */
static void blame(struct sink_item *items, size_t count, enum err result,
                  const struct error *e)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].receipt.len == 0) {
            items[i].error = *e;
            items[i].result = items[i].error.code = result;
        }
    }
}

/* The item that is refused for what it is: another try would hold up the others. */
static void set_aside(struct mqtt_state *mqtt, struct sink_item *items, size_t place,
                      const struct error *e)
{
    ASSERT(place < mqtt->published);
    struct sink_item *item = &items[mqtt->order[place]];
    item->error = *e;
    item->result = ERR_REJECT;
}

/* Publishes and waits; ERR_OK when every item has its receipt. */
static enum err exchange(struct mqtt_state *mqtt, struct sink_item *items, size_t count,
                         struct sink_call *call, const struct link_wait *wait)
{
    struct error e = {0};
    uint64_t before = link_acked(mqtt->link);
    mqtt->published = 0;
    settle(mqtt, items, count);
    enum err err = publish_all(mqtt, items, count, call->gateway, &e);
    if (err == ERR_REJECT) {
        blame(items, count, ERR_UNCERTAIN, &e);
        set_aside(mqtt, items, mqtt->published - 1, &e);
        return err;
    }
    if (err == ERR_OK) {
        err = wait_receipts(mqtt, items, count, wait, &e);
    }
    if (err != ERR_OK) {
        blame(items, count, ERR_UNCERTAIN, &e);
    }
    if (err == ERR_REJECT) {
        set_aside(mqtt, items, (size_t)(link_acked(mqtt->link) - before), &e);
    }
    return err;
}

static bool send_part(struct mqtt_state *mqtt, struct sink_item *items, size_t count,
                      struct sink_call *call, const struct link_wait *wait)
{
    struct error e = {0};
    if (connect_now(mqtt, call->gateway, wait, &e) != ERR_OK) {
        blame(items, count, ERR_RETRY, &e);
        return false;
    }
    if (exchange(mqtt, items, count, call, wait) == ERR_OK) {
        return true;
    }
    if (!link_is_settled(mqtt->link)) {
        atomic_store(&mqtt->inbox.link, NULL);
        link_close(&mqtt->link);
    }
    return false;
}

static enum err mqtt_send(void *state, struct sink_item *items, size_t count,
                          struct sink_call *call, struct error *e)
{
    (void)e;
    struct mqtt_state *mqtt = state;
    struct link_wait wait = {.until_ns = clock_boot_ns(&clock_system) +
                                         call->timeout_ms * NS_PER_MS,
                             .stop = call->stop};
    arena_reset(&mqtt->kept);
    buf_clear(&mqtt->seen);
    for (size_t i = 0; i < count; i++) {
        items[i].result = error_set(&items[i].error, ERR_RETRY, "not yet published");
        items[i].receipt = (struct bytes){0};
    }
    size_t done = 0;
    while (done < count) {
        size_t left = count - done;
        size_t part = left < (size_t)mqtt->batch ? left : (size_t)mqtt->batch;
        bool good = send_part(mqtt, items + done, part, call, &wait);
        keep_receipts(mqtt, items + done, part);
        if (!good) {
            break;
        }
        done += part;
    }
    return ERR_OK;
}

const struct sink sink_mqtt = {
    .name = "mqtt",
    .summary = "publishes summaries to an upstream MQTT broker, receipts on a topic",
    .settings = mqtt_settings,
    .state_size = sizeof(struct mqtt_state),
    .batch_max = BATCH_MAX,
    .init = mqtt_init,
    .open = mqtt_open,
    .send = mqtt_send,
    .close = mqtt_close,
};
