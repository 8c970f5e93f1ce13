/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folds records.  A message ends as counted readings, as a dead letter with its reason
 * and raw bytes, or as both when part of it was bad; nothing is passed over unseen.
 *
 * Windows are looked at on every tick, and on messages whenever event time enters a new
 * minute: that is often enough, and depends on the records alone.
 */
#include "fold.h"

#include "core/mem.h"

#include <stdio.h>

#define STATE_VERSION 3
#define STATE_WITHOUT_SOFTWARE 2
#define DECODER_STATE_MAX (64U << 20)

struct fold {
    const struct plan *plan;
    struct decoder *decoder;
    struct normaliser *normaliser;
    struct aggregate *aggregate;
    struct arena arena; /* of one message */
    struct fold_counters counters;
    uint64_t cursor;
    struct merkle log;     /* one leaf a record, from seq 1 on */
    int64_t now_ns;        /* highest record time so far */
    int64_t newest_minute; /* of event times seen */
    char software[FOLD_SOFTWARE_MAX];
};

/* One message on its way. */
struct passage {
    struct fold *fold;
    const struct message *message;
    const struct fold_out *out;
    struct decoding decoding;
    struct bytes heard;  /* the device last noted as heard */
    bool again;          /* a dead letter that is decoded again */
    const char *outcome; /* at its end */
    size_t used;         /* readings that count, or that a known device sent for nobody */
    char reason[32];     /* first fault of the data */
    char detail[256];
    struct error *e;
};

/* ---- counting ---- */

static void count_reason(struct fold_counters *counters, const char *reason)
{
    for (size_t i = 0; i < counters->reason_count; i++) {
        if (strcmp(counters->reasons[i].reason, reason) == 0) {
            counters->reasons[i].count++;
            return;
        }
    }
    if (counters->reason_count < FOLD_REASONS_MAX) {
        struct fold_reason *added = &counters->reasons[counters->reason_count++];
        snprintf(added->reason, sizeof added->reason, "%s", reason);
        added->count = 1;
    }
}

static void note_fault(struct passage *p, const char *reason,
                       const struct reading *reading)
{
    if (p->reason[0]) {
        return; /* the first one names the message */
    }
    snprintf(p->reason, sizeof p->reason, "%s", reason);
    snprintf(p->detail, sizeof p->detail, "device '%.*s', metric '%.*s'%s%.*s",
             BYTES_ARG(reading->device), BYTES_ARG(reading->metric),
             reading->unit.len ? ", unit " : "", BYTES_ARG(reading->unit));
}

/* ---- a reading ---- */

static void hear(struct passage *p, const struct reading *reading)
{
    if (p->again || bytes_equal(p->heard, reading->device)) {
        return; /* what a device sent long ago says nothing of it now */
    }
    p->heard = reading->device;
    struct aggregate_news news = {.device = reading->device,
                                  .boot = p->decoding.device_boot,
                                  .sequence = p->decoding.device_sequence,
                                  .event_ns = reading->event_ns,
                                  .now_ns = p->fold->now_ns};
    aggregate_hear(p->fold->aggregate, &news);
}

static enum err take_sample(struct passage *p, const struct reading *reading,
                            const struct normalised *result)
{
    struct fold *fold = p->fold;
    enum aggregate_added added = AGGREGATE_ADDED;
    enum err err = aggregate_add(fold->aggregate, result->point, result->sample,
                                 p->message->seq, fold->now_ns, &added, p->e);
    if (err != ERR_OK) {
        return err;
    }
    switch (added) {
    case AGGREGATE_ADDED:
        p->used++;
        fold->counters.samples++;
        break;
    case AGGREGATE_DUPLICATE:
        p->used++;
        fold->counters.duplicates++;
        break;
    case AGGREGATE_TOO_LATE:
        note_fault(p, "too_late", reading);
        break;
    case AGGREGATE_FUTURE:
        note_fault(p, "future_timestamp", reading);
        break;
    case AGGREGATE_FULL:
        note_fault(p, "too_many_readings", reading);
        break;
    }
    return ERR_OK;
}

static enum err take_result(struct passage *p, const struct reading *reading,
                            const struct normalised *result)
{
    if (result->dead_letter) {
        note_fault(p, result->reason, reading);
    }
    if (!result->usable) {
        return aggregate_reject(p->fold->aggregate, result->point, reading->event_ns,
                                p->fold->now_ns, p->e);
    }
    return take_sample(p, reading, result);
}

static enum err take_reading(struct passage *p, const struct reading *reading)
{
    struct normalised results[NORMALISE_POINTS_MAX];
    struct fold *fold = p->fold;
    fold->counters.readings++;
    hear(p, reading);
    size_t count = normalise(fold->normaliser, reading, results);
    if (p->out->reading) {
        p->out->reading(p->out->ctx, p->message, reading, results, count);
    }
    if (count == 0 && !normalise_knows_device(fold->normaliser, reading->device)) {
        note_fault(p, "unknown_device", reading);
        return ERR_OK;
    }
    p->used += count == 0 ? 1 : 0;
    fold->counters.unmapped += count == 0 ? 1 : 0;
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        err = take_result(p, reading, &results[i]);
    }
    return err;
}

/* ---- a message ---- */

static enum err set_aside(struct passage *p, bool partial)
{
    struct dead_letter letter = {
        .seq = p->message->seq,
        .received_ns = p->message->received_ns,
        .topic = p->message->topic,
        .payload = p->message->payload,
        .adapter = decoder_adapter_name(p->fold->decoder, p->message),
        .reason = p->reason,
        .detail = p->detail,
        .partial = partial,
    };
    count_reason(&p->fold->counters, p->reason);
    return p->out->dead_letter(p->out->ctx, &letter, p->e);
}

/* Counts the message and keeps its bytes where something was wrong with it. */
static enum err finish_message(struct passage *p)
{
    struct fold_counters *counters = &p->fold->counters;
    bool fault = p->reason[0] != 0;
    bool nothing = p->used == 0;
    counters->messages++;
    if (fault && nothing) {
        p->outcome = "rejected";
        counters->rejected++;
        return set_aside(p, false);
    }
    if (fault) {
        p->outcome = "partial";
        counters->partial++;
        return set_aside(p, true);
    }
    p->outcome = nothing ? "accepted_empty" : "accepted";
    counters->accepted += nothing ? 0 : 1;
    counters->empty += nothing ? 1 : 0;
    return ERR_OK;
}

static void take_outcome(struct passage *p)
{
    const struct decoding *d = &p->decoding;
    if (d->outcome == OUTCOME_REJECTED || d->outcome == OUTCOME_PARTIAL) {
        snprintf(p->reason, sizeof p->reason, "%s", d->reason);
        snprintf(p->detail, sizeof p->detail, "%s", d->detail);
    }
}

static void act(struct passage *p)
{
    for (size_t i = 0; p->out->action && i < p->decoding.action_count; i++) {
        p->out->action(p->out->ctx, p->message->broker, p->message->received_ns,
                       &p->decoding.actions[i]);
    }
}

/* True when event time has entered a minute that no reading was in before; readings
 * from too far ahead say nothing of the time. */
static bool new_minute(struct fold *fold, const struct decoding *d)
{
    bool moved = false;
    int64_t most_ns = fold->now_ns + fold->plan->windows.future_ns;
    for (size_t i = 0; i < d->count; i++) {
        int64_t minute = series_minute(d->readings[i].event_ns);
        if (minute > fold->newest_minute && d->readings[i].event_ns <= most_ns) {
            fold->newest_minute = minute;
            moved = true;
        }
    }
    return moved;
}

struct closing {
    struct fold *fold;
    const struct fold_out *out;
};

static enum err take_summary(void *ctx, const struct aggregate_summary *summary,
                             struct error *e)
{
    struct closing *closing = ctx;
    closing->fold->counters.summaries++;
    return closing->out->summary(closing->out->ctx, summary, e);
}

static enum err close_due(struct fold *fold, const struct fold_out *out, struct error *e)
{
    struct closing closing = {.fold = fold, .out = out};
    return aggregate_close_due(fold->aggregate, fold->now_ns, fold->cursor, take_summary,
                               &closing, e);
}

static enum err take_readings(struct passage *p)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < p->decoding.count; i++) {
        err = take_reading(p, &p->decoding.readings[i]);
    }
    act(p);
    return err;
}

/* What was decoded becomes counted readings or a dead letter. */
static enum err settle_message(struct passage *p)
{
    take_outcome(p);
    enum err err = take_readings(p);
    if (err == ERR_OK) {
        err = finish_message(p);
    }
    if (err == ERR_OK && new_minute(p->fold, &p->decoding)) {
        err = close_due(p->fold, p->out, p->e);
    }
    return err;
}

static enum err step_message(struct fold *fold, const struct record *record,
                             const struct fold_out *out, struct error *e)
{
    struct message message;
    enum err err = record_get_message(record, &message, e);
    if (err != ERR_OK) {
        return err;
    }
    arena_reset(&fold->arena);
    struct passage p = {.fold = fold, .message = &message, .out = out, .e = e};
    decoder_decode(fold->decoder, &message, &fold->arena, &p.decoding);
    return settle_message(&p);
}

/* Its readings are counted, or it is set aside once more; the first letter is marked. */
static enum err step_retry(struct fold *fold, const struct record *record,
                           const struct fold_out *out, struct error *e)
{
    struct retry retry;
    enum err err = record_get_retry(record, &retry, e);
    if (err != ERR_OK) {
        return err;
    }
    arena_reset(&fold->arena);
    struct passage p = {
        .fold = fold, .message = &retry.message, .out = out, .again = true, .e = e};
    decoder_decode_again(fold->decoder, &retry.message, &fold->arena, &p.decoding);
    err = settle_message(&p);
    if (err == ERR_OK && out->retried) {
        struct dead_letter_retry done = {
            .letter_seq = retry.letter_seq, .seq = record->seq, .outcome = p.outcome};
        err = out->retried(out->ctx, &done, e);
    }
    return err;
}

/* Words that a person entered: for who asks who said them. */
static enum err take_words(const struct record *record, const struct entry *entry,
                           const struct fold_out *out, struct error *e)
{
    struct entered_words words = {record->seq, record->wall_ns, entry->who, entry->words};
    return out->words ? out->words(out->ctx, &words, e) : ERR_OK;
}

static void take_laboratory(struct fold *fold, const struct record *record,
                            const struct entry *entry)
{
    arena_reset(&fold->arena);
    struct bytes place = arena_copy(&fold->arena, entry->metric);
    struct bytes unit = arena_copy(&fold->arena, entry->unit);
    struct bytes source = arena_print(&fold->arena, "%.*s (entered by %.*s)",
                                      BYTES_ARG(entry->words), BYTES_ARG(entry->who));
    struct laboratory_result result = {.place = (const char *)place.data,
                                       .unit = (const char *)unit.data,
                                       .source = (const char *)source.data,
                                       .record = record->seq,
                                       .value = entry->value,
                                       .from_ns = entry->event_ns};
    aggregate_enter_result(fold->aggregate, &result, fold->now_ns);
}

/* A reading that a person entered goes the way of all others; words are only kept. */
static enum err step_entry(struct fold *fold, const struct record *record,
                           const struct fold_out *out, struct error *e)
{
    struct entry entry;
    enum err err = record_get_entry(record, &entry, e);
    if (err != ERR_OK || entry.metric.len == 0) {
        return err == ERR_OK ? take_words(record, &entry, out, e) : err;
    }
    if (bytes_are(entry.device, ENTRY_LABORATORY)) {
        take_laboratory(fold, record, &entry);
        return close_due(fold, out, e);
    }
    struct message message = {.seq = record->seq,
                              .received_ns = record->wall_ns,
                              .topic = BYTES("operator"),
                              .payload = record->payload,
                              .publisher = entry.who};
    struct reading reading = {.device = entry.device,
                              .metric = entry.metric,
                              .unit = entry.unit,
                              .value = {.kind = VALUE_DOUBLE, .number = entry.value},
                              .event_ns = entry.event_ns};
    struct passage p = {.fold = fold, .message = &message, .out = out, .e = e};
    arena_reset(&fold->arena);
    p.decoding = (struct decoding){
        .arena = &fold->arena, .readings = &reading, .count = 1, .capacity = 1};
    return settle_message(&p);
}

static enum err step_tick(struct fold *fold, const struct record *record,
                          const struct fold_out *out, struct error *e)
{
    struct message none = {.seq = record->seq, .received_ns = record->wall_ns};
    struct passage p = {.fold = fold, .message = &none, .out = out, .e = e};
    arena_reset(&fold->arena);
    decoder_tick(fold->decoder, fold->now_ns, &fold->arena, &p.decoding);
    enum err err = take_readings(&p);
    return err == ERR_OK ? close_due(fold, out, e) : err;
}

/* The word in front of a gap's text says what kind it is. */
static void step_gap(struct fold *fold, const struct record *record)
{
    bool session = bytes_start_with(record->payload, BYTES("session"));
    bool dropped = bytes_start_with(record->payload, BYTES("broker"));
    const char *reason = session ? "session_lost" : "source";
    aggregate_gap(fold->aggregate, record->wall_ns, dropped ? "broker_dropped" : reason);
}

/* So that a later version makes the same summaries again from what an earlier one kept.
 */
static void set_software(struct fold *fold, struct bytes name)
{
    if (name.len > 0) {
        snprintf(fold->software, sizeof fold->software, "%.*s", BYTES_ARG(name));
    }
}

/* The leaf of record `seq` has index seq - 1; a lost record's is empty. */
void fold_log_record(struct merkle *log, const struct record *record,
                     uint8_t ret_leaf[MERKLE_HASH_LEN])
{
    ASSERT(record->seq > log->count);
    record_leaf(record, ret_leaf);
    merkle_add_empty(log, record->seq - 1 - log->count);
    merkle_add(log, ret_leaf);
}

enum err fold_step(struct fold *fold, const struct record *record,
                   const struct fold_out *out, struct error *e)
{
    uint8_t leaf[MERKLE_HASH_LEN];
    ASSERT(record->seq > fold->cursor);
    fold_log_record(&fold->log, record, leaf);
    aggregate_set_record(fold->aggregate, leaf);
    fold->cursor = record->seq;
    fold->now_ns = record->wall_ns > fold->now_ns ? record->wall_ns : fold->now_ns;
    fold->counters.records++;
    switch (record->type) {
    case RECORD_MESSAGE:
        return step_message(fold, record, out, e);
    case RECORD_RETRY:
        return step_retry(fold, record, out, e);
    case RECORD_ENTRY:
        return step_entry(fold, record, out, e);
    case RECORD_TICK:
        return step_tick(fold, record, out, e);
    case RECORD_GAP:
        step_gap(fold, record);
        return ERR_OK;
    case RECORD_QUARANTINE:
        aggregate_gap(fold->aggregate, record->wall_ns, "quarantined");
        return ERR_OK;
    case RECORD_START:
        set_software(fold, record->payload);
        return ERR_OK;
    case RECORD_CLOCK_STEP:
    case RECORD_CONFIG:
    case RECORD_WINDOW_CLOSE:
    case RECORD_KEY_CHANGE:
    case RECORD_STOP:
    case RECORD_RECEIPT:
    case RECORD_RETENTION:
    case RECORD_RECOVERY:
        return ERR_OK;
    }
    return ERR_OK; /* a type of a later version: nothing to fold here */
}

/* ---- life and state ---- */

enum err fold_open(const struct plan *plan, const struct slice_store *store,
                   const char *software, struct fold **ret_fold, struct error *e)
{
    struct fold *fold = mem_new(struct fold);
    fold->plan = plan;
    fold->now_ns = INT64_MIN;
    fold->newest_minute = INT64_MIN;
    arena_init(&fold->arena, DECODE_ARENA_SIZE);
    enum err err = decoder_open(plan->routes, plan->route_count, &fold->decoder, e);
    if (err == ERR_OK) {
        err = normaliser_open(plan, &fold->normaliser, e);
    }
    if (err != ERR_OK) {
        fold_close(&fold);
        return err;
    }
    set_software(fold, bytes_of(software));
    fold->aggregate = aggregate_new(plan, store, fold->software);
    aggregate_use_log(fold->aggregate, &fold->log);
    *ret_fold = fold;
    return ERR_OK;
}

void fold_close(struct fold **fold)
{
    if (!*fold) {
        return;
    }
    decoder_close(&(*fold)->decoder);
    normaliser_close(&(*fold)->normaliser);
    aggregate_free(&(*fold)->aggregate);
    arena_deinit(&(*fold)->arena);
    mem_free(fold);
}

enum err fold_flush(struct fold *fold, struct error *e)
{
    return aggregate_flush(fold->aggregate, e);
}

static void put_counters(const struct fold_counters *counters, struct buf *out)
{
    const uint64_t numbers[] = {
        counters->records,    counters->messages, counters->accepted, counters->empty,
        counters->partial,    counters->rejected, counters->readings, counters->samples,
        counters->duplicates, counters->unmapped, counters->summaries};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        buf_add_varint(out, numbers[i]);
    }
    buf_add_varint(out, counters->reason_count);
    for (size_t i = 0; i < counters->reason_count; i++) {
        buf_add_string(out, bytes_of(counters->reasons[i].reason));
        buf_add_varint(out, counters->reasons[i].count);
    }
}

static void get_counters(struct fold_counters *counters, struct cursor *c)
{
    uint64_t *const numbers[] = {
        &counters->records,  &counters->messages, &counters->accepted,
        &counters->empty,    &counters->partial,  &counters->rejected,
        &counters->readings, &counters->samples,  &counters->duplicates,
        &counters->unmapped, &counters->summaries};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = cursor_varint(c);
    }
    uint64_t count = cursor_varint(c);
    for (uint64_t i = 0; i < count && i < FOLD_REASONS_MAX && !c->failed; i++) {
        struct fold_reason *reason = &counters->reasons[counters->reason_count++];
        struct bytes word = cursor_string(c);
        snprintf(reason->reason, sizeof reason->reason, "%.*s", BYTES_ARG(word));
        reason->count = cursor_varint(c);
    }
}

void fold_save(const struct fold *fold, struct buf *out)
{
    struct buf part;
    buf_init(&part, DECODER_STATE_MAX);
    buf_add_byte(out, STATE_VERSION);
    buf_add_u64(out, fold->cursor);
    buf_add_u64(out, (uint64_t)fold->now_ns);
    buf_add_u64(out, (uint64_t)fold->newest_minute);
    merkle_put(&fold->log, out);
    put_counters(&fold->counters, out);
    decoder_save(fold->decoder, &part);
    buf_add_string(out, buf_bytes(&part));
    buf_clear(&part);
    aggregate_save(fold->aggregate, &part);
    buf_add_string(out, buf_bytes(&part));
    buf_add_string(out, bytes_of(fold->software));
    buf_deinit(&part);
}

enum err fold_load(struct fold *fold, struct bytes saved, struct error *e)
{
    struct cursor c = cursor_of(saved);
    uint8_t version = cursor_byte(&c);
    if (version != STATE_VERSION && version != STATE_WITHOUT_SOFTWARE) {
        return error_set(e, ERR_CORRUPT, "fold state: unknown version");
    }
    fold->cursor = cursor_u64(&c);
    fold->now_ns = (int64_t)cursor_u64(&c);
    fold->newest_minute = (int64_t)cursor_u64(&c);
    merkle_get(&fold->log, &c);
    get_counters(&fold->counters, &c);
    struct bytes decoder = cursor_string(&c);
    struct bytes aggregate = cursor_string(&c);
    if (version == STATE_VERSION) {
        set_software(fold, cursor_string(&c));
    }
    if (c.failed || c.rest.len > 0) {
        return error_set(e, ERR_CORRUPT, "fold state: stored bytes do not read");
    }
    enum err err = decoder_load(fold->decoder, decoder, e);
    return err == ERR_OK ? aggregate_load(fold->aggregate, aggregate, e) : err;
}

void fold_begin_log(struct fold *fold, const struct merkle *log)
{
    ASSERT(fold->cursor == 0);
    fold->log = *log;
}

const struct merkle *fold_log(const struct fold *fold)
{
    return &fold->log;
}

uint64_t fold_cursor(const struct fold *fold)
{
    return fold->cursor;
}

int64_t fold_now(const struct fold *fold)
{
    return fold->now_ns;
}

const struct fold_counters *fold_get_counters(const struct fold *fold)
{
    return &fold->counters;
}

struct aggregate *fold_get_aggregate(struct fold *fold)
{
    return fold->aggregate;
}
