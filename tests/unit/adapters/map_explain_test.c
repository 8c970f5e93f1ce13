/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule of a mapping fires or not, in words that lead to the mistake. */
#include "mapping.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct told {
    char text[2048];
};

static void tell(void *ctx, const char *rule, bool fired, const char *why)
{
    struct told *told = ctx;
    size_t len = strlen(told->text);
    const char *colon = strrchr(rule, ':');
    snprintf(told->text + len, sizeof told->text - len, "%s%s %s", colon ? colon + 1 : "",
             fired ? " fires:" : ":", why);
    len = strlen(told->text);
    snprintf(told->text + len, sizeof told->text - len, "\n");
}

static void expect(const char *yaml, const char *topic, const char *payload,
                   const char *wanted)
{
    struct mapping mapping;
    struct told told = {0};
    struct message message = {.topic = bytes_of(topic), .payload = bytes_of(payload)};
    mapping_open(&mapping, yaml);
    arena_reset(&mapping.arena);
    decoder_explain(mapping.decoder, &message, &mapping.arena, tell, &told);
    cr_expect_str_eq(told.text, wanted);
    mapping_close(&mapping);
}

static const char rules[] = "rules:\n"
                            "  - {topic: a/+, where: [{path: /k, eq: 1}], ignore: true}\n"
                            "  - topic: b/#\n"
                            "    emit: [{metric: m, device: d, value: {path: /v}}]\n"
                            "  - topic: '#'\n"
                            "    device: '{/who}'\n"
                            "    emit:\n"
                            "      - {each: /list/*, when: [{path: ./ok, eq: true}],\n"
                            "         metric: '{./name}', value: {path: ./v}}\n";

Test(map_explain, says_why_each_rule_did_not_fire)
{
    expect(rules, "a/1", "{\"k\":2}",
           "2: condition 1 of 'where' does not hold\n"
           "3: topic 'b/#' is another\n"
           "5 fires: emit 1: 0 selected\n");
    expect(rules, "a/1", "{\"k\":1}", "2 fires: ignores the message\n");
    expect(rules, "b/1", "{\"v\":1}",
           "2: topic 'a/+' is another\n3 fires: emit 1: 1 selected\n");
}

Test(map_explain, says_at_which_step_items_end)
{
    expect(rules, "c",
           "{\"who\":\"w\",\"list\":[{\"ok\":true,\"name\":\"n\",\"v\":1},{\"ok\":false},"
           "{\"ok\":true,\"name\":\"n\"},{\"ok\":true,\"v\":1}]}",
           "2: topic 'a/+' is another\n"
           "3: topic 'b/#' is another\n"
           "5 fires: emit 1: 4 selected, 1 fail 'when', 1 without a value at its path, "
           "1 without a device's or metric's name\n");
}

Test(map_explain, says_what_was_not_learned_or_read)
{
    static const char learning[] =
        "rules:\n"
        "  - {topic: meta, learn: {table: t, key: k, fields: {u: '{/u}'}}}\n"
        "  - topic: '#'\n"
        "    emit: [{device: d, metric: m, lookup: {table: t, key: k, required: true},\n"
        "            value: {path: /v}}]\n";
    expect(learning, "meta", "{\"u\":\"x\"}", "2 fires: learns from the message\n");
    expect(learning, "x", "{\"v\":1}",
           "2: topic 'meta' is another\n"
           "3 fires: emit 1: 1 selected, 1 not learned yet\n");
    struct told told = {0};
    struct mapping mapping;
    struct message message = {.topic = BYTES("x"), .payload = BYTES("{oops")};
    mapping_open(&mapping, learning);
    arena_reset(&mapping.arena);
    decoder_explain(mapping.decoder, &message, &mapping.arena, tell, &told);
    cr_expect(strstr(told.text, "3: the payload can't be read: "), "%s", told.text);
    mapping_close(&mapping);
}
