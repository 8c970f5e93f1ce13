/* SPDX-License-Identifier: Apache-2.0 */
#include "sparkplug_bench.h"

#include <zlib.h>

#define PLANT "spBv1.0/cement-plant-1/"

/* ---- compression ---- */

/* Packs what `b` holds, as zlib or gzip. */
static void pack(struct bench *b, bool gzip)
{
    size_t room = b->payload.len + 1024;
    uint8_t *packed = mem_array(room, 1);
    z_stream z = {.next_in = b->payload.data,
                  .avail_in = (uInt)b->payload.len,
                  .next_out = packed,
                  .avail_out = (uInt)room};
    cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + (gzip ? 16 : 0), 8, 0),
                 Z_OK);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    buf_clear(&b->payload);
    put_text(&b->payload, 4, "SPBV1.0_COMPRESSED");
    put_bytes(&b->payload, 5, (struct bytes){.data = packed, .len = z.total_out});
    mem_free(&packed);
}

Test(sparkplug_payload, compressed_payloads_are_unpacked_before_seq_is_looked_at)
{
    struct bench *b = born(NULL);
    for (int gzip = 0; gzip < 2; gzip++) {
        begin(b, 2 + (uint64_t)gzip);
        real(b, "temp", 0, 9.5);
        pack(b, gzip);
        cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_ACCEPTED);
        cr_assert_float_eq(probe_number(b->d, "temp"), 9.5, 1e-9);
    }
    cr_assert_eq(tick(b, NS_PER_HOUR), 0);
    bench_free(b);
}

Test(sparkplug_payload, a_compression_bomb_is_refused_within_the_arena)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    uint8_t *zeros = mem_array(3U << 20, 1);
    put_bytes(&b->payload, 5, (struct bytes){.data = zeros, .len = 3U << 20});
    mem_free(&zeros);
    pack(b, true);

    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);

    cr_assert(probe_reason_is(b->d, "too_large"));
    cr_assert_lt(b->d->arena.used, 128U << 10);
    bench_free(b);
}

Test(sparkplug_payload, broken_compression_is_told)
{
    struct bench *b = born(NULL);
    buf_clear(&b->payload);
    put_text(&b->payload, 4, "SPBV1.0_COMPRESSED");
    put_text(&b->payload, 5, "not compressed at all");
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "bad_compression"));
    bench_free(b);
}

/* ---- limits ---- */

Test(sparkplug_payload, a_hundred_thousand_metrics_are_one_refusal)
{
    struct bench *b = born(NULL);
    begin(b, 2);
    for (int i = 0; i < 100000; i++) {
        whole(b, NULL, 10, 0, 1);
    }
    cr_assert_eq(send_to(b, "DDATA", "d"), OUTCOME_REJECTED);
    cr_assert(probe_reason_is(b->d, "too_many_readings"));
    bench_free(b);
}

Test(sparkplug_payload, recorded_hostile_payloads_are_refused)
{
    const char *const cases[][2] = {
        {"sparkplug-length-bomb", "malformed_protobuf"},
        {"sparkplug-nested-template-bomb", "too_deep"},
        {"sparkplug-overlong-varint", "malformed_protobuf"},
        {"sparkplug-random-bytes", "malformed_protobuf"},
    };
    struct probe *d = probe_new("sparkplug", NULL);
    for (size_t i = 0; i < 4; i++) {
        char path[256];
        snprintf(path, sizeof path, "vectors/hostile/%s/payload.bin", cases[i][0]);
        probe_feed_file(d, PLANT "DDATA/kiln-edge/CEMS-01", path);
        cr_assert(probe_reason_is(d, cases[i][1]), "%s: %s", cases[i][0], d->out.reason);
    }
    probe_free(d);
}
