/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section `bridge`: brokers that messages are carried to, and by which rules.
 *
 * What a rule carries is subscribed to; where no input reads it, it is journaled and not
 * decoded.  Wiring that would carry messages in a circle is refused: a remote broker
 * that is one of ours, with a remote topic that a rule carries or an input reads.
 */
#include "config/plan_private.h"

#include "core/clock.h"
#include "core/nearest.h"
#include "core/topic.h"
#include "decode/adapter.h"
#include "mqtt/topic_form.h"

struct rule {
    struct plan_bridge_rule plan;
    const char *broker;
    int form;
};

struct bridge {
    struct plan_bridge plan;
    int begin;
    const struct node *rules;
};

static const char *const form_words[] = {"raw", "readings", NULL};
static const char *const begin_words[] = {"now", "oldest", NULL};

const struct setting rule_settings[] = {
    {.key = "topic",
     .type = SETTING_TEXT,
     AT(struct rule, plan.topic),
     .help = "Local MQTT filter; it is subscribed to where no input does.",
     .example = "plant/#"},
    {.key = "broker",
     .type = SETTING_TEXT,
     AT(struct rule, broker),
     .initial = SETTING_UNSET,
     .help = "Name of the local broker; by default any, and the first is subscribed to."},
    {.key = "send",
     .type = SETTING_WORD,
     AT(struct rule, form),
     .initial = "raw",
     .words = form_words,
     .help =
         "`raw`: messages as they came.  `readings`: what they say, decoded, as native "
         "telemetry."},
    {.key = "to",
     .type = SETTING_TEXT,
     AT(struct rule, plan.to),
     .initial = SETTING_UNSET,
     .help = "Remote topic; `{topic}`, `{topic.N}`, `{topic.N+}`, `{gateway}` and, with "
             "`readings`, `{device}` are filled in.  Default: `{topic}`, or "
             "`emgate/v1/{device}/telemetry`.",
     .example = "sites/{gateway}/{topic}"},
    {.key = "retain",
     .type = SETTING_BOOL,
     AT(struct rule, plan.retain),
     .initial = "false",
     .help = "A message that was retained here is retained there."},
    {0},
};

static const struct setting bridge_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct bridge, plan.id),
     .help = "Names the bridge; its place in the journal is kept under this name.",
     .example = "headquarters"},
    LINK_SETTINGS(offsetof(struct bridge, plan.remote)),
    {.key = "rate",
     .type = SETTING_NUMBER,
     AT(struct bridge, plan.rate),
     .initial = "500",
     .min = 0,
     .max = 1e6,
     .help = "Most messages a second, so that a backlog does not flood the link; 0: no "
             "limit."},
    {.key = "begin",
     .type = SETTING_WORD,
     AT(struct bridge, begin),
     .initial = "now",
     .words = begin_words,
     .help = "Where a bridge that is new begins: with what comes, or with the oldest in "
             "the journal."},
    {.key = "timeout",
     .type = SETTING_DURATION,
     AT(struct bridge, plan.timeout_ns),
     .initial = "10s",
     .min = 0.1 * (double)NS_PER_S,
     .max = 600.0 * (double)NS_PER_S,
     .help = "How long the remote broker may take to answer."},
    {.key = "rules",
     .type = SETTING_ANY,
     AT(struct bridge, rules),
     .help = "What is carried; a list.",
     .example = "[{topic: 'plant/#'}]"},
    {0},
};

/* ---- rules ---- */

static void find_broker(struct build *b, const struct node *node, struct rule *rule)
{
    const char **names = pool_take(b->pool, b->plan->broker_count + 1, sizeof *names);
    rule->plan.broker = PLAN_ANY_BROKER;
    for (size_t i = 0; rule->broker && i < b->plan->broker_count; i++) {
        names[i] = b->plan->brokers[i].name ? b->plan->brokers[i].name : "";
        if (strcmp(names[i], rule->broker) == 0) {
            rule->plan.broker = i;
            return;
        }
    }
    if (rule->broker) {
        const char *near = nearest_name(names, bytes_of(rule->broker));
        problem_at(b->problems, node_find(node, "broker"),
                   "there is no broker '%s'%s%s%s", rule->broker,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

static void check_topics(struct build *b, const struct node *node, struct rule *rule)
{
    struct topic_facts given = {.gateway = BYTES("g"), .topic = BYTES("t")};
    if (rule->plan.form == BRIDGE_READINGS) {
        given.device = BYTES("d");
    }
    const char *problem = topic_form_problem(rule->plan.to, &given);
    if (problem) {
        problem_at(b->problems, node_find(node, "to"), "'to' %s", problem);
    }
    problem = topic_filter_problem(bytes_of(rule->plan.topic));
    if (!problem && bytes_start_with(bytes_of(rule->plan.topic), BYTES("$"))) {
        problem = "topics that begin with '$' are the broker's own";
    }
    if (problem) {
        problem_at(b->problems, node_find(node, "topic"), "topic: %s", problem);
    }
}

static bool read_rule(struct build *b, const struct node *node,
                      struct plan_bridge_rule *ret_rule)
{
    struct rule rule = {.plan.node = node};
    if (!settings_read(rule_settings, node, &rule, b->problems)) {
        return false;
    }
    rule.plan.form = rule.form == 0 ? BRIDGE_RAW : BRIDGE_READINGS;
    if (!rule.plan.to) {
        rule.plan.to = rule.form == 0 ? "{topic}" : "emgate/v1/{device}/telemetry";
    }
    find_broker(b, node, &rule);
    check_topics(b, node, &rule);
    *ret_rule = rule.plan;
    return true;
}

static void read_rules(struct build *b, const struct node *list,
                       struct plan_bridge *bridge)
{
    if (!list || list->kind != NODE_LIST || list->count == 0) {
        problem_at(b->problems, list ? list : bridge->node,
                   "'rules' must be a list with one rule or more");
        return;
    }
    struct plan_bridge_rule *rules = pool_take(b->pool, list->count, sizeof *rules);
    NODE_EACH(node, list)
    {
        bridge->rule_count += read_rule(b, node, &rules[bridge->rule_count]) ? 1 : 0;
    }
    bridge->rules = rules;
}

/* ---- wiring ---- */

/* The part of a URI that says which broker it is: host and port. */
static struct bytes address_of(const char *uri)
{
    struct bytes text = bytes_of(uri ? uri : "");
    const char *start = uri ? strstr(uri, "://") : NULL;
    return start ? bytes_slice(text, (size_t)(start + 3 - uri), text.len) : text;
}

static void refuse_circle(struct build *b, const struct plan_bridge_rule *rule,
                          const char *what, const char *filter)
{
    problem_at(b->problems, rule->node,
               "the remote broker is one of ours, and the remote topic '%s' meets %s "
               "'%s': messages would go in a circle",
               rule->to, what, filter);
}

static void check_rule(struct build *b, const struct plan_bridge *bridge,
                       const struct plan_bridge_rule *rule)
{
    struct buf made;
    buf_init(&made, LINK_TOPIC_MAX + 1);
    topic_form_filter(rule->to, &made);
    for (size_t i = 0; i < b->plan->route_count; i++) {
        const char *topic = b->plan->routes[i].topic;
        if (topic && topic_filters_overlap(buf_bytes(&made), bytes_of(topic))) {
            refuse_circle(b, rule, "the input", topic);
            break;
        }
    }
    for (size_t i = 0; i < bridge->rule_count; i++) {
        const char *topic = bridge->rules[i].topic;
        if (topic_filters_overlap(buf_bytes(&made), bytes_of(topic))) {
            refuse_circle(b, rule, "the rule", topic);
            break;
        }
    }
    buf_deinit(&made);
}

static void check_circles(struct build *b, const struct plan_bridge *bridge)
{
    struct bytes remote = address_of(bridge->remote.uri);
    for (size_t i = 0; i < b->plan->broker_count; i++) {
        if (!bytes_equal(remote, address_of(b->plan->brokers[i].uri))) {
            continue;
        }
        for (size_t k = 0; k < bridge->rule_count; k++) {
            check_rule(b, bridge, &bridge->rules[k]);
        }
        return;
    }
}

/* A client id of ours that a broker's connection has would pass the ack gate. */
static void check_client_id(struct build *b, const struct node *node, const char *id)
{
    for (size_t i = 0; id && i < b->plan->broker_count; i++) {
        const char *other = b->plan->brokers[i].client_id;
        if (other && strcmp(other, id) == 0) {
            problem_at(b->problems, node, "client_id '%s' is that of a broker above", id);
        }
    }
}

static void check_sinks(struct build *b)
{
    for (size_t i = 0; i < b->plan->sink_count; i++) {
        const struct node *node = node_find(b->plan->sinks[i].settings, "client_id");
        if (node && node->kind == NODE_SCALAR) {
            const char *id = pool_print(b->pool, "%.*s", BYTES_ARG(node->text));
            check_client_id(b, node, id);
        }
    }
}

/* ---- subscriptions ---- */

static bool is_read(const struct build *b, const struct plan_bridge_rule *rule,
                    size_t broker)
{
    for (size_t i = 0; i < b->plan->route_count; i++) {
        const struct plan_route *route = &b->plan->routes[i];
        if (route->broker == broker && route->topic &&
            topic_filter_covers(bytes_of(route->topic), bytes_of(rule->topic))) {
            return true;
        }
    }
    return false;
}

/* A rule that no input covers gets a route of its own, behind all others. */
static void subscribe(struct build *b, const struct plan_bridge *bridge)
{
    for (size_t i = 0; i < bridge->rule_count; i++) {
        const struct plan_bridge_rule *rule = &bridge->rules[i];
        size_t broker = rule->broker == PLAN_ANY_BROKER ? 0 : rule->broker;
        if (is_read(b, rule, broker)) {
            continue;
        }
        struct plan_route *routes =
            pool_take(b->pool, b->plan->route_count + 1, sizeof *routes);
        memcpy(routes, b->plan->routes, b->plan->route_count * sizeof *routes);
        routes[b->plan->route_count] =
            (struct plan_route){.topic = rule->topic,
                                .broker = broker,
                                .qos = 1,
                                .adapter = adapter_find(BYTES("ignore")),
                                .node = rule->node};
        b->plan->routes = routes;
        b->plan->route_count++;
    }
}

/* ---- the section ---- */

static void read_bridge(struct build *b, const struct node *node,
                        struct plan_bridge *ret_bridge)
{
    struct bridge read = {.plan.node = node};
    if (settings_read(bridge_settings, node, &read, b->problems)) {
        struct plan_bridge *plan = &read.plan;
        plan->from_oldest = read.begin == 1;
        build_check_id(b, node, "id");
        link_check(&plan->remote, node, b->problems);
        if (!plan->remote.client_id) {
            plan->remote.client_id =
                pool_print(b->pool, "%s-bridge-%s",
                           b->plan->gateway_id ? b->plan->gateway_id : "", plan->id);
        }
        check_client_id(b, node, plan->remote.client_id);
        read_rules(b, read.rules, plan);
        check_circles(b, plan);
    }
    *ret_bridge = read.plan;
}

static void read_bridges(struct build *b, const struct node *section)
{
    struct table seen;
    table_init(&seen);
    size_t count = section ? section->count : 0;
    struct plan_bridge *bridges = pool_take(b->pool, count, sizeof *bridges);
    b->plan->bridges = bridges;
    check_sinks(b);
    NODE_EACH(node, section)
    {
        struct plan_bridge *bridge = &bridges[b->plan->bridge_count++];
        read_bridge(b, node, bridge);
        if (bridge->id) {
            build_unique(b, &seen, node, "bridge", bridge->id);
        }
    }
    for (size_t i = 0; i < b->plan->bridge_count && b->problems->count == 0; i++) {
        subscribe(b, &bridges[i]);
    }
    table_deinit(&seen);
}

const struct section section_bridge = {
    .name = "bridge",
    .help = "Which messages are carried to other brokers, out of the journal.",
    .list = true,
    .table = bridge_settings,
    .read = read_bridges,
};
