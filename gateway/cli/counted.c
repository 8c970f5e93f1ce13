/* SPDX-License-Identifier: Apache-2.0 */
/* Urea and mixed fertilisers are left out: by their CN code they may be counted in the
 * customs' supplementary unit. */
#include "cli/counted.h"

static const struct {
    const char *category, *word, *what, *article;
} rules[] = {
    {"cement", "clinker", "t of clinker contained", "4(5)"},
    {"ammonia", "N", "kg of nitrogen contained", "4(3)"},
    {"nitric_acid", "N", "kg of nitrogen contained", "4(3)"},
};

/* Whether the unit ends in this word, as "t clinker" does. */
static bool counts(const char *unit, const char *word)
{
    size_t len = strlen(unit);
    size_t last = strlen(word);
    return len > last && unit[len - last - 1] == ' ' &&
           strcmp(unit + len - last, word) == 0;
}

void counted_findings(const struct plan *plan, struct findings *findings)
{
    for (size_t p = 0; p < plan->process_count; p++) {
        const struct plan_process *process = &plan->processes[p];
        for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
            if (strcmp(process->category, rules[r].category) == 0 &&
                !counts(process->functional_unit, rules[r].word)) {
                findings_tell(findings, FINDING_WARN, process->id,
                              "say with 'content' how much of it the activity's points "
                              "hold, and leave 'unit' out",
                              "counted in %s; by 2025/2547 Art. %s it is %s",
                              process->functional_unit, rules[r].article, rules[r].what);
            }
        }
    }
}
