/* SPDX-License-Identifier: Apache-2.0 */
/* Balances and alarms as protobuf. */
#include "aggregate/summary_private.h"

/* protobuf-c's structs hold `char *` though packing only reads. */
static char *text(const char *t)
{
    return (char *)(uintptr_t)(t ? t : "");
}

static Emgate__V1__Quantity *quantity(struct arena *arena, struct maybe value,
                                      const char *unit)
{
    Emgate__V1__Quantity *q = value.has ? arena_new(arena, Emgate__V1__Quantity) : NULL;
    if (q) {
        emgate__v1__quantity__init(q);
        q->unit = text(unit);
        q->known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
        q->value = value.value;
    }
    return q;
}

static Emgate__V1__Balance *write_balance(struct arena *arena,
                                          const struct balance_value *value)
{
    Emgate__V1__Balance *b = arena_new(arena, Emgate__V1__Balance);
    if (!b) {
        return NULL;
    }
    emgate__v1__balance__init(b);
    b->id = text(value->balance->id);
    b->carrier = text(carrier_names[value->balance->carrier]);
    b->in = quantity(arena, value->in, value->balance->unit);
    b->out = quantity(arena, value->out, value->balance->unit);
    b->tolerance = value->balance->tolerance;
    b->state = text(!value->in.has || !value->out.has ? "unknown"
                    : value->closes                   ? "closed"
                                                      : "open");
    return b;
}

static void write_alarms(struct arena *arena, const struct process_value *value,
                         Emgate__V1__DataQuality *quality)
{
    size_t count =
        value->alarm_count < PROCESS_ALARMS_MAX ? value->alarm_count : PROCESS_ALARMS_MAX;
    quality->alarm_count = (uint32_t)value->alarm_count;
    quality->alarms = arena_take(arena, count, sizeof(void *));
    for (size_t i = 0; quality->alarms && i < count; i++) {
        Emgate__V1__Alarm *alarm = arena_new(arena, Emgate__V1__Alarm);
        if (alarm) {
            emgate__v1__alarm__init(alarm);
            alarm->code = text(value->alarms[i].code);
            alarm->text = text(value->alarms[i].text);
            quality->alarms[quality->n_alarms++] = alarm;
        }
    }
}

void summary_write_controls(struct arena *arena, const struct process_value *value,
                            Emgate__V1__DataQuality *quality)
{
    size_t count = value->process->balance_count;
    quality->balances = arena_take(arena, count, sizeof(void *));
    for (size_t i = 0; quality->balances && value->balances && i < count; i++) {
        Emgate__V1__Balance *b = write_balance(arena, &value->balances[i]);
        if (b) {
            quality->balances[quality->n_balances++] = b;
        }
    }
    write_alarms(arena, value, quality);
}
