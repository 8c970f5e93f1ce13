/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands by one table.  `run` prints one line with its address on standard
 * output when it is ready and stops on SIGTERM or SIGINT.
 */
#include "registry/command.h"

#include "core/confine.h"
#include "core/log.h"
#include "registry/address.h"
#include "registry/feed.h"
#include "registry/remote.h"
#include "registry/retain.h"
#include "registry/roster.h"
#include "registry/server.h"
#include "registry/store_postgres.h"
#include "tls/lapse.h"

#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit codes, after sysexits.h where they have one. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_USAGE = 64,
    EXIT_UNAVAILABLE = 69,
    EXIT_INTERNAL = 70,
    EXIT_IO = 74,
    EXIT_BAD_CONFIG = 78,
};

#define ROSTER_EVERY_S 5

enum takes { TAKES_NOTHING, TAKES_FILE, TAKES_FILE_AND_NAME, TAKES_URL };

struct registry_command {
    const char *name;
    const char *usage;
    const char *summary;
    enum takes takes;
    int (*run)(const char *argument);                     /* NULL when it takes nothing */
    int (*run_named)(const char *file, const char *name); /* with a file and a name */
};

static int exit_for(const struct error *e)
{
    fprintf(stderr, "emgate-registry: %s\n", e->text);
    switch (e->code) {
    case ERR_CONFIG:
        return EXIT_BAD_CONFIG;
    case ERR_RETRY:
    case ERR_UNCERTAIN:
        return EXIT_UNAVAILABLE;
    case ERR_FULL:
    case ERR_CORRUPT:
    case ERR_SYSTEM:
        return EXIT_IO;
    case ERR_OK:
    case ERR_REJECT:
        break;
    }
    return EXIT_INTERNAL;
}

/* Reads and checks; prints every problem.  NULL when there was one. */
static struct registry_settings *read_settings(const char *path)
{
    struct problems problems;
    struct error e = {0};
    problems_init(&problems);
    struct registry_settings *settings = registry_settings_read(path, &problems);
    union address address;
    if (settings && address_read(settings->listen, &address, &e) != ERR_OK) {
        problem_at(&problems, NULL, "%s", e.text);
        registry_settings_free(&settings);
    }
    fprintf(stderr, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
    problems_deinit(&problems);
    return settings;
}

static int check(const char *path)
{
    struct registry_settings *settings = read_settings(path);
    if (!settings) {
        return EXIT_BAD_CONFIG;
    }
    printf("%s: ok, %zu gateways\n", path, settings->gateway_count);
    registry_settings_free(&settings);
    return EXIT_OK;
}

static bool is_postgres(const char *where)
{
    struct bytes text = bytes_of(where);
    return bytes_start_with(text, BYTES("postgresql://")) ||
           bytes_start_with(text, BYTES("postgres://"));
}

static void renew(struct server *server)
{
    struct error e = {0};
    if (server_renew(server, &e) == ERR_OK) {
        log_info("registry.renew", "certificates were read again");
    } else {
        log_error("registry.renew", "%s; the old certificate stays", e.text);
    }
}

/* Another registry on the same store, or a command, may have approved somebody. */
static void look_at_roster(const struct service *service, int *seconds)
{
    struct error e = {0};
    if (++*seconds % ROSTER_EVERY_S == 0 &&
        roster_load(service->roster, service->intake, &e) != ERR_OK) {
        log_warn("registry.store", "%s", e.text);
    }
}

/* Until a signal that ends it, which is returned. */
static int serve(const struct service *service, struct server *server,
                 const sigset_t *signals)
{
    const struct timespec second = {.tv_sec = 1};
    struct lapse lapse = {0};
    struct retain retain = {0};
    int seconds = 0;
    for (;;) {
        int number = sigtimedwait(signals, NULL, &second);
        if (number == SIGTERM || number == SIGINT) {
            return number;
        }
        if (number == SIGHUP) {
            renew(server);
        }
        server_tend(server);
        retain_tend(&retain, service);
        look_at_roster(service, &seconds);
        if (lapse_passed(&lapse, server_days_left(server))) {
            log_warn("registry.certificate", "days=%d: renew 'cert_file', then reload",
                     server_days_left(server));
        }
    }
}

static int serve_until_signal(const struct service *service, const sigset_t *signals)
{
    struct error e = {0};
    struct server *server = NULL;
    char url[SERVER_ADDRESS_MAX];
    if (server_open(service, &server, &e) != ERR_OK) {
        return exit_for(&e);
    }
    server_get_url(server, url);
    printf("emgate-registry ready %s\n", url);
    fflush(stdout);
    log_info("registry.start", "id=%s url=%s store=%s gateways=%zu",
             service->settings->id, url,
             is_postgres(service->settings->store) ? "postgres"
                                                   : service->settings->store,
             service->settings->gateway_count);
    log_info("registry.stop", "signal=%d", serve(service, server, signals));
    server_close(&server);
    return EXIT_OK;
}

static void warn_when_open(const struct registry_settings *settings)
{
    struct error e = {0};
    union address address;
    if (!settings->tls.cert_file &&
        address_read(settings->listen, &address, &e) == ERR_OK &&
        !address_is_loopback(&address)) {
        log_warn("registry.open",
                 "'%s' is reachable from other machines without TLS; set 'cert_file', or "
                 "put a proxy with TLS in front",
                 settings->listen);
    }
}

static void take_change(void *ctx, const struct stored_change *stored)
{
    struct error e = {0};
    struct change change;
    if (change_get(stored->envelope, &change, &e) == ERR_OK) {
        keyring_add(ctx, &change);
    } else {
        log_error("registry.keys", "a stored change of %s: %s", stored->gateway, e.text);
    }
}

static enum err ask_changes(void *ctx, const struct store_driver *driver,
                            struct store *store, struct ledger *ledger, struct error *e)
{
    (void)ledger;
    return driver->each_change(store, take_change, ctx, e);
}

/* The key that signs receipts, made at the first start. */
static enum err open_signer(struct service *service, struct error *e)
{
    char path[PATH_MAX];
    const struct registry_settings *s = service->settings;
    if (s->signing_key) {
        return key_open_or_make(s->signing_key, &service->signer, e);
    }
    if (is_postgres(s->store)) {
        log_warn("registry.unsigned", "receipts are not signed: set 'signing_key'");
        return ERR_OK;
    }
    snprintf(path, sizeof path, "%s.key", s->store);
    return key_open_or_make(path, &service->signer, e);
}

/* Where packs are kept, or NULL: nowhere. */
static const char *packs_folder(const struct registry_settings *s,
                                char ret_path[PATH_MAX])
{
    if (s->packs || is_postgres(s->store)) {
        return s->packs;
    }
    snprintf(ret_path, PATH_MAX, "%s.packs", s->store);
    return ret_path;
}

static const struct store_driver *driver_of(const char *where)
{
#ifdef EMGATE_HAVE_POSTGRES
    return is_postgres(where) ? &store_postgres : &store_sqlite;
#else
    return is_postgres(where) ? NULL : &store_sqlite;
#endif
}

static enum err open_store(struct service *service, struct error *e)
{
    const char *where = service->settings->store;
    const struct store_driver *driver = driver_of(where);
    return driver ? intake_open(driver, where, service->clock, &service->intake, e)
                  : error_set(e, ERR_CONFIG, "built without PostgreSQL");
}

static enum err open_service(struct service *service, struct error *e)
{
    enum err err = open_store(service, e);
    if (err == ERR_OK) {
        err = open_signer(service, e);
    }
    if (err == ERR_OK) {
        service->keyring = keyring_new();
        err = intake_ask(service->intake, ask_changes, service->keyring, e);
    }
    if (err == ERR_OK) {
        service->roster = roster_new();
        err = roster_load(service->roster, service->intake, e);
    }
    return err;
}

static void close_service(struct service *service)
{
    keyring_free(&service->keyring);
    roster_free(&service->roster);
    key_close(&service->signer);
    intake_close(&service->intake);
}

/* The directory that a file lies in. */
static void home_of(const char *file, char home[PATH_MAX])
{
    const char *slash = strrchr(file, '/');
    int len = slash ? (int)(slash - file) : 1;
    snprintf(home, PATH_MAX, "%.*s", len > 0 ? len : 1, slash ? file : ".");
}

static enum err confine_to_stores(const struct registry_settings *s, struct error *e)
{
    char store[PATH_MAX];
    char key[PATH_MAX];
    const char *directories[3];
    size_t count = 0;
    struct confined confined = {0};
    if (!s->confine) {
        return ERR_OK;
    }
    if (!is_postgres(s->store)) {
        home_of(s->store, store);
        /* Else it would look in /tmp. */
        setenv("SQLITE_TMPDIR", store, 1); /* NOLINT: before threads */
        directories[count++] = store;
    }
    if (s->signing_key) {
        home_of(s->signing_key, key);
        directories[count++] = key;
    }
    if (s->packs) {
        directories[count++] = s->packs;
    }
    enum err err = confine(directories, count, &confined, e);
    if (err == ERR_OK) {
        log_info("registry.confined", "landlock=%d seccomp=%d", confined.landlock,
                 confined.seccomp ? 1 : 0);
    }
    return err;
}

/* Nothing where no Kafka is configured. */
static enum err open_feed(const struct service *service, struct feed **ret_feed,
                          struct error *e)
{
    if (!service->settings->kafka_brokers) {
        return ERR_OK;
    }
#ifdef EMGATE_HAVE_KAFKA
    enum err err = feed_open(service, ret_feed, e);
    return err == ERR_OK ? feed_start(*ret_feed, e) : err;
#else
    (void)ret_feed;
    return error_set(e, ERR_CONFIG, "built without Kafka");
#endif
}

static void close_feed(struct feed **feed)
{
#ifdef EMGATE_HAVE_KAFKA
    feed_close(feed);
#else
    (void)feed;
#endif
}

static int run(const char *path)
{
    struct registry_settings *settings = read_settings(path);
    if (!settings) {
        return EXIT_BAD_CONFIG;
    }
    log_configure((enum log_level)settings->log_level, settings->log_format == 1);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited by the server's threads */
    struct error e = {0};
    struct service service = {.settings = settings,
                              .clock = &clock_system,
                              .started_ns = clock_wall_ns(&clock_system)};
    char packs[PATH_MAX];
    service.packs = packs_folder(settings, packs);
    struct feed *feed = NULL;
    int code = EXIT_OK;
    if (confine_to_stores(settings, &e) != ERR_OK ||
        open_service(&service, &e) != ERR_OK ||
        open_feed(&service, &feed, &e) != ERR_OK) {
        code = exit_for(&e);
    } else {
        warn_when_open(settings);
        code = serve_until_signal(&service, &signals);
    }
    close_feed(&feed);
    close_service(&service);
    registry_settings_free(&settings);
    return code;
}

/* Works on the store of a registry that may run meanwhile. */
static int on_store(const char *path,
                    enum err (*work)(const struct service *service, struct error *e))
{
    struct registry_settings *settings = read_settings(path);
    if (!settings) {
        return EXIT_BAD_CONFIG;
    }
    struct error e = {0};
    struct service service = {.settings = settings, .clock = &clock_system};
    bool done = open_store(&service, &e) == ERR_OK && work(&service, &e) == ERR_OK;
    int code = done ? EXIT_OK : exit_for(&e);
    intake_close(&service.intake);
    registry_settings_free(&settings);
    return code;
}

static int retention(const char *path)
{
    return on_store(path, retain_print);
}

static int retention_delete(const char *path)
{
    return on_store(path, retain_delete);
}

static void print_enrolment(void *ctx, const struct enrolment *enrolment)
{
    (void)ctx;
    printf("%-24s %-9s operator %s, key %s", enrolment->gateway,
           enrolment_states[enrolment->state], enrolment->operator_id, enrolment->key.id);
    for (size_t i = 0; i < enrolment->installation_count; i++) {
        printf("%s %s", i == 0 ? ", installations" : "", enrolment->installations[i]);
    }
    puts("");
}

static enum err print_enrolments(const struct service *service, struct error *e)
{
    return roster_each(service->intake, print_enrolment, NULL, e);
}

static int enrolments(const char *path)
{
    return on_store(path, print_enrolments);
}

static int decide(const char *path, const char *gateway, enum enrolment_state state)
{
    struct registry_settings *settings = read_settings(path);
    if (!settings) {
        return EXIT_BAD_CONFIG;
    }
    struct error e = {0};
    struct enrolment enrolment;
    struct service service = {.settings = settings, .clock = &clock_system};
    bool done = open_store(&service, &e) == ERR_OK &&
                roster_decide(service.intake, gateway, state,
                              clock_wall_ns(&clock_system), &enrolment, &e) == ERR_OK;
    int code = done ? EXIT_OK : exit_for(&e);
    if (done) {
        print_enrolment(NULL, &enrolment);
    }
    intake_close(&service.intake);
    registry_settings_free(&settings);
    return code;
}

static int approve(const char *path, const char *gateway)
{
    return decide(path, gateway, ENROLMENT_APPROVED);
}

static int reject(const char *path, const char *gateway)
{
    return decide(path, gateway, ENROLMENT_REJECTED);
}

static int config(const char *path)
{
    (void)path;
    struct buf out;
    buf_init(&out, (size_t)1024 * 1024);
    registry_settings_reference(&out);
    printf("%.*s", BYTES_ARG(buf_bytes(&out)));
    buf_deinit(&out);
    return EXIT_OK;
}

#define TOKEN_BYTES 24

/* A new token and its hash for `readers`. */
static int token(const char *nothing)
{
    (void)nothing;
    uint8_t bytes[TOKEN_BYTES];
    uint8_t hash[crypto_hash_sha256_BYTES];
    char text[2 * TOKEN_BYTES + 1];
    char hash_text[2 * sizeof hash + 1];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
    sodium_bin2hex(hash_text, sizeof hash_text, hash, sizeof hash);
    printf("token         %s\ntoken_sha256  %s\n", text, hash_text);
    return EXIT_OK;
}

static const struct registry_command registry_commands[] = {
    {"run", "run -c FILE", "serves until SIGTERM; reads certificates again on SIGHUP",
     TAKES_FILE, run, NULL},
    {"check", "check -c FILE", "reads the configuration without effect", TAKES_FILE,
     check, NULL},
    {"config", "config", "prints every setting", TAKES_NOTHING, config, NULL},
    {"ready", "ready URL", "asks a running one whether it is ready: exit 0 or 69",
     TAKES_URL, remote_ready, NULL},
    {"status", "status URL", "prints how complete its gateways are", TAKES_URL,
     remote_status, NULL},
    {"enrolments", "enrolments -c FILE", "prints who asked to be enrolled, and its key",
     TAKES_FILE, enrolments, NULL},
    {"approve", "approve -c FILE GATEWAY", "takes what this gateway's key signs",
     TAKES_FILE_AND_NAME, NULL, approve},
    {"reject", "reject -c FILE GATEWAY", "takes nothing from this gateway any more",
     TAKES_FILE_AND_NAME, NULL, reject},
    {"retention", "retention -c FILE", "prints until when what is kept", TAKES_FILE,
     retention, NULL},
    {"retention-delete", "retention-delete -c FILE",
     "deletes what need not be kept any more and is not held", TAKES_FILE,
     retention_delete, NULL},
    {"token", "token", "makes a reader's token and its hash", TAKES_NOTHING, token, NULL},
};

#define COMMAND_COUNT (sizeof registry_commands / sizeof *registry_commands)

static int help(FILE *out, int code)
{
    fprintf(out, "emgate-registry " EMGATE_VERSION ": the central registry of emission "
                 "summaries\n\nusage: emgate-registry COMMAND\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-24s %s\n", registry_commands[i].usage,
                registry_commands[i].summary);
    }
    fprintf(out, "  %-24s %s\n  %-24s %s\n", "--help", "this text", "--version",
            "the version");
    fprintf(out, "\nExit codes: 0 ok, 64 usage, 69 the address is taken or nobody "
                 "answers, 70 internal, "
                 "74 I/O,\n78 configuration.\n");
    return code;
}

static int usage(const struct registry_command *command)
{
    fprintf(stderr, "usage: emgate-registry %s\n", command->usage);
    return EXIT_USAGE;
}

static int run_command(const struct registry_command *command, int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "--help") == 0) {
        printf("usage: emgate-registry %s\n\n%s\n", command->usage, command->summary);
        return EXIT_OK;
    }
    switch (command->takes) {
    case TAKES_NOTHING:
        return argc == 0 ? command->run(NULL) : usage(command);
    case TAKES_URL:
        return argc == 1 && argv[0][0] != '-' ? command->run(argv[0]) : usage(command);
    case TAKES_FILE:
    case TAKES_FILE_AND_NAME:
        break;
    }
    int wanted = command->takes == TAKES_FILE ? 2 : 3;
    bool named = argc == wanted &&
                 (strcmp(argv[0], "-c") == 0 || strcmp(argv[0], "--config") == 0);
    if (!named) {
        return usage(command);
    }
    return command->takes == TAKES_FILE ? command->run(argv[1])
                                        : command->run_named(argv[1], argv[2]);
}

int registry_main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fprintf(stderr, "emgate-registry: libsodium can't start\n");
        return EXIT_INTERNAL;
    }
    if (argc < 2) {
        return help(stderr, EXIT_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return help(stdout, EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("emgate-registry " EMGATE_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], registry_commands[i].name) == 0) {
            return run_command(&registry_commands[i], argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "emgate-registry: unknown command '%s'; see --help\n", argv[1]);
    return EXIT_USAGE;
}
