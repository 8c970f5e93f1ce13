/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier against everything at once: named attacks and random edits.  With
 * EMGATE_EDITS=N so many edits are made, with EMGATE_SEED=N others; with
 * EMGATE_CASES=FILE each case is written there with the verdict, for the second verifier
 * (tests/system/evidence/verify_test.py).
 */
#include "verify/verify.h"

#include "core/number.h"
#include "evidence/checkpoint.h"
#include "evidence_attacks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define EDITS 100

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name); /* NOLINT: nobody changes it */
    uint64_t value = otherwise;
    return text && number_parse_u64(bytes_of(text), &value) ? value : otherwise;
}

/* ---- cases for the second verifier ---- */

static void put_hex(FILE *out, struct bytes data)
{
    for (size_t i = 0; i < data.len; i++) {
        fprintf(out, "%02x", data.data[i]);
    }
}

static const char *verdict_word(const struct verdict *verdict)
{
    const char *judged = *verdict->lines ? "failed" : "ok";
    return verdict->malformed ? "malformed" : judged;
}

/* A line: name, base (w or p), bytes kept in front and behind, what is between, verdict,
 * failures. */
static void put_case(FILE *out, const char *name, bool on_proofs, struct bytes base,
                     struct bytes file, const struct verdict *verdict)
{
    size_t front = 0;
    size_t back = 0;
    while (front < base.len && front < file.len && base.data[front] == file.data[front]) {
        front++;
    }
    while (back < base.len - front && back < file.len - front &&
           base.data[base.len - 1 - back] == file.data[file.len - 1 - back]) {
        back++;
    }
    fprintf(out, "%s %c %zu %zu ", name, on_proofs ? 'p' : 'w', front, back);
    put_hex(out, bytes_slice(file, front, file.len - front - back));
    fprintf(out, "- %s ", verdict_word(verdict));
    for (const char *at = verdict->lines; *at; at++) {
        int shown = *at == ' ' ? '_' : *at;
        fputc(shown == '\n' ? ';' : shown, out);
    }
    fputc('\n', out);
}

static FILE *open_cases(const struct attacked *attacked)
{
    const char *path = getenv("EMGATE_CASES"); /* NOLINT: nobody changes it */
    FILE *out = path ? fopen(path, "we") : NULL;
    char key[KEY_HEX_MAX];
    if (out) {
        key_print(key_get_public(attacked->world.keys[0]), key);
        fprintf(out, "%s ", key);
        key_print(&attacked->world.registry_key, key);
        fprintf(out, "%s\n", key);
        put_hex(out, buf_bytes(&attacked->whole));
        fputc('\n', out);
        put_hex(out, buf_bytes(&attacked->proofs));
        fputc('\n', out);
    }
    return out;
}

/* ---- what holds, and named attacks ---- */

Test(verify, a_pack_as_it_was_made_is_believed)
{
    struct attacked attacked;
    struct verdict whole = {0};
    struct verdict proofs = {0};
    attacked_open(&attacked);
    attack_judge(&attacked, buf_bytes(&attacked.whole), 0, &whole);
    attack_judge(&attacked, buf_bytes(&attacked.proofs), 0, &proofs);
    cr_assert_eq(whole.failed + proofs.failed, 0, "%s%s", whole.lines, proofs.lines);
    cr_assert_not(whole.malformed || proofs.malformed);
    attacked_close(&attacked);
}

Test(verify, attacks_on_the_pack_itself_are_seen)
{
    attacks_expect("pack", 4);
    attacks_expect("malformed", 4);
}

Test(verify, what_only_the_records_can_tell_is_seen_by_making_again)
{
    attacks_expect("replay", 2);
}

/* Every attack, by all checks; written down for the second verifier. */
Test(verify, every_attack_is_seen)
{
    struct attacked attacked;
    attacked_open(&attacked);
    FILE *out = open_cases(&attacked);
    const struct attack *attack = NULL;
    size_t count = 0;
    for (; (attack = attack_at(count)) != NULL; count++) {
        struct verdict verdict = {0};
        struct buf file = attack_file(&attacked, attack);
        const struct buf *base = attack->on_proofs ? &attacked.proofs : &attacked.whole;
        attack_judge(&attacked, buf_bytes(&file), 0, &verdict);
        cr_expect(verdict.malformed || verdict.failed > 0, "%s", attack->name);
        if (out) {
            put_case(out, attack->name, attack->on_proofs, buf_bytes(base),
                     buf_bytes(&file), &verdict);
        }
        buf_deinit(&file);
    }
    cr_assert_geq(count, 30);
    if (out) {
        fclose(out);
    }
    attacked_close(&attacked);
}

/* Whether an attack that this check is to see gets through without it. */
static bool is_needed(const struct attacked *attacked, unsigned check)
{
    const char *name =
        check < VERIFY_CHECKS ? verify_check_name((enum verify_check)check) : "replay";
    const struct attack *attack = NULL;
    bool missed = false;
    for (size_t i = 0; !missed && (attack = attack_at(i)) != NULL; i++) {
        struct verdict verdict = {0};
        if (strcmp(attack->check, name) != 0) {
            continue;
        }
        struct buf file = attack_file(attacked, attack);
        attack_judge(attacked, buf_bytes(&file), 1U << check, &verdict);
        missed = !verdict.malformed && verdict.failed == 0;
        buf_deinit(&file);
    }
    return missed;
}

Test(verify, without_any_one_check_an_attack_is_missed)
{
    struct attacked attacked;
    attacked_open(&attacked);
    for (unsigned check = 0; check <= VERIFY_CHECKS; check++) {
        cr_expect(is_needed(&attacked, check), "check %u is needed by no attack", check);
    }
    attacked_close(&attacked);
}

/* ---- checkpoints from elsewhere ---- */

static size_t failures_with_note(const struct attacked *attacked, uint64_t more,
                                 uint8_t flip)
{
    struct checkpoint c;
    struct edit edit;
    struct buf note;
    struct error e;
    size_t failed = 0;
    const struct key_pair *pair = attacked->world.keys[1];
    edit_open(&edit, buf_bytes(&attacked->whole));
    size_t at = edit_find(&edit, PACK_CHECKPOINT, 1);
    cr_assert_eq(
        checkpoint_get(buf_bytes(&edit.entries[at].data), key_get_public(pair), &c, &e),
        ERR_OK);
    edit_close(&edit);
    c.size += more;
    c.root[0] ^= flip;
    buf_init(&note, CHECKPOINT_MAX);
    checkpoint_put(&c, pair, &note);
    struct bytes known = buf_bytes(&note);
    struct verify_settings settings = {.notes = &known, .note_count = 1};
    cr_assert_eq(verify_pack(buf_bytes(&attacked->whole), &settings, &failed, &e),
                 ERR_OK);
    buf_deinit(&note);
    return failed;
}

Test(verify, a_checkpoint_known_from_elsewhere_shows_a_fork_or_an_old_image)
{
    struct attacked attacked;
    attacked_open(&attacked);
    cr_assert_eq(failures_with_note(&attacked, 0, 0), 0);
    cr_assert_eq(failures_with_note(&attacked, 0, 1), 1, "another tree of this size");
    cr_assert_eq(failures_with_note(&attacked, 9, 0), 1, "there were more records once");
    attacked_close(&attacked);
}

/* ---- random edits ---- */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t below(uint64_t *state, size_t limit)
{
    return (size_t)(next(state) % limit);
}

static void edit_bytes(struct buf *data, uint64_t *state)
{
    size_t at = below(state, data->len);
    size_t run = 1 + below(state, 8);
    switch (below(state, 4)) {
    case 0:
        data->data[at] ^= (uint8_t)(1U << below(state, 8));
        break;
    case 1:
        data->data[at] = (uint8_t)next(state);
        break;
    case 2:
        run = run < data->len - at ? run : data->len - at;
        memmove(data->data + at, data->data + at + run, data->len - at - run);
        data->len -= run;
        break;
    default:
        buf_add_byte(data, (uint8_t)next(state));
        memmove(data->data + at + 1, data->data + at, data->len - 1 - at);
        data->data[at] = (uint8_t)next(state);
        break;
    }
}

/* An edit of one kind or another; an entry's length stays what its kind asks for only by
 * chance. */
static void edit_entries(struct edit *edit, uint64_t *state)
{
    size_t at = below(state, edit->count);
    size_t other = below(state, edit->count);
    struct edit_entry *entry = &edit->entries[at];
    switch (below(state, 8)) {
    case 0:
        edit_swap(edit, at, other);
        break;
    case 1:
        edit_insert(edit, at, entry->kind, buf_bytes(&edit->entries[at].data));
        break;
    case 2:
        if (entry->kind != PACK_RECEIPT) { /* one less proves less, but nothing false */
            edit_remove(edit, at);
        }
        break;
    case 3:
        edit_set(edit, at, buf_bytes(&edit->entries[other].data));
        break;
    case 4:
        if (entry->kind == PACK_RECORD) {
            entry->data.data[32 + below(state, entry->data.len - 32)] ^=
                (uint8_t)(1 + below(state, 255));
            edit_fix_leaf(edit, at);
        }
        break;
    default:
        if (entry->data.len > 0) {
            edit_bytes(&entry->data, state);
        }
        break;
    }
}

static void try_edit(const struct attacked *attacked, uint64_t number, uint64_t *state,
                     FILE *out)
{
    bool on_proofs = next(state) & 1;
    const struct buf *base = on_proofs ? &attacked->proofs : &attacked->whole;
    struct edit edit;
    edit_open(&edit, buf_bytes(base));
    edit_entries(&edit, state);
    struct buf file = edit_file(&edit);
    if (below(state, 16) == 0) {
        edit_bytes(&file, state);
    }
    if (!bytes_equal(buf_bytes(&file), buf_bytes(base))) {
        char name[32];
        struct verdict verdict = {0};
        snprintf(name, sizeof name, "edit_%llu", (unsigned long long)number);
        attack_judge(attacked, buf_bytes(&file), 1U << VERIFY_CHECKS, &verdict);
        if (!verdict.malformed && verdict.failed == 0) {
            attack_judge(attacked, buf_bytes(&file), 0, &verdict);
        }
        cr_expect(verdict.malformed || verdict.failed > 0, "edit %llu was not seen",
                  (unsigned long long)number);
        if (out) {
            put_case(out, name, on_proofs, buf_bytes(base), buf_bytes(&file), &verdict);
        }
    }
    buf_deinit(&file);
    edit_close(&edit);
}

Test(verify, random_edits_are_seen)
{
    struct attacked attacked;
    uint64_t state = from_environment("EMGATE_SEED", 1) * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t edits = from_environment("EMGATE_EDITS", EDITS);
    attacked_open(&attacked);
    FILE *out = open_cases(&attacked);
    for (uint64_t i = 0; i < edits; i++) {
        try_edit(&attacked, i, &state, out);
    }
    if (out) {
        fclose(out);
    }
    attacked_close(&attacked);
}
