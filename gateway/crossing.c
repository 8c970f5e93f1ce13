/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, one broker after the other; it ends when all have answered. */
#include "crossing.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/wait.h"
#include "mqtt/link.h"

#include <stdatomic.h>
#include <stdio.h>

#define DEVICE "emgate-self-test"
#define ANSWER_NS (10 * NS_PER_S)
#define ECHO_NS (5 * NS_PER_S)
#define AGAIN_NS (5 * NS_PER_S)
#define MQTT_5 5

const char *const crossing_names[] = {"not tried", "no answer yet", "refused", "taken"};

struct tried {
    atomic_int result; /* enum crossing_result */
};

struct crossing {
    const struct plan *plan;
    struct tried *tried; /* a broker each */
    pthread_t thread;
    bool running;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* ---- the topic ---- */

/* Copies the filter with a name for each wildcard. */
static bool fill(const char *filter, char ret_topic[CROSSING_TOPIC_MAX])
{
    size_t len = 0;
    bool named = false;
    for (const char *at = filter; *at; at++) {
        char one[2] = {*at, 0};
        bool wild = *at == '+' || *at == '#';
        const char *add = !wild ? one : named ? "x" : DEVICE;
        named = named || wild;
        size_t more = strlen(add);
        if (len + more >= CROSSING_TOPIC_MAX) {
            return false;
        }
        memcpy(ret_topic + len, add, more);
        len += more;
    }
    ret_topic[len] = 0;
    return named;
}

bool crossing_topic(const struct plan *plan, size_t broker,
                    char ret_topic[CROSSING_TOPIC_MAX])
{
    for (size_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].broker == broker && fill(plan->routes[i].topic, ret_topic)) {
            return true;
        }
    }
    return false;
}

/* ---- one try ---- */

struct echo {
    struct link *link;
    atomic_bool heard;
};

static void on_arrived(void *ctx, struct bytes topic, struct bytes payload)
{
    struct echo *echo = ctx;
    (void)topic;
    (void)payload;
    atomic_store(&echo->heard, true);
    if (echo->link) {
        link_wake(echo->link);
    }
}

static struct link_settings settings_of(const struct plan_broker *broker)
{
    struct link_settings settings = {.uri = broker->uri,
                                     .user = broker->user,
                                     .ca_file = broker->ca_file,
                                     .cert_file = broker->cert_file,
                                     .key_file = broker->key_file,
                                     .keepalive_ns = broker->keepalive_ns};
    if (broker->password_file) {
        settings.password =
            (struct secret){.kind = SECRET_FILE, .name = broker->password_file};
    }
    if (strcmp(broker->protocol, "5") == 0) {
        settings.protocol = LINK_MQTT_5;
    } else if (strcmp(broker->protocol, "3.1.1") == 0) {
        settings.protocol = LINK_MQTT_311;
    }
    return settings;
}

static struct link_wait wait_of(const struct crossing *crossing, int64_t ns)
{
    return (struct link_wait){.until_ns = clock_boot_ns(&clock_system) + ns,
                              .stop = &crossing->stop};
}

/* Acknowledged without a reason: whether it comes back.  mosquitto ends the connection of
 * a 3.1.1 client behind an acknowledgement that means no. */
static enum crossing_result listen_for(const struct crossing *crossing, struct link *link,
                                       struct echo *echo)
{
    struct error e = {0};
    struct link_wait wait = wait_of(crossing, ECHO_NS);
    while (!atomic_load(&echo->heard) && link_wait_woken(link, &wait, &e) == ERR_OK) {
    }
    if (atomic_load(&echo->heard)) {
        return CROSSING_TAKEN;
    }
    return atomic_load(&crossing->stop) ? CROSSING_OPEN : CROSSING_REFUSED;
}

static enum crossing_result publish(const struct crossing *crossing, struct link *link,
                                    struct echo *echo, const char *topic)
{
    struct error e = {0};
    struct link_wait wait = wait_of(crossing, ANSWER_NS);
    struct link_message message = {
        .topic = topic, .payload = bytes_of("emgate: may anybody write here?")};
    if ((link_version(link) < MQTT_5 &&
         link_subscribe(link, topic, &wait, &e) != ERR_OK) ||
        link_publish(link, &message, &e) != ERR_OK) {
        return CROSSING_OPEN;
    }
    while (link_acked(link) == 0) { /* an echo wakes this wait too */
        if (link_wait_acked(link, &wait, &e) != ERR_OK) {
            bool refused = link_is_up(link) && !atomic_load(&crossing->stop) &&
                           clock_boot_ns(&clock_system) < wait.until_ns;
            return refused ? CROSSING_REFUSED : CROSSING_OPEN;
        }
    }
    return link_version(link) < MQTT_5 ? listen_for(crossing, link, echo)
                                       : CROSSING_TAKEN;
}

static enum crossing_result try_broker(const struct crossing *crossing, size_t broker,
                                       const char *topic)
{
    struct error e = {0};
    struct echo echo = {.link = NULL};
    struct link *link = NULL;
    struct link_wait wait = wait_of(crossing, ANSWER_NS);
    struct link_settings settings = settings_of(&crossing->plan->brokers[broker]);
    enum crossing_result result = CROSSING_OPEN;
    if (link_open(&settings, &wait, on_arrived, &echo, &link, &e) == ERR_OK) {
        echo.link = link;
        result = publish(crossing, link, &echo, topic);
        link_close(&link);
    }
    return result;
}

/* ---- the thread ---- */

static void tell(const char *name, enum crossing_result result, const char *topic)
{
    if (result == CROSSING_TAKEN) {
        log_warn("broker.open",
                 "broker=%s: it takes '%s' from the gateway, which is no device: anybody "
                 "may speak for one; see 'emgate broker-config'",
                 name, topic);
    } else if (result == CROSSING_REFUSED) {
        log_info("broker.closed", "broker=%s: it refuses '%s' from the gateway", name,
                 topic);
    }
}

/* True when all have answered. */
static bool try_all(struct crossing *crossing)
{
    const struct plan *plan = crossing->plan;
    bool all = true;
    char topic[CROSSING_TOPIC_MAX];
    for (size_t i = 0; i < plan->broker_count && !atomic_load(&crossing->stop); i++) {
        if (atomic_load(&crossing->tried[i].result) == CROSSING_OPEN &&
            crossing_topic(plan, i, topic)) {
            enum crossing_result result = try_broker(crossing, i, topic);
            atomic_store(&crossing->tried[i].result, (int)result);
            tell(plan->brokers[i].name, result, topic);
            all = all && result != CROSSING_OPEN;
        }
    }
    return all;
}

static void *run(void *arg)
{
    struct crossing *crossing = arg;
    while (!atomic_load(&crossing->stop) && !try_all(crossing)) {
        struct timespec end = wait_end(AGAIN_NS);
        pthread_mutex_lock(&crossing->lock);
        if (!atomic_load(&crossing->stop)) {
            pthread_cond_timedwait(&crossing->wake, &crossing->lock, &end);
        }
        pthread_mutex_unlock(&crossing->lock);
    }
    return NULL;
}

static bool is_wanted(const struct plan *plan, size_t broker)
{
    const struct plan_broker *b = &plan->brokers[broker];
    char topic[CROSSING_TOPIC_MAX];
    return b->self_test && (b->cert_file || b->user) &&
           crossing_topic(plan, broker, topic);
}

enum err crossing_open(const struct plan *plan, struct crossing **ret_crossing,
                       struct error *e)
{
    struct crossing *crossing = mem_new(struct crossing);
    bool any = false;
    crossing->plan = plan;
    crossing->tried = mem_array(plan->broker_count, sizeof *crossing->tried);
    pthread_mutex_init(&crossing->lock, NULL);
    wait_init(&crossing->wake);
    for (size_t i = 0; i < plan->broker_count; i++) {
        bool wanted = is_wanted(plan, i);
        atomic_init(&crossing->tried[i].result,
                    wanted ? CROSSING_OPEN : CROSSING_UNTRIED);
        any = any || wanted;
    }
    int rc = any ? pthread_create(&crossing->thread, NULL, run, crossing) : 0;
    crossing->running = any && rc == 0;
    if (rc != 0) {
        crossing_close(&crossing);
        return error_set(e, ERR_SYSTEM, "can't start a thread: error %d", rc);
    }
    *ret_crossing = crossing;
    return ERR_OK;
}

void crossing_close(struct crossing **crossing)
{
    struct crossing *c = *crossing;
    if (!c) {
        return;
    }
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stop, true);
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    if (c->running) {
        pthread_join(c->thread, NULL);
    }
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    mem_free(&c->tried);
    mem_free(crossing);
}

enum crossing_result crossing_result(const struct crossing *crossing, size_t broker)
{
    return (enum crossing_result)atomic_load(&crossing->tried[broker].result);
}
