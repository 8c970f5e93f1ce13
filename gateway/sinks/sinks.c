/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sinks. */
#include "sinks/sink.h"

const struct sink *const sinks[] = {
#define SINK(name) &sink_##name,
#include "sinks/list.h"
#undef SINK
    NULL,
};

const struct sink *sink_find(struct bytes name)
{
    for (size_t i = 0; sinks[i]; i++) {
        if (bytes_are(name, sinks[i]->name)) {
            return sinks[i];
        }
    }
    return NULL;
}
