/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/enrolments: a gateway, or who sets it up, asks by POST and is pending; the
 * registry's keeper compares its key's id and approves or rejects it.
 */
#include "registry/api.h"

#include "registry/access.h"
#include "registry/roster.h"

#include <jansson.h>

static void put_one(void *ctx, const struct enrolment *enrolment)
{
    enrolment_put(enrolment, ctx);
}

void api_enrolments(const struct service *service, const struct question *question,
                    struct answer *answer)
{
    (void)question;
    struct error e = {0};
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_key(&writer, "items");
    json_open(&writer, '[');
    if (roster_each(service->intake, put_one, &writer, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    json_close(&writer, ']');
    json_close(&writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

static void answer_one(const struct enrolment *enrolment, int status,
                       struct answer *answer)
{
    struct json_writer writer = json_writer_of(&answer->body);
    enrolment_put(enrolment, &writer);
    answer->status = status;
    answer->type = "application/json";
}

static void answer_failure(const struct error *e, int rejected, struct answer *answer)
{
    if (e->code == ERR_REJECT) {
        answer_problem(answer, rejected, "%s", e->text);
    } else if (e->code == ERR_FULL) {
        answer_problem(answer, 429, "%s", e->text);
        answer->retry_after_s = 3600;
    } else {
        answer_error(answer, e);
    }
}

void api_enrol(const struct service *service, const struct question *question,
               struct answer *answer)
{
    struct error e = {0};
    struct enrolment enrolment;
    const char *missing = NULL;
    if (!enrolment_read(question->body, &enrolment, &missing)) {
        answer_problem(answer, 400, "want %s", missing);
        return;
    }
    if (registry_find_gateway(service->settings, enrolment.gateway)) {
        answer_problem(answer, 409, "gateway '%s' is enrolled by the configuration",
                       enrolment.gateway);
        return;
    }
    enrolment.asked_ns = clock_wall_ns(service->clock);
    enrolment.changed_ns = enrolment.asked_ns;
    if (roster_ask(service->intake, &enrolment, &e) != ERR_OK) {
        answer_failure(&e, 409, answer);
        return;
    }
    answer_one(&enrolment, enrolment.state == ENROLMENT_APPROVED ? 200 : 202, answer);
}

/* "approved" or "rejected". */
static bool read_state(struct bytes json, enum enrolment_state *ret_state)
{
    json_t *body =
        json_loadb((const char *)json.data, json.len, JSON_REJECT_DUPLICATES, NULL);
    const char *state = json_string_value(json_object_get(body, "state"));
    bool approved = state && strcmp(state, enrolment_states[ENROLMENT_APPROVED]) == 0;
    bool rejected = state && strcmp(state, enrolment_states[ENROLMENT_REJECTED]) == 0;
    *ret_state = approved ? ENROLMENT_APPROVED : ENROLMENT_REJECTED;
    json_decref(body);
    return approved || rejected;
}

void api_decide(const struct service *service, const struct question *question,
                struct answer *answer)
{
    struct error e = {0};
    struct question copy = *question;
    struct enrolment enrolment;
    enum enrolment_state state = ENROLMENT_PENDING;
    if (!read_state(question->body, &state)) {
        answer_problem(answer, 400, "want 'state': approved or rejected");
        return;
    }
    if (service->settings->reader_count == 0) {
        answer_problem(answer, 403,
                       "deciding asks for readers with roles in the configuration");
        return;
    }
    if (!access_allow(service, ACCESS_KEEPER, &copy, answer)) {
        return;
    }
    if (roster_decide(service->intake, question->rest, state,
                      clock_wall_ns(service->clock), &enrolment, &e) != ERR_OK ||
        roster_load(service->roster, service->intake, &e) != ERR_OK) {
        answer_failure(&e, 404, answer);
        return;
    }
    answer_one(&enrolment, 200, answer);
}
