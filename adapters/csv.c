/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv: separated values, a row a line, as loggers and SmartREST-like gateways send.
 *
 *     29.07.2026 18:00:00;1.450,5;12,25;OK      wide: a column a metric
 *     200,temperature,kiln,1450.5,degC          long: a row a metric
 *
 * Which column is what, and how numbers and times are written, is configured
 * (csv_settings.h).  A row that does not read is left out and told with its line; a cell
 * that is no number is a bad reading; a time that does not read is the receive time.
 *
 * The state is the last header of each topic, where headers are remembered.
 */
#include "core/mem.h"
#include "core/table.h"
#include "core/topic.h"
#include "core/utf8.h"
#include "csv_settings.h"
#include "decode/adapter.h"

#define READINGS_MAX 10000
#define TEXT_MAX 4096
#define HEADERS_MAX 1000
#define HEADER_LEN_MAX 4096
#define STATE_VERSION 1

struct csv_state {
    struct csv_settings settings;
    struct table headers; /* topic -> char *, the row as it came */
};

/* Where the columns stand in this message. */
struct layout {
    struct bytes names[CSV_COLUMNS_MAX];
    const struct node *metrics[CSV_COLUMNS_MAX]; /* by column: its unit, or NULL */
    bool texts[CSV_COLUMNS_MAX];
    size_t count;
};

struct work {
    const struct csv_settings *settings;
    const struct message *message;
    struct decoding *out;
    struct layout layout;
    struct csv_row row;
};

/* ---- columns ---- */

static void set_layout(struct work *work)
{
    struct layout *layout = &work->layout;
    for (size_t i = 0; i < layout->count; i++) {
        layout->texts[i] = csv_list_has(work->settings->texts, layout->names[i]);
        layout->metrics[i] = NULL;
        NODE_EACH(metric, work->settings->metrics)
        {
            if (bytes_equal(metric->key, layout->names[i])) {
                layout->metrics[i] = metric;
            }
        }
    }
}

static void layout_by_settings(struct work *work)
{
    work->layout.count = 0;
    NODE_EACH(column, work->settings->columns)
    {
        if (work->layout.count < CSV_COLUMNS_MAX) {
            work->layout.names[work->layout.count++] = column->text;
        }
    }
    set_layout(work);
}

static void layout_by_header(struct work *work, const struct csv_row *header)
{
    work->layout.count = header->count;
    for (size_t i = 0; i < header->count; i++) {
        work->layout.names[i] = header->cells[i];
    }
    set_layout(work);
}

/* The row's cell in a column; false when there is no such column. */
static bool find_cell(const struct work *work, struct bytes column,
                      struct bytes *ret_cell)
{
    for (size_t i = 0; i < work->layout.count && i < work->row.count; i++) {
        if (bytes_equal(work->layout.names[i], column)) {
            *ret_cell = work->row.cells[i];
            return true;
        }
    }
    return false;
}

/* ---- one row ---- */

/* Fills a template in; false when a part is missing or the result unfit for a name. */
static bool expand(const struct work *work, const char *text, struct bytes *ret_name)
{
    struct bytes rest = bytes_of(text);
    struct bytes before;
    struct bytes name;
    struct bytes result = BYTES("");
    while (csv_template_next(&rest, &before, &name)) {
        struct bytes part = {0};
        int position = 0;
        bool all = false;
        bool found = csv_template_topic(name, &position, &all)
                         ? topic_level(work->message->topic, position, all, &part)
                         : find_cell(work, name, &part);
        if (!found || part.len == 0) {
            return false;
        }
        result = arena_print(work->out->arena, "%.*s%.*s%.*s", BYTES_ARG(result),
                             BYTES_ARG(before), BYTES_ARG(part));
    }
    *ret_name =
        arena_print(work->out->arena, "%.*s%.*s", BYTES_ARG(result), BYTES_ARG(before));
    return ret_name->len > 0 && utf8_printable(*ret_name);
}

static bool matches(const struct work *work)
{
    NODE_EACH(item, work->settings->match)
    {
        struct bytes cell;
        if (!find_cell(work, item->key, &cell) || !bytes_equal(cell, item->text)) {
            return false;
        }
    }
    return true;
}

static void set_quality(struct reading *reading, const struct work *work)
{
    const struct csv_settings *settings = work->settings;
    struct bytes cell = {0};
    if (settings->quality_column.len == 0) {
        return;
    }
    bool found = find_cell(work, settings->quality_column, &cell);
    if (found && csv_list_has(settings->good, cell)) {
        return;
    }
    bool uncertain = found && csv_list_has(settings->uncertain, cell);
    reading->quality = uncertain ? QUALITY_UNCERTAIN : QUALITY_BAD;
    reading->detail = settings->quality_column;
}

static void set_time(struct reading *reading, const struct work *work)
{
    struct bytes cell = {0};
    int64_t ns = 0;
    if (!work->settings->time) {
        reading_set_receive_time(reading, work->message, NULL);
    } else if (find_cell(work, bytes_of(work->settings->time), &cell) &&
               time_format_read(&work->settings->format, cell, true, &ns)) {
        reading_set_time(reading, ns, work->message);
    } else {
        reading_set_receive_time(reading, work->message, "bad_timestamp");
    }
}

static void spoil(struct reading *reading, const char *why)
{
    reading->value = (struct value){.kind = VALUE_NONE};
    reading->quality = QUALITY_BAD;
    reading->detail = bytes_of(why);
}

static void set_value(struct reading *reading, const struct work *work, struct bytes cell,
                      bool is_text)
{
    if (cell.len == 0) {
        spoil(reading, "empty");
    } else if (!is_text) {
        if (!csv_number(work->settings, cell, &reading->value)) {
            spoil(reading, "not_a_number");
        }
    } else if (cell.len > TEXT_MAX || !utf8_valid(cell)) {
        spoil(reading, "bad_encoding");
    } else {
        reading->value = (struct value){.kind = VALUE_TEXT,
                                        .text = arena_copy(work->out->arena, cell)};
    }
}

static void add_reading(struct work *work, const struct reading *name, struct bytes cell,
                        bool is_text)
{
    if (cell.len == 0 && work->settings->empty == CSV_EMPTY_SKIP) {
        return;
    }
    struct reading *reading = decoding_add(work->out);
    if (!reading) {
        return;
    }
    *reading = *name;
    set_quality(reading, work);
    set_value(reading, work, cell, is_text);
    set_time(reading, work);
}

static void add_wide(struct work *work, struct bytes device)
{
    for (size_t i = 0; i < work->layout.count && i < work->row.count; i++) {
        const struct node *metric = work->layout.metrics[i];
        if (metric) {
            struct reading name = {
                .device = device, .metric = metric->key, .unit = metric->text};
            add_reading(work, &name, work->row.cells[i], work->layout.texts[i]);
        }
    }
}

static const char *add_long(struct work *work, struct bytes device)
{
    const struct csv_settings *settings = work->settings;
    struct reading name = {.device = device};
    struct bytes cell = {0};
    struct bytes unit = {0};
    if (!expand(work, settings->metric, &name.metric)) {
        return "it does not name the metric";
    }
    if (settings->unit && find_cell(work, bytes_of(settings->unit), &unit)) {
        if (!utf8_printable(unit)) {
            return "its unit is not clean UTF-8";
        }
        name.unit = arena_copy(work->out->arena, unit);
    }
    if (!find_cell(work, bytes_of(settings->value), &cell)) {
        return "it has no value";
    }
    bool is_text = csv_list_has(settings->texts, bytes_of(settings->value));
    add_reading(work, &name, cell, is_text);
    return NULL;
}

/* Cells beyond the last column must be empty: some loggers end rows in a delimiter. */
static bool has_shape(const struct work *work)
{
    for (size_t i = work->layout.count; i < work->row.count; i++) {
        if (work->row.cells[i].len) {
            return false;
        }
    }
    return work->row.count >= work->layout.count;
}

static const char *take_row(struct work *work)
{
    struct bytes device;
    if (!matches(work)) {
        return NULL;
    }
    if (!has_shape(work)) {
        return "it has more or fewer cells than there are columns";
    }
    if (!expand(work, work->settings->device, &device)) {
        return "it does not name the device";
    }
    if (work->settings->metric) {
        return add_long(work, device);
    }
    add_wide(work, device);
    return NULL;
}

/* ---- headers ---- */

/* A row is a header when it names the columns that must be there. */
static bool is_header(const struct work *work, const struct csv_row *row)
{
    const struct csv_settings *settings = work->settings;
    const struct node *first = settings->metrics ? settings->metrics->first : NULL;
    struct bytes wanted = settings->time    ? bytes_of(settings->time)
                          : settings->value ? bytes_of(settings->value)
                          : first           ? first->key
                                            : BYTES("");
    for (size_t i = 0; i < row->count; i++) {
        if (wanted.len && bytes_equal(row->cells[i], wanted)) {
            return true;
        }
    }
    return false;
}

static void remember(struct csv_state *state, struct bytes topic, struct bytes header)
{
    bool known = table_find(&state->headers, topic) != NULL;
    bool fits = header.len <= HEADER_LEN_MAX && topic.len <= HEADER_LEN_MAX &&
                (known || state->headers.count < HEADERS_MAX);
    if (fits && !memchr(header.data, 0, header.len)) {
        char *old = table_put(&state->headers, topic, mem_text(header));
        mem_free(&old);
    }
}

/* The header that the topic had before; false when there was none. */
static bool recall(struct csv_state *state, struct work *work)
{
    const char *header = table_find(&state->headers, work->message->topic);
    struct csv_rows rows;
    struct csv_row row;
    const char *problem = NULL;
    csv_rows_init(&rows, bytes_of(header), work->settings->delimiter);
    if (!header || !csv_rows_next(&rows, work->out->arena, &row, &problem) || problem) {
        return false;
    }
    layout_by_header(work, &row);
    return true;
}

/* The first row settles what the columns are; `*ret_header` tells that it is no data. */
static enum err take_first(struct csv_state *state, struct work *work, bool *ret_header,
                           struct error *e)
{
    const struct csv_settings *settings = work->settings;
    *ret_header =
        settings->header == CSV_HEADER_FIRST ||
        (settings->header == CSV_HEADER_REMEMBER && is_header(work, &work->row));
    if (settings->columns) {
        layout_by_settings(work);
        return ERR_OK;
    }
    if (*ret_header) {
        layout_by_header(work, &work->row);
        if (settings->header == CSV_HEADER_REMEMBER) {
            remember(state, work->message->topic, work->row.raw);
        }
        return ERR_OK;
    }
    if (!recall(state, work)) {
        return error_reason(e, ERR_REJECT, "no_header",
                            "no header has come on this topic yet");
    }
    return ERR_OK;
}

/* ---- the adapter ---- */

static enum err decode_rows(struct csv_state *state, struct work *work, struct error *e)
{
    struct csv_rows rows;
    const char *problem = NULL;
    bool first = true;
    csv_rows_init(&rows, work->message->payload, work->settings->delimiter);
    while (csv_rows_next(&rows, work->out->arena, &work->row, &problem)) {
        bool header = false;
        if (!problem && first) {
            enum err result = take_first(state, work, &header, e);
            if (result != ERR_OK) {
                return result;
            }
            first = false;
        }
        if (!problem && !header) {
            problem = take_row(work);
        }
        if (problem) {
            decoding_part_bad(work->out, "bad_line", "line %zu: %s", rows.line, problem);
        }
        if (work->out->count > READINGS_MAX) {
            return decoding_reject(work->out, "too_many_readings",
                                   "more than %d readings in a message", READINGS_MAX);
        }
    }
    decoding_settle(work->out);
    return ERR_OK;
}

static enum err decode(void *memory, const struct message *message, struct decoding *out,
                       struct error *e)
{
    struct csv_state *state = memory;
    struct work *work = arena_new(out->arena, struct work);
    if (message->payload.len == 0) {
        return error_reason(e, ERR_REJECT, "empty_payload", "the payload is empty");
    }
    if (!work) {
        return error_reason(e, ERR_REJECT, "too_large", "the arena is full");
    }
    work->settings = &state->settings;
    work->message = message;
    work->out = out;
    return decode_rows(state, work, e);
}

static void init(void *memory, const struct node *settings, struct problems *problems)
{
    struct csv_state *state = memory;
    csv_settings_init(&state->settings, settings, problems);
}

static void forget_headers(struct csv_state *state)
{
    for (size_t i = 0; i < state->headers.count; i++) {
        mem_free(&state->headers.entries[i].value);
    }
    table_deinit(&state->headers);
}

static void deinit(void *memory)
{
    struct csv_state *state = memory;
    forget_headers(state);
    csv_settings_deinit(&state->settings);
}

static void save(const void *memory, struct buf *out)
{
    const struct csv_state *state = memory;
    buf_add_byte(out, STATE_VERSION);
    buf_add_varint(out, state->headers.count);
    for (size_t i = 0; i < state->headers.count; i++) {
        buf_add_string(out, state->headers.entries[i].key);
        buf_add_string(out, bytes_of(state->headers.entries[i].value));
    }
}

static enum err load(void *memory, struct bytes saved, struct error *e)
{
    struct csv_state *state = memory;
    struct cursor in = cursor_of(saved);
    in.failed = cursor_byte(&in) != STATE_VERSION;
    uint64_t count = cursor_varint(&in);
    in.failed = in.failed || count > HEADERS_MAX;
    for (uint64_t i = 0; i < count && !in.failed; i++) {
        struct bytes topic = cursor_string(&in);
        struct bytes header = cursor_string(&in);
        in.failed = in.failed || header.len == 0 || table_find(&state->headers, topic);
        if (!in.failed) {
            remember(state, topic, header);
        }
    }
    if (in.failed || in.rest.len) {
        forget_headers(state);
        return error_set(e, ERR_CORRUPT, "the csv adapter's state does not read");
    }
    return ERR_OK;
}

const struct adapter adapter_csv = {
    .name = "csv",
    .summary = "separated values: a column or a row a metric, any notation of numbers",
    .settings = csv_settings_table,
    .state_size = sizeof(struct csv_state),
    .init = init,
    .deinit = deinit,
    .decode = decode,
    .save = save,
    .load = load,
};
