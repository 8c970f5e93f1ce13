/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under settings that use every feature. */
#include "adapter_fuzz.h"

static const char settings[] =
    "{delimiter: ';', header: remember, time: time, time_format: 'strptime:%d.%m.%Y %T',"
    " tz: Europe/Berlin, decimal: ',', thousands: '.', device: '{topic.1}-{id}',"
    " metrics: {temp: K, mode: ''}, text: [mode], match: {kind: x}, empty: bad,"
    " quality: {column: status, good: [OK], uncertain: [CAL]}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const topics[] = {"logger/dl2", "logger/dl3", NULL};
    fuzz_adapter(&adapter_csv, settings, topics, true,
                 (struct bytes){.data = data, .len = size});
    return 0;
}
