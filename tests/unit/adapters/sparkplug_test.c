/* SPDX-License-Identifier: Apache-2.0 */
#include "sparkplug_bench.h"

/* ---- births and data ---- */

Test(sparkplug, birth_values_are_readings_and_controls_are_not)
{
    struct bench *b = bench_new(NULL);
    begin(b, 0);
    whole(b, "bdSeq", 0, SPARKPLUG_INT64, 0);
    metric(b, "Node Control/Rebirth", 0, SPARKPLUG_BOOLEAN);
    put_number(&b->metric, 14, 0);
    end_metric(b);
    real(b, "volt", 1, 24.0);

    cr_assert_eq(send_to(b, "NBIRTH", NULL), OUTCOME_ACCEPTED);

    cr_assert_eq(b->d->out.count, 1);
    cr_assert(bytes_are(b->d->out.readings[0].device, "g/n"));
    cr_assert(b->d->out.readings[0].flags & READING_BIRTH);
    cr_assert_eq(b->d->out.readings[0].event_ns, (int64_t)SENT_MS * NS_PER_MS);
    bench_free(b);
}

Test(sparkplug, data_by_alias_takes_name_type_and_unit_from_the_birth)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 250, 0);
    begin(b, 251);
    metric(b, "drift", 5, SPARKPLUG_INT8);
    struct buf set;
    struct buf value;
    buf_init(&set, 256);
    buf_init(&value, 256);
    put_text(&set, 1, "engUnit");
    put_number(&value, 1, SPARKPLUG_STRING);
    put_text(&value, 8, "mm");
    put_part(&set, 2, &value);
    put_part(&b->metric, 9, &set);
    put_number(&b->metric, 10, 251);
    end_metric(b);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
    cr_assert_eq(probe_find(b->d, "drift")->value.integer, -5);

    begin(b, 252);
    whole(b, NULL, 5, 0, 4294967288);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    const struct reading *reading = probe_find(b->d, "drift");
    cr_assert_eq(reading->value.integer, -8);
    cr_assert(bytes_are(reading->unit, "mm"));
    cr_assert(bytes_are(reading->device, "g/n/d"));
    buf_deinit(&set);
    buf_deinit(&value);
    bench_free(b);
}

Test(sparkplug, several_values_of_one_metric_stay_in_order_with_their_times)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    for (uint64_t i = 0; i < 3; i++) {
        metric(b, "temp", 0, SPARKPLUG_DOUBLE);
        put_number(&b->metric, 3, SENT_MS + i);
        put_number(&b->metric, 5, i < 2);
        put_number(&b->metric, 6, i == 2);
        put_double(&b->metric, 13, (double)i);
        end_metric(b);
    }

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    for (size_t i = 0; i < 3; i++) {
        const struct reading *reading = probe_nth(b->d, "temp", i);
        cr_assert_eq(reading->event_ns, (int64_t)(SENT_MS + i) * NS_PER_MS);
        cr_assert_eq((reading->flags & READING_HISTORICAL) != 0, i < 2);
        cr_assert_eq((reading->flags & READING_TRANSIENT) != 0, i == 2);
    }
    bench_free(b);
}

Test(sparkplug, an_unknown_alias_spoils_itself_only_and_asks_for_a_birth)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    whole(b, NULL, 99, 0, 1);
    metric(b, NULL, 11, 0);
    put_double(&b->metric, 13, 4.0);
    end_metric(b);

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_PARTIAL);

    cr_assert(probe_reason_is(b->d, "unknown_alias"));
    cr_assert_eq(b->d->out.count, 1);
    cr_assert_eq(b->d->out.action_count, 1);
    cr_assert(bytes_are(b->d->out.actions[0].topic, "spBv1.0/g/NCMD/n"));
    bench_free(b);
}

Test(sparkplug, an_alias_given_twice_names_neither)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 0, 0);
    begin(b, 1);
    real(b, "a", 3, 1.0);
    real(b, "b", 3, 2.0);
    real(b, "c", 4, 2.0);
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_PARTIAL);
    cr_assert(probe_reason_is(b->d, "duplicate_alias"));
    cr_assert_eq(b->d->out.count, 3);

    begin(b, 2);
    whole(b, NULL, 3, 0, 1);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "unknown_alias"));
    bench_free(b);
}

Test(sparkplug, a_rebirth_forgets_aliases_and_devices_of_before)
{
    struct bench *b = born(NULL);
    nbirth(b, 0, 7);
    cr_assert_eq(data_of(b, 1, 1.0), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "no_birth"));
    dbirth(b, 2);
    cr_assert_eq(data_of(b, 3, 1.0), OUTCOME_ACCEPTED);
    bench_free(b);
}

/* ---- tables and templates ---- */

static void put_cell(struct buf *row, unsigned field, uint64_t number)
{
    struct buf cell;
    buf_init(&cell, 64);
    put_number(&cell, field, number);
    put_part(row, 1, &cell);
    buf_deinit(&cell);
}

static void put_table(struct bench *b, size_t rows, bool packed)
{
    struct buf set;
    struct buf row;
    buf_init(&set, 4096);
    buf_init(&row, 256);
    put_number(&set, 1, 2);
    put_text(&set, 2, "count");
    put_text(&set, 2, "on");
    if (packed) {
        put_bytes(&set, 3, BYTES("\x07\x0b"));
    } else {
        put_number(&set, 3, SPARKPLUG_UINT32);
        put_number(&set, 3, SPARKPLUG_BOOLEAN);
    }
    for (size_t i = 0; i < rows; i++) {
        put_cell(&row, 1, i + 40);
        put_cell(&row, 5, i % 2);
        put_part(&set, 4, &row);
    }
    put_part(&b->metric, 17, &set);
    buf_deinit(&set);
    buf_deinit(&row);
}

Test(sparkplug, a_table_gives_a_reading_a_cell_row_by_row)
{
    struct bench *b = born(NULL);
    for (int packed = 0; packed < 2; packed++) {
        begin(b, 2);
        metric(b, "table", 0, SPARKPLUG_DATA_SET);
        put_table(b, 2, packed);
        end_metric(b);

        cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

        cr_assert_eq(b->d->out.count, 4);
        cr_assert_eq(probe_nth(b->d, "table/count", 0)->value.integer, 40);
        cr_assert_eq(probe_nth(b->d, "table/count", 1)->value.integer, 41);
        cr_assert(probe_nth(b->d, "table/on", 1)->value.truth);
    }
    bench_free(b);
}

Test(sparkplug, members_of_a_template_are_metrics_and_definitions_are_not)
{
    struct bench *b = bench_new(NULL);
    nbirth(b, 0, 0);
    begin(b, 1);
    struct buf template;
    struct buf member;
    buf_init(&template, 4096);
    buf_init(&member, 256);
    for (int definition = 0; definition < 2; definition++) {
        metric(b, definition ? "type" : "pump", definition ? 0 : 20, SPARKPLUG_TEMPLATE);
        put_text(&member, 1, "rpm");
        put_number(&member, 4, SPARKPLUG_INT16);
        put_number(&member, 10, 65531);
        put_part(&template, 2, &member);
        put_number(&template, 5, (uint64_t)definition);
        put_part(&b->metric, 18, &template);
        end_metric(b);
    }
    cr_assert_eq(send_to(b, "DBIRTH", "d"), OUTCOME_ACCEPTED);
    cr_assert_eq(b->d->out.count, 1);
    cr_assert_eq(probe_find(b->d, "pump/rpm")->value.integer, -5);

    begin(b, 2);
    metric(b, NULL, 20, 0);
    put_text(&member, 1, "rpm");
    put_number(&member, 10, 65530);
    put_part(&template, 2, &member);
    put_part(&b->metric, 18, &template);
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);

    cr_assert_eq(probe_find(b->d, "pump/rpm")->value.integer, -6);
    buf_deinit(&template);
    buf_deinit(&member);
    bench_free(b);
}

Test(sparkplug, bytes_and_arrays_have_no_reading)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    metric(b, "array", 0, 30);
    put_text(&b->metric, 16, "abcd");
    end_metric(b);
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED_EMPTY);
    bench_free(b);
}

/* ---- topics ---- */

Test(sparkplug, what_is_meant_for_others_is_passed_over)
{
    struct bench *b = bench_new(NULL);
    const char *const topics[] = {"STATE/scada", "spBv1.0/STATE/scada",
                                  "spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/d"};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(probe_feed_text(b->d, topics[i], "{\"online\":true}"),
                     OUTCOME_ACCEPTED_EMPTY);
    }
    bench_free(b);
}

Test(sparkplug, a_topic_of_another_shape_is_refused)
{
    struct bench *b = bench_new(NULL);
    const char *const topics[] = {
        "spBv1.0/g/NDATA",    "spBv1.0/g/NDATA/n/d",   "spBv1.0/g/DDATA/n",
        "spBv1.0/g/XDATA/n",  "spAv1.0/g/NDATA/n",     "spBv1.0//NDATA/n",
        "spBv1.0/g/DDATA/n/", "spBv1.0/g/DDATA/n/d/e", "spBv1.0/g/NDATA/\x01"};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        cr_assert_eq(probe_feed_text(b->d, topics[i], "x"), OUTCOME_REJECTED);
        cr_assert(probe_reason_is(b->d, "bad_topic"), "%s", topics[i]);
    }
    bench_free(b);
}

/* ---- recorded payloads ---- */

#define PLANT "spBv1.0/cement-plant-1/"

static struct probe *plant_of(const char *folder)
{
    struct probe *d = probe_new("sparkplug", NULL);
    char path[256];
    snprintf(path, sizeof path, "vectors/%s/01-NBIRTH.bin", folder);
    probe_feed_file(d, PLANT "NBIRTH/kiln-edge", path);
    snprintf(path, sizeof path, "vectors/%s/02-DBIRTH.bin", folder);
    cr_assert_eq(probe_feed_file(d, PLANT "DBIRTH/kiln-edge/CEMS-01", path),
                 OUTCOME_ACCEPTED);
    return d;
}

Test(sparkplug, recorded_values_in_wrong_fields)
{
    struct probe *d = plant_of("hostile/sparkplug-wrong-value-field");
    cr_assert_eq(
        probe_feed_file(d, PLANT "DDATA/kiln-edge/CEMS-01",
                        "vectors/hostile/sparkplug-wrong-value-field/03-DDATA.bin"),
        OUTCOME_PARTIAL);
    cr_assert_eq(d->out.count, 3);
    cr_assert(bytes_are(probe_find(d, "Stack/SO2")->detail, "wrong_type"));
    cr_assert(probe_find(d, "Running")->value.truth);
    cr_assert_float_eq(probe_number(d, "Stack/O2"), 10.5, 1e-9);
    probe_free(d);
}

Test(sparkplug, recorded_node_death)
{
    struct probe *d = plant_of("sparkplug-b/ndeath-marks-stale");
    cr_assert_eq(probe_feed_file(d, PLANT "NDEATH/kiln-edge",
                                 "vectors/sparkplug-b/ndeath-marks-stale/03-NDEATH.bin"),
                 OUTCOME_ACCEPTED);
    cr_assert_eq(d->out.count, 15);
    cr_assert(bytes_are(probe_find(d, "LastCalibration")->unit, "ms"));
    probe_free(d);
}
