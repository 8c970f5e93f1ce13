/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of lists. */
#include "registry/api_list.h"

#include "registry/access.h"
#include "registry/api_put.h"

#include <stdio.h>

#define PAGE 100
#define PAGE_MAX 1000

bool list_begin(const struct question *question, struct list *list, struct answer *answer)
{
    if (!read_limit(question, PAGE, PAGE_MAX, &list->limit, answer)) {
        return false;
    }
    list->installation = question->parameter(question->ctx, "installation");
    list->process = question->parameter(question->ctx, "process");
    const char *own = access_operator(question);
    list->operator_id = own ? own : question->parameter(question->ctx, "operator");
    list->writer = json_writer_of(&answer->body);
    json_open(&list->writer, '{');
    json_key(&list->writer, "items");
    json_open(&list->writer, '[');
    return true;
}

void list_finish(const struct service *service, intake_ask_fn *ask, struct list *list,
                 struct answer *answer)
{
    struct error e = {0};
    if (intake_ask(service->intake, ask, list, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    json_close(&list->writer, ']');
    if (list->count >= list->limit) {
        json_pair(&list->writer, "next", list->after);
    }
    json_close(&list->writer, '}');
    if (answer->body.overflow) {
        answer_problem(answer, 413, "the answer is too long; ask for less");
        return;
    }
    answer->status = 200;
    answer->type = "application/json";
}

void list_count(struct list *list, int64_t id)
{
    snprintf(list->after, AFTER_MAX, "%lld", (long long)id);
    list->count++;
}
