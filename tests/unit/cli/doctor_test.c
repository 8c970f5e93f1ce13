/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor.h"

#include "printed.h"

struct look {
    struct buf text;
    struct findings findings;
};

static void collect(void *ctx, const struct finding *finding)
{
    struct buf *out = ctx;
    buf_print(out, "%s %s: %s; %s\n", finding_level_names[finding->level], finding->what,
              finding->words, finding->fix ? finding->fix : "");
}

static void look_init(struct look *look)
{
    *look = (struct look){0};
    buf_init(&look->text, 65536);
    look->findings = (struct findings){.tell = collect, .ctx = &look->text};
}

static bool told(const struct look *look, const char *words)
{
    return look->text.data && strstr((const char *)look->text.data, words);
}

Test(doctor, each_setting_of_mosquitto_that_loses_data_gets_its_mending_line)
{
    struct look look;
    char wanted[128];
    look_init(&look);
    printed_file("listener 1883\n# queue_qos0_messages true\n"
                 "persistence true\nmax_queued_messages 500\n");
    doctor_check_mosquitto(printed_path, &look.findings);
    snprintf(wanted, sizeof wanted, "%s:4: 'max_queued_messages 500'", printed_path);
    cr_assert(told(&look, wanted));
    cr_assert(told(&look, "; max_queued_messages 0\n"));
    cr_assert(told(&look, "'queue_qos0_messages' is not given (false)"));
    cr_assert(told(&look, "; autosave_interval 60\n"));
    cr_assert(told(&look, "; max_queued_bytes 1073741824\n"));
    cr_assert(!told(&look, "'persistence"));
    cr_assert_eq(look.findings.counts[FINDING_WARN], 5);
    unlink(printed_path);
    buf_deinit(&look.text);
}

Test(doctor, the_shipped_configuration_is_found_good)
{
    struct look look;
    look_init(&look);
    doctor_check_mosquitto(EMGATE_ROOT "/config/mosquitto/emgate.conf", &look.findings);
    cr_assert_eq(look.findings.counts[FINDING_OK], 1);
    cr_assert_eq(look.findings.counts[FINDING_WARN], 0);
    buf_deinit(&look.text);
}

Test(doctor, a_configuration_that_cannot_be_read_or_includes_itself_fails)
{
    struct look look;
    look_init(&look);
    doctor_check_mosquitto("/nowhere/mosquitto.conf", &look.findings);
    cr_assert(told(&look, "can't read '/nowhere/mosquitto.conf'"));
    cr_assert_eq(look.findings.counts[FINDING_FAIL], 1);
    cr_assert_eq(look.findings.counts[FINDING_OK], 0);
    buf_deinit(&look.text);
}

Test(doctor, what_a_configuration_includes_counts_and_a_ring_of_them_ends)
{
    struct look look;
    char directory[] = "/tmp/emgate-doctor-XXXXXX";
    char path[64];
    look_init(&look);
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.conf", directory);
    FILE *out = fopen(path, "w");
    fprintf(out, "max_queued_messages 7\ninclude_dir %s\n", directory);
    fclose(out);
    doctor_check_mosquitto(path, &look.findings);
    cr_assert(told(&look, "included too deep"));
    cr_assert_eq(look.findings.counts[FINDING_OK], 0);
    unlink(path);
    rmdir(directory);
    buf_deinit(&look.text);
}

Test(doctor, a_gateway_in_trouble_says_all_of_it)
{
    struct look look;
    look_init(&look);
    json_t *status = json_loads(
        "{\"brokers\": [{\"name\": \"plant\", \"connected\": false, "
        "\"last_error\": \"refused\", \"broker_dropped\": 3}], "
        "\"journal\": {\"full\": false, \"days_left\": 1.5, \"quarantined\": 2}, "
        "\"pipeline\": {\"reasons\": {\"unknown_device\": 7}, \"unmapped\": 4}, "
        "\"sinks\": [{\"id\": \"registry\", \"set_aside\": 1, \"waiting\": 9, "
        "\"last_error\": \"no route\"}]}",
        0, NULL);
    doctor_check_status(status, &look.findings);
    cr_assert(told(&look, "not connected to broker 'plant': refused"));
    cr_assert(told(&look, "broker 'plant' has dropped 3 messages"));
    cr_assert(told(&look, "lasts 1.5 days"));
    cr_assert(told(&look, "2 damaged groups"));
    cr_assert(told(&look, "7 messages set aside: unknown_device"));
    cr_assert(told(&look, "4 readings that no point asks for"));
    cr_assert(told(&look, "sink 'registry' refuses 1 summaries"));
    cr_assert(told(&look, "waits with 9 summaries: no route"));
    cr_assert_eq(look.findings.counts[FINDING_OK], 0);
    json_decref(status);
    buf_deinit(&look.text);
}

Test(doctor, a_gateway_without_trouble_is_one_line)
{
    struct look look;
    look_init(&look);
    json_t *status = json_loads("{\"brokers\": [{\"connected\": true, \"subscribed\": "
                                "true}], \"sinks\": []}",
                                0, NULL);
    doctor_check_status(status, &look.findings);
    cr_assert_eq(look.findings.counts[FINDING_OK], 1);
    json_decref(status);
    buf_deinit(&look.text);
}
