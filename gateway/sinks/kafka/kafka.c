/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka: produces summaries to a topic, by librdkafka's idempotent producer.
 *
 *     key      the process, so that its summaries stay in one partition, in order
 *     value    the Envelope's bytes as they are stored
 *     headers  emgate-key: 32 bytes, SHA-256 of the signed payload
 *              emgate-type: application/vnd.emgate.envelope.v1+protobuf
 *              emgate-gateway: our id
 *
 * acks=all: the delivery report of a message that is persisted by every in-sync replica
 * stands for the receipt.  What a report means:
 *
 *     persisted            stored
 *     not persisted        surely not stored
 *     possibly persisted   perhaps stored: again
 *     too large, invalid   the item is to blame; it is set aside
 *
 * The producer removes repetitions of its own retries only.  After a crash or a new
 * connection the same summary may stand there twice: consumers tell it by `emgate-key`.
 */
#include "core/buf.h"
#include "core/clock.h"
#include "sinks/sink.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

#define BATCH_MAX 100
#define POLL_MS 100    /* how soon a stop is seen */
#define PURGE_TURNS 20 /* polls after a purge */
#define WORDS_MAX 256
#define CONF_ERROR_MAX 256
#define TYPE "application/vnd.emgate.envelope.v1+protobuf"

struct kafka_state {
    const char *brokers, *topic;
    const char *ca_file, *cert_file, *key_file, *user;
    struct secret password;
    int security, mechanism;

    rd_kafka_t *producer;
    uint64_t batch; /* number of this send() */
    struct sink_item *items;
    size_t count, left;    /* reports that are still to come */
    char words[WORDS_MAX]; /* the last trouble of the connection */
};

static const char *const security_words[] = {"plaintext", "ssl", "sasl_plaintext",
                                             "sasl_ssl", NULL};
static const char *const mechanism_words[] = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                              NULL};

static const struct setting kafka_settings[] = {
    {.key = "brokers",
     .type = SETTING_TEXT,
     AT(struct kafka_state, brokers),
     .help = "Where to ask for the cluster: host:port, several with commas between.",
     .example = "kafka1.example:9093,kafka2.example:9093"},
    {.key = "topic",
     .type = SETTING_TEXT,
     AT(struct kafka_state, topic),
     .initial = "emgate.summaries",
     .help = "The topic."},
    {.key = "security",
     .type = SETTING_WORD,
     AT(struct kafka_state, security),
     .initial = "plaintext",
     .words = security_words,
     .help = "How brokers are spoken to."},
    {.key = "ca_file",
     .type = SETTING_PATH,
     AT(struct kafka_state, ca_file),
     .initial = SETTING_UNSET,
     .help = "Certificates that a broker's is checked against; default: the system's."},
    {.key = "cert_file",
     .type = SETTING_PATH,
     AT(struct kafka_state, cert_file),
     .initial = SETTING_UNSET,
     .help = "Our client certificate, PEM."},
    {.key = "key_file",
     .type = SETTING_PATH,
     AT(struct kafka_state, key_file),
     .initial = SETTING_UNSET,
     .help = "Its private key, PEM."},
    {.key = "mechanism",
     .type = SETTING_WORD,
     AT(struct kafka_state, mechanism),
     .initial = "SCRAM-SHA-512",
     .words = mechanism_words,
     .help = "With `sasl_...`: how the password is shown."},
    {.key = "user",
     .type = SETTING_TEXT,
     AT(struct kafka_state, user),
     .initial = SETTING_UNSET,
     .help = "With `sasl_...`: user name."},
    {.key = "password",
     .type = SETTING_SECRET,
     AT(struct kafka_state, password),
     .initial = SETTING_UNSET,
     .help = "With `sasl_...`: password, read at each connect."},
    {0},
};

static bool uses_sasl(const struct kafka_state *kafka)
{
    return kafka->security >= 2;
}

static void kafka_init(void *state, const struct node *settings,
                       struct problems *problems)
{
    struct kafka_state *kafka = state;
    if (!sink_read_settings(kafka_settings, settings, kafka, problems)) {
        return;
    }
    if (!kafka->cert_file != !kafka->key_file) {
        problem_at(problems, settings, "'cert_file' and 'key_file' go together");
    }
    bool secret = kafka->user && kafka->password.kind != SECRET_NONE;
    if (uses_sasl(kafka) && !secret) {
        problem_at(problems, settings, "'security: %s' needs 'user' and 'password'",
                   security_words[kafka->security]);
    }
}

/* ---- reports ---- */

/* Which item of which send() a message was. */
static void *opaque_of(uint64_t batch, size_t index)
{
    return (void *)(uintptr_t)(batch * BATCH_MAX + index);
}

static bool is_its_fault(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
           code == RD_KAFKA_RESP_ERR_INVALID_MSG ||
           code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
           code == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

static enum err judge(const struct kafka_state *kafka, const rd_kafka_message_t *report,
                      struct error *e)
{
    rd_kafka_msg_status_t status = rd_kafka_message_status(report);
    if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
        status == RD_KAFKA_MSG_STATUS_PERSISTED) {
        return ERR_OK;
    }
    enum err code =
        status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED ? ERR_RETRY : ERR_UNCERTAIN;
    if (is_its_fault(report->err)) {
        code = ERR_REJECT;
    }
    return error_set(e, code, "topic '%s': %s%s%s", kafka->topic,
                     rd_kafka_err2str(report->err), *kafka->words ? ": " : "",
                     kafka->words);
}

/* Inside rd_kafka_poll(), on our own thread. */
static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *report, void *ctx)
{
    struct kafka_state *kafka = ctx;
    (void)producer;
    uint64_t number = (uintptr_t)report->_private;
    if (number / BATCH_MAX != kafka->batch || number % BATCH_MAX >= kafka->count) {
        return; /* of an earlier send() */
    }
    struct sink_item *item = &kafka->items[number % BATCH_MAX];
    item->result = judge(kafka, report, &item->error);
    kafka->left--;
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *ctx)
{
    struct kafka_state *kafka = ctx;
    (void)producer;
    (void)code;
    snprintf(kafka->words, sizeof kafka->words, "%s", reason);
}

static void ignore_log(const rd_kafka_t *producer, int level, const char *facility,
                       const char *text)
{
    (void)producer;
    (void)level;
    (void)facility;
    (void)text;
}

/* ---- the producer ---- */

static void kafka_close(void *state)
{
    struct kafka_state *kafka = state;
    if (kafka->producer) {
        rd_kafka_purge(kafka->producer, RD_KAFKA_PURGE_F_QUEUE |
                                            RD_KAFKA_PURGE_F_INFLIGHT |
                                            RD_KAFKA_PURGE_F_NON_BLOCKING);
        kafka->count = 0; /* late reports are of no interest */
        rd_kafka_destroy(kafka->producer);
        kafka->producer = NULL;
    }
}

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value,
                struct error *e)
{
    char words[CONF_ERROR_MAX];
    if (!value) {
        return true;
    }
    if (rd_kafka_conf_set(conf, key, value, words, sizeof words) == RD_KAFKA_CONF_OK) {
        return true;
    }
    error_set(e, ERR_RETRY, "%s: %s", key, words);
    return false;
}

static bool set_security(const struct kafka_state *kafka, rd_kafka_conf_t *conf,
                         struct error *e)
{
    char password[SECRET_TEXT_MAX];
    bool done = set(conf, "security.protocol", security_words[kafka->security], e) &&
                set(conf, "ssl.ca.location", kafka->ca_file, e) &&
                set(conf, "ssl.certificate.location", kafka->cert_file, e) &&
                set(conf, "ssl.key.location", kafka->key_file, e);
    if (!done || !uses_sasl(kafka)) {
        return done;
    }
    if (secret_read(&kafka->password, password, sizeof password, e) != ERR_OK) {
        return false;
    }
    done = set(conf, "sasl.mechanism", mechanism_words[kafka->mechanism], e) &&
           set(conf, "sasl.username", kafka->user, e) &&
           set(conf, "sasl.password", password, e);
    secret_wipe(password, sizeof password);
    return done;
}

/* A message waits as long as send() does, which ends it by a purge. */
static bool set_all(struct kafka_state *kafka, rd_kafka_conf_t *conf, struct error *e)
{
    rd_kafka_conf_set_opaque(conf, kafka);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    return set(conf, "bootstrap.servers", kafka->brokers, e) &&
           set(conf, "client.id", "emgate", e) &&
           set(conf, "enable.idempotence", "true", e) && set(conf, "acks", "all", e) &&
           set(conf, "message.timeout.ms", "0", e) && set(conf, "linger.ms", "5", e) &&
           set(conf, "allow.auto.create.topics", "true", e) &&
           set_security(kafka, conf, e);
}

static enum err kafka_open(void *state, struct error *e)
{
    struct kafka_state *kafka = state;
    char words[CONF_ERROR_MAX];
    kafka_close(kafka);
    kafka->words[0] = 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (!set_all(kafka, conf, e)) {
        rd_kafka_conf_destroy(conf);
        e->code = ERR_RETRY;
        return ERR_RETRY;
    }
    kafka->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words, sizeof words);
    if (!kafka->producer) {
        rd_kafka_conf_destroy(conf);
        return error_set(e, ERR_RETRY, "kafka: %s", words);
    }
    return ERR_OK;
}

/* ---- a batch ---- */

static void add_header(rd_kafka_vu_t *to, const char *name, struct bytes value)
{
    to->vtype = RD_KAFKA_VTYPE_HEADER;
    to->u.header.name = name;
    to->u.header.val = value.data;
    to->u.header.size = (ssize_t)value.len;
}

static void *data_of(struct bytes bytes)
{
    return (void *)(uintptr_t)bytes.data; /* copied, not changed */
}

/* Hands an item to the producer; ERR_REJECT: it will never take it. */
static enum err produce(struct kafka_state *kafka, size_t index, const char *gateway,
                        struct error *e)
{
    const struct sink_item *item = &kafka->items[index];
    struct bytes key = bytes_of(item->process);
    rd_kafka_vu_t parts[8] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = kafka->topic},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {.ptr = data_of(key), .size = key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = data_of(item->envelope), .size = item->envelope.len}},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque_of(kafka->batch, index)}};
    add_header(&parts[5], "emgate-key", (struct bytes){item->key, SINK_KEY_LEN});
    add_header(&parts[6], "emgate-type", BYTES(TYPE));
    add_header(&parts[7], "emgate-gateway", bytes_of(gateway));
    rd_kafka_error_t *failed = rd_kafka_produceva(kafka->producer, parts, 8);
    if (!failed) {
        return ERR_OK;
    }
    enum err code = is_its_fault(rd_kafka_error_code(failed)) ? ERR_REJECT : ERR_RETRY;
    error_set(e, code, "topic '%s': %s", kafka->topic, rd_kafka_error_string(failed));
    rd_kafka_error_destroy(failed);
    return code;
}

/* Waits for the reports; those that are late are forced by a purge. */
static void wait_reports(struct kafka_state *kafka, const struct sink_call *call)
{
    int64_t until_ns = clock_boot_ns(&clock_system) + call->timeout_ms * NS_PER_MS;
    while (kafka->left > 0 && clock_boot_ns(&clock_system) < until_ns &&
           !(call->stop && atomic_load(call->stop))) {
        int64_t left_ms = (until_ns - clock_boot_ns(&clock_system)) / NS_PER_MS;
        rd_kafka_poll(kafka->producer, left_ms < POLL_MS ? (int)left_ms + 1 : POLL_MS);
    }
    if (kafka->left > 0) {
        rd_kafka_purge(kafka->producer,
                       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    for (int i = 0; kafka->left > 0 && i < PURGE_TURNS; i++) {
        rd_kafka_poll(kafka->producer, POLL_MS / 10);
    }
}

static enum err kafka_send(void *state, struct sink_item *items, size_t count,
                           struct sink_call *call, struct error *e)
{
    struct kafka_state *kafka = state;
    (void)e;
    kafka->batch++;
    kafka->items = items;
    kafka->count = count;
    kafka->left = 0;
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};
        items[i].receipt = (struct bytes){0};
        items[i].result = produce(kafka, i, call->gateway, &why);
        items[i].error = why;
        if (items[i].result == ERR_OK) { /* until its report has come */
            items[i].result = error_set(&items[i].error, ERR_UNCERTAIN,
                                        "topic '%s': no report in time", kafka->topic);
            kafka->left++;
        }
    }
    wait_reports(kafka, call);
    kafka->count = 0; /* what comes later finds no item */
    return ERR_OK;
}

const struct sink sink_kafka = {
    .name = "kafka",
    .summary = "produces summaries to a Kafka topic, idempotent producer",
    .settings = kafka_settings,
    .state_size = sizeof(struct kafka_state),
    .batch_max = BATCH_MAX,
    .init = kafka_init,
    .open = kafka_open,
    .send = kafka_send,
    .close = kafka_close,
};
