/* SPDX-License-Identifier: Apache-2.0 */
/* Reads results by tables, groups analyses by period, writes values by date. */
#include "cli/lab.h"

#include "config/analyses.h"
#include "config/factor_library.h"
#include "core/mem.h"
#include "core/number.h"

#include <math.h>
#include <sodium.h>

#define ANALYSES_MAX 10000 /* of one result */
#define HASH_SHOWN 12      /* hex digits */

/* ---- what a file says ---- */

struct lab {
    const char *name, *version, *laboratory, *source;
    const struct node *results;
    char hash[2 * 32 + 1];
    struct units *units;
    struct problems *problems;
    struct buf *out;
};

static const struct setting lab_settings[] = {
    {.key = "name", .type = SETTING_TEXT, AT(struct lab, name), .help = "Of the set."},
    {.key = "version",
     .type = SETTING_TEXT,
     AT(struct lab, version),
     .initial = SETTING_UNSET,
     .help = "Of the set."},
    {.key = "laboratory",
     .type = SETTING_TEXT,
     AT(struct lab, laboratory),
     .initial = SETTING_UNSET,
     .help = "Who analysed, with accreditation."},
    {.key = "source",
     .type = SETTING_TEXT,
     AT(struct lab, source),
     .initial = SETTING_UNSET,
     .help = "In place of a laboratory."},
    {.key = "results",
     .type = SETTING_ANY,
     AT(struct lab, results),
     .help = "The list of results."},
    {0},
};

struct result {
    const char *id, *unit;
    int material;
    const struct node *analyses;
};

static const struct setting result_settings[] = {
    {.key = "id", .type = SETTING_TEXT, AT(struct result, id), .help = "Of the factor."},
    {.key = "unit",
     .type = SETTING_TEXT,
     AT(struct result, unit),
     .help = "Of all values."},
    {.key = "material",
     .type = SETTING_WORD,
     AT(struct result, material),
     .words = analysis_materials,
     .help = "Row of the table of least frequencies."},
    {.key = "analyses",
     .type = SETTING_ANY,
     AT(struct result, analyses),
     .help = "The list of analyses."},
    {0},
};

struct analysis {
    const char *from, *to, *report, *quantity_text;
    double value;
    double quantity; /* in the unit of the first; NAN: none */
    const struct node *node;
};

static const struct setting analysis_settings[] = {
    {.key = "from",
     .type = SETTING_TEXT,
     AT(struct analysis, from),
     .help = "First day of the batch or period."},
    {.key = "to",
     .type = SETTING_TEXT,
     AT(struct analysis, to),
     .initial = SETTING_UNSET,
     .help = "Day from which it is over."},
    {.key = "value",
     .type = SETTING_NUMBER,
     AT(struct analysis, value),
     .help = "In the result's unit."},
    {.key = "quantity",
     .type = SETTING_TEXT,
     AT(struct analysis, quantity_text),
     .initial = SETTING_UNSET,
     .help = "Of the batch, with its unit."},
    {.key = "report",
     .type = SETTING_TEXT,
     AT(struct analysis, report),
     .initial = SETTING_UNSET,
     .help = "Number of the report."},
    {0},
};

struct series {
    struct analysis *items;
    size_t count;
    struct unit quantity_unit;
};

/* ---- reading ---- */

static bool read_quantity(struct lab *lab, struct series *series,
                          struct analysis *analysis)
{
    struct unit unit;
    struct error e;
    double quantity = 0;
    analysis->quantity = (double)NAN;
    if (!analysis->quantity_text) {
        return true;
    }
    enum err failed = units_parse_quantity(lab->units, bytes_of(analysis->quantity_text),
                                           &quantity, &unit, &e);
    double scale = 1;
    double offset = 0;
    if (!failed && series->count == 0) {
        series->quantity_unit = unit;
    } else if (!failed) {
        failed = unit_convert(&unit, &series->quantity_unit, &scale, &offset, &e);
    }
    if (failed || !(quantity > 0)) {
        problem_at(lab->problems, node_find(analysis->node, "quantity"), "quantity: %s",
                   failed ? e.text : "it has to be above 0");
        return false;
    }
    analysis->quantity = quantity * scale + offset;
    return true;
}

static bool read_analyses(struct lab *lab, const struct result *result,
                          struct series *series)
{
    if (result->analyses->kind != NODE_LIST || result->analyses->count == 0 ||
        result->analyses->count > ANALYSES_MAX) {
        problem_at(lab->problems, result->analyses,
                   "analyses: a list of 1 to %d is wanted", ANALYSES_MAX);
        return false;
    }
    bool good = true;
    series->items = mem_array(result->analyses->count, sizeof *series->items);
    NODE_EACH(node, result->analyses)
    {
        struct analysis *analysis = &series->items[series->count];
        analysis->node = node;
        bool read = settings_read(analysis_settings, node, analysis, lab->problems) &&
                    read_quantity(lab, series, analysis);
        if (read && !analysis->report && !lab->laboratory && !lab->source) {
            problem_at(lab->problems, node,
                       "an analysis needs a source: 'laboratory' of the file, or "
                       "'report'");
            read = false;
        }
        bool weighed = isfinite(analysis->quantity);
        if (read && weighed != isfinite(series->items[0].quantity)) {
            problem_at(lab->problems, node,
                       "'quantity': give it for all analyses of a result or for none");
            read = false;
        }
        series->count++;
        good = good && read;
    }
    return good;
}

/* ---- periods ---- */

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* By time; those of one period keep their order. */
static void sort(struct series *series)
{
    for (size_t i = 1; i < series->count; i++) {
        struct analysis moved = series->items[i];
        size_t at = i;
        for (; at > 0 && strcmp(series->items[at - 1].from, moved.from) > 0; at--) {
            series->items[at] = series->items[at - 1];
        }
        series->items[at] = moved;
    }
}

static size_t period_end(const struct series *series, size_t start)
{
    size_t end = start + 1;
    while (end < series->count &&
           same(series->items[end].from, series->items[start].from) &&
           same(series->items[end].to, series->items[start].to)) {
        end++;
    }
    return end;
}

static double mean_of(const struct series *series, size_t start, size_t end)
{
    double sum = 0;
    double weight = 0;
    for (size_t i = start; i < end; i++) {
        const struct analysis *analysis = &series->items[i];
        double w = isfinite(analysis->quantity) ? analysis->quantity : 1;
        sum += analysis->value * w;
        weight += w;
    }
    return sum / weight;
}

/* Two standard deviations (n - 1) of all analyses, relative to their mean; negative:
 * there is only one. */
static double scatter_of(const struct series *series)
{
    double mean = 0;
    double squares = 0;
    for (size_t i = 0; i < series->count; i++) {
        mean += series->items[i].value / (double)series->count;
    }
    for (size_t i = 0; i < series->count; i++) {
        double apart = series->items[i].value - mean;
        squares += apart * apart;
    }
    if (series->count < 2 || mean == 0) {
        return -1;
    }
    return 2 * sqrt(squares / (double)(series->count - 1)) / fabs(mean);
}

/* ---- writing ---- */

/* Inside double quotes. */
static void add_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            buf_add_byte(out, '\\');
        }
        buf_add_byte(out, (uint8_t)*text);
    }
}

static void add_source(struct lab *lab, const struct series *series, size_t start,
                       size_t end)
{
    const char *who = lab->laboratory ? lab->laboratory : lab->source;
    const char *comma = who ? "; report " : "report ";
    buf_add_text(lab->out, "     source: \"");
    add_quoted(lab->out, who ? who : "");
    for (size_t i = start; i < end; i++) {
        if (series->items[i].report) {
            buf_add_text(lab->out, comma);
            add_quoted(lab->out, series->items[i].report);
            comma = ", ";
        }
    }
    buf_print(lab->out, "; %zu analys%s%s; sha256 %.*s\"}\n", end - start,
              end - start == 1 ? "is" : "es",
              end - start == 1                          ? ""
              : isfinite(series->items[start].quantity) ? ", mean by quantity"
                                                        : ", mean",
              HASH_SHOWN, lab->hash);
}

static void add_period(struct lab *lab, const struct result *result,
                       const struct series *series, size_t start, size_t end)
{
    const struct analysis *first = &series->items[start];
    char number[NUMBER_TEXT_MAX];
    double scatter = scatter_of(series);
    number_print(mean_of(series, start, end), number);
    buf_print(lab->out, "  - {id: \"");
    add_quoted(lab->out, result->id);
    buf_print(lab->out, "\", value: \"%s ", number);
    add_quoted(lab->out, result->unit);
    buf_print(lab->out, "\", from: \"%s\"", first->from);
    if (first->to) {
        buf_print(lab->out, ", to: \"%s\"", first->to);
    }
    buf_print(lab->out, ",\n     material: %s, analyses: %zu",
              analysis_materials[result->material], end - start);
    if (scatter >= 0 && scatter <= 1) {
        number_print(scatter, number);
        buf_print(lab->out, ", scatter: %s", number);
    }
    buf_add_text(lab->out, ",\n");
    add_source(lab, series, start, end);
}

static void add_result(struct lab *lab, const struct node *node)
{
    struct result result = {0};
    struct series series = {0};
    struct unit unit;
    struct error e;
    if (!settings_read(result_settings, node, &result, lab->problems)) {
        return;
    }
    if (units_parse(lab->units, bytes_of(result.unit), &unit, &e)) {
        problem_at(lab->problems, node_find(node, "unit"), "%s", e.text);
    } else if (read_analyses(lab, &result, &series)) {
        sort(&series);
        for (size_t start = 0, end = 0; start < series.count; start = end) {
            end = period_end(&series, start);
            add_period(lab, &result, &series, start, end);
        }
    }
    mem_free(&series.items);
}

static void write_file(struct lab *lab, const char *name, const struct node *root)
{
    if (!settings_read(lab_settings, root, lab, lab->problems)) {
        return;
    }
    if (lab->results->kind != NODE_LIST) {
        problem_at(lab->problems, lab->results, "results: a list is wanted");
        return;
    }
    buf_print(lab->out,
              "# Made by `emgate factors import` from %s.\n# SHA-256 of it: %s\nname: \"",
              name, lab->hash);
    add_quoted(lab->out, lab->name);
    buf_add_text(lab->out, "\"\nversion: \"");
    if (lab->version) {
        add_quoted(lab->out, lab->version);
    } else {
        buf_print(lab->out, "%.*s", HASH_SHOWN, lab->hash);
    }
    buf_add_text(lab->out, "\"\nfactors:\n");
    NODE_EACH(node, lab->results)
    {
        add_result(lab, node);
    }
}

/* The file that was made has to load like any other. */
static void check_made(struct lab *lab)
{
    struct factor_library library;
    factor_library_init(&library, lab->units);
    factor_library_read(&library, "the factor file", buf_bytes(lab->out), lab->problems);
    factor_library_deinit(&library);
}

bool lab_import(struct units *units, const char *name, struct bytes text, struct buf *out,
                struct problems *problems)
{
    uint8_t hash[32];
    struct lab lab = {.units = units, .problems = problems, .out = out};
    struct document *document = document_parse(name, text, problems);
    crypto_hash_sha256(hash, text.data, text.len);
    sodium_bin2hex(lab.hash, sizeof lab.hash, hash, sizeof hash);
    if (problems->count == 0) {
        write_file(&lab, name, document_root(document));
    }
    if (problems->count == 0) {
        check_made(&lab);
    }
    document_free(&document);
    return problems->count == 0;
}
