/* SPDX-License-Identifier: Apache-2.0 */
/* A link to a real mosquitto: publishing, receiving, TLS, and a broker that goes. */
#include "mqtt/link.h"

#include "broker.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct heard {
    struct link *link;
    atomic_int count;
    char topic[64];
    size_t len;
};

static void on_arrived(void *ctx, struct bytes topic, struct bytes payload)
{
    struct heard *heard = ctx;
    snprintf(heard->topic, sizeof heard->topic, "%.*s", BYTES_ARG(topic));
    heard->len = payload.len;
    atomic_fetch_add(&heard->count, 1);
    link_wake(heard->link);
}

static struct link_wait soon(void)
{
    return (struct link_wait){.until_ns =
                                  clock_boot_ns(&clock_system) + INT64_C(10) * NS_PER_S};
}

static struct link_settings plain(const struct broker *broker)
{
    return (struct link_settings){.uri = broker->uri, .keepalive_ns = 30 * NS_PER_S};
}

static void publish(struct link *link, const char *topic, const char *text)
{
    struct error e = {0};
    struct link_message message = {
        .topic = topic, .payload = bytes_of(text), .mark_name = "from", .mark = "here"};
    cr_assert_eq(link_publish(link, &message, &e), ERR_OK, "%s", e.text);
}

Test(link, what_is_published_is_acknowledged_and_arrives)
{
    for (int protocol = LINK_MQTT_5; protocol <= LINK_MQTT_311; protocol++) {
        struct broker broker;
        struct heard heard = {0};
        struct error e = {0};
        struct link_wait wait = soon();
        broker_init(&broker);
        broker_start(&broker, NULL);
        struct link_settings settings = plain(&broker);
        settings.protocol = protocol;
        cr_assert_eq(link_open(&settings, &wait, on_arrived, &heard, &heard.link, &e),
                     ERR_OK, "%s", e.text);
        cr_assert_eq(link_subscribe(heard.link, "a/#", &wait, &e), ERR_OK, "%s", e.text);

        for (int i = 0; i < 100; i++) {
            publish(heard.link, "a/b", "hello");
        }
        while (link_acked(heard.link) < 100) {
            cr_assert_eq(link_wait_acked(heard.link, &wait, &e), ERR_OK, "%s", e.text);
        }
        while (atomic_load(&heard.count) < 100) {
            cr_assert_eq(link_wait_woken(heard.link, &wait, &e), ERR_OK, "%s", e.text);
        }

        cr_expect_eq(link_version(heard.link), protocol == LINK_MQTT_5 ? 5 : 4);
        cr_expect_str_eq(heard.topic, "a/b");
        cr_expect_eq(heard.len, 5);
        cr_expect(link_is_settled(heard.link));
        link_close(&heard.link);
        broker_deinit(&broker);
    }
}

Test(link, a_broker_that_goes_breaks_it_for_good)
{
    struct broker broker;
    struct link *link = NULL;
    struct error e = {0};
    struct link_wait wait = soon();
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct link_settings settings = plain(&broker);
    cr_assert_eq(link_open(&settings, &wait, NULL, NULL, &link, &e), ERR_OK);

    broker_stop(&broker, SIGKILL);
    enum err err = link_wait_woken(link, &wait, &e);

    cr_expect_eq(err, ERR_RETRY);
    cr_expect_not_null(strstr(e.text, "connection lost"), "%s", e.text);
    cr_expect_not(link_is_up(link));
    struct link_message message = {.topic = "a", .payload = BYTES("x")};
    cr_expect_eq(link_publish(link, &message, &e), ERR_RETRY);
    link_close(&link);
    broker_deinit(&broker);
}

Test(link, a_stop_breaks_off_the_waiting)
{
    struct broker broker;
    struct link *link = NULL;
    struct error e = {0};
    struct link_wait wait = soon();
    atomic_bool stop = true;
    broker_init(&broker);
    broker_start(&broker, NULL);
    struct link_settings settings = plain(&broker);
    cr_assert_eq(link_open(&settings, &wait, NULL, NULL, &link, &e), ERR_OK);
    struct link_wait stopped = {.until_ns = INT64_MAX, .stop = &stop};

    cr_expect_eq(link_wait_woken(link, &stopped, &e), ERR_RETRY);

    link_close(&link);
    broker_deinit(&broker);
}

Test(link, tls_with_user_and_password_and_the_right_authority_only)
{
    struct broker broker;
    struct link *link = NULL;
    struct error e = {0};
    struct link_wait wait = soon();
    char text[512];
    char uri[64];
    char ca[128];
    char other[128];
    char secret[128];
    broker_init(&broker);
    snprintf(text, sizeof text,
             "sh '%s/lib/certificates.sh' '%s' && mosquitto_passwd -b -c '%s/users' up "
             "key && printf 'key\\n' > '%s/secret'",
             TEST_DATA, broker.directory, broker.directory, broker.directory);
    cr_assert_eq(system(text), 0);
    snprintf(text, sizeof text,
             "cafile %s/ca.crt\ncertfile %s/server.crt\nkeyfile %s/server.key\n"
             "allow_anonymous false\npassword_file %s/users",
             broker.directory, broker.directory, broker.directory, broker.directory);
    broker_start(&broker, text);
    snprintf(uri, sizeof uri, "mqtts://127.0.0.1:%d", broker.port);
    snprintf(ca, sizeof ca, "%s/ca.crt", broker.directory);
    snprintf(other, sizeof other, "%s/other.crt", broker.directory);
    snprintf(secret, sizeof secret, "%s/secret", broker.directory);
    struct link_settings settings = {.uri = uri,
                                     .user = "up",
                                     .password = {.kind = SECRET_FILE, .name = secret},
                                     .ca_file = ca,
                                     .keepalive_ns = 30 * NS_PER_S};

    enum err right = link_open(&settings, &wait, NULL, NULL, &link, &e);
    cr_expect_eq(right, ERR_OK, "%s", e.text);
    link_close(&link);
    settings.ca_file = other;
    cr_expect_eq(link_open(&settings, &wait, NULL, NULL, &link, &e), ERR_RETRY);
    cr_expect_not_null(strstr(e.text, "TLS"), "%s", e.text);
    settings.ca_file = ca;
    settings.user = "nobody";
    cr_expect_eq(link_open(&settings, &wait, NULL, NULL, &link, &e), ERR_RETRY);
    cr_expect_not_null(strstr(e.text, "uthorized"), "%s", e.text);
    broker_deinit(&broker);
}
