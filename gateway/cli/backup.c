/* SPDX-License-Identifier: Apache-2.0 */
/* `emgate backup` and `emgate restore`. */
#include "backup.h"

#include "cli/remote.h"
#include "core/mem.h"
#include "gateway.h"

#include <stdio.h>
#include <unistd.h>

static int exit_code(enum err err)
{
    switch (err) {
    case ERR_OK:
        return EXIT_OK;
    case ERR_RETRY:
        return EXIT_UNAVAILABLE;
    case ERR_CONFIG:
        return EXIT_BAD_CONFIG;
    case ERR_CORRUPT:
    case ERR_REJECT:
        return EXIT_DATA;
    case ERR_UNCERTAIN:
    case ERR_FULL:
    case ERR_SYSTEM:
        break;
    }
    return EXIT_IO;
}

/* ---- backup ---- */

/* The running gateway makes the snapshot; 0: there is none that answers. */
static long ask_gateway(const struct plan *plan, uint64_t *ret_until, struct error *e)
{
    struct buf answer;
    json_error_t ignored;
    buf_init(&answer, 65536);
    long status = remote_call(plan->state_directory, "POST", "/v1/backup", &answer);
    json_t *value = json_loadb((const char *)answer.data, answer.len, 0, &ignored);
    *ret_until = (uint64_t)json_integer_value(json_object_get(value, "durable"));
    if (status != 0 && status != 200) {
        error_set(e, ERR_SYSTEM, "the gateway can't: %s", remote_text(value, "title"));
    }
    json_decref(value);
    buf_deinit(&answer);
    return status;
}

/* The last record there is, of a journal that nobody writes. */
static enum err find_last(const struct plan *plan, uint64_t *ret_until, struct error *e)
{
    struct journal *journal = NULL;
    struct journal_status status;
    enum err err = gateway_open_journal(plan, &journal, e);
    if (err == ERR_OK) {
        journal_get_status(journal, &status);
        *ret_until = status.last_seq;
    }
    journal_close(&journal);
    return err;
}

static enum err write_stopped(struct backup_settings *settings,
                              struct backup_result *result, struct error *e)
{
    struct outbox *outbox = NULL;
    int lock = -1;
    enum err err = gateway_lock(settings->plan->state_directory, &lock, e);
    if (err == ERR_OK) {
        err = outbox_open(settings->plan->outbox.file, NULL, &outbox, e);
    }
    if (err == ERR_OK) {
        err = backup_snapshot(outbox, settings->plan->state_directory, e);
    }
    outbox_close(&outbox);
    if (err == ERR_OK) {
        err = find_last(settings->plan, &settings->until_seq, e);
    }
    if (err == ERR_OK) {
        err = backup_write(settings, result, e);
    }
    if (lock >= 0) {
        close(lock);
    }
    return err;
}

static enum err write_any(struct backup_settings *settings, struct backup_result *result,
                          struct error *e)
{
    long status = ask_gateway(settings->plan, &settings->until_seq, e);
    if (status == 0) {
        return write_stopped(settings, result, e);
    }
    return status == 200 ? backup_write(settings, result, e) : ERR_SYSTEM;
}

static void print_backup(const char *to, const struct backup_result *r)
{
    printf("'%s': %llu records, %llu summaries, %llu files; read back and checked\n", to,
           (unsigned long long)r->records, (unsigned long long)r->summaries,
           (unsigned long long)r->files);
    if (r->damaged > 0) {
        printf("the journal was damaged in %llu places before: 'emgate journal verify' "
               "names them\n",
               (unsigned long long)r->damaged);
    }
    if (r->keys_left_out) {
        printf("without private keys: keep signing.key apart, or use --private-keys\n");
    }
    if (r->key_elsewhere) {
        printf("the signing key is not in the state directory: keep it apart\n");
    }
}

static int run_backup(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct bundle bundle = {0};
    struct backup_result result = {0};
    struct error e = {0};
    if (!config) {
        fprintf(stderr, "emgate backup: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    struct backup_settings settings = {
        .plan = plan,
        .bundle = &bundle,
        .to = arguments->words[0],
        .private_keys = argument_value(command, arguments, "private-keys") != NULL};
    int code = plan ? exit_code(write_any(&settings, &result, &e)) : EXIT_BAD_CONFIG;
    if (plan && code == EXIT_OK) {
        print_backup(arguments->words[0], &result);
    } else if (plan) {
        fprintf(stderr, "emgate backup: %s\n", e.text);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option backup_options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its state is"},
    {"private-keys", 0, NULL, "the private keys too, mode 0600"},
    {0},
};

const struct command command_backup = {
    .name = "backup",
    .summary = "a checked copy of journal, database and configuration, while it works",
    .usage = "DIRECTORY -c FILE [--private-keys]",
    .help =
        "The directory is made, or is empty.  What arrives while the copy is made waits "
        "for\nnobody; the copy ends at one record of the journal.  'emgate restore' is "
        "the way\nback.  Exit codes: 65 the copy does not check, 74 the disk, 78 the "
        "directory is not\nempty, or the configuration.",
    .options = backup_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_backup,
};

/* ---- restore ---- */

static void print_restore(const struct plan *plan, const struct restore_result *r)
{
    printf("'%s': %llu records, %llu summaries; read back and checked\n",
           plan->state_directory, (unsigned long long)r->records,
           (unsigned long long)r->summaries);
    if (r->without_key) {
        printf("PRIVATE KEY: the backup has none.  Put the signing key of the gateway "
               "to\n  %s/signing.key (mode 0400) before the first start.\n",
               plan->state_directory);
    }
    printf(
        "BEFORE THE FIRST START, if the gateway worked on after this backup was made:\n"
        "  the registry may hold summaries that this state does not know, and refuses "
        "others in\n  their place.  Its operator raises 'chain' in the enrolment of "
        "gateway '%s' by one\n  (docs/registry.md); its stored hours stay as they are, "
        "new ones join.\n"
        "  Messages that were acknowledged after the backup are not in it: devices that "
        "can\n  should send them again; hours without them say so.\n"
        "  The gateway that was backed up must not run again.\n",
        plan->gateway_id);
}

static int run_restore(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    struct bundle bundle = {0};
    struct restore_result result = {0};
    struct error e = {0};
    if (!config) {
        fprintf(stderr, "emgate restore: want -c FILE\n");
        return EXIT_USAGE;
    }
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = plan ? exit_code(backup_restore(arguments->words[0], plan, &result, &e))
                    : EXIT_BAD_CONFIG;
    if (plan && code == EXIT_OK) {
        print_restore(plan, &result);
    } else if (plan) {
        fprintf(stderr, "emgate restore: %s\n", e.text);
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option restore_options[] = {
    {"config", 'c', "FILE", "where the state goes; one is in the backup's config/"},
    {0},
};

const struct command command_restore = {
    .name = "restore",
    .summary = "puts the state of a backup in its place, over nothing",
    .usage = "DIRECTORY -c FILE",
    .help =
        "Checks every file of the backup, then writes to where the configuration has "
        "state,\njournal and database, and checks again.  Says what has to be done "
        "before the first\nstart.  Exit codes: 65 the backup is not whole, 69 a gateway "
        "is running there, 74 the\ndisk, 78 something is there already, or it is another "
        "gateway's.",
    .options = restore_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_restore,
};
