/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal.h"

#include <criterion/criterion.h>

Test(message, a_message_survives_as_it_came)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct message message = {
        .topic = BYTES("plant/kiln/1"),
        .payload = BYTES("{\"v\":1}\0\xff"),
        .publisher = BYTES("meter-7"),
        .broker = 3,
        .qos = 1,
        .retained = true,
    };
    record_put_message(&buf, &message);
    struct record record = {
        .type = RECORD_MESSAGE, .seq = 9, .wall_ns = 77, .payload = buf_bytes(&buf)};
    struct message back;

    cr_assert_eq(record_get_message(&record, &back, NULL), ERR_OK);

    cr_assert(bytes_equal(back.topic, message.topic));
    cr_assert(bytes_equal(back.payload, message.payload));
    cr_assert(bytes_equal(back.publisher, message.publisher));
    cr_assert_eq(back.seq, 9);
    cr_assert_eq(back.received_ns, 77);
    cr_assert(back.retained && !back.duplicate && back.qos == 1 && back.broker == 3);
    cr_assert(!back.cut);
    record.payload.len = 5;
    cr_assert_eq(record_get_message(&record, &back, NULL), ERR_CORRUPT);
    buf_deinit(&buf);
}

Test(message, that_was_too_long_says_so)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct message message = {.topic = BYTES("a"), .payload = BYTES("begi"), .cut = true};
    record_put_message(&buf, &message);
    struct record record = {.type = RECORD_MESSAGE, .payload = buf_bytes(&buf)};
    struct message back;

    cr_assert_eq(record_get_message(&record, &back, NULL), ERR_OK);

    cr_assert(back.cut && !back.retained && !back.duplicate && back.qos == 0);
    buf_deinit(&buf);
}

Test(message, every_prefix_that_cuts_the_names_is_refused)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct message message = {.topic = BYTES("a/b"), .publisher = BYTES("c")};
    record_put_message(&buf, &message);

    for (size_t len = 0; len < buf.len; len++) {
        struct record record = {.type = RECORD_MESSAGE,
                                .payload = {.data = buf.data, .len = len}};
        struct message back;
        cr_assert_eq(record_get_message(&record, &back, NULL), ERR_CORRUPT);
    }
    buf_deinit(&buf);
}

Test(message, a_retry_holds_the_message_and_its_time_of_receipt)
{
    struct buf buf;
    buf_init(&buf, 4096);
    struct retry retry = {.letter_seq = 5,
                          .message = {.topic = BYTES("a/b"),
                                      .payload = BYTES("x\0y"),
                                      .publisher = BYTES("c"),
                                      .received_ns = 44,
                                      .broker = 2,
                                      .retained = true}};
    record_put_retry(&buf, &retry);
    struct record record = {
        .type = RECORD_RETRY, .seq = 9, .wall_ns = 77, .payload = buf_bytes(&buf)};
    struct retry back;

    cr_assert_eq(record_get_retry(&record, &back, NULL), ERR_OK);

    cr_assert_eq(back.letter_seq, 5);
    cr_assert_eq(back.message.received_ns, 44);
    cr_assert_eq(back.message.seq, 9);
    cr_assert(bytes_equal(back.message.topic, retry.message.topic));
    cr_assert(bytes_equal(back.message.payload, retry.message.payload));
    cr_assert(back.message.retained && back.message.broker == 2);
    for (size_t len = 0; len < 16 + 2 + 4; len++) {
        record.payload = bytes_slice(buf_bytes(&buf), 0, len);
        cr_assert_eq(record_get_retry(&record, &back, NULL), ERR_CORRUPT, "%zu", len);
    }
    buf_deinit(&buf);
}
