/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every registered adapter owes, whatever it is fed: it never crashes, never gives
 * a value that is not finite, gives the same twice, leaves its state alone when it
 * refuses, and its state is the same after a restart.  A new adapter needs a line in
 * `examples`, or the first test here fails.
 */
#include "adapter_check.h"
#include "probe.h"

#define RANDOM_ROUNDS 2000
#define OVERSIZE (6U << 20)

/* Payloads that are good, in an order that makes sense. */
struct example {
    const char *adapter;
    const char *settings; /* YAML, or NULL */
    struct {
        const char *topic;
        const char *text; /* or: */
        const char *file; /* below tests/ */
    } messages[4];
};

#define PLANT "spBv1.0/cement-plant-1/"
#define SPARKPLUG "vectors/sparkplug-b/ndeath-marks-stale/"

static const struct example examples[] = {
    {"native",
     NULL,
     {{"emgate/v1/d/announce",
       "\n\x01"
       "d\x12\x08\x08\x01\x12\x04temp",
       NULL},
      {"emgate/v1/d/telemetry",
       "\n\x01"
       "d\x11\x07\x01\x01\x01\x01\x01\x01\x01\x18\x01\x21\x01\x8b\xc3\xae\x9f\x01\x01\x01"
       "*\x04\x10\x01(\x02",
       NULL}}},
    {"sparkplug",
     NULL,
     {{PLANT "NBIRTH/kiln-edge", NULL, SPARKPLUG "01-NBIRTH.bin"},
      {PLANT "DBIRTH/kiln-edge/CEMS-01", NULL, SPARKPLUG "02-DBIRTH.bin"},
      {PLANT "DDATA/kiln-edge/CEMS-01", NULL,
       "vectors/sparkplug-b/unknown-fields-skipped/03-DDATA-ext.bin"},
      {PLANT "NDEATH/kiln-edge", NULL, SPARKPLUG "03-NDEATH.bin"}}},
    {"influx",
     NULL,
     {{"telegraf/gw1", NULL, "vectors/influx-line/basic-ns-types-escapes/payload.txt"}}},
    {"csv",
     "{header: remember, time: t, time_format: epoch_s, metrics: {a: kg, b: ''}}",
     {{"logger/1", "t,a,b\n1785340800,1,2\n", NULL},
      {"logger/1", "1785340801,3,\"x\"\n", NULL}}},
    {"hj212",
     NULL,
     {{"cems/1",
       "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;"
       "Flag=5;CP=&&RtdInterval=30&&1C80\r\n",
       NULL}}},
    {"senml",
     NULL,
     {{"senml/gw1", NULL, "vectors/senml/rfc-multiple-base-time/payload.json"},
      {"senml/gw1",
       "\x81\xa2\x20\x05\x21\x61"
       "d",
       NULL}}},
    {"ignore", NULL, {{"log/kiln", "anything", NULL}}},
    {"map",
     "{rules: [{topic: '#', emit: [{each: '/v/*', device: '{topic.0}', "
     "metric: '{key}', value: {path: '.'}}]}]}",
     {{"plant/1", "{\"v\": {\"a\": 1.5, \"b\": null, \"c\": \"x\", \"d\": 1e999}}",
       NULL}}},
};

#define EXAMPLE_COUNT (sizeof examples / sizeof *examples)
#define MESSAGES_MAX 4

static const struct example *example_of(const char *adapter)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        if (strcmp(examples[i].adapter, adapter) == 0) {
            return &examples[i];
        }
    }
    return NULL;
}

static struct buf payload_of(const struct example *example, size_t message)
{
    if (example->messages[message].file) {
        return probe_file(example->messages[message].file);
    }
    struct buf content;
    buf_init(&content, PROBE_ARENA_SIZE);
    buf_add_text(&content, example->messages[message].text);
    return content;
}

/* splitmix64: the seed makes the run. */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void add_value(struct buf *out, const struct value *value)
{
    buf_add_byte(out, (uint8_t)value->kind);
    if (value->kind == VALUE_TEXT) {
        buf_add_string(out, value->text);
    } else if (value->kind == VALUE_BOOL) {
        buf_add_byte(out, value->truth ? 1 : 0);
    } else if (value->kind != VALUE_NONE) {
        buf_add_u64(out, value->natural);
    }
}

/* All that came out, as bytes to compare. */
static void describe(const struct probe *p, struct buf *out)
{
    buf_print(out, "%d %s %zu %zu;", (int)p->out.outcome, p->out.reason, p->out.count,
              p->out.action_count);
    for (size_t i = 0; i < p->out.count; i++) {
        const struct reading *reading = &p->out.readings[i];
        buf_add_string(out, reading->device);
        buf_add_string(out, reading->metric);
        buf_add_string(out, reading->unit);
        buf_add_string(out, reading->detail);
        add_value(out, &reading->value);
        buf_print(out, "%d %lld %u %llu", (int)reading->quality,
                  (long long)reading->event_ns, reading->flags,
                  (unsigned long long)reading->identity);
    }
}

/* Feeds one payload and checks what must always hold. */
static void feed_checked(struct probe *p, const char *topic, struct bytes payload)
{
    struct buf before;
    struct buf after;
    save_state(p->adapter, p->state, &before);
    probe_feed(p, topic, payload);
    if (!p->arena.overflow) {
        check_decoding(&p->out, p->result, &p->e);
    }
    save_state(p->adapter, p->state, &after);
    if (p->result != ERR_OK) {
        cr_assert(bytes_equal(buf_bytes(&before), buf_bytes(&after)),
                  "%s: the state changed on '%s'", p->adapter->name, p->e.text);
    }
    buf_deinit(&before);
    buf_deinit(&after);
}

/* Feeds the example's messages, each as `change` makes it. */
typedef void change_fn(struct buf *payload, uint64_t *seed);

static void feed_example(struct probe *p, const struct example *example,
                         change_fn *change, uint64_t *seed)
{
    for (size_t i = 0; i < MESSAGES_MAX && example->messages[i].topic; i++) {
        struct buf payload = payload_of(example, i);
        if (change) {
            change(&payload, seed);
        }
        feed_checked(p, example->messages[i].topic, buf_bytes(&payload));
        buf_deinit(&payload);
    }
}

static void check_restart(const struct probe *p, const char *settings)
{
    struct probe *fresh = probe_new(p->adapter->name, settings);
    check_state(p->adapter, p->state, fresh->state);
    probe_free(fresh);
}

/* A few bytes are other bytes, and at times the end is missing. */
static void spoil(struct buf *payload, uint64_t *seed)
{
    for (uint64_t i = next_random(seed) % 4; i > 0 && payload->len; i--) {
        payload->data[next_random(seed) % payload->len] = (uint8_t)next_random(seed);
    }
    if (next_random(seed) % 4 == 0) {
        payload->len = next_random(seed) % (payload->len + 1);
    }
}

static void make_random(struct buf *payload, uint64_t *seed)
{
    buf_clear(payload);
    for (uint64_t i = next_random(seed) % 300; i > 0; i--) {
        buf_add_byte(payload, (uint8_t)next_random(seed));
    }
}

static void make_oversize(struct buf *payload, uint64_t *seed)
{
    struct buf whole;
    (void)seed;
    buf_init(&whole, PROBE_ARENA_SIZE);
    while (whole.len + payload->len + 1 < OVERSIZE) {
        buf_add(&whole, buf_bytes(payload));
        buf_add_byte(&whole, payload->len ? payload->data[0] : 'x');
    }
    buf_deinit(payload);
    *payload = whole;
}

static void make_empty(struct buf *payload, uint64_t *seed)
{
    (void)seed;
    buf_clear(payload);
}

Test(adapter_contract, every_adapter_has_a_name_a_summary_and_an_example_that_passes)
{
    for (size_t i = 0; adapters[i]; i++) {
        const struct adapter *adapter = adapters[i];
        const struct example *example = example_of(adapter->name);
        cr_assert_not_null(example, "no example of '%s'", adapter->name);
        cr_assert(adapter->summary && *adapter->summary);
        cr_assert_eq(adapter_find(bytes_of(adapter->name)), adapter);
        struct probe *p = probe_new(adapter->name, example->settings);
        cr_assert_eq(p->problems.count, 0, "%s", (const char *)p->problems.text.data);
        for (size_t k = 0; k < MESSAGES_MAX && example->messages[k].topic; k++) {
            struct buf payload = payload_of(example, k);
            enum outcome outcome =
                probe_feed(p, example->messages[k].topic, buf_bytes(&payload));
            cr_assert_neq(outcome, OUTCOME_REJECTED, "%s, message %zu: %s", adapter->name,
                          k, p->e.text);
            buf_deinit(&payload);
        }
        probe_free(p);
    }
}

Test(adapter_contract, an_unknown_setting_is_a_problem_at_its_place)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct probe *p = probe_new(adapters[i]->name, "{no_such_setting: 1}");
        cr_assert_geq(p->problems.count, 1, "%s took it", adapters[i]->name);
        cr_assert_not_null(strstr((const char *)p->problems.text.data, "settings:1:"));
        probe_free(p);
    }
}

Test(adapter_contract, an_empty_payload_gives_no_reading)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
        for (size_t k = 0; k < MESSAGES_MAX && examples[i].messages[k].topic; k++) {
            feed_checked(p, examples[i].messages[k].topic, BYTES(""));
            cr_assert_eq(p->out.count, 0, "%s", examples[i].adapter);
        }
        probe_free(p);
    }
}

Test(adapter_contract, a_payload_cut_short_anywhere_breaks_nothing)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
        for (size_t k = 0; k < MESSAGES_MAX && examples[i].messages[k].topic; k++) {
            struct buf payload = payload_of(&examples[i], k);
            for (size_t len = 0; len <= payload.len; len++) {
                feed_checked(p, examples[i].messages[k].topic,
                             bytes_slice(buf_bytes(&payload), 0, len));
            }
            buf_deinit(&payload);
        }
        check_restart(p, examples[i].settings);
        probe_free(p);
    }
}

Test(adapter_contract, spoilt_and_random_payloads_break_nothing)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        uint64_t seed = 1;
        struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
        for (int round = 0; round < RANDOM_ROUNDS; round++) {
            feed_example(p, &examples[i], round % 2 ? spoil : make_random, &seed);
        }
        check_restart(p, examples[i].settings);
        probe_free(p);
    }
}

Test(adapter_contract, an_oversized_payload_costs_the_arena_at_most)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        uint64_t seed = 1;
        struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
        feed_example(p, &examples[i], make_oversize, &seed);
        cr_assert_leq(p->arena.used, p->arena.size);
        feed_example(p, &examples[i], NULL, &seed);
        probe_free(p);
    }
}

Test(adapter_contract, the_same_messages_give_the_same_readings)
{
    change_fn *const changes[] = {NULL, spoil, make_random, make_empty};
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct buf told[2];
        for (size_t run = 0; run < 2; run++) {
            uint64_t seed = 7;
            struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
            buf_init(&told[run], PROBE_STATE_MAX);
            for (int round = 0; round < 200; round++) {
                feed_example(p, &examples[i], changes[round % 4], &seed);
                describe(p, &told[run]);
            }
            probe_free(p);
        }
        cr_assert(bytes_equal(buf_bytes(&told[0]), buf_bytes(&told[1])), "%s",
                  examples[i].adapter);
        buf_deinit(&told[0]);
        buf_deinit(&told[1]);
    }
}

Test(adapter_contract, time_alone_breaks_nothing)
{
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        uint64_t seed = 3;
        struct probe *p = probe_new(examples[i].adapter, examples[i].settings);
        for (int round = 0; p->adapter->tick && round < 100; round++) {
            feed_example(p, &examples[i], spoil, &seed);
            probe_begin(p);
            p->now_ns += NS_PER_MINUTE;
            p->adapter->tick(p->state, p->now_ns, &p->out);
            check_decoding(&p->out, ERR_OK, &p->e);
        }
        probe_free(p);
    }
}
