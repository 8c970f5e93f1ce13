/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mem.h"
#include "mapping.h"

#include <criterion/criterion.h>

static const char learning[] =
    "rules:\n"
    "- {topic: meta/+, learn: {table: t, each: /*, key: '{topic.1}/{./id}', fields: "
    "{name: "
    "'{./name}', unit: '{./unit}'}}}\n"
    "- {topic: unit/+/+, payload: text, learn: {table: t, key: '{topic.1}/{topic.2}', "
    "fields: {unit: '{/text}'}}}\n"
    "- {topic: need/+, device: '{topic.1}', emit: [{each: /*, lookup: {table: t, key: "
    "'{topic.1}/{$1}', required: true}, metric: '{meta.name}', unit: '{meta.unit}'}]}\n"
    "- {topic: may/+, device: '{topic.1}', emit: [{each: /*, lookup: {table: t, key: "
    "'{topic.1}/{$1}'}, metric: '{meta.name|$1}', unit: '{meta.unit|''?''}'}]}\n"
    "- {topic: some/+, device: '{topic.1}', emit: [{each: /*, when: [{ref: $1, ne: z}, "
    "{ref: meta.unit, eq: kg}], lookup: {table: t, key: '{topic.1}/{$1}', required: "
    "true}, metric: '{meta.name}'}]}\n";

Test(map_learn, names_are_learned_and_looked_up)
{
    struct mapping m;
    mapping_open(&m, learning);
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "rejected unknown_alias");
    cr_expect_str_eq(mapping_decode(&m, "may/k", BYTES("{\"1\":5}")),
                     "k 1 5i ? good recv");
    cr_expect_str_eq(mapping_decode(&m, "meta/k",
                                    BYTES("[{\"id\":1,\"name\":\"feed\",\"unit\":\"kg\"},"
                                          "{\"name\":\"no id\"},{\"id\":2}]")),
                     "empty learned");
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "k feed 5i kg good recv");
    cr_expect_str_eq(mapping_decode(&m, "need/other", BYTES("{\"1\":5}")),
                     "rejected unknown_alias");
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5,\"9\":5}")),
                     "rejected unknown_alias");
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"2\":5}")),
                     "empty no_readings");
    mapping_close(&m);
}

Test(map_learn, conditions_without_learned_fields_come_before_the_lookup)
{
    struct mapping m;
    mapping_open(&m, learning);
    mapping_decode(&m, "meta/k",
                   BYTES("[{\"id\":1,\"name\":\"feed\",\"unit\":\"kg\"},"
                         "{\"id\":2,\"name\":\"hot\",\"unit\":\"C\"}]"));
    cr_expect_str_eq(mapping_decode(&m, "some/k", BYTES("{\"z\":0,\"1\":5,\"2\":6}")),
                     "k feed 5i good recv");
    mapping_close(&m);
}

Test(map_learn, a_later_saying_keeps_the_fields_it_does_not_give)
{
    struct mapping m;
    mapping_open(&m, learning);
    mapping_decode(&m, "unit/k/1", BYTES("t/h"));
    mapping_decode(&m, "meta/k", BYTES("[{\"id\":1,\"name\":\"feed\"}]"));
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "k feed 5i t/h good recv");
    mapping_decode(&m, "unit/k/1", BYTES("kg"));
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "k feed 5i kg good recv");
    mapping_close(&m);
}

Test(map_learn, what_was_learned_survives_a_restart)
{
    struct mapping before;
    struct mapping after;
    struct buf saved;
    struct error e = {0};
    buf_init(&saved, 1U << 20);
    mapping_open(&before, learning);
    mapping_decode(&before, "meta/k",
                   BYTES("[{\"id\":1,\"name\":\"feed\",\"unit\":\"\"},{\"id\":2,\"name\":"
                         "\"hot\"}]"));
    decoder_save(before.decoder, &saved);
    mapping_open(&after, learning);

    cr_assert_eq(decoder_load(after.decoder, buf_bytes(&saved), &e), ERR_OK, "%s",
                 e.text);

    const char *line = mapping_decode(&after, "may/k", BYTES("{\"1\":5,\"2\":6}"));
    cr_expect_str_eq(line, "k feed 5i good recv; k hot 6i ? good recv");
    mapping_close(&before);
    mapping_close(&after);
    buf_deinit(&saved);
}

Test(map_learn, a_changed_mapping_keeps_what_it_still_knows)
{
    struct mapping before;
    struct mapping after;
    struct buf saved;
    buf_init(&saved, 1U << 20);
    mapping_open(&before, learning);
    mapping_decode(&before, "meta/k",
                   BYTES("[{\"id\":1,\"name\":\"feed\",\"unit\":\"kg\"}]"));
    decoder_save(before.decoder, &saved);
    mapping_open(&after,
                 "rules:\n"
                 "- {topic: m, learn: {table: t, key: k, fields: {other: o, unit: u}}}\n"
                 "- {topic: '#', device: d, emit: [{each: /*, lookup: {table: t, key: "
                 "'k/{$1}', required: true}, metric: x, unit: '{meta.unit}'}]}\n");

    cr_assert_eq(decoder_load(after.decoder, buf_bytes(&saved), NULL), ERR_OK);

    cr_expect_str_eq(mapping_decode(&after, "a", BYTES("{\"1\":5}")),
                     "d x 5i kg good recv");
    mapping_close(&before);
    mapping_close(&after);
    buf_deinit(&saved);
}

Test(map_learn, damaged_state_is_refused_and_leaves_nothing)
{
    struct mapping m;
    struct buf saved;
    const struct adapter *map = adapter_find(BYTES("map"));
    buf_init(&saved, 1U << 20);
    mapping_open(&m, learning);
    mapping_decode(&m, "meta/k", BYTES("[{\"id\":1,\"name\":\"feed\",\"unit\":\"kg\"}]"));
    void *from = mem_array(1, map->state_size);
    struct problems problems;
    problems_init(&problems);
    map->init(from, m.route.settings, &problems);
    map->save(from, &saved);
    struct bytes good = buf_bytes(&saved);

    for (size_t len = 0; len < good.len; len++) {
        struct error e = {0};
        cr_expect_eq(map->load(from, bytes_slice(good, 0, len), &e), ERR_CORRUPT,
                     "%zu bytes of %zu", len, good.len);
    }
    cr_expect_eq(map->load(from, good, NULL), ERR_OK);

    map->deinit(from);
    mem_free(&from);
    problems_deinit(&problems);
    buf_deinit(&saved);
    mapping_close(&m);
}

Test(map_learn, a_refused_message_teaches_nothing)
{
    struct mapping m;
    mapping_open(&m, learning);
    cr_expect_str_eq(
        mapping_decode(&m, "meta/k",
                       BYTES("[{\"id\":1,\"name\":\"feed\"},{\"id\":1,\"id\":"
                             "2}]")),
        "rejected duplicate_key");
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "rejected unknown_alias");
    mapping_close(&m);
}

/* Devices that invent ever new keys must not fill the memory. */
Test(map_learn, tables_are_bounded)
{
    struct mapping m;
    struct buf text;
    const char *line = "";
    buf_init(&text, 1U << 20);
    mapping_open(&m, learning);
    for (int i = 0; i < 60; i++) {
        buf_clear(&text);
        for (int k = 0; k < 1000; k++) {
            buf_print(&text, "%s{\"id\":%d,\"name\":\"n\"}", k ? "," : "[", i * 1000 + k);
        }
        buf_add_text(&text, "]");
        line = mapping_decode(&m, "meta/k", buf_bytes(&text));
    }
    cr_expect_str_eq(line, "rejected table_full");
    cr_expect_str_eq(mapping_decode(&m, "need/k", BYTES("{\"1\":5}")),
                     "k n 5i good recv");
    mapping_close(&m);
    buf_deinit(&text);
}
