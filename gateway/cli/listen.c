/* SPDX-License-Identifier: Apache-2.0 */
/* Paho's asynchronous client, waited for. */
#include "cli/listen.h"

#include "config/node/settings.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/wait.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define WAIT_S 15
#define PASSWORD_MAX 1024
#define DISCONNECT_MS 500
#define SUBSCRIPTION_REFUSED 0x80

enum step { STEP_WAITING, STEP_DONE, STEP_FAILED };

struct listener {
    const struct listen_settings *settings;
    MQTTAsync client;
    pthread_mutex_t lock; /* guards what follows, and is held while a message is taken */
    pthread_cond_t changed;
    enum step step;
    char why[128];
    bool lost, closed;
    size_t count; /* of messages taken */
};

/* ---- on the library's thread ---- */

static void settle(struct listener *listener, enum step step, const char *why)
{
    pthread_mutex_lock(&listener->lock);
    listener->step = step;
    snprintf(listener->why, sizeof listener->why, "%s", why ? why : "");
    pthread_cond_broadcast(&listener->changed);
    pthread_mutex_unlock(&listener->lock);
}

static void on_success(void *context, MQTTAsync_successData *data)
{
    (void)data;
    settle(context, STEP_DONE, NULL);
}

static void on_subscribed(void *context, MQTTAsync_successData *data)
{
    bool refused = data && data->alt.qos == SUBSCRIPTION_REFUSED;
    settle(context, refused ? STEP_FAILED : STEP_DONE, "the broker refuses the filter");
}

static void on_failure(void *context, MQTTAsync_failureData *data)
{
    const char *text = data && data->message ? data->message : NULL;
    settle(context, STEP_FAILED, text ? text : "refused or no answer");
}

/* The library's type, hence no const.  NOLINTNEXTLINE(readability-non-const-parameter) */
static void on_lost(void *context, char *cause)
{
    struct listener *listener = context;
    (void)cause;
    pthread_mutex_lock(&listener->lock);
    listener->lost = true;
    pthread_mutex_unlock(&listener->lock);
}

static int on_message(void *context, char *topic, int topic_len,
                      MQTTAsync_message *incoming)
{
    struct listener *listener = context;
    size_t len = topic_len > 0 ? (size_t)topic_len : strlen(topic);
    struct message message = {
        .topic = {(const uint8_t *)topic, len},
        .payload = {incoming->payload, (size_t)incoming->payloadlen},
        .received_ns = clock_wall_ns(&clock_system),
        .qos = (uint8_t)incoming->qos,
        .retained = incoming->retained != 0,
    };
    pthread_mutex_lock(&listener->lock);
    if (!listener->closed) {
        listener->settings->take(listener->settings->ctx, &message);
        listener->count++;
    }
    pthread_mutex_unlock(&listener->lock);
    MQTTAsync_freeMessage(&incoming);
    MQTTAsync_free(topic);
    return 1;
}

/* ---- on the caller's thread ---- */

static enum err wait_step(struct listener *listener, const char *doing, struct error *e)
{
    struct timespec until = wait_end(WAIT_S * NS_PER_S);
    int rc = 0;
    pthread_mutex_lock(&listener->lock);
    while (listener->step == STEP_WAITING && rc == 0) {
        rc = pthread_cond_timedwait(&listener->changed, &listener->lock, &until);
    }
    enum err err = ERR_OK;
    if (listener->step != STEP_DONE) {
        err = error_set(e, ERR_RETRY, "%s '%s': %s", doing, listener->settings->uri,
                        listener->why[0] ? listener->why : "no answer");
    }
    listener->step = STEP_WAITING;
    pthread_mutex_unlock(&listener->lock);
    return err;
}

/* The first line of the password file. */
static int start_connecting(struct listener *listener, const char *password)
{
    const struct listen_settings *settings = listener->settings;
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.trustStore = settings->ca_file;
    tls.disableDefaultTrustStore = settings->ca_file != NULL;
    tls.keyStore = settings->cert_file;
    tls.privateKey = settings->key_file;
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* the name too */
    options.keepAliveInterval = 30;
    options.connectTimeout = WAIT_S - 5;
    options.cleansession = 1;
    options.username = settings->user;
    options.password = password;
    options.onSuccess = on_success;
    options.onFailure = on_failure;
    options.context = listener;
    if (strncmp(settings->uri, "mqtts://", 8) == 0) {
        options.ssl = &tls;
    }
    return MQTTAsync_connect(listener->client, &options);
}

static enum err connect_to(struct listener *listener, struct error *e)
{
    char password[PASSWORD_MAX];
    const char *path = listener->settings->password_file;
    struct secret where = {.kind = SECRET_FILE, .name = path};
    if (path && secret_read(&where, password, sizeof password, e) != ERR_OK) {
        return e->code;
    }
    int rc = start_connecting(listener, path ? password : NULL);
    secret_wipe(password, sizeof password);
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_CONFIG, "'%s': %s", listener->settings->uri,
                         MQTTAsync_strerror(rc));
    }
    return wait_step(listener, "can't connect to", e);
}

static enum err subscribe(struct listener *listener, struct error *e)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.onSuccess = on_subscribed;
    options.onFailure = on_failure;
    options.context = listener;
    int rc =
        MQTTAsync_subscribe(listener->client, listener->settings->filter, 0, &options);
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_CONFIG, "filter '%s': %s", listener->settings->filter,
                         MQTTAsync_strerror(rc));
    }
    return wait_step(listener, "can't subscribe at", e);
}

static enum err create(struct listener *listener, struct error *e)
{
    char client_id[64];
    const char *uri = listener->settings->uri;
    bool ours = strncmp(uri, "mqtt://", 7) == 0 || strncmp(uri, "mqtts://", 8) == 0;
    snprintf(client_id, sizeof client_id, "emgate-discover-%d", (int)getpid());
    int rc = ours ? MQTTAsync_create(&listener->client, uri, client_id,
                                     MQTTCLIENT_PERSISTENCE_NONE, NULL)
                  : MQTTASYNC_BAD_PROTOCOL;
    if (rc == MQTTASYNC_SUCCESS) {
        rc =
            MQTTAsync_setCallbacks(listener->client, listener, on_lost, on_message, NULL);
    }
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_CONFIG, "'%s': want mqtt://host:port or mqtts://...",
                         uri);
    }
    return ERR_OK;
}

enum err listen_open(const struct listen_settings *settings,
                     struct listener **ret_listener, struct error *e)
{
    struct listener *listener = mem_new(struct listener);
    listener->settings = settings;
    pthread_mutex_init(&listener->lock, NULL);
    wait_init(&listener->changed);
    enum err err = create(listener, e);
    if (err == ERR_OK) {
        err = connect_to(listener, e);
    }
    if (err == ERR_OK) {
        err = subscribe(listener, e);
    }
    if (err != ERR_OK) {
        listen_close(&listener);
        return err;
    }
    *ret_listener = listener;
    return ERR_OK;
}

bool listen_lost(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    bool lost = listener->lost;
    pthread_mutex_unlock(&listener->lock);
    return lost;
}

size_t listen_count(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    size_t count = listener->count;
    pthread_mutex_unlock(&listener->lock);
    return count;
}

void listen_close(struct listener **ended)
{
    struct listener *listener = *ended;
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
    struct error unused;
    if (!listener) {
        return;
    }
    pthread_mutex_lock(&listener->lock);
    listener->closed = true;
    pthread_mutex_unlock(&listener->lock);
    options.timeout = DISCONNECT_MS;
    options.onSuccess = on_success;
    options.onFailure = on_failure;
    options.context = listener;
    if (listener->client &&
        MQTTAsync_disconnect(listener->client, &options) == MQTTASYNC_SUCCESS) {
        (void)!wait_step(listener, "disconnect", &unused);
    }
    if (listener->client) {
        MQTTAsync_destroy(&listener->client);
    }
    pthread_cond_destroy(&listener->changed);
    pthread_mutex_destroy(&listener->lock);
    mem_free(ended);
}
