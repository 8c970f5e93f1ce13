/* SPDX-License-Identifier: Apache-2.0 */
/* GET by libcurl, answers by jansson. */
#include "registry/remote.h"

#include "core/buf.h"
#include "core/clock.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
#define TIMEOUT_S 10L
#define URL_MAX 1024
#define UNAVAILABLE 69

static size_t on_part(char *data, size_t size, size_t count, void *ctx)
{
    struct buf *answer = ctx;
    buf_add(answer, (struct bytes){.data = (const uint8_t *)data, .len = size * count});
    return answer->overflow ? 0 : size * count;
}

/* Adds the bearer token, where there is one. */
static struct curl_slist *token_header(void)
{
    char line[512];
    const char *token = getenv("EMGATE_REGISTRY_TOKEN"); /* NOLINT: nobody changes it */
    if (!token) {
        return NULL;
    }
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    return curl_slist_append(NULL, line);
}

/* An authority that is not the system's, and our certificate, where they are asked for.
 */
static void set_files(CURL *curl)
{
    static const struct {
        const char *variable;
        CURLoption option;
    } files[] = {{"EMGATE_REGISTRY_CA_FILE", CURLOPT_CAINFO},
                 {"EMGATE_REGISTRY_CERT_FILE", CURLOPT_SSLCERT},
                 {"EMGATE_REGISTRY_KEY_FILE", CURLOPT_SSLKEY}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = getenv(files[i].variable); /* NOLINT: nobody changes it */
        if (path) {
            curl_easy_setopt(curl, files[i].option, path);
        }
    }
}

/* The status of the answer; 0 after a message that nobody answers. */
static long get(const char *url, const char *path, struct buf *answer)
{
    char whole[URL_MAX];
    long status = 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = token_header();
    snprintf(whole, sizeof whole, "%s%s", url, path);
    curl_easy_setopt(curl, CURLOPT_URL, whole);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    set_files(curl);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_part);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    } else {
        fprintf(stderr, "emgate-registry: '%s': %s\n", url, curl_easy_strerror(code));
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* The answer as JSON, or NULL after a message. */
static json_t *get_json(const char *url, const char *path)
{
    struct buf answer;
    json_t *json = NULL;
    buf_init(&answer, ANSWER_MAX);
    long status = get(url, path, &answer);
    if (status > 0) {
        json = json_loadb((const char *)answer.data, answer.len, 0, NULL);
    }
    if (status > 0 && (status != 200 || !json)) {
        const char *detail = json_string_value(json_object_get(json, "detail"));
        fprintf(stderr, "emgate-registry: '%s%s' answers %ld: %s\n", url, path, status,
                detail ? detail : "not JSON");
        json_decref(json);
        json = NULL;
    }
    buf_deinit(&answer);
    return json;
}

int remote_ready(const char *url)
{
    json_t *ready = get_json(url, "/readyz");
    if (!ready) {
        return UNAVAILABLE;
    }
    puts("ready");
    json_decref(ready);
    return 0;
}

static const char *words(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "-";
}

static long long number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

int remote_status(const char *url)
{
    json_t *registry = get_json(url, "/v1/registry");
    json_t *gateways = registry ? get_json(url, "/v1/gateways") : NULL;
    size_t i = 0;
    const json_t *gateway = NULL;
    if (gateways) {
        printf("registry %s, version %s, key %s\n\n", words(registry, "registry"),
               words(registry, "version"), words(registry, "key_id"));
        printf("%-24s %-16s %9s %9s  %-6s %s\n", "gateway", "operator", "windows",
               "missing", "signed", "last window ends");
        json_array_foreach(json_object_get(gateways, "items"), i, gateway)
        {
            printf("%-24s %-16s %9lld %9lld  %-6s %s\n", words(gateway, "gateway"),
                   words(gateway, "operator"), number(gateway, "windows"),
                   number(gateway, "missing_windows"),
                   json_is_true(json_object_get(gateway, "signed")) ? "yes" : "no",
                   words(gateway, "last_window_end"));
        }
    }
    int code = gateways ? 0 : UNAVAILABLE;
    json_decref(registry);
    json_decref(gateways);
    return code;
}
