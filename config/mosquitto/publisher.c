/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for mosquitto 2.0: every message says who published it.
 *
 *     plugin /usr/lib/emgate/mosquitto_publisher.so
 *
 * The name that the broker knows a client by (with use_identity_as_username its
 * certificate's) becomes the MQTT 5 user property `emgate-publisher` of what it
 * publishes. A client that says the property itself, or has no name, is refused: nobody
 * speaks for another.  Inputs of the gateway can require it (`publisher: required`).
 *
 * Built on mosquitto's own headers alone; it runs on the broker's thread.
 */
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <mqtt_protocol.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTY "emgate-publisher"

static mosquitto_plugin_id_t *plugin_id;

/* Whether a user property of our name is there already. */
static bool is_said(const mosquitto_property *properties)
{
    bool said = false;
    bool skip_first = false;
    const mosquitto_property *at = properties;
    while (at && !said) {
        char *name = NULL;
        char *value = NULL;
        at = mosquitto_property_read_string_pair(at, MQTT_PROP_USER_PROPERTY, &name,
                                                 &value, skip_first);
        said = at && name && strcmp(name, PROPERTY) == 0;
        free(name);
        free(value);
        skip_first = true;
    }
    return said;
}

static int on_message(int event, void *data, void *user)
{
    struct mosquitto_evt_message *message = data;
    (void)event;
    (void)user;
    const char *name = mosquitto_client_username(message->client);
    if (!name || !*name || is_said(message->properties)) {
        return MOSQ_ERR_ACL_DENIED;
    }
    return mosquitto_property_add_string_pair(&message->properties,
                                              MQTT_PROP_USER_PROPERTY, PROPERTY, name);
}

int mosquitto_plugin_version(int count, const int *versions)
{
    for (int i = 0; i < count; i++) {
        if (versions[i] == MOSQ_PLUGIN_VERSION) {
            return MOSQ_PLUGIN_VERSION;
        }
    }
    return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **user,
                          struct mosquitto_opt *options, int count)
{
    (void)user;
    (void)options;
    (void)count;
    plugin_id = id;
    return mosquitto_callback_register(id, MOSQ_EVT_MESSAGE, on_message, NULL, NULL);
}

int mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *options, int count)
{
    (void)user;
    (void)options;
    (void)count;
    return mosquitto_callback_unregister(plugin_id, MOSQ_EVT_MESSAGE, on_message, NULL);
}
