/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing, waiting and telling how things stand. */
#include "journal/journal_private.h"

#include "core/mem.h"
#include "core/wait.h"

static enum err check_settings(const struct journal_settings *settings, struct error *e)
{
    if (strlen(settings->directory) + 64 > PATH_LEN_MAX) {
        return error_set(e, ERR_CONFIG, "the journal's directory name is too long");
    }
    if (strlen(settings->gateway_id) >= FORMAT_NAME_MAX ||
        strlen(settings->software) >= FORMAT_NAME_MAX) {
        return error_set(e, ERR_CONFIG, "gateway id or software is longer than %u bytes",
                         FORMAT_NAME_MAX - 1);
    }
    uint64_t size = settings->segment_size;
    if (size != 0 && (size < JOURNAL_SEGMENT_MIN || size > JOURNAL_SEGMENT_MAX ||
                      size % FORMAT_BLOCK != 0)) {
        return error_set(e, ERR_CONFIG,
                         "segment size %llu: want a multiple of %u from %u to %u",
                         (unsigned long long)size, FORMAT_BLOCK, JOURNAL_SEGMENT_MIN,
                         JOURNAL_SEGMENT_MAX);
    }
    return ERR_OK;
}

static struct journal *make(const struct journal_settings *settings,
                            const struct disk *disk, const struct clock *clock)
{
    struct journal *journal = mem_new(struct journal);
    journal->settings = *settings;
    journal->settings.segment_size =
        settings->segment_size ? settings->segment_size : SEGMENT_SIZE_DEFAULT;
    journal->directory = mem_text(bytes_of(settings->directory));
    journal->gateway_id = mem_text(bytes_of(settings->gateway_id));
    journal->software = mem_text(bytes_of(settings->software));
    journal->disk = *disk;
    journal->clock = *clock;
    journal->lock_file = -1;
    journal->active.file = -1;
    journal->writing = batch_new();
    journal->filling = batch_new();
    pthread_mutex_init(&journal->lock, NULL);
    wait_init(&journal->changed);
    return journal;
}

/* The folder that holds `directory`, so that its own name can be made durable. */
static struct path parent_of(const char *directory)
{
    struct path parent = folder_file(directory, "");
    size_t len = strlen(directory);
    while (len > 1 && directory[len - 1] == '/') {
        len--;
    }
    while (len > 0 && directory[len - 1] != '/') {
        len--;
    }
    parent.text[len] = 0;
    return len > 0 ? parent : (struct path){.text = "."};
}

static enum err open_directory(struct journal *journal, struct error *e)
{
    const struct disk *disk = &journal->disk;
    enum err code = disk->make_dir(disk->ctx, journal->directory, e);
    if (code == ERR_OK) {
        struct path lock = folder_file(journal->directory, "lock");
        code = disk->lock(disk->ctx, lock.text, &journal->lock_file, e);
    }
    if (code == ERR_OK) {
        struct path parent = parent_of(journal->directory);
        code = disk->sync_dir(disk->ctx, parent.text, e);
    }
    return code == ERR_OK ? recover_run(journal, e) : code;
}

enum err journal_open(const struct journal_settings *settings, const struct disk *disk,
                      const struct clock *clock, struct journal **ret_journal,
                      struct error *e)
{
    enum err code = check_settings(settings, e);
    if (code != ERR_OK) {
        return code;
    }
    struct journal *journal = make(settings, disk, clock);
    code = open_directory(journal, e);
    if (code != ERR_OK) {
        error_wrap(e, "journal '%s'", settings->directory);
        journal_close(&journal);
        /* A file that vanished under us, or a read that failed, is the disk's. */
        return code == ERR_REJECT ? ERR_SYSTEM : code;
    }
    journal->is_open = true;
    spare_start_helper(journal);
    *ret_journal = journal;
    return ERR_OK;
}

/* Syncs what is written and says so; where that fails the next start is as after a
 * crash. */
static void end_orderly(struct journal *journal)
{
    if (!journal->is_open || journal->failed || commit_sync(journal, NULL) != ERR_OK) {
        return;
    }
    enum err code = folder_write_file(&journal->disk, journal->directory, "clean",
                                      BYTES("synced and closed\n"), NULL);
    (void)code;
}

void journal_close(struct journal **journal)
{
    struct journal *j = *journal;
    if (!j) {
        return;
    }
    ASSERT(j->readers == 0);
    spare_stop_helper(j);
    end_orderly(j);
    if (j->active.file >= 0) {
        j->disk.close(j->disk.ctx, j->active.file);
    }
    if (j->lock_file >= 0) {
        j->disk.close(j->disk.ctx, j->lock_file);
    }
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->lock);
    batch_free(&j->writing);
    batch_free(&j->filling);
    mem_free(&j->used);
    mem_free(&j->directory);
    mem_free(&j->gateway_id);
    mem_free(&j->software);
    mem_free(journal);
}

uint64_t journal_durable(const struct journal *journal)
{
    return atomic_load(&journal->durable);
}

void journal_wait_appended(struct journal *journal, int64_t timeout_ms)
{
    pthread_mutex_lock(&journal->lock);
    int64_t wait_ns = timeout_ms * NS_PER_MS;
    if (journal->sync_due_ns) {
        int64_t due_ns = journal->sync_due_ns - clock_boot_ns(&journal->clock);
        wait_ns = due_ns < wait_ns ? due_ns : wait_ns;
    }
    struct timespec until = wait_end(wait_ns);
    const struct batch *filling = journal->filling;
    int rc = wait_ns > 0 ? 0 : 1;
    while (rc == 0 && !journal->failed && filling->len == 0 && filling->open.count == 0) {
        rc = pthread_cond_timedwait(&journal->changed, &journal->lock, &until);
        filling = journal->filling;
    }
    pthread_mutex_unlock(&journal->lock);
}

/* Bytes a day at the rate between the oldest sample and now. */
static uint64_t rate(const struct journal *journal)
{
    if (journal->sample_count == 0) {
        return 0;
    }
    struct sample oldest = journal->samples[0];
    int64_t passed_ns = clock_boot_ns(&journal->clock) - oldest.boot_ns;
    if (passed_ns < NS_PER_MINUTE) {
        return 0;
    }
    double day_ns = 24.0 * (double)NS_PER_HOUR;
    uint64_t bytes = journal->appended_bytes - oldest.bytes;
    return (uint64_t)((double)bytes * day_ns / (double)passed_ns);
}

void journal_get_status(struct journal *journal, struct journal_status *ret_status)
{
    uint64_t disk_free = 0;
    (void)journal->disk.free_space(journal->disk.ctx, journal->directory, &disk_free,
                                   NULL); /* 0: not known */
    pthread_mutex_lock(&journal->lock);
    *ret_status = (struct journal_status){
        .first_seq = journal->first_seq,
        .last_seq = journal->next_seq - 1,
        .durable_seq = journal_durable(journal),
        .segments = journal->used_count + journal->spare_count,
        .bytes = journal->bytes,
        .quota = journal->settings.quota,
        .disk_free = disk_free,
        .bytes_per_day = rate(journal),
        .full = journal->full,
        .full_since_ns = journal->full ? journal->full_since_ns : 0,
        .commits = journal->commits,
        .syncs = journal->syncs,
        .quarantined = journal->quarantined,
    };
    pthread_mutex_unlock(&journal->lock);
}
