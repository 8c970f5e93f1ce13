/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the daemon by HTTP over its socket, or opens the outbox under its lock. */
#include "cli/remote.h"

#include "core/mem.h"

#include <curl/curl.h>
#include <stdio.h>
#include <unistd.h>

#define ANSWER_MAX (256U << 20)
#define TIMEOUT_MS 30000L
#define POST_TIMEOUT_MS 600000L /* a snapshot of a large database */

static size_t take(const char *data, size_t size, size_t count, void *ctx)
{
    struct buf *answer = ctx;
    buf_add(answer, (struct bytes){(const uint8_t *)data, size * count});
    return answer->overflow ? 0 : size * count;
}

long remote_call(const char *state_directory, const char *method, const char *path,
                 struct buf *answer)
{
    long status = 0;
    char socket[4096];
    char url[4096];
    snprintf(socket, sizeof socket, "%s/%s", state_directory, API_SOCKET);
    snprintf(url, sizeof url, "http://localhost%s", path);
    CURL *curl = curl_easy_init();
    ASSERT(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (strcmp(method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, POST_TIMEOUT_MS);
    }
    CURLcode rc = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return rc == CURLE_OK ? status : 0;
}

/* Makes the answer from the files; false after a message. */
static bool answer_locally(const struct plan *plan, remote_local_fn *local, void *ctx,
                           struct buf *answer)
{
    struct error e;
    struct outbox *outbox = NULL;
    struct json_writer writer = json_writer_of(answer);
    int lock = -1;
    enum err err = gateway_lock(plan->state_directory, &lock, &e);
    if (err == ERR_OK && access(plan->outbox.file, R_OK) != 0) {
        err = error_set(&e, ERR_SYSTEM, "there is no '%s' yet", plan->outbox.file);
    }
    if (err == ERR_OK) {
        err = outbox_open(plan->outbox.file, NULL, &outbox, &e);
    }
    if (err == ERR_OK) {
        err = local(outbox, ctx, &writer, &e);
    }
    if (err != ERR_OK) {
        fprintf(stderr, "emgate: %s\n", e.text);
    }
    outbox_close(&outbox);
    if (lock >= 0) {
        close(lock);
    }
    return err == ERR_OK;
}

static json_t *parse(const struct buf *answer, int *ret_code)
{
    json_error_t error;
    json_t *value =
        json_loadb((const char *)answer->data, answer->len, JSON_DECODE_ANY, &error);
    if (!value) {
        fprintf(stderr, "emgate: the answer is not JSON: %s\n", error.text);
        *ret_code = EXIT_INTERNAL;
    }
    return value;
}

json_t *remote_ask(const char *state_directory, const char *path, int *ret_code)
{
    struct buf answer;
    buf_init(&answer, ANSWER_MAX);
    json_t *value = remote_call(state_directory, "GET", path, &answer)
                        ? parse(&answer, ret_code)
                        : NULL;
    buf_deinit(&answer);
    return value;
}

json_t *remote_get(const char *config_path, const char *path, remote_local_fn *local,
                   void *ctx, int *ret_code)
{
    struct bundle bundle = {0};
    struct buf answer;
    json_t *value = NULL;
    if (!config_path) {
        fprintf(stderr, "emgate: want -c FILE\n");
        *ret_code = EXIT_USAGE;
        return NULL;
    }
    struct plan *plan = gateway_read_config(config_path, &bundle);
    buf_init(&answer, ANSWER_MAX);
    if (!plan) {
        *ret_code = EXIT_BAD_CONFIG;
    } else if (remote_call(plan->state_directory, "GET", path, &answer)) {
        value = parse(&answer, ret_code);
    } else if (!local) {
        fprintf(stderr, "emgate: no gateway is running on '%s'\n", plan->state_directory);
        *ret_code = EXIT_UNAVAILABLE;
    } else {
        buf_clear(&answer);
        *ret_code = EXIT_IO;
        if (answer_locally(plan, local, ctx, &answer)) {
            value = parse(&answer, ret_code);
        }
    }
    buf_deinit(&answer);
    plan_free(&plan);
    bundle_deinit(&bundle);
    return value;
}

json_t *remote_post(const char *state_directory, const char *path, int *ret_code)
{
    struct buf answer;
    buf_init(&answer, ANSWER_MAX);
    long status = remote_call(state_directory, "POST", path, &answer);
    json_t *value = status ? parse(&answer, ret_code) : NULL;
    if (!status) {
        fprintf(stderr, "emgate: no gateway is running on '%s'\n", state_directory);
        *ret_code = EXIT_UNAVAILABLE;
    } else if (value && status != 200) {
        fprintf(stderr, "emgate: %s\n", remote_text(value, "title"));
        *ret_code = EXIT_IO;
        json_decref(value);
        value = NULL;
    }
    buf_deinit(&answer);
    return value;
}

void remote_print_json(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY);
    putchar('\n');
}

const char *remote_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}
