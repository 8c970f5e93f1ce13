/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine itself: the state directory and its file system, how long a sync takes,
 * whether the clock is synchronised.
 */
#include "cli/environment.h"

#include "core/clock.h"
#include "core/disk.h"
#include "core/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#define SYNC_COUNT 16
#define SYNC_SLOW_NS (50 * NS_PER_MS)
#define CLOCK_ERROR_MAX_US 1000000

const char *const finding_level_names[] = {"ok", "warn", "fail"};

void findings_tell(struct findings *findings, enum finding_level level, const char *what,
                   const char *fix, const char *format, ...)
{
    char words[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    struct finding finding = {.level = level, .what = what, .words = words, .fix = fix};
    findings->counts[level]++;
    findings->tell(findings->ctx, &finding);
}

/* ---- storage ---- */

static const char *words_of(int number, char text[128])
{
    return strerror_r(number, text, 128);
}

/* Writes and syncs a small file as the journal does; gives the longest sync. */
static bool probe(const char *directory, int64_t *ret_longest_ns, int *ret_errno)
{
    char path[VOLUME_PATH_SIZE + 32];
    static const uint8_t page[4096];
    snprintf(path, sizeof path, "%s/.emgate-check-%d", directory, (int)getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = file >= 0;
    *ret_longest_ns = 0;
    for (int i = 0; good && i < SYNC_COUNT; i++) {
        int64_t start = clock_boot_ns(&clock_system);
        good = pwrite(file, page, sizeof page, (off_t)i * 4096) == sizeof page &&
               fdatasync(file) == 0;
        int64_t took = clock_boot_ns(&clock_system) - start;
        *ret_longest_ns = took > *ret_longest_ns ? took : *ret_longest_ns;
    }
    *ret_errno = errno;
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return good;
}

static void check_volume(const char *directory, struct findings *f)
{
    switch (volume_kind_of(directory)) {
    case VOLUME_UNKNOWN:
        return;
    case VOLUME_DISK:
        findings_tell(f, FINDING_OK, "volume", NULL, "'%s' is on a disk", directory);
        return;
    case VOLUME_MEMORY:
        findings_tell(f, FINDING_FAIL, "volume", "put 'gateway.state' on a disk",
                      "'%s' is in memory: everything is lost at a restart", directory);
        return;
    case VOLUME_CONTAINER:
        findings_tell(f, FINDING_WARN, "volume",
                      "mount a volume of the host at 'gateway.state'",
                      "'%s' is in the container's own layer and goes with it", directory);
        return;
    case VOLUME_NETWORK:
        findings_tell(f, FINDING_WARN, "volume", "use a local disk",
                      "'%s' is on a network file system", directory);
        return;
    }
}

static void check_directory(const char *path, struct findings *f)
{
    char directory[VOLUME_PATH_SIZE];
    char text[128];
    char took[VALUE_TEXT_MAX];
    int64_t longest = 0;
    int number = 0;
    volume_nearest(path, directory);
    bool there = strcmp(directory, path) == 0;
    if (!probe(directory, &longest, &number)) {
        findings_tell(f, FINDING_FAIL, "state directory",
                      "make the directory and give it to the user that runs emgate",
                      "can't write in '%s': %s", directory, words_of(number, text));
        return;
    }
    findings_tell(f, FINDING_OK, "state directory", NULL, "'%s' %s", path,
                  there ? "is writable" : "will be made at the first start");
    duration_print(longest / NS_PER_MS * NS_PER_MS, took);
    findings_tell(f, longest > SYNC_SLOW_NS ? FINDING_WARN : FINDING_OK, "sync",
                  longest > SYNC_SLOW_NS
                      ? "use a faster disk, or accept that messages are acknowledged late"
                      : NULL,
                  "the longest of %d syncs took %s", SYNC_COUNT, took);
    check_volume(directory, f);
}

/* Down to whole GiB or MiB: nobody reads the rest. */
static int64_t rounded(uint64_t size)
{
    unsigned bits = size >= (1U << 30) ? 30 : 20;
    return (int64_t)(size >> bits << bits);
}

static void check_space(const struct plan_journal *journal, struct findings *f)
{
    char directory[VOLUME_PATH_SIZE];
    char free_text[VALUE_TEXT_MAX];
    char wanted_text[VALUE_TEXT_MAX];
    uint64_t free_bytes = 0;
    struct error e = {0};
    volume_nearest(journal->directory, directory);
    if (disk_system.free_space(NULL, directory, &free_bytes, &e) != ERR_OK) {
        findings_tell(f, FINDING_FAIL, "journal space", NULL, "%s", e.text);
        return;
    }
    int64_t reserve = journal->reserve;
    int64_t wanted = journal->quota + reserve;
    size_print(rounded(free_bytes), free_text);
    size_print(wanted, wanted_text);
    if (free_bytes <= (uint64_t)reserve + (uint64_t)journal->segment_size) {
        findings_tell(f, FINDING_FAIL, "journal space",
                      "free space, or make 'journal.reserve' smaller",
                      "%s are free, no more than the reserve: nothing would be taken in",
                      free_text);
    } else if (free_bytes < (uint64_t)wanted) {
        findings_tell(f, FINDING_WARN, "journal space",
                      "free space, or make 'journal.quota' smaller",
                      "%s are free, less than quota and reserve (%s)", free_text,
                      wanted_text);
    } else {
        findings_tell(f, FINDING_OK, "journal space", NULL, "%s are free", free_text);
    }
}

void environment_check_storage(const struct plan *plan, struct findings *findings)
{
    check_directory(plan->state_directory, findings);
    check_space(&plan->journal, findings);
}

/* ---- clock ---- */

void environment_check_clock(struct findings *findings)
{
    struct timex state = {0};
    int rc = adjtimex(&state);
    if (rc < 0) {
        findings_tell(findings, FINDING_WARN, "clock", NULL,
                      "the system does not tell whether it is synchronised");
    } else if (rc == TIME_ERROR || (state.status & STA_UNSYNC)) {
        findings_tell(findings, FINDING_WARN, "clock",
                      "start chrony or systemd-timesyncd",
                      "not synchronised: times of receipt can't be trusted");
    } else if (state.maxerror > CLOCK_ERROR_MAX_US) {
        findings_tell(findings, FINDING_WARN, "clock", "look at the time service",
                      "synchronised, but it may be %ld ms off", state.maxerror / 1000);
    } else {
        findings_tell(findings, FINDING_OK, "clock", NULL,
                      "synchronised, at most %ld ms off", state.maxerror / 1000);
    }
}

void environment_check(const struct plan *plan, struct findings *findings)
{
    environment_check_storage(plan, findings);
    environment_check_clock(findings);
    environment_check_network(plan, findings);
    environment_check_lapses(plan, clock_wall_ns(&clock_system), findings);
}
