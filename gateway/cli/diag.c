/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate diag`: one JSON document with what somebody needs who is to help from afar:
 * versions, findings, the state of the running gateway, its points and what waits, and
 * the configuration.  No secret is in it: secrets are named by the configuration, not
 * written in it, and lines that look as if they held one are blanked.
 */
#include "cli/doctor.h"

#include "cli/remote.h"
#include "core/mem.h"

#include <signal.h>
#include <stdio.h>
#include <strings.h>
#include <sys/utsname.h>

/* A key with one of these words in it has its value blanked, if it is on the same line.
 */
static const char *const secret_words[] = {"password", "token", "secret", "passphrase",
                                           "private"};
#define WORD_COUNT (sizeof secret_words / sizeof *secret_words)

static void add_finding(void *ctx, const struct finding *finding)
{
    json_array_append_new(ctx, json_pack("{s:s, s:s, s:s, s:s?}", "level",
                                         finding_level_names[finding->level], "what",
                                         finding->what, "text", finding->words, "fix",
                                         finding->fix));
}

/* What the daemon answers, or null. */
static void add_answer(json_t *out, const struct plan *plan, const char *name,
                       const char *path)
{
    int code = EXIT_OK;
    json_t *value = remote_ask(plan->state_directory, path, &code);
    json_object_set_new(out, name, value ? value : json_null());
}

static bool looks_secret(const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        for (size_t w = 0; w < WORD_COUNT; w++) {
            size_t word_len = strlen(secret_words[w]);
            if (i + word_len <= len &&
                strncasecmp(key + i, secret_words[w], word_len) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* The user part of "scheme://user:password@host" of a line, or 0. */
static size_t userinfo_of(const char *line, size_t len, size_t *ret_start)
{
    const char *scheme = memmem(line, len, "://", 3);
    if (!scheme) {
        return 0;
    }
    const char *start = scheme + 3;
    size_t rest = len - (size_t)(start - line);
    const char *at = memchr(start, '@', rest);
    const char *slash = memchr(start, '/', rest);
    *ret_start = (size_t)(start - line);
    return at && (!slash || at < slash) ? (size_t)(at - start) : 0;
}

static void add_line(struct buf *out, const char *line, size_t len)
{
    size_t start = 0;
    const char *colon = memchr(line, ':', len);
    size_t user = userinfo_of(line, len, &start);
    if (colon && looks_secret(line, (size_t)(colon - line))) {
        buf_print(out, "%.*s: (blanked)\n", (int)(colon - line), line);
    } else if (user > 0) {
        buf_print(out, "%.*s(blanked)%.*s\n", (int)start, line, (int)(len - start - user),
                  line + start + user);
    } else {
        buf_print(out, "%.*s\n", (int)len, line);
    }
}

static json_t *redacted(struct bytes text)
{
    struct buf out;
    buf_init(&out, text.len * 2 + 4096);
    while (text.len > 0) {
        struct bytes line = bytes_take_part(&text, '\n');
        add_line(&out, (const char *)line.data, line.len);
    }
    json_t *value = json_stringn((const char *)out.data, out.len);
    buf_deinit(&out);
    return value ? value : json_string("(not UTF-8)");
}

/* The user's own files; values of the environment stay out. */
static void add_configuration(json_t *out, const struct bundle *bundle)
{
    json_t *files = json_object();
    for (size_t i = 0; i < bundle->count; i++) {
        const char *name = bundle->files[i].name;
        if (strcmp(name, BUNDLE_ENVIRONMENT) != 0 && strncmp(name, "built-in/", 9) != 0) {
            json_object_set_new(files, name, redacted(bundle->files[i].text));
        }
    }
    json_object_set_new(out, "configuration", files);
}

static json_t *collect(const struct plan *plan, const struct bundle *bundle)
{
    struct utsname system = {0};
    json_t *out = json_object();
    json_t *list = json_array();
    struct findings findings = {.tell = add_finding, .ctx = list};
    (void)uname(&system); /* empty names tell as much */
    json_object_set_new(out, "software", json_string(GATEWAY_SOFTWARE));
    json_object_set_new(out, "system",
                        json_pack("{s:s, s:s, s:s}", "name", system.sysname, "release",
                                  system.release, "machine", system.machine));
    environment_check(plan, &findings);
    json_object_set_new(out, "findings", list);
    add_answer(out, plan, "status", "/v1/status");
    add_answer(out, plan, "points", "/v1/points");
    add_answer(out, plan, "ready", "/readyz");
    add_answer(out, plan, "outbox", "/v1/outbox?limit=100");
    add_configuration(out, bundle);
    return out;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct bundle bundle = {0};
    if (!config) {
        fprintf(stderr, "emgate diag: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    if (!plan) {
        bundle_deinit(&bundle);
        return EXIT_BAD_CONFIG;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a broker that hangs up is a finding */
    json_t *out = collect(plan, &bundle);
    remote_print_json(out);
    json_decref(out);
    plan_free(&plan);
    bundle_deinit(&bundle);
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_IO;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration"},
    {0},
};

const struct command command_diag = {
    .name = "diag",
    .summary = "one document for somebody who helps from afar, without secrets",
    .usage = "-c FILE > diag.json",
    .help = "Versions, findings, the running gateway's state, points and outbox, and the "
            "configuration,\nas JSON.  Values of keys such as password or token, and "
            "users in addresses, are blanked.",
    .options = options,
    .run = run,
};
