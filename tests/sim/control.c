/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor outside the transaction; damage in the middle cut off like a torn tail. */
#include "control.h"

#include "core/mem.h"
#include "journal/journal_private.h"
#include "outbox/outbox.h"

enum err __real_outbox_put_state(struct outbox *outbox, const char *name,
                                 struct bytes value, struct error *e);
enum err __wrap_outbox_put_state(struct outbox *outbox, const char *name,
                                 struct bytes value, struct error *e);
void __real_scan_run(struct scan *scan);
void __wrap_scan_run(struct scan *scan);

static enum control *spoilt(void)
{
    static enum control control;
    return &control;
}

void control_set(enum control control)
{
    *spoilt() = control;
}

enum err __wrap_outbox_put_state(struct outbox *outbox, const char *name,
                                 struct bytes value, struct error *e)
{
    enum err err = __real_outbox_put_state(outbox, name, value, e);
    bool cursor = *spoilt() == CONTROL_CURSOR && strcmp(name, "fold") == 0;
    if (err == ERR_OK && cursor) {
        err = outbox_commit(outbox, e);
        err = err == ERR_OK ? outbox_begin(outbox, e) : err;
    }
    return err;
}

void __wrap_scan_run(struct scan *scan)
{
    struct scan look = *scan;
    look.each = NULL;
    if (*spoilt() == CONTROL_TORN) {
        __real_scan_run(&look);
    }
    if (look.hole_count == 0) {
        __real_scan_run(scan);
        return;
    }
    struct bytes whole = scan->data;
    size_t from = (size_t)look.holes[0].offset;
    uint8_t *cut = mem_array(whole.len, 1);
    memcpy(cut, whole.data, from);
    scan->data.data = cut;
    scan->end = 0;
    __real_scan_run(scan);
    scan->data = whole;
    scan->torn_to = whole.len;
    mem_free(&cut);
    mem_free(&look.holes);
}
