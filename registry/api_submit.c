/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/summaries: who asks, what they send, what became of it.
 *
 * A gateway that is not enrolled, or a token that does not fit, answers 403 and 401, not
 * a refusal of each summary: enrolment can be mended, and nothing is lost meanwhile.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "registry/admit.h"
#include "registry/submit.h"
#include "registry/submit_json.h"

/* Room to unpack and to keep names, by the length of the request: what a summary is when
 * unpacked is a few times its bytes; what is far more is hostile and not read. */
#define SCRATCH_BASE ((size_t)64 * 1024)
#define SCRATCH_FACTOR 16
#define SCRATCH_MAX ((size_t)64 * 1024 * 1024)
#define KEPT_BASE ((size_t)256 * 1024)

/* What one request needs, on the heap. */
struct submission {
    struct submit_request request;
    struct arrival arrivals[SUBMIT_ENVELOPES_MAX];
    struct arena scratch, kept;
};

static void submit(const struct service *service, const struct question *question,
                   struct submission *s, struct answer *answer)
{
    struct error e = {0};
    enum err err = submit_parse(question->body, &s->request, &e);
    if (err != ERR_OK) {
        answer_problem(answer, err == ERR_FULL ? 413 : 400, "%s", e.text);
        return;
    }
    struct sender sender = {0};
    if (!admit(service, question, s->request.gateway, &sender, answer)) {
        return;
    }
    if (submit_read(&s->request, &sender, &s->scratch, &s->kept, s->arrivals, &e) !=
        ERR_OK) {
        answer_problem(answer, 400, "%s", e.text);
        return;
    }
    if (intake_put(service->intake, s->arrivals, s->request.count, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    answer->status = 200;
    answer->type = "application/x-protobuf";
    struct receipt_giver giver = {service->settings->id, service->signer};
    submit_put_receipts(s->arrivals, s->request.count, &giver, &answer->body);
}

/* A JSON body on its way in and out again. */
static void submit_json(const struct service *service, const struct question *question,
                        struct submission *s, struct answer *answer)
{
    struct error e = {0};
    struct buf request;
    struct question plain = *question;
    buf_init(&request, (size_t)service->settings->body_max);
    enum err err = submit_json_read(question->body, &request, &e);
    if (err != ERR_OK) {
        answer_problem(answer, err == ERR_FULL ? 413 : 400, "%s", e.text);
    } else {
        plain.body = buf_bytes(&request);
        submit(service, &plain, s, answer);
    }
    if (answer->status == 200) {
        struct buf response = answer->body;
        buf_init(&answer->body, ANSWER_MAX);
        submit_json_put(buf_bytes(&response), &answer->body);
        buf_deinit(&response);
        answer->type = "application/json";
    }
    buf_deinit(&request);
}

static size_t scratch_size(size_t body_len)
{
    size_t most = (SCRATCH_MAX - SCRATCH_BASE) / SCRATCH_FACTOR;
    return SCRATCH_BASE + SCRATCH_FACTOR * (body_len < most ? body_len : most);
}

void api_submit(const struct service *service, const struct question *question,
                struct answer *answer)
{
    struct submission *submission = mem_new(struct submission);
    arena_init(&submission->scratch, scratch_size(question->body.len));
    arena_init(&submission->kept, KEPT_BASE + question->body.len);
    if (question->json) {
        submit_json(service, question, submission, answer);
    } else {
        submit(service, question, submission, answer);
    }
    arena_deinit(&submission->scratch);
    arena_deinit(&submission->kept);
    mem_free(&submission);
}
