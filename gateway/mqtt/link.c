/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paho's MQTTAsync made to wait: its callbacks set what happened under the lock and
 * signal; the caller's thread waits for it with a deadline.
 *
 * A publication's number picks its slot in a ring; the ring's first slots that are
 * acknowledged move `acked` on, so that acknowledgements in another order do no harm.
 */
#include "mqtt/link.h"

#include "core/wait.h"
#include "mqtt/link_private.h"

#include <time.h>

#define STEP_NS (100 * NS_PER_MS) /* how soon a stop is seen */
#define SETTLE_NS (500 * NS_PER_MS)

/* ---- what Paho says ---- */

static void note_slot(struct slot *slot, enum slot_state state, int reason)
{
    struct link *link = slot->link;
    pthread_mutex_lock(&link->lock);
    slot->state = state;
    slot->reason = reason;
    while (link->acked < link->published &&
           link->slots[(link->acked + 1) % LINK_WINDOW_MAX].state == SLOT_ACKED) {
        link->acked++;
    }
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

static void on_published(void *context, MQTTAsync_successData *data)
{
    (void)data;
    note_slot(context, SLOT_ACKED, 0);
}

static void on_published_5(void *context, MQTTAsync_successData5 *data)
{
    bool refused = data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR;
    note_slot(context, refused ? SLOT_REFUSED : SLOT_ACKED, (int)data->reasonCode);
}

static void on_publish_failed(void *context, MQTTAsync_failureData *data)
{
    note_slot(context, SLOT_REFUSED, data->code);
}

static void on_publish_failed_5(void *context, MQTTAsync_failureData5 *data)
{
    note_slot(context, SLOT_REFUSED, (int)data->reasonCode);
}

static void note_subscribed(struct link *link, int code)
{
    pthread_mutex_lock(&link->lock);
    link->subscribe_answered = true;
    link->code = code;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

static void on_subscribed(void *context, MQTTAsync_successData *data)
{
    note_subscribed(context, data->alt.qos);
}

static void on_subscribed_5(void *context, MQTTAsync_successData5 *data)
{
    note_subscribed(context, (int)data->reasonCode);
}

static void on_subscribe_failed(void *context, MQTTAsync_failureData *data)
{
    note_subscribed(context, data->code > 0 ? data->code : 128);
}

static void on_subscribe_failed_5(void *context, MQTTAsync_failureData5 *data)
{
    note_subscribed(context, data->reasonCode ? (int)data->reasonCode : 128);
}

/* ---- waiting ---- */

static struct timespec step_end(int64_t until_ns)
{
    int64_t left_ns = until_ns - clock_boot_ns(&clock_system);
    int64_t step_ns = left_ns < STEP_NS ? left_ns : STEP_NS;
    return wait_end(step_ns);
}

/* Under the lock: waits a step.  False when the time is over. */
bool link_wait_step(struct link *link, const struct link_wait *wait)
{
    if ((wait->stop && atomic_load(wait->stop)) ||
        clock_boot_ns(&clock_system) >= wait->until_ns) {
        return false;
    }
    struct timespec at = step_end(wait->until_ns);
    pthread_cond_timedwait(&link->changed, &link->lock, &at);
    return true;
}

enum err link_broken(struct link *link, struct error *e)
{
    return error_set(e, ERR_RETRY, "'%s': %s", link->settings->uri,
                     *link->words ? link->words : "no answer in time");
}

bool link_is_up(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    bool up = !link->broken;
    pthread_mutex_unlock(&link->lock);
    return up;
}

bool link_is_settled(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    bool settled = !link->broken && link->acked == link->published;
    pthread_mutex_unlock(&link->lock);
    return settled;
}

int link_version(const struct link *link)
{
    return link->version;
}

/* ---- subscribing, publishing ---- */

enum err link_subscribe(struct link *link, const char *topic,
                        const struct link_wait *wait, struct error *e)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.context = link;
    if (link->version == 5) {
        options.onSuccess5 = on_subscribed_5;
        options.onFailure5 = on_subscribe_failed_5;
    } else {
        options.onSuccess = on_subscribed;
        options.onFailure = on_subscribe_failed;
    }
    link->subscribe_answered = false;
    int rc = MQTTAsync_subscribe(link->handle, topic, 1, &options);
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_RETRY, "'%s': can't subscribe '%s': %s",
                         link->settings->uri, topic, MQTTAsync_strerror(rc));
    }
    enum err err = ERR_OK;
    pthread_mutex_lock(&link->lock);
    while (!link->subscribe_answered && !link->broken && link_wait_step(link, wait)) {
    }
    if (!link->subscribe_answered) {
        err = link_broken(link, e);
    } else if (link->code > 1) {
        err = error_set(e, ERR_RETRY, "'%s': subscription '%s' refused, code %d",
                        link->settings->uri, topic, link->code);
    }
    pthread_mutex_unlock(&link->lock);
    return err;
}

/* Paho copies what is added; a text is not changed by it. */
static char *text_of(const char *text)
{
    return (char *)(uintptr_t)text;
}

static void add_text(MQTTProperties *properties, enum MQTTPropertyCodes code,
                     const char *text)
{
    if (text) {
        MQTTProperty property = {.identifier = code};
        property.value.data = (MQTTLenString){(int)strlen(text), text_of(text)};
        MQTTProperties_add(properties, &property);
    }
}

static void add_properties(MQTTProperties *properties, const struct link_message *message)
{
    add_text(properties, MQTTPROPERTY_CODE_CONTENT_TYPE, message->content_type);
    add_text(properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC, message->response_topic);
    if (message->correlation.len > 0) {
        MQTTProperty property = {.identifier = MQTTPROPERTY_CODE_CORRELATION_DATA};
        property.value.data =
            (MQTTLenString){(int)message->correlation.len,
                            text_of((const char *)message->correlation.data)};
        MQTTProperties_add(properties, &property);
    }
    if (message->mark_name) {
        MQTTProperty property = {.identifier = MQTTPROPERTY_CODE_USER_PROPERTY};
        property.value.data =
            (MQTTLenString){(int)strlen(message->mark_name), text_of(message->mark_name)};
        property.value.value =
            (MQTTLenString){(int)strlen(message->mark), text_of(message->mark)};
        MQTTProperties_add(properties, &property);
    }
}

static int send_now(struct link *link, const struct link_message *from, struct slot *slot)
{
    MQTTAsync_message message = MQTTAsync_message_initializer;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    message.payload = text_of((const char *)from->payload.data);
    message.payloadlen = (int)from->payload.len;
    message.qos = 1;
    message.retained = from->retained;
    options.context = slot;
    if (link->version == 5) {
        add_properties(&message.properties, from);
        options.onSuccess5 = on_published_5;
        options.onFailure5 = on_publish_failed_5;
    } else {
        options.onSuccess = on_published;
        options.onFailure = on_publish_failed;
    }
    int rc = MQTTAsync_sendMessage(link->handle, from->topic, &message, &options);
    MQTTProperties_free(&message.properties);
    return rc;
}

enum err link_publish(struct link *link, const struct link_message *message,
                      struct error *e)
{
    struct slot *slot = NULL;
    enum err err = ERR_OK;
    pthread_mutex_lock(&link->lock);
    if (link->broken) {
        err = link_broken(link, e);
    } else if (link->published - link->acked >= LINK_WINDOW_MAX - 1) {
        err = error_set(e, ERR_FULL, "too much is under way");
    } else {
        slot = &link->slots[++link->published % LINK_WINDOW_MAX];
        slot->state = SLOT_UNDER_WAY;
    }
    pthread_mutex_unlock(&link->lock);
    if (err != ERR_OK) {
        return err;
    }
    int rc = send_now(link, message, slot);
    if (rc == MQTTASYNC_SUCCESS) {
        return ERR_OK;
    }
    pthread_mutex_lock(&link->lock);
    link->published--;
    pthread_mutex_unlock(&link->lock);
    bool never = rc == MQTTASYNC_BAD_UTF8_STRING || rc == MQTTASYNC_BAD_QOS;
    return error_set(e, never ? ERR_REJECT : ERR_RETRY, "'%s': can't publish: %s",
                     link->settings->uri, MQTTAsync_strerror(rc));
}

uint64_t link_acked(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    uint64_t acked = link->acked;
    pthread_mutex_unlock(&link->lock);
    return acked;
}

static bool first_is_refused(const struct link *link)
{
    return link->acked < link->published &&
           link->slots[(link->acked + 1) % LINK_WINDOW_MAX].state == SLOT_REFUSED;
}

static bool has_under_way(const struct link *link)
{
    for (uint64_t i = link->acked + 1; i <= link->published; i++) {
        if (link->slots[i % LINK_WINDOW_MAX].state == SLOT_UNDER_WAY) {
            return true;
        }
    }
    return false;
}

void link_settle(struct link *link)
{
    struct link_wait wait = {.until_ns = clock_boot_ns(&clock_system) + SETTLE_NS};
    pthread_mutex_lock(&link->lock);
    bool in_time = first_is_refused(link);
    while (in_time && !link->broken && has_under_way(link)) {
        in_time = link_wait_step(link, &wait);
    }
    pthread_mutex_unlock(&link->lock);
}

/* What the message itself is to blame for, not a right that is missing or a quota. */
static bool is_its_fault(int reason)
{
    return reason == MQTTREASONCODE_TOPIC_NAME_INVALID ||
           reason == MQTTREASONCODE_PACKET_TOO_LARGE ||
           reason == MQTTREASONCODE_PAYLOAD_FORMAT_INVALID ||
           reason == MQTTREASONCODE_RETAIN_NOT_SUPPORTED;
}

/* Under the lock: the first that is not acknowledged was refused. */
static enum err refused(struct link *link, struct error *e)
{
    int reason = link->slots[(link->acked + 1) % LINK_WINDOW_MAX].reason;
    const char *text = MQTTReasonCode_toString((enum MQTTReasonCodes)reason);
    return error_set(e, is_its_fault(reason) ? ERR_REJECT : ERR_RETRY,
                     "'%s' refuses a publication: %s (%d)", link->settings->uri,
                     text ? text : "no reason", reason);
}

enum err link_wait_acked(struct link *link, const struct link_wait *wait, struct error *e)
{
    enum err err = ERR_OK;
    pthread_mutex_lock(&link->lock);
    bool in_time = true;
    while (link->acked < link->published && !link->broken && !link->woken &&
           !first_is_refused(link) && in_time) {
        in_time = link_wait_step(link, wait);
    }
    if (first_is_refused(link) && !link->broken) {
        err = refused(link, e);
    } else if (link->acked < link->published && !link->woken) {
        err = link_broken(link, e);
    }
    link->woken = false;
    pthread_mutex_unlock(&link->lock);
    return err;
}

enum err link_wait_woken(struct link *link, const struct link_wait *wait, struct error *e)
{
    enum err err = ERR_OK;
    pthread_mutex_lock(&link->lock);
    bool in_time = true;
    while (!link->woken && !link->broken && !first_is_refused(link) && in_time) {
        in_time = link_wait_step(link, wait);
    }
    if (!link->woken) {
        err = first_is_refused(link) && !link->broken ? refused(link, e)
                                                      : link_broken(link, e);
    }
    link->woken = false;
    pthread_mutex_unlock(&link->lock);
    return err;
}

void link_wake(struct link *link)
{
    pthread_mutex_lock(&link->lock);
    link->woken = true;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}
