/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a backup, from the snapshot of the database on. */
#include "backup_private.h"

#include "chapter.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"
#include "gateway.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLD_PREFIX 9 /* of the fold's stored state: version, cursor */

struct writing {
    const struct backup_settings *settings;
    struct backup_result *result;
};

enum err backup_snapshot(struct outbox *outbox, const char *state_directory,
                         struct error *e)
{
    char path[BACKUP_LONG_PATH];
    snprintf(path, sizeof path, "%s/" BACKUP_SNAPSHOT, state_directory);
    if (unlink(path) != 0 && errno != ENOENT) {
        return error_set(e, ERR_SYSTEM, "can't remove '%s'", path);
    }
    return outbox_copy(outbox, path, e);
}

bool backup_is_private(const char *name)
{
    static const char key[] = "signing.key";
    size_t len = strlen(name);
    bool open = len > 4 && strcmp(name + len - 4, ".pub") == 0;
    return strncmp(name, key, sizeof key - 1) == 0 && !open;
}

/* What is made anew at each start, or copied in another way. */
static bool is_own(const char *name)
{
    return strcmp(name, "lock") == 0 || strncmp(name, "outbox.db", 9) == 0 ||
           strncmp(name, BACKUP_SNAPSHOT, sizeof BACKUP_SNAPSHOT - 1) == 0;
}

/* ---- the directory ---- */

static enum err make_directory(const char *path, struct error *e)
{
    char below[BACKUP_LONG_PATH];
    snprintf(below, sizeof below, "%s/", path);
    enum err err = backup_make_folders(below, e);
    if (err != ERR_OK) {
        return err;
    }
    DIR *dir = opendir(path);
    size_t entries = 0;
    while (dir && readdir(dir)) { /* NOLINT: one thread uses this stream */
        entries++;
    }
    if (dir) {
        closedir(dir);
    }
    return dir && entries <= 2
               ? ERR_OK
               : error_set(e, ERR_CONFIG, "'%s' is not an empty directory", path);
}

/* ---- state ---- */

static enum err copy_database(struct writing *w, struct error *e)
{
    char from[BACKUP_LONG_PATH];
    char to[BACKUP_LONG_PATH];
    snprintf(from, sizeof from, "%s/" BACKUP_SNAPSHOT,
             w->settings->plan->state_directory);
    snprintf(to, sizeof to, "%s/state/outbox.db", w->settings->to);
    enum err err = backup_copy_file(from, to, 0600, e);
    (void)unlink(from); /* a new one takes its place else */
    return err;
}

static enum err copy_other(struct writing *w, const char *name, struct error *e)
{
    char from[BACKUP_LONG_PATH];
    char to[BACKUP_LONG_PATH];
    struct stat found;
    snprintf(from, sizeof from, "%s/%s", w->settings->plan->state_directory, name);
    snprintf(to, sizeof to, "%s/state/%s", w->settings->to, name);
    if (lstat(from, &found) != 0 || !S_ISREG(found.st_mode) || is_own(name)) {
        return ERR_OK;
    }
    if (backup_is_private(name) && !w->settings->private_keys) {
        w->result->keys_left_out = true;
        return ERR_OK;
    }
    return backup_copy_file(from, to, 0600, e);
}

static enum err copy_others(struct writing *w, struct error *e)
{
    const char *state = w->settings->plan->state_directory;
    DIR *dir = opendir(state);
    enum err err = ERR_OK;
    if (!dir) {
        return error_set(e, ERR_SYSTEM, "can't read '%s'", state);
    }
    for (struct dirent *entry = readdir(dir); err == ERR_OK && entry; /* NOLINT */
         entry = readdir(dir)) {                                      /* NOLINT */
        err = copy_other(w, entry->d_name, e);
    }
    closedir(dir);
    return err;
}

static enum err copy_journal(struct writing *w, struct error *e)
{
    char to[BACKUP_LONG_PATH];
    snprintf(to, sizeof to, "%s/state/journal", w->settings->to);
    return journal_copy(w->settings->plan->journal.directory, to, &disk_system,
                        w->settings->until_seq, &w->result->records, e);
}

/* ---- configuration ---- */

/* Where a file of the bundle goes: beside the main one as it is there, else by its whole
 * name below "elsewhere". */
static void name_config(const struct bundle *bundle, const char *name,
                        char path[BACKUP_PATH_MAX])
{
    const char *main = bundle->files[0].name;
    const char *slash = strrchr(main, '/');
    size_t len = slash ? (size_t)(slash - main) + 1 : 0;
    bool beside =
        strncmp(name, main, len) == 0 && name[len] != '/' && !strstr(name + len, "..");
    if (beside) {
        snprintf(path, BACKUP_PATH_MAX, "%s", name + len);
        return;
    }
    snprintf(path, BACKUP_PATH_MAX, "elsewhere/%s", name + (name[0] == '/' ? 1 : 0));
    for (char *at = strstr(path, ".."); at; at = strstr(path, "..")) {
        at[0] = 'u';
        at[1] = 'p';
    }
}

static enum err write_config(struct writing *w, struct error *e)
{
    const struct bundle *bundle = w->settings->bundle;
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < bundle->count; i++) {
        char name[BACKUP_PATH_MAX];
        char path[BACKUP_LONG_PATH];
        name_config(bundle, bundle->files[i].name, name);
        snprintf(path, sizeof path, "%s/config/%s", w->settings->to, name);
        err = backup_make_folders(path, e);
        if (err == ERR_OK) {
            err = backup_write_file(path, bundle->files[i].text, 0600, e);
        }
    }
    return err;
}

/* ---- at the end ---- */

static void count_finding(void *ctx, const char *text)
{
    (void)text;
    uint64_t *count = ctx;
    (*count)++;
}

static enum err check_journal(const char *journal, uint64_t last_seq,
                              uint64_t *ret_damaged, struct error *e)
{
    struct journal_report report;
    *ret_damaged = 0;
    enum err err =
        journal_verify(journal, &disk_system, count_finding, ret_damaged, &report, e);
    if (err == ERR_OK && (report.last_seq != last_seq || report.torn_tail)) {
        return error_set(e, ERR_CORRUPT, "'%s' ends with record %llu, not %llu", journal,
                         (unsigned long long)report.last_seq,
                         (unsigned long long)last_seq);
    }
    return err;
}

/* The database must not be ahead of the journal. */
static enum err check_cursor(const char *database, uint64_t last_seq, struct error *e)
{
    struct outbox *outbox = NULL;
    struct arena arena;
    struct bytes fold = {0};
    arena_init(&arena, CHAPTER_STATE_MAX);
    enum err err = outbox_open_reader(database, &outbox, e);
    if (err == ERR_OK) {
        err = outbox_get_state(outbox, "fold", &arena, &fold, e);
    }
    struct cursor c = cursor_of(bytes_slice(fold, 1, FOLD_PREFIX - 1));
    uint64_t folded = fold.len >= FOLD_PREFIX ? cursor_u64(&c) : 0;
    if (err == ERR_OK && folded > last_seq) {
        err =
            error_set(e, ERR_CORRUPT,
                      "'%s' has folded record %llu, the journal ends "
                      "with %llu",
                      database, (unsigned long long)folded, (unsigned long long)last_seq);
    }
    outbox_close(&outbox);
    arena_deinit(&arena);
    return err;
}

enum err backup_check_stores(const char *journal, const char *database, uint64_t last_seq,
                             uint64_t *ret_summaries, uint64_t *ret_damaged,
                             struct error *e)
{
    enum err err = check_journal(journal, last_seq, ret_damaged, e);
    if (err == ERR_OK) {
        err = outbox_check(database, ret_summaries, e);
    }
    return err == ERR_OK ? check_cursor(database, last_seq, e) : err;
}

static enum err check(struct writing *w, struct error *e)
{
    char journal[BACKUP_LONG_PATH];
    char database[BACKUP_LONG_PATH];
    snprintf(journal, sizeof journal, "%s/state/journal", w->settings->to);
    snprintf(database, sizeof database, "%s/state/outbox.db", w->settings->to);
    return backup_check_stores(journal, database, w->result->records,
                               &w->result->summaries, &w->result->damaged, e);
}

static enum err write_manifest(struct writing *w, struct error *e)
{
    char path[BACKUP_LONG_PATH];
    char head[1024];
    char end[64];
    char made[TIME_TEXT_MAX];
    struct buf text;
    buf_init(&text, BACKUP_MANIFEST_MAX);
    time_print_iso(clock_wall_ns(&clock_system), made);
    snprintf(head, sizeof head,
             "emgate backup v1\ngateway %s\nsoftware %s\nmade %s\nrecords %llu\n",
             w->settings->plan->gateway_id, GATEWAY_SOFTWARE, made,
             (unsigned long long)w->result->records);
    buf_add_text(&text, head);
    enum err err = backup_list_files(w->settings->to, &text, &w->result->files, e);
    snprintf(end, sizeof end, "end %llu\n", (unsigned long long)w->result->files);
    buf_add_text(&text, end);
    snprintf(path, sizeof path, "%s/" BACKUP_MANIFEST, w->settings->to);
    if (err == ERR_OK) {
        err = backup_write_file(path, buf_bytes(&text), 0600, e);
    }
    buf_deinit(&text);
    return err == ERR_OK ? disk_system.sync_dir(disk_system.ctx, w->settings->to, e)
                         : err;
}

static enum err write_state(struct writing *w, struct error *e)
{
    char below[BACKUP_LONG_PATH];
    snprintf(below, sizeof below, "%s/state/", w->settings->to);
    enum err err = backup_make_folders(below, e);
    if (err == ERR_OK) {
        err = copy_database(w, e);
    }
    if (err == ERR_OK) {
        err = copy_journal(w, e);
    }
    return err == ERR_OK ? copy_others(w, e) : err;
}

enum err backup_write(const struct backup_settings *settings,
                      struct backup_result *ret_result, struct error *e)
{
    struct backup_result result = {0};
    struct writing w = {.settings = settings, .result = &result};
    result.key_elsewhere = settings->plan->signing_key.kind != SECRET_NONE;
    enum err err = make_directory(settings->to, e);
    if (err == ERR_OK) {
        err = write_state(&w, e);
    }
    if (err == ERR_OK) {
        err = write_config(&w, e);
    }
    if (err == ERR_OK) {
        err = check(&w, e);
    }
    if (err == ERR_OK) {
        err = write_manifest(&w, e);
    }
    *ret_result = result;
    return err;
}
