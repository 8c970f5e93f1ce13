/* SPDX-License-Identifier: Apache-2.0 */
/* Urea and mixed fertilisers may be counted in the customs' supplementary unit, by their
 * CN code: of them only points that don't say what they count are told. */
#include "cli/counted.h"

static const struct {
    const char *category, *word, *what, *article;
    bool fixed; /* no other unit is to be used */
} rules[] = {
    {"cement", "clinker", "t of clinker contained", "4(5)", true},
    {"ammonia", "N", "kg of nitrogen contained", "4(3)", true},
    {"nitric_acid", "N", "kg of nitrogen contained", "4(3)", true},
    {"urea", "N", "kg of nitrogen contained", "4(4)", false},
    {"mixed_fertilisers", "N", "kg of nitrogen contained", "4(4)", false},
};

/* Whether the unit says that it is of this, as "t clinker" and "(kg N/s)*h" do. */
static bool counts(const char *unit, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(unit, word); at; at = strstr(at + len, word)) {
        bool begins = at > unit && at[-1] == ' ';
        if (begins && (at[len] == 0 || strchr(" /)", at[len]))) {
            return true;
        }
    }
    return false;
}

/* A point in t counts as t of nitrogen where nothing says otherwise. */
static void look_at_points(const struct plan_process *process, const char *word,
                           struct findings *findings)
{
    for (size_t i = 0; i < process->activity_count; i++) {
        const struct plan_activity *activity = &process->activities[i];
        if (!activity->content && !counts(activity->point->window_unit, word)) {
            findings_tell(findings, FINDING_WARN, process->id,
                          "give the activity 'content', or the point a unit that says it",
                          "point '%s' (%s) is taken for %s without saying so",
                          activity->point->id, activity->point->window_unit, word);
        }
    }
}

void counted_findings(const struct plan *plan, struct findings *findings)
{
    for (size_t p = 0; p < plan->process_count; p++) {
        const struct plan_process *process = &plan->processes[p];
        size_t r = 0;
        size_t count = sizeof rules / sizeof *rules;
        while (r < count && strcmp(process->category, rules[r].category) != 0) {
            r++;
        }
        if (r == count) {
            continue;
        }
        if (counts(process->functional_unit, rules[r].word)) {
            look_at_points(process, rules[r].word, findings);
        } else if (rules[r].fixed) {
            findings_tell(findings, FINDING_WARN, process->id,
                          "say with 'content' how much of it the activity's points hold, "
                          "and leave 'unit' out",
                          "counted in %s; by 2025/2547 Art. %s it is %s",
                          process->functional_unit, rules[r].article, rules[r].what);
        }
    }
}
