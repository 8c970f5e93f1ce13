/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate journal ls | verify | export`: looks into a journal's directory, read-only,
 * beside a running gateway too.  What it can't read it says on stderr and goes on.
 */
#include "journal/journal.h"
#include "cli/command.h"
#include "core/json_writer.h"
#include "core/number.h"
#include "core/timetext.h"
#include "gateway.h"

#include <stdio.h>

#define LINE_LEN_MAX (8u << 20)
#define BYTES_IN_TEXT_MAX 60

/* What the options ask for. */
struct wanted {
    const char *type; /* name of a record type, or NULL: all */
    uint64_t from_seq, to_seq, limit;
    bool json, hex;
};

static enum err print_line(struct buf *line, struct error *e)
{
    buf_add_byte(line, '\n');
    bool written =
        !line->overflow && fwrite(line->data, 1, line->len, stdout) == line->len;
    buf_clear(line);
    return written ? ERR_OK : error_set(e, ERR_SYSTEM, "can't write the output");
}

static void put_base64(struct json_writer *writer, struct bytes data)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf text;
    buf_init(&text, LINE_LEN_MAX);
    for (size_t i = 0; i < data.len; i += 3) {
        struct bytes three = bytes_slice(data, i, 3);
        uint32_t bits = (uint32_t)three.data[0] << 16;
        bits |= three.len > 1 ? (uint32_t)three.data[1] << 8 : 0;
        bits |= three.len > 2 ? three.data[2] : 0;
        for (unsigned digit = 0; digit < 4; digit++) {
            uint8_t value = (uint8_t)digits[bits >> (18 - 6 * digit) & 63];
            buf_add_byte(&text, digit <= three.len ? value : '=');
        }
    }
    json_text(writer, buf_bytes(&text));
    buf_deinit(&text);
}

static void put_payload(struct json_writer *writer, const struct wanted *wanted,
                        struct bytes payload)
{
    json_key(writer, wanted->hex ? "payload_hex" : "payload_base64");
    if (wanted->hex) {
        json_hex(writer, payload);
    } else {
        put_base64(writer, payload);
    }
}

/* What all records have. */
static void put_head(struct json_writer *writer, const struct record *record)
{
    json_key(writer, "seq");
    json_u64(writer, record->seq);
    json_pair(writer, "type", record_type_name(record->type));
    json_key(writer, "received");
    json_time(writer, record->wall_ns);
}

static void put_message(struct json_writer *writer, const struct message *message)
{
    json_key(writer, "topic");
    json_text(writer, message->topic);
    if (message->publisher.len) {
        json_key(writer, "publisher");
        json_text(writer, message->publisher);
    }
    json_key(writer, "broker");
    json_u64(writer, message->broker);
    json_key(writer, "qos");
    json_u64(writer, message->qos);
    json_key(writer, "retained");
    json_bool(writer, message->retained);
    json_key(writer, "duplicate");
    json_bool(writer, message->duplicate);
}

/* The message that a record holds, if it holds one. */
static enum err get_message(const struct record *record, struct message *message,
                            struct error *e)
{
    if (record->type == RECORD_MESSAGE) {
        return record_get_message(record, message, e);
    }
    struct retry retry;
    enum err code =
        record->type == RECORD_RETRY ? record_get_retry(record, &retry, e) : ERR_OK;
    if (record->type == RECORD_RETRY && code == ERR_OK) {
        *message = retry.message;
    }
    return code;
}

static enum err print_json(const struct wanted *wanted, const struct record *record,
                           struct buf *line, struct error *e)
{
    struct json_writer writer = json_writer_of(line);
    struct message message = {.payload = record->payload};
    enum err code = ERR_OK;
    json_open(&writer, '{');
    put_head(&writer, record);
    code = get_message(record, &message, e);
    if (code != ERR_OK) {
        buf_clear(line);
        return code;
    }
    if (record->type == RECORD_MESSAGE || record->type == RECORD_RETRY) {
        put_message(&writer, &message);
    }
    put_payload(&writer, wanted, message.payload);
    json_close(&writer, '}');
    return print_line(line, e);
}

/* Readable bytes as they are, others as a dot. */
static void put_readable(struct buf *line, struct bytes data)
{
    struct bytes shown = bytes_slice(data, 0, BYTES_IN_TEXT_MAX);
    for (size_t i = 0; i < shown.len; i++) {
        uint8_t byte = shown.data[i];
        buf_add_byte(line, byte >= 0x20 && byte < 0x7f ? byte : '.');
    }
    buf_add_text(line, data.len > shown.len ? "..." : "");
}

static enum err print_text(const struct wanted *wanted, const struct record *record,
                           struct buf *line, struct error *e)
{
    (void)wanted;
    char when[TIME_TEXT_MAX];
    size_t when_len = time_print_iso(record->wall_ns, when);
    struct message message = {.payload = record->payload};
    enum err code = get_message(record, &message, e);
    if (code != ERR_OK) {
        return code;
    }
    buf_print(line, "%10llu  %.*s  %-12s %6zu  ", (unsigned long long)record->seq,
              (int)when_len, when, record_type_name(record->type), message.payload.len);
    if (message.topic.len) {
        put_readable(line, message.topic);
        buf_add_text(line, "  ");
    }
    put_readable(line, message.payload);
    return print_line(line, e);
}

typedef enum err print_fn(const struct wanted *wanted, const struct record *record,
                          struct buf *line, struct error *e);

static bool is_wanted(const struct wanted *wanted, const struct record *record)
{
    return !wanted->type || strcmp(wanted->type, record_type_name(record->type)) == 0;
}

/* Prints the records asked for.  Damage is told and passed over; exit 1 then. */
static int print_records(struct journal_reader *reader, const struct wanted *wanted,
                         print_fn *print)
{
    struct buf line;
    buf_init(&line, LINE_LEN_MAX);
    int exit_code = EXIT_OK;
    uint64_t left = wanted->limit;
    bool found = true;
    while (found && (left > 0 || wanted->limit == 0)) {
        struct record record;
        struct error error;
        enum err code = journal_read_next(reader, 0, &record, &found, &error);
        if (code == ERR_OK && found && record.seq > wanted->to_seq) {
            break;
        }
        if (code == ERR_OK && found && is_wanted(wanted, &record)) {
            code = print(wanted, &record, &line, &error);
            left -= left > 0 ? 1 : 0;
        }
        if (code == ERR_CORRUPT) {
            fprintf(stderr, "emgate journal: %s\n", error.text);
            exit_code = EXIT_CHECK_FAILED;
            found = true;
        } else if (code != ERR_OK) {
            fprintf(stderr, "emgate journal: %s\n", error.text);
            exit_code = EXIT_IO;
            break;
        }
    }
    buf_deinit(&line);
    return exit_code;
}

static int failed(const struct error *error)
{
    fprintf(stderr, "emgate journal: %s\n", error->text);
    return error->code == ERR_CONFIG ? EXIT_BAD_CONFIG : EXIT_IO;
}

static int read_directory(const char *directory, const struct wanted *wanted,
                          print_fn *print)
{
    struct journal_reader *reader = NULL;
    struct error error;
    enum err code = journal_reader_open_directory(directory, &disk_system,
                                                  wanted->from_seq, &reader, &error);
    if (code != ERR_OK) {
        return failed(&error);
    }
    int exit_code = print_records(reader, wanted, print);
    journal_reader_close(&reader);
    return fflush(stdout) == 0 ? exit_code : EXIT_IO;
}

static int export(const char *directory, const struct wanted *wanted)
{
    struct wanted messages = *wanted;
    messages.type = wanted->type ? wanted->type : "message";
    return read_directory(directory, &messages, print_json);
}

/* ---- ls ---- */

static void print_segment(void *ctx, const struct journal_segment *segment)
{
    (void)ctx;
    char when[TIME_TEXT_MAX] = "";
    size_t when_len = 0;
    static const char *const states[] = {[SEGMENT_USED] = "used",
                                         [SEGMENT_SPARE] = "spare",
                                         [SEGMENT_DAMAGED] = "damaged"};
    if (segment->state == SEGMENT_USED) {
        when_len = time_print_iso(segment->begun_ns, when);
    }
    printf("segment %10llu  %-8s first record %10llu  %.*s\n",
           (unsigned long long)segment->number, states[segment->state],
           (unsigned long long)segment->first_seq, (int)when_len, when);
}

static int list(const char *directory, const struct wanted *wanted)
{
    struct error error;
    if (!wanted->json && journal_list_segments(directory, &disk_system, print_segment,
                                               NULL, &error) != ERR_OK) {
        return failed(&error);
    }
    return read_directory(directory, wanted, wanted->json ? print_json : print_text);
}

/* ---- verify ---- */

static void print_finding(void *ctx, const char *text)
{
    const struct wanted *wanted = ctx;
    fprintf(wanted->json ? stderr : stdout, "%s\n", text);
}

static void print_report_json(const struct journal_report *report)
{
    struct buf out;
    buf_init(&out, LINE_LEN_MAX);
    struct json_writer writer = json_writer_of(&out);
    json_open(&writer, '{');
    json_pair_u64(&writer, "segments", report->segments);
    json_pair_u64(&writer, "groups", report->groups);
    json_pair_u64(&writer, "records", report->records);
    json_pair_u64(&writer, "bytes", report->bytes);
    json_pair_u64(&writer, "first_seq", report->first_seq);
    json_pair_u64(&writer, "last_seq", report->last_seq);
    json_pair_u64(&writer, "damaged_groups", report->damaged_groups);
    json_pair_u64(&writer, "missing_records", report->missing_records);
    json_key(&writer, "torn_tail");
    json_bool(&writer, report->torn_tail);
    json_key(&writer, "chain");
    json_hex(&writer, (struct bytes){.data = report->chain, .len = sizeof report->chain});
    json_close(&writer, '}');
    printf("%.*s\n", (int)out.len, (const char *)out.data);
    buf_deinit(&out);
}

static void print_report(const struct journal_report *report)
{
    printf("%llu records (%llu to %llu) in %llu groups, %llu segments, %llu bytes\n",
           (unsigned long long)report->records, (unsigned long long)report->first_seq,
           (unsigned long long)report->last_seq, (unsigned long long)report->groups,
           (unsigned long long)report->segments, (unsigned long long)report->bytes);
    printf("%llu damaged places, %llu records missing%s\n",
           (unsigned long long)report->damaged_groups,
           (unsigned long long)report->missing_records,
           report->torn_tail ? ", a torn tail that the next start cuts" : "");
    printf("chain ");
    for (size_t i = 0; i < sizeof report->chain; i++) {
        printf("%02x", report->chain[i]);
    }
    printf("\n");
}

static int verify(const char *directory, const struct wanted *wanted)
{
    struct journal_report report;
    struct error error;
    struct wanted how = *wanted;
    if (journal_verify(directory, &disk_system, print_finding, &how, &report, &error) !=
        ERR_OK) {
        return failed(&error);
    }
    if (wanted->json) {
        print_report_json(&report);
    } else {
        print_report(&report);
    }
    bool sound = report.damaged_groups == 0 && report.missing_records == 0;
    return sound ? EXIT_OK : EXIT_CHECK_FAILED;
}

/* ---- the command line ---- */

/* A number option into `*number`; false after a message. */
static bool number_option(const struct command *command,
                          const struct arguments *arguments, const char *name,
                          uint64_t *number)
{
    const char *text = argument_value(command, arguments, name);
    if (text && !number_parse_u64(bytes_of(text), number)) {
        fprintf(stderr, "emgate journal: --%s '%s': want a whole number\n", name, text);
        return false;
    }
    return true;
}

static int act(const char *what, const char *directory, const struct wanted *wanted)
{
    if (strcmp(what, "ls") == 0) {
        return list(directory, wanted);
    }
    if (strcmp(what, "verify") == 0) {
        return verify(directory, wanted);
    }
    if (strcmp(what, "export") == 0) {
        return export(directory, wanted);
    }
    fprintf(stderr, "emgate journal: '%s' is not known; write ls, verify or export\n",
            what);
    return EXIT_USAGE;
}

/* The same on the directory that a configuration names. */
static int act_by_config(const char *what, const char *config,
                         const struct wanted *wanted)
{
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? act(what, plan->journal.directory, wanted) : EXIT_BAD_CONFIG;
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct wanted wanted = {
        .type = argument_value(command, arguments, "type"),
        .to_seq = UINT64_MAX,
        .json = argument_value(command, arguments, "json") != NULL,
        .hex = argument_value(command, arguments, "hex") != NULL,
    };
    if (!number_option(command, arguments, "from", &wanted.from_seq) ||
        !number_option(command, arguments, "to", &wanted.to_seq) ||
        !number_option(command, arguments, "limit", &wanted.limit)) {
        return EXIT_USAGE;
    }
    if (arguments->word_count == 2) {
        return act(arguments->words[0], arguments->words[1], &wanted);
    }
    if (!config) {
        fprintf(stderr, "emgate journal: name the directory, or -c FILE\n");
        return EXIT_USAGE;
    }
    return act_by_config(arguments->words[0], config, &wanted);
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its journal is"},
    {"from", 0, "SEQ", "from this record on"},
    {"to", 0, "SEQ", "up to this record"},
    {"type", 't', "TYPE", "only records of this type, such as message or gap"},
    {"limit", 'n', "N", "at most so many; 0: all (0)"},
    {"json", 0, NULL, "one JSON object a line"},
    {"hex", 0, NULL, "payloads in hex instead of base64"},
    {0},
};

const struct command command_journal = {
    .name = "journal",
    .summary = "lists, verifies or exports the journal",
    .usage = "ls|verify|export DIRECTORY | -c FILE",
    .help =
        "ls prints segments and records.  verify checks every byte and prints what it\n"
        "finds with file and byte; exit 1: there is damage.  export prints messages\n"
        "as JSON lines.  None of them changes anything, and the gateway may be running.",
    .options = options,
    .words_min = 1,
    .words_max = 2,
    .run = run,
};
