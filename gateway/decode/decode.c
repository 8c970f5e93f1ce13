/* SPDX-License-Identifier: Apache-2.0 */
/* Routes messages to adapters and settles what became of them. */
#include "decode/decode.h"

#include "core/mem.h"
#include "core/topic.h"

#include <stdio.h>

#define ADAPTER_STATE_MAX (32U << 20)

/* An adapter with its state; one or several routes lead to it. */
struct instance {
    const struct adapter *adapter;
    const struct node *settings;
    size_t broker;
    const char *topic; /* of its first route: its name in saved states */
    void *state;
};

struct decoder {
    const struct plan_route *routes;
    size_t route_count;
    struct instance *instances;
    size_t instance_count;
    size_t *route_instance; /* per route */
    struct instance copy;   /* that decoded the last message that came again */
};

/* ---- life ---- */

static void stop(struct instance *instance)
{
    if (instance->state && instance->adapter->deinit) {
        instance->adapter->deinit(instance->state);
    }
    mem_free(&instance->state);
}

static size_t find_instance(const struct decoder *decoder, const struct plan_route *route)
{
    for (size_t i = 0; i < decoder->instance_count; i++) {
        const struct instance *instance = &decoder->instances[i];
        if (instance->adapter == route->adapter &&
            instance->settings == route->settings && instance->broker == route->broker) {
            return i;
        }
    }
    return decoder->instance_count;
}

static enum err start(struct instance *instance, const struct plan_route *route,
                      struct error *e)
{
    struct problems problems;
    enum err err = ERR_OK;
    *instance = (struct instance){.adapter = route->adapter,
                                  .settings = route->settings,
                                  .broker = route->broker,
                                  .topic = route->topic,
                                  .state = mem_array(1, route->adapter->state_size)};
    problems_init(&problems);
    if (route->adapter->init) {
        route->adapter->init(instance->state, route->settings, &problems);
    }
    if (problems.count > 0) {
        err = error_set(e, ERR_CONFIG, "input '%s': %.*s", route->topic,
                        BYTES_ARG(buf_bytes(&problems.text)));
    }
    problems_deinit(&problems);
    return err;
}

enum err decoder_open(const struct plan_route *routes, size_t count,
                      struct decoder **ret_decoder, struct error *e)
{
    struct decoder *decoder = mem_new(struct decoder);
    decoder->routes = routes;
    decoder->route_count = count;
    decoder->instances = mem_array(count, sizeof *decoder->instances);
    decoder->route_instance = mem_array(count, sizeof *decoder->route_instance);
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        size_t at = find_instance(decoder, &routes[i]);
        decoder->route_instance[i] = at;
        if (at == decoder->instance_count) {
            decoder->instance_count++;
            err = start(&decoder->instances[at], &routes[i], e);
        }
    }
    if (err != ERR_OK) {
        decoder_close(&decoder);
        return err;
    }
    *ret_decoder = decoder;
    return ERR_OK;
}

void decoder_close(struct decoder **decoder)
{
    if (!*decoder) {
        return;
    }
    for (size_t i = 0; i < (*decoder)->instance_count; i++) {
        stop(&(*decoder)->instances[i]);
    }
    stop(&(*decoder)->copy);
    mem_free(&(*decoder)->instances);
    mem_free(&(*decoder)->route_instance);
    mem_free(decoder);
}

/* ---- decoding ---- */

/* Its index; `route_count` when there is none. */
static size_t find_index(const struct decoder *decoder, const struct message *message)
{
    size_t i = 0;
    while (i < decoder->route_count &&
           (decoder->routes[i].broker != message->broker ||
            !topic_matches(bytes_of(decoder->routes[i].topic), message->topic))) {
        i++;
    }
    return i;
}

static struct instance *find_route(const struct decoder *decoder,
                                   const struct message *message)
{
    size_t i = find_index(decoder, message);
    return i < decoder->route_count ? &decoder->instances[decoder->route_instance[i]]
                                    : NULL;
}

/* Whether the broker's plugin names whom the topic names where the filter has its first
 * '+'; up to there filter and topic are the same. */
static bool publisher_fits(const char *filter, const struct message *message)
{
    struct bytes name = message->publisher;
    const char *plus = strchr(filter, '+');
    if (!plus || !bytes_start_with(name, BYTES(MESSAGE_PUBLISHER_PREFIX))) {
        return false;
    }
    name = bytes_slice(name, sizeof MESSAGE_PUBLISHER_PREFIX - 1, name.len);
    struct bytes level =
        bytes_slice(message->topic, (size_t)(plus - filter), message->topic.len);
    const uint8_t *slash = level.len ? memchr(level.data, '/', level.len) : NULL;
    level.len = slash ? (size_t)(slash - level.data) : level.len;
    return name.len > 0 && bytes_equal(name, level);
}

static void reject(struct decoding *d, const char *reason, const char *detail)
{
    d->outcome = OUTCOME_REJECTED;
    d->count = 0;
    snprintf(d->reason, sizeof d->reason, "%s", reason);
    snprintf(d->detail, sizeof d->detail, "%.*s", (int)sizeof d->detail - 1, detail);
}

static void settle(struct decoding *d, const struct message *message, enum err err,
                   const struct error *e)
{
    if (err != ERR_OK) {
        d->action_count = 0;
        reject(d, e->reason[0] ? e->reason : "undecodable", e->text);
    } else if (d->arena->overflow) {
        reject(d, "too_large", "the message decodes to more than its memory holds");
    } else if (d->outcome == OUTCOME_ACCEPTED && d->count == 0) {
        d->outcome = OUTCOME_ACCEPTED_EMPTY;
        if (d->reason[0] == 0) {
            snprintf(d->reason, sizeof d->reason, "no_readings");
        }
    }
    for (size_t i = 0; message->retained && i < d->count; i++) {
        d->readings[i].flags |= READING_RETAINED;
    }
}

static void decode_by(struct instance *instance, const struct message *message,
                      struct decoding *ret_decoding)
{
    if (!instance) {
        reject(ret_decoding, "no_route", "no input of the configuration has this topic");
        return;
    }
    if (message->payload.len == 0) {
        reject(ret_decoding, "empty_payload", "the payload is empty");
        return;
    }
    if (message->cut || message->payload.len > DECODE_PAYLOAD_MAX) {
        reject(ret_decoding, "too_large", "the payload is longer than a message may be");
        return;
    }
    struct error e = {0};
    enum err err = instance->adapter->decode(instance->state, message, ret_decoding, &e);
    settle(ret_decoding, message, err, &e);
}

void decoder_decode(struct decoder *decoder, const struct message *message,
                    struct arena *arena, struct decoding *ret_decoding)
{
    *ret_decoding = (struct decoding){.arena = arena};
    size_t i = find_index(decoder, message);
    if (i < decoder->route_count && decoder->routes[i].publisher &&
        !publisher_fits(decoder->routes[i].topic, message)) {
        reject(ret_decoding, "publisher",
               "the broker does not say that the topic's device published it");
        return;
    }
    decode_by(find_route(decoder, message), message, ret_decoding);
}

/* The decoder's copy becomes one of this instance, as it is now. */
static enum err copy_instance(struct decoder *decoder, const struct instance *instance,
                              struct error *e)
{
    struct problems problems;
    struct buf saved;
    stop(&decoder->copy);
    decoder->copy = *instance;
    decoder->copy.state = mem_array(1, instance->adapter->state_size);
    problems_init(&problems);
    buf_init(&saved, ADAPTER_STATE_MAX);
    if (instance->adapter->init) {
        instance->adapter->init(decoder->copy.state, instance->settings, &problems);
    }
    ASSERT(problems.count == 0); /* the same settings were good before */
    instance->adapter->save(instance->state, &saved);
    enum err err = instance->adapter->load(decoder->copy.state, buf_bytes(&saved), e);
    buf_deinit(&saved);
    problems_deinit(&problems);
    return err;
}

void decoder_decode_again(struct decoder *decoder, const struct message *message,
                          struct arena *arena, struct decoding *ret_decoding)
{
    struct error e = {0};
    struct instance *instance = find_route(decoder, message);
    *ret_decoding = (struct decoding){.arena = arena};
    if (instance && instance->adapter->ordered) {
        if (copy_instance(decoder, instance, &e) != ERR_OK) {
            reject(ret_decoding, "undecodable", e.text);
            return;
        }
        instance = &decoder->copy;
    }
    decode_by(instance, message, ret_decoding);
    ret_decoding->action_count = 0;
}

void decoder_explain(struct decoder *decoder, const struct message *message,
                     struct arena *arena, adapter_tell_fn *tell, void *ctx)
{
    const struct instance *instance = find_route(decoder, message);
    bool may = message->payload.len > 0 && message->payload.len <= DECODE_PAYLOAD_MAX;
    if (instance && instance->adapter->explain && may) {
        instance->adapter->explain(instance->state, message, arena, tell, ctx);
    }
}

void decoder_tick(struct decoder *decoder, int64_t now_ns, struct arena *arena,
                  struct decoding *ret_decoding)
{
    *ret_decoding = (struct decoding){.arena = arena};
    for (size_t i = 0; i < decoder->instance_count; i++) {
        struct instance *instance = &decoder->instances[i];
        if (instance->adapter->tick) {
            instance->adapter->tick(instance->state, now_ns, ret_decoding);
        }
    }
}

const char *decoder_adapter_name(const struct decoder *decoder,
                                 const struct message *message)
{
    const struct instance *instance = find_route(decoder, message);
    return instance ? instance->adapter->name : "none";
}

/* ---- state ---- */

void decoder_save(const struct decoder *decoder, struct buf *out)
{
    struct buf state;
    buf_init(&state, ADAPTER_STATE_MAX);
    buf_add_varint(out, decoder->instance_count);
    for (size_t i = 0; i < decoder->instance_count; i++) {
        const struct instance *instance = &decoder->instances[i];
        buf_clear(&state);
        if (instance->adapter->save) {
            instance->adapter->save(instance->state, &state);
        }
        ASSERT(!state.overflow);
        buf_add_string(out, bytes_of(instance->adapter->name));
        buf_add_string(out, bytes_of(instance->topic));
        buf_add_varint(out, instance->broker);
        buf_add_string(out, buf_bytes(&state));
    }
    buf_deinit(&state);
}

static struct instance *find_saved(struct decoder *decoder, struct bytes adapter,
                                   struct bytes topic, uint64_t broker)
{
    for (size_t i = 0; i < decoder->instance_count; i++) {
        struct instance *instance = &decoder->instances[i];
        if (bytes_are(adapter, instance->adapter->name) &&
            bytes_are(topic, instance->topic) && broker == instance->broker) {
            return instance;
        }
    }
    return NULL;
}

enum err decoder_load(struct decoder *decoder, struct bytes saved, struct error *e)
{
    struct cursor c = cursor_of(saved);
    uint64_t count = cursor_varint(&c);
    for (uint64_t i = 0; i < count && !c.failed; i++) {
        struct bytes adapter = cursor_string(&c);
        struct bytes topic = cursor_string(&c);
        uint64_t broker = cursor_varint(&c);
        struct bytes state = cursor_string(&c);
        struct instance *instance = find_saved(decoder, adapter, topic, broker);
        if (!c.failed && instance && instance->adapter->load && state.len > 0) {
            enum err err = instance->adapter->load(instance->state, state, e);
            if (err != ERR_OK) {
                return error_wrap(e, "state of adapter '%s'", instance->adapter->name);
            }
        }
    }
    if (c.failed || c.rest.len > 0) {
        return error_set(e, ERR_CORRUPT, "decoder state: stored bytes do not read");
    }
    return ERR_OK;
}
