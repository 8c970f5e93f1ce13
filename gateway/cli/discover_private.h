/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of `emgate discover` share: the formats it can tell, what it saw of
 * them, and the points that came out.
 *
 * A format decodes with the adapter or preset that a configuration would name.  JSON and
 * text of no known make get a mapping of their own, which the configuration holds whole.
 * Everything has a limit; what is beyond it is counted and told.
 */
#ifndef CLI_DISCOVER_PRIVATE_H
#define CLI_DISCOVER_PRIVATE_H

#include "config/plan.h"
#include "core/table.h"
#include "decode/decode.h"

#define DISCOVER_FORMATS_MAX 256
#define DISCOVER_GROUPS_MAX 200
#define DISCOVER_TOPICS_MAX 20000
#define DISCOVER_POINTS_MAX 2000
#define DISCOVER_NAME_MAX 256 /* of a device, a metric or a unit */
#define DISCOVER_HEAD 48      /* bytes of an unknown payload that are shown */

/* ---- formats ---- */

struct format {
    const char *adapter; /* its name */
    char *preset;        /* of a mapping that comes with the program, or NULL */
    char *rules;         /* of a mapping made here, YAML; or NULL */
    uint8_t *text;       /* the preset's file */
    struct document *settings;
    struct plan_route route;
    struct decoder *decoder;
};

struct formats {
    struct format list[DISCOVER_FORMATS_MAX];
    size_t count;
    size_t preset_count; /* they stand first */
    struct arena arena;
};

/* Loads the presets that come with the program; a folder that is not there gives none.
 * The caller frees. */
void formats_init(struct formats *formats);
void formats_deinit(struct formats *formats);

/* The format that fits a message best, or NULL.  `ret_filter` gets the topic filter that
 * it asks for, in the format's memory, or NULL when any topic will do. */
struct format *formats_find(struct formats *formats, const struct message *message,
                            const char **ret_filter);

/* Decodes; results hold until the next call here. */
void formats_decode(struct formats *formats, struct format *format,
                    const struct message *message, struct decoding *ret_decoding);

/* "preset kepware", "adapter influx", "plain JSON", "one value a topic". */
const char *format_name(const struct format *format, char *text, size_t size);

/* ---- what was seen ---- */

struct group {
    struct format *format; /* NULL: not recognised */
    char *filter;
    bool fixed;    /* the filter is the format's own */
    char *example; /* a topic */
    size_t messages, retained, topics, readings;
    uint8_t head[DISCOVER_HEAD];
    size_t head_len, payload_len; /* of the first message */
};

struct seen_point {
    char *device, *metric, *unit; /* unit: "" when none was told */
    const struct group *group;
    bool number, truth, word; /* kinds of values that came */
    bool falls, rises;
    double last;
    size_t count;
    int64_t first_ns, last_ns; /* event times of those that were not retained */
    size_t timed;
    char example[40];
};

struct seen {
    struct formats formats;
    struct group groups[DISCOVER_GROUPS_MAX];
    size_t group_count;
    struct table topics; /* to struct seen_topic */
    struct table points; /* to struct seen_point, by device, NUL, metric */
    size_t messages, retained, skipped_topics, skipped_points;
};

/* Empty; the caller frees by deinit. */
void seen_init(struct seen *seen);
void seen_deinit(struct seen *seen);

/* Takes a message in; what the broker says of itself ($SYS) is left out. */
void seen_take(struct seen *seen, const struct message *message);

/* ---- what is proposed ---- */

struct proposal {
    enum point_kind kind;
    const char *why;   /* words */
    const char *unit;  /* for the point; the device's own where it is one */
    bool unit_named;   /* taken from the end of the metric's name */
    bool unit_unknown; /* it told one that is none, or none at all */
};

struct units;

/* The kind of point, from unit, name and how the values went. */
struct proposal propose(struct units *units, const struct seen_point *point);

struct discover_source {
    const char *uri, *user, *password_file, *ca_file, *cert_file, *key_file;
    const char *filter;
    double seconds;
};

/* Writes a configuration with comments. */
void discover_write(const struct seen *seen, struct units *units,
                    const struct discover_source *source, struct buf *out);

#endif
