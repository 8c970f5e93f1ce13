/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in front of units_open() and units_close(): the table of units, which never
 * changes, is read once a process and not at each start of the gateway (6 ms of XML).
 */
#include "units/units.h"

enum err __real_units_open(struct units **ret_units, struct error *e);
enum err __wrap_units_open(struct units **ret_units, struct error *e);
void __wrap_units_close(struct units **units);

enum err __wrap_units_open(struct units **ret_units, struct error *e)
{
    static struct units *shared;
    enum err err = shared ? ERR_OK : __real_units_open(&shared, e);
    if (err == ERR_OK) {
        *ret_units = shared;
    }
    return err;
}

void __wrap_units_close(struct units **units)
{
    *units = NULL;
}
