/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of faults as settings by table, and the way that mistreats messages.
 *
 * A message that is held back waits in a ring of places until so many others have
 * passed, or until event time has moved on; when all places are taken the oldest goes.
 */
#include "simulate/faults.h"

#include "config/node/settings.h"
#include "core/mem.h"
#include "simulate/signal.h"

#define HELD_MAX 4096
#define REORDER_MAX 8
#define DUPLICATE_MAX 20

enum kind { KIND_DROPOUT, KIND_RUBBISH, KIND_LATE, KIND_REORDER, KIND_DUPLICATE };

struct fault_word {
    const char *name;
    size_t offset;
    bool duration; /* else a share */
};

static const struct fault_word words[] = {
    {"duplicates", offsetof(struct faults, duplicates), false},
    {"reorder", offsetof(struct faults, reorder), false},
    {"late", offsetof(struct faults, late), false},
    {"rubbish", offsetof(struct faults, rubbish), false},
    {"dropout", offsetof(struct faults, dropout), false},
    {"nan", offsetof(struct faults, nan), false},
    {"reset", offsetof(struct faults, reset_ns), true},
    {"skew", offsetof(struct faults, skew_ns), true},
};
#define WORD_COUNT (sizeof words / sizeof words[0])

static size_t find_byte(struct bytes text, char byte)
{
    const uint8_t *found = text.len ? memchr(text.data, byte, text.len) : NULL;
    return found ? (size_t)(found - text.data) : text.len;
}

static enum err read_value(const struct fault_word *word, struct bytes value,
                           struct faults *faults, struct error *e)
{
    char *field = (char *)faults + word->offset;
    bool read = word->duration ? duration_parse(value, (int64_t *)(void *)field)
                               : share_parse(value, (double *)(void *)field);
    if (!read) {
        return error_set(e, ERR_REJECT, "fault '%s': '%.*s' is no %s", word->name,
                         BYTES_ARG(value), word->duration ? "duration" : "share");
    }
    return ERR_OK;
}

static enum err read_word(struct bytes item, struct faults *faults, struct error *e)
{
    size_t split = find_byte(item, '=');
    struct bytes name = bytes_slice(item, 0, split);
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (bytes_are(name, words[i].name)) {
            struct bytes value = bytes_slice(item, split + 1, item.len);
            return read_value(&words[i], value, faults, e);
        }
    }
    return error_set(e, ERR_REJECT, "no fault '%.*s'; there are %s", BYTES_ARG(name),
                     FAULTS_HELP);
}

enum err faults_parse(struct bytes list, uint64_t seed, struct faults *ret_faults,
                      struct error *e)
{
    struct faults faults = {.seed = seed};
    while (list.len > 0) {
        size_t end = find_byte(list, ',');
        enum err err = read_word(bytes_slice(list, 0, end), &faults, e);
        if (err != ERR_OK) {
            return err;
        }
        list = bytes_slice(list, end + 1, list.len);
    }
    *ret_faults = faults;
    return ERR_OK;
}

bool faults_strike(const struct faults *faults, double share, unsigned kind,
                   uint64_t number)
{
    if (share <= 0) {
        return false;
    }
    uint64_t bits = signal_hash(signal_hash(faults->seed, kind), number) >> 11;
    return (double)bits < share * (double)(UINT64_C(1) << 53);
}

struct held {
    uint8_t *bytes; /* topic, then payload; NULL: a free place */
    size_t topic_len, payload_len;
    uint64_t after_message; /* goes when so many have passed, and */
    int64_t after_ns;       /* event time is here */
};

struct faulty_way {
    struct faults faults;
    faults_send_fn *send;
    void *ctx;
    struct held held[HELD_MAX];
    size_t held_count;
    size_t next; /* place to give away next */
    int64_t newest_ns;
    struct faults_counts counts;
};

struct faulty_way *faulty_way_new(const struct faults *faults, faults_send_fn *send,
                                  void *ctx)
{
    struct faulty_way *way = mem_new(struct faulty_way);
    way->faults = *faults;
    way->send = send;
    way->ctx = ctx;
    way->newest_ns = INT64_MIN;
    return way;
}

void faulty_way_free(struct faulty_way **way)
{
    if (!*way) {
        return;
    }
    for (size_t i = 0; i < HELD_MAX; i++) {
        mem_free(&(*way)->held[i].bytes);
    }
    mem_free(way);
}

static enum err send_now(struct faulty_way *way, struct bytes topic, struct bytes payload,
                         struct error *e)
{
    way->counts.sent++;
    return way->send(way->ctx, topic, payload, e);
}

static enum err release(struct faulty_way *way, struct held *held, struct error *e)
{
    struct bytes topic = {.data = held->bytes, .len = held->topic_len};
    struct bytes payload = {.data = held->bytes + held->topic_len,
                            .len = held->payload_len};
    enum err err = send_now(way, topic, payload, e);
    mem_free(&held->bytes);
    way->held_count--;
    return err;
}

static enum err hold(struct faulty_way *way, const struct held *due, struct bytes topic,
                     struct bytes payload, struct error *e)
{
    struct held *place = &way->held[way->next];
    way->next = (way->next + 1) % HELD_MAX;
    enum err err = place->bytes ? release(way, place, e) : ERR_OK;
    *place = *due;
    place->bytes = mem_array(topic.len + payload.len, 1);
    memcpy(place->bytes, topic.data, topic.len);
    if (payload.len > 0) {
        memcpy(place->bytes + topic.len, payload.data, payload.len);
    }
    place->topic_len = topic.len;
    place->payload_len = payload.len;
    way->held_count++;
    return err;
}

static enum err release_due(struct faulty_way *way, struct error *e)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < HELD_MAX && way->held_count > 0 && err == ERR_OK; i++) {
        struct held *held = &way->held[i];
        bool due = held->bytes && way->counts.messages >= held->after_message &&
                   way->newest_ns >= held->after_ns;
        if (due) {
            err = release(way, held, e);
        }
    }
    return err;
}

/* A payload that no reader takes: the start of the message with every bit turned. */
static enum err send_rubbish(struct faulty_way *way, struct bytes topic,
                             struct bytes payload, struct error *e)
{
    uint8_t rubbish[64];
    size_t len = payload.len < sizeof rubbish ? payload.len : sizeof rubbish;
    for (size_t i = 0; i < len; i++) {
        rubbish[i] = (uint8_t)~payload.data[i];
    }
    way->counts.rubbish++;
    return send_now(way, topic, (struct bytes){.data = rubbish, .len = len}, e);
}

static bool strikes(struct faulty_way *way, double share, enum kind kind)
{
    return faults_strike(&way->faults, share, kind, way->counts.messages);
}

/* Sends it, or holds it back. */
static enum err pass(struct faulty_way *way, struct bytes topic, struct bytes payload,
                     int64_t at_ns, struct error *e)
{
    const struct faults *faults = &way->faults;
    uint64_t number = way->counts.messages;
    struct held due = {.after_ns = INT64_MIN};
    if (strikes(way, faults->late, KIND_LATE)) {
        way->counts.late++;
        due.after_ns = at_ns + FAULT_LATE_NS;
        return hold(way, &due, topic, payload, e);
    }
    if (strikes(way, faults->reorder, KIND_REORDER)) {
        way->counts.reordered++;
        due.after_message = number + 1 + signal_hash(faults->seed, number) % REORDER_MAX;
        return hold(way, &due, topic, payload, e);
    }
    return send_now(way, topic, payload, e);
}

enum err faulty_way_put(struct faulty_way *way, struct bytes topic, struct bytes payload,
                        int64_t at_ns, struct error *e)
{
    const struct faults *faults = &way->faults;
    uint64_t number = ++way->counts.messages;
    way->newest_ns = at_ns > way->newest_ns ? at_ns : way->newest_ns;
    enum err err = ERR_OK;
    if (strikes(way, faults->rubbish, KIND_RUBBISH)) {
        err = send_rubbish(way, topic, payload, e);
    }
    if (strikes(way, faults->dropout, KIND_DROPOUT)) {
        way->counts.dropped++;
        return err;
    }
    if (err == ERR_OK) {
        err = pass(way, topic, payload, at_ns, e);
    }
    if (err == ERR_OK && strikes(way, faults->duplicates, KIND_DUPLICATE)) {
        way->counts.duplicated++;
        struct held due = {
            .after_message =
                number + 1 + signal_hash(faults->seed, number) % DUPLICATE_MAX,
            .after_ns = INT64_MIN,
        };
        err = hold(way, &due, topic, payload, e);
    }
    return err == ERR_OK ? release_due(way, e) : err;
}

enum err faulty_way_flush(struct faulty_way *way, struct error *e)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < HELD_MAX && err == ERR_OK; i++) {
        struct held *held = &way->held[(way->next + i) % HELD_MAX];
        err = held->bytes ? release(way, held, e) : ERR_OK;
    }
    return err;
}

const struct faults_counts *faulty_way_counts(const struct faulty_way *way)
{
    return &way->counts;
}
