/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapping after loading: every path, template, condition, format and pattern
 * compiled, names resolved, nothing left to parse when a message comes.  It is const
 * then, but for what it has learned.  All of it lives in one pool.
 *
 *     map_load.c       rules, emits, learn from the configuration's nodes; with it
 *                      map_load_value.c and map_scalar.c
 *     map_compile.c    paths, templates, references
 *     map_path.c       walking a payload: paths, selections, templates at work
 *     map_condition.c  conditions, and map_quality.c what follows from them
 *     map_value.c      values, map_bytes.c values inside bytes
 *     map_time.c       event times
 *     map_learn.c      tables of learned names
 *     map.c            the adapter
 *
 * Functions that load report every mistake to the loader's problems and go on.
 */
#ifndef MAP_PRIVATE_H
#define MAP_PRIVATE_H

#include "core/pattern.h"
#include "core/pool.h"
#include "core/table.h"
#include "decode/adapter.h"
#include "decode/timeformat.h"
#include "tape.h"

#define MAP_RULES_MAX 1000
#define MAP_EMITS_MAX 2000 /* of a rule */
#define MAP_CAPTURES_MAX 16
#define MAP_VARS_MAX 16  /* of an emit */
#define MAP_NAME_MAX 512 /* bytes of a device or metric */
#define MAP_UNIT_MAX 64
#define MAP_TABLES_MAX 32
#define MAP_FIELDS_MAX 32               /* of a table */
#define MAP_ENTRIES_MAX 50000           /* learned, all tables together */
#define MAP_LEARNED_BYTES_MAX (8 << 20) /* keys and fields, all tables together */
#define MAP_FIELD_TEXT_MAX 1024

/* ---- references and templates ---- */

enum map_origin { FROM_ROOT, FROM_ITEM, FROM_PARENT };

enum map_segment_kind { SEGMENT_KEY, SEGMENT_ANY, SEGMENT_DEEP };

struct map_segment {
    enum map_segment_kind kind;
    struct bytes key;                  /* when it is constant */
    const struct map_template *formed; /* when it isn't */
    uint32_t position; /* of a key that may index an array, else TAPE_NONE */
};

struct map_path {
    enum map_origin origin;
    struct map_segment *segments;
    size_t count;
    bool per_item; /* depends on the selected item */
};

enum map_source {
    SOURCE_PATH,
    SOURCE_TOPIC,
    SOURCE_KEY,
    SOURCE_CAPTURE,
    SOURCE_VAR,
    SOURCE_META,
    SOURCE_TEXT
};

/* One alternative of a reference. */
struct map_term {
    enum map_source source;
    struct map_path path;
    int level; /* of the topic */
    bool rest;
    size_t number;     /* of a capture, from 0 */
    struct bytes text; /* a constant, or the name of a variable or learned field */
};

struct map_reference {
    struct map_term *terms;
    size_t count;
    bool per_item;
    bool uses_meta;
};

struct map_piece {
    struct bytes text;                     /* when it is constant */
    const struct map_reference *reference; /* when it isn't */
};

struct map_template {
    struct map_piece *pieces;
    size_t count;
    bool per_item;
    bool uses_meta;
};

/* ---- conditions ---- */

enum map_constant_kind { CONSTANT_NULL, CONSTANT_BOOL, CONSTANT_NUMBER, CONSTANT_TEXT };

struct map_constant {
    enum map_constant_kind kind;
    bool truth;
    struct value number; /* exact where it is whole */
    struct bytes text;   /* as written */
};

struct map_constants {
    struct map_constant *items;
    size_t count;
};

enum map_condition_kind { CONDITION_TEST, CONDITION_ALL, CONDITION_ANY, CONDITION_NOT };

/* Types of a payload's values, as a set. */
enum map_type {
    TYPE_NUMBER = 1,
    TYPE_STRING = 2,
    TYPE_BOOL = 4,
    TYPE_NULL = 8,
    TYPE_OBJECT = 16,
    TYPE_ARRAY = 32,
};

enum map_tri { TRI_UNSET, TRI_FALSE, TRI_TRUE };

struct map_condition {
    enum map_condition_kind kind;
    struct map_condition *children; /* of all, any, not */
    size_t count;
    bool uses_meta;
    const struct map_path *path;           /* of a test: this ... */
    const struct map_reference *reference; /* ... or this */
    bool as_number;
    enum map_tri exists;
    const struct map_constant *eq, *ne, *lt, *gt;
    const struct map_constants *in;
    unsigned types; /* 0: not asked */
    struct pattern *pattern;
    bool masked;
    uint64_t mask, equals;
};

struct map_quality_rule {
    const struct map_condition *when; /* NULL: always */
    enum quality quality;
    bool skip;
    struct bytes detail;
    bool null_value;
    bool keep_bad; /* override: false */
};

struct map_quality {
    struct map_quality_rule *rules;
    size_t count;
};

/* ---- values ---- */

struct map_choice {
    struct bytes key;
    struct map_constant value;
};

struct map_choices {
    struct map_choice *items; /* in order of keys */
    size_t count;
};

enum map_as { AS_AUTO, AS_NUMBER, AS_INT, AS_BOOL, AS_STRING };

enum map_encoding { ENCODING_RAW, ENCODING_HEX, ENCODING_BASE64, ENCODING_WORDS };

struct map_bytes {
    enum map_encoding encoding;
    size_t offset;
    unsigned size; /* bytes of the number: 1, 2, 4, 8 */
    bool is_signed, is_float, little_endian, words_swapped;
    int bit; /* -1: the whole number */
};

struct map_value {
    struct map_path *paths;
    size_t path_count;
    struct map_choices choices;
    struct map_constants non_finite;
    const struct map_bytes *bytes;
    const struct map_path *scale_by;
    double in_low, in_high, out_low, out_high; /* when linear */
    double scale;                              /* when scaled */
    double offset;                             /* when shifted */
    enum map_as as;
    bool choices_strict;
    bool linear, scaled, shifted;
    bool decimal_comma;
    bool strip_unit;
};

/* ---- times ---- */

struct map_time {
    struct map_path path;
    struct time_format format; /* of the path, or of the base */
    bool is_offset;            /* path: milliseconds to add to the base */
    struct map_path base;
    struct map_time *next_made; /* all of a mapping, to be released */
};

struct map_times {
    struct map_time **items;
    size_t count;
    bool per_item;
};

/* ---- rules ---- */

struct map_variable {
    struct bytes name;
    const struct map_template *of;
    struct pattern *pattern; /* NULL: all of it */
};

struct map_lookup {
    size_t table;
    const struct map_template *key;
    bool required;
};

struct map_emit {
    struct map_path each; /* count 0: the root once */
    struct map_condition *when;
    size_t when_count;
    const struct map_template *device, *metric, *unit;
    struct map_choices unit_map;
    struct map_variable *variables;
    size_t variable_count;
    const struct map_lookup *lookup;
    struct map_value value;
    const struct map_times *times;
    const struct map_quality *quality;
    bool skip_null;
    bool bad_when_missing;
};

struct map_learn {
    size_t table;
    struct map_path each;
    const struct map_template *key;
    const struct map_template **fields; /* by the table's field number; NULL: not set */
};

enum map_payload { PAYLOAD_JSON, PAYLOAD_TEXT, PAYLOAD_BINARY };

struct map_rule {
    const char *name; /* "file:line" */
    struct bytes topic;
    enum map_payload payload;
    int depth_max;
    struct map_condition *where;
    size_t where_count;
    bool ignore;
    const struct map_learn *learn;
    struct map_emit *emits;
    size_t emit_count;
};

struct map_table_plan {
    struct bytes name;
    struct bytes fields[MAP_FIELDS_MAX];
    size_t field_count;
    bool learned; /* some rule fills it */
};

struct map {
    struct pool pool;
    struct map_rule *rules;
    size_t rule_count;
    struct map_table_plan tables[MAP_TABLES_MAX];
    size_t table_count;
    int depth_max; /* of all rules */
    struct map_time *times_made;
};

/* ---- what was learned ---- */

struct map_entry {
    size_t bytes;
    size_t count;
    char *fields[]; /* by the table's field number; NULL: not learned */
};

struct map_tables {
    struct table tables[MAP_TABLES_MAX];
    size_t entries;
    size_t bytes;
};

struct map_state {
    struct map map;
    struct map_tables learned;
};

/* ---- loading ---- */

/* What templates may refer to at a place of the mapping. */
struct map_scope {
    size_t captures;
    const struct node *variables[MAP_EMITS_MAX]; /* maps whose keys are names */
    size_t variables_count;
    bool has_lookup;
    size_t table; /* of the lookup; MAP_TABLES_MAX: any */
};

struct map_loader {
    struct map *map;
    struct problems *problems;
    struct map_scope scope;
};

/* Compiles the mapping at `root`; see map_deinit(). */
void map_load(struct map *map, const struct node *root, struct problems *problems);
void map_deinit(struct map *map);

/* The node when it is a scalar; a problem and NULL otherwise. */
const struct node *map_scalar(struct map_loader *l, const struct node *node);
bool map_load_bool(struct map_loader *l, const struct node *node, bool *ret_value);
bool map_load_number(struct map_loader *l, const struct node *node, double *ret_value);

/* The index of a word in a list that ends in NULL; a problem and -1 otherwise. */
int map_load_word(struct map_loader *l, const struct node *node,
                  const char *const *words);

/* Each reads one kind of node; mistakes become problems of the loader. */
void map_load_path(struct map_loader *l, const struct node *node,
                   struct map_path *ret_path);
void map_load_selection(struct map_loader *l, const struct node *node,
                        struct map_path *ret_path);
const struct map_template *map_load_template(struct map_loader *l,
                                             const struct node *node);
const struct map_reference *map_load_reference(struct map_loader *l,
                                               const struct node *node);
struct map_constant map_load_constant(struct map_loader *l, const struct node *node);
struct map_constants map_load_constants(struct map_loader *l, const struct node *node);
struct map_choices map_load_choices(struct map_loader *l, const struct node *node);

/* A list of conditions, or a single one. */
struct map_condition *map_load_conditions(struct map_loader *l, const struct node *node,
                                          size_t *ret_count);
struct pattern *map_load_pattern(struct map_loader *l, const struct node *node);
const struct map_quality *map_load_quality(struct map_loader *l, const struct node *node);
void map_load_value(struct map_loader *l, const struct node *node,
                    struct map_value *ret_value);
const struct map_bytes *map_load_bytes(struct map_loader *l, const struct node *node);
const struct map_times *map_load_times(struct map_loader *l, const struct node *node);

/* The number of the table, made when it is new; MAP_TABLES_MAX after a problem. */
size_t map_load_table(struct map_loader *l, const struct node *node);

/* ---- at work ---- */

/* A key or index that a wildcard stands for. */
struct map_capture {
    uint32_t item;     /* an object's member, or TAPE_NONE */
    uint32_t position; /* of an array's element */
    struct bytes text; /* when it was formed */
    bool unfit;
};

enum map_time_result { MAP_TIME_NONE, MAP_TIME_READ, MAP_TIME_UNREADABLE };

struct map_run {
    struct map_state *state;
    const struct message *message;
    struct decoding *out;
    struct arena *arena;
    struct tape tape;
    const struct map_emit *emit;
    uint32_t item; /* the selected one */
    struct map_capture captures[MAP_CAPTURES_MAX];
    size_t capture_count;
    struct map_capture key; /* the item's own */
    bool has_key;
    const struct map_entry *meta;
    size_t meta_table;
    enum err err; /* not ERR_OK: the message is refused */
    struct error *e;
    /* What was made last and does not depend on the item. */
    const struct map_template *device_made;
    struct bytes device;
    const struct map_times *times_made;
    int64_t time_ns;
    enum map_time_result time_result;
};

/* A payload as it was read, by kind of rule. */
struct map_payloads {
    bool tried[PAYLOAD_BINARY + 1];
    enum err err[PAYLOAD_BINARY + 1];
    struct tape tapes[PAYLOAD_BINARY + 1];
};

/* Makes the payload the run's tape, read as the rule wants it.  A kind of payload that
 * could not be read says why only the first time. */
enum err map_payload_open(struct map_run *run, const struct map_rule *rule,
                          struct map_payloads *payloads, struct error *e) MUST_CHECK;

/* Tells of every rule up to the one that fires; see struct adapter. */
void map_explain(void *state, const struct message *message, struct arena *arena,
                 adapter_tell_fn *tell, void *ctx);

/* Text that came out of a payload. */
struct map_text {
    struct bytes text;
    bool unfit; /* holds NUL or a lone surrogate */
};

/* The item that the path leads to in the payload, as a tape index. */
uint32_t map_path_find(struct map_run *run, const struct map_path *path);

typedef void map_visit_fn(struct map_run *run, void *ctx);

/* Calls `visit` for every item of the selection, with the run's item, captures and key
 * set; stops when the run has failed. */
void map_select(struct map_run *run, const struct map_path *each, map_visit_fn *visit,
                void *ctx);

/* False when nothing in it exists; containers and null have no text. */
bool map_template_text(struct map_run *run, const struct map_template *form,
                       struct map_text *ret_text);
bool map_reference_text(struct map_run *run, const struct map_reference *reference,
                        struct map_text *ret_text);

/* The item when the first alternative that exists is a path; its text otherwise. */
bool map_reference_item(struct map_run *run, const struct map_reference *reference,
                        uint32_t *ret_item, struct map_text *ret_text);

/* The text of a scalar: a string, a number's source, true or false.  False for null,
 * containers and bytes. */
bool map_item_text(const struct tape *tape, uint32_t item, struct map_text *ret_text);

/* All of them; or the one. */
bool map_conditions_hold(struct map_run *run, const struct map_condition *conditions,
                         size_t count);
bool map_condition_holds(struct map_run *run, const struct map_condition *condition);

/* Whether the conditions of an emit hold that use what was looked up, or the others. */
bool map_emit_holds(struct map_run *run, const struct map_emit *emit, bool with_meta);

/* The rule that decides, or NULL. */
const struct map_quality_rule *map_quality_find(struct map_run *run,
                                                const struct map_quality *quality);

/* The value's item, or TAPE_NONE when no candidate exists. */
uint32_t map_value_find(struct map_run *run, const struct map_value *spec);

/* Converts; gives NULL, or the reason why there is no value.  May fail the run
 * (`short_binary`). */
const char *map_value_read(struct map_run *run, const struct map_value *spec,
                           uint32_t item, struct value *ret_value);
const char *map_bytes_read(struct map_run *run, const struct map_bytes *spec,
                           uint32_t item, struct value *ret_value);

/* A plain decimal number, exact where it is whole.  NULL, or the reason. */
const char *map_number(struct bytes text, struct value *ret_value);

/* The value of a choice for this key, or NULL. */
const struct map_constant *map_choose(const struct map_choices *choices,
                                      struct bytes key);

/* The first of the times that is there. */
enum map_time_result map_time_find(struct map_run *run, const struct map_times *times,
                                   int64_t *ret_ns);

/* ---- learning ---- */

/* Remembers what a payload says of later ones. */
void map_learn(struct map_run *run, const struct map_learn *learn);

/* Sets run->meta by a lookup, which may be NULL; false when it finds nothing but must.
 * `*ret_key`: what was looked for. */
bool map_look_up(struct map_run *run, const struct map_lookup *lookup,
                 struct map_text *ret_key);

/* The field of a learned entry, or NULL. */
const char *map_meta_field(const struct map_run *run, struct bytes name);
void map_tables_deinit(struct map_tables *tables);
void map_tables_save(const struct map_state *state, struct buf *out);
enum err map_tables_load(struct map_state *state, struct bytes saved,
                         struct error *e) MUST_CHECK;

#endif
