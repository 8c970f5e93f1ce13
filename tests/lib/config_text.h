/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations made of text, for tests: a small plant that loads as it stands, and
 * what one gets by changing a line of it.
 */
#ifndef TESTS_CONFIG_TEXT_H
#define TESTS_CONFIG_TEXT_H

#include "config/plan.h"

#include <criterion/criterion.h>

/* Line numbers matter to the tests: add lines at the end of a section's example. */
static const char plant_text[] =
    "gateway: {id: test-01, state: /tmp/emgate-test}\n"     /* 1 */
    "brokers:\n"                                            /* 2 */
    "  - {name: plant, uri: 'mqtt://127.0.0.1:1883'}\n"     /* 3 */
    "inputs:\n"                                             /* 4 */
    "  - {topic: emgate/v1/+/telemetry, adapter: native}\n" /* 5 */
    "installation:\n"                                       /* 6 */
    "  {id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}\n"
    "points:\n" /* 8 */
    "  - {id: coal, device: d, metric: coal, kind: rate, unit: kg/s, interval: 10s}\n"
    "  - {id: clinker, device: d, metric: out, kind: counter, unit: t, interval: 10s}\n"
    "  - {id: running, device: d, metric: run, kind: state, interval: 10s}\n" /* 11 */
    "  - {id: hot, device: d, metric: temp, kind: gauge, unit: degC, interval: 10s}\n"
    "processes:\n"                                                        /* 13 */
    "  - id: kiln\n"                                                      /* 14 */
    "    category: cement_clinker\n"                                      /* 15 */
    "    activity: [{point: clinker}]\n"                                  /* 16 */
    "    operating: running\n"                                            /* 17 */
    "    streams:\n"                                                      /* 18 */
    "      - id: fuel\n"                                                  /* 19 */
    "        method: combustion\n"                                        /* 20 */
    "        inputs:\n"                                                   /* 21 */
    "          fuel_quantity: {point: coal}\n"                            /* 22 */
    "          ncv: {value: 25.8 GJ/t, source: table}\n"                  /* 23 */
    "          emission_factor: {value: 94.6 t CO2/TJ, source: table}\n"; /* 24 */

/* `text` with the first `find` replaced, or with more at its end (NULL); the caller frees
 * it by buf_deinit. */
static inline struct buf text_with(const char *text, const char *find,
                                   const char *replace)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    const char *at = find ? strstr(text, find) : text + strlen(text);
    cr_assert_not_null(at, "the text has no '%s'", find ? find : "end");
    buf_add(&out,
            (struct bytes){.data = (const uint8_t *)text, .len = (size_t)(at - text)});
    buf_add_text(&out, replace);
    buf_add_text(&out, at + (find ? strlen(find) : 0));
    return out;
}

static inline struct buf plant_with(const char *find, const char *replace)
{
    return text_with(plant_text, find, replace);
}

/* A bundle of a main file "plant.yaml" and, when `name` is given, another one. */
static inline struct bundle bundle_of(const char *text, const char *name,
                                      const char *other)
{
    struct bundle bundle = {0};
    struct buf stored;
    struct error e = {0};
    buf_init(&stored, 1 << 20);
    buf_add_byte(&stored, 1);
    buf_add_varint(&stored, name ? 2 : 1);
    buf_add_string(&stored, BYTES("plant.yaml"));
    buf_add_string(&stored, bytes_of(text));
    if (name) {
        buf_add_string(&stored, bytes_of(name));
        buf_add_string(&stored, bytes_of(other));
    }
    cr_assert_eq(bundle_get(buf_bytes(&stored), &bundle, &e), ERR_OK, "%s", e.text);
    buf_deinit(&stored);
    return bundle;
}

/* The plan of that text, or NULL with the problems' words in `ret_words`, which the
 * caller releases. */
static inline struct plan *plan_of(const char *text, const char *name, const char *other,
                                   struct problems *ret_words)
{
    struct bundle bundle = bundle_of(text, name, other);
    problems_init(ret_words);
    struct plan *plan = plan_new(&bundle, ret_words);
    bundle_deinit(&bundle);
    return plan;
}

#endif
