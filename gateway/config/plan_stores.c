/* SPDX-License-Identifier: Apache-2.0 */
/* The sections about time and storage: windows, journal, outbox. */
#include "config/plan_private.h"

#include "core/clock.h"

#include <math.h>

#define DAY_NS (24.0 * 3600e9)

/* ---- windows ---- */

static const struct setting windows_settings[] = {
    {.key = "length",
     .type = SETTING_DURATION,
     AT(struct plan_windows, length_ns),
     .initial = "1h",
     .min = 60e9,
     .max = DAY_NS,
     .help = "Time one summary covers; a day must be a whole number of them.  The rules "
             "want an hour."},
    {.key = "skew",
     .type = SETTING_DURATION,
     AT(struct plan_windows, skew_ns),
     .initial = "5s",
     .min = 0,
     .max = 3600e9,
     .help = "How much event times may be out of order."},
    {.key = "lateness",
     .type = SETTING_DURATION,
     AT(struct plan_windows, lateness_ns),
     .initial = "10s",
     .min = 0,
     .max = DAY_NS,
     .help = "A window closes this long after its end; not shorter than `skew`."},
    {.key = "idle",
     .type = SETTING_DURATION,
     AT(struct plan_windows, idle_ns),
     .initial = "60s",
     .min = 1e9,
     .max = DAY_NS,
     .help = "A device that is silent for so long no longer holds windows open."},
    {.key = "settle",
     .type = SETTING_DURATION,
     AT(struct plan_windows, settle_ns),
     .initial = "5s",
     .min = 0,
     .max = 3600e9,
     .help = "Late readings gather for so long before a window is restated."},
    {.key = "amend_until",
     .type = SETTING_DURATION,
     AT(struct plan_windows, amend_until_ns),
     .initial = "72h",
     .min = 3600e9,
     .max = 400 * DAY_NS,
     .help = "Readings later than this are quarantined and listed, no longer counted."},
    {.key = "future",
     .type = SETTING_DURATION,
     AT(struct plan_windows, future_ns),
     .initial = "5m",
     .min = 0,
     .max = DAY_NS,
     .help = "Event times further ahead than this are quarantined."},
    {0},
};

/* The later of two keys that must be in order, or the section. */
static const struct node *place_of(const struct node *section, const char *first,
                                   const char *second)
{
    const struct node *node = node_find(section, first);
    return node ? node : node_find(section, second);
}

static void read_windows(struct build *b, const struct node *section)
{
    struct plan_windows *w = &b->plan->windows;
    if (!settings_read(windows_settings, section, w, b->problems)) {
        return;
    }
    if ((int64_t)DAY_NS % w->length_ns != 0) {
        problem_at(b->problems, node_find(section, "length"),
                   "length: a day is not a whole number of such windows; write for "
                   "example 15m, 1h or 1d");
    }
    if (w->skew_ns > w->lateness_ns) {
        problem_at(b->problems, place_of(section, "lateness", "skew"),
                   "'lateness' must be at least 'skew': a window would close before its "
                   "readings can be there");
    }
    if (w->amend_until_ns <= w->lateness_ns) {
        problem_at(b->problems, place_of(section, "amend_until", "lateness"),
                   "'amend_until' must be longer than 'lateness'");
    }
    if (w->settle_ns >= w->amend_until_ns) {
        problem_at(b->problems, place_of(section, "settle", "amend_until"),
                   "'settle' must be shorter than 'amend_until'");
    }
}

const struct section section_windows = {
    .name = "windows",
    .help = "When windows close and how long they may be restated.",
    .table = windows_settings,
    .read = read_windows,
};

/* ---- journal ---- */

struct journal {
    struct plan_journal plan;
    int sync;
};

static const char *const sync_names[] = {"always", "interval", NULL};

static const struct setting journal_settings[] = {
    {.key = "directory",
     .type = SETTING_PATH,
     AT(struct journal, plan.directory),
     .initial = SETTING_UNSET,
     .help = "Where the journal is kept; by default `journal` in the state directory."},
    {.key = "sync",
     .type = SETTING_WORD,
     AT(struct journal, sync),
     .initial = "always",
     .words = sync_names,
     .help = "`always`: a message is acknowledged when it is on disk.  `interval`: it is "
             "acknowledged before, and a power failure may lose up to `sync_interval`."},
    {.key = "sync_interval",
     .type = SETTING_DURATION,
     AT(struct journal, plan.sync_interval_ns),
     .initial = "1s",
     .min = 1e6,
     .max = 3600e9,
     .help = "With `sync: interval`, the time between syncs."},
    {.key = "commit_delay",
     .type = SETTING_DURATION,
     AT(struct journal, plan.commit_delay_ns),
     .initial = "5ms",
     .min = 0,
     .max = 1e9,
     .help = "Messages gather for so long before they are committed together."},
    {.key = "segment_size",
     .type = SETTING_SIZE,
     AT(struct journal, plan.segment_size),
     .initial = "4MiB",
     .min = 65536,
     .max = 4294967296.0,
     .help = "Size of one file; a multiple of 4096."},
    {.key = "quota",
     .type = SETTING_SIZE,
     AT(struct journal, plan.quota),
     .initial = "4GiB",
     .min = 16777216,
     .max = (double)INFINITY,
     .help = "Most that the journal may hold.  Beyond it intake stops and the broker "
             "queues; nothing is overwritten."},
    {.key = "reserve",
     .type = SETTING_SIZE,
     AT(struct journal, plan.reserve),
     .initial = "256MiB",
     .min = 0,
     .max = (double)INFINITY,
     .help = "Space of the file system that the journal leaves free, so that summaries "
             "can still be written."},
    {0},
};

static void read_journal(struct build *b, const struct node *section)
{
    struct journal read = {0};
    if (!settings_read(journal_settings, section, &read, b->problems)) {
        return;
    }
    if (read.plan.segment_size % 4096 != 0) {
        problem_at(b->problems, node_find(section, "segment_size"),
                   "segment_size: must be a multiple of 4096 bytes, as 4MiB is");
    }
    if (read.plan.quota < 2 * read.plan.segment_size) {
        problem_at(b->problems, place_of(section, "quota", "segment_size"),
                   "quota: must hold at least two segments");
    }
    read.plan.sync_interval_mode = read.sync == 1;
    if (!read.plan.directory && b->plan->state_directory) {
        read.plan.directory = pool_print(b->pool, "%s/journal", b->plan->state_directory);
    }
    b->plan->journal = read.plan;
}

const struct section section_journal = {
    .name = "journal",
    .help = "The store of messages exactly as they came.",
    .table = journal_settings,
    .read = read_journal,
};

/* ---- outbox ---- */

static const struct setting outbox_settings[] = {
    {.key = "file",
     .type = SETTING_PATH,
     AT(struct plan_outbox, file),
     .initial = SETTING_UNSET,
     .help = "Where summaries are kept; by default `outbox.db` in the state directory."},
    {.key = "keep",
     .type = SETTING_DURATION,
     AT(struct plan_outbox, keep_ns),
     .initial = "2557d",
     .min = 30 * DAY_NS,
     .max = 36525 * DAY_NS,
     .help = "Delivered summaries are kept this long.  The rules want six years after "
             "the reporting period."},
    {0},
};

static void read_outbox(struct build *b, const struct node *section)
{
    struct plan_outbox *outbox = &b->plan->outbox;
    settings_read(outbox_settings, section, outbox, b->problems);
    if (!outbox->file && b->plan->state_directory) {
        outbox->file = pool_print(b->pool, "%s/outbox.db", b->plan->state_directory);
    }
}

const struct section section_outbox = {
    .name = "outbox",
    .help = "The store of summaries, until they are delivered and after.",
    .table = outbox_settings,
    .read = read_outbox,
};
