/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of all settings, from the tables that read them. */
#include "config/factor_library.h"
#include "config/plan_private.h"
#include "config/sector_parameters.h"
#include "decode/adapter.h"
#include "sinks/sink.h"

static void print_section(const struct section *section, struct buf *out)
{
    buf_print(out, "\n## %s\n\n%s%s%s\n", section->name, section->help,
              section->list ? "  A list." : "", section->required ? "  Required." : "");
    if (section->table) {
        buf_add_text(out, "\n");
        settings_print_reference(section->table, out);
    }
}

static void print_part(const char *title, const char *help, const struct setting *table,
                       struct buf *out)
{
    buf_print(out, "\n### %s\n\n%s\n\n", title, help);
    settings_print_reference(table, out);
}

/* What `parameters` may name. */
static void print_parameters(struct buf *out)
{
    buf_add_text(out, "\nSector parameters, by category:\n\n"
                      "| parameter | unit | categories | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; sector_parameters[i].input.name; i++) {
        const struct sector_parameter *parameter = &sector_parameters[i];
        buf_print(out, "| `%s` | %s | %s | %s |\n", parameter->input.name,
                  parameter->input.unit ? parameter->input.unit : "word",
                  parameter->categories, parameter->input.help);
    }
}

static void print_parts(const struct section *section, struct buf *out)
{
    if (section == &section_installation) {
        print_part("installation.operator", "Who operates the installation.",
                   operator_settings, out);
    } else if (section == &section_points) {
        print_part("points.status",
                   "Each item of the list: while the state `point` says so, readings are "
                   "worth no more than `is`.  The point's readings may be a status word. "
                   " Where it has said nothing for its `max_gap`, they are uncertain.",
                   status_settings, out);
        print_part(
            "points.balance",
            "Each item of the list.  Where the point has no valid value and all of "
            "these have, the sum of `point` x `times` stands in.",
            balanced_settings, out);
    } else if (section == &section_processes) {
        print_part("processes.activity", "Each item of the list.", activity_settings,
                   out);
        print_part("processes.goods", "Each item of the list.", good_settings, out);
        print_parameters(out);
        print_part("processes.streams", "Each item of the list.", stream_settings, out);
        print_part("processes.streams.split", "A share by a physical relation.",
                   split_settings, out);
        print_part("processes.streams.split.own", "Each item of `own` and `others`.",
                   part_settings, out);
        print_part("processes.balances", "Each item of the list.", balance_settings, out);
        print_part("processes.streams.inputs.reconcile",
                   "`RecF = D_inst / sum(D_PP)`, window by window.", reconcile_settings,
                   out);
        print_part("processes.streams.precursor", "What a precursor is.",
                   precursor_settings, out);
        print_part("processes.streams.inputs",
                   "Each input is one of `point`, `value` with `source`, `factor`, or a "
                   "list of values by date.",
                   value_settings, out);
    } else if (section == &section_bridge) {
        print_part("bridge.rules", "Each item of the list.", rule_settings, out);
    } else if (section == &section_factors) {
        print_part("A factor file",
                   "`name`, `version`, `source` and `factors`, a list of these:",
                   library_settings, out);
    }
}

static void print_adapters(struct buf *out)
{
    for (size_t i = 0; adapters[i]; i++) {
        buf_print(out, "\n### inputs: adapter %s\n\n%s.\n", adapters[i]->name,
                  adapters[i]->summary);
        if (adapters[i]->settings) {
            buf_add_text(out, "\n");
            settings_print_reference(adapters[i]->settings, out);
        }
    }
}

static void print_sinks(struct buf *out)
{
    for (size_t i = 0; sinks[i]; i++) {
        buf_print(out, "\n### sinks: %s\n\n%s.\n", sinks[i]->name, sinks[i]->summary);
        if (sinks[i]->settings) {
            buf_add_text(out, "\n");
            settings_print_reference(sinks[i]->settings, out);
        }
    }
}

void plan_print_reference(struct buf *out)
{
    buf_add_text(out,
                 "# Settings\n\nFrom the tables that read the configuration.  A duration "
                 "is written `10s`, "
                 "`5ms`, `72h`, `7d`; a size `64MiB`, `4GiB`; a share `80 %` or `0.8`; a "
                 "secret as `{file: PATH}`, `{environment: NAME}` or `{credential: "
                 "NAME}`.  `${NAME}` inside a value stands for an environment "
                 "variable.\n");
    for (size_t i = 0; sections[i]; i++) {
        print_section(sections[i], out);
        print_parts(sections[i], out);
        if (sections[i] == &section_inputs) {
            print_adapters(out);
        } else if (sections[i] == &section_sinks) {
            print_sinks(out);
        }
    }
}
