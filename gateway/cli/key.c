/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate key`: the signing key of a gateway.  Private halves are never printed; they are
 * made on this machine in files of mode 0400.
 */
#include "cli/evidence.h"

#include "core/json_writer.h"
#include "core/mem.h"
#include "gateway.h"

#include <stdio.h>
#include <sys/stat.h>

#define PATH_LEN_MAX 4200

static int failed(const struct error *e)
{
    fprintf(stderr, "emgate key: %s\n", e->text);
    return e->code == ERR_CONFIG ? EXIT_BAD_CONFIG : EXIT_IO;
}

static void print_key(const char *what, const struct key_public *key, bool json)
{
    char text[KEY_HEX_MAX];
    key_print(key, text);
    if (json) {
        printf("{\"%s\":\"%s\",\"id\":\"%s\"}\n", what, text, key->id);
    } else {
        printf("%s %s id %s\n", what, text, key->id);
    }
}

/* Where the next key is made: beside the first one, or in the state directory. */
static const char *next_path(const struct plan *plan, char next[PATH_LEN_MAX])
{
    char path[4096];
    if (evidence_key_path(plan, path)) {
        snprintf(next, PATH_LEN_MAX, "%s.next", path);
    } else {
        snprintf(next, PATH_LEN_MAX, "%s/signing.key.next", plan->state_directory);
    }
    return next;
}

static int show(const struct plan *plan, bool json)
{
    char next[PATH_LEN_MAX];
    char open[PATH_LEN_MAX + 8];
    struct key_public key;
    struct error e;
    if (evidence_public_key(plan, &key, &e) != ERR_OK) {
        return failed(&e);
    }
    print_key("key", &key, json);
    snprintf(open, sizeof open, "%s.pub", next_path(plan, next));
    if (evidence_read_key(open, &key)) {
        print_key("next", &key, json);
    }
    return EXIT_OK;
}

static int make(const char *path, const char *what, bool json)
{
    struct error e;
    struct key_public key;
    char open[PATH_LEN_MAX + 8];
    if (key_make(path, &e) != ERR_OK) {
        return failed(&e);
    }
    snprintf(open, sizeof open, "%s.pub", path);
    if (!evidence_read_key(open, &key)) {
        error_set(&e, ERR_SYSTEM, "can't read '%s' back", open);
        return failed(&e);
    }
    print_key(what, &key, json);
    return EXIT_OK;
}

static int create(const struct plan *plan, bool json)
{
    char path[4096];
    if (!evidence_key_path(plan, path)) {
        fprintf(stderr, "emgate key: the configuration keeps the key in no file\n");
        return EXIT_BAD_CONFIG;
    }
    (void)mkdir(plan->state_directory, 0750);
    return make(path, "key", json);
}

static int rotate(const struct plan *plan, bool json)
{
    char next[PATH_LEN_MAX];
    struct key_public key;
    struct error e;
    if (evidence_public_key(plan, &key, &e) != ERR_OK) {
        return failed(&e);
    }
    int code = make(next_path(plan, next), "next", json);
    if (code == EXIT_OK) {
        fprintf(stderr, "The gateway takes it at its next start, or now by SIGHUP "
                        "(systemctl reload emgate).\n");
    }
    return code;
}

/* The registry's operator decides; here is what to tell it. */
static int revoke(const struct plan *plan)
{
    struct key_public key;
    struct error e;
    char text[KEY_HEX_MAX];
    if (evidence_public_key(plan, &key, &e) != ERR_OK) {
        return failed(&e);
    }
    key_print(&key, text);
    printf("# For the registry's configuration, at gateway '%s': what arrives from this\n"
           "# time on with the key's signature is refused.\n"
           "revoked:\n  - {key: \"%s\", from: \"2026-01-31T00:00:00Z\"}\n"
           "# Then change to a key that the thief does not have: emgate key rotate.  If "
           "the\n"
           "# thief was first, enrol the new key there as public_key.\n",
           plan->gateway_id, text);
    return EXIT_OK;
}

static int act(const char *what, const struct plan *plan, bool json)
{
    if (strcmp(what, "show") == 0) {
        return show(plan, json);
    }
    if (strcmp(what, "create") == 0) {
        return create(plan, json);
    }
    if (strcmp(what, "rotate") == 0) {
        return rotate(plan, json);
    }
    if (strcmp(what, "revoke") == 0) {
        return revoke(plan);
    }
    fprintf(stderr,
            "emgate key: '%s' is not known; write show, create, rotate or revoke\n",
            what);
    return EXIT_USAGE;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    bool json = argument_value(command, arguments, "json") != NULL;
    if (!config) {
        fprintf(stderr, "emgate key: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? act(arguments->words[0], plan, json) : EXIT_BAD_CONFIG;
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its key is"},
    {"json", 0, NULL, "as JSON, an object a line"},
    {0},
};

const struct command command_key = {
    .name = "key",
    .summary = "shows, makes, rotates or revokes the signing key",
    .usage = "show|create|rotate|revoke -c FILE",
    .help =
        "show prints the public key, and the next one where there is one.  create makes\n"
        "the key; the gateway does so itself at its first start.  rotate makes the next\n"
        "key: the gateway begins to use it at a record of the journal that both keys "
        "have\n"
        "signed, and tells the registry before it sends what the new key signed.  "
        "revoke\n"
        "prints what the registry must be told when a key was stolen.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
