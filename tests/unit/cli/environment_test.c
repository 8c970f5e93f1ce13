/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/environment.h"

#include "config/analyses.h"
#include "methods/method.h"

#include "core/clock.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void collect(void *ctx, const struct finding *finding)
{
    struct buf *out = ctx;
    buf_print(out, "%s %s: %s\n", finding_level_names[finding->level], finding->what,
              finding->words);
}

struct look {
    struct buf text;
    struct findings findings;
};

static void look_init(struct look *look)
{
    *look = (struct look){0};
    buf_init(&look->text, 65536);
    look->findings = (struct findings){.tell = collect, .ctx = &look->text};
}

static bool told(const struct look *look, const char *words)
{
    return look->text.data && strstr((const char *)look->text.data, words);
}

/* A socket that listens on a free port of loopback. */
static int listen_somewhere(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int file = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(file, (struct sockaddr *)&address, len), 0);
    cr_assert_eq(listen(file, 4), 0);
    cr_assert_eq(getsockname(file, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return file;
}

Test(environment, a_broker_that_listens_answers_and_one_that_does_not_fails)
{
    struct look look;
    char uri[64];
    int port = 0;
    int file = listen_somewhere(&port);
    struct plan_broker broker = {.name = "plant", .uri = uri};
    struct plan plan = {.brokers = &broker, .broker_count = 1};
    snprintf(uri, sizeof uri, "mqtt://127.0.0.1:%d", port);
    look_init(&look);

    environment_check_network(&plan, &look.findings);
    close(file);
    environment_check_network(&plan, &look.findings);

    cr_assert_eq(look.findings.counts[FINDING_OK], 1);
    cr_assert_eq(look.findings.counts[FINDING_FAIL], 1);
    cr_assert(told(&look, "answers"));
    cr_assert(told(&look, "Connection refused"));
    buf_deinit(&look.text);
}

/* A self-signed certificate that lasts so many seconds. */
static void write_certificate(const char *path, long seconds)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    PEM_write_X509(out, certificate);
    fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void expect_days(long seconds, enum finding_level level, const char *words)
{
    struct look look;
    char path[] = "/tmp/emgate-certificate-XXXXXX";
    struct plan_broker broker = {.name = "plant", .uri = "none", .ca_file = path};
    struct plan plan = {.brokers = &broker, .broker_count = 1};
    close(mkstemp(path));
    write_certificate(path, seconds);
    look_init(&look);

    environment_check_network(&plan, &look.findings);

    cr_expect_eq(look.findings.counts[level], 1, "%s", (const char *)look.text.data);
    cr_expect(told(&look, words), "%s", (const char *)look.text.data);
    unlink(path);
    buf_deinit(&look.text);
}

Test(environment, days_of_a_certificate_are_counted)
{
    expect_days(100 * 86400 + 60, FINDING_OK, "lasts 100 more days");
    expect_days(10 * 86400 + 60, FINDING_WARN, "lasts 10 more days");
    expect_days(-60, FINDING_FAIL, "has expired");
}

Test(environment, a_secret_others_can_read_is_warned_of_and_never_told)
{
    struct look look;
    char path[] = "/tmp/emgate-secret-XXXXXX";
    struct plan plan = {.signing_key = {.kind = SECRET_FILE, .name = path}};
    int file = mkstemp(path);
    cr_assert_eq(write(file, "hunter2", 7), 7);
    cr_assert_eq(fchmod(file, 0644), 0);
    close(file);
    look_init(&look);

    environment_check_network(&plan, &look.findings);

    cr_assert_eq(look.findings.counts[FINDING_WARN], 1);
    cr_assert(told(&look, "can be read by others"));
    cr_assert_not(told(&look, "hunter2"));
    unlink(path);
    buf_deinit(&look.text);
}

Test(environment, state_in_memory_fails_and_a_probe_leaves_nothing)
{
    struct look look;
    struct plan plan = {.state_directory = "/dev/shm",
                        .journal = {.directory = "/dev/shm/journal",
                                    .quota = 4096,
                                    .segment_size = 4096}};
    look_init(&look);

    environment_check_storage(&plan, &look.findings);

    cr_assert(told(&look, "fail volume: '/dev/shm' is in memory"), "%s",
              (const char *)look.text.data);
    cr_assert(told(&look, "ok state directory"));
    cr_assert_neq(system("ls -A /dev/shm | grep -q emgate-check"), 0);
    buf_deinit(&look.text);
}

Test(environment, a_reserve_larger_than_the_disk_fails)
{
    struct look look;
    struct plan plan = {.state_directory = "/tmp",
                        .journal = {.directory = "/tmp/j",
                                    .segment_size = 4096,
                                    .reserve = INT64_C(1) << 60}};
    look_init(&look);

    environment_check_storage(&plan, &look.findings);

    cr_assert(told(&look, "fail journal space"), "%s", (const char *)look.text.data);
    buf_deinit(&look.text);
}

Test(environment, what_lapses_is_a_warning_with_its_day)
{
    struct look look;
    struct plan_point points[2] = {
        {.id = "coal", .calibration_due_ns = INT64_C(1785542400) * NS_PER_S},
        {.id = "gas", .calibration_due_ns = INT64_MAX}};
    struct plan plan = {.points = points, .point_count = 2};
    look_init(&look);
    environment_check_lapses(&plan, INT64_C(1785542400) * NS_PER_S, &look.findings);
    cr_assert(told(&look, "warn coal: calibration lapsed on 2026-08-01"), "%s",
              (const char *)look.text.data);
    cr_assert_eq(look.findings.counts[FINDING_WARN], 1);
    environment_check_lapses(&plan, INT64_C(1785542399) * NS_PER_S, &look.findings);
    cr_assert(told(&look, "warn coal: calibration lapses on 2026-08-01"));
    buf_deinit(&look.text);
}

#define AUGUST_NS (INT64_C(1785542400) * NS_PER_S) /* 2026-08-01 */
#define ONE_DAY_NS (24 * NS_PER_HOUR)

/* Coal is analysed six times a year, gas each week; what two analyses are behind covers
 * twice as long. */
Test(environment, an_analysis_that_will_be_due_is_a_warning_with_its_day)
{
    struct look look;
    struct plan_point point = {.calibration_due_ns = INT64_MAX, .uncertainty = 0.015};
    struct plan_factor factor = {.from_ns = AUGUST_NS,
                                 .to_ns = INT64_MAX,
                                 .material = MATERIAL_COAL,
                                 .analyses = 1,
                                 .scatter = -1};
    struct plan_input inputs[2] = {
        {.method_input = 0, .point = &point},
        {.method_input = 1, .factors = &factor, .factor_count = 1}};
    struct plan_stream stream = {
        .id = "coal", .method = &method_combustion, .inputs = inputs, .input_count = 2};
    struct plan_process process = {.id = "kiln", .streams = &stream, .stream_count = 1};
    struct plan plan = {.processes = &process, .process_count = 1};
    const struct {
        enum analysis_material material;
        int64_t analyses, quiet_days, told_days;
        double scatter;
        const char *words;
    } cases[] = {
        {MATERIAL_COAL, 1, 45, 46, -1, "kiln/coal/ncv: cover by analyses"},
        {MATERIAL_COAL, 1, 45, 62, -1, "Annex II B.5) lapsed on 2026-09-30"},
        {MATERIAL_COAL, 2, 106, 107, -1, "lapses on 2026-11-30"},
        {MATERIAL_NATURAL_GAS, 1, 5, 6, -1, "lapses on 2026-08-08"},
        {MATERIAL_NONE, 1, 5000, 0, -1, NULL},
        {MATERIAL_COAL, 1, 5000, 0, 0.005, NULL}, /* by the rule of one third */
    };
    look_init(&look);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        factor.material = (int)cases[i].material;
        factor.analyses = cases[i].analyses;
        factor.scatter = cases[i].scatter;
        size_t before = look.findings.counts[FINDING_WARN];
        environment_check_lapses(&plan, AUGUST_NS + cases[i].quiet_days * ONE_DAY_NS,
                                 &look.findings);
        cr_assert_eq(look.findings.counts[FINDING_WARN], before, "case %zu: %s", i,
                     (const char *)look.text.data);
        environment_check_lapses(&plan, AUGUST_NS + cases[i].told_days * ONE_DAY_NS,
                                 &look.findings);
        cr_assert(!cases[i].words || told(&look, cases[i].words), "case %zu: %s", i,
                  (const char *)look.text.data);
    }
    buf_deinit(&look.text);
}
