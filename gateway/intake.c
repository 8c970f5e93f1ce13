/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake's two halves.  The committer waits for something appended, gives others
 * the commit delay to join, commits the group and releases what it covers.  While one
 * commit is being written, the next group gathers.
 */
#include "intake.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/wait.h"

#include <pthread.h>
#include <stdio.h>

#define WAIT_MS 100
#define RETRY_MS 500
/* Of a record, beside topic, publisher and the message's payload. */
#define RECORD_HEAD 16U
/* Of a segment, beside its largest record. */
#define SEGMENT_HEAD ((size_t)3 * 4096)

struct intake {
    struct journal *journal;
    const struct plan *plan;
    struct source_broker *brokers;
    struct source_filter *filters;
    struct source *source;
    struct crossing *crossing;
    struct buf record; /* the source's thread: one message as a record */
    size_t record_max; /* payload of a record */
    int64_t commit_delay_ns;
    pthread_t committer;
    bool running;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    bool stop;
    char problem[256];
};

/* ---- the source's side ---- */

/* A message that is too long for a record is stored as far as it fits, so that it is
 * counted and set aside like any other that can't be used. */
static struct message fitting(const struct intake *intake, const struct message *message)
{
    struct message fits = *message;
    size_t names = message->topic.len + message->publisher.len + RECORD_HEAD;
    size_t room = names < intake->record_max ? intake->record_max - names : 0;
    if (message->payload.len > room) {
        log_warn("source.too_large", "topic=%.*s bytes=%zu: set aside",
                 BYTES_ARG(message->topic), message->payload.len);
        fits.cut = true;
        fits.payload = bytes_slice(message->payload, 0, room);
    }
    return fits;
}

static enum err store(void *ctx, const struct message *message, uint64_t *ret_seq,
                      struct error *e)
{
    struct intake *intake = ctx;
    struct message fits = fitting(intake, message);
    buf_clear(&intake->record);
    record_put_message(&intake->record, &fits);
    return journal_append(intake->journal, RECORD_MESSAGE, buf_bytes(&intake->record),
                          ret_seq, e);
}

static void gap(void *ctx, size_t broker, const char *text)
{
    struct intake *intake = ctx;
    struct error e;
    uint64_t seq = 0;
    char words[512];
    snprintf(words, sizeof words, "%s; broker %s", text,
             intake->plan->brokers[broker].name);
    log_warn("source.gap", "%s", words);
    if (journal_append(intake->journal, RECORD_GAP, bytes_of(words), &seq, &e) !=
        ERR_OK) {
        log_error("source.gap", "could not be noted in the journal: %s", e.text);
    }
}

/* ---- the committer ---- */

/* Waits, unless it is time to stop. */
static void wait_ns(struct intake *intake, int64_t ns)
{
    struct timespec until = wait_end(ns);
    pthread_mutex_lock(&intake->lock);
    int rc = 0;
    while (!intake->stop && rc == 0) {
        rc = pthread_cond_timedwait(&intake->wake, &intake->lock, &until);
    }
    pthread_mutex_unlock(&intake->lock);
}

static bool stopping(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    bool stop = intake->stop;
    pthread_mutex_unlock(&intake->lock);
    return stop;
}

enum intake_turn intake_step(struct intake *intake)
{
    struct error e;
    enum err err = journal_commit(intake->journal, &e);
    if (err == ERR_OK) {
        source_release(intake->source, journal_durable(intake->journal));
        return INTAKE_GO_ON;
    }
    if (err == ERR_FULL || err == ERR_RETRY) {
        log_warn("journal.full", "%s; intake waits, the broker keeps", e.text);
        return INTAKE_WAIT;
    }
    log_error("journal.failed",
              "%s; the process ends, the next start reads the journal back", e.text);
    pthread_mutex_lock(&intake->lock);
    snprintf(intake->problem, sizeof intake->problem, "%.*s",
             (int)sizeof intake->problem - 1, e.text);
    pthread_mutex_unlock(&intake->lock);
    return INTAKE_END;
}

static void *run(void *arg)
{
    struct intake *intake = arg;
    while (!stopping(intake)) {
        journal_wait_appended(intake->journal, WAIT_MS);
        wait_ns(intake, intake->commit_delay_ns);
        switch (intake_step(intake)) {
        case INTAKE_GO_ON:
            break;
        case INTAKE_WAIT:
            wait_ns(intake, RETRY_MS * NS_PER_MS);
            break;
        case INTAKE_END:
            return NULL;
        }
    }
    return NULL;
}

/* ---- life ---- */

static enum source_protocol protocol_of(const char *name)
{
    if (strcmp(name, "5") == 0) {
        return SOURCE_MQTT_5;
    }
    return strcmp(name, "3.1.1") == 0 ? SOURCE_MQTT_311 : SOURCE_MQTT_AUTO;
}

/* Gives the broker its filters, taken from the routes that name it. */
static void set_up_filters(struct intake *intake, size_t index,
                           struct source_filter **next_filter)
{
    struct source_broker *broker = &intake->brokers[index];
    broker->filters = *next_filter;
    for (size_t i = 0; i < intake->plan->route_count; i++) {
        const struct plan_route *route = &intake->plan->routes[i];
        if (route->broker == index) {
            *(*next_filter)++ =
                (struct source_filter){.topic = route->topic, .qos = route->qos};
            broker->filter_count++;
        }
    }
}

static void set_up_broker(struct intake *intake, size_t index, bool session_expected)
{
    const struct plan_broker *from = &intake->plan->brokers[index];
    intake->brokers[index] = (struct source_broker){
        .name = from->name,
        .uri = from->uri,
        .client_id = from->client_id,
        .user = from->user,
        .password_file = from->password_file,
        .ca_file = from->ca_file,
        .cert_file = from->cert_file,
        .key_file = from->key_file,
        .protocol = protocol_of(from->protocol),
        .keepalive_s = (int)(from->keepalive_ns / NS_PER_S),
        .session_expiry_s = from->session_expiry_ns / NS_PER_S,
        .receive_maximum = (int)from->receive_maximum,
        .silence_ms = from->silence_ns / NS_PER_MS,
        .sparkplug_host = from->sparkplug_host,
        .session_expected = session_expected,
    };
}

static enum err open_source(struct intake *intake, bool session_expected, struct error *e)
{
    const struct plan *plan = intake->plan;
    struct source_intake handler = {.ctx = intake, .store = store, .gap = gap};
    intake->brokers = mem_array(plan->broker_count, sizeof *intake->brokers);
    intake->filters = mem_array(plan->route_count, sizeof *intake->filters);
    struct source_filter *next_filter = intake->filters;
    for (size_t i = 0; i < plan->broker_count; i++) {
        set_up_broker(intake, i, session_expected);
        set_up_filters(intake, i, &next_filter);
    }
    return source_open(intake->brokers, plan->broker_count, &handler, &clock_system,
                       &intake->source, e);
}

static size_t record_max(const struct plan_journal *journal)
{
    size_t fits_segment = (size_t)journal->segment_size - SEGMENT_HEAD;
    size_t most = JOURNAL_PAYLOAD_MAX;
    return fits_segment < most ? fits_segment : most;
}

enum err intake_start(struct intake *intake, struct error *e)
{
    int rc = pthread_create(&intake->committer, NULL, run, intake);
    intake->running = rc == 0;
    return rc == 0 ? ERR_OK
                   : error_set(e, ERR_SYSTEM, "can't start the committer: error %d", rc);
}

enum err intake_open(struct journal *journal, const struct plan *plan,
                     bool session_expected, struct intake **ret_intake, struct error *e)
{
    struct intake *intake = mem_new(struct intake);
    intake->journal = journal;
    intake->plan = plan;
    intake->commit_delay_ns = plan->journal.commit_delay_ns;
    buf_init(&intake->record, (size_t)JOURNAL_PAYLOAD_MAX * 2);
    intake->record_max = record_max(&plan->journal);
    pthread_mutex_init(&intake->lock, NULL);
    wait_init(&intake->wake);
    enum err err = open_source(intake, session_expected, e);
    if (err == ERR_OK) { /* behind the source, which sets up the client library */
        err = crossing_open(plan, &intake->crossing, e);
    }
    if (err != ERR_OK) {
        intake_close(&intake);
        return err;
    }
    *ret_intake = intake;
    return ERR_OK;
}

void intake_close(struct intake **intake)
{
    struct intake *in = *intake;
    if (!in) {
        return;
    }
    crossing_close(&in->crossing);
    if (in->source) {
        source_pause(in->source);
    }
    pthread_mutex_lock(&in->lock);
    in->stop = true;
    pthread_cond_broadcast(&in->wake);
    pthread_mutex_unlock(&in->lock);
    if (in->running) {
        pthread_join(in->committer, NULL);
    }
    if (in->source && !in->problem[0]) {
        (void)intake_step(in);
    }
    source_close(&in->source);
    mem_free(&in->brokers);
    mem_free(&in->filters);
    buf_deinit(&in->record);
    pthread_cond_destroy(&in->wake);
    pthread_mutex_destroy(&in->lock);
    mem_free(intake);
}

struct source *intake_source(const struct intake *intake)
{
    return intake->source;
}

const char *intake_problem(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    const char *problem = intake->problem[0] ? intake->problem : NULL;
    pthread_mutex_unlock(&intake->lock);
    return problem;
}

enum crossing_result intake_crossing(const struct intake *intake, size_t broker)
{
    return crossing_result(intake->crossing, broker);
}
