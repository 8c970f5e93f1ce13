/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate explain`: a tonne, down to stream, formula, factor, point and reading. */
#include "cli/remote.h"

#include "core/nearest.h"
#include "core/timetext.h"

#include <stdio.h>

struct asked {
    const struct plan *plan;
    const char *process;
    int64_t at_ns; /* 0: the newest */
};

static enum err local_explain(struct outbox *outbox, void *ctx,
                              struct json_writer *writer, struct error *e)
{
    const struct asked *q = ctx;
    return api_put_explain(q->plan, outbox, q->process, q->at_ns, writer, e);
}

/* ---- printing ---- */

static void print_value(const json_t *quantity)
{
    const json_t *value = json_object_get(quantity, "value");
    if (value) {
        const char *unit = remote_text(quantity, "unit");
        bool number = unit[0] >= '0' && unit[0] <= '9' && unit[1]; /* 1000 Nm3 */
        printf(number ? "%.8g (%s)" : "%.8g %s", json_number_value(value), unit);
    } else {
        printf("not determined");
    }
}

static void print_term(const json_t *object, const char *key, const char *words)
{
    const json_t *quantity = json_object_get(object, key);
    if (json_object_get(quantity, "value")) {
        printf("  %-38s ", words);
        print_value(quantity);
        putchar('\n');
    }
}

static void print_totals(const json_t *summary)
{
    const json_t *a = json_object_get(summary, "attribution");
    printf("%s, %s to %s, revision %lld\n", remote_text(summary, "process"),
           remote_text(summary, "window_start"), remote_text(summary, "window_end"),
           (long long)json_integer_value(json_object_get(summary, "revision")));
    print_term(a, "direct", "emissions of its own streams");
    print_term(a, "heat_import", "+ heat taken in");
    print_term(a, "heat_export", "- heat given away");
    print_term(a, "waste_gas_import", "+ waste gas taken in");
    print_term(a, "waste_gas_export", "- waste gas given away");
    print_term(a, "electricity_produced", "- electricity made");
    print_term(a, "attributed_direct", "= attributed direct (eq. 55)");
    print_term(a, "attributed_indirect", "attributed indirect (eq. 56)");
    print_term(summary, "activity_level", "activity level");
    print_term(summary, "see_direct", "specific direct (eq. 57)");
    print_term(summary, "see_indirect", "specific indirect (eq. 58)");
    print_term(a, "embedded_direct", "embedded in precursors, direct (eq. 60)");
    print_term(a, "embedded_indirect", "embedded in precursors, indirect");
    print_term(a, "embedded_by_default", "of the direct, by default values");
    print_term(summary, "good_direct", "specific direct with them (eq. 59)");
    print_term(summary, "good_indirect", "specific indirect with them");
    print_term(summary, "uncertainty_direct", "direct, 95 % of points: +-");
    print_term(summary, "uncertainty_indirect", "indirect, 95 % of points: +-");
    print_term(summary, "uncertainty_activity", "activity level, 95 %: +-");
}

static const json_t *with_text(const json_t *list, const char *key, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (strcmp(remote_text(item, key), text) == 0) {
            return item;
        }
    }
    return NULL;
}

/* Minutes and readings of a point, with the first and the last. */
static void print_readings(const json_t *point)
{
    const json_t *slices = json_object_get(point, "slices");
    const json_t *first = NULL;
    const json_t *last = NULL;
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(slices); i++) {
        const json_t *readings = json_object_get(json_array_get(slices, i), "readings");
        size_t n = json_array_size(readings);
        first = first ? first : json_array_get(readings, 0);
        last = n > 0 ? json_array_get(readings, n - 1) : last;
        count += n;
    }
    printf("          device '%s', metric '%s': %zu readings in %zu minutes\n",
           remote_text(point, "device"), remote_text(point, "metric"), count,
           json_array_size(slices));
    if (first && last) {
        const char *unit = remote_text(point, "unit");
        printf("          first %s %.8g %s, last %s %.8g %s\n", remote_text(first, "at"),
               json_number_value(json_object_get(first, "value")), unit,
               remote_text(last, "at"), json_number_value(json_object_get(last, "value")),
               unit);
    }
}

static void print_point(const json_t *answer, const char *id)
{
    const json_t *quality =
        json_object_get(json_object_get(answer, "summary"), "quality");
    const json_t *q = with_text(json_object_get(quality, "points"), "point", id);
    const json_t *point = with_text(json_object_get(answer, "points"), "point", id);
    const char *rule = remote_text(q, "substitution");
    printf("        point %s (%s): ", id, remote_text(q, "kind"));
    print_value(json_object_get(q, "quantity"));
    printf("; %s%s%s, %.1f %% covered\n", remote_text(q, "state"), rule[0] ? " by " : "",
           rule, 100 * json_number_value(json_object_get(q, "coverage")));
    print_readings(point);
}

static void print_input(const json_t *answer, const json_t *input)
{
    const char *origin = remote_text(input, "origin");
    const char *source = remote_text(input, "source");
    printf("      %s = ", remote_text(input, "name"));
    print_value(json_object_get(input, "quantity"));
    if (strncmp(origin, "point:", 6) == 0) {
        const json_t *factor = json_object_get(input, "reconciled");
        if (factor) {
            printf("  by RecF %.8g (eq. 41)",
                   json_number_value(json_object_get(factor, "value")));
        }
        putchar('\n');
        print_point(answer, origin + 6);
        return;
    }
    printf("  %s%s%s\n", origin, source[0] ? ": " : "", source);
}

/* Each line of the text, under the stream. */
static void print_lines(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        printf("    %.*s\n", (int)len, text);
        text += len + (text[len] ? 1 : 0);
    }
}

/* "    made by process 'steel'", "    ferro_nickel, origin ID, verification V-1". */
static void print_precursor(const json_t *precursor)
{
    static const struct {
        const char *key, *words;
    } parts[] = {{"cn", "CN"},
                 {"origin", "origin"},
                 {"supplier", "supplier"},
                 {"installation", "installation"},
                 {"verification", "verification"},
                 {"period", "period"},
                 {"default_good", "default values of"}};
    const char *process = remote_text(precursor, "process");
    if (!precursor) {
        return;
    }
    printf("    %s", remote_text(precursor, "category"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = remote_text(precursor, parts[i].key);
        if (text[0]) {
            printf(", %s %s", parts[i].words, text);
        }
    }
    printf("%s%s%s%s\n", process[0] ? "; made by process '" : "", process,
           process[0] ? "', solved over the period" : "",
           json_is_true(json_object_get(precursor, "exempt")) ? "; counts as zero" : "");
}

static void print_stream(const json_t *answer, const json_t *stream)
{
    const json_t *more =
        with_text(json_object_get(answer, "streams"), "id", remote_text(stream, "id"));
    const char *missing = remote_text(stream, "missing");
    printf("\n  stream %s, term %s: ", remote_text(stream, "id"),
           remote_text(stream, "term"));
    print_value(json_object_get(stream, "co2e"));
    printf("%s%s\n    method %s, version %s: %s\n", missing[0] ? ": " : "", missing,
           remote_text(stream, "method"), remote_text(stream, "method_version"),
           remote_text(more, "source"));
    print_precursor(json_object_get(stream, "precursor"));
    print_lines(remote_text(more, "formula"));
    print_lines(remote_text(more, "calculation"));
    const json_t *inputs = json_object_get(stream, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        print_input(answer, json_array_get(inputs, i));
    }
    const json_t *outputs = json_object_get(stream, "outputs");
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const json_t *output = json_array_get(outputs, i);
        printf("    %s = ", remote_text(output, "name"));
        print_value(json_object_get(output, "quantity"));
        putchar('\n');
    }
}

/* "      x content = 0.82 1  constant: laboratory", "      = 41 t clinker". */
static void print_part(const json_t *answer, const json_t *part)
{
    const json_t *content = json_object_get(part, "content");
    const char *good = remote_text(part, "good");
    if (good[0]) {
        printf("      of good %s\n", good);
    }
    if (content) {
        print_input(answer, content);
        printf("      = ");
        print_value(json_object_get(part, "level"));
        printf("  (eq. 64, 65)\n");
    }
}

static void print_activity(const json_t *answer, const struct plan_process *process)
{
    const json_t *summary = json_object_get(answer, "summary");
    const json_t *parts = json_object_get(summary, "activity_parts");
    printf("\n  activity level\n");
    for (size_t i = 0; i < process->activity_count; i++) {
        print_point(answer, process->activities[i].point->id);
        print_part(answer, json_array_get(parts, i));
    }
}

/* Each good with its sector parameters. */
static void print_goods(const json_t *goods)
{
    for (size_t i = 0; i < json_array_size(goods); i++) {
        const json_t *good = json_array_get(goods, i);
        const json_t *parameters = json_object_get(good, "parameters");
        printf("\n  good %s, CN %s\n", remote_text(good, "id"), remote_text(good, "cn"));
        for (size_t p = 0; p < json_array_size(parameters); p++) {
            const json_t *parameter = json_array_get(parameters, p);
            const char *word = remote_text(parameter, "text");
            const char *source = remote_text(parameter, "source");
            printf("      %s = %s", remote_text(parameter, "name"), word);
            if (!word[0]) {
                print_value(json_object_get(parameter, "quantity"));
            }
            printf("  %s%s%s\n", remote_text(parameter, "origin"), source[0] ? ": " : "",
                   source);
        }
    }
}

static void print_balance(const json_t *balance)
{
    printf("  balance %s (%s): in ", remote_text(balance, "id"),
           remote_text(balance, "carrier"));
    print_value(json_object_get(balance, "in"));
    printf(", out ");
    print_value(json_object_get(balance, "out"));
    printf("; %s\n", remote_text(balance, "state"));
}

/* What has to agree, and what does not. */
static void print_controls(const json_t *quality)
{
    const json_t *balances = json_object_get(quality, "balances");
    const json_t *alarms = json_object_get(quality, "alarms");
    putchar('\n');
    for (size_t i = 0; i < json_array_size(balances); i++) {
        print_balance(json_array_get(balances, i));
    }
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        printf("  alarm %s: %s\n", remote_text(alarm, "code"),
               remote_text(alarm, "text"));
    }
}

static void print_explained(const json_t *answer, const struct plan_process *process)
{
    const json_t *summary = json_object_get(answer, "summary");
    const json_t *streams = json_object_get(summary, "streams");
    const json_t *p = json_object_get(summary, "provenance");
    print_totals(summary);
    for (size_t i = 0; i < json_array_size(streams); i++) {
        print_stream(answer, json_array_get(streams, i));
    }
    print_activity(answer, process);
    print_goods(json_object_get(summary, "goods"));
    print_controls(json_object_get(summary, "quality"));
    printf("\n  rules %s, factors %s, configuration %s, software %s\n  summary %s\n",
           remote_text(p, "rule_set"), remote_text(p, "factor_set"),
           remote_text(p, "config_hash"), remote_text(p, "software"),
           remote_text(answer, "key"));
}

/* ---- the command ---- */

static const struct plan_process *find_process(const struct plan *plan, const char *id)
{
    const char *names[256] = {0};
    for (size_t i = 0; i < plan->process_count; i++) {
        if (strcmp(plan->processes[i].id, id) == 0) {
            return &plan->processes[i];
        }
        if (i < 255) {
            names[i] = plan->processes[i].id;
        }
    }
    const char *near = nearest_name(names, bytes_of(id));
    fprintf(stderr, "emgate explain: there is no process '%s'%s%s%s\n", id,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static int explain(const struct command *command, const struct arguments *arguments,
                   const struct plan *plan, int64_t at_ns)
{
    const struct plan_process *process = find_process(plan, arguments->words[0]);
    char path[512];
    int code = EXIT_OK;
    if (!process) {
        return EXIT_USAGE;
    }
    struct asked q = {.plan = plan, .process = process->id, .at_ns = at_ns};
    snprintf(path, sizeof path, "/v1/explain?process=%s&at=%lld", process->id,
             (long long)at_ns);
    json_t *answer = remote_get(argument_value(command, arguments, "config"), path,
                                local_explain, &q, &code);
    if (!answer) {
        return code;
    }
    code = EXIT_OK;
    if (!json_is_object(answer)) {
        fprintf(stderr, "emgate explain: process '%s' has no summary of '%s'\n",
                process->id, arguments->words[1]);
        code = EXIT_CHECK_FAILED;
    } else if (argument_value(command, arguments, "json")) {
        remote_print_json(answer);
    } else {
        print_explained(answer, process);
    }
    json_decref(answer);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    const char *hour = arguments->words[1];
    struct bundle bundle = {0};
    bool zoned = false;
    int64_t at_ns = 0;
    if (!config) {
        fprintf(stderr, "emgate explain: want -c FILE\n");
        return EXIT_USAGE;
    }
    if (strcmp(hour, "latest") != 0 &&
        (!time_parse_iso(bytes_of(hour), &at_ns, &zoned) || !zoned || at_ns <= 0)) {
        fprintf(stderr,
                "emgate explain: '%s': want a time such as 2026-07-15T08:00Z or "
                "2026-07-15T13:00+05:00, or 'latest'\n",
                hour);
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? explain(command, arguments, plan, at_ns) : EXIT_BAD_CONFIG;
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"json", 0, NULL, "as JSON, with every reading"},
    {0},
};

const struct command command_explain = {
    .name = "explain",
    .summary = "a tonne, down to stream, formula, factor, point and reading",
    .usage = "PROCESS HOUR -c FILE",
    .help =
        "HOUR is a time in the window, with its zone, or 'latest'.  Exit code 1: the\n"
        "process has no summary of that hour.",
    .options = options,
    .words_min = 2,
    .words_max = 2,
    .run = run,
};
