/* SPDX-License-Identifier: Apache-2.0 */
/* The sections about what comes in and goes out: brokers, inputs, sinks. */
#include "config/plan_private.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/topic.h"
#include "decode/adapter.h"
#include "sinks/sink.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- brokers ---- */

struct broker {
    struct plan_broker plan;
    struct secret password;
    int protocol;
};

static const char *const protocol_names[] = {"auto", "5", "3.1.1", NULL};

static const struct setting broker_settings[] = {
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct broker, plan.name),
     .help = "How inputs call this broker."},
    {.key = "uri",
     .type = SETTING_TEXT,
     AT(struct broker, plan.uri),
     .example = "mqtt://127.0.0.1:1883",
     .help = "`mqtt://HOST:PORT`, or `mqtts://HOST:PORT` for TLS."},
    {.key = "client_id",
     .type = SETTING_TEXT,
     AT(struct broker, plan.client_id),
     .initial = SETTING_UNSET,
     .help = "MQTT client id; by default the gateway's id.  The broker keeps the session "
             "by it, so it must not change."},
    {.key = "user",
     .type = SETTING_TEXT,
     AT(struct broker, plan.user),
     .initial = SETTING_UNSET,
     .help = "User name."},
    {.key = "password",
     .type = SETTING_SECRET,
     AT(struct broker, password),
     .initial = SETTING_UNSET,
     .help = "`{file: PATH}` or `{credential: NAME}`; read again at each connect."},
    {.key = "ca_file",
     .type = SETTING_PATH,
     AT(struct broker, plan.ca_file),
     .initial = SETTING_UNSET,
     .help = "TLS: certificates of the authorities that are trusted; by default the "
             "system's."},
    {.key = "cert_file",
     .type = SETTING_PATH,
     AT(struct broker, plan.cert_file),
     .initial = SETTING_UNSET,
     .help = "TLS: our certificate."},
    {.key = "key_file",
     .type = SETTING_PATH,
     AT(struct broker, plan.key_file),
     .initial = SETTING_UNSET,
     .help = "TLS: the key of our certificate."},
    {.key = "protocol",
     .type = SETTING_WORD,
     AT(struct broker, protocol),
     .initial = "auto",
     .words = protocol_names,
     .help = "MQTT version; `auto` tries 5, then 3.1.1."},
    {.key = "keepalive",
     .type = SETTING_DURATION,
     AT(struct broker, plan.keepalive_ns),
     .initial = "30s",
     .min = 5e9,
     .max = 3600e9,
     .help = "Time between pings of a quiet connection."},
    {.key = "session_expiry",
     .type = SETTING_DURATION,
     AT(struct broker, plan.session_expiry_ns),
     .initial = "7d",
     .min = 60e9,
     .max = 36525 * 86400e9,
     .help = "How long the broker keeps our session and queues for us while we are "
             "away."},
    {.key = "silence",
     .type = SETTING_DURATION,
     AT(struct broker, plan.silence_ns),
     .initial = "5m",
     .min = 0,
     .max = 86400e9,
     .help = "Connected but no message for so long: connect again; `0s`: never."},
    {.key = "receive_maximum",
     .type = SETTING_WHOLE,
     AT(struct broker, plan.receive_maximum),
     .initial = "1000",
     .min = 1,
     .max = 65535,
     .help = "Most unacknowledged messages (MQTT 5)."},
    {.key = "self_test",
     .type = SETTING_BOOL,
     AT(struct broker, plan.self_test),
     .initial = "true",
     .help =
         "At the start, where the gateway shows a certificate or user: try to publish "
         "as a device, which the broker must refuse."},
    {.key = "sparkplug_host",
     .type = SETTING_TEXT,
     AT(struct broker, plan.sparkplug_host),
     .initial = SETTING_UNSET,
     .help = "Sparkplug 3.0 host id: the gateway says on `spBv1.0/STATE/<id>` whether it "
             "is online, for edge nodes that wait for their primary host.  Unique "
             "among all hosts; by default it says nothing."},
    {0},
};

/* "scheme://host:port", the port may be left out. */
static bool is_uri(const char *uri)
{
    size_t scheme = strncmp(uri, "mqtt://", 7) == 0    ? 7
                    : strncmp(uri, "mqtts://", 8) == 0 ? 8
                                                       : 0;
    const char *host = uri + scheme;
    const char *bracket = *host == '[' ? strchr(host, ']') : host;
    const char *colon = bracket ? strchr(bracket, ':') : NULL;
    int64_t port = 1883;
    if (scheme == 0 || !bracket || !*host || host == colon || strpbrk(host, "/ @")) {
        return false;
    }
    return !colon ||
           (number_parse_i64(bytes_of(colon + 1), &port) && port > 0 && port <= 65535);
}

static void take_password(struct build *b, const struct node *node, struct broker *broker)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY"); /* NOLINT */
    switch (broker->password.kind) {
    case SECRET_NONE:
        break;
    case SECRET_FILE:
        broker->plan.password_file = broker->password.name;
        break;
    case SECRET_CREDENTIAL:
        broker->plan.password_file =
            pool_print(b->pool, "%s/%s", directory ? directory : "/run/credentials",
                       broker->password.name);
        break;
    case SECRET_ENVIRONMENT:
        problem_at(b->problems, node_find(node, "password"),
                   "password: must be a {file: PATH} or {credential: NAME}, so that it "
                   "can be read again at each connect");
        break;
    }
}

static void check_broker(struct build *b, const struct node *node, struct broker *broker)
{
    struct plan_broker *plan = &broker->plan;
    bool tls_files = plan->ca_file || plan->cert_file || plan->key_file;
    if (plan->uri && !is_uri(plan->uri)) {
        problem_at(b->problems, node_find(node, "uri"),
                   "uri: '%s' is not mqtt://HOST:PORT or mqtts://HOST:PORT; user and "
                   "password have keys of their own",
                   plan->uri);
    } else if (plan->uri && tls_files && strncmp(plan->uri, "mqtts:", 6) != 0) {
        problem_at(b->problems, node_find(node, "uri"),
                   "uri: certificates are given, so the uri must begin with mqtts://");
    }
    if (!plan->cert_file != !plan->key_file) {
        problem_at(b->problems, node, "'cert_file' and 'key_file' belong together");
    }
    if (plan->sparkplug_host &&
        (strpbrk(plan->sparkplug_host, "/+#") || strlen(plan->sparkplug_host) > 255)) {
        problem_at(b->problems, node_find(node, "sparkplug_host"),
                   "sparkplug_host: one level of a topic is wanted, without / + #");
    }
    if (!plan->client_id) {
        plan->client_id = b->plan->gateway_id;
    }
    take_password(b, node, broker);
    plan->protocol = protocol_names[broker->protocol];
    plan->node = node;
}

static void read_brokers(struct build *b, const struct node *section)
{
    struct table seen;
    table_init(&seen);
    struct plan_broker *brokers =
        pool_take(b->pool, section ? section->count : 0, sizeof *brokers);
    size_t count = 0;
    NODE_EACH(node, section)
    {
        struct broker broker = {0};
        settings_read(broker_settings, node, &broker, b->problems);
        check_broker(b, node, &broker);
        if (broker.plan.name) {
            build_unique(b, &seen, node, "broker", broker.plan.name);
        }
        brokers[count++] = broker.plan;
    }
    table_deinit(&seen);
    b->plan->brokers = brokers;
    b->plan->broker_count = count;
}

const struct section section_brokers = {
    .name = "brokers",
    .help = "The MQTT brokers that sensors publish to.",
    .list = true,
    .required = true,
    .table = broker_settings,
    .read = read_brokers,
};

/* ---- inputs ---- */

struct input {
    struct plan_route plan;
    int64_t qos;
    const char *adapter;
    const char *mapping;
    const char *preset;
    const char *broker;
};

static const char *const publisher_words[] = {"any", "required", NULL};

static const struct setting input_settings[] = {
    {.key = "topic",
     .type = SETTING_TEXT,
     AT(struct input, plan.topic),
     .help = "MQTT filter; `+` stands for one level, `#` for all that follow.  When "
             "several inputs match a message the first one has it."},
    {.key = "adapter",
     .type = SETTING_TEXT,
     AT(struct input, adapter),
     .initial = SETTING_UNSET,
     .help = "The payload format: see `emgate adapters`.  Its settings stand beside."},
    {.key = "mapping",
     .type = SETTING_PATH,
     AT(struct input, mapping),
     .initial = SETTING_UNSET,
     .help = "Instead of `adapter`: a mapping file, beside this file."},
    {.key = "preset",
     .type = SETTING_TEXT,
     AT(struct input, preset),
     .initial = SETTING_UNSET,
     .help = "Instead of `adapter`: a mapping that comes with the program."},
    {.key = "qos",
     .type = SETTING_WHOLE,
     AT(struct input, qos),
     .initial = "1",
     .min = 0,
     .max = 1,
     .help = "MQTT quality of service of the subscription."},
    {.key = "publisher",
     .type = SETTING_WORD,
     AT(struct input, plan.publisher),
     .initial = "any",
     .words = publisher_words,
     .help =
         "`required`: the broker's plugin must say that who published is named as the "
         "topic is at the filter's first `+`; else the message is set aside."},
    {.key = "broker",
     .type = SETTING_TEXT,
     AT(struct input, broker),
     .initial = SETTING_UNSET,
     .help = "Name of the broker; by default the first."},
    {0},
};

static const char *const input_keys[] = {"topic", "adapter", "mapping",   "preset",
                                         "qos",   "broker",  "publisher", NULL};

static void no_such(struct build *b, const struct node *node, const char *kind,
                    const char *const *names)
{
    const char *near = nearest_name(names, node->text);
    problem_at(b->problems, node, "there is no %s '%.*s'%s%s%s", kind,
               BYTES_ARG(node->text), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
}

static void find_broker(struct build *b, const struct node *node, struct input *input)
{
    const char **names = pool_take(b->pool, b->plan->broker_count + 1, sizeof *names);
    size_t named = 0;
    for (size_t i = 0; i < b->plan->broker_count; i++) {
        const char *name = b->plan->brokers[i].name;
        if (name && input->broker && strcmp(name, input->broker) == 0) {
            input->plan.broker = i;
            return;
        }
        if (name) {
            names[named++] = name;
        }
    }
    if (input->broker) {
        no_such(b, node_find(node, "broker"), "broker", names);
    }
}

static const struct adapter *find_adapter(struct build *b, const struct node *node)
{
    const struct adapter *adapter = adapter_find(node->text);
    const char *names[128] = {0};
    if (adapter) {
        return adapter;
    }
    for (size_t i = 0; adapters[i] && i < 127; i++) {
        names[i] = adapters[i]->name;
    }
    no_such(b, node, "adapter", names);
    return NULL;
}

/* The adapter `map` with the root of the file as its settings. */
static void use_mapping(struct build *b, const struct node *node, const char *name,
                        struct input *input)
{
    const struct document *document = build_document(b, name, node);
    input->plan.adapter = adapter_find(BYTES("map"));
    input->plan.settings = document ? document_root(document) : NULL;
    if (!input->plan.adapter) {
        problem_at(b->problems, node, "this program has no adapter 'map'");
    } else if (!input->plan.settings) {
        input->plan.adapter = NULL;
    }
}

static void find_format(struct build *b, const struct node *node, struct input *input)
{
    int given =
        (input->adapter != NULL) + (input->mapping != NULL) + (input->preset != NULL);
    const struct node *own = node_without(b->pool, node, input_keys);
    if (given != 1) {
        problem_at(b->problems, node,
                   "exactly one of 'adapter', 'mapping' and 'preset' must be given");
        return;
    }
    if (input->adapter) {
        input->plan.adapter = find_adapter(b, node_find(node, "adapter"));
        input->plan.settings = own->count > 0 ? own : NULL;
        return;
    }
    node_check_keys(node, input_keys, b->problems);
    if (input->mapping) {
        char *name = bundle_name_beside(node->file, bytes_of(input->mapping));
        use_mapping(b, node_find(node, "mapping"), name, input);
        mem_free(&name);
    } else {
        use_mapping(b, node_find(node, "preset"),
                    pool_print(b->pool, BUNDLE_PRESET "%s.yaml", input->preset), input);
    }
}

/* The adapter's own check, on a state that is thrown away. */
static void check_adapter(struct build *b, const struct plan_route *route)
{
    if (!route->adapter) {
        return;
    }
    uint8_t *state = mem_array(route->adapter->state_size + 1, 1);
    if (route->adapter->init) {
        route->adapter->init(state, route->settings, b->problems);
    } else if (route->settings) {
        static const char *const none[] = {NULL};
        node_check_keys(route->settings, none, b->problems);
    }
    if (route->adapter->deinit) {
        route->adapter->deinit(state);
    }
    mem_free(&state);
}

/* A shared subscription would give this gateway a part of the messages only. */
static const char *wrong_with(struct bytes filter)
{
    if (bytes_start_with(filter, BYTES("$share/"))) {
        return "a shared subscription gives a part of the messages only; write the "
               "filter without $share/GROUP/";
    }
    return topic_filter_problem(filter);
}

static void read_input(struct build *b, const struct node *node, struct input *input)
{
    /* Keys of the adapter stand beside; its own init() refuses those it lacks. */
    settings_read_beside(input_settings, NULL, node, input, b->problems);
    if (input->plan.topic) {
        const char *wrong = wrong_with(bytes_of(input->plan.topic));
        if (wrong) {
            problem_at(b->problems, node_find(node, "topic"), "topic: %s", wrong);
        }
    }
    find_broker(b, node, input);
    if (node->kind == NODE_MAP) {
        find_format(b, node, input);
    }
    input->plan.qos = (int)input->qos;
    input->plan.node = node;
    check_adapter(b, &input->plan);
}

static void read_inputs(struct build *b, const struct node *section)
{
    struct plan_route *routes =
        pool_take(b->pool, section ? section->count : 0, sizeof *routes);
    size_t count = 0;
    NODE_EACH(node, section)
    {
        struct input input = {0};
        read_input(b, node, &input);
        routes[count++] = input.plan;
    }
    b->plan->routes = routes;
    b->plan->route_count = count;
}

const struct section section_inputs = {
    .name = "inputs",
    .help = "Which topics are read and how their payloads are decoded.",
    .list = true,
    .required = true,
    .table = input_settings,
    .read = read_inputs,
};

/* ---- sinks ---- */

static const struct sink *find_sink(struct build *b, const struct node *node)
{
    const char *names[64] = {0};
    const struct sink *sink = sink_find(node->text);
    if (sink) {
        return sink;
    }
    for (size_t i = 0; sinks[i] && i < 63; i++) {
        names[i] = sinks[i]->name;
    }
    no_such(b, node, "sink", names);
    return NULL;
}

/* The sink's own check, on a state that is thrown away. */
static void check_sink(struct build *b, const struct plan_sink *plan)
{
    uint8_t *state = mem_array(plan->sink->state_size + 1, 1);
    plan->sink->init(state, plan->settings, b->problems);
    plan->sink->close(state);
    mem_free(&state);
}

static void read_sink(struct build *b, const struct node *node, struct plan_sink *plan)
{
    struct sink_common common = {0};
    settings_read_beside(sink_common_settings, NULL, node, &common, b->problems);
    build_check_id(b, node, "id");
    if (common.retry_max_ns < common.retry_min_ns) {
        problem_at(b->problems, node, "'retry_max' must be at least 'retry_min'");
    }
    *plan = (struct plan_sink){
        .id = common.id,
        .sink = common.kind ? find_sink(b, node_find(node, "sink")) : NULL,
        .settings = node,
        .retry_min_ns = common.retry_min_ns,
        .retry_max_ns = common.retry_max_ns,
        .timeout_ns = common.timeout_ns,
        .manifest_ns = common.manifest_ns,
    };
    if (plan->sink) {
        check_sink(b, plan);
    }
}

static void read_sinks(struct build *b, const struct node *section)
{
    struct table seen;
    table_init(&seen);
    struct plan_sink *plans =
        pool_take(b->pool, section ? section->count : 0, sizeof *plans);
    size_t count = 0;
    NODE_EACH(node, section)
    {
        read_sink(b, node, &plans[count]);
        if (plans[count].id) {
            build_unique(b, &seen, node, "sink", plans[count].id);
        }
        count++;
    }
    table_deinit(&seen);
    b->plan->sinks = plans;
    b->plan->sink_count = count;
}

const struct section section_sinks = {
    .name = "sinks",
    .help = "Where summaries are sent.",
    .list = true,
    .table = sink_common_settings,
    .read = read_sinks,
};
