/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which format a message has.  Adapters are told by their marks (decode/guess.h), presets
 * by trying them: of those that accept the message the one whose rule names most of the
 * topic wins, then the one that makes most readings.  Then JSON and text of any make.
 */
#include "cli/discover_private.h"

#include "cli/command.h"
#include "core/mem.h"
#include "core/number.h"
#include "core/timetext.h"
#include "core/topic.h"
#include "core/utf8.h"
#include "decode/guess.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PRESET_MAX ((size_t)4 << 20)
#define PRESETS_MAX 128
#define TEXT_VALUE_MAX 64
#define RULES_MAX 2048
#define PATH_MAX_LEN 4096

/* ---- making formats ---- */

static struct format *add_format(struct formats *formats, const char *adapter)
{
    if (formats->count == DISCOVER_FORMATS_MAX) {
        return NULL;
    }
    struct format *format = &formats->list[formats->count];
    *format = (struct format){.adapter = adapter};
    format->route =
        (struct plan_route){.topic = "#", .adapter = adapter_find(bytes_of(adapter))};
    return format;
}

static void release(struct format *format)
{
    decoder_close(&format->decoder);
    document_free(&format->settings);
    mem_free(&format->text);
    mem_free(&format->rules);
    mem_free(&format->preset);
}

/* Keeps the format that was added, with these settings, when its decoder starts. */
static struct format *start(struct formats *formats, struct format *format,
                            const char *name, struct bytes settings)
{
    struct problems problems;
    struct error e;
    problems_init(&problems);
    if (settings.len) {
        format->settings = document_parse(name, settings, &problems);
        format->route.settings = document_root(format->settings);
    }
    bool good = problems.count == 0 && format->route.adapter &&
                decoder_open(&format->route, 1, &format->decoder, &e) == ERR_OK;
    problems_deinit(&problems);
    if (!good) {
        release(format);
        return NULL;
    }
    formats->count++;
    return format;
}

static void add_preset(struct formats *formats, const char *directory, const char *file)
{
    char path[2 * PATH_MAX_LEN];
    size_t len = 0;
    struct format *format = add_format(formats, "map");
    snprintf(path, sizeof path, "%s/%s", directory, file);
    if (format && cli_read_file(path, PRESET_MAX, &format->text, &len)) {
        format->preset =
            mem_text(bytes_slice(bytes_of(file), 0, strlen(file) - strlen(".yaml")));
        start(formats, format, file, (struct bytes){format->text, len});
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_preset(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

void formats_init(struct formats *formats)
{
    char directory[PATH_MAX_LEN];
    char *names[PRESETS_MAX];
    size_t count = 0;
    *formats = (struct formats){0};
    arena_init(&formats->arena, DECODE_ARENA_SIZE);
    snprintf(directory, sizeof directory, "%s/adapters/presets", bundle_data_directory());
    DIR *dir = opendir(directory);
    /* One thread at this time, so readdir is safe. */
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; /* NOLINT */
         entry = readdir(dir)) {                                  /* NOLINT */
        if (count < PRESETS_MAX && is_preset(entry->d_name)) {
            names[count++] = mem_text(bytes_of(entry->d_name));
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (count > 0) {
        qsort(names, count, sizeof *names, by_name);
    }
    for (size_t i = 0; i < count; i++) {
        add_preset(formats, directory, names[i]);
        mem_free(&names[i]);
    }
    formats->preset_count = formats->count;
}

void formats_deinit(struct formats *formats)
{
    for (size_t i = 0; i < formats->count; i++) {
        release(&formats->list[i]);
    }
    arena_deinit(&formats->arena);
}

void formats_decode(struct formats *formats, struct format *format,
                    const struct message *message, struct decoding *ret_decoding)
{
    arena_reset(&formats->arena);
    decoder_decode(format->decoder, message, &formats->arena, ret_decoding);
}

const char *format_name(const struct format *format, char *text, size_t size)
{
    if (format->preset) {
        snprintf(text, size, "preset %s", format->preset);
    } else if (format->rules) {
        bool is_text = strstr(format->rules, "payload: text") != NULL;
        snprintf(text, size, "%s", is_text ? "one value a topic" : "plain JSON");
    } else {
        snprintf(text, size, "adapter %s", format->adapter);
    }
    return text;
}

/* ---- adapters ---- */

static struct format *find_adapter(struct formats *formats, const char *name)
{
    for (size_t i = formats->preset_count; i < formats->count; i++) {
        struct format *format = &formats->list[i];
        if (!format->rules && strcmp(format->adapter, name) == 0) {
            return format;
        }
    }
    struct format *format = add_format(formats, name);
    return format ? start(formats, format, name, BYTES("")) : NULL;
}

/* ---- presets ---- */

/* Levels of the filter that are names and not wildcards. */
static int literal_levels(struct bytes filter)
{
    int count = 0;
    struct bytes level;
    for (int i = 0; topic_level(filter, i, false, &level); i++) {
        count += bytes_are(level, "+") || bytes_are(level, "#") || !level.len ? 0 : 1;
    }
    return count;
}

/* The rule's filter that names most of the topic, or NULL. */
static const struct node *best_rule(const struct format *format, struct bytes topic,
                                    int *ret_literals)
{
    const struct node *best = NULL;
    NODE_EACH(rule, node_find(format->route.settings, "rules"))
    {
        const struct node *filter = node_find(rule, "topic");
        int literals = filter ? literal_levels(filter->text) : 0;
        if (filter && topic_matches(filter->text, topic) &&
            (!best || literals > *ret_literals)) {
            best = filter;
            *ret_literals = literals;
        }
    }
    return best;
}

/* Whether the rule that fired takes any object there is: that tells no format. */
static bool takes_anything(const struct format *format, const struct decoding *d)
{
    const char *colon = d->rule ? strrchr(d->rule, ':') : NULL;
    int64_t line = 0;
    bool placed = colon && number_parse_i64(bytes_of(colon + 1), &line);
    NODE_EACH(rule, node_find(format->route.settings, "rules"))
    {
        if (!placed || rule->line != line || node_find(rule, "where")) {
            continue;
        }
        NODE_EACH(emit, node_find(rule, "emit"))
        {
            const struct node *each = node_find(emit, "each");
            if (each && (bytes_are(each->text, "/*") || bytes_are(each->text, "/**"))) {
                return true;
            }
        }
    }
    return false;
}

static struct format *find_preset(struct formats *formats, const struct message *message,
                                  const char **ret_filter)
{
    struct format *best = NULL;
    int best_literals = -1;
    size_t most = 0;
    for (size_t i = 0; i < formats->preset_count; i++) {
        struct format *format = &formats->list[i];
        struct decoding d;
        int literals = 0;
        const struct node *filter = best_rule(format, message->topic, &literals);
        if (!filter) {
            continue;
        }
        formats_decode(formats, format, message, &d);
        bool fits = d.outcome != OUTCOME_REJECTED &&
                    (literals > 0 || (d.count > 0 && !takes_anything(format, &d)));
        bool better =
            literals > best_literals || (literals == best_literals && d.count > most);
        if (fits && better) {
            best = format;
            best_literals = literals;
            most = d.count;
            *ret_filter = literals > 0 ? (const char *)filter->text.data : NULL;
        }
    }
    return best;
}

/* ---- JSON and text of any make ---- */

/* A mapping by these rules; each is made once. */
static struct format *find_rules(struct formats *formats, const char *rules)
{
    for (size_t i = formats->preset_count; i < formats->count; i++) {
        if (formats->list[i].rules && strcmp(formats->list[i].rules, rules) == 0) {
            return &formats->list[i];
        }
    }
    struct format *format = add_format(formats, "map");
    if (!format) {
        return NULL;
    }
    format->rules = mem_text(bytes_of(rules));
    return start(formats, format, "rules", bytes_of(format->rules));
}

/* Last levels that name no device but what is in the message. */
static bool is_general(struct bytes level)
{
    static const char *const words[] = {
        "state",      "status",  "data",        "telemetry",    "values",   "value",
        "json",       "up",      "event",       "events",       "sensor",   "sensors",
        "update",     "message", "measurement", "measurements", "readings", "attributes",
        "properties", "get",     NULL};
    for (size_t i = 0; words[i]; i++) {
        if (bytes_are(level, words[i])) {
            return true;
        }
    }
    return false;
}

static const char *epoch_format(double value)
{
    if (value > 1e17) {
        return "epoch_ns";
    }
    if (value > 1e14) {
        return "epoch_us";
    }
    return value > 1e11 ? "epoch_ms" : "epoch_s";
}

/* The format of what looks like a time, or NULL. */
static const char *time_format(const json_t *value)
{
    int64_t ns = 0;
    bool zoned = false;
    if (json_is_number(value)) {
        double number = json_number_value(value);
        return number > 1e8 ? epoch_format(number) : NULL;
    }
    const char *text = json_string_value(value);
    bool iso = text && time_parse_iso(bytes_of(text), &ns, &zoned);
    return iso ? "iso" : NULL;
}

/* Adds "ts:" for the first key of the root that is a time. */
static const char *find_time(const json_t *root, const char **ret_format)
{
    static const char *const keys[] = {"ts",       "time",      "timestamp", "Timestamp",
                                       "Time",     "TS",        "datetime",  "dateTime",
                                       "time_utc", "eventTime", "t",         NULL};
    for (size_t i = 0; keys[i]; i++) {
        *ret_format = time_format(json_object_get(root, keys[i]));
        if (*ret_format) {
            return keys[i];
        }
    }
    return NULL;
}

static struct format *find_json(struct formats *formats, const struct message *message)
{
    char rules[RULES_MAX];
    struct bytes level = {0};
    const char *format = NULL;
    json_t *root = json_loadb((const char *)message->payload.data, message->payload.len,
                              JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root) || !topic_level(message->topic, -1, false, &level)) {
        json_decref(root);
        return NULL;
    }
    const char *key = find_time(root, &format);
    bool above = is_general(level) && topic_level(message->topic, -2, false, &level);
    int len = snprintf(rules, sizeof rules,
                       "rules:\n  - topic: '#'\n    device: '{topic.%s}'\n",
                       above ? "-2" : "-1");
    if (key) {
        len += snprintf(rules + len, sizeof rules - (size_t)len,
                        "    ts: [{path: /%s, format: %s%s}]\n", key, format,
                        strcmp(format, "iso") == 0 ? ", tz: UTC" : "");
    }
    (void)snprintf(rules + len, sizeof rules - (size_t)len,
                   "    emit:\n      - each: /**\n        metric: '{$1}'\n"
                   "        when:\n"
                   "          - any: [{path: ., type: number}, {path: ., type: bool}]\n"
                   "%s%s%s",
                   key ? "          - {ref: '$1', ne: " : "", key ? key : "",
                   key ? "}\n" : "");
    json_decref(root);
    return find_rules(formats, rules);
}

static struct format *find_text(struct formats *formats, const struct message *message)
{
    struct bytes level;
    double number = 0;
    struct bytes text = message->payload;
    bool word = bytes_are(text, "true") || bytes_are(text, "false");
    if (text.len > TEXT_VALUE_MAX || !(word || number_parse(text, &number))) {
        return NULL;
    }
    char rules[RULES_MAX];
    bool deep = topic_level(message->topic, -2, false, &level) && level.len > 0;
    (void)snprintf(rules, sizeof rules,
                   "rules:\n  - topic: '#'\n    payload: text\n    device: '%s'\n"
                   "    emit:\n      - metric: '{topic.-1}'\n"
                   "        value: {path: /text, as: %s}\n",
                   deep ? "{topic.-2}" : "broker", word ? "bool" : "number");
    return find_rules(formats, rules);
}

struct format *formats_find(struct formats *formats, const struct message *message,
                            const char **ret_filter)
{
    *ret_filter = NULL;
    const char *adapter = guess_adapter(message->topic, message->payload);
    if (adapter && strcmp(adapter, "sparkplug") == 0) {
        *ret_filter = "spBv1.0/#";
    }
    struct format *format = adapter ? find_adapter(formats, adapter) : NULL;
    format = format ? format : find_preset(formats, message, ret_filter);
    format = format ? format : find_json(formats, message);
    return format ? format : find_text(formats, message);
}
