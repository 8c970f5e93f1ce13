/* SPDX-License-Identifier: Apache-2.0 */
#include "model/telemetry.h"
#include "telemetry.pb-c.h"

#include <criterion/criterion.h>

Test(telemetry_write, protobuf_reads_what_was_written)
{
    struct telemetry_head head = {.device = BYTES("kiln"),
                                  .boot = 9,
                                  .sequence = 300,
                                  .base_time_ms = 1785340800000};
    struct telemetry_reading readings[] = {
        {.alias = 70000,
         .offset_ms = -2,
         .value = {.kind = VALUE_INT, .integer = INT64_MIN},
         .quality = QUALITY_BAD,
         .unit = BYTES("t/h"),
         .detail = BYTES("fault")},
        {.name = BYTES("a"), .value = {.kind = VALUE_DOUBLE, .number = 0}},
        {.name = BYTES("b"), .value = {.kind = VALUE_NONE}},
    };
    struct buf out;
    buf_init(&out, 4096);
    telemetry_write_batch(&out, &head, readings, 3);
    cr_assert_not(out.overflow);

    Emgate__V1__Batch *batch = emgate__v1__batch__unpack(NULL, out.len, out.data);

    cr_assert_not_null(batch);
    cr_assert_str_eq(batch->device, "kiln");
    cr_assert(batch->boot == 9 && batch->sequence == 300);
    cr_assert_eq(batch->base_time_ms, 1785340800000);
    cr_assert_eq(batch->n_readings, 3);
    const Emgate__V1__Reading *first = batch->readings[0];
    cr_assert_eq(first->alias, 70000);
    cr_assert_eq(first->offset_ms, -2);
    cr_assert_eq(first->integer, INT64_MIN);
    cr_assert_eq(first->quality, EMGATE__V1__QUALITY__QUALITY_BAD);
    cr_assert_str_eq(first->unit, "t/h");
    cr_assert_str_eq(first->detail, "fault");
    cr_assert_eq(batch->readings[1]->value_case, EMGATE__V1__READING__VALUE_NUMBER);
    cr_assert_eq(batch->readings[2]->value_case, EMGATE__V1__READING__VALUE__NOT_SET);
    emgate__v1__batch__free_unpacked(batch, NULL);
    buf_deinit(&out);
}

Test(telemetry_write, announcements_and_acknowledgements_read_back)
{
    struct telemetry_metric metric = {
        .alias = 3, .name = BYTES("flow"), .unit = BYTES("t/h")};
    struct buf out;
    buf_init(&out, 4096);
    telemetry_write_announce(&out, BYTES("kiln"), &metric, 1);
    Emgate__V1__Announce *announce =
        emgate__v1__announce__unpack(NULL, out.len, out.data);
    cr_assert_not_null(announce);
    cr_assert_eq(announce->n_metrics, 1);
    cr_assert_eq(announce->metrics[0]->alias, 3);
    cr_assert_str_eq(announce->metrics[0]->name, "flow");
    emgate__v1__announce__free_unpacked(announce, NULL);

    buf_clear(&out);
    telemetry_write_ack(&out, 9, 300);
    Emgate__V1__Ack *ack = emgate__v1__ack__unpack(NULL, out.len, out.data);
    cr_assert_not_null(ack);
    cr_assert(ack->boot == 9 && ack->durable_sequence == 300);
    emgate__v1__ack__free_unpacked(ack, NULL);
    buf_deinit(&out);
}

Test(telemetry_write, a_buffer_that_is_too_small_is_told)
{
    struct telemetry_head head = {.device = BYTES("kiln"), .boot = 1, .sequence = 1};
    struct buf out;
    buf_init(&out, 8);
    telemetry_write_batch(&out, &head, NULL, 0);
    cr_assert(out.overflow);
    buf_deinit(&out);
}
