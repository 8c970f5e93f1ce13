/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: posts summaries to a registry, by libcurl.
 *
 *     POST <url>   content-type: application/x-protobuf
 *     SubmitRequest: 0x0a length gateway, (0x12 length Envelope)*
 *
 * The envelopes' bytes go out as they are stored.  What an answer means:
 *
 *     2xx                  by the receipts in it
 *     400, 413, 422        a batch is halved until the item is alone, which is set aside
 *     408, 425, 429, 503   surely not stored: again later, Retry-After is passed on
 *     3xx, other 4xx       surely not stored: again later; it is a matter of settings or
 *                          enrolment (401, 403, 404), not of the item
 *     5xx, cut, timeout    perhaps stored: again, the key makes it harmless
 */
#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/utf8.h"
#include "evidence/receipt.h"
#include "sinks/http_json.h"
#include "sinks/http_private.h"
#include "sinks/pack.h"
#include "sinks/receipts.h"

#define BATCH_MAX 100
#define REQUEST_MAX ((size_t)64 * 1024 * 1024)
#define ANSWER_MAX ((size_t)1024 * 1024)
#define SCRATCH_SIZE ((size_t)64 * 1024)
#define JSON_SCRATCH_SIZE ((size_t)32 * 1024 * 1024) /* envelopes are unpacked */
#define KEPT_SIZE ((size_t)256 * 1024)
#define PACK_FROM 1024 /* smaller bodies are not worth it */
#define QUOTE_MAX 160
#define CONNECTION_MAX_S 3600L
#define UNSUPPORTED_TYPE 415

enum { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };
static const char *const compression_words[] = {"none", "gzip", "zstd", NULL};

enum { ENCODING_PROTOBUF, ENCODING_JSON };
static const char *const encoding_words[] = {"protobuf", "json", NULL};

static const struct setting http_settings[] = {
    {.key = "url",
     .type = SETTING_TEXT,
     AT(struct http_state, url),
     .help = "Where summaries are posted.",
     .example = "https://registry.example/v1/summaries"},
    {.key = "ca_file",
     .type = SETTING_PATH,
     AT(struct http_state, ca_file),
     .initial = SETTING_UNSET,
     .help =
         "Certificates that the registry's is checked against; default: the system's."},
    {.key = "cert_file",
     .type = SETTING_PATH,
     AT(struct http_state, cert_file),
     .initial = SETTING_UNSET,
     .help = "Our client certificate, PEM."},
    {.key = "key_file",
     .type = SETTING_PATH,
     AT(struct http_state, key_file),
     .initial = SETTING_UNSET,
     .help = "Its private key, PEM."},
    {.key = "token",
     .type = SETTING_SECRET,
     AT(struct http_state, token),
     .initial = SETTING_UNSET,
     .help = "Bearer token."},
    {.key = "registry_key",
     .type = SETTING_TEXT,
     AT(struct http_state, registry_key),
     .initial = SETTING_UNSET,
     .help = "The registry's public key, 64 hex digits: only receipts that it has signed "
             "count."},
    {.key = "pin",
     .type = SETTING_TEXT,
     AT(struct http_state, pin),
     .initial = SETTING_UNSET,
     .help = "Pins the key of its certificate: sha256//BASE64, several with ';'."},
    {.key = "proxy",
     .type = SETTING_TEXT,
     AT(struct http_state, proxy),
     .initial = SETTING_UNSET,
     .help = "HTTP proxy; the environment's is not used.",
     .example = "http://proxy.plant:3128"},
    {.key = "compression",
     .type = SETTING_WORD,
     AT(struct http_state, compression),
     .initial = "none",
     .words = compression_words,
     .help = "How posts are packed; a far side that answers 415 gets them plain."},
    {.key = "encoding",
     .type = SETTING_WORD,
     AT(struct http_state, encoding),
     .initial = "protobuf",
     .words = encoding_words,
     .help = "What posts and answers are written in: docs/sinks/http.md."},
    {.key = "batch",
     .type = SETTING_WHOLE,
     AT(struct http_state, batch),
     .initial = "100",
     .min = 1,
     .max = BATCH_MAX,
     .help = "Most summaries in one post."},
    {0},
};

static void http_init(void *state, const struct node *settings, struct problems *problems)
{
    struct http_state *http = state;
    if (!sink_read_settings(http_settings, settings, http, problems)) {
        return;
    }
    struct bytes url = bytes_of(http->url);
    if (!bytes_start_with(url, BYTES("https://")) &&
        !bytes_start_with(url, BYTES("http://"))) {
        problem_at(problems, node_find(settings, "url"),
                   "'url' must start with https:// or http://");
    }
    if (http->pin && !bytes_start_with(bytes_of(http->pin), BYTES("sha256//"))) {
        problem_at(problems, node_find(settings, "pin"),
                   "'pin' must start with sha256//");
    }
    if (!http->cert_file != !http->key_file) {
        problem_at(problems, settings, "'cert_file' and 'key_file' go together");
    }
    if (http->registry_key && !key_parse(bytes_of(http->registry_key), &http->pinned)) {
        problem_at(problems, node_find(settings, "registry_key"),
                   "'registry_key': want the 64 hex digits of a public key");
    }
}

/* ---- the connection ---- */

static size_t on_answer(char *data, size_t size, size_t count, void *ctx)
{
    struct buf *answer = ctx;
    buf_add(answer, (struct bytes){.data = (const uint8_t *)data, .len = size * count});
    return answer->overflow ? 0 : size * count;
}

/* Called at least once a second; not 0 breaks the transfer off. */
static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    const struct sink_call *call = ctx;
    return call->stop && atomic_load(call->stop) ? 1 : 0;
}

static bool add_header(struct http_state *http, const char *line)
{
    struct curl_slist *longer = curl_slist_append(http->headers, line);
    if (longer) {
        http->headers = longer;
    }
    return longer != NULL;
}

/* The token is read anew with each connection, so that it can be renewed. */
static enum err add_token(struct http_state *http, struct error *e)
{
    char token[SECRET_TEXT_MAX];
    struct error why = {0};
    if (secret_read(&http->token, token, sizeof token, &why) != ERR_OK) {
        return error_set(e, ERR_RETRY, "token: %.900s", why.text);
    }
    struct buf line;
    buf_init(&line, HEADER_MAX);
    buf_print(&line, "Authorization: Bearer %s", token);
    bool added = add_header(http, (const char *)line.data);
    secret_wipe(token, sizeof token);
    secret_wipe((char *)line.data, line.len);
    buf_deinit(&line);
    return added ? ERR_OK : error_set(e, ERR_RETRY, "out of memory");
}

static bool set_up(struct http_state *http)
{
    CURL *curl = http->curl;
    bool done =
        curl_easy_setopt(curl, CURLOPT_URL, http->url) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
            CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->lists[0][0]) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_PROXY, http->proxy ? http->proxy : "") == CURLE_OK;
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "emgate/" EMGATE_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->curl_words);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &http->answer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    /* A renewed authority or certificate counts with the next connection. */
    curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(curl, CURLOPT_MAXLIFETIME_CONN, CONNECTION_MAX_S);
    done = done && (!http->pin || curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY,
                                                   http->pin) == CURLE_OK);
    if (http->ca_file) {
        done = done && curl_easy_setopt(curl, CURLOPT_CAINFO, http->ca_file) == CURLE_OK;
    }
    if (http->cert_file) {
        done = done &&
               curl_easy_setopt(curl, CURLOPT_SSLCERT, http->cert_file) == CURLE_OK &&
               curl_easy_setopt(curl, CURLOPT_SSLKEY, http->key_file) == CURLE_OK;
    }
    return done;
}

static void http_close(void *state)
{
    struct http_state *http = state;
    curl_easy_cleanup(http->curl);
    curl_slist_free_all(http->headers);
    http->curl = NULL;
    http->headers = NULL;
    for (int i = 0; i < 4; i++) {
        curl_slist_free_all(http->lists[i / 2][i % 2]);
        http->lists[i / 2][i % 2] = NULL;
    }
    buf_deinit(&http->receipts);
    buf_deinit(&http->request);
    buf_deinit(&http->packed);
    buf_deinit(&http->answer);
    arena_deinit(&http->scratch);
    arena_deinit(&http->kept);
}

/* The lines that all posts have, and in front of them what this kind of body is. */
static struct curl_slist *make_list(const struct http_state *http, bool json, bool packed)
{
    const char *coding = http->compression == COMPRESSION_ZSTD ? "Content-Encoding: zstd"
                                                               : "Content-Encoding: gzip";
    const char *const lines[] = {
        json ? "Content-Type: application/json" : "Content-Type: application/x-protobuf",
        json ? "Accept: application/json" : "Accept: application/x-protobuf",
        packed ? coding : NULL};
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines && lines[i]; i++) {
        struct curl_slist *longer = curl_slist_append(list, lines[i]);
        list = longer ? longer : list;
    }
    struct curl_slist *last = list;
    for (const struct curl_slist *line = http->headers; last && line; line = line->next) {
        last = curl_slist_append(list, line->data);
    }
    return last ? list : NULL;
}

static bool make_lists(struct http_state *http)
{
    bool made = true;
    for (int i = 0; i < 4; i++) {
        http->lists[i / 2][i % 2] = make_list(http, i / 2 == 1, i % 2 == 1);
        made = made && http->lists[i / 2][i % 2];
    }
    return made;
}

static enum err http_open(void *state, struct error *e)
{
    struct http_state *http = state;
    http_close(http);
    buf_init(&http->request, REQUEST_MAX);
    buf_init(&http->packed, REQUEST_MAX);
    buf_init(&http->answer, ANSWER_MAX);
    arena_init(&http->scratch,
               http->encoding == ENCODING_JSON ? JSON_SCRATCH_SIZE : SCRATCH_SIZE);
    arena_init(&http->kept, KEPT_SIZE);
    http->limit = (size_t)http->batch;
    http->curl = curl_easy_init();
    buf_init(&http->receipts, ANSWER_MAX);
    if (!http->curl || !add_header(http, "Expect:")) {
        return error_set(e, ERR_RETRY, "curl gives no handle");
    }
    if (http->token.kind != SECRET_NONE && add_token(http, e) != ERR_OK) {
        return ERR_RETRY;
    }
    if (!make_lists(http)) {
        return error_set(e, ERR_RETRY, "out of memory");
    }
    return set_up(http) ? ERR_OK : error_set(e, ERR_RETRY, "curl refuses a setting");
}

/* ---- one post ---- */

static void put_request(struct http_state *http, const char *gateway,
                        const struct sink_item *items, size_t count)
{
    buf_clear(&http->request);
    if (http->encoding == ENCODING_JSON) {
        http_json_put(gateway, items, count, &http->scratch, &http->request);
        return;
    }
    buf_add_byte(&http->request, 0x0a);
    buf_add_string(&http->request, bytes_of(gateway));
    for (size_t i = 0; i < count; i++) {
        buf_add_byte(&http->request, 0x12);
        buf_add_string(&http->request, items[i].envelope);
    }
}

/* The start of the answer's text, where it is one, for people. */
static struct bytes quote(const struct http_state *http)
{
    struct bytes text = buf_bytes(&http->answer);
    size_t len = 0;
    while (len < text.len && len < QUOTE_MAX && text.data[len] >= ' ' &&
           text.data[len] < 0x7f) {
        len++;
    }
    return bytes_slice(text, 0, len);
}

/* The request never left: nothing can be stored. */
static bool never_sent(CURL *curl, CURLcode code)
{
    long sent = 0;
    bool known = curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK;
    return code == CURLE_COULDNT_CONNECT || (known && sent == 0);
}

static enum http_answer judge_failure(struct http_state *http, CURLcode code,
                                      struct error *e)
{
    const char *words = *http->curl_words ? http->curl_words : curl_easy_strerror(code);
    if (http->answer.overflow) {
        words = "the answer is too long";
    }
    bool never = never_sent(http->curl, code);
    error_set(e, never ? ERR_RETRY : ERR_UNCERTAIN, "'%s': %s", http->url, words);
    return never ? ANSWER_LATER : ANSWER_PERHAPS;
}

static const char *status_words(long status)
{
    if (status >= 300 && status < 400) {
        return "a redirect, which is not followed: put the new place into 'url'";
    }
    switch (status) {
    case 401:
        return "it wants to know who we are: check the token or certificate";
    case 403:
        return "it does not let us in: is the gateway enrolled there?";
    case 404:
    case 405:
        return "nobody takes summaries there: check 'url'";
    default:
        return "";
    }
}

static enum http_answer judge_status(struct http_state *http, long status,
                                     struct error *e)
{
    struct bytes text = quote(http);
    bool certain = status < 500 || status == 503;
    error_set(e, certain ? ERR_RETRY : ERR_UNCERTAIN, "'%s' answers %ld: %s%s%.*s",
              http->url, status, status_words(status), *status_words(status) ? ": " : "",
              BYTES_ARG(text));
    if (status == 400 || status == 413 || status == 422) {
        return ANSWER_HALVE;
    }
    return certain ? ANSWER_LATER : ANSWER_PERHAPS;
}

static void note_wait(CURL *curl, struct sink_call *call)
{
    curl_off_t wait_s = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait_s) == CURLE_OK &&
        wait_s > 0) {
        int64_t most_s = INT64_MAX / 1000;
        call->wait_ms = (wait_s < most_s ? wait_s : most_s) * 1000;
    }
}

/* The body as it goes out: packed where that is wanted, taken there and shorter. */
static struct bytes body_of(struct http_state *http)
{
    struct bytes plain = buf_bytes(&http->request);
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->lists[http->json_body][0]);
    if (http->compression == COMPRESSION_NONE || http->plain || plain.len < PACK_FROM) {
        return plain;
    }
    bool packed = http->compression == COMPRESSION_GZIP ? pack_gzip(plain, &http->packed)
                                                        : pack_zstd(plain, &http->packed);
    if (!packed) {
        return plain;
    }
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->lists[http->json_body][1]);
    return buf_bytes(&http->packed);
}

enum http_answer http_post(struct http_state *http, int64_t timeout_ms,
                           struct sink_call *call, long *ret_status, struct error *e)
{
    CURL *curl = http->curl;
    buf_clear(&http->answer);
    http->curl_words[0] = 0;
    struct bytes body = body_of(http);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        return judge_failure(http, code, e);
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    if (*ret_status >= 200 && *ret_status < 300) {
        return ANSWER_RECEIPTS;
    }
    note_wait(curl, call);
    if (*ret_status == UNSUPPORTED_TYPE && body.data != http->request.data) {
        http->plain = true; /* until the program is started again */
    }
    return judge_status(http, *ret_status, e);
}

/* ---- a batch ---- */

static void give(struct sink_item *items, size_t count, enum err result,
                 const struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        items[i].error = *error;
        items[i].error.code = result;
        items[i].result = result;
        items[i].receipt = (struct bytes){0};
    }
}

/* How far a batch has come. */
struct progress {
    size_t done; /* items with a result */
    size_t step; /* most items in the next post */
    int64_t until_ms;
};

/* A receipt that the pinned key has not signed says nothing. */
static void check_receipt(const struct http_state *http, struct sink_item *item)
{
    if (http->registry_key && item->receipt.len > 0 &&
        !receipt_bytes_hold(item->receipt, &http->pinned)) {
        item->result = error_set(&item->error, ERR_UNCERTAIN,
                                 "the receipt is not signed by the registry's key %s",
                                 http->pinned.id);
        item->receipt = (struct bytes){0};
    }
}

/* Summaries that are refused for their signature wait until the dispute about the key
 * is over. */
static void check_dispute(const struct http_state *http, struct sink_item *item)
{
    if (http->disputed && item->result == ERR_REJECT &&
        strstr(item->error.text, ": signature: ")) {
        item->result = ERR_RETRY;
        error_wrap(&item->error, "it would not take the change of our key");
    }
}

/* The results of items whose answer has come.  Receipts are views into the answer, which
 * the next post overwrites, hence the copies. */
static void take_receipts(struct http_state *http, struct sink_item *items, size_t count)
{
    struct error e = {0};
    struct bytes response = buf_bytes(&http->answer);
    enum err err = ERR_OK;
    if (http->encoding == ENCODING_JSON) {
        buf_clear(&http->receipts);
        err = http_json_read(response, &http->receipts, &e);
        response = buf_bytes(&http->receipts);
    }
    if (err != ERR_OK ||
        receipts_apply(response, &http->scratch, items, count, &e) != ERR_OK) {
        give(items, count, ERR_UNCERTAIN, &e);
    }
    for (size_t i = 0; i < count; i++) {
        check_receipt(http, &items[i]);
        check_dispute(http, &items[i]);
        items[i].receipt = arena_copy(&http->kept, items[i].receipt);
    }
}

/* Posts the next part of the items; false when the rest must wait for another time. */
static bool send_part(struct http_state *http, struct sink_item *items, size_t count,
                      struct sink_call *call, struct progress *progress)
{
    struct error e = {0};
    long status = 0;
    size_t part = count < progress->step ? count : progress->step;
    put_request(http, call->gateway, items, part);
    int64_t left_ms = progress->until_ms - clock_boot_ns(&clock_system) / NS_PER_MS;
    http->json_body = http->encoding == ENCODING_JSON;
    enum http_answer answer =
        http_post(http, left_ms > 0 ? left_ms : 1, call, &status, &e);
    http->json_body = false;
    switch (answer) {
    case ANSWER_RECEIPTS:
        take_receipts(http, items, part);
        progress->done += part;
        progress->step = 2 * part < http->limit ? 2 * part : http->limit;
        return true;
    case ANSWER_HALVE:
        if (part == 1) {
            give(items, 1, ERR_REJECT, &e);
            progress->done++;
        }
        progress->step = part > 1 ? part / 2 : 1;
        http->limit = status == 413 ? progress->step : http->limit;
        return true;
    case ANSWER_LATER:
    case ANSWER_PERHAPS:
        give(items, count, ERR_RETRY, &e);
        give(items, part, answer == ANSWER_LATER ? ERR_RETRY : ERR_UNCERTAIN, &e);
        return false;
    }
    UNREACHABLE();
}

static enum err http_send(void *state, struct sink_item *items, size_t count,
                          struct sink_call *call, struct error *e)
{
    struct http_state *http = state;
    if (http_tell_changes(http, call, e) != ERR_OK) {
        return ERR_RETRY;
    }
    struct progress progress = {.step = http->limit,
                                .until_ms = clock_boot_ns(&clock_system) / NS_PER_MS +
                                            call->timeout_ms};
    arena_reset(&http->kept);
    while (progress.done < count && send_part(http, items + progress.done,
                                              count - progress.done, call, &progress)) {
    }
    return ERR_OK;
}

const struct sink sink_http = {
    .name = "http",
    .summary = "posts summaries to a registry over HTTP(S), protobuf",
    .settings = http_settings,
    .state_size = sizeof(struct http_state),
    .batch_max = BATCH_MAX,
    .init = http_init,
    .open = http_open,
    .send = http_send,
    .manifest = http_manifest,
    .close = http_close,
};
