/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes readings of metrics.
 *
 * A metric is found by its name, else by its alias; its datatype and unit are its own or
 * the birth's.  A template gives a reading for each member, "name/member"; a table one
 * for each cell, "name/column", row by row.  Bytes, files, arrays and property sets have
 * no reading.
 */
#include "sparkplug_readings.h"

#include "core/clock.h"
#include "sparkplug_value.h"

bool sparkplug_is_control(struct bytes name)
{
    return bytes_are(name, "bdSeq") || bytes_start_with(name, BYTES("Node Control/")) ||
           bytes_start_with(name, BYTES("Device Control/"));
}

/* ---- one reading ---- */

static void set_time(struct reading *reading, const struct sparkplug_metric *metric,
                     const struct sparkplug_work *work)
{
    uint64_t ms =
        metric->has_timestamp ? metric->timestamp_ms : work->payload->timestamp_ms;
    if (!metric->has_timestamp && !work->payload->has_timestamp) {
        reading_set_receive_time(reading, work->message, NULL);
    } else if (ms > INT64_MAX / NS_PER_MS) {
        reading_set_receive_time(reading, work->message, "implausible_timestamp");
    } else {
        reading_set_time(reading, (int64_t)ms * NS_PER_MS, work->message);
    }
}

static void set_quality(struct reading *reading, const struct sparkplug_metric *metric)
{
    if (metric->has_quality) {
        reading->quality = sparkplug_quality(metric->quality, &reading->detail);
    }
}

/* Why there is no value, or NULL. */
static const char *convert(uint32_t datatype, const struct sparkplug_metric *metric,
                           struct value *ret_value)
{
    if (metric->null) {
        return "null";
    }
    bool table = datatype == SPARKPLUG_DATA_SET || datatype == SPARKPLUG_TEMPLATE;
    return table ? "wrong_type" : sparkplug_convert(datatype, &metric->value, ret_value);
}

static void set_value(struct reading *reading, uint32_t datatype,
                      const struct sparkplug_metric *metric, struct arena *arena)
{
    const char *why = convert(datatype, metric, &reading->value);
    if (why) {
        reading->value = (struct value){.kind = VALUE_NONE};
        reading->quality = QUALITY_BAD;
        reading->detail = bytes_of(why);
    } else if (reading->value.kind == VALUE_TEXT) {
        reading->value.text = arena_copy(arena, reading->value.text);
    }
}

static uint32_t flags_of(const struct sparkplug_work *work,
                         const struct sparkplug_metric *metric)
{
    return (work->birth ? READING_BIRTH : 0U) |
           (metric->historical ? READING_HISTORICAL : 0U) |
           (metric->transient ? READING_TRANSIENT : 0U);
}

/* The unit is copied: a later metric of the message may change the tag's. */
static struct bytes unit_of(const struct sparkplug_tag *tag, uint32_t datatype,
                            struct arena *arena)
{
    if (tag && tag->unit) {
        return arena_copy(arena, bytes_of(tag->unit));
    }
    return datatype == SPARKPLUG_DATE_TIME ? BYTES("ms") : BYTES("");
}

/* `tag` may be NULL: there was no room to remember it. */
static void add_reading(struct sparkplug_work *work, struct bytes name,
                        struct sparkplug_tag *tag, const struct sparkplug_metric *metric)
{
    uint32_t datatype = metric->datatype || !tag ? metric->datatype : tag->datatype;
    struct reading *reading = decoding_add(work->out);
    if (!reading) {
        return;
    }
    reading->device = work->key;
    reading->metric = name;
    reading->unit = unit_of(tag, datatype, work->out->arena);
    reading->flags = flags_of(work, metric);
    set_quality(reading, metric);
    set_value(reading, datatype, metric, work->out->arena);
    set_time(reading, metric, work);
    if (tag && !metric->historical) {
        sparkplug_tag_set_last(work->nodes, tag, &reading->value, reading->event_ns);
    }
}

/* ---- tables and templates ---- */

static void add_metric(struct sparkplug_work *work, struct bytes name,
                       struct sparkplug_tag *tag, const struct sparkplug_metric *metric);

static void add_row(struct sparkplug_work *work, const struct bytes *names,
                    const struct sparkplug_data_set *set,
                    const struct sparkplug_value *cells,
                    const struct sparkplug_metric *metric)
{
    for (size_t i = 0; i < set->column_count; i++) {
        struct sparkplug_metric cell = *metric;
        cell.datatype = set->types[i];
        cell.value = cells[i];
        add_reading(work, names[i], NULL, &cell);
    }
}

static void add_table(struct sparkplug_work *work, struct bytes name,
                      const struct sparkplug_metric *metric)
{
    struct sparkplug_data_set set;
    sparkplug_data_set_read(metric->value.bytes, &set);
    if (set.column_count > SPARKPLUG_COLUMNS_MAX || set.column_count != set.type_count) {
        decoding_part_bad(work->out, "bad_data_set",
                          "table '%.*s' has %zu columns and %zu types", BYTES_ARG(name),
                          set.column_count, set.type_count);
        return;
    }
    struct bytes names[SPARKPLUG_COLUMNS_MAX];
    for (size_t i = 0; i < set.column_count; i++) {
        names[i] = arena_print(work->out->arena, "%.*s/%.*s", BYTES_ARG(name),
                               BYTES_ARG(set.columns[i]));
    }
    struct sparkplug_value cells[SPARKPLUG_COLUMNS_MAX];
    size_t count = 0;
    while (sparkplug_row_next(&set, cells, &count)) {
        if (count == set.column_count) {
            add_row(work, names, &set, cells, metric);
        } else {
            decoding_part_bad(work->out, "bad_data_set",
                              "a row of table '%.*s' has %zu cells, not %zu",
                              BYTES_ARG(name), count, set.column_count);
        }
    }
}

/* Members without a time have the template's. */
static void add_members(struct sparkplug_work *work, struct bytes name,
                        const struct sparkplug_metric *metric)
{
    struct sparkplug_template template;
    sparkplug_template_read(metric->value.bytes, &template);
    if (template.definition) {
        return;
    }
    struct sparkplug_metric member;
    while (sparkplug_metric_next(&template.metrics, &member)) {
        struct bytes full = arena_print(work->out->arena, "%.*s/%.*s", BYTES_ARG(name),
                                        BYTES_ARG(member.name));
        if (!member.has_timestamp) {
            member.has_timestamp = metric->has_timestamp;
            member.timestamp_ms = metric->timestamp_ms;
        }
        member.historical = member.historical || metric->historical;
        member.transient = member.transient || metric->transient;
        struct sparkplug_tag *tag =
            sparkplug_tag_add(work->nodes, work->node, work->device, full);
        add_metric(work, tag ? tag->name : full, tag, &member);
    }
}

/* ---- one metric ---- */

static void add_metric(struct sparkplug_work *work, struct bytes name,
                       struct sparkplug_tag *tag, const struct sparkplug_metric *metric)
{
    if (tag) {
        tag->datatype = tag->datatype ? tag->datatype : metric->datatype;
        if (metric->has_unit) {
            sparkplug_tag_set_unit(work->nodes, tag, metric->unit);
        }
    }
    uint32_t datatype = metric->datatype || !tag ? metric->datatype : tag->datatype;
    bool opaque = sparkplug_is_opaque(datatype) || metric->value.member == MEMBER_BYTES;
    if (opaque) {
        return;
    }
    if (metric->value.member == MEMBER_TEMPLATE && !metric->null) {
        add_members(work, name, metric);
    } else if (metric->value.member == MEMBER_DATA_SET && !metric->null) {
        add_table(work, name, metric);
    } else {
        add_reading(work, name, tag, metric);
    }
}

static bool is_definition(const struct sparkplug_metric *metric)
{
    struct sparkplug_template template = {0};
    if (metric->value.member == MEMBER_TEMPLATE) {
        sparkplug_template_read(metric->value.bytes, &template);
    }
    return template.definition;
}

static void add_born(struct sparkplug_work *work, const struct sparkplug_metric *metric)
{
    if (metric->name.len == 0) {
        decoding_part_bad(work->out, "no_metric", "a metric of a birth has no name");
        return;
    }
    struct sparkplug_tag *tag =
        sparkplug_tag_add(work->nodes, work->node, work->device, metric->name);
    if (!tag) {
        decoding_part_bad(work->out, "state_full", "more than %d metrics in a node",
                          SPARKPLUG_TAGS_MAX);
        return;
    }
    tag->has_alias = metric->has_alias;
    tag->alias = metric->alias;
    tag->datatype = metric->datatype;
    add_metric(work, tag->name, tag, metric);
}

/* A name that no birth has is still a name, when it comes with its datatype. */
static void add_by_name(struct sparkplug_work *work,
                        const struct sparkplug_metric *metric)
{
    struct sparkplug_tag *tag = table_find(&work->device->tags, metric->name);
    if (!tag) {
        work->unknown = true;
    }
    if (!tag && metric->datatype == 0) {
        decoding_part_bad(work->out, "unknown_metric", "'%.*s' was in no birth",
                          BYTES_ARG(metric->name));
        return;
    }
    if (!tag) {
        tag = sparkplug_tag_add(work->nodes, work->node, work->device, metric->name);
    }
    struct bytes name = tag ? tag->name : arena_copy(work->out->arena, metric->name);
    add_metric(work, name, tag, metric);
}

static void add_by_alias(struct sparkplug_work *work,
                         const struct sparkplug_metric *metric)
{
    struct sparkplug_tag *tag = sparkplug_tag_by_alias(work->device, metric->alias);
    if (!metric->has_alias) {
        decoding_part_bad(work->out, "no_metric", "a metric has neither name nor alias");
        return;
    }
    if (!tag) {
        work->unknown = true;
        decoding_part_bad(work->out, "unknown_alias", "alias %llu was in no birth",
                          (unsigned long long)metric->alias);
        return;
    }
    if (!sparkplug_is_control(tag->name)) {
        add_metric(work, tag->name, tag, metric);
    }
}

void sparkplug_add_metrics(struct sparkplug_work *work)
{
    struct wire wire = wire_of(work->payload->raw);
    struct sparkplug_metric metric;
    while (sparkplug_metric_next(&wire, &metric)) {
        if (sparkplug_is_control(metric.name) || is_definition(&metric)) {
            continue;
        }
        if (work->birth) {
            add_born(work, &metric);
        } else if (metric.name.len) {
            add_by_name(work, &metric);
        } else {
            add_by_alias(work, &metric);
        }
    }
}

/* ---- stale ---- */

void sparkplug_add_stale(struct sparkplug_work *work, bool receive_time)
{
    struct sparkplug_metric none = {0};
    for (size_t i = 0; i < work->device->tags.count; i++) {
        const struct sparkplug_tag *tag = work->device->tags.entries[i].value;
        if (!tag->seen) {
            continue;
        }
        struct reading *reading = decoding_add(work->out);
        if (!reading) {
            return;
        }
        *reading = (struct reading){.device = work->key,
                                    .metric = tag->name,
                                    .unit = unit_of(tag, tag->datatype, work->out->arena),
                                    .value = tag->last,
                                    .quality = QUALITY_BAD,
                                    .detail = BYTES("stale")};
        if (receive_time) {
            reading_set_receive_time(reading, work->message, NULL);
        } else {
            set_time(reading, &none, work);
        }
    }
    work->device->fresh = false;
}
