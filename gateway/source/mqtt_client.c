/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paho's MQTTAsync, as we use it: no persistence of its own, no automatic reconnect, a
 * session that the broker keeps, TLS files and password read at each connect.  Its
 * callbacks leave events for the keeper.
 */
#include "core/log.h"
#include "source/host_state.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define CONNECT_TIMEOUT_S 15
#define PASSWORD_MAX 1024
#define DEATH_TIMEOUT_MS 2000 /* that our host's death may take before we disconnect */
#define BUFFERED_MAX 1000     /* our own publications in Paho's queue */

static void on_lost(void *context, char *cause)
{
    struct connection *connection = context;
    (void)cause;
    ack_gate_restart(connection->gate);
    connection_post(connection, EVENT_LOST);
}

/* Paho closes the connection after this and does not call connectionLost. */
static void on_disconnect_packet(void *context, MQTTProperties *properties,
                                 enum MQTTReasonCodes reason)
{
    struct connection *connection = context;
    (void)properties;
    ack_gate_restart(connection->gate);
    if (reason == MQTTREASONCODE_SESSION_TAKEN_OVER) {
        connection_post(connection, EVENT_TAKEN_OVER | EVENT_LOST);
        return;
    }
    const char *text = MQTTReasonCode_toString(reason);
    connection_note_error(connection, "the broker disconnects us: %s",
                          text ? text : "no reason");
    connection_post(connection, EVENT_LOST);
}

static void note_opened(struct connection *connection, bool session_present)
{
    ack_gate_restart(connection->gate);
    pthread_mutex_lock(&connection->source->lock);
    connection->session_present = session_present;
    pthread_mutex_unlock(&connection->source->lock);
    connection_post(connection, EVENT_OPENED);
}

static void on_opened_5(void *context, MQTTAsync_successData5 *data)
{
    struct connection *connection = context;
    int64_t least = MQTTProperties_getNumericValue(
        &data->properties, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL);
    if (least >= 0 && least < connection->broker->session_expiry_s) {
        connection_note_error(
            connection, "the broker keeps our session for %lld s only, not %lld s",
            (long long)least, (long long)connection->broker->session_expiry_s);
    }
    note_opened(connection, data->alt.connect.sessionPresent != 0);
}

static void on_opened(void *context, MQTTAsync_successData *data)
{
    note_opened(context, data->alt.connect.sessionPresent != 0);
}

/* What a CONNACK of 3.1.1 or 5 says, or Paho. */
static const char *refusal(int code)
{
    switch (code) {
    case 1:
        return "protocol version refused";
    case 2:
        return "client id refused";
    case 3:
        return "broker unavailable";
    case 4:
    case MQTTREASONCODE_BAD_USER_NAME_OR_PASSWORD:
        return "wrong user or password";
    case 5:
    case MQTTREASONCODE_NOT_AUTHORIZED:
        return "not authorised";
    default:
        return code > 0 ? MQTTReasonCode_toString((enum MQTTReasonCodes)code)
                        : MQTTAsync_strerror(code);
    }
}

static void note_refused(struct connection *connection, int code, const char *message)
{
    const char *text = refusal(code);
    connection_note_error(connection, "can't connect to '%s': %s%s%s",
                          connection->broker->uri, text ? text : "refused",
                          message ? ": " : "", message ? message : "");
    bool version = code == 1 || code == MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION;
    connection_post(connection, version ? EVENT_WRONG_VERSION : EVENT_REFUSED);
}

static void on_refused_5(void *context, MQTTAsync_failureData5 *data)
{
    int code = data->reasonCode ? (int)data->reasonCode : data->code;
    note_refused(context, code, data->message);
}

static void on_refused(void *context, MQTTAsync_failureData *data)
{
    note_refused(context, data->code, data->message);
}

static void on_closed_5(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    on_lost(context, NULL);
}

static void on_close_failed_5(void *context, MQTTAsync_failureData5 *data)
{
    (void)data;
    on_lost(context, NULL);
}

static void on_closed(void *context, MQTTAsync_successData *data)
{
    (void)data;
    on_lost(context, NULL);
}

static void on_close_failed(void *context, MQTTAsync_failureData *data)
{
    (void)data;
    on_lost(context, NULL);
}

static void note_suback(struct filter *filter, int code)
{
    struct connection *connection = filter->connection;
    pthread_mutex_lock(&connection->source->lock);
    filter->granted = code >= 0 && code <= filter->qos;
    pthread_mutex_unlock(&connection->source->lock);
    if (filter->host && code == filter->qos) {
        connection_post(connection, EVENT_HOST_STATE);
    }
    if (code == filter->qos || filter->system || code < 0) { /* < 0: connection ended */
        return;
    }
    if (code == 0) {
        connection_note_error(
            connection, "subscription '%s': granted QoS 0 only, messages may be lost",
            filter->topic);
        return;
    }
    pthread_mutex_lock(&connection->source->lock);
    filter->failed = true;
    pthread_mutex_unlock(&connection->source->lock);
    log_error("source.subscription",
              "broker=%s topic='%s' code=%d: refused; allow user or client '%s' to read "
              "this topic (acl_file of mosquitto); trying again later",
              connection->broker->name, filter->topic, code,
              connection->broker->client_id);
    connection_note_error(connection, "subscription '%s' refused, code %d", filter->topic,
                          code);
    connection_post(connection, EVENT_FILTER_REFUSED);
}

static void on_subscribed_5(void *context, MQTTAsync_successData5 *data)
{
    note_suback(context, (int)data->reasonCode);
}

static void on_subscribe_failed_5(void *context, MQTTAsync_failureData5 *data)
{
    note_suback(context, data->reasonCode ? (int)data->reasonCode : data->code);
}

static void on_subscribed(void *context, MQTTAsync_successData *data)
{
    note_suback(context, data->alt.qos);
}

static void on_subscribe_failed(void *context, MQTTAsync_failureData *data)
{
    note_suback(context, data->code);
}

static int on_tls_error(const char *text, size_t len, void *context)
{
    int short_len = len > 200 ? 200 : (int)len;
    while (short_len > 0 && text[short_len - 1] == '\n') {
        short_len--;
    }
    connection_note_error(context, "TLS: %.*s", short_len, text);
    return 1;
}

static enum err create(struct connection *connection, struct error *e)
{
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
    options.MQTTVersion = connection->version;
    options.maxBufferedMessages = BUFFERED_MAX;
    MQTTAsync handle = NULL;
    const struct source_broker *broker = connection->broker;
    int rc = MQTTAsync_createWithOptions(&handle, broker->uri, broker->client_id,
                                         MQTTCLIENT_PERSISTENCE_NONE, NULL, &options);
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_RETRY, "can't make a client: %s", MQTTAsync_strerror(rc));
    }
    MQTTAsync_setCallbacks(handle, connection, on_lost, intake_arrived, NULL);
    MQTTAsync_setDisconnected(handle, connection, on_disconnect_packet);
    pthread_mutex_lock(&connection->handle_lock);
    connection->handle = handle;
    pthread_mutex_unlock(&connection->handle_lock);
    return ERR_OK;
}

/* The first line of the password file. */
static enum err read_password(const char *path, char password[PASSWORD_MAX],
                              struct error *e)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        return error_set(e, ERR_RETRY, "password file '%s': %s", path, strerror(errno));
    }
    size_t len = fread(password, 1, PASSWORD_MAX - 1, file);
    fclose(file);
    password[len] = 0;
    password[strcspn(password, "\r\n")] = 0;
    return ERR_OK;
}

static MQTTAsync_SSLOptions tls_options(struct connection *connection)
{
    const struct source_broker *broker = connection->broker;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.trustStore = broker->ca_file;
    tls.disableDefaultTrustStore = broker->ca_file != NULL;
    tls.keyStore = broker->cert_file;
    tls.privateKey = broker->key_file;
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* the name too */
    tls.ssl_error_cb = on_tls_error;
    tls.ssl_error_context = connection;
    return tls;
}

static void add_property(MQTTProperties *properties, enum MQTTPropertyCodes code,
                         int64_t value)
{
    MQTTProperty property = {.identifier = code};
    if (code == MQTTPROPERTY_CODE_RECEIVE_MAXIMUM) {
        property.value.integer2 = (unsigned short)value;
    } else {
        property.value.integer4 = (unsigned int)value;
    }
    MQTTProperties_add(properties, &property);
}

static int open_with(struct connection *connection, const char *password)
{
    const struct source_broker *broker = connection->broker;
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTAsync_SSLOptions tls = tls_options(connection);
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    options.MQTTVersion = connection->version;
    options.keepAliveInterval = broker->keepalive_s;
    options.connectTimeout = CONNECT_TIMEOUT_S;
    options.maxInflight = 20; /* of our own publications */
    options.username = broker->user;
    options.password = password;
    options.context = connection;
    options.cleansession = 0;
    if (strncmp(broker->uri, "mqtts://", 8) == 0) {
        options.ssl = &tls;
    }
    if (host_state_will(connection, &will)) {
        options.will = &will;
    }
    if (connection->version == 5) {
        options.cleanstart = 0;
        add_property(&properties, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL,
                     broker->session_expiry_s);
        add_property(&properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM,
                     broker->receive_maximum);
        options.connectProperties = &properties;
        options.onSuccess5 = on_opened_5;
        options.onFailure5 = on_refused_5;
    } else {
        options.onSuccess = on_opened;
        options.onFailure = on_refused;
    }
    int rc = MQTTAsync_connect(connection->handle, &options);
    MQTTProperties_free(&properties);
    return rc;
}

enum err mqtt_client_open(struct connection *connection, struct error *e)
{
    char password[PASSWORD_MAX];
    const char *path = connection->broker->password_file;
    if (path && read_password(path, password, e) != ERR_OK) {
        return e->code;
    }
    if (connection->handle && MQTTAsync_isConnected(connection->handle)) {
        mqtt_client_destroy(connection); /* we think it is not: begin anew */
    }
    if (!connection->handle && create(connection, e) != ERR_OK) {
        return e->code;
    }
    int rc = open_with(connection, path ? password : NULL);
    explicit_bzero(password, sizeof password);
    if (rc != MQTTASYNC_SUCCESS) {
        const char *text = MQTTAsync_strerror(rc);
        mqtt_client_destroy(connection);
        return error_set(e, ERR_RETRY, "can't connect to '%s': %s",
                         connection->broker->uri, text ? text : "refused");
    }
    return ERR_OK;
}

void mqtt_client_subscribe(struct connection *connection, struct filter *filter,
                           bool session_present)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.context = filter;
    if (connection->version == 5) {
        options.onSuccess5 = on_subscribed_5;
        options.onFailure5 = on_subscribe_failed_5;
        options.subscribeOptions.retainAsPublished = 1;
        options.subscribeOptions.retainHandling = session_present && !filter->system;
    } else {
        options.onSuccess = on_subscribed;
        options.onFailure = on_subscribe_failed;
    }
    int rc =
        MQTTAsync_subscribe(connection->handle, filter->topic, filter->qos, &options);
    if (rc != MQTTASYNC_SUCCESS) { /* most likely the connection has just ended */
        log_debug("source.subscribe", "broker=%s topic='%s' rc=%d",
                  connection->broker->name, filter->topic, rc);
    }
}

bool mqtt_client_disconnect(struct connection *connection)
{
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
    options.context = connection;
    if (connection->host.born) {
        host_state_say(connection, false);
        options.timeout = DEATH_TIMEOUT_MS;
    }
    if (connection->version == 5) {
        options.onSuccess5 = on_closed_5;
        options.onFailure5 = on_close_failed_5;
    } else {
        options.onSuccess = on_closed;
        options.onFailure = on_close_failed;
    }
    return connection->handle &&
           MQTTAsync_disconnect(connection->handle, &options) == MQTTASYNC_SUCCESS;
}

void mqtt_client_destroy(struct connection *connection)
{
    pthread_mutex_lock(&connection->handle_lock);
    if (connection->handle) {
        ack_gate_drop(connection->gate);
        MQTTAsync_destroy(&connection->handle);
        connection->handle = NULL;
    }
    pthread_mutex_unlock(&connection->handle_lock);
}
