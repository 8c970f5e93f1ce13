/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry is told beside summaries: changes of our key, and manifests. */
#include "sinks/http_private.h"

/* ---- changes of key ---- */

/* What a registry's addresses begin with; false: this is none of ours. */
static bool put_registry_url(const struct http_state *http, struct buf *url)
{
    static const char end[] = "/v1/summaries";
    struct bytes whole = bytes_of(http->url);
    size_t len = sizeof end - 1;
    bool ours =
        whole.len > len && bytes_are(bytes_slice(whole, whole.len - len, len), end);
    if (ours) {
        buf_add(url, bytes_slice(whole, 0, whole.len - len));
    }
    return ours;
}

/* Where it takes changes of a gateway's key, beside its summaries. */
static bool put_keys_url(const struct http_state *http, const char *gateway,
                         struct buf *url)
{
    bool ours = put_registry_url(http, url);
    buf_print(url, "/v1/gateways/%s/keys", gateway);
    return ours;
}

/* Posts one change.  The same again is harmless; nobody there who takes them (404) is
 * nobody who checks them.  One that it will not take (409) may be one that it need not:
 * it was enrolled with the new key, or without any.  What it then says of summaries
 * shows. */
static enum err post_change(struct http_state *http, struct bytes change,
                            struct sink_call *call, const char *url, struct error *e)
{
    long status = 0;
    buf_clear(&http->request);
    buf_add(&http->request, change);
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    enum http_answer answer = http_post(http, call->timeout_ms / 2, call, &status, e);
    curl_easy_setopt(http->curl, CURLOPT_URL, http->url);
    http->disputed = http->disputed || status == 409;
    bool settled = answer == ANSWER_RECEIPTS || status == 404 || status == 409;
    return settled ? ERR_OK : error_wrap(e, "the change of our key");
}

enum err http_tell_changes(struct http_state *http, struct sink_call *call,
                           struct error *e)
{
    struct buf url;
    enum err err = ERR_OK;
    buf_init(&url, HEADER_MAX);
    bool ours = put_keys_url(http, call->gateway, &url);
    while (ours && err == ERR_OK && http->told < call->key_changes.len) {
        struct cursor c =
            cursor_of(bytes_slice(call->key_changes, http->told, call->key_changes.len));
        struct bytes change = cursor_string(&c);
        err = post_change(http, change, call, (const char *)url.data, e);
        if (err == ERR_OK) {
            http->told = call->key_changes.len - c.rest.len;
        }
    }
    buf_deinit(&url);
    return err == ERR_OK ? ERR_OK : ERR_RETRY;
}

/* ---- manifests ---- */

enum err http_manifest(void *state, struct bytes envelope, struct sink_call *call,
                       struct bytes *ret_answer, struct error *e)
{
    struct http_state *http = state;
    struct buf url;
    long status = 0;
    enum http_answer answer = ANSWER_LATER;
    buf_init(&url, HEADER_MAX);
    bool ours = put_registry_url(http, &url);
    buf_print(&url, "/v1/manifests");
    if (ours) {
        buf_clear(&http->request);
        buf_add(&http->request, envelope);
        curl_easy_setopt(http->curl, CURLOPT_URL, (const char *)url.data);
        answer = http_post(http, call->timeout_ms, call, &status, e);
        curl_easy_setopt(http->curl, CURLOPT_URL, http->url);
    }
    buf_deinit(&url);
    if (!ours || status == 404 || status == 405) {
        return error_set(e, ERR_REJECT, "nobody takes manifests there");
    }
    *ret_answer = buf_bytes(&http->answer);
    return answer == ANSWER_RECEIPTS ? ERR_OK : error_wrap(e, "manifest");
}
