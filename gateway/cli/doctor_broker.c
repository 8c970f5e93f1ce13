/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mosquitto's own configuration, against a table of the settings that lose messages it
 * has already acknowledged to a device; docs/mqtt.md tells what was measured.
 */
#include "cli/doctor.h"

#include "core/number.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#define DEPTH_MAX 4
#define LINE_MAX_LEN 4096
#define PATH_SIZE 4096

/* What a setting must be; `initial` is what mosquitto 2.0 takes when it is not there. */
enum rule_kind { RULE_ZERO, RULE_TRUE, RULE_AT_MOST, RULE_GIVEN };

struct rule {
    const char *key;
    enum rule_kind kind;
    int64_t limit;
    const char *initial;
    const char *line; /* the mending line */
    const char *why;
};

static const struct rule rules[] = {
    {"persistence", RULE_TRUE, 0, "false", "persistence true",
     "sessions and queues are gone after a restart of the broker"},
    {"max_queued_messages", RULE_ZERO, 0, "1000", "max_queued_messages 0",
     "while the gateway is away, messages beyond this number are acknowledged to the "
     "device and dropped"},
    {"queue_qos0_messages", RULE_TRUE, 0, "false", "queue_qos0_messages true",
     "QoS 0 messages are dropped while the gateway is away"},
    {"autosave_interval", RULE_AT_MOST, 60, "1800", "autosave_interval 60",
     "what came since the last save is lost by a kill or a power cut"},
    {"max_inflight_messages", RULE_ZERO, 0, "20", "max_inflight_messages 0",
     "delivery can stall with expiring messages before mosquitto 2.0.15"},
    {"max_queued_bytes", RULE_GIVEN, 0, NULL, "max_queued_bytes 1073741824",
     "one client's queue may take all memory"},
};
#define RULE_COUNT (sizeof rules / sizeof *rules)

struct found {
    bool given;
    char value[256];
    char place[PATH_SIZE + 32]; /* file:line */
};

struct reading_of {
    struct found found[RULE_COUNT];
    struct findings *findings;
};

static void read_file(struct reading_of *r, const char *path, int depth);

/* Files that end in .conf, in the order of their names, as mosquitto does. */
static void read_directory(struct reading_of *r, const char *path, int depth)
{
    char pattern[PATH_SIZE];
    glob_t found = {0};
    int written = snprintf(pattern, sizeof pattern, "%s/*.conf", path);
    bool fits = written < (int)sizeof pattern;
    if (fits && glob(pattern, 0, NULL, &found) == 0) { /* NOLINT: one thread here */
        for (size_t i = 0; i < found.gl_pathc; i++) {
            read_file(r, found.gl_pathv[i], depth);
        }
    }
    globfree(&found);
}

static void take_line(struct reading_of *r, const char *path, int number, char *line,
                      int depth)
{
    char *key = line + strspn(line, " \t");
    char *value = key + strcspn(key, " \t\r\n");
    if (*key == '#' || *key == 0 || *value == 0) {
        return;
    }
    *value++ = 0;
    value += strspn(value, " \t");
    value[strcspn(value, "\r\n")] = 0;
    if (strcmp(key, "include_dir") == 0) {
        read_directory(r, value, depth + 1);
        return;
    }
    for (size_t i = 0; i < RULE_COUNT; i++) {
        struct found *s = &r->found[i];
        if (strcmp(key, rules[i].key) == 0) {
            s->given = true;
            snprintf(s->value, sizeof s->value, "%s", value);
            snprintf(s->place, sizeof s->place, "%s:%d", path, number);
        }
    }
}

static void read_file(struct reading_of *r, const char *path, int depth)
{
    char line[LINE_MAX_LEN];
    char text[128];
    FILE *in = depth <= DEPTH_MAX ? fopen(path, "rbe") : NULL;
    if (!in) {
        findings_tell(r->findings, FINDING_FAIL, "mosquitto",
                      "give its configuration by --mosquitto FILE", "can't read '%s': %s",
                      path,
                      depth > DEPTH_MAX ? "included too deep"
                                        : strerror_r(errno, text, sizeof text));
        return;
    }
    for (int number = 1; fgets(line, sizeof line, in); number++) {
        take_line(r, path, number, line, depth);
    }
    fclose(in);
}

static bool holds(const struct rule *rule, const char *value)
{
    int64_t number = 0;
    bool numeric = value && number_parse_i64(bytes_of(value), &number);
    switch (rule->kind) {
    case RULE_ZERO:
        return numeric && number == 0;
    case RULE_TRUE:
        return value && strcmp(value, "true") == 0;
    case RULE_AT_MOST:
        return numeric && number > 0 && number <= rule->limit;
    case RULE_GIVEN:
        return numeric && number > 0;
    }
    return false;
}

static void judge(const struct rule *rule, const struct found *s, const char *path,
                  struct findings *f)
{
    const char *value = s->given ? s->value : rule->initial;
    if (holds(rule, value)) {
        return;
    }
    if (s->given) {
        findings_tell(f, FINDING_WARN, "mosquitto", rule->line, "%s: '%s %s': %s",
                      s->place, rule->key, value, rule->why);
    } else {
        findings_tell(f, FINDING_WARN, "mosquitto", rule->line,
                      "%s: '%s' is not given (%s): %s", path, rule->key,
                      value ? value : "no limit", rule->why);
    }
}

void doctor_check_mosquitto(const char *path, struct findings *findings)
{
    struct reading_of r = {.findings = findings};
    size_t bad = findings->counts[FINDING_FAIL] + findings->counts[FINDING_WARN];
    size_t unread = findings->counts[FINDING_FAIL];
    read_file(&r, path, 0);
    for (size_t i = 0; findings->counts[FINDING_FAIL] == unread && i < RULE_COUNT; i++) {
        judge(&rules[i], &r.found[i], path, findings);
    }
    if (findings->counts[FINDING_FAIL] + findings->counts[FINDING_WARN] == bad) {
        findings_tell(findings, FINDING_OK, "mosquitto", NULL,
                      "'%s' loses nothing that it has acknowledged", path);
    }
}
