/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: payloads of any make, decoded by a mapping (the notation is described in
 * docs/mapping.md).  Rules are tried in order; the first that matches the
 * topic and whose `where` holds decides: it ignores the message, learns from it, or
 * emits readings.
 *
 * JSON is read once a message, however many rules look at it.  Where it can't be read,
 * a rule without `where` refuses the message; one with `where` doesn't hold, and the
 * message is refused when no rule for another kind of payload follows.
 */
#include "map_private.h"

#include "config/node/settings.h"
#include "core/topic.h"
#include "core/utf8.h"

#include <stdio.h>

static const char bad_name[] = "bad_name";

/* ---- readings ---- */

/* Text that a reading may keep: in the arena, or in the mapping for as long as that. */
static struct bytes keep(struct map_run *run, struct bytes text)
{
    const uint8_t *block = run->arena->block;
    bool in_arena = text.data >= block && text.data < block + run->arena->size;
    return in_arena || text.len == 0 ? text : arena_copy(run->arena, text);
}

/* A template without references is part of the mapping. */
static bool is_constant(const struct map_template *form)
{
    return form->count == 1 && !form->pieces[0].reference;
}

/* False when the template gives nothing; a text unfit for a name is noted as a bad
 * part. */
static bool make_name(struct map_run *run, const struct map_template *form,
                      struct bytes *ret_name)
{
    struct map_text text = {0};
    if (is_constant(form)) {
        *ret_name = form->pieces[0].text;
        return true;
    }
    if (!map_template_text(run, form, &text)) {
        return false;
    }
    if (text.unfit || text.text.len == 0 || text.text.len > MAP_NAME_MAX) {
        decoding_part_bad(
            run->out, bad_name,
            "a device's or metric's name is empty, longer than %d bytes, or "
            "holds NUL or a lone surrogate",
            MAP_NAME_MAX);
        return false;
    }
    *ret_name = keep(run, text.text);
    return true;
}

static bool make_device(struct map_run *run, const struct map_template *form,
                        struct bytes *ret_name)
{
    if (form == run->device_made) {
        *ret_name = run->device;
        return true;
    }
    if (!make_name(run, form, ret_name)) {
        return false;
    }
    if (!form->per_item) {
        run->device_made = form;
        run->device = *ret_name;
    }
    return true;
}

static struct bytes make_unit(struct map_run *run, const struct map_emit *emit)
{
    struct map_text text = {0};
    if (!emit->unit || !map_template_text(run, emit->unit, &text) || text.unfit ||
        text.text.len > MAP_UNIT_MAX) {
        return (struct bytes){0};
    }
    const struct map_constant *choice = map_choose(&emit->unit_map, text.text);
    if (choice) {
        return choice->kind == CONSTANT_NULL ? (struct bytes){0} : choice->text;
    }
    return is_constant(emit->unit) ? text.text : keep(run, text.text);
}

static void set_quality(struct reading *reading, const struct map_quality_rule *rule)
{
    bool valueless = reading->quality == QUALITY_BAD;
    if (!rule || (valueless && (rule->keep_bad || rule->quality == QUALITY_GOOD))) {
        return;
    }
    reading->quality = valueless ? QUALITY_BAD : rule->quality;
    reading->detail = rule->detail;
    if (rule->null_value) {
        reading->value = (struct value){.kind = VALUE_NONE};
        reading->quality = rule->quality;
    }
}

/* The value, and the quality it has of its own. */
static void set_value(struct map_run *run, const struct map_emit *emit, uint32_t item,
                      struct reading *reading)
{
    const char *why = "missing";
    if (item != TAPE_NONE) {
        why = map_value_read(run, &emit->value, item, &reading->value);
    }
    if (why) {
        reading->quality = QUALITY_BAD;
        reading->detail = bytes_of(why);
    } else if (reading->value.kind == VALUE_TEXT) {
        reading->value.text = keep(run, reading->value.text);
    }
}

static void set_time(struct map_run *run, const struct map_times *times,
                     struct reading *reading)
{
    int64_t ns = 0;
    enum map_time_result result = MAP_TIME_NONE;
    if (times && times == run->times_made) {
        ns = run->time_ns;
        result = run->time_result;
    } else if (times) {
        result = map_time_find(run, times, &ns);
        run->times_made = times->per_item ? NULL : times;
        run->time_ns = ns;
        run->time_result = result;
    }
    switch (result) {
    case MAP_TIME_READ:
        reading_set_time(reading, ns, run->message);
        return;
    case MAP_TIME_UNREADABLE:
        reading_set_receive_time(reading, run->message, "bad_timestamp");
        return;
    case MAP_TIME_NONE:
        reading_set_receive_time(reading, run->message, NULL);
        return;
    }
}

/* ---- emits ---- */

/* False when the message is refused for what was not learned. */
static bool look_up(struct map_run *run, const struct map_lookup *lookup)
{
    struct map_text key = {0};
    if (map_look_up(run, lookup, &key)) {
        return true;
    }
    run->err =
        error_reason(run->e, ERR_REJECT, "unknown_alias",
                     "nothing was learned about '%.*s' in table '%s'",
                     BYTES_ARG(bytes_slice(key.text, 0, 128)),
                     (const char *)run->state->map.tables[lookup->table].name.data);
    return false;
}

/* One item of an emit's selection. */
static void emit_item(struct map_run *run, void *ctx)
{
    const struct map_emit *emit = ctx;
    if (!map_emit_holds(run, emit, false) || !look_up(run, emit->lookup) ||
        !map_emit_holds(run, emit, true)) {
        return;
    }
    uint32_t item = map_value_find(run, &emit->value);
    bool missing = item == TAPE_NONE;
    if (missing ? !emit->bad_when_missing
                : emit->skip_null && tape_kind(&run->tape, item) == TAPE_NULL) {
        return;
    }
    struct reading made = {.quality = QUALITY_GOOD};
    if (!make_device(run, emit->device, &made.device) ||
        !make_name(run, emit->metric, &made.metric)) {
        return;
    }
    const struct map_quality_rule *rule = map_quality_find(run, emit->quality);
    if (rule && rule->skip) {
        return;
    }
    if (!rule || !rule->null_value || rule->keep_bad) {
        set_value(run, emit, item, &made);
    }
    set_quality(&made, rule);
    made.unit = make_unit(run, emit);
    set_time(run, emit->times, &made);
    struct reading *reading = run->err ? NULL : decoding_add(run->out);
    if (reading) {
        *reading = made;
    }
}

static void emit_all(struct map_run *run, const struct map_rule *rule)
{
    for (size_t i = 0; i < rule->emit_count && !run->err; i++) {
        const struct map_emit *emit = &rule->emits[i];
        run->emit = emit;
        map_select(run, &emit->each, emit_item, (void *)(uintptr_t)emit);
    }
}

/* ---- payloads ---- */

/* A root with one member, for payloads that are not JSON. */
static enum err wrap(struct map_run *run, enum tape_kind kind, const char *name,
                     struct bytes content, struct tape *ret_tape)
{
    struct tape_item *items = arena_take(run->arena, 2, sizeof *items);
    if (!items) {
        return ERR_OK; /* the arena's mark refuses the message */
    }
    items[0] = (struct tape_item){
        .kind = TAPE_OBJECT, .count = 1, .next = 2, .parent = TAPE_NONE};
    items[1] = (struct tape_item){
        .kind = (uint8_t)kind,
        .data = content.data,
        .len = (uint32_t)content.len,
        .key = (const uint8_t *)name,
        .key_len = (uint32_t)strlen(name),
        .next = 2,
        .text_unfit = kind == TAPE_STRING && content.len &&
                      memchr(content.data, 0, content.len) != NULL,
    };
    *ret_tape = (struct tape){.items = items, .count = 2, .depth = 1};
    return ERR_OK;
}

static enum err read_text(struct map_run *run, struct tape *ret_tape, struct error *e)
{
    struct bytes text = run->message->payload;
    if (!utf8_valid(text)) {
        return error_reason(e, ERR_REJECT, "invalid_utf8", "the payload is not UTF-8");
    }
    if (bytes_start_with(text, BYTES("\xef\xbb\xbf"))) {
        text = bytes_slice(text, 3, text.len);
    }
    return wrap(run, TAPE_STRING, "text", text, ret_tape);
}

static enum err read_payload(struct map_run *run, enum map_payload kind,
                             struct map_payloads *payload, struct error *e)
{
    struct tape *tape = &payload->tapes[kind];
    struct bytes bytes = run->message->payload;
    payload->tried[kind] = true;
    switch (kind) {
    case PAYLOAD_JSON:
        return tape_parse(bytes, run->state->map.depth_max, run->arena, tape, e);
    case PAYLOAD_TEXT:
        return read_text(run, tape, e);
    case PAYLOAD_BINARY:
        return wrap(run, TAPE_BYTES, "bytes", bytes, tape);
    }
    UNREACHABLE();
}

enum err map_payload_open(struct map_run *run, const struct map_rule *rule,
                          struct map_payloads *payload, struct error *e)
{
    enum map_payload kind = rule->payload;
    if (!payload->tried[kind]) {
        payload->err[kind] = read_payload(run, kind, payload, e);
    }
    if (payload->err[kind]) {
        return payload->err[kind];
    }
    if (kind == PAYLOAD_JSON && payload->tapes[kind].depth > rule->depth_max) {
        return error_reason(e, ERR_REJECT, "too_deep", "nested deeper than %d levels",
                            rule->depth_max);
    }
    run->tape = payload->tapes[kind];
    return ERR_OK;
}

/* ---- rules ---- */

/* Why a message that is accepted has no readings. */
static void say(struct decoding *out, const char *reason)
{
    snprintf(out->reason, sizeof out->reason, "%s", reason);
}

static void apply(struct map_run *run, const struct map_rule *rule)
{
    run->out->rule = rule->name;
    if (rule->learn) {
        say(run->out, "learned");
        map_learn(run, rule->learn);
    } else if (rule->ignore) {
        say(run->out, "ignored");
    } else {
        emit_all(run, rule);
    }
    decoding_settle(run->out);
}

static enum err no_rule(const struct message *message, struct error *e)
{
    return error_reason(e, ERR_REJECT, "no_rule", "no rule matches topic '%.*s'",
                        BYTES_ARG(bytes_slice(message->topic, 0, 256)));
}

/* The first rule that matches, or NULL with `run->err` set. */
static const struct map_rule *find_rule(struct map_run *run, struct map_payloads *payload)
{
    const struct map *map = &run->state->map;
    bool unreadable = false; /* run->e says why */
    for (size_t i = 0; i < map->rule_count; i++) {
        const struct map_rule *rule = &map->rules[i];
        if (!topic_matches(rule->topic, run->message->topic)) {
            continue;
        }
        bool needs_payload = rule->where_count || !rule->ignore || unreadable;
        if (!needs_payload) {
            return rule;
        }
        enum err err = map_payload_open(run, rule, payload, unreadable ? NULL : run->e);
        if (!err && map_conditions_hold(run, rule->where, rule->where_count)) {
            return rule;
        }
        unreadable = unreadable || err;
        if (err && rule->where_count == 0) {
            break;
        }
    }
    run->err = unreadable ? ERR_REJECT : no_rule(run->message, run->e);
    return NULL;
}

static enum err decode(void *state, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct error unused = {0};
    struct map_payloads payloads = {0};
    struct map_run run = {.state = state,
                          .message = message,
                          .out = out,
                          .arena = out->arena,
                          .e = e ? e : &unused};
    const struct map_rule *rule = find_rule(&run, &payloads);
    if (rule) {
        apply(&run, rule);
    }
    return run.err;
}

/* ---- the adapter ---- */

static void init(void *state, const struct node *settings, struct problems *problems)
{
    struct map_state *own = state;
    map_load(&own->map, settings, problems);
}

static void deinit(void *state)
{
    struct map_state *own = state;
    map_tables_deinit(&own->learned);
    map_deinit(&own->map);
}

static void save(const void *state, struct buf *out)
{
    map_tables_save(state, out);
}

static enum err load(void *state, struct bytes saved, struct error *e)
{
    return map_tables_load(state, saved, e);
}

static const struct setting settings_table[] = {
    {.key = "rules",
     .type = SETTING_LIST,
     .help = "What to make of which topic; usually in a file that 'mapping' names, or "
             "in a preset."},
    {0},
};

const struct adapter adapter_map = {
    .name = "map",
    .summary = "JSON, text and binary payloads of any make, by a mapping",
    .help = "An input names the mapping by 'mapping: FILE' or 'preset: NAME', or holds "
            "its 'rules'\nitself.  The notation is in docs/mapping.md.",
    .settings = settings_table,
    .state_size = sizeof(struct map_state),
    .init = init,
    .deinit = deinit,
    .decode = decode,
    .explain = map_explain,
    .save = save,
    .load = load,
};
