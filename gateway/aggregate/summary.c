/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From plain values to protobuf.  Everything is laid out in the arena first and packed
 * once; field order and packing are protobuf-c's and do not depend on the machine.
 */
#include "aggregate/summary_private.h"

#include "aggregate/quality.h"

#include <stdio.h>

#define GAPS_MAX 256

typedef Emgate__V1__Quantity pb_quantity;

/* protobuf-c's structs hold `char *` though packing only reads. */
static char *text(const char *t)
{
    return (char *)(uintptr_t)(t ? t : "");
}

static ProtobufCBinaryData hash(const uint8_t *bytes)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)bytes,
                                 .len = bytes ? SUMMARY_HASH_LEN : 0};
}

static pb_quantity *quantity(struct writer *w, struct maybe value, const char *unit)
{
    pb_quantity *q = arena_new(w->arena, pb_quantity);
    if (!q) {
        return NULL;
    }
    emgate__v1__quantity__init(q);
    q->unit = text(unit);
    if (value.has) {
        q->known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
        q->value = value.value;
    }
    return q;
}

pb_quantity *summary_known(struct writer *w, struct maybe value, const char *unit)
{
    return value.has ? quantity(w, value, unit) : NULL;
}

/* Which of "t|1000 Nm3" it is. */
static const char *alternative(struct writer *w, const char *units, uint8_t which)
{
    struct bytes unit = bytes_part(bytes_of(units), '|', which);
    return (const char *)arena_copy(w->arena, unit).data;
}

static Emgate__V1__NamedQuantity *named(struct writer *w, const char *name,
                                        const struct quantity *q, const char *units)
{
    Emgate__V1__NamedQuantity *n = arena_new(w->arena, Emgate__V1__NamedQuantity);
    if (!n) {
        return NULL;
    }
    emgate__v1__named_quantity__init(n);
    n->name = text(name);
    n->quantity = quantity(w, (struct maybe){q->has && units, q->value},
                           units ? alternative(w, units, q->which) : "");
    return n;
}

static const char *input_name(struct writer *w, const struct input_value *input)
{
    if (!(input->spec->flags & INPUT_SERIES)) {
        return input->spec->name;
    }
    return (const char *)arena_print(w->arena, "%s%zu", input->spec->name,
                                     input->input->series_index + 1)
        .data;
}

Emgate__V1__NamedQuantity *summary_input(struct writer *w, const char *name,
                                         const struct input_value *input)
{
    Emgate__V1__NamedQuantity *n = named(w, name, &input->quantity, input->spec->unit);
    if (n) {
        n->origin = text(input->origin);
        n->source = text(input->source);
        n->reconciled = summary_known(w, input->reconciled, "1");
    }
    return n;
}

static void write_inputs(struct writer *w, const struct stream_value *value,
                         Emgate__V1__Stream *s)
{
    s->inputs = arena_take(w->arena, value->input_count, sizeof *s->inputs);
    for (size_t i = 0; s->inputs && i < value->input_count; i++) {
        const struct input_value *input = &value->inputs[i];
        Emgate__V1__NamedQuantity *n = summary_input(w, input_name(w, input), input);
        if (n) {
            s->inputs[s->n_inputs++] = n;
        }
    }
}

static void write_outputs(struct writer *w, const struct stream_value *value,
                          Emgate__V1__Stream *s)
{
    const struct method_output *outputs = value->stream->method->outputs;
    s->outputs = arena_take(w->arena, METHOD_INPUTS_MAX, sizeof *s->outputs);
    for (size_t i = 0; s->outputs && value->outputs && outputs[i].name; i++) {
        if (value->outputs[i].has && i < METHOD_INPUTS_MAX) {
            Emgate__V1__NamedQuantity *n =
                named(w, outputs[i].name, &value->outputs[i], outputs[i].unit);
            if (n) {
                s->outputs[s->n_outputs++] = n;
            }
        }
    }
}

static void write_embedded(struct writer *w, const struct stream_value *value,
                           Emgate__V1__Precursor *p)
{
    const struct plan_precursor *from = value->stream->precursor;
    struct maybe consumed = stream_output(value, OUTPUT_CONSUMED);
    const char *unit = "t CO2e";
    consumed.value *= from->to_unit;
    p->consumed = summary_known(w, consumed, from->unit);
    p->embedded_direct =
        summary_known(w, stream_output(value, OUTPUT_EMBEDDED_DIRECT), unit);
    p->embedded_indirect =
        summary_known(w, stream_output(value, OUTPUT_EMBEDDED_INDIRECT), unit);
    p->embedded_by_default =
        summary_known(w, stream_output(value, OUTPUT_EMBEDDED_DEFAULT), unit);
    p->embedded_electricity =
        summary_known(w, stream_output(value, OUTPUT_EMBEDDED_ELECTRICITY), "MWh");
}

static Emgate__V1__Precursor *write_precursor(struct writer *w,
                                              const struct stream_value *value)
{
    const struct plan_precursor *from = value->stream->precursor;
    Emgate__V1__Precursor *p = from ? arena_new(w->arena, Emgate__V1__Precursor) : NULL;
    if (!p) {
        return NULL;
    }
    emgate__v1__precursor__init(p);
    p->process = text(from->process);
    p->category = text(from->category);
    p->cn = text(from->cn);
    p->origin = text(from->origin);
    p->supplier = text(from->supplier);
    p->installation = text(from->installation);
    p->verification = text(from->verification);
    p->period = text(from->period);
    p->default_good = text(from->defaults);
    p->exempt = from->exempt;
    p->indirect_counts = from->indirect_counts;
    write_embedded(w, value, p);
    return p;
}

static Emgate__V1__Stream *write_stream(struct writer *w,
                                        const struct stream_value *value)
{
    Emgate__V1__Stream *s = arena_new(w->arena, Emgate__V1__Stream);
    if (!s) {
        return NULL;
    }
    emgate__v1__stream__init(s);
    s->id = text(value->stream->id);
    s->method = text(value->stream->method->name);
    s->method_version = text(value->stream->method->version);
    s->term = text(attribution_term_names[value->stream->term]);
    write_inputs(w, value, s);
    write_outputs(w, value, s);
    s->co2e = summary_known(w, (struct maybe){value->has_co2e, value->co2e}, "t CO2e");
    s->missing = text(value->missing);
    s->precursor = write_precursor(w, value);
    s->share = summary_known(
        w, (struct maybe){value->stream->split && value->has_co2e, value->share}, "1");
    return s;
}

static void write_streams(struct writer *w, Emgate__V1__Summary *summary)
{
    size_t count = w->value->process->stream_count;
    summary->streams = arena_take(w->arena, count, sizeof *summary->streams);
    for (size_t i = 0; summary->streams && i < count; i++) {
        Emgate__V1__Stream *s = write_stream(w, &w->value->streams[i]);
        if (s) {
            summary->streams[summary->n_streams++] = s;
        }
    }
}

static void write_gases(struct writer *w, Emgate__V1__Summary *summary)
{
    /* GWP of 2025/2547 Annex II G (AR5, 100 years); CH4 counts in shipping only, where
     * its CO2e is the method's own output. */
    static const struct {
        const char *name;
        double gwp;
    } gases[GAS_COUNT] = {
        [GAS_CO2] = {"CO2", 1},       [GAS_N2O] = {"N2O", 265}, [GAS_CF4] = {"CF4", 6630},
        [GAS_C2F6] = {"C2F6", 11100}, [GAS_CH4] = {"CH4", 28},
    };
    summary->gases = arena_take(w->arena, GAS_COUNT, sizeof *summary->gases);
    for (int i = 0; summary->gases && i < GAS_COUNT; i++) {
        Emgate__V1__Gas *gas =
            w->value->gas_has[i] ? arena_new(w->arena, Emgate__V1__Gas) : NULL;
        if (gas) {
            emgate__v1__gas__init(gas);
            gas->gas = text(gases[i].name);
            gas->mass_t = w->value->gas_t[i];
            gas->co2e_t = w->value->gas_t[i] * gases[i].gwp;
            summary->gases[summary->n_gases++] = gas;
        }
    }
}

static Emgate__V1__Attribution *write_attribution(struct writer *w)
{
    Emgate__V1__Attribution *a = arena_new(w->arena, Emgate__V1__Attribution);
    if (!a) {
        return NULL;
    }
    const struct maybe *t = w->value->terms;
    const char *unit = "t CO2e";
    emgate__v1__attribution__init(a);
    a->direct = summary_known(w, t[TERM_DIRECT], unit);
    a->heat_import = summary_known(w, t[TERM_HEAT_IMPORT], unit);
    a->heat_export = summary_known(w, t[TERM_HEAT_EXPORT], unit);
    a->waste_gas_import = summary_known(w, t[TERM_WASTE_GAS_IMPORT], unit);
    a->waste_gas_export = summary_known(w, t[TERM_WASTE_GAS_EXPORT], unit);
    a->electricity_produced = summary_known(w, t[TERM_EL_PRODUCED], unit);
    a->attributed_direct = summary_known(w, w->value->attributed_direct, unit);
    a->attributed_indirect = summary_known(w, w->value->attributed_indirect, unit);
    a->floored = w->value->floored;
    a->embedded_direct = summary_known(w, w->value->embedded_direct, unit);
    a->embedded_indirect = summary_known(w, w->value->embedded_indirect, unit);
    a->embedded_by_default = summary_known(w, w->value->embedded_default, unit);
    return a;
}

static const char *kind_name(enum point_kind kind)
{
    switch (kind) {
    case POINT_RATE:
        return "rate";
    case POINT_COUNTER:
        return "counter";
    case POINT_AMOUNT:
        return "amount";
    case POINT_LEVEL:
        return "level";
    case POINT_GAUGE:
        return "gauge";
    case POINT_STATE:
        return "state";
    }
    UNREACHABLE();
}

static void write_causes(struct writer *w, const struct integral *integral,
                         Emgate__V1__PointQuality *p)
{
    for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
        if (integral->causes[c] == 0) {
            continue;
        }
        if (!p->causes) {
            p->causes = arena_take(w->arena, CAUSE_COUNT, sizeof *p->causes);
        }
        Emgate__V1__Cause *cause =
            p->causes ? arena_new(w->arena, Emgate__V1__Cause) : NULL;
        if (!cause) {
            return; /* the overflow is reported by the caller */
        }
        emgate__v1__cause__init(cause);
        cause->reason = text(sample_cause_name((enum sample_cause)c));
        cause->count = integral->causes[c];
        p->causes[p->n_causes++] = cause;
    }
}

static void write_effects(struct writer *w, const struct point_value *value,
                          Emgate__V1__PointQuality *p)
{
    bool stated = value->has && value->uncertainty > 0;
    const char *unit = w->value->process->functional_unit;
    struct maybe direct = {stated && value->effect_direct != 0, value->effect_direct};
    struct maybe indirect = {stated && value->effect_indirect != 0,
                             value->effect_indirect};
    struct maybe activity = {stated && value->effect_activity != 0,
                             value->effect_activity};
    p->effect_direct = summary_known(w, direct, "t CO2e");
    p->effect_indirect = summary_known(w, indirect, "t CO2e");
    p->effect_activity = summary_known(w, activity, unit);
}

static Emgate__V1__PointQuality *write_point(struct writer *w,
                                             const struct point_value *value)
{
    Emgate__V1__PointQuality *p = arena_new(w->arena, Emgate__V1__PointQuality);
    if (!p) {
        return NULL;
    }
    emgate__v1__point_quality__init(p);
    p->point = text(value->point->id);
    p->kind = text(kind_name(value->point->kind));
    p->expected = value->expected;
    p->received = value->integral.received;
    p->valid = value->integral.valid;
    p->duplicate = value->duplicate;
    p->late = value->integral.late;
    p->rejected = value->rejected;
    p->coverage = value->coverage;
    p->state = text(quality_state_name(value->state));
    p->substitution = text(value->substitution);
    p->uncertainty = value->uncertainty;
    write_effects(w, value, p);
    write_causes(w, &value->integral, p);
    p->quantity = summary_known(w, (struct maybe){value->has, value->quantity},
                                value->point->window_unit);
    return p;
}

static void add_gap(struct writer *w, Emgate__V1__DataQuality *q,
                    const struct summary_gap *from)
{
    Emgate__V1__Gap *gap =
        q->gaps && q->n_gaps < GAPS_MAX ? arena_new(w->arena, Emgate__V1__Gap) : NULL;
    if (gap) {
        emgate__v1__gap__init(gap);
        gap->from_ns = from->from_ns;
        gap->to_ns = from->to_ns;
        gap->point = text(from->point);
        gap->reason = text(from->reason);
        gap->count = from->count;
        q->gaps[q->n_gaps++] = gap;
    }
}

static void add_point_quality(struct writer *w, Emgate__V1__DataQuality *q,
                              const struct point_value *value)
{
    Emgate__V1__PointQuality *p = write_point(w, value);
    if (!p) {
        return;
    }
    q->points[q->n_points++] = p;
    q->expected += p->expected;
    q->received += p->received;
    q->valid += p->valid;
    q->late += p->late;
    q->duplicate += p->duplicate;
    q->substituted += value->state == POINT_SUBSTITUTED ? 1 : 0;
    q->coverage = p->coverage < q->coverage ? p->coverage : q->coverage;
    for (size_t i = 0; i < value->integral.gap_count; i++) {
        struct summary_gap gap = {value->integral.gaps[i].from_ns,
                                  value->integral.gaps[i].to_ns, value->point->id,
                                  "silence", 0};
        add_gap(w, q, &gap);
    }
}

static Emgate__V1__DataQuality *write_quality(struct writer *w)
{
    Emgate__V1__DataQuality *q = arena_new(w->arena, Emgate__V1__DataQuality);
    if (!q) {
        return NULL;
    }
    emgate__v1__data_quality__init(q);
    q->coverage = 1;
    q->points = arena_take(w->arena, w->value->point_count, sizeof *q->points);
    q->gaps = arena_take(w->arena, GAPS_MAX, sizeof *q->gaps);
    for (size_t i = 0; q->points && i < w->value->point_count; i++) {
        add_point_quality(w, q, &w->value->points[i]);
    }
    for (size_t i = 0; i < w->facts->gap_count; i++) {
        add_gap(w, q, &w->facts->gaps[i]);
    }
    q->lost = (uint32_t)w->facts->lost;
    q->clock = text(w->facts->clock);
    q->complete = w->value->complete;
    summary_write_controls(w->arena, w->value, q);
    return q;
}

static Emgate__V1__Provenance *write_provenance(struct writer *w)
{
    Emgate__V1__Provenance *p = arena_new(w->arena, Emgate__V1__Provenance);
    if (!p) {
        return NULL;
    }
    const struct summary_facts *facts = w->facts;
    emgate__v1__provenance__init(p);
    p->config_hash = hash(facts->plan->hash);
    p->config_version = text(facts->plan->config_version);
    p->rule_set = text("CBAM-2025/2547");
    p->factor_set = text(facts->plan->factor_set);
    p->software = text(facts->software);
    p->first_record = facts->first_record;
    p->last_record = facts->last_record;
    p->input_root = hash(facts->input_root);
    p->input_count = facts->input_count;
    p->tree_size = facts->tree_size;
    p->tree_root = hash(facts->tree_root);
    p->previous = hash(facts->previous);
    p->supersedes = hash(facts->supersedes);
    p->reason = text(facts->reason);
    return p;
}

static void write_identity(struct writer *w, Emgate__V1__Summary *s)
{
    const struct plan *plan = w->facts->plan;
    const struct plan_process *process = w->value->process;
    s->gateway = text(plan->gateway_id);
    s->operator_ = text(plan->installation.operator_id);
    s->installation = text(plan->installation.id);
    s->process = text(process->id);
    s->category = text(process->category);
    s->route = text(process->route);
    s->cn = text(process->cn);
    s->window_start_ns = w->facts->from_ns;
    s->window_end_ns = w->facts->to_ns;
    s->year = (uint32_t)w->facts->year;
    s->revision = w->facts->revision;
    s->time_zone = text(plan->installation.time_zone);
    s->country = text(plan->installation.country);
    s->indirect_counts = process->indirect_counts;
    s->sector = text(process->sector ? process->sector : plan->installation.sector);
}

static const char *see_unit(struct writer *w)
{
    const char *unit = w->value->process->functional_unit;
    return (const char *)arena_print(w->arena, "t CO2e/%s", unit).data;
}

static enum err pack(const Emgate__V1__Summary *summary, struct writer *w,
                     struct bytes *ret_bytes, struct error *e)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (!w->arena->overflow) {
        len = emgate__v1__summary__get_packed_size(summary);
        bytes = arena_take(w->arena, len, 1);
    }
    if (!bytes) {
        return error_set(e, ERR_REJECT, "process '%s': summary does not fit its memory",
                         w->value->process->id);
    }
    emgate__v1__summary__pack(summary, bytes);
    *ret_bytes = (struct bytes){.data = bytes, .len = len};
    return ERR_OK;
}

enum err summary_write(const struct process_value *value,
                       const struct summary_facts *facts, struct arena *arena,
                       struct bytes *ret_bytes, struct error *e)
{
    struct writer w = {.arena = arena, .value = value, .facts = facts};
    Emgate__V1__Summary summary;
    emgate__v1__summary__init(&summary);
    write_identity(&w, &summary);
    write_streams(&w, &summary);
    write_gases(&w, &summary);
    summary.attribution = write_attribution(&w);
    summary.activity_level =
        summary_known(&w, value->activity, value->process->functional_unit);
    summary.electricity = summary_known(&w, value->electricity, "MWh");
    summary.fuel_energy = summary_known(&w, value->fuel_energy, "TJ");
    summary.co2_biomass = summary_known(&w, value->co2_biomass, "t CO2");
    summary.co2_biomass_unproven = summary_known(&w, value->co2_unproven, "t CO2");
    summary.see_direct = summary_known(&w, value->see_direct, see_unit(&w));
    summary.see_indirect = summary_known(&w, value->see_indirect, see_unit(&w));
    summary.good_direct = summary_known(&w, value->good_direct, see_unit(&w));
    summary.good_indirect = summary_known(&w, value->good_indirect, see_unit(&w));
    summary.uncertainty_direct = summary_known(&w, value->uncertainty_direct, "t CO2e");
    summary.uncertainty_indirect =
        summary_known(&w, value->uncertainty_indirect, "t CO2e");
    summary.uncertainty_activity =
        summary_known(&w, value->uncertainty_activity, value->process->functional_unit);
    summary_write_goods(&w, &summary);
    summary.quality = write_quality(&w);
    summary.provenance = write_provenance(&w);
    return pack(&summary, &w, ret_bytes, e);
}
