/* SPDX-License-Identifier: Apache-2.0 */
/* Carries attacks out and judges them. */
#include "evidence_attacks_private.h"

#include "cli/verify_replay.h"

#include <criterion/criterion.h>
#include <stdio.h>

const struct attack *attack_at(size_t number)
{
    const struct attack *const tables[] = {attacks_on_records, attacks_on_summaries,
                                           attacks_on_frame, NULL};
    for (size_t i = 0; tables[i]; i++) {
        for (const struct attack *attack = tables[i]; attack->name; attack++) {
            if (number-- == 0) {
                return attack;
            }
        }
    }
    return NULL;
}

/* ---- judging ---- */

static void take_line(void *ctx, const struct verify_line *line)
{
    struct verdict *verdict = ctx;
    if (line->outcome != VERIFY_FAILED) {
        return;
    }
    size_t len = strlen(verdict->lines);
    bool there = verdict->check && strcmp(verdict->check, line->check) == 0 &&
                 strncmp(verdict->where, line->where, strlen(verdict->where)) == 0;
    verdict->as_wanted = verdict->as_wanted || there;
    if (strcmp(line->check, "replay") != 0) {
        snprintf(verdict->lines + len, FAILURES_MAX - len, "%s %s\n", line->check,
                 line->where);
    }
}

void attack_judge(const struct attacked *attacked, struct bytes file, unsigned left_out,
                  struct verdict *verdict)
{
    struct error e;
    size_t again = 0;
    struct verify_settings settings = {.keys = key_get_public(attacked->world.keys[0]),
                                       .key_count = 1,
                                       .registry_keys = &attacked->world.registry_key,
                                       .registry_key_count = 1,
                                       .line = take_line,
                                       .ctx = verdict,
                                       .left_out = left_out};
    enum err err = verify_pack(file, &settings, &verdict->failed, &e);
    verdict->malformed = err != ERR_OK;
    if (err == ERR_OK && !(left_out & 1U << VERIFY_CHECKS)) {
        err = verify_replay(file, false, take_line, verdict, &again, &e);
        cr_assert_eq(err, ERR_OK);
        verdict->failed += again;
    }
}

void attacked_open(struct attacked *attacked)
{
    evidence_world_open(&attacked->world);
    attacked->whole = evidence_world_pack(&attacked->world, NULL, true);
    attacked->proofs = evidence_world_pack(&attacked->world, "kiln", false);
}

void attacked_close(struct attacked *attacked)
{
    buf_deinit(&attacked->whole);
    buf_deinit(&attacked->proofs);
    evidence_world_close(&attacked->world);
}

struct buf attack_file(const struct attacked *attacked, const struct attack *attack)
{
    struct edit edit;
    edit_open(&edit, buf_bytes(attack->on_proofs ? &attacked->proofs : &attacked->whole));
    if (attack->change) {
        attack->change(&edit, attacked);
    }
    struct buf file = edit_file(&edit);
    if (attack->spoil) {
        attack->spoil(&file);
    }
    edit_close(&edit);
    return file;
}

void attacks_expect(const char *check, size_t least)
{
    struct attacked attacked;
    size_t seen = 0;
    attacked_open(&attacked);
    const struct attack *attack = NULL;
    for (size_t i = 0; (attack = attack_at(i)) != NULL; i++) {
        if (strcmp(attack->check, check) != 0) {
            continue;
        }
        struct verdict verdict = {.check = check, .where = attack->where};
        struct buf file = attack_file(&attacked, attack);
        attack_judge(&attacked, buf_bytes(&file), 0, &verdict);
        bool caught = verdict.malformed ? strcmp(check, "malformed") == 0
                                        : verdict.failed > 0 && verdict.as_wanted;
        cr_expect(caught, "%s: want '%s %s', got:\n%s", attack->name, check,
                  attack->where, verdict.lines);
        seen++;
        buf_deinit(&file);
    }
    cr_expect_geq(seen, least, "%zu attacks for '%s'", seen, check);
    attacked_close(&attacked);
}
