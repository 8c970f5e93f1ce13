/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: text with a syslog priority in front, as systemd reads it, or JSON
 * lines.  Holds the only file-scope state outside main.c: what to print, and the
 * counts that limit repeated ids.
 */
#include "core/log.h"

#include "core/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define IDS_MAX 64
#define LINE_MAX_LEN 2048

struct repeated {
    const char *id; /* the caller's literal */
    int64_t minute;
    unsigned printed;
    unsigned suppressed;
};

static struct {
    pthread_mutex_t lock;
    enum log_level most;
    bool json;
    struct repeated ids[IDS_MAX];
} log_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .most = LOG_INFO};

void log_configure(enum log_level most, bool json)
{
    log_state.most = most;
    log_state.json = json;
}

static struct repeated *find_id(const char *id)
{
    for (int i = 0; i < IDS_MAX; i++) {
        struct repeated *r = &log_state.ids[i];
        if (!r->id) {
            r->id = id;
            return r;
        }
        if (strcmp(r->id, id) == 0) {
            return r;
        }
    }
    return NULL;
}

/* True when this line may be printed; `*ret_suppressed` counts those left out. */
static bool may_print(const char *id, unsigned *ret_suppressed)
{
    struct repeated *r = find_id(id);
    if (!r) {
        return true;
    }
    int64_t minute = clock_boot_ns(&clock_system) / NS_PER_MINUTE;
    if (minute != r->minute) {
        *ret_suppressed = r->suppressed;
        r->minute = minute;
        r->printed = 0;
        r->suppressed = 0;
    }
    if (r->printed >= LOG_BURST) {
        r->suppressed++;
        return false;
    }
    r->printed++;
    return true;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    return names[level];
}

/* JSON text without quotes; control characters become spaces. */
static void escape(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 2 < size; text++) {
        if (*text == '"' || *text == '\\') {
            out[n++] = '\\';
        }
        bool control = (unsigned char)*text < 0x20;
        out[n++] = *(control ? " " : text);
    }
    out[n] = 0;
}

static void print_line(enum log_level level, const char *id, const char *text)
{
    static const int priority[] = {3, 4, 6, 7};
    if (log_state.json) {
        char stamp[32];
        char safe[2 * LINE_MAX_LEN];
        time_t now = (time_t)(clock_wall_ns(&clock_system) / NS_PER_S);
        struct tm parts;
        gmtime_r(&now, &parts);
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
        escape(text, safe, sizeof safe);
        fprintf(stderr,
                "{\"time\":\"%s\",\"level\":\"%s\",\"id\":\"%s\",\"text\":\"%s\"}\n",
                stamp, level_name(level), id, safe);
    } else {
        fprintf(stderr, "<%d>%s %s: %s\n", priority[level], level_name(level), id, text);
    }
}

void log_at(enum log_level level, const char *id, const char *format, ...)
{
    if (level > log_state.most) {
        return;
    }
    char text[LINE_MAX_LEN];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    unsigned suppressed = 0;
    pthread_mutex_lock(&log_state.lock);
    if (may_print(id, &suppressed)) {
        if (suppressed > 0) {
            char note[64];
            snprintf(note, sizeof note, "suppressed=%u in the minute before", suppressed);
            print_line(level, id, note);
        }
        print_line(level, id, text);
    }
    pthread_mutex_unlock(&log_state.lock);
}
