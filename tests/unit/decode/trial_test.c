/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/trial.h"

#include <criterion/criterion.h>

static const char mapping[] =
    "rules:\n"
    "  - topic: '+/room'\n"
    "    device: '{topic.0}'\n"
    "    emit: [{each: /temp, metric: temp, unit: '°C', value: {path: .}}]\n";

/* The outcome of one payload; the line, or what is wrong, goes to `out`. */
static enum err attempt(const struct trial_settings *settings, const char *payload,
                        struct buf *out)
{
    struct message message = {.topic = BYTES("a/room"), .payload = bytes_of(payload)};
    struct trial *trial = NULL;
    struct problems problems;
    struct error e = {0};
    problems_init(&problems);
    enum err err = trial_open(settings, &problems, &trial, &e);
    if (err == ERR_OK) {
        err = trial_decode(trial, &message, false, out, &e);
    }
    if (err != ERR_OK) {
        buf_add(out, buf_bytes(&problems.text));
        buf_add_text(out, e.text);
    }
    problems_deinit(&problems);
    trial_close(&trial);
    return err;
}

static void expect(const struct trial_settings *settings, const char *payload,
                   enum err err, const char *words)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    cr_expect_eq(attempt(settings, payload, &out), err, "%s", (const char *)out.data);
    cr_expect(strstr((const char *)out.data, words), "'%s' in: %s", words,
              (const char *)out.data);
    buf_deinit(&out);
}

Test(trial, settings_that_are_wrong_are_told_with_their_place)
{
    struct trial_settings broken = {
        .adapter = "map", .name = "m.yaml", .text = BYTES("rules:\n  - [")};
    expect(&broken, "{}", ERR_CONFIG, "m.yaml:");
    struct trial_settings unknown = {
        .adapter = "map", .name = "m.yaml", .text = BYTES("rulez: []\n")};
    expect(&unknown, "{}", ERR_CONFIG, "rulez");
}

Test(trial, an_adapter_that_is_not_there_is_told)
{
    struct trial_settings settings = {.adapter = "maps"};
    expect(&settings, "{}", ERR_CONFIG, "no adapter 'maps'");
}

Test(trial, a_payload_that_speaks_for_nothing_is_no_reading)
{
    struct trial_settings settings = {0};
    expect(&settings, "\x01\x02\x03", ERR_REJECT, "can't tell");
}

Test(trial, the_format_is_guessed_and_decoded)
{
    struct trial_settings settings = {0};
    expect(&settings, "[{\"n\":\"urn:dev:a\",\"u\":\"Cel\",\"v\":21.5}]", ERR_OK, "21.5");
}

Test(trial, a_rejected_payload_is_a_result)
{
    struct trial_settings settings = {.adapter = "senml"};
    expect(&settings, "not json", ERR_OK, "\"outcome\":\"rejected\"");
}

Test(trial, a_mapping_makes_readings)
{
    struct trial_settings settings = {
        .adapter = "map", .name = "m.yaml", .text = bytes_of(mapping)};
    expect(&settings, "{\"temp\": 21.5}", ERR_OK, "\"value\":21.5");
}
