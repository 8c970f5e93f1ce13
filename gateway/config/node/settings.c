/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a map by a table of settings.  One reader a type, found by the type; each
 * fills its field or says what was wanted, with an example.
 */
#include "config/node/settings.h"

#include "core/mem.h"
#include "core/number.h"

#include <math.h>
#include <stdio.h>

/* A value on its way into its field. */
struct value {
    const struct setting *setting;
    const struct node *node;
    void *field;
    struct problems *problems;
};

struct words {
    const char *name;    /* as the reference page calls it */
    const char *wanted;  /* "'x' is not ..." */
    const char *example; /* "write for example ..." */
};

static const struct words types[] = {
    [SETTING_TEXT] = {"text", "a text", "'kiln 1'"},
    [SETTING_PATH] = {"path", "a path", "/var/lib/emgate"},
    [SETTING_WORD] = {"word", "one of the words", "one of them"},
    [SETTING_WHOLE] = {"whole number", "a whole number", "20"},
    [SETTING_NUMBER] = {"number", "a number", "12.5"},
    [SETTING_BOOL] = {"true or false", "true or false", "true"},
    [SETTING_DURATION] = {"duration", "a duration", "10s, 5ms, 72h or 7d"},
    [SETTING_SIZE] = {"size", "a size", "64MiB or 4GiB"},
    [SETTING_SHARE] = {"share", "a share from 0 to 1", "80 % or 0.8"},
    [SETTING_SECRET] = {"secret", "a secret's place", "{file: PATH}"},
    [SETTING_LIST] = {"list of texts", "a list", "[one, two]"},
    [SETTING_MAP] = {"map", "a map", "{key: value}"},
    [SETTING_ANY] = {"see text", "a value", "text"},
};

static bool wrong(const struct value *v)
{
    const struct words *type = &types[v->setting->type];
    const char *example = v->setting->example ? v->setting->example : type->example;
    if (v->node->kind == NODE_SCALAR) {
        problem_at(v->problems, v->node, "%s: '%.*s' is not %s; write for example %s",
                   v->setting->key, BYTES_ARG(v->node->text), type->wanted, example);
    } else {
        problem_at(v->problems, v->node, "%s: a %s is not %s; write for example %s",
                   v->setting->key, v->node->kind == NODE_LIST ? "list" : "map",
                   type->wanted, example);
    }
    return false;
}

/* A limit in the type's own notation. */
static void print_limit(enum setting_type type, double limit, char *text)
{
    if (type == SETTING_DURATION && isfinite(limit)) {
        duration_print((int64_t)limit, text);
    } else if (type == SETTING_SIZE && isfinite(limit)) {
        size_print((int64_t)limit, text);
    } else {
        number_print(limit, text);
    }
}

static bool in_range(const struct value *v, double number)
{
    const struct setting *setting = v->setting;
    bool limited = setting->min != 0 || setting->max != 0;
    if (!limited || (number >= setting->min && number <= setting->max)) {
        return true;
    }
    char min[VALUE_TEXT_MAX];
    char max[VALUE_TEXT_MAX];
    print_limit(setting->type, setting->min, min);
    print_limit(setting->type, setting->max, max);
    bool below = number < setting->min;
    problem_at(v->problems, v->node, "%s: %.*s is too %s; it must be at %s %s",
               setting->key, BYTES_ARG(v->node->text), below ? "small" : "large",
               below ? "least" : "most", below ? min : max);
    return false;
}

static bool read_text(const struct value *v)
{
    if (v->node->kind != NODE_SCALAR || v->node->text.len == 0) {
        return wrong(v);
    }
    if (memchr(v->node->text.data, 0, v->node->text.len)) {
        problem_at(v->problems, v->node, "%s: the text has a zero byte in it",
                   v->setting->key);
        return false;
    }
    *(const char **)v->field = (const char *)v->node->text.data;
    return true;
}

static bool read_word(const struct value *v)
{
    const char *const *words = v->setting->words;
    for (int i = 0; v->node->kind == NODE_SCALAR && words[i]; i++) {
        if (bytes_are(v->node->text, words[i])) {
            *(int *)v->field = i;
            return true;
        }
    }
    struct buf all;
    buf_init(&all, 1024);
    for (size_t i = 0; words[i]; i++) {
        buf_print(&all, "%s'%s'", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    const char *near =
        v->node->kind == NODE_SCALAR ? nearest_name(words, v->node->text) : NULL;
    problem_at(v->problems, v->node, "%s: must be %s%s%s%s", v->setting->key,
               (const char *)all.data, near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
    buf_deinit(&all);
    return false;
}

static bool read_whole(const struct value *v)
{
    int64_t number = 0;
    if (v->node->kind != NODE_SCALAR || !number_parse_i64(v->node->text, &number)) {
        return wrong(v);
    }
    if (!in_range(v, (double)number)) {
        return false;
    }
    *(int64_t *)v->field = number;
    return true;
}

static bool read_number(const struct value *v)
{
    double number = 0;
    if (v->node->kind != NODE_SCALAR || !number_parse(v->node->text, &number)) {
        return wrong(v);
    }
    if (!in_range(v, number)) {
        return false;
    }
    *(double *)v->field = number;
    return true;
}

static bool read_bool(const struct value *v)
{
    bool yes = v->node->kind == NODE_SCALAR && bytes_are(v->node->text, "true");
    bool no = v->node->kind == NODE_SCALAR && bytes_are(v->node->text, "false");
    if (!yes && !no) {
        return wrong(v);
    }
    *(bool *)v->field = yes;
    return true;
}

static bool read_int_value(const struct value *v, bool parsed, int64_t number)
{
    if (!parsed) {
        return wrong(v);
    }
    if (!in_range(v, (double)number)) {
        return false;
    }
    *(int64_t *)v->field = number;
    return true;
}

static bool read_duration(const struct value *v)
{
    int64_t ns = 0;
    bool parsed = v->node->kind == NODE_SCALAR && duration_parse(v->node->text, &ns);
    return read_int_value(v, parsed, ns);
}

static bool read_size(const struct value *v)
{
    int64_t size = 0;
    bool parsed = v->node->kind == NODE_SCALAR && size_parse(v->node->text, &size);
    return read_int_value(v, parsed, size);
}

static bool read_share(const struct value *v)
{
    double share = 0;
    if (v->node->kind != NODE_SCALAR || !share_parse(v->node->text, &share)) {
        return wrong(v);
    }
    if (!in_range(v, share)) {
        return false;
    }
    *(double *)v->field = share;
    return true;
}

/* Never repeats what stands there: it may be the secret. */
static bool read_secret(const struct value *v)
{
    static const char *const places[] = {"file", "environment", "credential", NULL};
    if (v->node->kind != NODE_MAP || v->node->count != 1) {
        problem_at(v->problems, v->node,
                   "%s: a secret is not written here; write {file: PATH}, {environment: "
                   "NAME} or {credential: NAME}",
                   v->setting->key);
        return false;
    }
    const struct node *child = v->node->first;
    for (int i = 0; places[i]; i++) {
        bool named = bytes_are(child->key, places[i]) && child->kind == NODE_SCALAR &&
                     child->text.len > 0;
        if (named) {
            *(struct secret *)v->field =
                (struct secret){.kind = (enum secret_kind)(SECRET_FILE + i),
                                .name = (const char *)child->text.data};
            return true;
        }
    }
    node_check_keys(v->node, places, v->problems);
    if (child->kind != NODE_SCALAR || child->text.len == 0) {
        problem_at(v->problems, child, "%s: a name is missing here", v->setting->key);
    }
    return false;
}

static bool read_list(const struct value *v)
{
    if (v->node->kind != NODE_LIST) {
        return wrong(v);
    }
    NODE_EACH(child, v->node)
    {
        if (child->kind != NODE_SCALAR || child->text.len == 0) {
            problem_at(v->problems, child, "%s: every item must be a text",
                       v->setting->key);
            return false;
        }
    }
    *(const struct node **)v->field = v->node;
    return true;
}

static bool read_map(const struct value *v)
{
    if (v->node->kind != NODE_MAP) {
        return wrong(v);
    }
    *(const struct node **)v->field = v->node;
    return true;
}

static bool read_any(const struct value *v)
{
    *(const struct node **)v->field = v->node;
    return true;
}

typedef bool read_fn(const struct value *value);

static read_fn *const readers[] = {
    [SETTING_TEXT] = read_text,         [SETTING_PATH] = read_text,
    [SETTING_WORD] = read_word,         [SETTING_WHOLE] = read_whole,
    [SETTING_NUMBER] = read_number,     [SETTING_BOOL] = read_bool,
    [SETTING_DURATION] = read_duration, [SETTING_SIZE] = read_size,
    [SETTING_SHARE] = read_share,       [SETTING_SECRET] = read_secret,
    [SETTING_LIST] = read_list,         [SETTING_MAP] = read_map,
    [SETTING_ANY] = read_any,
};

bool setting_read(const struct setting *setting, const struct node *node, void *out,
                  struct problems *problems)
{
    struct value value = {.setting = setting,
                          .node = node,
                          .field = (uint8_t *)out + setting->offset,
                          .problems = problems};
    return readers[setting->type](&value);
}

/* The default, read as if it had been written. */
static bool read_initial(const struct setting *setting, void *out,
                         struct problems *problems)
{
    if (strcmp(setting->initial, SETTING_UNSET) == 0) {
        return true;
    }
    struct node node = {.kind = NODE_SCALAR,
                        .text = bytes_of(setting->initial),
                        .file = "default",
                        .line = 1,
                        .column = 1};
    return setting_read(setting, &node, out, problems);
}

static bool is_map(const struct node *map, struct problems *problems)
{
    if (!map || map->kind == NODE_MAP || node_is_null(map)) {
        return true;
    }
    problem_at(problems, map, "%s%.*s%smust be a map of settings, as in 'key: value'",
               map->key.len ? "'" : "", BYTES_ARG(map->key), map->key.len ? "' " : "");
    return false;
}

/* Every key must be in one of the two tables; the second may be NULL. */
static void check_keys(const struct setting *table, const struct setting *others,
                       const struct node *map, struct problems *problems)
{
    const char *names[2 * SETTINGS_MAX + 1];
    size_t count = 0;
    for (; table->key; table++) {
        ASSERT(count < SETTINGS_MAX);
        names[count++] = table->key;
    }
    for (; others && others->key; others++) {
        ASSERT(count < 2 * SETTINGS_MAX);
        names[count++] = others->key;
    }
    names[count] = NULL;
    node_check_keys(map, names, problems);
}

static void report_missing(const struct setting *setting, const struct node *map,
                           struct problems *problems)
{
    if (map && map->key.len) {
        problem_at_key(problems, map, "'%.*s' lacks '%s'", BYTES_ARG(map->key),
                       setting->key);
    } else {
        problem_at(problems, map, "'%s' is missing", setting->key);
    }
}

/* Reads the table's keys of `map`, whatever else stands there. */
static void read_table(const struct setting *table, const struct node *map, bool usable,
                       void *out, struct problems *problems)
{
    for (const struct setting *setting = table; setting->key; setting++) {
        const struct node *node = node_find(map, setting->key);
        if (node && !(node_is_null(node) && setting->initial)) {
            setting_read(setting, node, out, problems);
        } else if (setting->initial) {
            read_initial(setting, out, problems);
        } else if (usable) {
            report_missing(setting, map, problems);
        }
    }
}

bool settings_read(const struct setting *table, const struct node *map, void *out,
                   struct problems *problems)
{
    static const struct setting nothing[] = {{0}};
    return settings_read_beside(table, nothing, map, out, problems);
}

bool settings_read_beside(const struct setting *table, const struct setting *others,
                          const struct node *map, void *out, struct problems *problems)
{
    size_t before = problems->count;
    bool usable = is_map(map, problems);
    if (usable && others) {
        check_keys(table, others, map, problems);
    }
    read_table(table, usable ? map : NULL, usable, out, problems);
    return problems->count == before;
}

/* ---- the reference ---- */

static void print_range(const struct setting *setting, struct buf *out)
{
    char min[VALUE_TEXT_MAX];
    char max[VALUE_TEXT_MAX];
    print_limit(setting->type, setting->min, min);
    print_limit(setting->type, setting->max, max);
    if (setting->words) {
        for (size_t i = 0; setting->words[i]; i++) {
            buf_print(out, "%s`%s`", i ? ", " : "", setting->words[i]);
        }
    } else if (setting->min == 0 && setting->max == 0) {
        buf_add_text(out, setting->type == SETTING_SHARE ? "0 to 1" : "");
    } else if (isinf(setting->max)) {
        buf_print(out, "at least %s", min);
    } else {
        buf_print(out, "%s to %s", min, max);
    }
}

static void print_row(const struct setting *setting, struct buf *out)
{
    buf_print(out, "| `%s` | %s | ", setting->key, types[setting->type].name);
    if (!setting->initial) {
        buf_add_text(out, "*required*");
    } else if (*setting->initial) {
        buf_print(out, "`%s`", setting->initial);
    }
    buf_add_text(out, " | ");
    print_range(setting, out);
    buf_add_text(out, " | ");
    for (const char *at = setting->help; at && *at; at++) {
        buf_print(out, "%s%c", *at == '|' ? "\\" : "", *at);
    }
    buf_add_text(out, " |\n");
}

void settings_print_reference(const struct setting *table, struct buf *out)
{
    buf_add_text(out, "| key | type | default | range | meaning |\n"
                      "|---|---|---|---|---|\n");
    for (; table->key; table++) {
        print_row(table, out);
    }
}
