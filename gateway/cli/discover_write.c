/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that `emgate discover` proposes.  Texts of strangers stand in quoted
 * strings or, cut and made readable, in comments; `emgate check` takes it as it is.
 */
#include "cli/discover_private.h"

#include "core/clock.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/utf8.h"

#include <stdio.h>

#define ID_MAX 65 /* with its end */
#define COMMENT_MAX 80

static const char *const kind_names[] = {
    [POINT_RATE] = "rate",   [POINT_COUNTER] = "counter", [POINT_AMOUNT] = "amount",
    [POINT_LEVEL] = "level", [POINT_GAUGE] = "gauge",     [POINT_STATE] = "state"};

struct writing {
    const struct seen *seen;
    struct units *units;
    const struct discover_source *source;
    struct buf *out;
    struct table ids; /* of points, given so far */
};

/* ---- texts ---- */

/* Whether YAML takes the character for a line's end or for none at all: C1 controls,
 * U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF.  Gives its number. */
static bool is_unfit(struct bytes text, size_t len, unsigned *ret_number)
{
    const uint8_t *c = text.data;
    if (len == 2) {
        *ret_number = (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU);
        return *ret_number < 0xa0;
    }
    if (len != 3) {
        return false;
    }
    *ret_number = (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
    return *ret_number == 0x2028 || *ret_number == 0x2029 || *ret_number == 0xfeff ||
           *ret_number >= 0xfffe;
}

/* A quoted YAML string; "${", which would be a variable, is escaped. */
static void put_text(struct buf *out, const char *text)
{
    struct buf quoted;
    struct json_writer w = json_writer_of(&quoted);
    buf_init(&quoted, (size_t)1 << 20);
    json_text(&w, bytes_of(text));
    struct bytes rest = buf_bytes(&quoted);
    while (rest.len > 0) {
        size_t len = utf8_len(rest);
        unsigned number = 0;
        if (is_unfit(rest, len, &number)) {
            buf_print(out, "\\u%04x", number);
        } else {
            buf_add_text(out, bytes_start_with(rest, BYTES("${")) ? "$" : "");
            buf_add(out, bytes_slice(rest, 0, len ? len : 1));
        }
        rest = bytes_slice(rest, len ? len : 1, rest.len);
    }
    buf_deinit(&quoted);
}

/* A text in a comment: short and on one line. */
static void put_comment(struct buf *out, const char *text)
{
    struct bytes rest = bytes_of(text);
    bool cut = rest.len > COMMENT_MAX;
    rest = bytes_slice(rest, 0, COMMENT_MAX);
    while (rest.len > 0) {
        size_t len = utf8_len(rest);
        unsigned number = 0;
        bool plain = len > 1 || (len == 1 && rest.data[0] >= 0x20 && rest.data[0] < 0x7f);
        if (plain && !is_unfit(rest, len, &number)) {
            buf_add(out, bytes_slice(rest, 0, len));
        } else {
            buf_add_byte(out, '.');
        }
        rest = bytes_slice(rest, len ? len : 1, rest.len);
    }
    buf_add_text(out, cut ? "..." : "");
}

static void put_setting(struct buf *out, const char *indent, const char *key,
                        const char *value)
{
    if (value) {
        buf_print(out, "%s%s: ", indent, key);
        put_text(out, value);
        buf_add_byte(out, '\n');
    }
}

/* ---- sections ---- */

static void put_head(struct writing *w)
{
    const struct seen *seen = w->seen;
    buf_add_text(w->out, "# What `emgate discover` saw on ");
    put_comment(w->out, w->source->uri);
    buf_print(w->out,
              " in %.0f s:\n# %zu messages (%zu retained) on %zu topics, %zu metrics.\n",
              w->source->seconds, seen->messages, seen->retained, seen->topics.count,
              seen->points.count);
    if (seen->skipped_topics + seen->skipped_points > 0) {
        buf_print(w->out,
                  "# Too much to show: %zu messages of more topics and %zu readings of "
                  "more metrics are left\n# out; look at a part with --filter.\n",
                  seen->skipped_topics, seen->skipped_points);
    }
    buf_add_text(w->out,
                 "# It is a proposal: go through what says FILL IN and CHECK, leave out "
                 "what is no business of\n# yours, then\n"
                 "#     emgate check -c THIS_FILE --no-environment\n\n"
                 "gateway:\n  id: gateway-01              # FILL IN: a name of its own\n"
                 "  state: /var/lib/emgate      # CHECK: a folder that it may write\n\n");
}

static void put_broker(struct writing *w)
{
    const struct discover_source *from = w->source;
    buf_add_text(w->out, "brokers:\n  - name: plant\n");
    put_setting(w->out, "    ", "uri", from->uri);
    buf_add_text(w->out, "    client_id: emgate-gateway-01  # FILL IN with the id\n");
    put_setting(w->out, "    ", "user", from->user);
    if (from->password_file) {
        put_setting(w->out, "    password:\n      ", "file", from->password_file);
    }
    put_setting(w->out, "    ", "ca_file", from->ca_file);
    put_setting(w->out, "    ", "cert_file", from->cert_file);
    put_setting(w->out, "    ", "key_file", from->key_file);
    buf_add_byte(w->out, '\n');
}

static void put_counts(struct buf *out, const struct group *group)
{
    buf_print(out, "%zu message%s", group->messages, group->messages == 1 ? "" : "s");
    if (group->retained > 0) {
        buf_print(out, " (%zu retained)", group->retained);
    }
    buf_print(out, " on %zu topic%s, such as ", group->topics,
              group->topics == 1 ? "" : "s");
    put_comment(out, group->example);
}

/* The rules of a mapping made here, below "adapter: map". */
static void put_rules(struct buf *out, const char *rules)
{
    while (*rules) {
        size_t len = strcspn(rules, "\n");
        buf_print(out, "    %.*s\n", (int)len, rules);
        rules += len + (rules[len] ? 1 : 0);
    }
}

static void put_input(struct writing *w, const struct group *group)
{
    char name[128];
    buf_print(w->out, "  # %s: ", format_name(group->format, name, sizeof name));
    put_counts(w->out, group);
    buf_print(w->out, ", %zu reading%s\n", group->readings,
              group->readings == 1 ? "" : "s");
    if (group->format->rules) {
        buf_add_text(w->out, "  # CHECK: no known make; which level of the topic names "
                             "the device?  docs/mapping.md\n");
    } else if (group->readings == 0) {
        buf_add_text(w->out, "  # CHECK: no reading came of it yet; names and aliases "
                             "may be told later or on request\n");
    }
    buf_add_text(w->out, "  - topic: ");
    put_text(w->out, group->filter);
    if (group->format->preset) {
        buf_print(w->out, "\n    preset: %s\n", group->format->preset);
    } else {
        buf_print(w->out, "\n    adapter: %s\n", group->format->adapter);
    }
    if (group->format->rules) {
        put_rules(w->out, group->format->rules);
    }
}

/* Wildcards of a filter: the fewer, the earlier it must stand. */
static size_t breadth(const struct group *group)
{
    size_t count = 0;
    for (const char *c = group->filter; *c; c++) {
        count += *c == '+' ? 1 : 0;
        count += *c == '#' ? 100 : 0;
    }
    return count;
}

static void put_inputs(struct writing *w)
{
    const struct seen *seen = w->seen;
    size_t written = 0;
    buf_add_text(w->out, "inputs:\n");
    for (size_t wide = 0; wide <= 200; wide++) {
        for (size_t i = 0; i < seen->group_count; i++) {
            const struct group *group = &seen->groups[i];
            if (group->format && group->topics > 0 && breadth(group) == wide) {
                put_input(w, group);
                written++;
            }
        }
    }
    if (written == 0) {
        buf_add_text(w->out,
                     "  # CHECK: nothing that was recognised came; this is gateways' own "
                     "format\n  - topic: emgate/v1/+/telemetry\n    adapter: native\n");
    }
    buf_add_byte(w->out, '\n');
}

static void put_unknown(struct writing *w, const struct group *group)
{
    buf_add_text(w->out, "#   ");
    put_comment(w->out, group->filter);
    buf_add_text(w->out, ": ");
    put_counts(w->out, group);
    buf_print(w->out, "; %zu bytes, which begin\n#     ", group->payload_len);
    for (size_t i = 0; i < group->head_len && i < 24; i++) {
        buf_print(w->out, "%02x ", group->head[i]);
    }
    buf_add_text(w->out, " |");
    for (size_t i = 0; i < group->head_len; i++) {
        bool plain = group->head[i] >= 0x20 && group->head[i] < 0x7f;
        buf_add_byte(w->out, plain ? group->head[i] : '.');
    }
    buf_add_text(w->out, "|\n");
}

static void put_all_unknown(struct writing *w)
{
    bool any = false;
    for (size_t i = 0; i < w->seen->group_count; i++) {
        const struct group *group = &w->seen->groups[i];
        if (group->format || group->topics == 0) {
            continue;
        }
        if (!any) {
            buf_add_text(w->out,
                         "# Not recognised, so not among the inputs.  Capture one\n"
                         "#     mosquitto_sub -C 1 -N -t TOPIC > payload\n"
                         "# see what an adapter (`emgate adapters`) or a mapping of "
                         "yours makes of it\n"
                         "#     emgate decode --adapter csv --topic TOPIC payload\n"
                         "#     emgate decode --mapping mine.yaml --topic TOPIC payload\n"
                         "# and read docs/sensors/README.md.\n");
            any = true;
        }
        put_unknown(w, group);
    }
    buf_add_text(w->out, any ? "\n" : "");
}

/* ---- points ---- */

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void add_char(char *id, size_t *len, uint8_t c)
{
    bool plain = is_plain(c);
    if (!plain && (*len == 0 || id[*len - 1] == '_')) {
        return;
    }
    char kept = '_';
    if (plain) {
        kept = (char)c;
    }
    id[(*len)++] = kept;
}

/* Adds lower case and digits, '_' for what stands between, at most half the room. */
static void add_slug(char *id, size_t *len, const char *text)
{
    size_t most = *len + ID_MAX / 2 - 8;
    for (; *text && *len < most; text++) {
        add_char(id, len, lower((uint8_t)*text));
    }
    if (*len > 0 && id[*len - 1] == '_') {
        (*len)--;
    }
    id[*len] = 0;
}

static void make_id(struct writing *w, const struct seen_point *point, char id[ID_MAX])
{
    size_t len = 0;
    add_slug(id, &len, point->device);
    if (len > 0) {
        id[len++] = '_';
    }
    add_slug(id, &len, point->metric);
    if (len == 0) {
        len = (size_t)snprintf(id, ID_MAX, "point");
    }
    for (unsigned i = 2; table_find(&w->ids, bytes_of(id)); i++) {
        snprintf(id + len, ID_MAX - len, "_%u", i);
    }
    table_put(&w->ids, bytes_of(id), w);
}

/* The usual time between readings, rounded up to what people write; "" when it is not
 * known. */
static const char *interval_of(const struct seen_point *point)
{
    static const struct {
        int64_t s;
        const char *text;
    } steps[] = {{1, "1s"},    {2, "2s"},     {5, "5s"},    {10, "10s"},   {15, "15s"},
                 {30, "30s"},  {60, "1m"},    {120, "2m"},  {300, "5m"},   {600, "10m"},
                 {900, "15m"}, {1800, "30m"}, {3600, "1h"}, {86400, "24h"}};
    int64_t span_ns = point->last_ns - point->first_ns;
    if (point->timed < 2 || span_ns <= 0) {
        return "";
    }
    int64_t mean_ns = span_ns / (int64_t)(point->timed - 1);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (mean_ns <= steps[i].s * NS_PER_S * 11 / 10) {
            return steps[i].text;
        }
    }
    return "24h";
}

static void put_point(struct writing *w, const struct seen_point *point)
{
    char id[ID_MAX];
    struct proposal proposal = propose(w->units, point);
    const char *interval = interval_of(point);
    make_id(w, point, id);
    buf_print(w->out, "  # %zu reading%s, the last one ", point->count,
              point->count == 1 ? "" : "s");
    put_comment(w->out, point->example[0] ? point->example : "without a value");
    buf_add_byte(w->out, ' ');
    put_comment(w->out, point->unit);
    buf_print(w->out, "; %s\n", proposal.why);
    if (proposal.unit_unknown) {
        buf_add_text(w->out, point->unit[0]
                                 ? "  # FILL IN the unit: what the device says is none\n"
                                 : "  # FILL IN the unit: the device tells none\n");
    }
    if (proposal.unit_named) {
        buf_add_text(w->out, "  # CHECK the unit: only the name says it\n");
    }
    if (!interval[0]) {
        buf_add_text(w->out, "  # CHECK the interval: too few readings came\n");
    }
    buf_print(w->out, "  - id: %s\n    device: ", id);
    put_text(w->out, point->device);
    buf_add_text(w->out, "\n    metric: ");
    put_text(w->out, point->metric);
    buf_print(w->out, "\n    kind: %s\n    unit: ", kind_names[proposal.kind]);
    put_text(w->out, proposal.unit);
    buf_print(w->out, "\n    interval: %s\n", interval[0] ? interval : "1m");
}

static bool is_point(const struct seen_point *point)
{
    return point->number || point->truth;
}

static void put_points(struct writing *w)
{
    size_t written = 0;
    for (size_t i = 0; i < w->seen->points.count; i++) {
        const struct seen_point *point = w->seen->points.entries[i].value;
        if (is_point(point)) {
            buf_add_text(w->out, written++ ? "" : "points:\n");
            put_point(w, point);
        }
    }
    buf_add_text(w->out, written ? "" : "points: []\n");
    for (size_t i = 0; i < w->seen->points.count; i++) {
        const struct seen_point *point = w->seen->points.entries[i].value;
        if (!is_point(point)) {
            buf_add_text(w->out, "  # no number: device ");
            put_comment(w->out, point->device);
            buf_add_text(w->out, ", metric ");
            put_comment(w->out, point->metric);
            buf_add_text(w->out, ", such as ");
            put_comment(w->out, point->example);
            buf_add_byte(w->out, '\n');
        }
    }
}

void discover_write(const struct seen *seen, struct units *units,
                    const struct discover_source *source, struct buf *out)
{
    struct writing w = {.seen = seen, .units = units, .source = source, .out = out};
    table_init(&w.ids);
    put_head(&w);
    put_broker(&w);
    put_inputs(&w);
    put_all_unknown(&w);
    buf_add_text(out, "# FILL IN\n"
                      "installation:\n"
                      "  {id: INSTALLATION-ID, name: Name of the works, sector: cement, "
                      "country: PK,\n   time_zone: UTC}\n\n");
    put_points(&w);
    buf_add_text(out, "\n# FILL IN: what is made from what; an example with every part "
                      "is config/examples/cement.yaml\nprocesses: []\n");
    table_deinit(&w.ids);
}
