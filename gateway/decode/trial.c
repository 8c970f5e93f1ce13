/* SPDX-License-Identifier: Apache-2.0 */
/* Captured payloads through an adapter or a mapping, without effect. */
#include "decode/trial.h"

#include "core/clock.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "decode/decoding_json.h"
#include "decode/guess.h"

/* One decoder for a trial; topics that begin with '$' need a filter of their own. */
#define ROUTES 2

/* How long the world goes on after the last message: longer than any adapter waits. */
#define AFTERWARDS_NS (2 * NS_PER_HOUR)

struct trial {
    const char *name; /* of the adapter; NULL: guessed */
    const struct adapter *adapter;
    uint8_t *text;
    struct document *settings;
    struct decoder *decoder;
    struct plan_route routes[ROUTES];
    struct arena arena;
};

/* Tries the settings on a state of its own, to get every problem and not the first. */
static void check_settings(const struct adapter *adapter, const struct node *root,
                           struct problems *problems)
{
    if (!adapter->init) {
        return;
    }
    void *state = mem_array(1, adapter->state_size);
    adapter->init(state, root, problems);
    if (adapter->deinit) {
        adapter->deinit(state);
    }
    mem_free(&state);
}

static enum err use_adapter(struct trial *trial, const char *name,
                            struct problems *problems, struct error *e)
{
    static const char *const filters[ROUTES] = {"#", "$SYS/#"};
    const struct node *root = trial->settings ? document_root(trial->settings) : NULL;
    const struct adapter *adapter = adapter_find(bytes_of(name));
    if (!adapter) {
        return error_set(e, ERR_CONFIG, "no adapter '%s'", name);
    }
    check_settings(adapter, root, problems);
    if (problems->count) {
        return error_set(e, ERR_CONFIG, "the settings of '%s' are wrong", name);
    }
    decoder_close(&trial->decoder);
    trial->adapter = adapter;
    for (size_t i = 0; i < ROUTES; i++) {
        trial->routes[i] = (struct plan_route){
            .topic = filters[i], .adapter = adapter, .settings = root};
    }
    return decoder_open(trial->routes, ROUTES, &trial->decoder, e);
}

static enum err read_settings(struct trial *trial, const struct trial_settings *settings,
                              struct problems *problems, struct error *e)
{
    if (settings->text.len == 0) {
        return ERR_OK;
    }
    trial->text = mem_array(settings->text.len, 1);
    memcpy(trial->text, settings->text.data, settings->text.len);
    trial->settings = document_parse(
        settings->name, (struct bytes){trial->text, settings->text.len}, problems);
    return problems->count
               ? error_set(e, ERR_CONFIG, "'%s' can't be read", settings->name)
               : ERR_OK;
}

enum err trial_open(const struct trial_settings *settings, struct problems *problems,
                    struct trial **ret_trial, struct error *e)
{
    struct trial *trial = mem_new(struct trial);
    trial->name = settings->adapter;
    arena_init(&trial->arena, DECODE_ARENA_SIZE);
    enum err err = read_settings(trial, settings, problems, e);
    if (err == ERR_OK && trial->name) {
        err = use_adapter(trial, trial->name, problems, e);
    }
    if (err != ERR_OK) {
        trial_close(&trial);
        return err;
    }
    *ret_trial = trial;
    return ERR_OK;
}

void trial_close(struct trial **trial)
{
    if (!*trial) {
        return;
    }
    decoder_close(&(*trial)->decoder);
    document_free(&(*trial)->settings);
    mem_free(&(*trial)->text);
    arena_deinit(&(*trial)->arena);
    mem_free(trial);
}

/* The decoder for a message; another format needs another decoder. */
static enum err prepare(struct trial *trial, const struct message *message,
                        struct error *e)
{
    const char *name = trial->name;
    name = name ? name : guess_adapter(message->topic, message->payload);
    if (!name) {
        return error_set(e, ERR_REJECT, "can't tell what this payload is");
    }
    if (trial->adapter && strcmp(trial->adapter->name, name) == 0) {
        return ERR_OK;
    }
    struct problems problems;
    problems_init(&problems);
    enum err err = use_adapter(trial, name, &problems, e);
    problems_deinit(&problems);
    return err;
}

/* Adds what comes when nothing more does, such as a request for a missed birth. */
static void add_afterwards(struct trial *trial, const struct message *message,
                           struct decoding *decoding)
{
    struct decoding later;
    decoder_tick(trial->decoder, message->received_ns + AFTERWARDS_NS, &trial->arena,
                 &later);
    for (size_t i = 0; i < later.action_count; i++) {
        decoding_act(decoding, later.actions[i]);
    }
}

#define TRIED_MAX ((size_t)1 << 20)

static void add_tried(void *ctx, const char *rule, bool fired, const char *why)
{
    struct json_writer *w = ctx;
    json_open(w, '{');
    json_pair(w, "rule", rule);
    json_key(w, "fired");
    json_bool(w, fired);
    json_pair(w, "why", why);
    json_close(w, '}');
}

/* What the rules make of the message, by the state that it meets; empty without rules. */
static void list_tried(struct trial *trial, const struct message *message,
                       struct buf *tried)
{
    struct json_writer w = json_writer_of(tried);
    arena_reset(&trial->arena);
    json_open(&w, '[');
    decoder_explain(trial->decoder, message, &trial->arena, add_tried, &w);
    json_close(&w, ']');
    if (tried->len == strlen("[]") || tried->overflow) {
        buf_clear(tried);
    }
}

enum err trial_decode(struct trial *trial, const struct message *message, bool last,
                      struct buf *out, struct error *e)
{
    struct decoding decoding;
    enum err err = prepare(trial, message, e);
    if (err != ERR_OK) {
        return err;
    }
    struct buf tried;
    buf_init(&tried, TRIED_MAX);
    list_tried(trial, message, &tried);
    arena_reset(&trial->arena);
    decoder_decode(trial->decoder, message, &trial->arena, &decoding);
    if (last) {
        add_afterwards(trial, message, &decoding);
    }
    decoding_put_json(out, trial->adapter->name, message, &decoding, buf_bytes(&tried));
    buf_deinit(&tried);
    return ERR_OK;
}
