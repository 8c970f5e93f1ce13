/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators on the page: signing in, and what they enter.  Everything entered is a
 * journal record with the name, so it is folded, signed and replayed as readings are.
 *
 * Only a point whose device is "operator" takes a value by hand: no sensor speaks there.
 */
#include "api_private.h"

#include "core/clock.h"
#include "core/timetext.h"
#include "operators.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>

#define DEVICE "operator"
#define SESSION_NS (12 * NS_PER_HOUR)
#define WORDS_MAX 1000U
#define WORDS_SHOWN 200

/* The name of who asks, copied; false: nobody who is signed in. */
static bool signed_in(struct api *api, const char *session,
                      char ret_name[OPERATOR_NAME_MAX])
{
    bool found = false;
    int64_t now_ns = clock_boot_ns(&clock_system);
    pthread_mutex_lock(&api->now_lock);
    for (size_t i = 0; session && i < SESSIONS_MAX; i++) {
        struct session *s = &api->sessions[i];
        if (s->until_ns > now_ns && strlen(session) == strlen(s->key) &&
            sodium_memcmp(session, s->key, strlen(s->key)) == 0) {
            memcpy(ret_name, s->name, sizeof s->name);
            found = true;
        }
    }
    pthread_mutex_unlock(&api->now_lock);
    return found;
}

/* In the place of the oldest. */
static void begin_session(struct api *api, const char *name, struct web_answer *answer)
{
    uint8_t random[SESSION_KEY_LEN / 2];
    struct session *place = &api->sessions[0];
    randombytes_buf(random, sizeof random);
    pthread_mutex_lock(&api->now_lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        place = api->sessions[i].until_ns < place->until_ns ? &api->sessions[i] : place;
    }
    sodium_bin2hex(place->key, sizeof place->key, random, sizeof random);
    snprintf(place->name, sizeof place->name, "%s", name);
    place->until_ns = clock_boot_ns(&clock_system) + SESSION_NS;
    snprintf(answer->cookie, sizeof answer->cookie,
             WEB_SESSION_COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/", place->key);
    pthread_mutex_unlock(&api->now_lock);
}

static void put_name(const char *name, struct web_answer *answer)
{
    struct json_writer w = json_writer_of(&answer->body);
    json_open(&w, '{');
    json_pair(&w, "operator", name);
    json_close(&w, '}');
}

void operator_get(void *ctx, const struct web_question *question,
                  struct web_answer *answer)
{
    char name[OPERATOR_NAME_MAX] = "";
    (void)signed_in(ctx, question->session, name); /* nobody is an answer too */
    put_name(name, answer);
}

void operator_sign_in(void *ctx, const struct web_question *question,
                      struct web_answer *answer)
{
    struct api *api = ctx;
    char name[OPERATOR_NAME_MAX];
    json_error_t ignored;
    json_t *root =
        json_loadb((const char *)question->body.data, question->body.len, 0, &ignored);
    const char *token = json_string_value(json_object_get(root, "token"));
    if (token && operators_find(api->view.plan->state_directory, token, name)) {
        begin_session(api, name, answer);
        put_name(name, answer);
    } else {
        web_refuse(answer, 403, "this token is nobody's");
    }
    json_decref(root);
}

/* ---- entries ---- */

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

/* What is wrong with it, or NULL; fills the entry with views into `root`. */
static const char *read_entry(const struct plan *plan, const json_t *root,
                              struct entry *ret_entry)
{
    const json_t *value = json_object_get(root, "value");
    const char *words = text_of(root, "words");
    int64_t now_ns = clock_wall_ns(&clock_system);
    bool zoned = false;
    *ret_entry = (struct entry){.words = bytes_of(words), .event_ns = now_ns};
    if (strlen(words) > WORDS_MAX) {
        return "words: at most 1000 bytes";
    }
    if (json_object_get(root, "place")) {
        return operator_read_result(plan, root, ret_entry);
    }
    if (!json_object_get(root, "point")) {
        return words[0] ? NULL : "want a point or words";
    }
    const struct plan_point *point =
        plan_find_point(plan, bytes_of(text_of(root, "point")));
    if (!point || strcmp(point->device, DEVICE) != 0) {
        return "point: not one that is entered by hand";
    }
    if (!json_is_number(value) || !isfinite(json_number_value(value))) {
        return "value: want a number";
    }
    const char *at = text_of(root, "at");
    if (at[0] &&
        (!time_parse_iso(bytes_of(at), &ret_entry->event_ns, &zoned) || !zoned)) {
        return "at: want a time with its zone";
    }
    if (ret_entry->event_ns > now_ns + plan->windows.future_ns) {
        return "at: lies in the future";
    }
    if (ret_entry->event_ns < now_ns - plan->windows.amend_until_ns) {
        return "at: its hour can no longer be amended";
    }
    ret_entry->device = bytes_of(point->device);
    ret_entry->metric = bytes_of(point->metric);
    ret_entry->unit = bytes_of(point->unit);
    ret_entry->value = json_number_value(value);
    return NULL;
}

static void append_entry(struct api *api, const struct entry *entry,
                         struct web_answer *answer)
{
    struct buf payload;
    struct error e;
    uint64_t seq = 0;
    buf_init(&payload, 1 << 16);
    record_put_entry(&payload, entry);
    enum err err =
        journal_append(api->view.journal, RECORD_ENTRY, buf_bytes(&payload), &seq, &e);
    if (err == ERR_OK) {
        err = journal_commit(api->view.journal, &e);
    }
    if (err == ERR_OK) {
        buf_print(&answer->body, "{\"record\":%llu}\n", (unsigned long long)seq);
    } else {
        web_refuse(answer, 503, "the journal did not take it; nothing is entered");
    }
    buf_deinit(&payload);
}

/* {"point", "value", "at"}, {"place", "value", "unit", "from", "words"} or {"words"}: a
 * delivery or a stock, a laboratory's result, or an acknowledgement. */
void operator_enter(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    struct api *api = ctx;
    char name[OPERATOR_NAME_MAX];
    struct entry entry;
    json_error_t ignored;
    if (!signed_in(api, question->session, name)) {
        web_refuse(answer, 401, "sign in first");
        return;
    }
    json_t *root = json_loadb((const char *)question->body.data, question->body.len,
                              JSON_REJECT_DUPLICATES, &ignored);
    const char *wrong = read_entry(api->view.plan, root, &entry);
    entry.who = bytes_of(name);
    if (wrong) {
        web_refuse(answer, 422, wrong);
    } else {
        append_entry(api, &entry, answer);
    }
    json_decref(root);
}

static bool put_words(void *ctx, const struct entered_words *words)
{
    struct json_writer *w = ctx;
    json_open(w, '{');
    json_key(w, "record");
    json_u64(w, words->seq);
    json_key(w, "at");
    json_time(w, words->at_ns);
    json_key(w, "who");
    json_text(w, words->who);
    json_key(w, "words");
    json_text(w, words->words);
    json_close(w, '}');
    return true;
}

/* What operators said, newest first. */
void operator_words(void *ctx, const struct web_question *question,
                    struct web_answer *answer)
{
    const struct api *api = ctx;
    struct json_writer w = json_writer_of(&answer->body);
    struct error e;
    (void)question;
    json_open(&w, '[');
    enum err err = outbox_each_words(api->view.outbox, WORDS_SHOWN, put_words, &w, &e);
    json_close(&w, ']');
    if (err != ERR_OK) {
        web_refuse(answer, 500, "the store could not be read");
    }
}
