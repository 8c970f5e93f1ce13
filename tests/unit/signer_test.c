/* SPDX-License-Identifier: Apache-2.0 */
#include "signer.h"

#include "config_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct bench {
    char folder[64], path[128], next[160];
    struct plan *plan;
    struct problems problems;
    struct signer *signer;
    struct arena arena;
};

static void open_signer(struct bench *b)
{
    struct error e;
    cr_assert_eq(signer_open(b->plan, &b->signer, &e), ERR_OK, "%s", e.text);
}

static void open_bench(struct bench *b)
{
    *b = (struct bench){.folder = "/tmp/emgate-signer-XXXXXX"};
    cr_assert(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/signing.key", b->folder);
    snprintf(b->next, sizeof b->next, "%s.next", b->path);
    struct buf text = plant_with("/tmp/emgate-test", b->folder);
    b->plan = plan_of((const char *)text.data, NULL, NULL, &b->problems);
    cr_assert(b->plan, "%s", (const char *)b->problems.text.data);
    buf_deinit(&text);
    arena_init(&b->arena, 8192);
    open_signer(b);
}

static void close_bench(struct bench *b)
{
    char command[128];
    signer_close(&b->signer);
    plan_free(&b->plan);
    problems_deinit(&b->problems);
    arena_deinit(&b->arena);
    static const char *const names[] = {"signing.key", "signing.key.pub",
                                        "signing.key.next", "signing.key.next.pub"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(command, sizeof command, "%s/%s", b->folder, names[i]);
        unlink(command);
    }
    rmdir(b->folder);
}

static const char *id_in_use(struct bench *b)
{
    return key_get_public(signer_pair(b->signer))->id;
}

static void make_next(struct bench *b)
{
    struct error e;
    cr_assert_eq(key_make(b->next, &e), ERR_OK);
    signer_look(b->signer);
    cr_assert(signer_has_next(b->signer));
}

/* Drops the kept private half of a key. */
static void drop_kept(struct bench *b, const char *id)
{
    char kept[256];
    snprintf(kept, sizeof kept, "%s.%s", b->path, id);
    cr_assert_eq(unlink(kept), 0, "the old key is kept");
}

Test(signer, the_next_key_is_used_from_its_change_on)
{
    struct bench b;
    char first[KEY_ID_MAX];
    char second[KEY_ID_MAX];
    struct change change;
    struct error e;
    open_bench(&b);
    snprintf(first, sizeof first, "%s", id_in_use(&b));
    make_next(&b);
    struct bytes bytes = signer_change(b.signer, 9, &b.arena);
    cr_assert_eq(change_get(bytes, &change, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(change.size, 8);
    cr_assert_str_eq(id_in_use(&b), first, "not before it is folded");
    signer_turn(b.signer, bytes);
    snprintf(second, sizeof second, "%s", id_in_use(&b));
    cr_assert_str_eq(second, change.new.id);
    cr_assert_not(signer_has_next(b.signer), "it is changed once");
    signer_settle(b.signer);
    cr_assert_str_eq(id_in_use(&b), second);
    signer_close(&b.signer);
    open_signer(&b);
    cr_assert_str_eq(id_in_use(&b), second, "its file is the first one now");
    drop_kept(&b, first);
    close_bench(&b);
}

Test(signer, after_a_crash_the_outbox_says_which_key_signs)
{
    struct bench b;
    struct error e;
    char first[KEY_ID_MAX];
    char second[KEY_ID_MAX];
    open_bench(&b);
    snprintf(first, sizeof first, "%s", id_in_use(&b));
    make_next(&b);
    signer_turn(b.signer, signer_change(b.signer, 9, &b.arena));
    snprintf(second, sizeof second, "%s", id_in_use(&b));
    signer_close(&b.signer); /* committed, and the files not renamed yet */
    open_signer(&b);
    cr_assert_eq(signer_use(b.signer, bytes_of(first), &e), ERR_OK);
    cr_assert_str_eq(id_in_use(&b), first);
    cr_assert_eq(signer_use(b.signer, bytes_of(second), &e), ERR_OK);
    cr_assert_str_eq(id_in_use(&b), second);
    signer_settle(b.signer);
    drop_kept(&b, first);
    close_bench(&b);
}

Test(signer, a_key_that_nobody_changed_to_is_refused)
{
    struct bench b;
    struct error e;
    open_bench(&b);
    cr_assert_eq(signer_use(b.signer, BYTES("0011223344556677"), &e), ERR_CONFIG);
    cr_assert(strstr(e.text, "emgate key rotate"));
    cr_assert_eq(signer_use(b.signer, BYTES(""), &e), ERR_OK, "none signed yet");
    close_bench(&b);
}

Test(signer, the_past_is_signed_by_the_keys_of_its_time)
{
    struct bench b;
    struct error e;
    char first[KEY_ID_MAX];
    open_bench(&b);
    snprintf(first, sizeof first, "%s", id_in_use(&b));
    make_next(&b);
    struct bytes change = signer_change(b.signer, 9, &b.arena);
    signer_turn(b.signer, change);
    signer_settle(b.signer); /* the first one's file is kept under its id */
    char second[KEY_ID_MAX];
    snprintf(second, sizeof second, "%s", id_in_use(&b));
    signer_close(&b.signer);

    cr_assert_eq(signer_open_past(b.plan, first, &b.signer, &e), ERR_OK);
    cr_assert_str_eq(id_in_use(&b), first);
    signer_turn(b.signer, change);
    cr_assert_str_eq(id_in_use(&b), second);
    signer_close(&b.signer);

    drop_kept(&b, first);
    cr_assert_eq(signer_open_past(b.plan, first, &b.signer, &e), ERR_OK);
    cr_assert_null(signer_pair(b.signer));
    signer_turn(b.signer, change);
    cr_assert_str_eq(id_in_use(&b), second);
    close_bench(&b);
}
