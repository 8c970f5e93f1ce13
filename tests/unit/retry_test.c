/* SPDX-License-Identifier: Apache-2.0 */
/* Which letters become records, and which are refused with words. */
#include "retry.h"

#include "core/clock.h"
#include "core/disk.h"
#include "core/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct bench {
    char directory[64];
    struct journal *journal;
    struct outbox *outbox;
};

static struct bench *open_bench(void)
{
    struct bench *bench = mem_new(struct bench);
    struct error e;
    struct journal_settings settings = {.directory = bench->directory,
                                        .gateway_id = "test",
                                        .software = "test",
                                        .sync = JOURNAL_SYNC_ALWAYS};
    snprintf(bench->directory, sizeof bench->directory, "/tmp/emgate-retry-XXXXXX");
    cr_assert(mkdtemp(bench->directory));
    cr_assert_eq(
        journal_open(&settings, &disk_system, &clock_system, &bench->journal, &e), ERR_OK,
        "%s", e.text);
    cr_assert_eq(outbox_open(":memory:", NULL, &bench->outbox, &e), ERR_OK);
    return bench;
}

static void clear(struct bench *bench)
{
    char command[128];
    outbox_close(&bench->outbox);
    journal_close(&bench->journal);
    snprintf(command, sizeof command, "rm -rf '%s'", bench->directory);
    (void)!system(command);
    mem_free(&bench);
}

static uint64_t append(struct bench *bench, enum record_type type,
                       const struct message *message)
{
    struct buf payload;
    struct error e;
    uint64_t seq = 0;
    buf_init(&payload, 1 << 20);
    if (message) {
        record_put_message(&payload, message);
    }
    cr_assert_eq(journal_append(bench->journal, type, buf_bytes(&payload), &seq, &e),
                 ERR_OK);
    cr_assert_eq(journal_commit(bench->journal, &e), ERR_OK);
    buf_deinit(&payload);
    return seq;
}

static void put_letter(struct bench *bench, uint64_t seq)
{
    struct error e;
    struct dead_letter letter = {
        .seq = seq, .adapter = "map", .reason = "bad", .detail = "words"};
    cr_assert_eq(outbox_begin(bench->outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_dead_letter(bench->outbox, &letter, &e), ERR_OK);
    cr_assert_eq(outbox_commit(bench->outbox, &e), ERR_OK);
}

static struct retry_result retry_all(struct bench *bench, int64_t after)
{
    struct outbox_letter_filter filter = {.after = after};
    struct retry_result result = {0};
    struct error e;
    cr_assert_eq(retry_dead_letters(bench->journal, bench->outbox, &filter, &result, &e),
                 ERR_OK, "%s", e.text);
    cr_assert_eq(journal_commit(bench->journal, &e), ERR_OK);
    return result;
}

static struct retry read_retry(struct bench *bench, uint64_t seq,
                               struct journal_reader **reader)
{
    struct record record;
    struct retry retry;
    struct error e;
    bool found = false;
    cr_assert_eq(journal_reader_open(bench->journal, seq, reader, &e), ERR_OK);
    cr_assert_eq(journal_read_next(*reader, 0, &record, &found, &e), ERR_OK);
    cr_assert(found && record.seq == seq && record.type == RECORD_RETRY);
    cr_assert_eq(record_get_retry(&record, &retry, &e), ERR_OK);
    return retry;
}

Test(retry, a_letter_becomes_a_record_with_its_message_and_so_does_its_retry)
{
    struct bench *bench = open_bench();
    struct journal_reader *reader = NULL;
    struct message message = {.topic = BYTES("a/b"), .payload = BYTES("{"), .broker = 3};
    uint64_t seq = append(bench, RECORD_MESSAGE, &message);
    put_letter(bench, seq);

    struct retry_result first = retry_all(bench, 0);

    cr_assert_eq(first.found, 1);
    cr_assert_eq(first.appended, 1);
    struct retry retry = read_retry(bench, first.last_seq, &reader);
    cr_assert_eq(retry.letter_seq, seq);
    cr_assert(bytes_are(retry.message.topic, "a/b"));
    cr_assert_eq(retry.message.broker, 3);
    int64_t received_ns = retry.message.received_ns;
    journal_reader_close(&reader);

    put_letter(bench, first.last_seq); /* the retry was set aside too */
    struct retry_result second = retry_all(bench, first.last_id);
    cr_assert_eq(second.appended, 1);
    retry = read_retry(bench, second.last_seq, &reader);
    cr_assert_eq(retry.letter_seq, first.last_seq);
    cr_assert_eq(retry.message.received_ns, received_ns);
    cr_assert(bytes_are(retry.message.payload, "{"));
    journal_reader_close(&reader);
    clear(bench);
}

Test(retry, what_the_journal_does_not_hold_whole_is_refused)
{
    struct bench *bench = open_bench();
    struct message cut = {.topic = BYTES("a/b"), .payload = BYTES("{"), .cut = true};
    put_letter(bench, append(bench, RECORD_MESSAGE, &cut));
    put_letter(bench, append(bench, RECORD_TICK, NULL));
    put_letter(bench, 99);

    struct retry_result result = retry_all(bench, 0);

    cr_assert_eq(result.found, 3);
    cr_assert_eq(result.appended, 0);
    cr_assert_eq(result.refused, 3);
    cr_assert(strstr(result.why, "dead letter 1: its message was too long"), "%s",
              result.why);
    clear(bench);
}

Test(retry, many_letters_are_taken_in_several_calls)
{
    struct bench *bench = open_bench();
    struct message message = {.topic = BYTES("a/b"), .payload = BYTES("{")};
    uint64_t seq = append(bench, RECORD_MESSAGE, &message);
    for (size_t i = 0; i < RETRY_MAX + 5; i++) {
        put_letter(bench, seq);
    }

    struct retry_result result = retry_all(bench, 0);
    cr_assert_eq(result.found, RETRY_MAX);
    result = retry_all(bench, result.last_id);
    cr_assert_eq(result.found, 5);
    cr_assert_eq(result.appended, 5);
    cr_assert_eq(retry_all(bench, result.last_id).found, 0);
    clear(bench);
}
