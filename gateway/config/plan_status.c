/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What points say of each other's readings: status words, flags of calibration and
 * maintenance, the state in which a value is expected to move.
 *
 * The status signals of NAMUR NE 107 as words: IO-Link's device status (index 36) and
 * DeviceHealth of OPC UA for Devices (OPC 10000-100).  Failure: bad.  Function check:
 * maintenance.  Out of specification: uncertain.  Maintenance required: still good.
 */
#include "config/plan_private.h"

#include "core/number.h"

#define STATUS_MAX ((size_t)64) /* of a point */
#define NE107_SIGNALS ((size_t)4)

static const char *const worth_names[] = {[WORTH_GOOD] = "good",
                                          [WORTH_UNCERTAIN] = "uncertain",
                                          [WORTH_CALIBRATION] = "calibration",
                                          [WORTH_MAINTENANCE] = "maintenance",
                                          [WORTH_BAD] = "bad",
                                          NULL};

enum ne107 { NE107_NONE, NE107_IO_LINK, NE107_OPC_UA };

static const char *const ne107_names[] = {
    [NE107_NONE] = "none", [NE107_IO_LINK] = "io_link", [NE107_OPC_UA] = "opc_ua", NULL};

/* By word, from 1 on; 0 is normal. */
static const enum worth io_link_worths[NE107_SIGNALS] = {WORTH_GOOD, WORTH_UNCERTAIN,
                                                         WORTH_MAINTENANCE, WORTH_BAD};
static const enum worth opc_ua_worths[NE107_SIGNALS] = {WORTH_BAD, WORTH_MAINTENANCE,
                                                        WORTH_UNCERTAIN, WORTH_GOOD};

struct status {
    const struct node *point, *mask, *equals;
    int worth;
    int ne107;
};

const struct setting status_settings[] = {
    {.key = "point",
     .type = SETTING_ANY,
     AT(struct status, point),
     .help = "Id of a point of kind `state`."},
    {.key = "mask",
     .type = SETTING_ANY,
     AT(struct status, mask),
     .initial = SETTING_UNSET,
     .help = "The bits of its status word that are looked at, such as `0x0C`; without it "
             "the item holds while the state is true."},
    {.key = "equals",
     .type = SETTING_ANY,
     AT(struct status, equals),
     .initial = SETTING_UNSET,
     .help = "What these bits must be; by default all set."},
    {.key = "is",
     .type = SETTING_WORD,
     AT(struct status, worth),
     .initial = "bad",
     .words = worth_names,
     .help = "What readings are worth then.  Those that are `bad`, in `calibration` or "
             "in `maintenance` are not counted."},
    {.key = "ne107",
     .type = SETTING_WORD,
     AT(struct status, ne107),
     .initial = "none",
     .words = ne107_names,
     .help = "Instead: the word is a NAMUR NE 107 status as IO-Link (0 to 4, device "
             "status) or OPC UA (0 to 4, DeviceHealth) number it."},
    {0},
};

/* Decimal, or hexadecimal behind 0x. */
static bool read_word(struct build *b, const struct node *node, uint64_t *ret_word)
{
    struct bytes text = node->kind == NODE_SCALAR ? node->text : (struct bytes){0};
    bool hex = bytes_start_with(text, BYTES("0x")) && text.len > 2 && text.len <= 15;
    uint64_t word = 0;
    bool good = hex || number_parse_u64(text, &word);
    for (size_t i = 2; hex && i < text.len; i++) {
        uint8_t c = text.data[i] | 0x20;
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        bool letter = c >= 'a' && c <= 'f';
        good = good && (digit || letter);
        unsigned value = digit ? text.data[i] - (unsigned)'0' : c - (unsigned)'a' + 10;
        word = word << 4 | (value & 15);
    }
    if (!good || word >> 53) {
        problem_at(b->problems, node,
                   "a number of bits is wanted, as in 0x0C or 12, below 2^53");
        return false;
    }
    *ret_word = word;
    return true;
}

/* The state point that is named; NULL after a problem. */
static const struct plan_point *find_state(struct build *b, const struct plan_point *own,
                                           const struct node *name)
{
    const struct plan_point *point = build_find_point(b, name);
    if (!point) {
        return NULL;
    }
    if (point->kind != POINT_STATE || point == own) {
        problem_at(b->problems, name, "point '%s' must be another one, of kind state",
                   point->id);
        return NULL;
    }
    return point;
}

static void add_ne107(struct plan_point *point, struct plan_status *list,
                      const struct plan_status *status, enum ne107 numbering)
{
    const enum worth *worths =
        numbering == NE107_IO_LINK ? io_link_worths : opc_ua_worths;
    for (size_t i = 0; i < NE107_SIGNALS; i++) {
        list[point->status_count] = *status;
        list[point->status_count].mask = (UINT64_C(1) << 53) - 1;
        list[point->status_count].equals = i + 1;
        list[point->status_count++].worth = worths[i];
    }
}

static void read_status(struct build *b, const struct node *node,
                        struct plan_point *point, struct plan_status *list)
{
    struct status read = {0};
    struct plan_status status = {0};
    if (!settings_read(status_settings, node, &read, b->problems)) {
        return;
    }
    status.point = find_state(b, point, read.point);
    if (!status.point || (read.mask && !read_word(b, read.mask, &status.mask))) {
        return;
    }
    status.point_index = (size_t)(status.point - b->plan->points);
    status.worth = (enum worth)read.worth;
    status.equals = status.mask;
    if (read.equals && !read_word(b, read.equals, &status.equals)) {
        return;
    }
    bool spare = read.ne107 != NE107_NONE && (read.mask || node_find(node, "is"));
    if ((read.equals && !read.mask) || (read.mask && status.mask == 0) || spare) {
        problem_at(b->problems, node,
                   "either 'ne107', or 'is' with or without 'mask' and 'equals'; a mask "
                   "has at least one bit");
    } else if (status.equals & ~status.mask) {
        problem_at(b->problems, read.equals, "'equals' has bits that 'mask' has not");
    } else if (read.ne107 != NE107_NONE) {
        add_ne107(point, list, &status, (enum ne107)read.ne107);
    } else {
        list[point->status_count++] = status;
    }
}

void build_status(struct build *b, struct plan_point *point, const struct node *list)
{
    if (!list) {
        return;
    }
    if (list->kind != NODE_LIST || list->count > STATUS_MAX / NE107_SIGNALS) {
        problem_at(b->problems, list,
                   "status: a list is wanted, as in [{point: ID, is: maintenance}], of "
                   "at most %zu",
                   STATUS_MAX / NE107_SIGNALS);
        return;
    }
    if (point->kind == POINT_STATE || point->kind == POINT_LEVEL) {
        problem_at(b->problems, list,
                   "'status' belongs to a rate, gauge, counter or amount");
        return;
    }
    struct plan_status *items = pool_take(b->pool, STATUS_MAX, sizeof *items);
    NODE_EACH(node, list)
    {
        read_status(b, node, point, items);
    }
    point->status = items;
}

void build_frozen(struct build *b, struct plan_point *point, const struct node *name)
{
    bool moves = point->kind == POINT_RATE || point->kind == POINT_GAUGE;
    if (point->max_change > 0 && !moves) {
        problem_at_key(b->problems, node_find(point->node, "max_change"),
                       "'max_change' belongs to a rate or gauge");
    }
    if (point->frozen_after_ns > 0 && !moves && point->kind != POINT_COUNTER) {
        problem_at_key(b->problems, node_find(point->node, "frozen_after"),
                       "'frozen_after' belongs to a rate, gauge or counter");
    }
    if (!name) {
        return;
    }
    if (point->frozen_after_ns == 0) {
        problem_at(b->problems, name, "'frozen_while' needs 'frozen_after'");
    }
    point->frozen_while = find_state(b, point, name);
    if (point->frozen_while) {
        point->frozen_while_index = (size_t)(point->frozen_while - b->plan->points);
    }
}
