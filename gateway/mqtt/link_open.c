/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting a link, and what ends it.
 *
 * The host's name is looked up before Paho does it, which would hold its lock, and with
 * it the source, for as long as a dead name server takes.
 */
#include "core/mem.h"
#include "core/wait.h"
#include "mqtt/link_private.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/random.h>

#define CONNECT_TIMEOUT_S 15
#define HOST_MAX 256

const char *const link_protocol_words[] = {"auto", "5", "3.1.1", NULL};

void link_check(const struct link_settings *settings, const struct node *map,
                struct problems *problems)
{
    struct bytes uri = settings->uri ? bytes_of(settings->uri) : BYTES("mqtt://");
    if (!bytes_start_with(uri, BYTES("mqtt://")) &&
        !bytes_start_with(uri, BYTES("mqtts://"))) {
        problem_at(problems, node_find(map, "uri"),
                   "'uri' must start with mqtt:// or mqtts://");
    }
    if (!settings->cert_file != !settings->key_file) {
        problem_at(problems, map, "'cert_file' and 'key_file' go together");
    }
    if (settings->password.kind != SECRET_NONE && !settings->user) {
        problem_at(problems, map, "'password' needs a 'user'");
    }
}

/* ---- what Paho says ---- */

static void say(struct link *link, const char *what, int code, const char *message)
{
    const char *text = code >= MQTTREASONCODE_UNSPECIFIED_ERROR ? NULL : message;
    if (!text && code > 0) {
        text = MQTTReasonCode_toString((enum MQTTReasonCodes)code);
    } else if (!text) {
        text = MQTTAsync_strerror(code);
    }
    snprintf(link->words, sizeof link->words, "%s: %s (%d)", what,
             text ? text : "no reason", code);
}

static void note_break(struct link *link, const char *what, int code, const char *message)
{
    pthread_mutex_lock(&link->lock);
    if (!link->broken && !*link->words) {
        say(link, what, code, message);
    }
    link->broken = true;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): Paho's type. */
static void on_lost(void *context, char *cause)
{
    (void)cause; /* Paho gives none */
    note_break(context, "connection lost", 0, "no reason given");
}

static void on_disconnect_packet(void *context, MQTTProperties *properties,
                                 enum MQTTReasonCodes reason)
{
    (void)properties;
    note_break(context, "the broker disconnects us", (int)reason, NULL);
}

static int on_arrived(void *context, char *topic, int topic_len, MQTTAsync_message *paho)
{
    struct link *link = context;
    if (link->arrived) {
        size_t len = topic_len > 0 ? (size_t)topic_len : strlen(topic);
        link->arrived(link->arrived_ctx,
                      (struct bytes){.data = (const uint8_t *)topic, .len = len},
                      (struct bytes){paho->payload, (size_t)paho->payloadlen});
    }
    MQTTAsync_freeMessage(&paho);
    MQTTAsync_free(topic);
    return 1;
}

static void note_answer(struct link *link, bool connected, int code, const char *message)
{
    pthread_mutex_lock(&link->lock);
    link->answered = true;
    link->connected = connected;
    link->code = code;
    if (!connected) {
        say(link, "refused", code, message);
    }
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

static void on_opened(void *context, MQTTAsync_successData *data)
{
    (void)data;
    note_answer(context, true, 0, NULL);
}

static void on_opened_5(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    note_answer(context, true, 0, NULL);
}

/* What a CONNACK of 3.1.1 says has numbers of its own. */
static const char *words_of_311(int code)
{
    static const char *const words[] = {"protocol version refused", "client id refused",
                                        "broker unavailable", "wrong user or password",
                                        "not authorised"};
    return code >= 1 && code <= 5 ? words[code - 1] : NULL;
}

static void on_refused(void *context, MQTTAsync_failureData *data)
{
    const char *words = words_of_311(data->code);
    note_answer(context, false, data->code, words ? words : data->message);
}

static void on_refused_5(void *context, MQTTAsync_failureData5 *data)
{
    int code = data->reasonCode ? (int)data->reasonCode : data->code;
    note_answer(context, false, code, data->message);
}

static int on_tls_error(const char *text, size_t len, void *context)
{
    struct link *link = context;
    int most = len > 200 ? 200 : (int)len;
    while (most > 0 && text[most - 1] == '\n') {
        most--;
    }
    pthread_mutex_lock(&link->lock);
    snprintf(link->words, sizeof link->words, "TLS: %.*s", most, text);
    pthread_mutex_unlock(&link->lock);
    return 1;
}

/* ---- connecting ---- */

static bool find_host(const char *uri, char host[HOST_MAX], const char **ret_port)
{
    const char *start = strstr(uri, "://");
    start = start ? start + 3 : uri;
    const char *end = *start == '[' ? strchr(start, ']') : strrchr(start, ':');
    start += *start == '[' ? 1 : 0;
    size_t len = end ? (size_t)(end - start) : strlen(start);
    if (len == 0 || len >= HOST_MAX) {
        return false;
    }
    snprintf(host, HOST_MAX, "%.*s", (int)len, start);
    const char *port = strrchr(uri, ':');
    *ret_port = port ? port + 1 : "1883";
    return true;
}

static enum err look_up(const char *uri, struct error *e)
{
    char host[HOST_MAX];
    const char *port = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (!find_host(uri, host, &port)) {
        return error_set(e, ERR_RETRY, "'%s': no host in it", uri);
    }
    int rc = getaddrinfo(host, NULL, &hints, &found);
    if (rc != 0) {
        return error_set(e, ERR_RETRY, "'%s': %s", uri, gai_strerror(rc));
    }
    freeaddrinfo(found);
    return ERR_OK;
}

static enum err create(struct link *link, struct error *e)
{
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
    options.MQTTVersion = link->version;
    options.maxBufferedMessages = LINK_WINDOW_MAX;
    int rc =
        MQTTAsync_createWithOptions(&link->handle, link->settings->uri, link->client_id,
                                    MQTTCLIENT_PERSISTENCE_NONE, NULL, &options);
    if (rc != MQTTASYNC_SUCCESS) {
        link->handle = NULL;
        return error_set(e, ERR_RETRY, "'%s': can't make a client: %s",
                         link->settings->uri, MQTTAsync_strerror(rc));
    }
    MQTTAsync_setCallbacks(link->handle, link, on_lost, on_arrived, NULL);
    MQTTAsync_setDisconnected(link->handle, link, on_disconnect_packet);
    return ERR_OK;
}

static MQTTAsync_SSLOptions tls_options(struct link *link)
{
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.trustStore = link->settings->ca_file;
    tls.disableDefaultTrustStore = link->settings->ca_file != NULL;
    tls.keyStore = link->settings->cert_file;
    tls.privateKey = link->settings->key_file;
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* the name too */
    tls.ssl_error_cb = on_tls_error;
    tls.ssl_error_context = link;
    return tls;
}

static int connect_with(struct link *link, const char *password)
{
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTAsync_SSLOptions tls = tls_options(link);
    options.MQTTVersion = link->version;
    options.keepAliveInterval = (int)(link->settings->keepalive_ns / NS_PER_S);
    options.connectTimeout = CONNECT_TIMEOUT_S;
    options.maxInflight = LINK_WINDOW_MAX;
    options.username = link->settings->user;
    options.password = password;
    options.context = link;
    if (strncmp(link->settings->uri, "mqtts://", 8) == 0) {
        options.ssl = &tls;
    }
    if (link->version == 5) {
        options.cleansession = 0;
        options.cleanstart = 1;
        options.onSuccess5 = on_opened_5;
        options.onFailure5 = on_refused_5;
    } else {
        options.cleansession = 1;
        options.onSuccess = on_opened;
        options.onFailure = on_refused;
    }
    return MQTTAsync_connect(link->handle, &options);
}

static enum err start(struct link *link, struct error *e)
{
    char password[SECRET_TEXT_MAX];
    bool has = link->settings->password.kind != SECRET_NONE;
    if (has &&
        secret_read(&link->settings->password, password, sizeof password, e) != ERR_OK) {
        e->code = ERR_RETRY;
        return ERR_RETRY;
    }
    int rc = connect_with(link, has ? password : NULL);
    secret_wipe(password, sizeof password);
    if (rc != MQTTASYNC_SUCCESS) {
        return error_set(e, ERR_RETRY, "'%s': %s", link->settings->uri,
                         MQTTAsync_strerror(rc));
    }
    return ERR_OK;
}

/* One attempt with one version.  `*ret_code` is what the broker said. */
static enum err attempt(struct link *link, const struct link_wait *wait, int *ret_code,
                        struct error *e)
{
    *link->words = 0;
    link->answered = link->broken = false;
    enum err err = create(link, e);
    if (err == ERR_OK) {
        err = start(link, e);
    }
    if (err != ERR_OK) {
        return err;
    }
    pthread_mutex_lock(&link->lock);
    while (!link->answered && !link->broken && link_wait_step(link, wait)) {
    }
    *ret_code = link->answered ? link->code : 0;
    if (!link->connected) {
        err = link_broken(link, e);
    }
    pthread_mutex_unlock(&link->lock);
    return err;
}

/* Paho calls nothing back any more. */
static void destroy(struct link *link)
{
    if (link->handle) {
        MQTTAsync_destroy(&link->handle);
        link->handle = NULL;
    }
}

static void name_client(struct link *link)
{
    uint64_t number[2] = {0};
    if (link->settings->client_id) {
        snprintf(link->client_id, sizeof link->client_id, "%s",
                 link->settings->client_id);
        return;
    }
    /* Where there is no random number the broker ends one of two equal ids. */
    (void)!getrandom(number, sizeof number, 0);
    snprintf(link->client_id, sizeof link->client_id, "emgate%016llx",
             (unsigned long long)(number[0] ^ number[1]));
}

static struct link *make(const struct link_settings *settings, link_arrived_fn *arrived,
                         void *arrived_ctx)
{
    struct link *link = mem_new(struct link);
    link->settings = settings;
    link->arrived = arrived;
    link->arrived_ctx = arrived_ctx;
    link->version = settings->protocol == LINK_MQTT_311 ? 4 : 5;
    name_client(link);
    pthread_mutex_init(&link->lock, NULL);
    wait_init(&link->changed);
    for (size_t i = 0; i < LINK_WINDOW_MAX; i++) {
        link->slots[i].link = link;
    }
    return link;
}

enum err link_open(const struct link_settings *settings, const struct link_wait *wait,
                   link_arrived_fn *arrived, void *arrived_ctx, struct link **ret_link,
                   struct error *e)
{
    if (look_up(settings->uri, e) != ERR_OK) {
        return ERR_RETRY;
    }
    struct link *link = make(settings, arrived, arrived_ctx);
    int code = 0;
    enum err err = attempt(link, wait, &code, e);
    bool version = code == 1 || code == MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION;
    if (err != ERR_OK && version && settings->protocol == LINK_AUTO) {
        destroy(link);
        link->version = 4;
        err = attempt(link, wait, &code, e);
    }
    if (err != ERR_OK) {
        link_close(&link);
        return ERR_RETRY;
    }
    *ret_link = link;
    return ERR_OK;
}

void link_close(struct link **link)
{
    if (!*link) {
        return;
    }
    link_settle(*link);
    destroy(*link);
    pthread_cond_destroy(&(*link)->changed);
    pthread_mutex_destroy(&(*link)->lock);
    mem_free(link);
}
