/* SPDX-License-Identifier: Apache-2.0 */
/* An entry that changes gets a successor and stays, since others may hold it. */
#include "registry/roster.h"

#include "core/mem.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

const char *const enrolment_states[ENROLMENT_STATES] = {"pending", "approved",
                                                        "rejected"};

struct entry {
    struct enrolment enrolment;
    struct gateway_settings settings;
    struct node list, items[ENROLMENT_INSTALLATIONS_MAX];
    struct entry *older; /* of the same gateway */
};

struct roster {
    pthread_mutex_t lock;
    struct table by_id; /* struct entry, the newest */
};

/* ---- JSON ---- */

static bool take_name(const json_t *value, char name[ENROLMENT_NAME_MAX])
{
    const char *text = json_string_value(value);
    size_t len = text ? strlen(text) : 0;
    if (len == 0 || len >= ENROLMENT_NAME_MAX) {
        return false;
    }
    memcpy(name, text, len + 1);
    return true;
}

static bool take_installations(const json_t *list, struct enrolment *e)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > ENROLMENT_INSTALLATIONS_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!take_name(json_array_get(list, i), e->installations[i])) {
            return false;
        }
    }
    e->installation_count = count;
    return true;
}

static const char *read_fields(const json_t *body, struct enrolment *e)
{
    const char *key = json_string_value(json_object_get(body, "public_key"));
    const char *state = json_string_value(json_object_get(body, "state"));
    if (!json_is_object(body)) {
        return "a JSON object";
    }
    if (!take_name(json_object_get(body, "gateway"), e->gateway)) {
        return "'gateway', its id";
    }
    if (!take_name(json_object_get(body, "operator"), e->operator_id)) {
        return "'operator', its id";
    }
    if (!take_installations(json_object_get(body, "installations"), e)) {
        return "'installations', a list of ids";
    }
    if (!key || !key_parse(bytes_of(key), &e->key)) {
        return "'public_key', 64 hex digits";
    }
    for (int i = 0; state && i < ENROLMENT_STATES; i++) {
        e->state =
            strcmp(state, enrolment_states[i]) == 0 ? (enum enrolment_state)i : e->state;
    }
    e->asked_ns = json_integer_value(json_object_get(body, "asked_ns"));
    e->changed_ns = json_integer_value(json_object_get(body, "changed_ns"));
    return NULL;
}

bool enrolment_read(struct bytes json, struct enrolment *ret_enrolment,
                    const char **ret_missing)
{
    json_t *body =
        json_loadb((const char *)json.data, json.len, JSON_REJECT_DUPLICATES, NULL);
    *ret_enrolment = (struct enrolment){.state = ENROLMENT_PENDING};
    *ret_missing = read_fields(body, ret_enrolment);
    json_decref(body);
    return !*ret_missing;
}

void enrolment_put(const struct enrolment *e, struct json_writer *writer)
{
    char key[KEY_HEX_MAX];
    key_print(&e->key, key);
    json_open(writer, '{');
    json_pair(writer, "gateway", e->gateway);
    json_pair(writer, "operator", e->operator_id);
    json_key(writer, "installations");
    json_open(writer, '[');
    for (size_t i = 0; i < e->installation_count; i++) {
        json_text(writer, bytes_of(e->installations[i]));
    }
    json_close(writer, ']');
    json_pair(writer, "public_key", key);
    json_pair(writer, "key_id", e->key.id);
    json_pair(writer, "state", enrolment_states[e->state]);
    json_key(writer, "asked_ns");
    json_i64(writer, e->asked_ns);
    json_key(writer, "changed_ns");
    json_i64(writer, e->changed_ns);
    json_close(writer, '}');
}

/* ---- the roster ---- */

struct roster *roster_new(void)
{
    struct roster *roster = mem_new(struct roster);
    pthread_mutex_init(&roster->lock, NULL);
    table_init(&roster->by_id);
    return roster;
}

void roster_free(struct roster **roster)
{
    if (!*roster) {
        return;
    }
    for (size_t i = 0; i < (*roster)->by_id.count; i++) {
        struct entry *entry = (*roster)->by_id.entries[i].value;
        while (entry) {
            struct entry *older = entry->older;
            mem_free(&entry);
            entry = older;
        }
    }
    table_deinit(&(*roster)->by_id);
    pthread_mutex_destroy(&(*roster)->lock);
    mem_free(roster);
}

static struct entry *make_entry(const struct enrolment *enrolment)
{
    struct entry *entry = mem_new(struct entry);
    struct enrolment *e = &entry->enrolment;
    *e = *enrolment;
    for (size_t i = 0; i < e->installation_count; i++) {
        entry->items[i] = (struct node){
            .text = bytes_of(e->installations[i]),
            .next = i + 1 < e->installation_count ? &entry->items[i + 1] : NULL};
    }
    entry->list = (struct node){
        .kind = NODE_LIST, .first = entry->items, .count = e->installation_count};
    entry->settings = (struct gateway_settings){.id = e->gateway,
                                                .operator_id = e->operator_id,
                                                .installations = &entry->list,
                                                .has_public_key = true,
                                                .public_key = e->key};
    return entry;
}

static void take_enrolment(void *ctx, const struct enrolment *enrolment)
{
    struct roster *roster = ctx;
    struct bytes id = bytes_of(enrolment->gateway);
    struct entry *known = table_find(&roster->by_id, id);
    if (known && known->enrolment.changed_ns == enrolment->changed_ns &&
        known->enrolment.state == enrolment->state) {
        return;
    }
    struct entry *entry = make_entry(enrolment);
    entry->older = known;
    table_put(&roster->by_id, id, entry);
}

enum err roster_load(struct roster *roster, struct intake *intake, struct error *e)
{
    pthread_mutex_lock(&roster->lock);
    enum err err = roster_each(intake, take_enrolment, roster, e);
    pthread_mutex_unlock(&roster->lock);
    return err;
}

static const struct gateway_settings *approved(const struct entry *entry)
{
    return entry && entry->enrolment.state == ENROLMENT_APPROVED ? &entry->settings
                                                                 : NULL;
}

const struct gateway_settings *roster_find(struct roster *roster, const char *id)
{
    pthread_mutex_lock(&roster->lock);
    const struct gateway_settings *found =
        approved(table_find(&roster->by_id, bytes_of(id)));
    pthread_mutex_unlock(&roster->lock);
    return found;
}

const struct gateway_settings *roster_at(struct roster *roster, size_t place)
{
    const struct gateway_settings *found = NULL;
    pthread_mutex_lock(&roster->lock);
    for (size_t i = 0; i < roster->by_id.count && !found; i++) {
        found = approved(roster->by_id.entries[i].value);
        if (found && place-- > 0) {
            found = NULL;
        }
    }
    pthread_mutex_unlock(&roster->lock);
    return found;
}

/* ---- records ---- */

struct each_step {
    enrolment_fn *each;
    void *ctx;
};

static void read_record(void *ctx, const struct stored_record *record)
{
    const struct each_step *step = ctx;
    struct enrolment enrolment;
    const char *missing = NULL;
    if (enrolment_read(record->value, &enrolment, &missing)) {
        step->each(step->ctx, &enrolment);
    }
}

static enum err ask_each(void *ctx, const struct store_driver *driver,
                         struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    return driver->each_record(store, ENROLMENT_KIND, NULL, read_record, ctx, e);
}

enum err roster_each(struct intake *intake, enrolment_fn *each, void *ctx,
                     struct error *e)
{
    struct each_step step = {each, ctx};
    return intake_ask(intake, ask_each, &step, e);
}

/* What is there already, and how many wait. */
struct change_step {
    struct enrolment *wanted;
    struct enrolment there;
    bool found;
    size_t pending;
};

static void look(void *ctx, const struct enrolment *enrolment)
{
    struct change_step *step = ctx;
    step->pending += enrolment->state == ENROLMENT_PENDING ? 1 : 0;
    if (strcmp(enrolment->gateway, step->wanted->gateway) == 0) {
        step->there = *enrolment;
        step->found = true;
    }
}

static enum err look_first(struct change_step *step, const struct store_driver *driver,
                           struct store *store, struct error *e)
{
    struct each_step each = {look, step};
    step->found = false;
    step->pending = 0;
    return driver->each_record(store, ENROLMENT_KIND, NULL, read_record, &each, e);
}

static enum err put(const struct enrolment *enrolment, const struct store_driver *driver,
                    struct store *store, struct error *e)
{
    struct buf value;
    buf_init(&value, ENROLMENT_VALUE_MAX);
    struct json_writer writer = json_writer_of(&value);
    enrolment_put(enrolment, &writer);
    struct stored_record record = {.kind = ENROLMENT_KIND,
                                   .id = enrolment->gateway,
                                   .value = buf_bytes(&value),
                                   .stored_ns = enrolment->changed_ns};
    enum err err = value.overflow ? error_set(e, ERR_FULL, "the enrolment is too long")
                                  : driver->put_record(store, &record, e);
    buf_deinit(&value);
    return err;
}

static enum err change_ask(void *ctx, const struct store_driver *driver,
                           struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct change_step *step = ctx;
    enum err err = look_first(step, driver, store, e);
    if (err != ERR_OK) {
        return err;
    }
    bool same = step->found && memcmp(step->there.key.bytes, step->wanted->key.bytes,
                                      KEY_PUBLIC_LEN) == 0;
    if (same) {
        *step->wanted = step->there;
        return ERR_OK;
    }
    if (step->found && step->there.state != ENROLMENT_PENDING) {
        return error_set(e, ERR_REJECT, "gateway '%s' is %s with another key",
                         step->there.gateway, enrolment_states[step->there.state]);
    }
    if (!step->found && step->pending >= ENROLMENTS_PENDING_MAX) {
        return error_set(e, ERR_FULL, "too many enrolments are pending");
    }
    return put(step->wanted, driver, store, e);
}

enum err roster_ask(struct intake *intake, struct enrolment *enrolment, struct error *e)
{
    struct change_step step = {.wanted = enrolment};
    enrolment->state = ENROLMENT_PENDING;
    return intake_change(intake, change_ask, &step, e);
}

static enum err change_decide(void *ctx, const struct store_driver *driver,
                              struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct change_step *step = ctx;
    enum err err = look_first(step, driver, store, e);
    if (err == ERR_OK && !step->found) {
        return error_set(e, ERR_REJECT, "gateway '%s' has not asked to be enrolled",
                         step->wanted->gateway);
    }
    step->there.state = step->wanted->state;
    step->there.changed_ns = step->wanted->changed_ns;
    return err == ERR_OK ? put(&step->there, driver, store, e) : err;
}

enum err roster_decide(struct intake *intake, const char *gateway,
                       enum enrolment_state state, int64_t now_ns,
                       struct enrolment *ret_enrolment, struct error *e)
{
    struct enrolment wanted = {.state = state, .changed_ns = now_ns};
    struct change_step step = {.wanted = &wanted};
    snprintf(wanted.gateway, sizeof wanted.gateway, "%s", gateway);
    enum err err = intake_change(intake, change_decide, &step, e);
    if (err == ERR_OK) {
        *ret_enrolment = step.there;
    }
    return err;
}
