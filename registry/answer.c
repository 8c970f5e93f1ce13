/* SPDX-License-Identifier: Apache-2.0 */
/* Problems as RFC 9457 has them. */
#include "registry/answer.h"

#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>

#define DETAIL_MAX 512

static const char *status_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    UNREACHABLE();
}

static void put_problem(struct answer *answer, int status, const char *reason,
                        const char *detail)
{
    buf_clear(&answer->body);
    answer->fixed = (struct bytes){0};
    answer->status = status;
    answer->type = "application/problem+json";
    struct json_writer writer = json_writer_of(&answer->body);
    json_open(&writer, '{');
    json_pair(&writer, "type", "about:blank");
    json_pair(&writer, "title", status_title(status));
    json_key(&writer, "status");
    json_i64(&writer, status);
    json_pair(&writer, "reason", reason);
    json_pair(&writer, "detail", detail);
    json_close(&writer, '}');
}

void answer_problem(struct answer *answer, int status, const char *format, ...)
{
    char detail[DETAIL_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    put_problem(answer, status, NULL, detail);
}

void answer_refusal(struct answer *answer, int status, const char *reason,
                    const char *format, ...)
{
    char detail[DETAIL_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    put_problem(answer, status, reason, detail);
}

void answer_error(struct answer *answer, const struct error *e)
{
    switch (e->code) {
    case ERR_RETRY:
    case ERR_UNCERTAIN:
    case ERR_FULL:
        log_warn("registry.store", "%s", e->text);
        answer->retry_after_s = e->code == ERR_FULL ? 60 : 1;
        answer_problem(answer, 503, "the store can't take it now");
        return;
    case ERR_OK:
    case ERR_REJECT:
    case ERR_CORRUPT:
    case ERR_CONFIG:
    case ERR_SYSTEM:
        log_error("registry.store", "%s", e->text);
        answer_problem(answer, 500, "the store has failed; its keeper must look");
        return;
    }
}
