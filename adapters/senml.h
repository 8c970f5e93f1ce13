/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SenML's records (RFC 8428) as both its JSON and its CBOR reader give them, one after
 * another, to whoever makes readings of them.
 */
#ifndef SENML_H
#define SENML_H

#include "core/arena.h"
#include "core/error.h"
#include "model/reading.h"

#define SENML_RECORDS_MAX 10000
#define SENML_DEPTH_MAX 8

enum senml_field {
    SENML_BASE_NAME = 1 << 0,
    SENML_BASE_TIME = 1 << 1,
    SENML_BASE_UNIT = 1 << 2,
    SENML_BASE_VALUE = 1 << 3,
    SENML_BASE_SUM = 1 << 4,
    SENML_BASE_VERSION = 1 << 5,
    SENML_NAME = 1 << 6,
    SENML_UNIT = 1 << 7,
    SENML_VALUE = 1 << 8,
    SENML_STRING = 1 << 9,
    SENML_BOOLEAN = 1 << 10,
    SENML_DATA = 1 << 11,
    SENML_SUM = 1 << 12,
    SENML_TIME = 1 << 13,
    SENML_UPDATE_TIME = 1 << 14,
};

/* A number; null, or one that is not finite, has no value and says so. */
struct senml_number {
    struct value value;  /* VALUE_INT, VALUE_UINT, VALUE_DOUBLE or VALUE_NONE */
    const char *problem; /* "null", "nan" or "inf", or NULL */
    int64_t ns;          /* of times: as seconds, in ns; saturated */
};

struct senml_record {
    unsigned fields; /* of enum senml_field */
    struct bytes base_name;
    struct bytes base_unit;
    struct bytes name;
    struct bytes unit;
    struct bytes string;
    struct bytes data; /* as base64url text */
    bool boolean;
    struct senml_number base_time;
    struct senml_number base_value;
    struct senml_number base_sum;
    struct senml_number base_version;
    struct senml_number value;
    struct senml_number sum;
    struct senml_number time;
};

/* What a field's content must be. */
enum senml_kind { SENML_IS_TEXT, SENML_IS_NUMBER, SENML_IS_BOOLEAN, SENML_IS_DATA };

/* A field by its JSON name, or by its CBOR label; NULL when it is not SenML's own. */
struct senml_key {
    const char *name;
    int label;
    enum senml_field field;
    enum senml_kind kind;
    size_t offset; /* of its member in struct senml_record */
};

/* The key of this name in JSON, or label in CBOR; NULL: none. */
const struct senml_key *senml_key_by_name(struct bytes name);
const struct senml_key *senml_key_by_label(int64_t label);

/* Takes one record; anything but ERR_OK stops the reading. */
typedef enum err senml_take_fn(void *ctx, const struct senml_record *record,
                               struct error *e);

/* Who takes the records, and where texts go that are not as they stand. */
struct senml_reader {
    struct arena *arena;
    senml_take_fn *take;
    void *ctx;
};

/* Reads a pack.  ERR_REJECT with a reason: those of tape_parse() or `malformed_cbor`,
 * `too_deep`, `too_large`; `malformed_senml` for what is no array of records;
 * `senml_must_understand`; `duplicate_key`. */
enum err senml_read_json(const struct senml_reader *reader, struct bytes text,
                         struct error *e) MUST_CHECK;
enum err senml_read_cbor(const struct senml_reader *reader, struct bytes data,
                         struct error *e) MUST_CHECK;

/* A double as a number, with its ns as the shortest decimal has them. */
struct senml_number senml_number_of(double number);

/* Whether a key that is not ours forbids to ignore it: it ends in '_'. */
bool senml_must_understand(struct bytes name);

#endif
