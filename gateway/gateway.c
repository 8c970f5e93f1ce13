/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot list and the main loop.  Main's thread opens the stages one after another,
 * then waits for signals, a second at a time: every few seconds it adds a tick to the
 * journal, so that time goes on for the fold when no device speaks, and it looks
 * whether the wall clock was set.
 */
#include "gateway.h"

#include "api.h"
#include "certificates.h"
#include "cli/command.h"
#include "confinement.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/volume.h"
#include "notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_S 5
#define CHANGE_ARENA 8192
/* A difference between the clocks beyond this is a step. */
#define STEP_NS (500 * NS_PER_MS)

struct gateway {
    const char *config_path;
    struct bundle bundle; /* that the stages were opened with */
    struct plan *plan;
    int lock_file;
    struct journal *journal;
    struct outbox *outbox;
    struct signer *signer;
    bool change_key;   /* a next key waits for its record in the journal */
    uint64_t last_seq; /* of the journal when it was opened */
    struct tap *tap;
    struct pipeline *pipeline;
    struct intake *intake;
    struct forward_world world; /* the system's; receipts go to the journal */
    struct forward **forwards;
    size_t forward_count;
    struct bridges bridges;
    struct api *api;
    struct checkup *checkup;
    sigset_t signals;
    int64_t started_ns;
    int64_t wall_less_boot_ns; /* at the last look */
    int ticks;
    struct certificate_watch certificates;
    struct notify_watch watch;
    struct error failure; /* of the pipeline, when `code` is not OK */
};

struct plan *gateway_read_config(const char *config_path, struct bundle *ret_bundle)
{
    struct problems problems;
    problems_init(&problems);
    bundle_read(config_path, ret_bundle, &problems);
    struct plan *plan = plan_new(ret_bundle, &problems);
    if (problems.count > 0) {
        plan_free(&plan);
        fprintf(stderr, "%.*s%zu problem%s in the configuration '%s'\n",
                BYTES_ARG(buf_bytes(&problems.text)), problems.count,
                problems.count == 1 ? "" : "s", config_path);
    }
    problems_deinit(&problems);
    return plan;
}

enum err gateway_lock(const char *state_directory, int *ret_file, struct error *e)
{
    char path[4096];
    const struct disk *disk = &disk_system;
    snprintf(path, sizeof path, "%s/lock", state_directory);
    enum err err = disk->make_dir(disk->ctx, state_directory, e);
    if (err == ERR_OK) {
        err = disk->lock(disk->ctx, path, ret_file, e);
    }
    if (err == ERR_RETRY) {
        return error_set(e, ERR_RETRY, "another emgate has '%s' open", state_directory);
    }
    return err == ERR_OK ? ERR_OK
                         : error_wrap(e, "the state directory, which the setting "
                                         "'gateway: {state: DIRECTORY}' names");
}

/* ---- opening, in order ---- */

enum err gateway_open_journal(const struct plan *plan, struct journal **ret_journal,
                              struct error *e)
{
    const struct plan_journal *from = &plan->journal;
    struct journal_settings settings = {
        .directory = from->directory,
        .gateway_id = plan->gateway_id,
        .software = GATEWAY_SOFTWARE,
        .sync = from->sync_interval_mode ? JOURNAL_SYNC_INTERVAL : JOURNAL_SYNC_ALWAYS,
        .sync_interval_ms = from->sync_interval_ns / NS_PER_MS,
        .segment_size = (uint64_t)from->segment_size,
        .quota = (uint64_t)from->quota,
        .reserve = (uint64_t)from->reserve,
    };
    return journal_open(&settings, &disk_system, &clock_system, ret_journal, e);
}

static enum err open_outbox(struct gateway *g, struct error *e)
{
    const char **names = mem_array(g->plan->sink_count + 1, sizeof *names);
    for (size_t i = 0; i < g->plan->sink_count; i++) {
        names[i] = g->plan->sinks[i].id;
    }
    enum err err = outbox_open(g->plan->outbox.file, names, &g->outbox, e);
    mem_free(&names);
    return err;
}

static void give_action(void *ctx, size_t broker, const struct action *action)
{
    struct gateway *g = ctx;
    if (g->intake) {
        source_publish(intake_source(g->intake), broker, action->topic, action->payload,
                       0);
    }
}

static void pipeline_failed(void *ctx, const struct error *e)
{
    struct gateway *g = ctx;
    g->failure = *e;
    kill(getpid(), SIGUSR1); /* wakes the main loop */
}

static enum err open_pipeline(struct gateway *g, struct error *e)
{
    g->tap = tap_new(&clock_system);
    struct pipeline_settings settings = {.journal = g->journal,
                                         .outbox = g->outbox,
                                         .software = GATEWAY_SOFTWARE,
                                         .signer = g->signer,
                                         .tap = g->tap,
                                         .action = give_action,
                                         .failed = pipeline_failed,
                                         .ctx = g,
                                         .clock = &clock_system};
    return pipeline_open(&settings, &g->pipeline, e);
}

static enum err append(struct gateway *g, enum record_type type, struct bytes payload,
                       struct error *e)
{
    uint64_t seq = 0;
    return journal_append(g->journal, type, payload, &seq, e);
}

static enum err append_config(struct gateway *g, const struct bundle *bundle,
                              struct error *e)
{
    struct buf text;
    buf_init(&text, BUNDLE_SIZE_MAX);
    bundle_put(bundle, &text);
    enum err err = append(g, RECORD_CONFIG, buf_bytes(&text), e);
    buf_deinit(&text);
    return err;
}

/* The journal says that we began, and by which configuration when it is another. */
static enum err note_start(struct gateway *g, struct error *e)
{
    uint8_t hash[32];
    enum err err = append(g, RECORD_START, bytes_of(GATEWAY_SOFTWARE), e);
    bool same = pipeline_config_hash(g->pipeline, hash) &&
                memcmp(hash, g->plan->hash, sizeof hash) == 0;
    if (err == ERR_OK && !same) {
        err = append_config(g, &g->bundle, e);
    }
    return err == ERR_OK ? journal_commit(g->journal, e) : err;
}

/* From the forwarders' threads. */
static void note_receipt(void *ctx, struct bytes receipt)
{
    struct gateway *g = ctx;
    struct error e;
    if (append(g, RECORD_RECEIPT, receipt, &e) != ERR_OK) {
        log_warn("gateway.receipt", "not noted in the journal: %s", e.text);
    }
}

/* From the forwarders' threads. */
static struct bytes read_key_changes(void *ctx, struct arena *arena)
{
    struct gateway *g = ctx;
    struct bytes changes = {0};
    struct error e;
    if (outbox_get_state(g->outbox, "key_changes", arena, &changes, &e) != ERR_OK) {
        log_warn("gateway.key", "%s", e.text);
    }
    return changes;
}

static enum err open_forwards(struct gateway *g, struct error *e)
{
    g->world = forward_world_system;
    g->world.receipt = note_receipt;
    g->world.receipt_ctx = g;
    g->world.key_changes = read_key_changes;
    g->world.key_changes_ctx = g;
    g->world.sign = signer_envelope;
    g->world.sign_ctx = g->signer;
    g->forwards = mem_array(g->plan->sink_count, sizeof(struct forward *));
    for (size_t i = 0; i < g->plan->sink_count; i++) {
        enum err err = forward_open(&g->plan->sinks[i], g->plan->gateway_id, g->outbox,
                                    &g->world, &g->forwards[i], e);
        if (err == ERR_OK) {
            g->forward_count++;
            err = forward_start(g->forwards[i], e);
        }
        if (err != ERR_OK) {
            return error_wrap(e, "sink '%s'", g->plan->sinks[i].id);
        }
    }
    return ERR_OK;
}

static enum err open_api(struct gateway *g, struct error *e)
{
    struct gateway_view view = {.plan = g->plan,
                                .checkup = g->checkup,
                                .software = GATEWAY_SOFTWARE,
                                .started_ns = g->started_ns,
                                .journal = g->journal,
                                .outbox = g->outbox,
                                .pipeline = g->pipeline,
                                .tap = g->tap,
                                .intake = g->intake,
                                .forwards = g->forwards,
                                .forward_count = g->forward_count,
                                .bridges = g->bridges};
    return api_open(&view, &g->api, e);
}

/* A disk that lost synced records must not make new ones pass for old. */
static enum err skip_seen(struct gateway *g, struct error *e)
{
    struct pipeline_view view;
    pipeline_lock(g->pipeline, &view);
    uint64_t seen = view.folded_seq;
    pipeline_unlock(g->pipeline);
    uint64_t carried = bridges_seen(&g->bridges);
    seen = carried > seen ? carried : seen;
    return journal_skip_seen(g->journal, seen, e);
}

/* What is on disk: lock, journal, outbox, and the pipeline between the two. */
static enum err open_stores(struct gateway *g, bool *ret_was_used, struct error *e)
{
    struct journal_status before = {0};
    enum err err = gateway_lock(g->plan->state_directory, &g->lock_file, e);
    if (err == ERR_OK) {
        err = outbox_check_format(g->plan->outbox.file, e);
    }
    if (err == ERR_OK) {
        err = gateway_open_journal(g->plan, &g->journal, e);
    }
    if (err == ERR_OK) {
        journal_get_status(g->journal, &before);
        *ret_was_used = before.last_seq > 0;
        g->last_seq = before.last_seq;
        err = open_outbox(g, e);
    }
    if (err == ERR_OK) {
        err = signer_open(g->plan, &g->signer, e);
    }
    if (err == ERR_OK) {
        err = open_pipeline(g, e);
    }
    if (err == ERR_OK) {
        err = bridges_open(g->plan, g->journal, &g->bridges, e);
    }
    if (err == ERR_OK) {
        err = skip_seen(g, e);
    }
    return err == ERR_OK ? note_start(g, e) : err;
}

static enum err open_all(struct gateway *g, struct error *e)
{
    bool was_used = false;
    enum err err = open_stores(g, &was_used, e);
    if (err == ERR_OK) {
        err = pipeline_start(g->pipeline, e);
    }
    if (err == ERR_OK) {
        err = intake_open(g->journal, g->plan, was_used, &g->intake, e);
    }
    if (err == ERR_OK) {
        err = intake_start(g->intake, e);
    }
    /* Behind the source, which sets up the client library that these use too. */
    if (err == ERR_OK) {
        err = open_forwards(g, e);
    }
    if (err == ERR_OK) {
        err = bridges_start(&g->bridges, e);
    }
    return err == ERR_OK ? open_api(g, e) : err;
}

static void note_stop(struct gateway *g)
{
    struct error e;
    if (append(g, RECORD_STOP, BYTES(""), &e) != ERR_OK ||
        journal_commit(g->journal, &e) != ERR_OK) {
        log_warn("gateway.stop", "not noted in the journal: %s", e.text);
    }
}

/* In reverse; what is half open is closed as far as it came. */
static void close_all(struct gateway *g)
{
    api_close(&g->api);
    intake_close(&g->intake);
    if (g->pipeline) {
        note_stop(g);
    }
    for (size_t i = 0; i < g->forward_count; i++) {
        forward_close(&g->forwards[i]);
    }
    mem_free(&g->forwards);
    bridges_close(&g->bridges);
    pipeline_close(&g->pipeline);
    tap_free(&g->tap);
    signer_close(&g->signer);
    outbox_close(&g->outbox);
    journal_close(&g->journal);
    if (g->lock_file >= 0) {
        close(g->lock_file);
    }
    plan_free(&g->plan);
    bundle_deinit(&g->bundle);
}

/* ---- the main loop ---- */

static void note(struct gateway *g, enum record_type type, struct bytes payload)
{
    struct error e;
    if (append(g, type, payload, &e) != ERR_OK) {
        log_warn("gateway.note", "%s", e.text);
    }
}

static int64_t clock_difference(void)
{
    return clock_wall_ns(&clock_system) - clock_boot_ns(&clock_system);
}

static void watch_clock(struct gateway *g)
{
    int64_t difference_ns = clock_difference();
    int64_t step_ns = difference_ns - g->wall_less_boot_ns;
    if (llabs(step_ns) > STEP_NS) {
        struct buf payload;
        buf_init(&payload, 64);
        int64_t now_ns = clock_wall_ns(&clock_system);
        buf_add_u64(&payload, (uint64_t)(now_ns - step_ns));
        buf_add_u64(&payload, (uint64_t)now_ns);
        note(g, RECORD_CLOCK_STEP, buf_bytes(&payload));
        buf_deinit(&payload);
        log_warn("clock.step", "step_ms=%lld: the wall clock was set",
                 (long long)(step_ns / NS_PER_MS));
    }
    g->wall_less_boot_ns = difference_ns;
}

/* Tells the service manager that the fold gets on, or why it can't. */
static void feed_watchdog(struct gateway *g)
{
    struct pipeline_view view;
    struct journal_status journal;
    journal_get_status(g->journal, &journal);
    pipeline_lock(g->pipeline, &view);
    uint64_t cursor = view.folded_seq;
    bool excused = view.problem[0] != 0;
    pipeline_unlock(g->pipeline);
    excused = excused || journal.full || intake_problem(g->intake);
    if (notify_due(&g->watch, clock_boot_ns(&clock_system), cursor, excused)) {
        notify_send("WATCHDOG=1");
    }
}

/* What signs a change of key. */
struct changing {
    struct signer *signer;
    struct arena arena;
};

static struct bytes make_change(void *ctx, uint64_t seq)
{
    struct changing *changing = ctx;
    return signer_change(changing->signer, seq, &changing->arena);
}

/* Lets the next key begin, once everything of before the start is folded: so a change
 * that is in the journal already is not made again. */
static void change_key(struct gateway *g)
{
    struct pipeline_view view;
    struct error e;
    uint64_t seq = 0;
    pipeline_lock(g->pipeline, &view);
    bool waits = view.folded_seq < g->last_seq;
    pipeline_unlock(g->pipeline);
    if (waits) {
        return;
    }
    g->change_key = false;
    if (!signer_has_next(g->signer)) {
        return;
    }
    struct changing changing = {.signer = g->signer};
    arena_init(&changing.arena, CHANGE_ARENA);
    if (journal_append_made(g->journal, RECORD_KEY_CHANGE, make_change, &changing, &seq,
                            &e) == ERR_OK) {
        log_info("gateway.key", "record=%llu: the next key signs from here on",
                 (unsigned long long)seq);
    } else {
        log_warn("gateway.key", "%s; tried again", e.text);
        g->change_key = true;
    }
    arena_deinit(&changing.arena);
}

static void reload(struct gateway *g)
{
    struct error renewal = {0};
    signer_look(g->signer);
    g->change_key = true;
    if (api_renew(g->api, &renewal) != ERR_OK) {
        log_error("web.renew", "%s; the old certificate stays", renewal.text);
    }
    struct bundle bundle = {0};
    struct error e;
    struct plan *plan = gateway_read_config(g->config_path, &bundle);
    uint8_t hash[32];
    bool same = plan && pipeline_config_hash(g->pipeline, hash) &&
                memcmp(hash, plan->hash, sizeof hash) == 0;
    if (!plan) {
        log_error("config.reload", "refused; the old configuration goes on");
    } else if (same) {
        log_info("config.reload", "nothing has changed");
    } else if (append_config(g, &bundle, &e) != ERR_OK) {
        log_error("config.reload", "%s; the old configuration goes on", e.text);
    } else {
        log_info("config.reload", "points, processes and factors change now; brokers, "
                                  "sinks, journal and web at the next start");
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
}

/* Whether a signal or a failure ends the process.  A sync that failed does: what the disk
 * has is known only after a start has read it back. */
static bool is_over(struct gateway *g, int number, int *ret_code)
{
    if (number == SIGTERM || number == SIGINT) {
        log_info("gateway.stopping", "signal=%d", number);
        notify_send("STOPPING=1");
        *ret_code = EXIT_OK;
    } else if (number == SIGUSR1 && g->failure.code != ERR_OK) {
        log_error("pipeline.failed", "%s", g->failure.text);
        *ret_code = g->failure.code == ERR_CORRUPT ? EXIT_DATA : EXIT_INTERNAL;
    } else if (intake_problem(g->intake)) {
        *ret_code = EXIT_IO;
    } else {
        return false;
    }
    return true;
}

/* Waits for signals; the exit code. */
static int main_loop(struct gateway *g)
{
    const struct timespec second = {.tv_sec = 1};
    for (;;) {
        int number = sigtimedwait(&g->signals, NULL, &second);
        int code = EXIT_OK;
        if (is_over(g, number, &code)) {
            return code;
        }
        if (number == SIGHUP) {
            reload(g);
        }
        watch_clock(g);
        if (g->change_key) {
            change_key(g);
        }
        feed_watchdog(g);
        certificates_watch(&g->certificates, g->plan,
                           clock_wall_ns(&clock_system) / NS_PER_S);
        api_tick(g->api);
        if (++g->ticks % TICK_S == 0) {
            note(g, RECORD_TICK, BYTES(""));
        }
    }
}

static void block_signals(struct gateway *g)
{
    sigemptyset(&g->signals);
    sigaddset(&g->signals, SIGTERM);
    sigaddset(&g->signals, SIGINT);
    sigaddset(&g->signals, SIGHUP);
    sigaddset(&g->signals, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &g->signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (int i = 0; name && i < 4; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum log_level)i;
        }
    }
    return LOG_INFO;
}

static int exit_code_of(enum err err)
{
    int other = err == ERR_CORRUPT ? EXIT_DATA : EXIT_IO;
    other = err == ERR_RETRY ? EXIT_UNAVAILABLE : other;
    return err == ERR_CONFIG ? EXIT_BAD_CONFIG : other;
}

/* In our container image EMGATE_REQUIRE_VOLUME is 1: a store in the container's own layer
 * or in memory would go with the container, so the daemon does not begin one. */
static enum err require_volume(const struct gateway *g, struct error *e)
{
    const char *wanted = getenv("EMGATE_REQUIRE_VOLUME"); /* NOLINT: constant */
    enum volume_kind kind = volume_kind_of(g->plan->state_directory);
    if (!wanted || strcmp(wanted, "1") != 0 ||
        (kind != VOLUME_MEMORY && kind != VOLUME_CONTAINER)) {
        return ERR_OK;
    }
    return error_set(e, ERR_SYSTEM,
                     "'%s' goes with the container; mount a volume there, or set "
                     "EMGATE_REQUIRE_VOLUME=0",
                     g->plan->state_directory);
}

static int run(struct gateway *g)
{
    struct error e = {0};
    enum err err = require_volume(g, &e);
    err = err == ERR_OK ? confinement_begin(g->plan, &e) : err;
    if (err == ERR_OK) {
        err = open_all(g, &e);
    }
    if (err != ERR_OK) {
        log_error("gateway.start", "%s%s", e.text,
                  err == ERR_CORRUPT ? "; 'emgate rebuild' makes the database again "
                                       "from the journal"
                                     : "");
        return exit_code_of(err);
    }
    g->change_key = true;
    log_info("gateway.ready", "gateway=%s config=%s", g->plan->gateway_id,
             g->config_path);
    notify_send("READY=1");
    g->watch.period_ns = notify_watchdog_ns();
    return main_loop(g);
}

int gateway_run(const char *config_path)
{
    struct gateway g = {.config_path = config_path, .lock_file = -1};
    g.plan = gateway_read_config(config_path, &g.bundle);
    if (!g.plan) {
        bundle_deinit(&g.bundle);
        return EXIT_BAD_CONFIG;
    }
    log_configure(level_of(g.plan->log_level),
                  g.plan->log_format && strcmp(g.plan->log_format, "json") == 0);
    block_signals(&g);
    g.started_ns = clock_wall_ns(&clock_system);
    g.wall_less_boot_ns = clock_difference();
    g.checkup = checkup_open_doctor(config_path);
    int code = run(&g);
    close_all(&g);
    checkup_close(&g.checkup);
    return code;
}
