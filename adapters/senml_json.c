/* SPDX-License-Identifier: Apache-2.0 */
/* SenML in JSON: an array of objects on the tape. */
#include "decode/timeformat.h"
#include "senml.h"
#include "tape.h"

#define NS_DIGITS 9

static enum err malformed(const char *what, struct error *e)
{
    return error_reason(e, ERR_REJECT, "malformed_senml", "%s", what);
}

static bool read_number(const struct tape *tape, uint32_t at,
                        struct senml_number *ret_number)
{
    struct senml_number number = {.value = {.kind = VALUE_NONE}};
    if (tape_kind(tape, at) == TAPE_NULL) {
        number.problem = "null";
        *ret_number = number;
        return true;
    }
    if (tape_kind(tape, at) != TAPE_NUMBER) {
        return false;
    }
    struct bytes text = tape_text(tape, at);
    if (!value_parse(text, &number.value)) {
        number.problem = "inf"; /* by the grammar of JSON a number, but too large */
    }
    if (!time_scale_decimal(text, NS_DIGITS, &number.ns)) {
        number.ns = INT64_MAX;
    }
    *ret_number = number;
    return true;
}

static bool read_text(const struct tape *tape, uint32_t at, struct bytes *ret_text)
{
    if (tape_kind(tape, at) != TAPE_STRING || tape->items[at].text_unfit) {
        return false;
    }
    *ret_text = tape_text(tape, at);
    return true;
}

static bool read_boolean(const struct tape *tape, uint32_t at, bool *ret_boolean)
{
    enum tape_kind kind = tape_kind(tape, at);
    *ret_boolean = kind == TAPE_TRUE;
    return kind == TAPE_TRUE || kind == TAPE_FALSE;
}

static enum err read_member(const struct tape *tape, uint32_t at,
                            struct senml_record *record, struct error *e)
{
    struct bytes name = tape_key(tape, at);
    const struct senml_key *key = senml_key_by_name(name);
    if (!key && senml_must_understand(name)) {
        return error_reason(e, ERR_REJECT, "senml_must_understand",
                            "'%.*s' must be understood and is not", BYTES_ARG(name));
    }
    if (!key) {
        return ERR_OK;
    }
    void *member = (uint8_t *)record + key->offset;
    bool good = false;
    switch (key->kind) {
    case SENML_IS_NUMBER:
        good = read_number(tape, at, member);
        break;
    case SENML_IS_TEXT:
    case SENML_IS_DATA:
        good = read_text(tape, at, member);
        break;
    case SENML_IS_BOOLEAN:
        good = read_boolean(tape, at, member);
        break;
    }
    record->fields |= (unsigned)key->field;
    return good ? ERR_OK : malformed("a field is of the wrong type", e);
}

static enum err read_record(const struct senml_reader *reader, const struct tape *tape,
                            uint32_t at, struct error *e)
{
    struct senml_record record = {0};
    enum err result = ERR_OK;
    if (tape_kind(tape, at) != TAPE_OBJECT) {
        return malformed("a record is no object", e);
    }
    for (uint32_t i = at + 1; result == ERR_OK && i < tape->items[at].next;
         i = tape->items[i].next) {
        result = read_member(tape, i, &record, e);
    }
    return result == ERR_OK ? reader->take(reader->ctx, &record, e) : result;
}

enum err senml_read_json(const struct senml_reader *reader, struct bytes text,
                         struct error *e)
{
    struct tape tape;
    enum err result = tape_parse(text, SENML_DEPTH_MAX, reader->arena, &tape, e);
    if (result != ERR_OK) {
        return result;
    }
    if (tape_kind(&tape, 0) != TAPE_ARRAY) {
        return malformed("the pack is no array", e);
    }
    for (uint32_t i = 1; result == ERR_OK && i < tape.items[0].next;
         i = tape.items[i].next) {
        result = read_record(reader, &tape, i, e);
    }
    return result;
}
