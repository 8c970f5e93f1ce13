/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/retention: how long what is kept, and marks of years: a hold, when a year was
 * verified, when it was declared.  A verifier holds and says that it has verified; only
 * the registry's keeper declares and takes a hold away.
 */
#include "registry/api.h"

#include "registry/access.h"
#include "registry/api_put.h"
#include "registry/retention.h"

#include "core/timetext.h"

#include <jansson.h>
#include <stdio.h>

static void put_entry(void *ctx, const struct retention_entry *entry)
{
    struct json_writer *writer = ctx;
    json_open(writer, '{');
    json_pair(writer, "installation", entry->installation);
    json_key(writer, "year");
    json_i64(writer, entry->year);
    put_time(writer, "kept_until", "kept_until_ns", entry->due_ns);
    json_pair(writer, "rule", entry->rule);
    if (entry->held) {
        json_pair(writer, "hold", entry->why);
    }
    if (entry->kept_from_ns != INT64_MIN) {
        put_time(writer, "deleted_before", "deleted_before_ns", entry->kept_from_ns);
    }
    json_close(writer, '}');
}

void api_retention(const struct service *service, const struct question *question,
                   struct answer *answer)
{
    struct error e = {0};
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_key(&writer, "items");
    json_open(&writer, '[');
    if (retention_each(service->intake, service->settings->retention_years,
                       question->parameter(question->ctx, "installation"), put_entry,
                       &writer, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    json_close(&writer, ']');
    json_close(&writer, '}');
    if (answer->body.overflow) {
        answer_problem(answer, 413, "the answer is too long; ask for an installation");
        return;
    }
    answer->status = 200;
    answer->type = "application/json";
}

/* ---- marks ---- */

/* What the body asks for. */
struct wish {
    struct retention_marking marking;
    bool release;
};

static const char *text_of(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text ? text : "";
}

static bool read_mark(const char *text, struct wish *wish)
{
    wish->release = strcmp(text, "release") == 0;
    for (int i = 0; i < RETENTION_MARKS; i++) {
        if (strcmp(text, retention_marks[i]) == 0) {
            wish->marking.mark = (enum retention_mark)i;
            return true;
        }
    }
    return wish->release;
}

static bool read_wish(const json_t *body, struct wish *wish, struct answer *answer)
{
    struct retention_marking *m = &wish->marking;
    const char *at = text_of(body, "at");
    bool zoned = false;
    int64_t year = json_integer_value(json_object_get(body, "year"));
    m->installation = text_of(body, "installation");
    m->words = text_of(body, "words");
    m->year = (int)year;
    m->at_ns = m->now_ns;
    const char *missing = NULL;
    if (!*m->installation || strlen(m->installation) >= RETENTION_NAME_MAX) {
        missing = "'installation'";
    } else if (year < 1970 || year > 9999) {
        missing = "'year', a calendar year";
    } else if (!read_mark(text_of(body, "mark"), wish)) {
        missing = "'mark': hold, release, verified or declared";
    } else if (!wish->release && m->mark == RETENTION_HOLD && !*m->words) {
        missing = "'words': why it is held";
    } else if (*at && (!time_parse_iso(bytes_of(at), &m->at_ns, &zoned) || !zoned)) {
        missing = "'at', a time with a zone";
    }
    if (missing) {
        answer_problem(answer, 400, "want %s", missing);
    }
    return !missing;
}

/* Marking asks for a role, readers or none. */
static bool may_mark(const struct service *service, const struct wish *wish,
                     struct question *question, struct answer *answer)
{
    bool keeper = wish->release || wish->marking.mark == RETENTION_DECLARED;
    if (service->settings->reader_count == 0) {
        answer_problem(answer, 403,
                       "marking asks for readers with roles in the configuration");
        return false;
    }
    return access_allow(service, keeper ? ACCESS_KEEPER : ACCESS_RECORDS, question,
                        answer);
}

static void mark(const struct service *service, struct question *question,
                 const json_t *body, struct answer *answer)
{
    struct error e = {0};
    struct wish wish = {.marking.now_ns = clock_wall_ns(service->clock)};
    if (!read_wish(body, &wish, answer) || !may_mark(service, &wish, question, answer)) {
        return;
    }
    const struct retention_marking *m = &wish.marking;
    enum err err = wish.release
                       ? retention_release(service->intake, m->installation, m->year, &e)
                       : retention_put(service->intake, m, &e);
    if (err != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    struct question list = *question;
    api_retention(service, &list, answer);
}

void api_retention_mark(const struct service *service, const struct question *question,
                        struct answer *answer)
{
    struct question copy = *question;
    json_t *body = json_loadb((const char *)question->body.data, question->body.len,
                              JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(body)) {
        mark(service, &copy, body, answer);
    } else {
        answer_problem(answer, 400, "want a JSON object");
    }
    json_decref(body);
}
