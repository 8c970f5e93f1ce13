/* SPDX-License-Identifier: Apache-2.0 */
/* The record is five numbers between blanks. */
#include "registry/manifest.h"

#include "core/number.h"
#include "registry/api_put.h"

#include <stdio.h>

#define FIELDS 5

struct bytes manifest_record_print(const struct manifest_record *record,
                                   char text[MANIFEST_RECORD_MAX])
{
    snprintf(text, MANIFEST_RECORD_MAX, "%lld %llu %llu %llu %llu",
             (long long)record->received_ns, (unsigned long long)record->stated,
             (unsigned long long)record->differing_days,
             (unsigned long long)record->lacking, (unsigned long long)record->unknown);
    return bytes_of(text);
}

void manifest_record_read(struct bytes value, struct manifest_record *ret_record)
{
    uint64_t fields[FIELDS] = {0};
    for (size_t i = 0; i < FIELDS; i++) {
        const uint8_t *blank = value.len ? memchr(value.data, ' ', value.len) : NULL;
        size_t len = blank ? (size_t)(blank - value.data) : value.len;
        if (!number_parse_u64(bytes_slice(value, 0, len), &fields[i])) {
            return;
        }
        value = bytes_slice(value, len + 1, value.len);
    }
    *ret_record = (struct manifest_record){.received_ns = (int64_t)fields[0],
                                           .stated = fields[1],
                                           .differing_days = fields[2],
                                           .lacking = fields[3],
                                           .unknown = fields[4]};
}

static void put_whole(struct json_writer *writer, const char *key, uint64_t value)
{
    json_key(writer, key);
    json_u64(writer, value);
}

void manifest_record_put(const struct manifest_record *record, struct json_writer *writer)
{
    json_open(writer, '{');
    put_time(writer, "received", "received_ns", record->received_ns);
    put_whole(writer, "stated", record->stated);
    put_whole(writer, "differing_days", record->differing_days);
    put_whole(writer, "lacking", record->lacking);
    put_whole(writer, "unknown", record->unknown);
    json_close(writer, '}');
}
