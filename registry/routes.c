/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes, and the page's files. */
#include "registry/routes.h"

#include "registry/api.h"
#include "registry/web.h"

static handle_fn page_index;
static handle_fn page_file;
static handle_fn page_description;

static const struct route routes[] = {
    {.path = "/", .get = page_index},
    {.path = "/page/", .prefix = true, .get = page_file},
    {.path = "/healthz", .get = api_health},
    {.path = "/readyz", .get = api_ready},
    {.path = "/metrics", .get = api_metrics, .access = ACCESS_KEEPER},
    {.path = "/v1/openapi.yaml", .get = page_description},
    {.path = "/v1/installations", .get = api_installations, .access = ACCESS_LISTS},
    {.path = "/v1/processes", .get = api_processes, .access = ACCESS_LISTS},
    {.path = "/v1/summaries",
     .get = api_summaries,
     .post = api_submit,
     .json = true,
     .access = ACCESS_LISTS},
    {.path = "/v1/summaries/",
     .prefix = true,
     .get = api_summary,
     .access = ACCESS_LISTS},
    {.path = "/v1/totals", .get = api_totals, .access = ACCESS_LISTS},
    {.path = "/v1/rollups", .get = api_rollups, .access = ACCESS_LISTS},
    {.path = "/v1/export", .get = api_export, .access = ACCESS_LISTS},
    {.path = "/v1/embedded", .get = api_embedded, .access = ACCESS_LISTS},
    {.path = "/v1/gateways", .get = api_gateways, .access = ACCESS_LISTS},
    {.path = "/v1/gateways/", .prefix = true, .post = api_key_change},
    {.path = "/v1/enrolments",
     .get = api_enrolments,
     .post = api_enrol,
     .post_type = "application/json",
     .access = ACCESS_KEEPER},
    {.path = "/v1/enrolments/",
     .prefix = true,
     .post = api_decide,
     .post_type = "application/json"},
    {.path = "/v1/retention",
     .get = api_retention,
     .post = api_retention_mark,
     .post_type = "application/json",
     .access = ACCESS_RECORDS},
    {.path = "/v1/manifests", .post = api_manifest},
    {.path = "/v1/checkpoints",
     .get = api_checkpoints,
     .post = api_checkpoint,
     .post_type = "text/plain",
     .access = ACCESS_RECORDS},
    {.path = "/v1/refusals", .get = api_refusals, .access = ACCESS_RECORDS},
    {.path = "/v1/refusals/",
     .prefix = true,
     .get = api_refusal,
     .access = ACCESS_RECORDS},
    {.path = "/v1/packs",
     .get = api_packs,
     .post = api_pack_post,
     .post_type = "application/octet-stream",
     .access = ACCESS_LISTS},
    {.path = "/v1/packs/", .prefix = true, .get = api_pack, .access = ACCESS_BYTES},
    {.path = "/v1/registry", .get = api_registry},
};

static void page(const char *name, const char *type, struct answer *answer)
{
    for (const struct web_file *file = web_files; file->name; file++) {
        if (strcmp(file->name, name) == 0) {
            answer->status = 200;
            answer->type = type;
            answer->fixed = file->content;
            return;
        }
    }
    answer_problem(answer, 404, "no such file");
}

static void page_index(const struct service *service, const struct question *question,
                       struct answer *answer)
{
    (void)service;
    (void)question;
    page("index.html", "text/html; charset=utf-8", answer);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".yaml", "application/yaml"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return "text/html; charset=utf-8";
}

static void page_file(const struct service *service, const struct question *question,
                      struct answer *answer)
{
    (void)service;
    page(question->rest, type_of(question->rest), answer);
}

static void page_description(const struct service *service,
                             const struct question *question, struct answer *answer)
{
    (void)service;
    (void)question;
    page("openapi.yaml", "application/yaml", answer);
}

const struct route *route_find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        size_t len = strlen(routes[i].path);
        bool matches = routes[i].prefix ? strncmp(path, routes[i].path, len) == 0
                                        : strcmp(path, routes[i].path) == 0;
        if (matches) {
            return &routes[i];
        }
    }
    return NULL;
}
