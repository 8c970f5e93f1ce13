/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says of each rule why it does not fire, and of the one that does what its emits find:
 * how many items are selected and at which step they end.
 */
#include "map_private.h"

#include "core/topic.h"

#include <stdio.h>

#define WORDS_MAX 512

struct explaining {
    struct map_run run;
    struct map_payloads payloads;
    adapter_tell_fn *tell;
    void *ctx;
    char words[WORDS_MAX];
    size_t len;
};

static void add(struct explaining *x, const char *text)
{
    int written = snprintf(x->words + x->len, sizeof x->words - x->len, "%s", text);
    x->len += written > 0 ? (size_t)written : 0;
    x->len = x->len < sizeof x->words ? x->len : sizeof x->words - 1;
}

/* ---- emits ---- */

/* Items of a selection, by the step that they end at. */
struct steps {
    size_t items, conditions, lookup, value, names;
};

static void look_at_item(struct map_run *run, void *ctx)
{
    struct steps *steps = ctx;
    const struct map_emit *emit = run->emit;
    struct map_text text;
    steps->items++;
    if (!map_emit_holds(run, emit, false)) {
        steps->conditions++;
        return;
    }
    if (!map_look_up(run, emit->lookup, &text)) {
        steps->lookup++;
        return;
    }
    if (!map_emit_holds(run, emit, true)) {
        steps->conditions++;
    } else if (map_value_find(run, &emit->value) == TAPE_NONE &&
               !emit->bad_when_missing) {
        steps->value++;
    } else if (!map_template_text(run, emit->device, &text) ||
               !map_template_text(run, emit->metric, &text)) {
        steps->names++;
    }
}

static void add_step(struct explaining *x, size_t count, const char *words)
{
    char text[128];
    if (count > 0) {
        snprintf(text, sizeof text, ", %zu %s", count, words);
        add(x, text);
    }
}

static void explain_emit(struct explaining *x, const struct map_emit *emit, size_t number)
{
    struct steps steps = {0};
    char text[64];
    x->run.emit = emit;
    map_select(&x->run, &emit->each, look_at_item, &steps);
    snprintf(text, sizeof text, "%semit %zu: %zu selected", x->len ? "; " : "", number,
             steps.items);
    add(x, text);
    add_step(x, steps.conditions, "fail 'when'");
    add_step(x, steps.lookup, "not learned yet");
    add_step(x, steps.value, "without a value at its path");
    add_step(x, steps.names, "without a device's or metric's name");
}

/* ---- rules ---- */

static void tell_fired(struct explaining *x, const struct map_rule *rule)
{
    x->len = 0;
    x->words[0] = 0;
    if (rule->ignore) {
        add(x, "ignores the message");
    } else if (rule->learn) {
        add(x, "learns from the message");
    }
    for (size_t i = 0; i < rule->emit_count; i++) {
        explain_emit(x, &rule->emits[i], i + 1);
    }
    x->tell(x->ctx, rule->name, true, x->words);
}

/* Why the rule does not fire, in the words; false when it does. */
static bool find_obstacle(struct explaining *x, const struct map_rule *rule)
{
    struct error e = {0};
    if (!topic_matches(rule->topic, x->run.message->topic)) {
        snprintf(x->words, sizeof x->words, "topic '%.*s' is another",
                 BYTES_ARG(bytes_slice(rule->topic, 0, 256)));
        return true;
    }
    if (rule->ignore && rule->where_count == 0) {
        return false;
    }
    if (map_payload_open(&x->run, rule, &x->payloads, &e) != ERR_OK) {
        snprintf(x->words, sizeof x->words, "the payload can't be read%s%.*s",
                 e.text[0] ? ": " : "", 256, e.text);
        return true;
    }
    for (size_t i = 0; i < rule->where_count; i++) {
        if (!map_condition_holds(&x->run, &rule->where[i])) {
            snprintf(x->words, sizeof x->words, "condition %zu of 'where' does not hold",
                     i + 1);
            return true;
        }
    }
    return false;
}

void map_explain(void *state, const struct message *message, struct arena *arena,
                 adapter_tell_fn *tell, void *ctx)
{
    struct error unused = {0};
    struct decoding out = {.arena = arena};
    struct explaining x = {.tell = tell, .ctx = ctx};
    struct map_state *own = state;
    x.run = (struct map_run){
        .state = own, .message = message, .out = &out, .arena = arena, .e = &unused};
    for (size_t i = 0; i < own->map.rule_count; i++) {
        const struct map_rule *rule = &own->map.rules[i];
        if (!find_obstacle(&x, rule)) {
            tell_fired(&x, rule);
            return;
        }
        tell(ctx, rule->name, false, x.words);
    }
}
