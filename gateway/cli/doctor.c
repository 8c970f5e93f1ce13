/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate doctor`: what is wrong here, each finding with its fix: the machine, the
 * broker's own configuration, the running gateway.
 */
#include "cli/doctor.h"

#include "cli/remote.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define OUTPUT_MAX (1U << 20)
#define MOSQUITTO_CONFIG "/etc/mosquitto/mosquitto.conf"

static void print_finding(void *ctx, const struct finding *finding)
{
    (void)ctx;
    printf("%-4s  %s: %s\n", finding_level_names[finding->level], finding->what,
           finding->words);
    if (finding->fix) {
        printf("      fix: %s\n", finding->fix);
    }
}

static void add_finding(void *ctx, const struct finding *finding)
{
    struct json_writer *writer = ctx;
    json_open(writer, '{');
    json_pair(writer, "level", finding_level_names[finding->level]);
    json_pair(writer, "what", finding->what);
    json_pair(writer, "text", finding->words);
    json_pair(writer, "fix", finding->fix);
    json_close(writer, '}');
}

static void check_running(const struct plan *plan, struct findings *findings)
{
    int code = EXIT_OK;
    char socket[4096];
    snprintf(socket, sizeof socket, "%s/%s", plan->state_directory, API_SOCKET);
    json_t *status = access(socket, F_OK) == 0
                         ? remote_ask(plan->state_directory, "/v1/status", &code)
                         : NULL;
    if (status) {
        doctor_check_status(status, findings);
    } else {
        findings_tell(findings, FINDING_WARN, "gateway", "emgate run -c FILE",
                      "no gateway is running on '%s'", plan->state_directory);
    }
    json_decref(status);
}

/* Whether a broker of the plan is on this machine, on a port that mosquitto takes when
 * its configuration does not say another; else its configuration here is nobody's
 * business. */
static bool has_local_broker(const struct plan *plan)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < plan->broker_count; i++) {
        const char *host = strstr(plan->brokers[i].uri, "://");
        for (size_t k = 0; host && k < sizeof hosts / sizeof *hosts; k++) {
            size_t len = strlen(hosts[k]);
            const char *port = host + 3 + len;
            if (strncmp(host + 3, hosts[k], len) == 0 &&
                (*port == 0 || *port == '/' || strncmp(port, ":1883", 5) == 0 ||
                 strncmp(port, ":8883", 5) == 0)) {
                return true;
            }
        }
    }
    return false;
}

static void examine(const struct plan *plan, const char *mosquitto,
                    struct findings *findings)
{
    environment_check(plan, findings);
    if (mosquitto || (has_local_broker(plan) && access(MOSQUITTO_CONFIG, R_OK) == 0)) {
        doctor_check_mosquitto(mosquitto ? mosquitto : MOSQUITTO_CONFIG, findings);
    }
    check_running(plan, findings);
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    const char *mosquitto = argument_value(command, arguments, "mosquitto");
    struct findings findings = {.tell = print_finding};
    struct bundle bundle = {0};
    struct buf out;
    if (!config) {
        fprintf(stderr, "emgate doctor: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    if (!plan) {
        bundle_deinit(&bundle);
        return EXIT_BAD_CONFIG;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a broker that hangs up is a finding */
    if (argument_value(command, arguments, "json")) {
        buf_init(&out, OUTPUT_MAX);
        struct json_writer writer = json_writer_of(&out);
        findings = (struct findings){.tell = add_finding, .ctx = &writer};
        json_open(&writer, '[');
        examine(plan, mosquitto, &findings);
        json_close(&writer, ']');
        puts((const char *)out.data);
        buf_deinit(&out);
    } else {
        examine(plan, mosquitto, &findings);
        printf("%zu ok, %zu to look at, %zu wrong\n", findings.counts[FINDING_OK],
               findings.counts[FINDING_WARN], findings.counts[FINDING_FAIL]);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return findings.counts[FINDING_FAIL] > 0 ? EXIT_CHECK_FAILED : EXIT_OK;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"mosquitto", 0, "FILE", "the broker's configuration, if it runs here"},
    {"json", 0, NULL, "a JSON list"},
    {0},
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "looks at machine, broker and gateway; each finding with its fix",
    .usage = "-c FILE [--mosquitto FILE] [--json]",
    .help = "Directories, disk, clock, certificates, brokers and registries that answer, "
            "settings of\nmosquitto that lose messages (" MOSQUITTO_CONFIG
            " by default, when\na broker on this machine's port 1883 or 8883 is "
            "configured),\nand what the running gateway says of itself.  Exit 1: "
            "something is wrong.",
    .options = options,
    .run = run,
};
