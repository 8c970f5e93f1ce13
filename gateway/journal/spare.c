/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spare segments: files filled with zeros before they are needed, so that a commit
 * writes into blocks that are already there and its sync has no file system metadata
 * to carry.  Made under a temporary name, synced, renamed, directory synced.
 *
 * One maker at a time: the helper thread, or the committer where there is none.
 * What fails is tidied up and tried again later; commit does not depend on it until
 * there is no spare left, and then append says ERR_FULL.
 */
#include "journal/journal_private.h"

#include "core/mem.h"
#include "core/wait.h"

#define FILL_CHUNK (1u << 18)

static enum err check_room(struct journal *journal, struct error *e)
{
    const struct journal_settings *settings = &journal->settings;
    pthread_mutex_lock(&journal->lock);
    uint64_t bytes = journal->bytes + settings->segment_size;
    pthread_mutex_unlock(&journal->lock);
    if (settings->quota && bytes > settings->quota) {
        return error_set(e, ERR_FULL, "the quota of %llu bytes is used",
                         (unsigned long long)settings->quota);
    }
    if (!settings->reserve) {
        return ERR_OK;
    }
    uint64_t free_bytes = 0;
    enum err code =
        journal->disk.free_space(journal->disk.ctx, journal->directory, &free_bytes, e);
    if (code == ERR_OK && free_bytes < settings->reserve + settings->segment_size) {
        code = error_set(e, ERR_FULL, "%llu bytes are free and %llu must stay so",
                         (unsigned long long)free_bytes,
                         (unsigned long long)settings->reserve);
    }
    return code;
}

static enum err fill_zero(const struct disk *disk, int file, uint64_t size,
                          struct error *e)
{
    uint8_t *zeros = mem_array(FILL_CHUNK, 1);
    enum err code = ERR_OK;
    for (uint64_t at = 0; at < size && code == ERR_OK; at += FILL_CHUNK) {
        uint64_t len = size - at < FILL_CHUNK ? size - at : FILL_CHUNK;
        struct bytes chunk = {.data = zeros, .len = (size_t)len};
        code = disk->write(disk->ctx, file, at, chunk, e);
    }
    mem_free(&zeros);
    return code == ERR_OK ? disk->sync(disk->ctx, file, e) : code;
}

static enum err make_file(struct journal *journal, const char *temporary, struct error *e)
{
    const struct disk *disk = &journal->disk;
    int file = 0;
    enum err code = disk->open(disk->ctx, temporary, DISK_CREATE, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    code = fill_zero(disk, file, journal->settings.segment_size, e);
    disk->close(disk->ctx, file);
    return code;
}

/* Makes one spare; what was begun is removed when it fails. */
static enum err make_spare(struct journal *journal, uint64_t number, struct error *e)
{
    const struct disk *disk = &journal->disk;
    struct path temporary = folder_file(journal->directory, "spare.tmp");
    struct path path = folder_segment(journal->directory, number);
    enum err code = check_room(journal, e);
    if (code != ERR_OK) {
        return code;
    }
    (void)disk->remove(disk->ctx, temporary.text, NULL); /* usually not there */
    code = make_file(journal, temporary.text, e);
    if (code == ERR_OK) {
        code = disk->rename(disk->ctx, temporary.text, path.text, e);
    }
    if (code != ERR_OK) {
        (void)disk->remove(disk->ctx, temporary.text, NULL); /* the first error counts */
        return code;
    }
    code = disk->sync_dir(disk->ctx, journal->directory, e);
    if (code != ERR_OK) {
        (void)disk->remove(disk->ctx, path.text, NULL); /* the first error counts */
    }
    return code;
}

static void add_spare(struct journal *journal, uint64_t number)
{
    pthread_mutex_lock(&journal->lock);
    ASSERT(journal->spare_count < SPARES_MAX);
    journal->spares[journal->spare_count++] = number;
    journal->bytes += journal->settings.segment_size;
    journal->spare_error = (struct error){0};
    pthread_cond_broadcast(&journal->changed);
    pthread_mutex_unlock(&journal->lock);
}

static bool wants_spare(struct journal *journal, uint64_t *ret_number)
{
    pthread_mutex_lock(&journal->lock);
    bool wants = journal->spare_count < SPARES_MAX && !journal->failed &&
                 journal->spare_count - journal->plan_claimed < SPARES_WANTED;
    *ret_number = journal->next_number;
    journal->next_number += wants ? 1 : 0;
    pthread_mutex_unlock(&journal->lock);
    return wants;
}

void spare_fill(struct journal *journal)
{
    uint64_t number = 0;
    while (wants_spare(journal, &number)) {
        struct error error = {0};
        if (make_spare(journal, number, &error) != ERR_OK) {
            pthread_mutex_lock(&journal->lock);
            journal->spare_error = error;
            pthread_mutex_unlock(&journal->lock);
            return;
        }
        add_spare(journal, number);
    }
}

/* Waits until spares are due, or for a while when the last try failed. */
static bool wait_due(struct journal *journal)
{
    struct timespec until = wait_end(SPARE_RETRY_MS * NS_PER_MS);
    pthread_mutex_lock(&journal->lock);
    bool retry = journal->spare_error.code != ERR_OK;
    int rc = 0;
    while (!journal->closing && rc == 0 && (retry || !journal->spare_due)) {
        rc = retry ? pthread_cond_timedwait(&journal->changed, &journal->lock, &until)
                   : pthread_cond_wait(&journal->changed, &journal->lock);
    }
    journal->spare_due = false;
    bool goes_on = !journal->closing;
    pthread_mutex_unlock(&journal->lock);
    return goes_on;
}

static void *help(void *argument)
{
    struct journal *journal = argument;
    do {
        spare_fill(journal);
    } while (wait_due(journal));
    return NULL;
}

void spare_start_helper(struct journal *journal)
{
    if (!journal->settings.no_helper) {
        journal->helper_runs = pthread_create(&journal->helper, NULL, help, journal) == 0;
        ASSERT(journal->helper_runs);
    }
}

void spare_stop_helper(struct journal *journal)
{
    if (journal->helper_runs) {
        pthread_mutex_lock(&journal->lock);
        journal->closing = true;
        pthread_cond_broadcast(&journal->changed);
        pthread_mutex_unlock(&journal->lock);
        pthread_join(journal->helper, NULL);
        journal->helper_runs = false;
    }
}
