/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"

#include "core/clock.h"
#include "summary.pb-c.h"

#include <criterion/criterion.h>

#define HOUR_NS (INT64_C(500000) * NS_PER_HOUR)

static const struct plan_stream streams[] = {{.id = "coal", .name = "Coal"}};
static const struct plan_process processes[] = {
    {.id = "kiln", .functional_unit = "t", .streams = streams, .stream_count = 1}};
static const struct plan plan = {.windows = {.length_ns = NS_PER_HOUR / 2},
                                 .processes = processes,
                                 .process_count = 1};

static void put(struct outbox *outbox, int64_t start_ns, const double *direct)
{
    Emgate__V1__Quantity q;
    Emgate__V1__Attribution attribution;
    Emgate__V1__DataQuality quality;
    Emgate__V1__Summary summary;
    uint8_t room[512];
    struct error e;
    emgate__v1__quantity__init(&q);
    emgate__v1__attribution__init(&attribution);
    emgate__v1__data_quality__init(&quality);
    emgate__v1__summary__init(&summary);
    if (direct) {
        q.known_case = EMGATE__V1__QUANTITY__KNOWN_VALUE;
        q.value = *direct;
        attribution.attributed_direct = &q;
    }
    quality.coverage = direct ? 1 : 0;
    quality.complete = direct != NULL;
    summary.attribution = &attribution;
    summary.quality = &quality;
    summary.window_start_ns = start_ns;
    size_t len = emgate__v1__summary__pack(&summary, room);
    struct outbox_summary row = {.process = "kiln",
                                 .window_start_ns = start_ns,
                                 .window_end_ns = start_ns + NS_PER_HOUR / 2,
                                 .summary = {room, len},
                                 .envelope = BYTES("envelope")};
    memcpy(row.key, &start_ns, sizeof start_ns);
    cr_assert_eq(outbox_put_summary(outbox, &row, &e), ERR_OK, "%s", e.text);
}

static struct outbox *filled(void)
{
    static const char *const sinks[] = {NULL};
    static const double five = 5;
    static const double seven = 7;
    struct outbox *outbox = NULL;
    struct error e;
    cr_assert_eq(outbox_open(":memory:", sinks, &outbox, &e), ERR_OK);
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    put(outbox, HOUR_NS, &five);
    put(outbox, HOUR_NS + NS_PER_HOUR / 2, &seven);
    put(outbox, HOUR_NS + NS_PER_HOUR, &five);
    put(outbox, HOUR_NS + 3 * NS_PER_HOUR / 2, NULL);
    put(outbox, HOUR_NS + 26 * NS_PER_HOUR, &seven);
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
    return outbox;
}

static enum err ask(struct api_period period, struct buf *out, struct error *e)
{
    struct outbox *outbox = filled();
    buf_init(out, 1 << 20);
    struct json_writer writer = json_writer_of(out);
    enum err err = api_put_hours(&plan, outbox, &period, &writer, e);
    outbox_close(&outbox);
    return err;
}

Test(api_hours, windows_are_summed_into_hours_and_a_lacking_one_leaves_none)
{
    struct buf out;
    struct error e;
    cr_assert_eq(
        ask((struct api_period){"kiln", HOUR_NS, HOUR_NS + 30 * NS_PER_HOUR}, &out, &e),
        ERR_OK);
    const char *rows = strstr((const char *)out.data, "\"rows\":");
    cr_assert_str_eq(rows, "\"rows\":["
                           "[1800093600,7,null,null,null,1,1,0,0,null],"
                           "[1800003600,null,null,null,null,0.5,2,1,0,null],"
                           "[1800000000,12,null,null,null,1,2,0,0,null]]}");
    buf_deinit(&out);
}

Test(api_hours, only_the_period_asked_for_counts)
{
    struct buf out;
    struct error e;
    cr_assert_eq(
        ask((struct api_period){"kiln", HOUR_NS + NS_PER_HOUR, HOUR_NS + 2 * NS_PER_HOUR},
            &out, &e),
        ERR_OK);
    cr_assert(!strstr((const char *)out.data, "[1800000000"));
    cr_assert(strstr((const char *)out.data, "[1800003600"));
    buf_deinit(&out);
}

Test(api_hours, a_process_that_is_not_there_is_refused)
{
    struct buf out;
    struct error e;
    cr_assert_eq(ask((struct api_period){"mill", HOUR_NS, HOUR_NS + 1}, &out, &e),
                 ERR_REJECT);
    cr_assert(strstr(e.text, "no such process"));
    buf_deinit(&out);
}

Test(api_hours, one_sum_says_how_many_windows_lack_a_figure)
{
    struct outbox *outbox = filled();
    struct buf out;
    struct error e;
    buf_init(&out, 1 << 16);
    struct json_writer writer = json_writer_of(&out);
    struct api_period period = {"kiln", HOUR_NS, HOUR_NS + 30 * NS_PER_HOUR};
    cr_assert_eq(api_put_sums(&plan, outbox, &period, &writer, &e), ERR_OK);
    cr_expect_str_eq((const char *)out.data,
                     "{\"windows\":5,\"incomplete\":1,\"lacking\":1,\"direct\":24,"
                     "\"indirect\":0,\"activity\":0,\"electricity\":0,"
                     "\"coverage\":0.8}");
    period.process = "mill";
    cr_expect_eq(api_put_sums(&plan, outbox, &period, &writer, &e), ERR_REJECT);
    buf_deinit(&out);
    outbox_close(&outbox);
}
