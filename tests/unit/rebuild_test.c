/* SPDX-License-Identifier: Apache-2.0 */
#include "rebuild.h"

#include "core/table.h"
#include "evidence_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

struct sums {
    size_t count;
    uint64_t keys, envelopes;
};

static bool add(void *ctx, const struct outbox_summary *s)
{
    struct sums *sums = ctx;
    sums->count++;
    sums->keys = sums->keys * 31 + table_hash((struct bytes){s->key, OUTBOX_KEY_LEN}) +
                 table_hash(s->summary);
    sums->envelopes = sums->envelopes * 31 + table_hash(s->envelope);
    return true;
}

static struct sums sums_of(struct outbox *outbox)
{
    struct sums sums = {0};
    struct outbox_filter all = {0};
    struct error e;
    cr_assert_eq(outbox_each_summary(outbox, &all, add, &sums, &e), ERR_OK);
    return sums;
}

static struct sums stored(const struct evidence_world *world)
{
    struct outbox *outbox = NULL;
    struct error e;
    cr_assert_eq(outbox_open_reader(world->database, &outbox, &e), ERR_OK, "%s", e.text);
    struct sums sums = sums_of(outbox);
    outbox_close(&outbox);
    return sums;
}

/* The private half `seed` as a file of this name in the state directory. */
static void write_key(const struct evidence_world *world, const char *name, char seed)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", world->state, name);
    FILE *out = fopen(path, "we");
    cr_assert(out);
    fprintf(out, "0%c%062d\n", seed, 0);
    fclose(out);
}

static void write_old_key(const struct evidence_world *world)
{
    char name[64];
    snprintf(name, sizeof name, "signing.key.%s", key_get_public(world->keys[0])->id);
    write_key(world, name, '1');
}

Test(rebuild, gives_the_same_summaries_signed_by_the_keys_of_their_time)
{
    struct evidence_world world;
    struct rebuild_result result;
    struct error e = {0};
    evidence_world_open(&world);
    write_key(&world, "signing.key", '2');
    write_old_key(&world);
    struct sums before = sums_of(world.outbox);
    outbox_close(&world.outbox);
    cr_assert_eq(unlink(world.database), 0);
    struct plan *plan = evidence_world_plan(&world);

    cr_assert_eq(rebuild_run(plan, &result, &e), ERR_OK, "%s", e.text);

    struct sums after = stored(&world);
    cr_assert_gt(before.count, 10);
    cr_assert_eq(result.summaries, before.count);
    cr_assert_eq(result.unsigned_count, 0);
    cr_assert_eq(after.keys, before.keys);
    cr_assert_eq(after.envelopes, before.envelopes);
    cr_assert_str_eq(result.kept, "");
    plan_free(&plan);
    evidence_world_close(&world);
}

Test(rebuild, without_the_old_key_its_summaries_are_not_signed)
{
    struct evidence_world world;
    struct rebuild_result result;
    struct error e = {0};
    evidence_world_open(&world);
    write_key(&world, "signing.key", '2');
    struct sums before = sums_of(world.outbox);
    outbox_close(&world.outbox);
    struct plan *plan = evidence_world_plan(&world);

    cr_assert_eq(rebuild_run(plan, &result, &e), ERR_OK, "%s", e.text);

    struct sums after = stored(&world);
    cr_assert_eq(after.keys, before.keys);
    cr_assert_neq(after.envelopes, before.envelopes);
    cr_assert(result.unsigned_count > 0 && result.unsigned_count < before.count);
    cr_assert_eq(access(result.kept, F_OK), 0, "the old file is kept");
    plan_free(&plan);
    evidence_world_close(&world);
}

Test(rebuild, a_newer_database_is_left_alone)
{
    struct evidence_world world;
    struct rebuild_result result;
    struct error e = {0};
    evidence_world_open(&world);
    outbox_close(&world.outbox);
    FILE *file = fopen(world.database, "r+be");
    cr_assert(file);
    cr_assert_eq(fseek(file, 60, SEEK_SET), 0);
    cr_assert_eq(fwrite("\0\0\0\x63", 1, 4, file), 4);
    fclose(file);
    struct plan *plan = evidence_world_plan(&world);

    cr_assert_eq(rebuild_run(plan, &result, &e), ERR_CONFIG);

    cr_assert(strstr(e.text, "newer"), "%s", e.text);
    cr_assert_eq(result.records, 0, "not even read");
    plan_free(&plan);
    evidence_world_close(&world);
}
