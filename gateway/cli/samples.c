/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the folders; each sample gets a decoder of its own, so that nothing learned in
 * one is known in the next.  The readings of a sample are copied: an adapter's state may
 * move on with the next message.
 */
#include "cli/samples.h"

#include "cli/command.h"
#include "cli/golden.h"
#include "cli/topic_list.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/topic.h"
#include "decode/decode.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20)
#define PATH_MAX_LEN 4096
#define DEPTH_MAX 6
#define ARENA_SIZE ((size_t)128 << 20)

struct walk {
    const struct plan *plan;
    struct normaliser *normaliser;
    struct arena messages; /* of one message */
    struct arena kept;     /* of one sample */
    int64_t received_ns;
    bool write;
    struct samples_report *report;
};

/* ---- one message ---- */

static struct bytes keep(struct walk *walk, struct bytes text)
{
    return text.len ? arena_copy(&walk->kept, text) : text;
}

static void keep_reading(struct walk *walk, const struct message *message,
                         const struct reading *reading, int line,
                         struct golden_outcome *outcome)
{
    struct normalised results[NORMALISE_POINTS_MAX];
    size_t count = normalise(walk->normaliser, reading, results);
    struct normalised *kept = arena_take(&walk->kept, count ? count : 1, sizeof *kept);
    if (!kept) {
        return; /* told at the sample's end by the arena's mark */
    }
    memcpy(kept, results, count * sizeof *kept);
    outcome->readings = mem_grow(outcome->readings, outcome->count, &outcome->capacity,
                                 sizeof *outcome->readings);
    struct golden_reading *got = &outcome->readings[outcome->count++];
    *got = (struct golden_reading){.reading = *reading,
                                   .results = kept,
                                   .count = count,
                                   .received_ns = message->received_ns,
                                   .line = line};
    got->reading.device = keep(walk, reading->device);
    got->reading.metric = keep(walk, reading->metric);
    got->reading.unit = keep(walk, reading->unit);
    got->reading.detail = keep(walk, reading->detail);
    if (reading->value.kind == VALUE_TEXT) {
        got->reading.value.text = keep(walk, reading->value.text);
    }
}

static void note_reason(struct walk *walk, const char *reason,
                        struct golden_outcome *outcome)
{
    size_t most = sizeof outcome->reasons / sizeof *outcome->reasons;
    if (reason[0] && outcome->reason_count < most) {
        const void *kept = arena_copy(&walk->kept, bytes_of(reason)).data;
        outcome->reasons[outcome->reason_count] = kept;
        outcome->reason_count += kept ? 1 : 0;
    }
}

/* The first broker that has an input for the topic. */
static uint8_t find_broker(const struct plan *plan, struct bytes topic)
{
    for (size_t i = 0; i < plan->route_count; i++) {
        if (topic_matches(bytes_of(plan->routes[i].topic), topic)) {
            return (uint8_t)plan->routes[i].broker;
        }
    }
    return 0;
}

static void decode(struct walk *walk, struct decoder *decoder,
                   const struct message *message, int line,
                   struct golden_outcome *outcome)
{
    struct decoding d;
    arena_reset(&walk->messages);
    decoder_decode(decoder, message, &walk->messages, &d);
    outcome->rejected = outcome->rejected || d.outcome == OUTCOME_REJECTED;
    outcome->partial = outcome->partial || d.outcome == OUTCOME_PARTIAL;
    note_reason(walk, d.reason, outcome);
    for (size_t i = 0; i < d.count; i++) {
        keep_reading(walk, message, &d.readings[i], line, outcome);
    }
    walk->report->messages++;
    walk->report->readings += d.count;
}

/* ---- one sample ---- */

static void problem_in(struct walk *walk, const char *file, int line, const char *words,
                       const char *what)
{
    struct node place = {.file = file, .line = line, .column = 1};
    problem_at(&walk->report->problems, &place, "%s%s", words, what);
}

static void decode_all(struct walk *walk, struct decoder *decoder, struct bytes text,
                       struct golden_outcome *outcome)
{
    struct topic_list list = topic_list_of(outcome->list, text);
    enum topic_list_result result = TOPIC_LIST_ITEM;
    while (result == TOPIC_LIST_ITEM) {
        struct message message = {.received_ns = walk->received_ns};
        char *path = NULL;
        uint8_t *data = NULL;
        size_t len = 0;
        result = topic_list_next(&list, &message, &path);
        if (result == TOPIC_LIST_BAD) {
            problem_in(walk, outcome->list, list.line, "a line is ", TOPIC_LIST_FORM);
        } else if (result == TOPIC_LIST_ITEM &&
                   cli_read_file(path, FILE_MAX, &data, &len)) {
            message.payload = (struct bytes){data, len};
            message.broker = find_broker(walk->plan, message.topic);
            decode(walk, decoder, &message, list.line, outcome);
        } else if (result == TOPIC_LIST_ITEM) {
            problem_in(walk, outcome->list, list.line, "can't read the payload ", path);
        }
        mem_free(&data);
        mem_free(&path);
    }
}

static void compare(struct walk *walk, const char *path, struct golden_outcome *outcome)
{
    uint8_t *data = NULL;
    size_t len = 0;
    if (!cli_read_file(path, FILE_MAX, &data, &len)) {
        problem_in(walk, path, 1, "can't be read", "");
        return;
    }
    struct document *document =
        document_parse(path, (struct bytes){data, len}, &walk->report->problems);
    if (document_root(document)) {
        golden_compare(document_root(document), outcome, &walk->report->problems);
    }
    document_free(&document);
    mem_free(&data);
}

static void write_golden(struct walk *walk, const char *path,
                         const struct golden_outcome *outcome)
{
    struct buf text;
    FILE *out = fopen(path, "wxe");
    buf_init(&text, ARENA_SIZE);
    golden_write(outcome, &text);
    bool good = out && fwrite(text.data, 1, text.len, out) == text.len;
    good = (!out || fclose(out) == 0) && good;
    if (good) {
        walk->report->written++;
    } else {
        problem_in(walk, path, 1, "can't be written", "");
    }
    buf_deinit(&text);
}

static void settle(struct walk *walk, const char *directory,
                   struct golden_outcome *outcome)
{
    char golden[PATH_MAX_LEN];
    snprintf(golden, sizeof golden, "%s/expected.json", directory);
    bool there = access(golden, F_OK) == 0;
    if (walk->kept.overflow) {
        problem_in(walk, outcome->list, 1, "the sample is too large", "");
    } else if (there) {
        compare(walk, golden, outcome);
    } else if (walk->write) {
        write_golden(walk, golden, outcome);
    } else {
        problem_in(walk, outcome->list, 1,
                   "there is no expected.json beside it; --write ",
                   "makes one of what is decoded now");
    }
}

static bool check_sample(struct walk *walk, const char *directory, const char *list)
{
    struct golden_outcome outcome = {.plan = walk->plan, .list = list};
    struct decoder *decoder = NULL;
    struct error e;
    uint8_t *text = NULL;
    size_t len = 0;
    size_t before = walk->report->problems.count;
    arena_reset(&walk->kept);
    if (decoder_open(walk->plan->routes, walk->plan->route_count, &decoder, &e)) {
        fprintf(stderr, "emgate check: %s\n", e.text);
        return false;
    }
    if (cli_read_file(list, FILE_MAX, &text, &len)) {
        decode_all(walk, decoder, (struct bytes){text, len}, &outcome);
        settle(walk, directory, &outcome);
    } else {
        problem_in(walk, list, 1, "can't be read", "");
    }
    walk->report->samples++;
    walk->report->differing += walk->report->problems.count > before ? 1 : 0;
    decoder_close(&decoder);
    mem_free(&outcome.readings);
    mem_free(&text);
    return true;
}

/* ---- folders ---- */

struct names {
    char **list;
    size_t count, capacity;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folders in a folder, sorted; false when it can't be read. */
static bool list_folders(const char *directory, struct names *names)
{
    DIR *dir = opendir(directory);
    if (!dir) {
        return false;
    }
    /* One thread looks at samples, so readdir is safe. */
    for (struct dirent *entry = readdir(dir); entry; /* NOLINT */
         entry = readdir(dir)) {                     /* NOLINT */
        bool may_be = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
        if (may_be && entry->d_name[0] != '.') {
            names->list =
                mem_grow(names->list, names->count, &names->capacity, sizeof(char *));
            names->list[names->count++] = mem_text(bytes_of(entry->d_name));
        }
    }
    closedir(dir);
    if (names->count > 0) {
        qsort(names->list, names->count, sizeof(char *), by_name);
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): at most DEPTH_MAX deep */
static bool walk_folder(struct walk *walk, const char *directory, int depth)
{
    char path[PATH_MAX_LEN];
    struct names names = {0};
    snprintf(path, sizeof path, "%s/topic.txt", directory);
    if (access(path, F_OK) == 0 && !check_sample(walk, directory, path)) {
        return false;
    }
    bool good = depth == DEPTH_MAX || list_folders(directory, &names) || depth > 0;
    for (size_t i = 0; i < names.count; i++) {
        int written = snprintf(path, sizeof path, "%s/%s", directory, names.list[i]);
        if (good && written > 0 && written < (int)sizeof path) {
            good = walk_folder(walk, path, depth + 1);
        }
        mem_free(&names.list[i]);
    }
    mem_free(&names.list);
    return good;
}

bool samples_check(const struct plan *plan, const char *directory, bool write,
                   struct samples_report *report)
{
    struct walk walk = {.plan = plan,
                        .received_ns = clock_wall_ns(&clock_system),
                        .write = write,
                        .report = report};
    struct error e;
    if (access(directory, R_OK | X_OK) != 0) {
        fprintf(stderr, "emgate check: can't read the folder '%s'\n", directory);
        return false;
    }
    if (normaliser_open(plan, &walk.normaliser, &e) != ERR_OK) {
        fprintf(stderr, "emgate check: %s\n", e.text);
        return false;
    }
    arena_init(&walk.messages, DECODE_ARENA_SIZE);
    arena_init(&walk.kept, ARENA_SIZE);
    bool good = walk_folder(&walk, directory, 0);
    arena_deinit(&walk.messages);
    arena_deinit(&walk.kept);
    normaliser_close(&walk.normaliser);
    return good;
}

char *samples_beside(const char *config_path)
{
    return bundle_name_beside(config_path, BYTES("samples"));
}
