/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/rollups: totals added up by country, sector, category, operator, installation.
 */
#include "registry/api.h"

#include "core/mem.h"
#include "registry/access.h"
#include "registry/api_list.h"
#include "registry/api_put.h"

#include <stdio.h>

#define NAME_SIZE 129
#define UNIT_SIZE 129

static const char *const group_names[] = {"country", "sector", "category", "operator",
                                          "installation"};

/* A page, and the row that is being added up. */
struct rollup_page {
    struct list list;
    struct rollup_query query;
    char after[2 * NAME_SIZE]; /* "label~name"; empty: from the beginning */
    bool has_row;
    bool mixed; /* its parts have different units */
    char name[NAME_SIZE], unit[UNIT_SIZE], label[PERIOD_LABEL_MAX];
    struct total row;
    char next[2 * NAME_SIZE];
};

static void finish_row(struct rollup_page *page)
{
    struct json_writer *writer = &page->list.writer;
    if (!page->has_row || page->row.windows == 0) { /* all of it has moved elsewhere */
        page->has_row = false;
        return;
    }
    if (page->mixed) {
        page->row.known[AMOUNT_ACTIVITY] = 0; /* tonnes of unlike things, or MWh */
    }
    page->row.label = page->label;
    page->row.unit = page->mixed ? "" : page->unit;
    json_open(writer, '{');
    json_pair(writer, "group", group_names[page->query.group]);
    json_key(writer, "name");
    json_text(writer, bytes_of(page->name));
    put_total(writer, &page->row);
    json_close(writer, '}');
    snprintf(page->next, sizeof page->next, "%s~%s", page->label, page->name);
    page->has_row = false;
    page->list.count++;
}

static void begin_row(struct rollup_page *page, const char *name,
                      const struct total *total)
{
    page->has_row = true;
    page->mixed = false;
    page->row = (struct total){0};
    snprintf(page->name, sizeof page->name, "%s", name);
    snprintf(page->unit, sizeof page->unit, "%s", total->unit);
    snprintf(page->label, sizeof page->label, "%s", total->label);
}

/* Whether a row comes at or before the end of the page before. */
static bool is_past(const struct rollup_page *page, const char *name, const char *label)
{
    const char *tilde = strchr(page->after, '~');
    if (!tilde) {
        return false;
    }
    int order = strcmp(name, tilde + 1);
    if (order != 0) {
        return order < 0;
    }
    struct bytes after = {.data = (const uint8_t *)page->after,
                          .len = (size_t)(tilde - page->after)};
    return bytes_compare(bytes_of(label), after) <= 0;
}

static bool add_part(void *ctx, const char *name, const struct total *total)
{
    struct rollup_page *page = ctx;
    if (is_past(page, name, total->label)) {
        return true;
    }
    bool same = page->has_row && strcmp(name, page->name) == 0 &&
                strcmp(total->label, page->label) == 0;
    if (!same) {
        finish_row(page);
        if (page->list.count == page->list.limit) {
            return false;
        }
        begin_row(page, name, total);
    }
    page->mixed = page->mixed || strcmp(total->unit, page->unit) != 0;
    page->row.windows += total->windows;
    page->row.complete += total->complete;
    for (int i = 0; i < AMOUNTS; i++) {
        page->row.sum[i] = exact_add(page->row.sum[i], total->sum[i]);
        page->row.known[i] += total->known[i];
    }
    return true;
}

static enum err ask_rollups(void *ctx, const struct store_driver *driver,
                            struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    struct rollup_page *page = ctx;
    enum err err = driver->each_rollup(store, &page->query, add_part, page, e);
    if (err == ERR_OK) {
        finish_row(page);
    }
    return err;
}

static bool read_group(const struct question *question, enum group *ret_group,
                       struct answer *answer)
{
    const char *text = question->parameter(question->ctx, "group");
    for (int i = 0; i <= GROUP_INSTALLATION; i++) {
        if (strcmp(text ? text : "country", group_names[i]) == 0) {
            *ret_group = (enum group)i;
            return true;
        }
    }
    answer_problem(answer, 400,
                   "'group' must be country, sector, category, operator or installation");
    return false;
}

static void read_filters(const struct question *question, struct rollup_query *query)
{
    query->label_from = question->parameter(question->ctx, "from");
    query->label_to = question->parameter(question->ctx, "to");
    query->country = question->parameter(question->ctx, "country");
    query->sector = question->parameter(question->ctx, "sector");
    query->category = question->parameter(question->ctx, "category");
    const char *own = access_operator(question);
    query->operator_id = own ? own : question->parameter(question->ctx, "operator");
    query->installation = question->parameter(question->ctx, "installation");
}

static void answer_page(const struct service *service, struct rollup_page *page,
                        struct answer *answer)
{
    struct error e = {0};
    if (intake_ask(service->intake, ask_rollups, page, &e) != ERR_OK) {
        answer_error(answer, &e);
        return;
    }
    json_close(&page->list.writer, ']');
    if (page->list.count == page->list.limit) {
        json_pair(&page->list.writer, "next", page->next);
    }
    json_close(&page->list.writer, '}');
    answer->status = 200;
    answer->type = "application/json";
}

void api_rollups(const struct service *service, const struct question *question,
                 struct answer *answer)
{
    struct rollup_page *page = mem_new(struct rollup_page);
    const char *after = question->parameter(question->ctx, "after");
    bool good = read_group(question, &page->query.group, answer) &&
                read_period(question, &page->query.period, answer);
    if (good && page->query.period == PERIOD_HOUR) {
        answer_problem(answer, 400, "'by' must be day, month or year");
        good = false;
    }
    if (good && after && (!strchr(after, '~') || strlen(after) >= sizeof page->after)) {
        answer_problem(answer, 400, "'after' must be a 'next' of an earlier answer");
        good = false;
    }
    if (good && list_begin(question, &page->list, answer)) {
        snprintf(page->after, sizeof page->after, "%s", after ? after : "");
        read_filters(question, &page->query);
        answer_page(service, page, answer);
    }
    mem_free(&page);
}
