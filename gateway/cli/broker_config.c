/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate broker-config`: mosquitto's configuration for devices on a network.  MQTT tells
 * a subscriber nothing about who published; that a device speaks for itself only is the
 * broker's to see to: its certificate's name is its user name, and that may write below
 * its own topic.  The native format says the id once more inside, which must be the
 * topic's.
 */
#include "cli/command.h"
#include "core/buf.h"
#include "core/mem.h"
#include "gateway.h"

#include <stdio.h>
#include <sys/stat.h>

#define TEXT_MAX (1U << 20)
#define SHIPPED "config/mosquitto/emgate.conf"

/* What the options ask for. */
struct wanted {
    const char *directory, *gateway, *listen, *ca, *certificate, *key, *revoked;
    const struct plan *plan;
};

/* ---- the ACL ---- */

static bool is_native(const struct plan_route *route)
{
    return strcmp(route->adapter->name, "native") == 0;
}

/* The first level that stands for a device becomes the user's name. */
static void put_pattern(const char *topic, struct buf *out)
{
    const char *plus = strchr(topic, '+');
    if (plus) {
        buf_print(out, "pattern write %.*s%%u%s\n", (int)(plus - topic), topic, plus + 1);
    }
}

static void put_acl(const struct wanted *w, struct buf *out)
{
    buf_print(out,
              "# Made by emgate broker-config.  A user's name is the common name in its\n"
              "# certificate.\n\nuser %s\ntopic read $SYS/#\n",
              w->gateway);
    for (size_t i = 0; i < w->plan->route_count; i++) {
        buf_print(out, "topic read %s\n", w->plan->routes[i].topic);
    }
    buf_print(out, "topic write emgate/v1/+/ack\n\n"
                   "# Each device below its own id only, and what is told to it.\n"
                   "pattern read emgate/v1/%%u/ack\n");
    for (size_t i = 0; i < w->plan->route_count; i++) {
        if (is_native(&w->plan->routes[i])) {
            put_pattern(w->plan->routes[i].topic, out);
        }
    }
    for (size_t i = 0; i < w->plan->route_count; i++) {
        if (!is_native(&w->plan->routes[i])) {
            buf_print(
                out,
                "# '%s': nobody may write it yet.  Put %%u where the device's name\n"
                "# stands:  pattern write ...\n",
                w->plan->routes[i].topic);
        }
    }
}

/* ---- the broker ---- */

/* The settings that keep messages, from the file we ship, without its listener. */
static bool put_shipped(struct buf *out)
{
    char path[4096];
    char line[1024];
    snprintf(path, sizeof path, "%s/" SHIPPED, bundle_data_directory());
    FILE *in = fopen(path, "re");
    if (!in) {
        fprintf(stderr, "emgate broker-config: can't read '%s'\n", path);
        return false;
    }
    while (fgets(line, sizeof line, in)) {
        bool ours = strncmp(line, "listener", 8) == 0 ||
                    strncmp(line, "allow_anonymous", 15) == 0 || line[0] == '#' ||
                    line[0] == '\n';
        if (!ours) {
            buf_add_text(out, line);
        }
    }
    fclose(in);
    return true;
}

static bool put_broker(const struct wanted *w, struct buf *out)
{
    buf_print(out,
              "# Made by emgate broker-config.  Whoever connects shows a certificate of\n"
              "# this authority; its common name is the user that emgate.acl speaks of.\n"
              "listener %s\ncafile %s\ncertfile %s\nkeyfile %s\ntls_version tlsv1.2\n"
              "require_certificate true\nuse_identity_as_username true\n"
              "allow_anonymous false\nacl_file %s/emgate.acl\n",
              w->listen, w->ca, w->certificate, w->key, w->directory);
    if (w->revoked) {
        buf_print(out, "crlfile %s\n", w->revoked);
    }
    buf_add_text(out, "\n# So that nothing acknowledged is lost; see docs/mqtt.md.\n");
    return put_shipped(out);
}

static bool write_file(const struct wanted *w, const char *name, const struct buf *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", w->directory, name);
    bool written = cli_write_file(path, text, false);
    if (written) {
        printf("%s\n", path);
    }
    return written;
}

static int write_all(const struct wanted *w)
{
    struct buf broker;
    struct buf acl;
    buf_init(&broker, TEXT_MAX);
    buf_init(&acl, TEXT_MAX);
    put_acl(w, &acl);
    bool written = put_broker(w, &broker) && write_file(w, "emgate.conf", &broker) &&
                   write_file(w, "emgate.acl", &acl);
    buf_deinit(&broker);
    buf_deinit(&acl);
    return written ? EXIT_OK : EXIT_IO;
}

/* An option's value, or what stands for it. */
static const char *option(const struct command *command,
                          const struct arguments *arguments, const char *name,
                          const char *otherwise)
{
    const char *value = argument_value(command, arguments, name);
    return value ? value : otherwise;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct wanted w = {
        .directory = argument_value(command, arguments, "output"),
        .listen = option(command, arguments, "listen", "8883"),
        .ca = option(command, arguments, "ca", "/etc/mosquitto/ca.pem"),
        .certificate = option(command, arguments, "cert", "/etc/mosquitto/broker.pem"),
        .key = option(command, arguments, "key", "/etc/mosquitto/broker.key"),
        .revoked = argument_value(command, arguments, "crl")};
    if (!config || !w.directory) {
        fprintf(stderr, "emgate broker-config: want -c FILE and -o DIRECTORY\n");
        return EXIT_USAGE;
    }
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan) {
        w.plan = plan;
        w.gateway = option(command, arguments, "gateway", plan->gateway_id);
        code = write_all(&w);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: its id and topics"},
    {"output", 'o', "DIRECTORY", "where emgate.conf and emgate.acl are written"},
    {"gateway", 0, "NAME", "common name in the gateway's certificate (its id)"},
    {"listen", 0, "PORT [ADDRESS]", "as mosquitto's 'listener' (8883)"},
    {"ca", 0, "FILE", "authority of all certificates (/etc/mosquitto/ca.pem)"},
    {"cert", 0, "FILE", "the broker's certificate (/etc/mosquitto/broker.pem)"},
    {"key", 0, "FILE", "its key (/etc/mosquitto/broker.key)"},
    {"crl", 0, "FILE", "certificates that were revoked"},
    {0},
};

const struct command command_broker_config = {
    .name = "broker-config",
    .summary = "writes mosquitto's configuration: each device for itself only",
    .usage = "-c FILE -o DIRECTORY",
    .help =
        "The common name in a device's certificate is its user name, and that may write\n"
        "below its own id only.  MQTT does not tell who published; this is what binds "
        "it.\n"
        "Topics of other formats than native are listed for you to say where the name\n"
        "stands in them.",
    .options = options,
    .run = run,
};
