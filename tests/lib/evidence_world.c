/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_world.h"

#include "evidence/change.h"
#include "evidence/checkpoint.h"
#include "evidence/pack.h"
#include "evidence/receipt.h"
#include "fold_rig.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEPS 36
#define CHANGE_KEY_AT 12 /* before this step */
#define CHANGE_CONFIG_AT 20
#define HELD_BACK 4 /* device a's reading of this step comes ... */
#define COMES_AT 16 /* ... in this one */
#define ARENA_SIZE ((size_t)8 << 20)

/* What is going on while the world is made. */
struct making {
    struct evidence_world *world;
    struct journal *journal;
    struct journal_reader *reader;
    struct refold *refold;
    struct merkle log;
    struct arena arena;
    int64_t now_ns;
    struct outbox_summary made[16]; /* by the record at hand */
    size_t made_count;
    struct outbox_summary last; /* its key alone */
    size_t key;                 /* in use */
};

static int64_t now(void *ctx)
{
    const struct making *m = ctx;
    return m->now_ns;
}

static enum err take_summary(void *ctx, const struct aggregate_summary *s,
                             struct error *e)
{
    struct making *m = ctx;
    (void)e;
    cr_assert_lt(m->made_count, 16);
    struct outbox_summary *kept = &m->made[m->made_count++];
    const struct key_pair *pair = m->world->keys[m->key];
    *kept = (struct outbox_summary){.process = s->process->id,
                                    .window_start_ns = s->from_ns,
                                    .window_end_ns = s->to_ns,
                                    .revision = s->revision,
                                    .summary = arena_copy(&m->arena, s->bytes)};
    memcpy(kept->key, s->key, sizeof kept->key);
    kept->envelope = dsse_envelope(DSSE_SUMMARY, kept->summary, &pair, 1, &m->arena);
    return ERR_OK;
}

static uint64_t append(struct making *m, enum record_type type, struct bytes payload)
{
    struct error e;
    uint64_t seq = 0;
    struct record record;
    uint8_t leaf[MERKLE_HASH_LEN];
    bool found = false;
    cr_assert_eq(journal_append(m->journal, type, payload, &seq, &e), ERR_OK);
    cr_assert_eq(journal_commit(m->journal, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(journal_read_next(m->reader, 0, &record, &found, &e), ERR_OK);
    cr_assert(found);
    fold_log_record(&m->log, &record, leaf);
    cr_assert_eq(refold_take(m->refold, &record, &e), ERR_OK, "%s", e.text);
    return seq;
}

static void give_receipt(struct making *m, const struct outbox_summary *s)
{
    uint8_t signature[KEY_SIGNATURE_LEN];
    uint8_t packed[512];
    char registry[] = "registry-1";
    Emgate__V1__Receipt r;
    emgate__v1__receipt__init(&r);
    r.key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)s->key, .len = 32};
    r.registry = registry;
    r.stored_ns = m->now_ns + NS_PER_S;
    receipt_sign(&r, m->world->registry, signature);
    size_t len = emgate__v1__receipt__pack(&r, packed);
    append(m, RECORD_RECEIPT, (struct bytes){packed, len});
}

/* Stores what the last record led to, and has it received. */
static void settle(struct making *m)
{
    struct error e;
    size_t count = m->made_count;
    cr_assert_eq(outbox_begin(m->world->outbox, &e), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(outbox_put_summary(m->world->outbox, &m->made[i], &e), ERR_OK);
    }
    cr_assert_eq(outbox_commit(m->world->outbox, &e), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        give_receipt(m, &m->made[i]);
        m->last = m->made[i];
    }
    cr_assert_eq(m->made_count, count);
    m->made_count = 0;
    arena_reset(&m->arena);
}

static void change_key(struct making *m, uint64_t size)
{
    struct bytes change =
        change_sign(WORLD_GATEWAY, size, m->world->keys[0], m->world->keys[1], &m->arena);
    cr_assert_eq(append(m, RECORD_KEY_CHANGE, change), size + 1);
    m->key = 1;
}

static void configure(struct making *m, const char *factor)
{
    struct buf text = text_with(rig_text, "value: 94.6 t", factor);
    struct buf stored;
    buf_init(&stored, 1 << 20);
    struct bundle bundle = bundle_of((const char *)text.data, NULL, NULL);
    bundle_put(&bundle, &stored);
    append(m, RECORD_CONFIG, buf_bytes(&stored));
    bundle_deinit(&bundle);
    buf_deinit(&text);
    buf_deinit(&stored);
}

/* One device's message, as the rig writes it. */
static void hear(struct making *m, int64_t wall_ns, char device, int step)
{
    struct rig_records *one = mem_new(struct rig_records);
    rig_add_device(one, wall_ns, device, step);
    m->now_ns = wall_ns;
    append(m, RECORD_MESSAGE, buf_bytes(&one->list[0].payload));
    settle(m);
    rig_free(one);
}

static void play(struct making *m, int step)
{
    int64_t at_ns = RIG_START_NS + (int64_t)step * 10 * NS_PER_S;
    m->now_ns = at_ns;
    if (step == CHANGE_KEY_AT) {
        change_key(m, m->log.count);
    }
    if (step == CHANGE_CONFIG_AT) {
        configure(m, "value: 100 t");
    }
    for (int device = 'a'; device <= 'c'; device++) {
        if (step != HELD_BACK || device != 'a') {
            hear(m, at_ns + NS_PER_MS, (char)device, step);
        }
    }
    if (step == COMES_AT) {
        hear(m, at_ns + 2 * NS_PER_MS, 'a', HELD_BACK);
    }
    m->now_ns = at_ns + 5 * NS_PER_S;
    append(m, RECORD_TICK, BYTES(""));
    settle(m);
}

static void sign_checkpoint(struct making *m)
{
    struct checkpoint c = {.origin = "emgate/" WORLD_GATEWAY, .size = m->log.count};
    struct buf note;
    struct error e;
    merkle_root(&m->log, c.root);
    buf_init(&note, CHECKPOINT_MAX);
    checkpoint_put(&c, m->world->keys[m->key], &note);
    cr_assert_eq(outbox_begin(m->world->outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_state(m->world->outbox, "checkpoint", buf_bytes(&note), &e),
                 ERR_OK);
    cr_assert_eq(outbox_commit(m->world->outbox, &e), ERR_OK);
    buf_deinit(&note);
}

static void open_stores(struct making *m, const struct clock *clock)
{
    struct evidence_world *w = m->world;
    struct error e;
    struct journal_settings settings = {.directory = w->journal,
                                        .gateway_id = WORLD_GATEWAY,
                                        .software = "test",
                                        .segment_size = 1 << 20,
                                        .no_helper = true};
    struct refold_settings refold = {
        .software = "test", .summary = take_summary, .ctx = m};
    cr_assert_eq(mkdir(w->journal, 0750), 0);
    cr_assert_eq(journal_open(&settings, &disk_system, clock, &m->journal, &e), ERR_OK,
                 "%s", e.text);
    cr_assert_eq(journal_reader_open(m->journal, 0, &m->reader, &e), ERR_OK);
    cr_assert_eq(refold_open(&refold, &m->refold, &e), ERR_OK);
    cr_assert_eq(outbox_open(w->database, NULL, &w->outbox, &e), ERR_OK, "%s", e.text);
}

static void write_key(const struct evidence_world *world)
{
    char path[128];
    char text[KEY_HEX_MAX];
    snprintf(path, sizeof path, "%s/signing.key.pub", world->state);
    key_print(key_get_public(world->keys[1]), text);
    FILE *out = fopen(path, "we");
    cr_assert(out);
    fprintf(out, "%s\n", text);
    fclose(out);
}

void evidence_world_open(struct evidence_world *world)
{
    static const uint8_t seeds[3][KEY_PUBLIC_LEN] = {{1}, {2}, {9}};
    *world = (struct evidence_world){.state = "/tmp/emgate-evidence-XXXXXX"};
    cr_assert(mkdtemp(world->state));
    snprintf(world->journal, sizeof world->journal, "%s/journal", world->state);
    snprintf(world->database, sizeof world->database, "%s/outbox.db", world->state);
    world->keys[0] = key_of_seed(seeds[0]);
    world->keys[1] = key_of_seed(seeds[1]);
    world->registry = key_of_seed(seeds[2]);
    world->registry_key = *key_get_public(world->registry);
    write_key(world);
    struct making *m = mem_new(struct making);
    struct clock clock = {.wall_ns = now, .boot_ns = now, .ctx = m};
    m->world = world;
    m->now_ns = RIG_START_NS - NS_PER_S;
    arena_init(&m->arena, ARENA_SIZE);
    merkle_init(&m->log);
    open_stores(m, &clock);
    append(m, RECORD_START, BYTES("test"));
    configure(m, "value: 94.6 t");
    for (int step = 0; step < STEPS; step++) {
        play(m, step);
    }
    sign_checkpoint(m);
    give_receipt(m, &m->last); /* sent again: a receipt behind the checkpoint */
    append(m, RECORD_STOP, BYTES(""));
    journal_reader_close(&m->reader);
    refold_close(&m->refold);
    journal_close(&m->journal);
    arena_deinit(&m->arena);
    mem_free(&m);
}

static void remove_files(const char *folder)
{
    DIR *dir = opendir(folder);
    char path[512];
    struct dirent *entry = dir ? readdir(dir) : NULL; /* NOLINT */
    for (; entry; entry = readdir(dir)) {             /* NOLINT */
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(folder);
}

void evidence_world_close(struct evidence_world *world)
{
    char quarantine[160];
    outbox_close(&world->outbox);
    key_close(&world->keys[0]);
    key_close(&world->keys[1]);
    key_close(&world->registry);
    snprintf(quarantine, sizeof quarantine, "%s/quarantine", world->journal);
    remove_files(quarantine);
    remove_files(world->journal);
    remove_files(world->state);
}

void evidence_world_config(const struct evidence_world *world, char path[128])
{
    struct buf text = text_with(rig_text, "/tmp/emgate-test", world->state);
    snprintf(path, 128, "%s/plant.yaml", world->state);
    FILE *out = fopen(path, "we");
    cr_assert(out);
    cr_assert_eq(fwrite(text.data, 1, text.len, out), text.len);
    fclose(out);
    buf_deinit(&text);
}

struct plan *evidence_world_plan(const struct evidence_world *world)
{
    struct buf text = text_with(rig_text, "/tmp/emgate-test", world->state);
    struct plan *plan = rig_plan((const char *)text.data);
    buf_deinit(&text);
    return plan;
}

struct buf evidence_world_pack(const struct evidence_world *world, const char *process,
                               bool whole)
{
    struct buf pack;
    struct packing_counts counts;
    struct error e;
    struct packing packing = {.journal_directory = world->journal,
                              .outbox = world->outbox,
                              .software = "test",
                              .process = process,
                              .from_ns = INT64_MIN,
                              .to_ns = INT64_MAX,
                              .whole = whole,
                              .key = key_get_public(world->keys[1]),
                              .registry_keys = &world->registry_key,
                              .registry_key_count = 1};
    buf_init(&pack, PACK_SIZE_MAX);
    cr_assert_eq(packing_make(&packing, &pack, &counts, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(counts.different, 0);
    return pack;
}
