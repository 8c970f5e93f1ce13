/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the state of a backup in its place, over nothing that is there. */
#include "backup_private.h"

#include "core/mem.h"
#include "gateway.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE "state/"
#define JOURNAL STATE "journal/"
#define DATABASE STATE "outbox.db"

static bool is_there(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

/* Where a file of the backup goes; false: nowhere, it is no part of the state. */
static bool name_target(const struct plan *plan, const char *path,
                        char to[BACKUP_LONG_PATH])
{
    if (strcmp(path, DATABASE) == 0) {
        snprintf(to, BACKUP_LONG_PATH, "%s", plan->outbox.file);
    } else if (strncmp(path, JOURNAL, sizeof JOURNAL - 1) == 0) {
        snprintf(to, BACKUP_LONG_PATH, "%s/%s", plan->journal.directory,
                 path + sizeof JOURNAL - 1);
    } else if (strncmp(path, STATE, sizeof STATE - 1) == 0) {
        snprintf(to, BACKUP_LONG_PATH, "%s/%s", plan->state_directory,
                 path + sizeof STATE - 1);
    } else {
        return false;
    }
    return true;
}

/* ---- before anything is written ---- */

static void note_segment(void *ctx, const char *name)
{
    bool *used = ctx;
    size_t len = strlen(name);
    *used = *used || (len > 4 && strcmp(name + len - 4, ".seg") == 0);
}

static enum err refuse_journal(const struct plan *plan, struct error *e)
{
    const char *folder = plan->journal.directory;
    bool used = false;
    enum err err = ERR_OK;
    if (is_there(folder)) {
        err = disk_system.list(disk_system.ctx, folder, note_segment, &used, e);
    }
    return err == ERR_OK && used
               ? error_set(e, ERR_CONFIG,
                           "there is a journal in '%s'; move it away first", folder)
               : err;
}

/* The very file may be there, as a public key that `emgate key` made. */
static bool may_stay(const char *to, const uint8_t hash[32])
{
    uint8_t found[32];
    struct error ignored;
    return backup_hash_file(to, found, &ignored) == ERR_OK &&
           memcmp(found, hash, sizeof found) == 0;
}

static enum err refuse_files(const struct plan *plan,
                             const struct backup_manifest *manifest, struct error *e)
{
    char path[BACKUP_PATH_MAX];
    char to[BACKUP_LONG_PATH];
    uint8_t hash[32];
    struct bytes lines = manifest->lines;
    while (backup_next_file(&lines, path, hash)) {
        if (name_target(plan, path, to) && is_there(to) && !may_stay(to, hash)) {
            return error_set(e, ERR_CONFIG, "'%s' is there already; move it away first",
                             to);
        }
    }
    return ERR_OK;
}

static enum err check_before(const char *from, const struct plan *plan,
                             const struct backup_manifest *manifest, struct error *e)
{
    if (!bytes_are(manifest->gateway, plan->gateway_id)) {
        return error_set(e, ERR_CONFIG,
                         "the backup is of gateway '%.*s', the configuration of '%s'",
                         BYTES_ARG(manifest->gateway), plan->gateway_id);
    }
    enum err err = backup_check_files(from, manifest, e);
    if (err == ERR_OK) {
        err = refuse_journal(plan, e);
    }
    return err == ERR_OK ? refuse_files(plan, manifest, e) : err;
}

/* ---- writing ---- */

static enum err put_files(const char *from, const struct plan *plan,
                          const struct backup_manifest *manifest, struct error *e)
{
    char path[BACKUP_PATH_MAX];
    char source[BACKUP_LONG_PATH];
    char to[BACKUP_LONG_PATH];
    uint8_t hash[32];
    struct bytes lines = manifest->lines;
    enum err err = ERR_OK;
    while (err == ERR_OK && backup_next_file(&lines, path, hash)) {
        if (!name_target(plan, path, to) || is_there(to)) {
            continue;
        }
        const char *name = strrchr(path, '/') + 1;
        snprintf(source, sizeof source, "%s/%s", from, path);
        err = backup_make_folders(to, e);
        if (err == ERR_OK) {
            err = backup_copy_file(source, to, backup_is_private(name) ? 0400 : 0640, e);
        }
    }
    return err;
}

/* The files belong to whom the directory belongs: root restores for the service. */
static void hand_over(const struct plan *plan, const struct backup_manifest *manifest)
{
    char path[BACKUP_PATH_MAX];
    char to[BACKUP_LONG_PATH];
    char quarantine[BACKUP_LONG_PATH];
    uint8_t hash[32];
    struct stat owner;
    struct bytes lines = manifest->lines;
    if (stat(plan->state_directory, &owner) != 0 || geteuid() != 0) {
        return;
    }
    snprintf(quarantine, sizeof quarantine, "%s/quarantine", plan->journal.directory);
    (void)!lchown(plan->journal.directory, owner.st_uid, owner.st_gid);
    (void)!lchown(quarantine, owner.st_uid, owner.st_gid);
    while (backup_next_file(&lines, path, hash)) {
        if (name_target(plan, path, to)) {
            (void)!lchown(to, owner.st_uid, owner.st_gid);
        }
    }
}

static enum err restore(const char *from, const struct plan *plan,
                        const struct backup_manifest *manifest,
                        struct restore_result *result, struct error *e)
{
    char key[BACKUP_LONG_PATH];
    uint64_t damaged = 0;
    enum err err = check_before(from, plan, manifest, e);
    if (err == ERR_OK) {
        err = put_files(from, plan, manifest, e);
    }
    if (err == ERR_OK) {
        hand_over(plan, manifest);
        err = backup_check_stores(plan->journal.directory, plan->outbox.file,
                                  manifest->records, &result->summaries, &damaged, e);
    }
    result->records = manifest->records;
    snprintf(key, sizeof key, "%s/signing.key", plan->state_directory);
    result->without_key = plan->signing_key.kind == SECRET_NONE && !is_there(key);
    return err;
}

static enum err read_text(const char *from, struct buf *text, struct error *e)
{
    char path[BACKUP_LONG_PATH];
    uint8_t piece[65536];
    size_t got = 0;
    snprintf(path, sizeof path, "%s/" BACKUP_MANIFEST, from);
    FILE *in = fopen(path, "rbe");
    if (!in) {
        return error_set(e, ERR_REJECT,
                         "there is no '%s': no backup, or one that was "
                         "broken off",
                         path);
    }
    while ((got = fread(piece, 1, sizeof piece, in)) > 0) {
        buf_add(text, (struct bytes){piece, got});
    }
    fclose(in);
    return ERR_OK;
}

enum err backup_restore(const char *from, const struct plan *plan,
                        struct restore_result *ret_result, struct error *e)
{
    struct backup_manifest manifest;
    struct restore_result result = {0};
    struct buf text;
    int lock = -1;
    buf_init(&text, BACKUP_MANIFEST_MAX);
    enum err err = read_text(from, &text, e);
    if (err == ERR_OK) {
        err = backup_read_manifest(buf_bytes(&text), &manifest, e);
    }
    if (err == ERR_OK) {
        err = gateway_lock(plan->state_directory, &lock, e);
    }
    if (err == ERR_OK) {
        err = restore(from, plan, &manifest, &result, e);
    }
    if (lock >= 0) {
        close(lock);
    }
    buf_deinit(&text);
    *ret_result = result;
    return err;
}
