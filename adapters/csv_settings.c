/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the csv adapter: their table, checks, and what is made of them once. */
#include "csv_settings.h"

#include "core/number.h"

#define NUMBER_LEN_MAX 64

static const char *const header_words[] = {"false", "true", "remember", NULL};
static const char *const empty_words[] = {"skip", "bad", NULL};

const struct setting csv_settings_table[] = {
    {.key = "delimiter",
     .type = SETTING_TEXT,
     AT(struct csv_settings, delimiter_text),
     .initial = ",",
     .help = "One character between cells, or `tab`."},
    {.key = "header",
     .type = SETTING_WORD,
     AT(struct csv_settings, header),
     .initial = "false",
     .words = header_words,
     .help = "Whether a message begins with the columns' names; remember: some do, and "
             "it holds for the topic's later ones."},
    {.key = "columns",
     .type = SETTING_LIST,
     AT(struct csv_settings, columns),
     .initial = SETTING_UNSET,
     .help = "The columns' names in order; without them the header's are taken."},
    {.key = "time",
     .type = SETTING_TEXT,
     AT(struct csv_settings, time),
     .initial = SETTING_UNSET,
     .help = "The column with the time; without it rows have the receive time."},
    {.key = "time_format",
     .type = SETTING_ANY,
     AT(struct csv_settings, time_format),
     .initial = SETTING_UNSET,
     .help = "iso (default), epoch_s, epoch_ms, epoch_us, epoch_ns or "
             "strptime:PATTERN."},
    {.key = "tz",
     .type = SETTING_ANY,
     AT(struct csv_settings, tz),
     .initial = SETTING_UNSET,
     .help = "Time zone of times that carry none, an IANA name."},
    {.key = "decimal",
     .type = SETTING_TEXT,
     AT(struct csv_settings, decimal_text),
     .initial = ".",
     .help = "The character in front of decimals: `.` or `,`."},
    {.key = "thousands",
     .type = SETTING_TEXT,
     AT(struct csv_settings, thousands_text),
     .initial = SETTING_UNSET,
     .help = "The character between groups of three digits."},
    {.key = "device",
     .type = SETTING_TEXT,
     AT(struct csv_settings, device),
     .initial = "{topic.-1}",
     .help = "The device's name: text with {topic.N} and {COLUMN}."},
    {.key = "metrics",
     .type = SETTING_MAP,
     AT(struct csv_settings, metrics),
     .initial = SETTING_UNSET,
     .help = "The columns that are metrics, each with its unit."},
    {.key = "text",
     .type = SETTING_LIST,
     AT(struct csv_settings, texts),
     .initial = SETTING_UNSET,
     .help = "Those of the metrics whose values are text, not numbers."},
    {.key = "metric",
     .type = SETTING_TEXT,
     AT(struct csv_settings, metric),
     .initial = SETTING_UNSET,
     .help = "One metric a row: its name, text with {COLUMN}."},
    {.key = "value",
     .type = SETTING_TEXT,
     AT(struct csv_settings, value),
     .initial = SETTING_UNSET,
     .help = "The column with that metric's value."},
    {.key = "unit",
     .type = SETTING_TEXT,
     AT(struct csv_settings, unit),
     .initial = SETTING_UNSET,
     .help = "The column with that metric's unit."},
    {.key = "quality",
     .type = SETTING_MAP,
     AT(struct csv_settings, quality),
     .initial = SETTING_UNSET,
     .help = "{column: NAME, good: [TEXT...], uncertain: [TEXT...]}; anything else in "
             "the column is bad."},
    {.key = "empty",
     .type = SETTING_WORD,
     AT(struct csv_settings, empty),
     .initial = "skip",
     .words = empty_words,
     .help = "What an empty cell is: no reading, or a bad one."},
    {.key = "match",
     .type = SETTING_MAP,
     AT(struct csv_settings, match),
     .initial = SETTING_UNSET,
     .help = "{COLUMN: TEXT}: only rows with these texts are read."},
    {0},
};

/* ---- templates ---- */

bool csv_template_next(struct bytes *rest, struct bytes *ret_before,
                       struct bytes *ret_name)
{
    const uint8_t *open = rest->len ? memchr(rest->data, '{', rest->len) : NULL;
    size_t start = open ? (size_t)(open - rest->data) : rest->len;
    *ret_before = bytes_slice(*rest, 0, start);
    struct bytes inner = bytes_slice(*rest, start + 1, rest->len);
    const uint8_t *close = inner.len ? memchr(inner.data, '}', inner.len) : NULL;
    if (!open || !close) {
        *ret_before = *rest;
        *rest = (struct bytes){0};
        return false;
    }
    size_t len = (size_t)(close - inner.data);
    *ret_name = bytes_slice(inner, 0, len);
    *rest = bytes_slice(inner, len + 1, inner.len);
    return true;
}

bool csv_template_topic(struct bytes name, int *ret_position, bool *ret_rest)
{
    struct bytes prefix = BYTES("topic.");
    if (!bytes_start_with(name, prefix)) {
        return false;
    }
    struct bytes number = bytes_slice(name, prefix.len, name.len);
    *ret_rest = number.len && number.data[number.len - 1] == '+';
    number.len -= *ret_rest ? 1 : 0;
    int64_t position = 0;
    bool fits = number_parse_i64(number, &position) && position >= -64 && position <= 64;
    *ret_position = (int)position;
    return fits;
}

/* ---- checks ---- */

struct check {
    const struct csv_settings *settings;
    const struct node *node;
    struct problems *problems;
};

bool csv_list_has(const struct node *list, struct bytes text)
{
    NODE_EACH(item, list)
    {
        if (bytes_equal(item->text, text)) {
            return true;
        }
    }
    return false;
}

/* A name that must be a column, where the columns are known. */
static void check_column(const struct check *check, const struct node *at,
                         struct bytes name)
{
    const struct node *columns = check->settings->columns;
    if (!columns || csv_list_has(columns, name)) {
        return;
    }
    const char *names[CSV_COLUMNS_MAX + 1] = {NULL};
    size_t count = 0;
    NODE_EACH(item, columns)
    {
        if (count < CSV_COLUMNS_MAX) {
            names[count++] = (const char *)item->text.data;
        }
    }
    const char *near = nearest_name(names, name);
    problem_at(check->problems, at, "'%.*s' is not among the columns%s%s%s",
               BYTES_ARG(name), near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
}

static void check_named(const struct check *check, const char *key, const char *name)
{
    if (name) {
        check_column(check, node_find(check->node, key), bytes_of(name));
    }
}

static void check_template(const struct check *check, const char *key, const char *text)
{
    struct bytes rest = bytes_of(text);
    struct bytes before;
    struct bytes name;
    const struct node *at = node_find(check->node, key);
    while (csv_template_next(&rest, &before, &name)) {
        int position = 0;
        bool all = false;
        if (!csv_template_topic(name, &position, &all)) {
            check_column(check, at, name);
        }
    }
    if (before.len && memchr(before.data, '{', before.len)) {
        problem_at(check->problems, at, "%s: a brace is not closed", key);
    }
}

static void check_metrics(const struct check *check)
{
    const struct csv_settings *s = check->settings;
    if (!s->metrics == !s->metric) {
        problem_at(check->problems, check->node,
                   "either 'metrics' or 'metric' must say what the metrics are");
    }
    if (s->metric && !s->value) {
        problem_at(check->problems, node_find(check->node, "metric"),
                   "'metric' needs 'value', the column with its value");
    }
    NODE_EACH(metric, s->metrics)
    {
        check_column(check, metric, metric->key);
        if (metric->kind != NODE_SCALAR) {
            problem_at(check->problems, metric, "a metric's unit must be text");
        }
    }
    NODE_EACH(text, s->texts)
    {
        check_column(check, text, text->text);
    }
}

static void check_all(const struct check *check)
{
    const struct csv_settings *s = check->settings;
    if (!s->columns && s->header == CSV_HEADER_NONE) {
        problem_at(check->problems, check->node,
                   "without a header, 'columns' must name the columns");
    }
    if (s->columns && s->columns->count > CSV_COLUMNS_MAX) {
        problem_at(check->problems, s->columns, "more than %d columns", CSV_COLUMNS_MAX);
    }
    check_metrics(check);
    check_named(check, "time", s->time);
    check_named(check, "value", s->value);
    check_named(check, "unit", s->unit);
    check_template(check, "device", s->device);
    if (s->metric) {
        check_template(check, "metric", s->metric);
    }
    NODE_EACH(item, s->match)
    {
        check_column(check, item, item->key);
    }
}

/* ---- what is made of them ---- */

static uint8_t one_character(const char *text, const char *key, const struct check *check)
{
    if (strcmp(text, "tab") == 0) {
        return '\t';
    }
    if (strlen(text) != 1 || *text == '"' || *text == '\n' || *text == '\r') {
        problem_at(check->problems, node_find(check->node, key),
                   "%s: '%s' is not one character", key, text);
    }
    return (uint8_t)*text;
}

static void init_quality(struct csv_settings *s, const struct check *check)
{
    static const char *const keys[] = {"column", "good", "uncertain", NULL};
    node_check_keys(s->quality, keys, check->problems);
    const struct node *column = node_find(s->quality, "column");
    s->good = node_find(s->quality, "good");
    s->uncertain = node_find(s->quality, "uncertain");
    if (!column || column->kind != NODE_SCALAR || !s->good ||
        s->good->kind != NODE_LIST) {
        problem_at(check->problems, s->quality,
                   "quality: write {column: NAME, good: [TEXT...]}");
        return;
    }
    s->quality_column = column->text;
    check_column(check, column, column->text);
}

static void init_time(struct csv_settings *s, const struct check *check)
{
    static const struct node iso = {
        .kind = NODE_SCALAR, .text = {(const uint8_t *)"iso", 3}, .file = "default"};
    const struct node *zone = s->tz && s->tz->kind == NODE_SCALAR ? s->tz : NULL;
    time_format_init(&s->format, s->time_format ? s->time_format : &iso, zone,
                     check->problems);
}

void csv_settings_init(struct csv_settings *settings, const struct node *node,
                       struct problems *problems)
{
    struct check check = {.settings = settings, .node = node, .problems = problems};
    if (!settings_read(csv_settings_table, node, settings, problems)) {
        return;
    }
    settings->delimiter = one_character(settings->delimiter_text, "delimiter", &check);
    settings->decimal = one_character(settings->decimal_text, "decimal", &check);
    if (settings->thousands_text) {
        settings->thousands =
            one_character(settings->thousands_text, "thousands", &check);
    }
    if (settings->decimal != '.' && settings->decimal != ',') {
        problem_at(problems, node_find(node, "decimal"), "decimal: must be '.' or ','");
    }
    if (settings->thousands == settings->decimal) {
        problem_at(problems, node_find(node, "thousands"),
                   "thousands: is the decimal character too");
    }
    check_all(&check);
    if (settings->quality) {
        init_quality(settings, &check);
    }
    init_time(settings, &check);
}

void csv_settings_deinit(struct csv_settings *settings)
{
    time_format_deinit(&settings->format);
}

/* ---- numbers ---- */

/* Whether three digits and then no digit follow. */
static bool is_group(struct bytes text, size_t at)
{
    size_t digits = 0;
    while (at + digits < text.len && text.data[at + digits] >= '0' &&
           text.data[at + digits] <= '9') {
        digits++;
    }
    return digits == 3;
}

bool csv_number(const struct csv_settings *settings, struct bytes text,
                struct value *ret_value)
{
    uint8_t plain[NUMBER_LEN_MAX];
    size_t len = 0;
    bool whole = true; /* before the decimal character */
    if (text.len > NUMBER_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool separator = settings->thousands && c == settings->thousands;
        if (separator && (!whole || len == 0 || !is_group(text, i + 1))) {
            return false;
        }
        if (!separator && c == '.' && settings->decimal != '.') {
            return false;
        }
        whole = whole && c != settings->decimal;
        if (!separator) {
            plain[len++] = c == settings->decimal ? '.' : c;
        }
    }
    return value_parse((struct bytes){.data = plain, .len = len}, ret_value);
}
