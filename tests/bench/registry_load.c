/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed summaries for a registry, as its gateways would send them: made beforehand into
 * a file, then posted by several connections at once.
 *
 *     registry_load enrol GATEWAYS              prints the registry's `gateways`
 *     registry_load make FILE GATEWAYS HOURS BATCH
 *     registry_load send FILE PORT CONNECTIONS  prints one line of JSON
 *
 * Each gateway has one process and a chain.  A file holds requests, each behind its
 * length (u32) and the number of its summaries (u32).
 */
#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/endian.h"
#include "core/mem.h"
#include "core/number.h"
#include "evidence/dsse.h"
#include "registry.pb-c.h"
#include "summary.pb-c.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_HOUR INT64_C(490872) /* 2026-01-01T00:00Z */
#define STREAMS 3
#define POINTS 4
#define BODY_MAX ((size_t)16 * 1024 * 1024)
#define ANSWER_MAX ((size_t)1024 * 1024)
#define SECTORS 6

static const char *const sectors[SECTORS] = {"cement",   "steel",     "fertilisers",
                                             "hydrogen", "aluminium", "chemicals"};

/* ---- making ---- */

struct gateway {
    int64_t number;
    struct key_pair *key;
    uint8_t previous[32];
    bool has_previous;
    uint64_t tree;
};

static struct key_pair *key_of(int64_t number)
{
    uint8_t seed[KEY_PUBLIC_LEN] = {1};
    memcpy(seed + 1, &number, sizeof number);
    return key_of_seed(seed);
}

/* protobuf-c wants changeable texts. */
static char *text(struct arena *arena, const char *words)
{
    return (char *)(uintptr_t)arena_copy(arena, bytes_of(words)).data;
}

static char *numbered(struct arena *arena, const char *words, int64_t number)
{
    struct bytes made = arena_print(arena, "%s%06lld", words, (long long)number);
    return (char *)(uintptr_t)made.data;
}

static Emgate__V1__Quantity *quantity(struct arena *arena, double value, const char *unit)
{
    Emgate__V1__Quantity *q = arena_new(arena, Emgate__V1__Quantity);
    emgate__v1__quantity__init(q);
    q->known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
    q->value = value;
    q->unit = text(arena, unit);
    return q;
}

static Emgate__V1__NamedQuantity *named(struct arena *arena, const char *name,
                                        double value, const char *unit,
                                        const char *origin)
{
    Emgate__V1__NamedQuantity *n = arena_new(arena, Emgate__V1__NamedQuantity);
    emgate__v1__named_quantity__init(n);
    n->name = text(arena, name);
    n->quantity = quantity(arena, value, unit);
    n->origin = text(arena, origin);
    return n;
}

static Emgate__V1__Stream *stream(struct arena *arena, int number, double amount)
{
    Emgate__V1__Stream *s = arena_new(arena, Emgate__V1__Stream);
    emgate__v1__stream__init(s);
    s->id = numbered(arena, "fuel_", number);
    s->method = text(arena, "combustion_standard");
    s->method_version = text(arena, "1");
    s->term = text(arena, "direct");
    s->n_inputs = 3;
    s->inputs = arena_take(arena, 3 * sizeof(void *), sizeof(void *));
    s->inputs[0] = named(arena, "quantity", amount, "t", "point:fuel_feed_rate");
    s->inputs[1] =
        named(arena, "net_calorific_value", 25.8, "GJ/t", "factor:eu-fuels@2026-01");
    s->inputs[2] =
        named(arena, "emission_factor", 94.6, "t CO2/TJ", "factor:eu-fuels@2026-01");
    s->n_outputs = 2;
    s->outputs = arena_take(arena, 2 * sizeof(void *), sizeof(void *));
    s->outputs[0] = named(arena, "emissions", amount * 2.44, "t CO2", "");
    s->outputs[1] = named(arena, "energy", amount * 0.0258, "TJ", "");
    s->co2e = quantity(arena, amount * 2.44, "t CO2e");
    return s;
}

static Emgate__V1__PointQuality *point(struct arena *arena, int number, double amount)
{
    Emgate__V1__PointQuality *p = arena_new(arena, Emgate__V1__PointQuality);
    emgate__v1__point_quality__init(p);
    p->point = numbered(arena, "fuel_feed_rate_", number);
    p->kind = text(arena, "rate");
    p->expected = 360;
    p->received = 360;
    p->valid = 360;
    p->coverage = 1;
    p->state = text(arena, "valid");
    p->quantity = quantity(arena, amount, "t");
    return p;
}

static void put_names(const struct gateway *g, struct arena *arena,
                      Emgate__V1__Summary *s)
{
    s->gateway = numbered(arena, "gw-", g->number);
    s->operator_ = numbered(arena, "OP-", g->number / 3);
    s->installation = numbered(arena, "PK-", g->number);
    s->process = text(arena, "main");
    s->category = numbered(arena, "category_", g->number % 12);
    s->cn = text(arena, "25231000");
    s->country = text(arena, "PK");
    s->sector = text(arena, sectors[g->number % SECTORS]);
    s->time_zone = text(arena, "Asia/Karachi");
}

static void put_quality(struct arena *arena, double amount, Emgate__V1__Summary *s)
{
    Emgate__V1__DataQuality *q = arena_new(arena, Emgate__V1__DataQuality);
    emgate__v1__data_quality__init(q);
    q->expected = q->received = q->valid = 360 * POINTS;
    q->coverage = 1;
    q->complete = true;
    q->clock = text(arena, "synchronised");
    q->n_points = POINTS;
    q->points = arena_take(arena, POINTS * sizeof(void *), sizeof(void *));
    for (int i = 0; i < POINTS; i++) {
        q->points[i] = point(arena, i, amount);
    }
    s->quality = q;
}

static void put_provenance(struct gateway *g, struct arena *arena, Emgate__V1__Summary *s)
{
    Emgate__V1__Provenance *p = arena_new(arena, Emgate__V1__Provenance);
    emgate__v1__provenance__init(p);
    uint8_t *hash = arena_take(arena, 32, 1);
    g->tree += 1440;
    crypto_hash_sha256(hash, (const uint8_t *)&g->tree, sizeof g->tree);
    ProtobufCBinaryData some = {32, hash};
    p->config_hash = some;
    p->input_root = some;
    p->input_count = 1440;
    p->tree_root = some;
    p->tree_size = g->tree;
    p->first_record = g->tree - 1439;
    p->last_record = g->tree;
    p->rule_set = text(arena, "CBAM-2025/2547");
    p->factor_set = text(arena, "eu-fuels@2026-01,cbam-grid@2026-01");
    p->software = text(arena, EMGATE_VERSION);
    if (g->has_previous) {
        p->previous = (ProtobufCBinaryData){32, g->previous};
    }
    s->provenance = p;
}

static struct bytes make_envelope(struct gateway *g, int64_t hour, struct arena *arena)
{
    Emgate__V1__Summary s;
    Emgate__V1__Attribution attribution;
    Emgate__V1__Stream *streams[STREAMS];
    double amount = 10 + (double)(randombytes_random() % 100000) / 9973;
    emgate__v1__summary__init(&s);
    emgate__v1__attribution__init(&attribution);
    put_names(g, arena, &s);
    s.window_start_ns = (START_HOUR + hour) * NS_PER_HOUR;
    s.window_end_ns = s.window_start_ns + NS_PER_HOUR;
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = stream(arena, i, amount);
    }
    s.streams = streams;
    s.n_streams = STREAMS;
    attribution.attributed_direct = quantity(arena, amount * 7.32, "t CO2e");
    attribution.attributed_indirect = quantity(arena, amount / 8, "t CO2e");
    s.attribution = &attribution;
    s.activity_level = quantity(arena, amount * 9, "t");
    s.electricity = quantity(arena, amount / 2, "MWh");
    s.fuel_energy = quantity(arena, amount * 0.0774, "TJ");
    put_quality(arena, amount, &s);
    put_provenance(g, arena, &s);
    size_t len = emgate__v1__summary__get_packed_size(&s);
    uint8_t *packed = arena_take(arena, len, 1);
    emgate__v1__summary__pack(&s, packed);
    struct bytes payload = {packed, len};
    crypto_hash_sha256(g->previous, packed, len);
    g->has_previous = true;
    const struct key_pair *pairs[] = {g->key};
    return dsse_envelope(DSSE_SUMMARY, payload, pairs, 1, arena);
}

static void write_request(FILE *out, const struct buf *body, uint32_t count)
{
    uint8_t head[8];
    endian_put_u32(head, (uint32_t)body->len);
    endian_put_u32(head + 4, count);
    ASSERT(fwrite(head, sizeof head, 1, out) == 1);
    ASSERT(fwrite(body->data, body->len, 1, out) == 1);
}

/* One request of a gateway's hours [from, to). */
static void make_request(struct gateway *g, int64_t from, int64_t to, FILE *out,
                         struct arena *arena)
{
    struct buf body;
    char name[32];
    buf_init(&body, BODY_MAX);
    snprintf(name, sizeof name, "gw-%06lld", (long long)g->number);
    buf_add_byte(&body, 0x0a);
    buf_add_string(&body, bytes_of(name));
    for (int64_t hour = from; hour < to; hour++) {
        arena_reset(arena);
        buf_add_byte(&body, 0x12);
        buf_add_string(&body, make_envelope(g, hour, arena));
    }
    write_request(out, &body, (uint32_t)(to - from));
    buf_deinit(&body);
}

static int make(const char *path, int64_t gateways, int64_t hours, int64_t batch)
{
    struct arena arena;
    FILE *out = fopen(path, "wbe");
    ASSERT(out);
    arena_init(&arena, (size_t)1024 * 1024);
    struct gateway *all = mem_array((size_t)gateways, sizeof *all);
    for (int64_t from = 0; from < hours; from += batch) {
        int64_t to = from + batch < hours ? from + batch : hours;
        for (int64_t i = 0; i < gateways; i++) {
            all[i].number = i;
            all[i].key = all[i].key ? all[i].key : key_of(i);
            make_request(&all[i], from, to, out, &arena);
        }
    }
    for (int64_t i = 0; i < gateways; i++) {
        key_close(&all[i].key);
    }
    mem_free(&all);
    arena_deinit(&arena);
    return fclose(out) == 0 ? 0 : 1;
}

static int enrol(int64_t gateways)
{
    printf("gateways:\n");
    for (int64_t i = 0; i < gateways; i++) {
        char key[KEY_HEX_MAX];
        struct key_pair *pair = key_of(i);
        key_print(key_get_public(pair), key);
        printf("  - {id: gw-%06lld, operator: OP-%06lld, installations: [PK-%06lld], "
               "public_key: '%s'}\n",
               (long long)i, (long long)i / 3, (long long)i, key);
        key_close(&pair);
    }
    return 0;
}

/* ---- sending ---- */

struct load {
    FILE *in;
    uint16_t port;
    pthread_mutex_t lock;
    int64_t summaries, bytes, requests, failures;
    int64_t *took_ns; /* of each request */
    size_t capacity;
};

static int connect_to(uint16_t port)
{
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    ASSERT(fd >= 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ASSERT(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

static void send_all(int fd, struct bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        ASSERT(sent > 0);
        bytes = bytes_slice(bytes, (size_t)sent, bytes.len);
    }
}

/* The whole answer: headers, then as many bytes as they say.  Gives its body. */
static struct bytes read_answer(int fd, char *answer, int *ret_status)
{
    size_t len = 0;
    for (;;) {
        ssize_t got = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0);
        ASSERT(got > 0);
        len += (size_t)got;
        answer[len] = 0;
        const char *end = strstr(answer, "\r\n\r\n");
        const char *length = end ? strcasestr(answer, "content-length: ") : NULL;
        if (!length) {
            continue;
        }
        uint64_t wanted = 0;
        length += 16;
        ASSERT(number_parse_u64(
            (struct bytes){(const uint8_t *)length, strspn(length, "0123456789")},
            &wanted));
        size_t body = (size_t)(end - answer) + 4;
        if (len >= body + wanted) {
            *ret_status = (answer[9] - '0') * 100;
            return (struct bytes){(const uint8_t *)answer + body, (size_t)wanted};
        }
    }
}

/* Receipts that are not STORED. */
static int64_t count_failures(struct bytes body, uint32_t wanted)
{
    Emgate__V1__SubmitResponse *response =
        emgate__v1__submit_response__unpack(NULL, body.len, body.data);
    int64_t failures = !response || response->n_receipts != wanted ? wanted : 0;
    for (size_t i = 0; response && i < response->n_receipts; i++) {
        failures += response->receipts[i]->verdict != EMGATE__V1__VERDICT__VERDICT_STORED;
    }
    if (response) {
        emgate__v1__submit_response__free_unpacked(response, NULL);
    }
    return failures;
}

static bool next_request(struct load *load, uint8_t *body, uint32_t *ret_len,
                         uint32_t *ret_count)
{
    uint8_t head[8];
    pthread_mutex_lock(&load->lock);
    bool more = fread(head, sizeof head, 1, load->in) == 1;
    if (more) {
        *ret_len = endian_u32(head);
        *ret_count = endian_u32(head + 4);
        ASSERT(*ret_len <= BODY_MAX && fread(body, *ret_len, 1, load->in) == 1);
    }
    pthread_mutex_unlock(&load->lock);
    return more;
}

static void note(struct load *load, uint32_t len, uint32_t count, int64_t failures,
                 int64_t took_ns)
{
    pthread_mutex_lock(&load->lock);
    load->took_ns = mem_grow(load->took_ns, (size_t)load->requests, &load->capacity,
                             sizeof *load->took_ns);
    load->took_ns[load->requests++] = took_ns;
    load->summaries += count;
    load->bytes += len;
    load->failures += failures;
    pthread_mutex_unlock(&load->lock);
}

static void *send_requests(void *ctx)
{
    struct load *load = ctx;
    uint8_t *body = mem_array(BODY_MAX, 1);
    char *answer = mem_array(ANSWER_MAX, 1);
    int fd = connect_to(load->port);
    uint32_t len = 0;
    uint32_t count = 0;
    while (next_request(load, body, &len, &count)) {
        char head[160];
        int status = 0;
        int head_len = snprintf(head, sizeof head,
                                "POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
                                "Content-Type: application/x-protobuf\r\n"
                                "Content-Length: %u\r\n\r\n",
                                len);
        int64_t before_ns = clock_boot_ns(&clock_system);
        send_all(fd, (struct bytes){(const uint8_t *)head, (size_t)head_len});
        send_all(fd, (struct bytes){body, len});
        struct bytes got = read_answer(fd, answer, &status);
        int64_t took_ns = clock_boot_ns(&clock_system) - before_ns;
        note(load, len, count, status == 200 ? count_failures(got, count) : count,
             took_ns);
    }
    close(fd);
    mem_free(&body);
    mem_free(&answer);
    return NULL;
}

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

static double share_ms(const struct load *load, double share)
{
    size_t at = (size_t)((double)(load->requests - 1) * share);
    return (double)load->took_ns[at] / 1e6;
}

static int send_file(const char *path, int64_t port, int64_t connections)
{
    struct load load = {.in = fopen(path, "rbe"), .port = (uint16_t)port};
    pthread_t threads[64];
    ASSERT(load.in && connections > 0 && connections <= 64);
    pthread_mutex_init(&load.lock, NULL);
    int64_t before_ns = clock_boot_ns(&clock_system);
    for (int64_t i = 0; i < connections; i++) {
        ASSERT(pthread_create(&threads[i], NULL, send_requests, &load) == 0);
    }
    for (int64_t i = 0; i < connections; i++) {
        pthread_join(threads[i], NULL);
    }
    double took_s = (double)(clock_boot_ns(&clock_system) - before_ns) / 1e9;
    ASSERT(load.requests > 0);
    qsort(load.took_ns, (size_t)load.requests, sizeof *load.took_ns, by_time);
    printf("{\"summaries\": %lld, \"failures\": %lld, \"seconds\": %.2f, "
           "\"summaries_per_s\": %.0f, \"bytes_per_summary\": %.0f, \"requests\": %lld, "
           "\"median_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f}\n",
           (long long)load.summaries, (long long)load.failures, took_s,
           (double)load.summaries / took_s, (double)load.bytes / (double)load.summaries,
           (long long)load.requests, share_ms(&load, 0.5), share_ms(&load, 0.99),
           share_ms(&load, 1));
    mem_free(&load.took_ns);
    fclose(load.in);
    return load.failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    int64_t numbers[3] = {0};
    const char *command = argc > 1 ? argv[1] : "";
    bool enrols = argc == 3 && strcmp(command, "enrol") == 0;
    for (int i = enrols ? 2 : 3; i < argc && i < 6; i++) {
        ASSERT(number_parse_i64(bytes_of(argv[i]), &numbers[i - (enrols ? 2 : 3)]));
    }
    ASSERT(sodium_init() >= 0);
    if (enrols) {
        return enrol(numbers[0]);
    }
    if (argc == 6 && strcmp(command, "make") == 0) {
        return make(argv[2], numbers[0], numbers[1], numbers[2]);
    }
    if (argc == 5 && strcmp(command, "send") == 0) {
        return send_file(argv[2], numbers[0], numbers[1]);
    }
    fprintf(stderr,
            "usage: registry_load enrol N | make FILE GATEWAYS HOURS BATCH | send "
            "FILE PORT CONNECTIONS\n");
    return 64;
}
