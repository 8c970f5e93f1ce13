/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a gateway's last manifest, as a record of the store. */
#ifndef REGISTRY_MANIFEST_H
#define REGISTRY_MANIFEST_H

#include "core/bytes.h"
#include "core/json_writer.h"

#define MANIFEST_KIND "manifest"
#define MANIFEST_RECORD_MAX 128

struct manifest_record {
    int64_t received_ns;
    uint64_t stated;         /* summaries that the gateway has sent */
    uint64_t differing_days; /* days with other summaries than here, when it came */
    uint64_t lacking;        /* summaries that were asked for again */
    uint64_t unknown;        /* summaries that are here and not with the gateway */
};

/* As the record's value, a view of `text`, and back; what can't be read leaves it. */
struct bytes manifest_record_print(const struct manifest_record *record,
                                   char text[MANIFEST_RECORD_MAX]);
void manifest_record_read(struct bytes value, struct manifest_record *ret_record);

/* As an object of an answer. */
void manifest_record_put(const struct manifest_record *record,
                         struct json_writer *writer);

#endif
