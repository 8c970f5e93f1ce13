/* SPDX-License-Identifier: Apache-2.0 */
/* One request at a time, each with a deadline and a limit of its size. */
#include "cli/fetch.h"

#include "core/buf.h"

#include <curl/curl.h>
#include <stdio.h>

#define URL_MAX 1024
#define TIMEOUT_MS 10000L
#define PAGES_MAX 1000

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    struct buf *body = ctx;
    buf_add(body, (struct bytes){.data = (const uint8_t *)data, .len = size * count});
    return body->overflow ? 0 : size * count;
}

static enum err request(const char *url, struct buf *body, long *ret_status,
                        struct error *e)
{
    CURL *curl = curl_easy_init();
    if (!curl) {
        return error_set(e, ERR_SYSTEM, "libcurl does not start");
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    CURLcode rc = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_easy_cleanup(curl);
    if (rc != CURLE_OK) {
        return error_set(e, ERR_RETRY, "%s: %s", url, curl_easy_strerror(rc));
    }
    return ERR_OK;
}

enum err fetch_json(const char *base, const char *path, json_t **ret_value,
                    struct error *e)
{
    char url[URL_MAX];
    long status = 0;
    struct buf body;
    buf_init(&body, FETCH_SIZE_MAX);
    int written = snprintf(url, sizeof url, "%s%s", base, path);
    enum err err = ERR_OK;
    if (written < 0 || (size_t)written >= sizeof url) {
        err = error_set(e, ERR_REJECT, "the address is longer than %d bytes", URL_MAX);
        goto out;
    }
    err = request(url, &body, &status, e);
    if (err != ERR_OK) {
        goto out;
    }
    if (status != 200) {
        err = error_set(e, status >= 500 ? ERR_RETRY : ERR_REJECT, "%s: status %ld", url,
                        status);
        goto out;
    }
    *ret_value = json_loadb((const char *)body.data, body.len, 0, NULL);
    if (!*ret_value) {
        err = error_set(e, ERR_REJECT, "%s: the answer is not JSON", url);
    }
out:
    buf_deinit(&body);
    return err;
}

/* Moves the page's items over; gives the page after it, "" for none. */
static void take_page(json_t *page, json_t *items, char *after, size_t size)
{
    json_array_extend(items, json_object_get(page, "items"));
    const char *next = json_string_value(json_object_get(page, "next"));
    snprintf(after, size, "%s", next ? next : "");
}

enum err fetch_items(const char *base, const char *path, json_t **ret_items,
                     struct error *e)
{
    char page_path[URL_MAX];
    char after[256] = "";
    json_t *items = json_array();
    for (int i = 0; i < PAGES_MAX; i++) {
        json_t *page = NULL;
        snprintf(page_path, sizeof page_path, "%s%s%s", path, after[0] ? "&after=" : "",
                 after);
        enum err err = fetch_json(base, page_path, &page, e);
        if (err != ERR_OK) {
            json_decref(items);
            return err;
        }
        take_page(page, items, after, sizeof after);
        json_decref(page);
        if (!after[0]) {
            break;
        }
    }
    *ret_items = items;
    return ERR_OK;
}
