/* SPDX-License-Identifier: Apache-2.0 */
/* The source against a real mosquitto with our shipped configuration. */
#include "broker.h"
#include "collector.h"
#include "mqtt_raw.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct source_filter plant_filter = {.topic = "plant/#", .qos = 1};

static struct source_broker settings_of(const struct broker *broker)
{
    return (struct source_broker){.name = "plant",
                                  .uri = broker->uri,
                                  .client_id = "emgate-test",
                                  .filters = &plant_filter,
                                  .filter_count = 1};
}

/* Messages "from".."to" at QoS 1; each one acknowledged by the broker. */
static void publish(const struct broker *broker, int from, int to)
{
    struct mqtt_raw *raw = mqtt_raw_connect(broker->port, 5, "publisher", true, 1000);
    cr_assert_not_null(raw);
    for (int i = from; i <= to; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        struct buf out;
        buf_init(&out, 4096);
        mqtt_raw_add_publish(&out, 5, 1, i % 60000 + 1, "plant/kiln", bytes_of(text));
        struct mqtt_raw_packet packet;
        cr_assert(mqtt_raw_write(raw, buf_bytes(&out)));
        cr_assert(mqtt_raw_read(raw, 10000, &packet) && packet.type == RAW_PUBACK);
        buf_deinit(&out);
    }
    mqtt_raw_close(&raw);
}

static bool is_connected(const struct source_status *status)
{
    return status->connected;
}

static bool is_subscribed(const struct source_status *status)
{
    return status->subscribed;
}

static bool nothing_parked(const struct source_status *status)
{
    return status->parked == 0;
}

Test(source, takes_messages_in_and_acknowledges_them)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_subscribed));

    publish(&broker, 1, 500);

    cr_assert(collector_wait(collector, &collector->stored, 500));
    cr_assert(collector_wait_status(collector, nothing_parked));
    cr_assert(source_groups_acks());
    cr_assert_str_eq(collector->payloads[499], "500");
    cr_assert_eq(collector->gaps, 0);
    collector_free(&collector);
    broker_deinit(&broker);
}

static bool resumed(const struct source_status *status)
{
    return status->connected && status->session_present && status->connects == 2;
}

static bool suspects_duplicate(const struct source_status *status)
{
    return status->duplicate_id;
}

static bool tls_refused(const struct source_status *status)
{
    return !status->connected && strstr(status->last_error, "TLS") != NULL;
}

/* True when each number is among the payloads, however often; waits for more. */
static bool get_all(struct collector *collector, uint64_t numbers)
{
    for (;;) {
        uint64_t stored = collector_get(collector, &collector->stored);
        uint64_t found = 0;
        for (uint64_t n = 1; n <= numbers; n++) {
            char text[16];
            snprintf(text, sizeof text, "%llu", (unsigned long long)n);
            uint64_t i = 0;
            while (i < stored && strcmp(collector->payloads[i], text) != 0) {
                i++;
            }
            found += i < stored;
        }
        if (found == numbers ||
            !collector_wait(collector, &collector->stored, stored + 1)) {
            return found == numbers;
        }
    }
}

/* Publishes 5 messages while the source is away and restarts the broker in between. */
Test(source, broker_that_stops_and_starts_again_costs_nothing)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));
    publish(&broker, 1, 5);
    cr_assert(collector_wait(collector, &collector->stored, 5));
    cr_assert(collector_wait_status(collector, nothing_parked));

    broker_stop(&broker, SIGTERM);
    broker_start(&broker, NULL);
    publish(&broker, 6, 10);

    cr_assert(get_all(collector, 10));
    cr_assert(collector_wait_status(collector, resumed));
    cr_assert_eq(collector->gaps, 0);
    collector_free(&collector);
    broker_deinit(&broker);
}

/* kill -9 before the broker saved anything: session and queue are gone. */
Test(source, broker_that_forgets_the_session_is_a_gap_and_is_subscribed_again)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));

    broker_stop(&broker, SIGKILL);
    broker_start(&broker, NULL);

    cr_assert(collector_wait(collector, &collector->gaps, 1));
    cr_assert_str_eq(collector->gap, "session lost");
    while (collector_get(collector, &collector->stored) == 0) {
        publish(&broker, 1, 1); /* the subscription follows the connection */
    }
    collector_free(&collector);
    broker_deinit(&broker);
}

Test(source, messages_of_its_absence_come_after_a_restart_of_the_gateway)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));
    publish(&broker, 1, 1);
    cr_assert(collector_wait(collector, &collector->stored, 1));
    collector_free(&collector);

    publish(&broker, 2, 2500); /* more than mosquitto queues by default */
    settings.session_expected = true;
    collector = collector_new(true);
    collector_open(collector, &settings, 1);

    cr_assert(collector_wait(collector, &collector->stored, 2499));
    cr_assert_eq(collector->gaps, 0);
    cr_assert_str_eq(collector->payloads[2498], "2500");
    collector_free(&collector);
    broker_deinit(&broker);
}

Test(source, full_store_loses_nothing_and_needs_no_hand_to_go_on)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    settings.keepalive_s = 1; /* held for a third of a second, then given back */
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));
    publish(&broker, 1, 1);
    cr_assert(collector_wait(collector, &collector->stored, 1));

    collector_set_answer(collector, ERR_FULL);
    publish(&broker, 2, 200);
    cr_assert(collector_wait(collector, &collector->refused, 20));
    collector_set_answer(collector, ERR_OK);

    cr_assert(get_all(collector, 200));
    collector_free(&collector);
    broker_deinit(&broker);
}

Test(source, second_client_with_our_id_is_told)
{
    struct broker broker;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct source_broker settings = settings_of(&broker);
    settings.protocol = SOURCE_MQTT_311; /* the broker says nothing then */
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);

    for (int i = 0; i < 3; i++) {
        cr_assert(collector_wait_status(collector, is_connected));
        struct mqtt_raw *thief =
            mqtt_raw_connect(broker.port, 4, settings.client_id, false, 0);
        struct mqtt_raw_packet packet;
        while (thief && mqtt_raw_read(thief, 10000, &packet)) {
        }
        mqtt_raw_close(&thief);
    }

    cr_assert(collector_wait_status(collector, suspects_duplicate));
    collector_free(&collector);
    broker_deinit(&broker);
}

/* Two authorities, "ca" and "other"; a server's and a client's certificate of each. */
static void make_certificates(const struct broker *broker)
{
    char command[512];
    snprintf(command, sizeof command, "sh '%s/lib/certificates.sh' '%s'", TEST_DATA,
             broker->directory);
    cr_assert_eq(system(command), 0);
}

struct tls_files {
    char ca[96], other_ca[96], cert[96], key[96], more[1024], uri[64];
};

static void name_tls_files(const struct broker *broker, struct tls_files *files)
{
    const char *d = broker->directory;
    snprintf(files->ca, sizeof files->ca, "%s/ca.crt", d);
    snprintf(files->other_ca, sizeof files->other_ca, "%s/other.crt", d);
    snprintf(files->cert, sizeof files->cert, "%s/client.crt", d);
    snprintf(files->key, sizeof files->key, "%s/client.key", d);
    snprintf(files->uri, sizeof files->uri, "mqtts://127.0.0.1:%d", broker->port);
    snprintf(files->more, sizeof files->more,
             "cafile %s/ca.crt\ncertfile %s/server.crt\nkeyfile %s/server.key\n"
             "require_certificate true\nuse_identity_as_username true\n",
             d, d, d);
}

static void start_tls(struct broker *broker, struct tls_files *files,
                      struct source_broker *ret_settings)
{
    broker_init(broker);
    make_certificates(broker);
    name_tls_files(broker, files);
    broker_start(broker, files->more);
    *ret_settings = settings_of(broker);
    ret_settings->uri = files->uri;
    ret_settings->ca_file = files->ca;
    ret_settings->cert_file = files->cert;
    ret_settings->key_file = files->key;
}

Test(source, tls_with_client_certificates_grouped_like_plain)
{
    struct broker broker;
    struct tls_files files;
    struct source_broker settings;
    start_tls(&broker, &files, &settings);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, is_connected));

    char command[512];
    snprintf(
        command, sizeof command,
        "for i in $(seq 300); do echo $i; done | mosquitto_pub -q 1 -l -t plant/a -p "
        "%d --cafile %s --cert %s --key %s",
        broker.port, files.ca, files.cert, files.key);
    cr_assert_eq(system(command), 0);

    cr_assert(collector_wait(collector, &collector->stored, 300));
    cr_assert(collector_wait_status(collector, nothing_parked));
    cr_assert_str_eq(collector->payloads[299], "300");
    collector_free(&collector);
    broker_deinit(&broker);
}

Test(source, broker_of_another_authority_is_refused)
{
    struct broker broker;
    struct tls_files files;
    struct source_broker settings;
    start_tls(&broker, &files, &settings);
    settings.ca_file = files.other_ca;
    struct collector *collector = collector_new(true);

    collector_open(collector, &settings, 1);

    cr_assert(collector_wait_status(collector, tls_refused));
    collector_free(&collector);
    broker_deinit(&broker);
}

static void copy_file(const char *from, const char *to)
{
    char command[256];
    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    cr_assert_eq(system(command), 0);
}

/* Certificates are read at each connect: a renewed one needs no restart. */
Test(source, renewed_certificate_is_taken_at_the_next_connect)
{
    struct broker broker;
    struct tls_files files;
    struct source_broker settings;
    start_tls(&broker, &files, &settings);
    char good[128];
    snprintf(good, sizeof good, "%s/good.crt", broker.directory);
    copy_file(files.ca, good);
    copy_file(files.other_ca, files.ca);
    struct collector *collector = collector_new(true);
    collector_open(collector, &settings, 1);
    cr_assert(collector_wait_status(collector, tls_refused));

    copy_file(good, files.ca);

    cr_assert(collector_wait_status(collector, is_connected));
    collector_free(&collector);
    broker_deinit(&broker);
}
