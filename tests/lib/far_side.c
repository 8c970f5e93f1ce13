/* SPDX-License-Identifier: Apache-2.0 */
#include "far_side.h"

#include "core/buf.h"
#include "core/check.h"
#include "core/mem.h"
#include "core/number.h"
#include "evidence/receipt.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEYS_MAX 4096
#define REQUEST_MAX ((size_t)8 * 1024 * 1024)
#define ENDLESS_LEN ((size_t)4 * 1024 * 1024)
#define TAG_RECEIPT 0x0a

struct far_side {
    const struct far_step *steps;
    size_t count;
    int listener, stop, port;
    pthread_t thread;
    pthread_mutex_t lock;
    size_t step;
    unsigned times; /* the present step was done so often */
    unsigned requests, repeated, key_changes;
    int keys_status;
    int manifest_status;
    const char *manifest_text;
    uint8_t keys[KEYS_MAX][32];
    unsigned stored;
    uint8_t poison[32];
    unsigned raw; /* requests not looked into */
    char headers[4096];
    struct buf request; /* the thread's alone */
};

/* ---- the connection ---- */

/* Waits for bytes; false when the other side or the test has gone. */
static bool readable(const struct far_side *far, int fd)
{
    struct pollfd polls[] = {{.fd = fd, .events = POLLIN},
                             {.fd = far->stop, .events = POLLIN}};
    return poll(polls, 2, -1) > 0 && !(polls[1].revents & POLLIN);
}

static bool read_more(struct far_side *far, int fd)
{
    uint8_t part[16384];
    if (!readable(far, fd)) {
        return false;
    }
    ssize_t len = recv(fd, part, sizeof part, 0);
    if (len <= 0) {
        return false;
    }
    buf_add(&far->request, (struct bytes){.data = part, .len = (size_t)len});
    return !far->request.overflow;
}

/* Reads a request; gives its body. */
static bool read_request(struct far_side *far, int fd, struct bytes *ret_body)
{
    char *end = NULL;
    buf_clear(&far->request);
    while (!end) {
        if (!read_more(far, fd)) {
            return false;
        }
        end = memmem(far->request.data, far->request.len, "\r\n\r\n", 4);
    }
    size_t head = (size_t)(end - (char *)far->request.data) + 4;
    const char *field = memmem(far->request.data, head, "Content-Length: ", 16);
    uint64_t len = 0;
    if (field) {
        size_t digits = strspn(field + 16, "0123456789");
        bool read = number_parse_u64(
            (struct bytes){.data = (const uint8_t *)field + 16, .len = digits}, &len);
        ASSERT(read);
    }
    pthread_mutex_lock(&far->lock);
    snprintf(far->headers, sizeof far->headers, "%.*s", (int)head,
             (const char *)far->request.data);
    pthread_mutex_unlock(&far->lock);
    while (far->request.len < head + len) {
        if (!read_more(far, fd)) {
            return false;
        }
    }
    *ret_body = bytes_slice(buf_bytes(&far->request), head, len);
    return true;
}

static void send_all(int fd, struct bytes data)
{
    while (data.len > 0) {
        ssize_t len = send(fd, data.data, data.len, MSG_NOSIGNAL);
        if (len <= 0) {
            return;
        }
        data = bytes_slice(data, (size_t)len, data.len);
    }
}

/* Whether the last request was JSON; the answer is then too. */
static bool speaks_json(const struct far_side *far)
{
    return strstr(far->headers, "Content-Type: application/json") != NULL;
}

/* What a JSON body holds, as protobuf has it. */
static void plain_of(struct bytes json, struct buf *out)
{
    json_t *body = json_loadb((const char *)json.data, json.len, 0, NULL);
    const json_t *list = json_object_get(body, "summaries");
    ASSERT(json_is_string(json_object_get(body, "gateway")) && json_is_array(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_object_get(json_array_get(list, i), "envelope");
        uint8_t bytes[65536];
        size_t len = 0;
        ASSERT(json_is_string(item));
        int rc = sodium_base642bin(bytes, sizeof bytes, json_string_value(item),
                                   json_string_length(item), NULL, &len, NULL,
                                   sodium_base64_VARIANT_ORIGINAL);
        ASSERT(rc == 0);
        buf_add_byte(out, 0x12);
        buf_add_string(out, (struct bytes){.data = bytes, .len = len});
    }
    json_decref(body);
}

/* Receipts as JSON; what is none stays what it is. */
static void json_of(struct bytes response, struct buf *out)
{
    static const char *const verdicts[] = {"stored", "conflict", "refused", "later"};
    char signature[128];
    char key[65];
    Emgate__V1__SubmitResponse *r =
        emgate__v1__submit_response__unpack(NULL, response.len, response.data);
    if (!r || r->n_receipts == 0) {
        buf_add(out, response);
        return;
    }
    buf_print(out, "{\"receipts\": [");
    for (size_t i = 0; i < r->n_receipts; i++) {
        const Emgate__V1__Receipt *receipt = r->receipts[i];
        sodium_bin2hex(key, sizeof key, receipt->key.data, receipt->key.len);
        sodium_bin2base64(signature, sizeof signature, receipt->signature.data,
                          receipt->signature.len, sodium_base64_VARIANT_ORIGINAL);
        buf_print(out,
                  "%s{\"key\": \"%s\", \"verdict\": \"%s\", \"reason\": \"%s\", "
                  "\"stored_ns\": %lld, \"registry\": \"%s\", \"key_id\": \"%s\", "
                  "\"signature\": \"%s\"}",
                  i ? ", " : "", key, verdicts[receipt->verdict], receipt->reason,
                  (long long)receipt->stored_ns, receipt->registry, receipt->key_id,
                  signature);
    }
    buf_print(out, "]}");
    emgate__v1__submit_response__free_unpacked(r, NULL);
}

static void answer(int fd, int status, int retry_after_s, struct bytes body)
{
    struct buf out;
    buf_init(&out, REQUEST_MAX);
    buf_print(&out, "HTTP/1.1 %d x\r\nContent-Length: %zu\r\n", status, body.len);
    if (retry_after_s > 0) {
        buf_print(&out, "Retry-After: %d\r\n", retry_after_s);
    }
    if (status >= 300 && status < 400) {
        buf_add_text(&out, "Location: http://127.0.0.1:1/\r\n");
    }
    buf_add_text(&out, "\r\n");
    buf_add(&out, body);
    send_all(fd, buf_bytes(&out));
    buf_deinit(&out);
}

/* ---- receipts ---- */

static void key_of(const Emgate__V1__SubmitRequest *request, size_t index,
                   uint8_t key[32])
{
    const ProtobufCBinaryData *payload = &request->envelopes[index]->payload;
    crypto_hash_sha256(key, payload->data, payload->len);
}

static void sign(Emgate__V1__Receipt *receipt, uint8_t signature[KEY_SIGNATURE_LEN],
                 char id[KEY_ID_MAX])
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {FAR_SEED};
    struct key_pair *pair = key_of_seed(seed);
    receipt_sign(receipt, pair, signature);
    memcpy(id, receipt->key_id, KEY_ID_MAX);
    receipt->key_id = id;
    key_close(&pair);
}

static void put_receipt(struct buf *out, const uint8_t key[32], int verdict,
                        bool is_signed, bool disputed)
{
    char dispute[] = "signature: none by the gateway's key";
    uint8_t signature[KEY_SIGNATURE_LEN];
    char id[KEY_ID_MAX];
    char reason[] = "because";
    uint8_t packed[256];
    Emgate__V1__Receipt receipt;
    emgate__v1__receipt__init(&receipt);
    receipt.key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)key, .len = 32};
    receipt.verdict = (Emgate__V1__Verdict)verdict;
    receipt.reason = disputed ? dispute : reason;
    receipt.stored_ns = 1;
    if (is_signed) {
        sign(&receipt, signature, id);
    }
    size_t len = emgate__v1__receipt__pack(&receipt, packed);
    buf_add_byte(out, TAG_RECEIPT);
    buf_add_string(out, (struct bytes){.data = packed, .len = len});
}

static void put_receipts(const struct far_side *far, struct buf *out,
                         const Emgate__V1__SubmitRequest *request,
                         const struct far_step *step)
{
    for (size_t i = 0; i < request->n_envelopes; i++) {
        uint8_t key[32];
        key_of(request, step->act == FAR_REVERSED ? request->n_envelopes - 1 - i : i,
               key);
        key[0] ^= step->act == FAR_WRONG_KEY ? 0xff : 0;
        int times = step->act == FAR_TWICE ? 2 : 1;
        for (int n = 0; n < times; n++) {
            put_receipt(out, key, step->act == FAR_VERDICT ? step->status : 0,
                        step->act == FAR_SIGNED, far->keys_status == 409);
        }
    }
}

static void store(struct far_side *far, const Emgate__V1__SubmitRequest *request)
{
    pthread_mutex_lock(&far->lock);
    for (size_t i = 0; i < request->n_envelopes; i++) {
        uint8_t key[32];
        key_of(request, i, key);
        unsigned at = 0;
        while (at < far->stored && memcmp(far->keys[at], key, 32) != 0) {
            at++;
        }
        ASSERT(at < KEYS_MAX);
        if (at < far->stored) {
            far->repeated++;
        } else {
            memcpy(far->keys[far->stored++], key, 32);
        }
    }
    pthread_mutex_unlock(&far->lock);
}

static bool has_poison(const struct far_side *far,
                       const Emgate__V1__SubmitRequest *request)
{
    for (size_t i = 0; i < request->n_envelopes; i++) {
        uint8_t key[32];
        key_of(request, i, key);
        if (memcmp(key, far->poison, 32) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the script ---- */

static struct far_step next_step(struct far_side *far)
{
    struct far_step step = {.act = FAR_STORE};
    pthread_mutex_lock(&far->lock);
    far->requests++;
    if (far->step < far->count) {
        step = far->steps[far->step];
        if (++far->times >= (step.times ? step.times : 1)) {
            far->step++;
            far->times = 0;
        }
    }
    pthread_mutex_unlock(&far->lock);
    return step;
}

static bool stores(const struct far_side *far, const struct far_step *step,
                   const Emgate__V1__SubmitRequest *request)
{
    switch (step->act) {
    case FAR_STORE:
    case FAR_SIGNED:
    case FAR_CUT_AFTER:
    case FAR_CUT_WITHIN:
    case FAR_WRONG_KEY:
    case FAR_TWICE:
    case FAR_REVERSED:
    case FAR_NO_RECEIPTS:
        return true;
    case FAR_ONLY:
        return request->n_envelopes <= (size_t)step->status;
    case FAR_POISON:
        return !has_poison(far, request);
    case FAR_STATUS:
    case FAR_HANG:
    case FAR_CUT_BEFORE:
    case FAR_GARBAGE:
    case FAR_ENDLESS:
    case FAR_VERDICT:
        return false;
    }
    UNREACHABLE();
}

static void send_endless(int fd)
{
    uint8_t *data = mem_array(ENDLESS_LEN, 1);
    answer(fd, 200, 0, (struct bytes){.data = data, .len = ENDLESS_LEN});
    mem_free(&data);
}

/* Answers; false when the connection is to be dropped. */
static bool act(struct far_side *far, int fd, const struct far_step *step,
                const Emgate__V1__SubmitRequest *request)
{
    bool stored = stores(far, step, request);
    struct buf receipts;
    buf_init(&receipts, REQUEST_MAX);
    put_receipts(far, &receipts, request, step);
    if (speaks_json(far)) {
        struct buf json;
        buf_init(&json, REQUEST_MAX);
        json_of(buf_bytes(&receipts), &json);
        buf_deinit(&receipts);
        receipts = json;
    }
    struct bytes body = buf_bytes(&receipts);
    bool keep = true;
    if (stored) {
        store(far, request);
    }
    switch (step->act) {
    case FAR_STORE:
    case FAR_SIGNED:
    case FAR_WRONG_KEY:
    case FAR_TWICE:
    case FAR_REVERSED:
    case FAR_VERDICT:
        answer(fd, 200, 0, body);
        break;
    case FAR_STATUS:
        answer(fd, step->status, step->retry_after_s,
               BYTES("{\"detail\": \"scripted\"}"));
        break;
    case FAR_HANG:
        while (read_more(far, fd)) {
        }
        keep = false;
        break;
    case FAR_CUT_BEFORE:
    case FAR_CUT_AFTER:
        keep = false;
        break;
    case FAR_CUT_WITHIN:
        send_all(fd, BYTES("HTTP/1.1 200 x\r\nContent-Length: 100\r\n\r\n"));
        send_all(fd, bytes_slice(body, 0, body.len / 2 < 50 ? body.len / 2 : 50));
        keep = false;
        break;
    case FAR_NO_RECEIPTS:
        answer(fd, 200, 0, (struct bytes){0});
        break;
    case FAR_GARBAGE:
        answer(fd, 200, 0, BYTES("<html>welcome to the plant's wifi</html>"));
        break;
    case FAR_ENDLESS:
        send_endless(fd);
        break;
    case FAR_ONLY:
        answer(fd, stored ? 200 : 413, 0, stored ? body : (struct bytes){0});
        break;
    case FAR_POISON:
        answer(fd, stored ? 200 : 400, 0, stored ? body : (struct bytes){0});
        break;
    }
    buf_deinit(&receipts);
    return keep;
}

static bool serve_one(struct far_side *far, int fd)
{
    struct bytes body;
    if (!read_request(far, fd, &body)) {
        return false;
    }
    if (strstr(far->headers, "/keys HTTP")) {
        pthread_mutex_lock(&far->lock);
        far->key_changes++;
        int status = far->keys_status ? far->keys_status : 200;
        pthread_mutex_unlock(&far->lock);
        answer(fd, status, 0, BYTES(""));
        return true;
    }
    if (strstr(far->headers, "/manifests HTTP")) {
        pthread_mutex_lock(&far->lock);
        int status = far->manifest_status;
        struct bytes text = bytes_of(far->manifest_text);
        pthread_mutex_unlock(&far->lock);
        answer(fd, status, 0, text);
        return true;
    }
    bool raw = far->requests < far->raw;
    struct buf plain;
    buf_init(&plain, REQUEST_MAX);
    if (speaks_json(far) && !raw) {
        plain_of(body, &plain);
        body = buf_bytes(&plain);
    }
    Emgate__V1__SubmitRequest *request = emgate__v1__submit_request__unpack(
        NULL, raw ? 0 : body.len, raw ? NULL : body.data);
    buf_deinit(&plain);
    ASSERT(request);
    struct far_step step = next_step(far);
    bool keep = act(far, fd, &step, request);
    emgate__v1__submit_request__free_unpacked(request, NULL);
    return keep;
}

static void *run(void *argument)
{
    struct far_side *far = argument;
    while (readable(far, far->listener)) {
        int fd = accept(far->listener, NULL, NULL);
        if (fd < 0) {
            break;
        }
        while (serve_one(far, fd)) {
        }
        close(fd);
    }
    return NULL;
}

struct far_side *far_side_open(const struct far_step *steps, size_t count)
{
    struct far_side *far = mem_new(struct far_side);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    far->steps = steps;
    far->count = count;
    far->stop = eventfd(0, EFD_CLOEXEC);
    far->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening = bind(far->listener, (struct sockaddr *)&address, len) == 0 &&
                     listen(far->listener, 16) == 0 &&
                     getsockname(far->listener, (struct sockaddr *)&address, &len) == 0;
    ASSERT(listening);
    far->port = ntohs(address.sin_port);
    buf_init(&far->request, REQUEST_MAX);
    pthread_mutex_init(&far->lock, NULL);
    int rc = pthread_create(&far->thread, NULL, run, far);
    ASSERT(rc == 0);
    return far;
}

void far_side_close(struct far_side **far_side)
{
    struct far_side *far = *far_side;
    if (!far) {
        return;
    }
    uint64_t one = 1;
    ssize_t len = write(far->stop, &one, sizeof one);
    ASSERT(len == sizeof one);
    pthread_join(far->thread, NULL);
    close(far->listener);
    close(far->stop);
    buf_deinit(&far->request);
    pthread_mutex_destroy(&far->lock);
    mem_free(far_side);
}

void far_side_url(const struct far_side *far, char url[FAR_URL_MAX])
{
    snprintf(url, FAR_URL_MAX, "http://127.0.0.1:%d/v1/summaries", far->port);
}

void far_side_set_poison(struct far_side *far, const uint8_t key[32])
{
    memcpy(far->poison, key, 32);
}

void far_side_set_raw(struct far_side *far, unsigned count)
{
    far->raw = count;
}

static unsigned look(struct far_side *far, const unsigned *number)
{
    pthread_mutex_lock(&far->lock);
    unsigned value = *number;
    pthread_mutex_unlock(&far->lock);
    return value;
}

unsigned far_side_requests(struct far_side *far)
{
    return look(far, &far->requests);
}

unsigned far_side_stored(struct far_side *far)
{
    return look(far, &far->stored);
}

unsigned far_side_repeated(struct far_side *far)
{
    return look(far, &far->repeated);
}

void far_side_answer_keys(struct far_side *far, int status)
{
    pthread_mutex_lock(&far->lock);
    far->keys_status = status;
    pthread_mutex_unlock(&far->lock);
}

unsigned far_side_key_changes(struct far_side *far)
{
    pthread_mutex_lock(&far->lock);
    unsigned count = far->key_changes;
    pthread_mutex_unlock(&far->lock);
    return count;
}

void far_side_headers(struct far_side *far, char *headers, size_t size)
{
    pthread_mutex_lock(&far->lock);
    snprintf(headers, size, "%s", far->headers);
    pthread_mutex_unlock(&far->lock);
}

void far_side_answer_manifests(struct far_side *far, int status, const char *text)
{
    pthread_mutex_lock(&far->lock);
    far->manifest_status = status;
    far->manifest_text = text;
    pthread_mutex_unlock(&far->lock);
}
